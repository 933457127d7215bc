"""Strategies by name, made from texts."""

from __future__ import annotations

import pytest

from data.errors import UsageError, WeightError
from strategies import registry


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weight": "SPY=1"}, r"no parameter 'weight' \(did you mean weights\?\)"),
        ({"rebalance": "monthy"}, r"one of daily, .* got 'monthy' \(did you mean monthly\?\)"),
        ({"weights": "SPY"}, r"weights are TICKER=FRACTION"),
        ({"weights": "SPY=much"}, r"the weight of SPY takes a fraction such as 0.6, got 'much'"),
        ({"weights": "SPY==0.6"}, r"weights are TICKER=FRACTION,..., got 'SPY==0.6'"),
        ({"weights": "SPY=0.5,SPY=0.5"}, r"SPY stands twice"),
        ({"weights": "CASH=0.5"}, r"CASH is what the weights leave"),
    ],
)
def test_bad_parameters_say_what_and_do_this(values, message):
    with pytest.raises((UsageError, WeightError), match=message):
        registry.make("hedge_mix", values)


def test_every_strategy_declares_unit_and_meaning():
    for name in registry.STRATEGIES:
        kind = registry.strategy_class(name)
        assert kind.name == name
        assert "Known weakness" in kind.__doc__
        assert all(own.unit and own.doc for own in kind.parameters())
