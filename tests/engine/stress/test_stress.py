"""The whole record of real runs: complete, in plain numbers, equal to its parts."""

from __future__ import annotations

import dataclasses
import math

import pytest

from backtests.analysis.stress import Stress
from backtests.engine.money import Money
from backtests.engine.plan import Plan
from backtests.engine.stress.stress import stress_of
from data.records import from_json, to_json
from tests.engine.stress.made import run_of

CASES = {
    "60/40": {},
    "long bonds": {"params": {"weights": {"SPY": 0.6, "TLT": 0.4}}},
    "a rule of duration": {"strategy": "carry"},
    "no hedge": {"strategy": "equity_only"},
    "all in bonds": {"params": {"weights": {"IEF": 1.0}}},
    "euros, hedged": {"money": Money("EUR", fx_hedge=1.0)},
    "yen, dollar bills": {"money": Money("JPY", cash="usd", fx_hedge_equity=0.5)},
    "in real money": {"real": True, "end": "2020-06-30"},
}


@pytest.fixture(scope="module")
def made() -> dict[str, Stress]:
    return {name: stress_of(run_of(**settings)) for name, settings in CASES.items()}


@pytest.fixture(params=CASES)
def case(request, made) -> tuple[str, Stress]:
    return request.param, made[request.param]


def numbers(value):
    """Every number of a record, with its path."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from numbers(getattr(value, field.name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, float):
        yield value


def test_every_number_is_finite_and_of_ten_digits_and_is_read_back(case):
    _, stress = case
    every = list(numbers(stress))
    assert len(every) > 500
    assert all(math.isfinite(value) and value == float(f"{value:.10g}") for value in every)
    assert from_json(Stress, to_json(stress)) == stress


def test_every_part_is_there(case):
    _, stress = case
    assert len(stress.replays) == 20
    assert [replay.start for replay in stress.replays] == sorted(r.start for r in stress.replays)
    assert len(stress.parallels) == len(stress.yields_by_equity.rows) == 8
    assert len(stress.twists) == 4
    assert [scenario.name for scenario in stress.scenarios] == [
        "Foreigners sell", "Recession with cuts", "Stagflation", "Doubt in the reserve currency",
    ]  # fmt: skip
    assert [each.months for each in stress.break_evens] == [3, 12, 36]
    is_abroad = stress.investor is not None
    assert (len(stress.dollars), stress.dollar_by_equity is not None) == (7 * is_abroad, is_abroad)
    assert all((replay.dollar_move is not None) is is_abroad for replay in stress.replays)


def test_a_map_without_moves_of_equity_is_the_column_of_parallels(case):
    _, stress = case
    column = stress.yields_by_equity.columns.index(0.0)
    for row, shock in zip(stress.yields_by_equity.portfolio, stress.parallels, strict=True):
        assert row[column] == pytest.approx(shock.returns.portfolio, abs=1e-9)


def test_the_portfolio_is_its_sides_by_weight(case):
    """Nothing but equity, hedge and cash is held, and cash does not move at once."""
    _, stress = case
    equity = sum(leg.weight for leg in stress.equity)
    hedge = sum(leg.weight for leg in stress.hedge)
    for shock in (*stress.parallels, *stress.twists):
        whole = equity * (shock.returns.equity or 0.0) + hedge * (shock.returns.hedge or 0.0)
        assert shock.returns.portfolio == pytest.approx(whole, abs=1e-9)


def test_without_a_hedge_its_figures_are_none(made):
    stress = made["no hedge"]
    assert (stress.hedge, stress.withheld) == ((), None)
    assert {replay.now.hedge for replay in stress.replays} == {None}
    assert {shock.approximate for shock in stress.parallels} == {None}
    assert {(each.bp, each.hedge) for each in stress.break_evens} == {(None, None)}


def test_all_in_bonds_there_is_no_equity(made):
    stress = made["all in bonds"]
    assert stress.equity == ()
    for replay in stress.replays:
        assert replay.now.equity is None
        assert replay.now.portfolio == pytest.approx(replay.now.hedge)


def test_all_in_cash_nothing_moves_at_once_and_interest_is_earned():
    stress = stress_of(run_of(params={"weights": {"SPY": 0.0}}))
    assert [(leg.ticker, leg.weight) for leg in stress.legs] == [("CASH", 1.0)]
    assert {value for row in stress.yields_by_equity.portfolio for value in row} == {0.0}
    for replay in stress.replays:
        assert replay.now.portfolio == replay.now.bills > 0.0
        assert replay.now.equity is replay.now.hedge is None


def test_of_a_rule_each_fund_of_its_sleeve_is_a_leg(made):
    legs = made["a rule of duration"].legs
    assert legs[0].ticker == "SPY"
    assert {leg.role for leg in legs[1:]} == {"hedge"}
    assert sum(leg.weight for leg in legs) == pytest.approx(1.0)


def test_whose_money_it_is(made):
    euros, yen, dollars = made["euros, hedged"], made["yen, dollar bills"], made["60/40"]
    assert (euros.currency, euros.investor.cash_name) == ("EUR", "cash")
    assert (euros.home_yield, yen.home_yield, dollars.home_yield) == (2.023, None, None)
    assert [leg.hedged for leg in euros.legs] == [0.0, 1.0]
    assert [leg.hedged for leg in yen.legs] == [0.5, 0.0]
    assert any("dollars are sold forward" in note for note in euros.notes)
    assert euros.break_evens == stress_of(run_of(end="2025-11-30")).break_evens
    # Hedged in full, a move of the dollar at once takes nothing of a bond.
    assert [shock.returns.hedge for shock in euros.dollars] == pytest.approx([0.0] * 7)


def test_cash_yields_what_is_paid_where_it_is_kept():
    """Bills paid 3.88 % at the end of November 2025; a euro's short rate was 2.023 %."""
    mix = {"params": {"weights": {"SPY": 0.6}}, "end": "2025-11-30"}
    for money, of in (
        ({}, "bill_yield"),
        ({"money": Money("EUR")}, "home_yield"),
        ({"money": Money("EUR", cash="usd")}, "bill_yield"),
    ):
        stress = stress_of(run_of(**mix, **money))
        assert stress.legs[-1].role == "cash"
        assert stress.legs[-1].yield_ == getattr(stress, of)


def test_a_real_run_is_stressed_in_money_of_the_day(made):
    assert made["in real money"].parallels == stress_of(run_of(end="2020-06-30")).parallels
    assert any("money of the day" in note for note in made["in real money"].notes)


def test_a_run_that_its_payouts_ruined_is_stressed_without_them():
    """Held is what would be held had nothing been taken out, on the last day of the data."""
    plan = Plan.of({"flow": "-1000/month"})
    ruined = run_of(plan=plan, end="2020-06-30")
    assert ruined.simulation.ruined is not None
    stress = stress_of(ruined)
    plain = stress_of(run_of(end="2020-06-30"))
    assert (stress.as_of, stress.legs) == (plain.as_of, plain.legs)
    assert stress.notes[0].startswith("its money ran out on ")
