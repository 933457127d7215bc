"""Answers of rules: an answer that is not weights is refused in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from data.errors import HedgeError, RuleError
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.function import function_rule
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market

MARKET = random_market(3)
DAYS = MARKET.sessions[:3]


def frame(values, columns=("SPY", "IEF"), index=DAYS):
    return pd.DataFrame(values, index=index, columns=list(columns))


WRONG = {
    "nothing": (None, "rule answers with nothing (None); return a DataFrame"),
    "a number": (0.6, "answers with a float"),
    "a list": ([0.6, 0.4], "answers with a list"),
    "a series": (pd.Series([0.6], DAYS[:1]), "answers with a Series"),
    "an array": (np.ones((3, 2)), "answers with a ndarray"),
    "no rows": (frame(np.zeros((0, 2)), index=DAYS[:0]), "rule made no decision up to 2003-04-21"),
    "no columns": (pd.DataFrame(index=DAYS), "answers with no columns"),
    "text": (frame([["much", "none"]] * 3), "answers 'much' for SPY, no fraction"),
    "true": (frame([[True, False]] * 3), "answers True for SPY, no fraction"),
    "dates": (frame([[DAYS[0]] * 2] * 3), "answers Timestamp"),
    "another ticker": (frame([[0.6, 0.4]] * 3, ("SPY", "GLD")),
                       "holds 'GLD', which is not among its tickers (SPY, IEF)"),
    "a near ticker": (frame([[0.6, 0.4]] * 3, ("SPY", "IEFF")), "(did you mean IEF?)"),
    "cash": (frame([[0.6, 0.4]] * 3, ("SPY", "CASH")), "holds CASH, which is what the weights"),
    "twice": (frame([[0.3, 0.3]] * 3, ("SPY", "SPY")), "answers with two columns 'SPY'"),
    "numbered rows": (frame([[0.6, 0.4]] * 3, index=range(3)), "rows of RangeIndex, no dates"),
    "worded rows": (frame([[0.6, 0.4]] * 3, index=list("abc")), "no dates"),
    "other days": (frame([[0.6, 0.4]], index=pd.DatetimeIndex(["2001-01-06"])),
                   "decided on dates that are not ascending sessions of the market"),
    "a day twice": (frame([[0.6, 0.4]] * 2, index=DAYS[[0, 0]]), "each once"),
    "backwards": (frame([[0.6, 0.4]] * 3, index=DAYS[::-1]), "not ascending sessions"),
    "zoned": (frame([[0.6, 0.4]] * 3, index=DAYS.tz_localize("UTC")), "(they have a time zone)"),
    "missing": (frame([[0.6, np.nan]] * 3), "the weight of IEF on 2001-01-02 is nan (missing)"),
    "infinite": (frame([[np.inf, 0.0]] * 3), "the weight of SPY on 2001-01-02 is inf"),
    "short": (frame([[1.2, -0.2]] * 3), "short positions are not allowed"),
    "leverage": (frame([[0.7, 0.4]] * 3), "sum to 1.1 on 2001-01-02 (SPY 0.7, IEF 0.4)"),
    "a hair over": (frame([[0.6, 0.40010001]] * 3), "sum to 1.00010001 on 2001-01-02"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_one_line(case):
    answer, message = WRONG[case]

    def rule(market):
        return answer

    with pytest.raises(HedgeError) as refused:
        decide(function_rule(rule, ["SPY", "IEF"]), MARKET)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", [np.float32, np.int8, np.float64])
def test_numbers_of_any_kind_are_weights(kind):
    def rule(market):
        return frame(np.array([[1, 0], [0, 1], [0, 0]], kind))

    decided = decide(function_rule(rule, ["SPY", "IEF"]), MARKET)
    assert decided.dtypes.tolist() == [np.float64, np.float64]
    assert decided.to_numpy().tolist() == [[1, 0], [0, 1], [0, 0]]


def test_fractions_of_32_bits_are_no_leverage():
    """In 32 bits fractions that should sum to 1 miss it by about 1e-8: scaled where they trade."""

    def rule(market):
        return frame(np.array([[0.6, 0.4], [0.7, 0.3], [0.3, 0.1]], np.float32))

    decided = decide(function_rule(rule, ["SPY", "IEF"]), MARKET)
    assert decided.iloc[0].tolist() == [np.float64(np.float32(0.6)), np.float64(np.float32(0.4))]
    assert decided.iloc[0].sum() > 1.0 + 1e-9


def test_a_frame_of_another_kind_is_read_or_refused():
    class Odd(pd.DataFrame):
        def __getitem__(self, key):
            raise KeyError("odd")

    duplicates = frame([[0.6, 0.4]] * 3).set_flags(allows_duplicate_labels=False)
    rule = function_rule(lambda market: duplicates, ["SPY", "IEF"])
    assert decide(rule, MARKET).flags.allows_duplicate_labels
    with pytest.raises(RuleError, match="answers with a Odd that cannot be read .KeyError: 'odd'"):
        decide(function_rule(lambda market: Odd(duplicates), ["SPY", "IEF"]), MARKET)


def test_an_error_of_the_users_own_family_says_whose_it_is():
    class Own(HedgeError):
        def __init__(self, number, text):
            self.args = (number, text)

        def __str__(self):
            raise ValueError

    def fails(market):
        raise Own(1, "x")

    def is_empty(market):
        raise HedgeError

    with pytest.raises(RuleError, match="fails fails: Own .line"):
        decide(function_rule(fails, ["SPY"]), MARKET)
    with pytest.raises(RuleError, match="is_empty fails: HedgeError"):
        decide(function_rule(is_empty, ["SPY"]), MARKET)


def test_a_rule_that_changes_its_frame_later_changes_nothing():
    own = frame([[0.6, 0.4]] * 3)

    def rule(market):
        return own

    decided = decide(function_rule(rule, ["SPY", "IEF"]), MARKET)
    own.iloc[:] = 0.0
    assert decided["SPY"].tolist() == [0.6] * 3


def test_a_rule_that_fails_says_where():
    def rule(market):
        share = 1.0
        return share / 0

    line = rule.__code__.co_firstlineno + 2
    with pytest.raises(RuleError) as refused:
        decide(function_rule(rule, ["SPY"]), MARKET)
    assert str(refused.value) == (
        f"rule fails: ZeroDivisionError: float division by zero (line {line} of "
        "test_decisions.py); mend it"
    )
    assert isinstance(refused.value.__cause__, ZeroDivisionError)


def test_a_rule_that_leaves_the_program_is_refused():
    def rule(market):
        raise SystemExit(3)

    with pytest.raises(RuleError, match="rule fails: SystemExit: 3"):
        decide(function_rule(rule, ["SPY"]), MARKET)


def test_what_a_rule_needs_has_to_be_declared():
    def rule(market):
        return market.yields[10.0]

    with pytest.raises(RuleError, match="has to declare its needs"):
        decide(function_rule(rule, ["SPY"]), MARKET)
    with pytest.raises(RuleError, match="rule needs yields, which made lacks"):
        decide(function_rule(rule, ["SPY"], ["yields"]), MARKET)


@dataclass(frozen=True)
class Broken(Strategy):
    """Stands for a rule of ours with a fault. Known weakness: that fault."""

    name: ClassVar[str] = "broken"

    @property
    def tickers(self):
        return ["SPY"]

    def target_weights(self, market):
        raise KeyError("ours")


def test_a_fault_of_ours_stays_one(monkeypatch):
    """A command then ends with exit code 1 and asks for a report."""
    with pytest.raises(RuleError, match="broken fails: KeyError: 'ours'"):
        decide(Broken(), MARKET)
    monkeypatch.setattr(Broken, "__module__", "strategies.broken")
    with pytest.raises(KeyError, match="ours"):
        decide(Broken(), MARKET)


def test_a_built_in_rule_is_asked_once_for_a_market_and_settings(monkeypatch):
    """A run asks for its decisions twice, with those of its benchmark between."""
    asked = []
    real = HedgeMix.target_weights

    def count(rule, market):
        asked.append(rule)
        return real(rule, market)

    monkeypatch.setattr(HedgeMix, "target_weights", count)
    market, other = (random_market(1, ("SPY", "IEF")) for _ in range(2))
    mix, more = HedgeMix(), HedgeMix(weights={"SPY": 0.8, "IEF": 0.2})
    first = decide(mix, market)
    decide(more, market)
    again = decide(HedgeMix(), market)
    pd.testing.assert_frame_equal(again, first)
    assert asked == [mix, more]
    again.iloc[0] = 0.0  # what a caller does with its answer is of no account
    pd.testing.assert_frame_equal(decide(mix, market), first)
    decide(mix, other)
    assert asked == [mix, more, mix]
