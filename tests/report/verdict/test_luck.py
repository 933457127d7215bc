"""Rebalancing luck on the page: what is told, drawn and left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.luck import Outcome, RebalancingLuck, luck_of
from backtests.report.verdict.luck import luck_chart, luck_grid, luck_words


def made(*payoffs: float | None, offset: int = 2) -> RebalancingLuck:
    """Three sessions: 8, 8.1 and 8.4 % a year, falls of 30, 31 and 29 %."""
    numbers = [(0.08, -0.30), (0.081, -0.31), (0.084, -0.29)]
    outcomes = [
        Outcome(at, *both, paid)
        for at, (both, paid) in enumerate(zip(numbers, payoffs, strict=True), start=1)
    ]
    return luck_of("monthly", "month", "session", offset, outcomes)


def test_the_sentence_gives_the_spread_and_what_it_means():
    told = luck_words(made(0.01, 0.01, 0.01), "Treasuries")
    assert told.startswith(
        "This run decides on session 2 of the month. Decided on another one, over the same years "
        "and all else alike, it would have grown by 8.00 % to 8.40 % a year in place of 8.10 %, "
        "and its deepest fall would have been 29.00 % to 31.00 % in place of 31.00 %. What "
        "Treasuries "
    )
    assert "less than 0.40 points a year" in told


def test_sessions_on_which_payouts_take_all_are_counted():
    luck = made(0.01, 0.01, 0.01)
    assert "taken all" not in luck_words(luck, "Treasuries")
    dry = tuple(replace(each, ruined="2020-01-02") for each in luck.outcomes[1:])
    told = luck_words(replace(luck, outcomes=(luck.outcomes[0], *dry)), "Treasuries")
    assert "payouts would have taken all in 2 of the 3;" in told


@pytest.mark.parametrize("payoffs", [(0.01, 0.02, 0.03), (None, None, None)])
def test_only_a_payoff_that_is_the_same_is_told_in_words(payoffs):
    assert "paid" not in luck_words(made(*payoffs), "Treasuries")


def test_the_table_leaves_out_what_no_session_changes():
    grid = luck_grid(made(0.01, 0.01, 0.01))
    assert [row[0].text for row in grid.rows] == ["Growth a year", "Deepest fall"]
    growth, fall = grid.rows
    assert [cell.text for cell in growth[1:]] == ["8.10 %", "8.00 %", "8.10 %", "8.40 %"]
    assert (growth[1].small, fall[1].small) == ("place 2 of 3", "place 3 of 3")
    differing = luck_grid(made(0.01, -0.02, 0.03)).rows[-1]
    assert [cell.text for cell in differing[1:]] == ["-2.00", "-2.00", "+1.00", "+3.00"]


def test_each_session_is_a_dot_and_the_runs_own_stands_out():
    figure = luck_chart(made(0.01, 0.01, 0.01))
    others, own = (trace.payload for trace in figure.traces)
    assert (others["x"], own["x"]) == ([1, 3], [2])
    assert (others["y"], own["y"]) == ([8.0, 8.4], [8.1])
    assert (others["marker"]["color"], own["marker"]["color"]) == ("--rest", "--portfolio")
    # Half a point and more is shown around them, so that close outcomes look close.
    low, high = figure.layout["yaxis"]["range"]
    assert high - low == pytest.approx(1.0)
    assert figure.title == "3 sessions to decide on: 0.40 points a year apart"
    assert luck_chart(None).is_empty
