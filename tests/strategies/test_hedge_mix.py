"""The mix: its weights as given, frozen, and equal to its like."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from strategies.hedge_mix import HedgeMix
from tests.strategies.helpers import path_market, require_decisions, weekdays


def test_decimal_weights_that_add_up_to_one_pass():
    assert HedgeMix(weights={"A": 0.1, "B": 0.2, "C": 0.7}).tickers == ["A", "B", "C"]


def test_the_weights_of_a_mix_cannot_be_changed():
    given = {"SPY": 0.6, "IEF": 0.4}
    mix = HedgeMix(weights=given)
    given["SPY"] = 9
    for frozen in (mix, HedgeMix()):
        with pytest.raises(TypeError):
            frozen.weights["SPY"] = 9
        with pytest.raises(AttributeError):
            frozen.weights.clear()
        with pytest.raises(AttributeError):
            frozen.weights = {}
        with pytest.raises(TypeError):
            frozen.params()["weights"] = {}
        with pytest.raises(TypeError):
            frozen.params()["weights"]["SPY"] = 9
        assert frozen.weights == {"SPY": 0.6, "IEF": 0.4}
    mix.tickers.append("TLT")  # changes a copy of the list
    assert mix.tickers == ["SPY", "IEF"]


def test_the_declared_default_cannot_be_changed():
    (declared,) = [own for own in HedgeMix.parameters() if own.name == "weights"]
    with pytest.raises(TypeError):
        declared.default["SPY"] = 9


def test_mixes_that_say_the_same_are_one_key():
    same = (HedgeMix(), HedgeMix(), HedgeMix(weights={"IEF": 0.4, "SPY": 0.6}))
    assert len(set(same)) == 1
    assert same[0] == same[1] == same[2]
    others = (
        HedgeMix(weights={"SPY": 0.6, "IEF": 0.39}),
        HedgeMix(weights={"SPY": 0.6, "TLT": 0.4}),
        HedgeMix(weights={"SPY": 0.6}),
        HedgeMix(rebalance="never"),
    )
    assert len({*same, *others}) == 5
    assert all(other != HedgeMix() for other in others)
    assert dataclasses.replace(others[0], weights=HedgeMix().weights) == HedgeMix()


def test_weights_and_their_dates_by_hand():
    # Daily from 2020-01-01 to 2020-05-01 (row 87). GLD has its first price on row 5, 8 January:
    # there it starts. CASH is what the weights leave, a tenth.
    gold = [np.nan] * 5 + [100.0] * 83
    market = path_market(weekdays(88), ppy=252, GLD=gold)
    weights = {"SPY": 0.3, "GLD": 0.6}
    starts = {
        "monthly": ["2020-01-08", "2020-02-03", "2020-03-02", "2020-04-01", "2020-05-01"],
        "quarterly": ["2020-01-08", "2020-04-01"],
        "annually": ["2020-01-08"],
        "never": ["2020-01-08"],
    }
    for rebalance, days in starts.items():
        mix = HedgeMix(weights=weights, rebalance=rebalance)
        expected = {day: [0.3, 0.6] for day in days}
        require_decisions(mix.target_weights(market), expected, ("SPY", "GLD"))
    assert mix.heaviest == "GLD"
