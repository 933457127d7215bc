"""The article's stories: first stages by hand, the year after by an independent loop."""

from __future__ import annotations

import pytest

from backtests.analysis.stress import NodeMove, Recovery, Replay, Returns
from backtests.engine.stress.scenarios import scenarios_of
from tests.engine.stress.made import TEN, abroad, holdings, par_price

CURVE = {1.0: 4.0, 2.0: 4.0, 10.0: 4.0, 30.0: 4.0}


def mix(**options):
    return holdings({"SPY": 0.6, "BOND": 0.4}, {"BOND": TEN}, curve=CURVE, **options)


def named(held, replays=()):
    return {each.name: each for each in scenarios_of(held, replays)}


def test_foreigners_sell_at_once():
    first = named(mix())["Foreigners sell"].stages[0]
    bond = par_price(0.04, 0.055, 10.0) - 1.0
    assert (first.months, first.returns.equity) == (0, pytest.approx(-0.2))
    assert first.returns.hedge == pytest.approx(bond)
    assert first.returns.portfolio == pytest.approx(0.6 * -0.2 + 0.4 * bond)
    assert first.returns.bills == pytest.approx(-0.12)
    assert [move.bp for move in first.moves] == [150.0] * 4


def test_then_the_fed_buys_month_by_month():
    """From 5.5 back to 4 % in twelve even steps on a flat curve, reset each month; bills alike."""
    last = named(mix())["Foreigners sell"].stages[1]
    bond, bills = par_price(0.04, 0.055, 10.0), 1.0
    for month in range(12):
        before, after = 0.055 - 0.00125 * month, 0.055 - 0.00125 * (month + 1)
        bond *= par_price(before, after, 10.0) * (1 + after / 2) ** (1 / 6)
        bills *= (1 + before / 2) ** (1 / 6)
    assert last.returns.hedge == pytest.approx(bond - 1.0)
    assert last.returns.bills == pytest.approx(0.6 * -0.2 + 0.4 * (bills - 1.0))
    assert last.returns.equity == pytest.approx(-0.2)
    assert (last.months, [move.bp for move in last.moves]) == (12, [0.0] * 4)


def test_abroad_the_dollar_falls_too_and_stays_there():
    scenario = named(mix(forwards=abroad()))["Foreigners sell"]
    bond = par_price(0.04, 0.055, 10.0)
    assert scenario.stages[0].returns.equity == pytest.approx(0.8 * 0.9 - 1.0)
    assert scenario.stages[0].returns.hedge == pytest.approx(bond * 0.9 - 1.0)
    assert scenario.stages[1].returns.equity == pytest.approx(0.8 * 0.9 - 1.0)
    assert "the dollar -10 %" in scenario.stages[0].words
    assert "the dollar -10 %" not in named(mix())["Foreigners sell"].stages[0].words


def test_a_recession_cuts_short_yields_more():
    scenario = named(mix())["Recession with cuts"]
    assert [move.bp for move in scenario.stages[0].moves] == [-250.0, -250.0, -150.0, -150.0]
    bond = par_price(0.04, 0.025, 10.0)
    assert scenario.stages[0].returns.hedge == pytest.approx(bond - 1.0)
    assert scenario.stages[0].returns.equity == pytest.approx(-0.35)
    # Bills earn 1.5 % of the year after, twice a year.
    assert scenario.stages[1].returns.bills == pytest.approx(0.6 * -0.35 + 0.4 * (1.0075**2 - 1.0))
    assert scenario.stages[1].returns.hedge > bond * 1.024 - 1.0  # 2.5 % and the roll


def test_doubt_in_the_reserve_currency():
    stage = named(mix(forwards=abroad()))["Doubt in the reserve currency"].stages[0]
    bond = par_price(0.04, 0.06, 10.0) * 0.75 - 1.0
    assert stage.returns.hedge == pytest.approx(bond)
    assert stage.returns.portfolio == pytest.approx(0.6 * (0.7 * 0.75 - 1.0) + 0.4 * bond)


def test_stagflation_is_the_replay_of_the_oil_shock():
    made = Returns(-0.3, -0.46, -0.24, -0.02)
    replay = Replay(
        "Oil shock", "1973-01-11", "1974-10-03", 630, 435, True, "", False, -0.46, None,
        (NodeMove(10.0, 161.0, 10.0, False),), made, made, Recovery(1, 2, 3), (), (), False,
    )  # fmt: skip
    stage = named(mix(), [replay])["Stagflation"].stages[0]
    assert (stage.returns, stage.recovery, stage.moves) == (made, replay.recovery, replay.moves)
    assert stage.months == 21
    assert "Stagflation" not in named(mix())
