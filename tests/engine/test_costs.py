"""Costs: what cannot be is refused."""

from __future__ import annotations

import pytest

from backtests.engine.costs import MOST_LAG, Costs
from data.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 0, 1), "--fee-bps"),
        ((1000.5, 0, 1), "--fee-bps takes 0 to 1000 basis points, got 1000.5"),
        ((1000.0001, 0, 1), "--fee-bps takes 0 to 1000 basis points, got 1000.0001"),
        ((0, float("nan"), 1), "--slippage-bps"),
        ((0, float("inf"), 1), "--slippage-bps takes 0 to 1000 basis points, got inf"),
        ((0, 0, 0), "--lag"),
        ((0, 0, MOST_LAG + 1), "--lag takes whole numbers from 1 to 100000, got 100001"),
    ],
)
def test_impossible_costs_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        Costs(*arguments)


def test_the_longest_lag_passes():
    assert Costs(lag=MOST_LAG).lag == MOST_LAG


def test_a_basis_point_is_a_hundredth_of_a_percent():
    assert (Costs(2, 1).fee, Costs(2, 1).slippage) == (0.0002, 0.0001)
    assert (Costs(1000, 0).fee, Costs(0, 1000).slippage) == (0.1, 0.1)  # as much as is taken


def test_costs_are_frozen_and_equal_to_their_like():
    with pytest.raises(AttributeError):
        Costs().lag = 2
    assert {Costs(), Costs(2.0, 1.0, 1)} == {Costs()}
    assert Costs(2.0, 1.0, 2) != Costs()
