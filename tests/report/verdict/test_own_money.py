"""The section on one's own money: by hand, and from runs that pay out until nothing is left."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from backtests.analysis.numbers import PortfolioMoney
from backtests.engine.run import Run
from backtests.report.verdict import charts
from backtests.report.verdict.first_screen import first_screen
from backtests.report.verdict.own_money import own_line, own_money_section
from backtests.report.verdict.page import held_lines
from tests.report.helpers import make_run
from tests.report.verdict.helpers import make_numbers, make_verdict

ONE_MONTH = pd.offsets.MonthEnd(1)
OWN = PortfolioMoney(1000.0, 600.0, 500.0, 250.0, 500.0, 0.04, None)
BILLS = replace(OWN, final_wealth=300.0, taken_out=601.0, money_weighted=0.03)
EQUITY = replace(OWN, final_wealth=900.0, taken_out=800.0, money_weighted=0.05)
RUINED = replace(OWN, final_wealth=0.0, real_final_wealth=0.0, ruined="2009-03-02")
MONEY = {"portfolio": OWN, "equity": EQUITY, "bills": BILLS}


def summary(**fields: Any) -> Any:
    """As much of a summary as the section reads."""
    every = {"currency": "USD", "start": "2000-01-31", "end": "2010-12-31", "is_real": False,
             "metrics": make_numbers(cagr=0.05)}  # fmt: skip
    return SimpleNamespace(**every | fields)


def test_the_deciding_column_stands_second_and_bills_beside_the_portfolio() -> None:
    section = own_money_section(make_verdict(own_money=MONEY), summary())
    assert section is not None
    assert section.title == "Your own money: $500 left on 2010-12-31"
    assert section.table.heads[:3] == ["", "Left at the end", "Left, real"]
    assert [[cell.text for cell in row[:5]] for row in section.table.rows] == [
        ["Portfolio", "$500", "$250", "$600", "$1,000"],
        ["Equity + bills", "$300", "$250", "$601", "$1,000"],
        ["100 % equity", "$900", "$250", "$800", "$1,000"],
    ]


def test_the_line_says_what_is_left_instead_and_other_payouts_where_they_differ() -> None:
    section = own_money_section(make_verdict(own_money=MONEY), summary())
    assert section is not None
    told, rates = section.lines
    assert told == (
        "$1,000 was paid in, the value at the start included, and $600 taken out; $500 is left, "
        "$250 in money of 2000-01-31. With the same plan with bills in place of Treasuries $300 "
        "would be left, all in equity $900 would be left after $800."
    )
    assert rates.endswith(
        "Here they are 4.00 % and 5.00 %: the dates of the payments cost 1.00 points a year."
    )


@pytest.mark.parametrize(
    ("rate", "told"),
    [(0.06, "the dates of the payments added 1.00 points a year."),
     (0.050001, "Here both are 5.00 %."), (None, "is of that.")],
)  # fmt: skip
def test_what_the_dates_of_payments_did(rate: float | None, told: str) -> None:
    money = {"portfolio": replace(OWN, money_weighted=rate)}
    section = own_money_section(make_verdict(own_money=money), summary())
    assert section is not None
    assert section.lines[1].endswith(told)


def test_a_ruin_is_said_in_the_heading_and_in_the_table() -> None:
    verdict = make_verdict(own_money={**MONEY, "portfolio": RUINED, "equity": RUINED})
    section = own_money_section(verdict, summary())
    assert section is not None
    assert section.title == "Your own money ran out on 2009-03-02"
    cell = section.table.rows[0][1]
    assert (cell.text, cell.sort, cell.tone) == ("ran out 2009-03-02", 0.0, "fails")
    assert "all in equity the money would have run out on 2009-03-02." in section.lines[0]
    assert "is left" not in section.lines[0]


def test_of_a_real_run_the_other_money_is_nominal() -> None:
    money = {"portfolio": replace(OWN, real_final_wealth=500.0, nominal_final_wealth=800.0)}
    section = own_money_section(make_verdict(own_money=money), summary(is_real=True))
    assert section is not None
    assert section.table.heads[2] == "Left, nominal"
    assert "$500 is left, $800 in money of the day." in section.lines[0]


def test_without_cash_flows_there_is_no_section() -> None:
    assert own_money_section(make_verdict(), summary()) is None


# From runs


def flowing(flow: str, start: str = "1966-01-31", **options: Any) -> Run:
    return make_run(start=start, flow=flow, end="1990-12-31", **options)


@pytest.fixture(scope="module")
def ruined() -> Run:
    """800 of 10,000 a year, through the seventies."""
    return flowing("-800/year")


def test_references_have_the_same_flows_and_the_money_of_the_run_itself(ruined: Run) -> None:
    """Of a share of the value nothing depends on what is held: every reference pays its own."""
    paid = flowing("-4%/year")
    for run in (ruined, paid):
        own, of_summary = run.judged.own_money["portfolio"], run.summary.own_money
        assert of_summary is not None
        assert own.final_wealth == pytest.approx(of_summary.strategy.final_wealth)
        assert own.ruined == of_summary.strategy.ruined
        assert set(run.judged.own_money) == {"portfolio", "equity", "bills"}
    every = paid.judged.own_money.values()
    # 25 payouts of 4 % each, less the costs of selling: what is left is the unit value times that.
    for key, own in paid.judged.own_money.items():
        unit = paid.judged.portfolio(key).final_value
        assert own.final_wealth == pytest.approx(unit * 0.96**25, rel=1e-3)
    assert len({round(own.taken_out) for own in every}) == 3


def test_the_headline_of_a_ruined_run_says_so_and_nothing_is_held(ruined: Run) -> None:
    date = ruined.summary.end
    screen = first_screen(ruined.judged, ruined.summary)
    assert screen.headline == f"60 % SPY, 40 % IEF, -$800 a year: the money ran out on {date}"
    assert "Until then: no proof that Treasuries protect better than cash." in screen.line
    assert held_lines(ruined.summary) == [
        (f"held since {date}", "nothing: the payout of that day took all there was")
    ]


def test_the_chart_of_growth_has_wealth_beside_unit_values_and_ends_before_a_ruin(
    ruined: Run,
) -> None:
    own = own_line(ruined)
    wealth = ruined.simulation.wealth
    assert own.wealth["1970-12"] == pytest.approx(wealth.loc["1970-12-31"] / 10_000.0)
    assert own.wealth[ruined.summary.end[:7]] == 0.0
    figure = charts.growth_chart(ruined.judged, own)
    drawn = {trace.name: trace.payload for trace in figure.traces}
    assert list(drawn) == ["Portfolio", "100 % equity", "Equity + bills", "Own money"]
    assert drawn["Own money"]["y"][-1] is None
    assert "too many to mark" in figure.caption  # it is rebalanced monthly


def test_the_days_on_which_a_band_traded_are_marked_on_the_line() -> None:
    run = make_run(start="1966-01-31", band=0.05)
    own = own_line(run)
    assert own.wealth == {}
    decided = run.simulation.decisions.index
    assert len(own.traded) == len(decided) - 1  # without the purchase
    # Rows are months: each decision trades a month later.
    assert [day[:7] for day in own.traded] == [f"{day:%Y-%m}" for day in decided[1:] + ONE_MONTH]
    figure = charts.growth_chart(run.judged, own)
    marks = figure.traces[-1].payload
    assert marks["text"] == list(own.traded)
    values = dict(zip(run.judged.series.months, run.judged.series.growth.portfolio, strict=True))
    assert marks["y"] == pytest.approx([values[day[:7]] for day in own.traded], rel=1e-4)
    assert f"Ticks: the {len(own.traded)} days on which it rebalanced." in figure.caption
