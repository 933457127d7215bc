"""Declared parameters, schedules and causality."""

from __future__ import annotations

import pandas as pd
import pytest

from data.errors import UsageError, WeightError
from strategies import registry
from strategies.hedge_mix import HedgeMix
from strategies.schedule import REBALANCE, decision_rows


def test_decisions_fall_on_first_sessions():
    sessions = pd.bdate_range("2020-01-15", "2021-02-10")
    picked = {
        name: [f"{day:%Y-%m-%d}" for day in sessions[decision_rows(sessions, name)]]
        for name in REBALANCE
    }
    assert picked["never"] == ["2020-01-15"]
    assert picked["annually"] == ["2020-01-15", "2021-01-01"]
    assert picked["quarterly"] == ["2020-01-15", "2020-04-01", "2020-07-01", "2020-10-01",
                                   "2021-01-01"]  # fmt: skip
    assert picked["monthly"][:3] == ["2020-01-15", "2020-02-03", "2020-03-02"]
    assert len(picked["monthly"]) == 14


def test_weights_over_one_name_their_sum():
    with pytest.raises(
        WeightError,
        match=r"weights of hedge_mix sum to 1.2 \(SPY 0.8, IEF 0.4\); they may sum to at most 1: "
        "leverage is not allowed",
    ):
        HedgeMix(weights={"SPY": 0.8, "IEF": 0.4})


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_weights_must_be_finite_and_not_negative(weight):
    with pytest.raises(WeightError, match="the weight of SPY is"):
        HedgeMix(weights={"SPY": weight})


def test_decimal_weights_that_add_up_to_one_pass():
    assert HedgeMix(weights={"A": 0.1, "B": 0.2, "C": 0.7}).tickers == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weight": "SPY=1"}, r"no parameter 'weight' \(did you mean weights\?\)"),
        ({"rebalance": "monthy"}, r"one of monthly, .* got 'monthy' \(did you mean monthly\?\)"),
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
        assert all(known.unit and known.doc for known in kind.parameters())
