"""Costs: what cannot be is refused."""

from __future__ import annotations

import pytest

from backtests.engine.costs import Costs
from data.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((-1, 0, 1), "--fee-bps"), ((0, float("nan"), 1), "--slippage-bps"), ((0, 0, 0), "--lag")],
)
def test_impossible_costs_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        Costs(*arguments)


def test_costs_are_frozen_and_equal_to_their_like():
    with pytest.raises(AttributeError):
        Costs().lag = 2
    assert {Costs(), Costs(2.0, 1.0, 1)} == {Costs()}
    assert Costs(2.0, 1.0, 2) != Costs()
