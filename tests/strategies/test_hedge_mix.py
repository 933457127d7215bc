"""The mix: its weights as given, frozen, and equal to its like."""

from __future__ import annotations

import dataclasses

import pytest

from strategies.hedge_mix import HedgeMix


def test_decimal_weights_that_add_up_to_one_pass():
    assert HedgeMix(weights={"A": 0.1, "B": 0.2, "C": 0.7}).tickers == ["A", "B", "C"]


def test_the_weights_of_a_mix_cannot_be_changed():
    given = {"SPY": 0.6, "IEF": 0.4}
    mix = HedgeMix(weights=given)
    given["SPY"] = 9
    for one in (mix, HedgeMix()):
        with pytest.raises(TypeError):
            one.weights["SPY"] = 9
        with pytest.raises(AttributeError):
            one.weights.clear()
        with pytest.raises(AttributeError):
            one.weights = {}
        with pytest.raises(TypeError):
            one.params()["weights"] = {}
        with pytest.raises(TypeError):
            one.params()["weights"]["SPY"] = 9
        assert one.weights == {"SPY": 0.6, "IEF": 0.4}
    one.tickers.append("TLT")  # a list of the caller's own
    assert one.tickers == ["SPY", "IEF"]


def test_the_declared_default_cannot_be_changed():
    (declared,) = [known for known in HedgeMix.parameters() if known.name == "weights"]
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
