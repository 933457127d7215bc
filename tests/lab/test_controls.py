"""The left side of the lab: what its controls are called."""

from __future__ import annotations

import pytest

from strategies.registry import STRATEGIES, strategy_class

pytest.importorskip("streamlit")
from backtests.lab.controls import label_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("step_bp", "Step, bp"),
        ("lookback_years", "Lookback, years"),
        ("duration_min", "Duration min, years"),
        ("equity_weight", "Equity weight, fraction of value"),
        ("rebalance", "Rebalance"),
        ("ticker", "Ticker"),
    ],
)
def test_a_label_has_its_unit_after_a_comma(name, label):
    every = [known for one in STRATEGIES for known in strategy_class(one).parameters()]
    assert label_of(next(known for known in every if known.name == name)) == label
