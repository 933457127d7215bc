"""The state of the hedge in words and as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.hedge_state import BaseRate, HedgeState, Indicator
from backtests.analysis.resampling import Estimate
from backtests.report.intervals import Interval
from backtests.report.page import Cell
from backtests.report.state import HEADS, NAMES, state_line, state_notes, state_table
from data.currency.conversion import Investor


def rate(label: str, months: int, value: float | None, *limits: float | None) -> BaseRate:
    low, high = limits or (None, None)
    return BaseRate(
        label, label == "negative", months, Estimate(value, low, high), 0.3333, 0.264, 13
    )


def indicator(key: str, value: float | None, line: float | None, **changes) -> Indicator:
    side = None if value is None else value < line
    rates = (rate("negative", 281, 0.0119, 0.001, 0.0197), rate("positive", 450, -0.0111, -0.0163,
                                                                 -0.0045))  # fmt: skip
    shown = Indicator(
        key, value, line, None if value is None else "2025-12", side, "", False, rates
    )
    return replace(shown, **changes)


@pytest.fixture
def state() -> HedgeState:
    return HedgeState(
        "2025-12-31", ("SPY",), ("IEF", "TLT"), "1962-03", "2025-12", "", (), 2, 3,
        (
            indicator("inflation", 0.0272, 0.03, as_of="2025-11"),
            indicator("correlation", 0.49, 0.0),
            indicator("inflation_deviation", 0.0211, 0.0145),
            indicator("yield", 4.18, 5.445),
            indicator("slope", 0.7, 0.835, for_the_hedge=False),
        ),
    )  # fmt: skip


def changed(state: HedgeState, key: str, **changes) -> HedgeState:
    every = [replace(i, **changes) if i.key == key else i for i in state.indicators]
    sides = [each.for_the_hedge for each in every]
    counts = {"for_the_hedge": sides.count(True), "against": sides.count(False)}
    return replace(state, indicators=tuple(every), **counts)


NOTHING = {"value": None, "line": None, "as_of": None, "for_the_hedge": None}


def test_the_line_says_what_holds_and_what_followed(state):
    assert state_line(state) == (
        "Today (2025-12): stock-bond correlation +0.49 (2025-12), CPI 2.72 % (2025-11): 2 of 5 "
        "indicators for the hedge. In the 450 months that began after positive correlation, IEF "
        "and TLT earned 1.11 % a month less than bills in equity's worst months (-1.63 to -0.45)."
    )
    negative = changed(state, "correlation", value=-0.04, for_the_hedge=True)
    assert "correlation -0.04 (2025-12), CPI 2.72 % (2025-11): 3 of 5" in state_line(negative)
    assert state_line(negative).endswith(
        "In the 281 months that began after negative correlation, IEF and TLT earned 1.19 % a "
        "month more than bills in equity's worst months (+0.10 to +1.97)."
    )
    nothing = changed(state, "correlation", value=-0.004, for_the_hedge=True)
    assert "correlation +0.00 (" in state_line(nothing)


def test_other_tickers_than_the_runs_own_and_borrowed_figures_are_named(state):
    lacking = ("yields", "CPI")
    other = replace(state, stand_in="the bundled months do not know GLD", from_bundled=lacking)
    own = state_line(state).replace("for the hedge", "for Treasuries")
    assert state_line(other) == (
        f"{own} That is SPY with IEF, TLT: the bundled months do not know GLD."
    )
    told = "This source has no yields and no CPI: the bundled table's are used."
    assert told in state_notes(other)
    assert not any("This source" in note for note in state_notes(state))


def test_the_line_without_figures(state):
    without = changed(state, "inflation", missing="there is none", **NOTHING)
    assert "correlation +0.49 (2025-12), no CPI figure: 1 of 4 indicators for the hedge. In" in (
        state_line(without)
    )
    without = changed(without, "correlation", missing="there is none", **NOTHING)
    assert state_line(without) == (
        "Today (2025-12): no stock-bond correlation, no CPI figure: 1 of 3 indicators for the "
        "hedge."
    )
    few = (rate("negative", 20, 0.01), rate("positive", 59, -0.01))
    assert state_line(changed(state, "correlation", rates=few)).endswith("(no interval).")
    none = (rate("negative", 0, None), rate("positive", 0, None))
    assert state_line(changed(state, "correlation", rates=none)).endswith("for the hedge.")


def test_the_table_shows_the_state_that_each_indicator_is_in(state):
    table = state_table(state)
    assert table.heads == HEADS
    assert [row[0].text for row in table.rows] == list(NAMES.values())
    assert table.rows[0] == [
        Cell("CPI over a year, %"), Cell("2.72", 0.0272, small="2025-11"),
        Cell("for"),
        Cell("+1.19", 0.0119, small="+0.10 to +1.97", interval=Interval(0.001, 0.0119, 0.0197)),
        Cell("33 %", 0.3333, small="of 29"), Cell("281", 281),
        Cell("+0.26", 0.264, small="in 13"), Cell("below 3.00", 0.03),
    ]  # fmt: skip
    texts = [[row[at].text for at in (1, 2, 3, 5, 7)] for row in table.rows[1:]]
    assert texts == [
        ["0.49", "against", "-1.11", "450", "below 0.00"],
        ["2.11", "against", "-1.11", "450", "below 1.45"],
        ["4.18", "for", "+1.19", "281", "below 5.45"],
        ["0.70", "against", "-1.11", "450", "above 0.83"],
    ]


def test_an_indicator_without_a_figure_is_a_row_of_dashes_and_a_note(state):
    reason = "the CPI of 2025-10 was never published"
    without = changed(state, "inflation", missing=reason, **NOTHING)
    row = state_table(without).rows[0]
    assert {(cell.text, cell.small) for cell in row[1:]} == {("-", "")}
    assert state_notes(without)[-1] == f"No figure of CPI over a year: {reason}."
    assert len(state_notes(without)) == len(state_notes(state)) + 1


def test_notes_say_what_the_base_rates_are_about_and_what_was_chosen_in_sample(state):
    past, _, lines = state_notes(state)
    assert past.startswith(
        "Base rates are of SPY with IEF, TLT on the bundled months 1962-03 to 2025-12"
    )
    assert "They are no forecast" in past
    assert "The line of 3 % was chosen in sample" in lines
    early = replace(state, first=None, last=None)
    assert state_notes(early)[0] == "There are no bundled months up to these data: no base rates."


def test_in_another_currency_figures_are_american_and_cash_is_the_investors(state):
    yen = replace(state, investor=Investor("JPY", "home"))
    assert state_line(yen) == (
        "Today (2025-12): stock-bond correlation +0.49 (2025-12, in US dollars), US CPI 2.72 % "
        "(2025-11): 2 of 5 indicators for the hedge. In the 450 months that began after positive "
        "correlation, IEF and TLT earned 1.11 % a month less than yen cash in equity's worst "
        "months (-1.63 to -0.45)."
    )
    table = state_table(yen)
    assert table.heads == [head.replace("bills", "cash") for head in HEADS]
    assert [row[0].text for row in table.rows] == [
        "US CPI over a year, %", "stock-bond correlation, in US dollars",
        "US CPI deviation, 10 years", "US 10-year yield, %", "US 10-year less 1-year, %",
    ]  # fmt: skip
    past, payoff, lines = state_notes(yen)
    assert past.startswith("Base rates are of SPY with IEF, TLT in yen on the bundled months")
    assert payoff.startswith("Payoff: the hedge less yen cash in")
    assert "Beat cash: in how many" in payoff
    assert "mean correlation of equity and bond, in US dollars, over the three" in payoff
    assert lines.startswith("US CPI deviation is the standard deviation of US CPI")


def test_base_rates_of_what_stands_in_are_in_dollars_for_a_yen_investor_too(state):
    why = "the bundled months do not know GLD"
    yen = replace(state, investor=Investor("JPY", "home"), stand_in=why)
    assert "a month less than US Treasury bills in equity's" in state_line(yen)
    assert state_line(yen).endswith(f" That is SPY with IEF, TLT in US dollars: {why}.")
    assert "Beat dollar bills" in state_table(yen).heads
    assert f"SPY with IEF, TLT in US dollars ({why})" in state_notes(yen)[0]
