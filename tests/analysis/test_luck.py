"""Spread and place by hand."""

from __future__ import annotations

import pytest

from backtests.analysis.luck import Outcome, luck_of, spread_of


def test_a_spread_and_the_place_of_the_run_by_hand():
    spread = spread_of([0.08, 0.05, 0.07, 0.05], 0.05)
    assert (spread.low, spread.high, spread.own) == (0.05, 0.08, 0.05)
    assert spread.median == pytest.approx(0.06)  # between 5 and 7 %
    assert spread.place == 3  # two are better, and one is as good
    assert spread.width == pytest.approx(0.03)
    assert not spread.is_same


def test_a_deeper_fall_is_a_worse_place():
    assert spread_of([-0.5, -0.3, -0.2], -0.5).place == 3
    assert spread_of([-0.5, -0.3, -0.2], -0.2).place == 1


def test_what_differs_by_rounding_is_the_same():
    spread = spread_of([0.01, 0.01 + 4e-13, 0.01 - 4e-13], 0.01)
    assert spread.is_same
    assert spread.place == 1


def outcomes(*payoffs: float | None) -> list[Outcome]:
    return [Outcome(at, 0.01 * at, -0.1 * at, paid) for at, paid in enumerate(payoffs, start=1)]


def test_the_run_is_the_outcome_of_its_own_session():
    luck = luck_of("monthly", "month", "session", 2, outcomes(0.01, 0.03, 0.02))
    assert (luck.cagr.own, luck.max_drawdown.own) == (0.02, -0.2)
    assert (luck.cagr.place, luck.max_drawdown.place) == (2, 2)
    assert (luck.payoff.own, luck.payoff.place, luck.payoff.median) == (0.03, 1, 0.02)


def test_without_a_payoff_of_each_there_is_no_spread_of_them():
    assert luck_of("monthly", "month", "session", 1, outcomes(None, None)).payoff is None
    assert luck_of("monthly", "month", "session", 1, outcomes(0.01, None)).payoff is None
