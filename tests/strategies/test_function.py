"""Functions as rules: their names, tickers, needs, and the static mix of a dict."""

from __future__ import annotations

import functools
import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from data.errors import HedgeError, RuleError
from strategies.decisions import decide
from strategies.function import function_rule
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market

MARKET = random_market(4)


def half(market):
    """Half and half.

    More words.
    """
    return {"SPY": 0.5, "IEF": 0.5}


def test_a_dict_is_the_static_mix_of_hedge_mix():
    own = decide(function_rule(half, ["SPY", "IEF"]), MARKET)
    mix = HedgeMix(weights={"SPY": 0.5, "IEF": 0.5}, rebalance="monthly")
    pd.testing.assert_frame_equal(own, decide(mix, MARKET))


def test_a_function_is_named_after_itself():
    rule = function_rule(half, ["SPY", "IEF"], ["yields"])
    assert (rule.name, rule.tickers, rule.needs) == ("half", ["SPY", "IEF"], ("yields",))
    assert rule.summary() == "Half and half."
    assert (dict(rule.params()), rule.parameters(), rule.is_built_in()) == ({}, [], False)
    assert function_rule(lambda market: {"SPY": 1.0}, "SPY").name == "function"
    assert function_rule(lambda market: {"SPY": 1.0}, "SPY").tickers == ["SPY"]
    assert function_rule(functools.partial(half), ["SPY"]).name == "half"


WRONG = {
    "a dict of text": ({"SPY": "half"}, "the weight of SPY takes a fraction such as 0.6"),
    "another ticker": ({"GLD": 1.0}, "holds 'GLD', which is not among its tickers (SPY, IEF)"),
    "nan": ({"SPY": float("nan")}, "the weight of SPY is nan (missing)"),
    "over 1": ({"SPY": 0.8, "IEF": 0.4}, "sum to 1.2"),
    "short": ({"SPY": -0.5}, "short positions are not allowed"),
    "empty": ({}, "has no weights"),
    "cash": ({"CASH": 1.0}, "CASH is what the weights leave"),
    "numbers for tickers": ({1: 0.5}, "a ticker is text such as SPY, got 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_dict_is_one_line(case):
    answer, message = WRONG[case]

    def rule(market):
        return answer

    with pytest.raises(HedgeError) as refused:
        decide(function_rule(rule, ["SPY", "IEF"]), MARKET)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_tickers_and_needs_are_checked():
    for tickers in ([], [""], [7], ()):
        with pytest.raises(RuleError, match="tickers= of half takes tickers such as"):
            function_rule(half, tickers)
    with pytest.raises(RuleError, match="got 'yield' .did you mean yields"):
        function_rule(half, ["SPY"], ["yield"])


def test_a_built_in_name_is_not_taken():
    def carry(market):
        return {"SPY": 1.0}

    with pytest.raises(RuleError, match="carry is the name of a built-in strategy"):
        function_rule(carry, ["SPY"])


def test_numbers_of_any_kind_are_weights_of_a_dict():
    def rule(market):
        return {"SPY": np.float32(0.5), "IEF": Fraction(1, 4)}

    decided = decide(function_rule(rule, ["SPY", "IEF"]), MARKET)
    assert decided.iloc[0].tolist() == [0.5, 0.25]


def test_what_returns_later_is_refused_at_once():
    async def later(market):
        return {"SPY": 1.0}

    def by_and_by(market):
        yield {"SPY": 1.0}

    with pytest.raises(RuleError, match="a coroutine .async def.; return them"):
        function_rule(later, ["SPY"])
    with pytest.raises(RuleError, match="a generator .yield.; return them"):
        function_rule(by_and_by, ["SPY"])


def test_a_function_travels_by_its_name_and_a_lambda_not_at_all():
    rule = pickle.loads(pickle.dumps(function_rule(half, ["SPY", "IEF"], ["cpi"])))  # noqa: S301
    assert (rule.name, rule.tickers, rule.needs) == ("half", ["SPY", "IEF"], ("cpi",))
    assert decide(function_rule(half, ["SPY", "IEF"]), MARKET).equals(
        decide(pickle.loads(pickle.dumps(function_rule(half, ["SPY", "IEF"]))), MARKET)  # noqa: S301
    )
    with pytest.raises(RuleError, match="a lambda cannot be sent to another process"):
        pickle.dumps(function_rule(lambda market: {"SPY": 1.0}, ["SPY"]))
