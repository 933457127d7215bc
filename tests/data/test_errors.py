"""Every error message says what to do: all are collected from the source files."""

from __future__ import annotations

import ast
import math

import numpy as np
import pandas as pd
import pytest

from data import errors
from data.load import SOURCES
from strategies.base import NEEDS
from strategies.registry import STRATEGIES
from strategies.schedule import REBALANCE
from tests.conftest import ROOT
from tests.soak.doors import CURE

FAMILY = {"HedgeError", "UsageError", "DataError", "UnreachableError", "WeightError", "OutputError",
          "GarbledError"}  # fmt: skip
# Texts that come from elsewhere, or that no user meets.
EXCUSED = {
    "curve maturities must ascend",  # a caller's fault, not data's
    "is not built from yields",
    "...; ...",  # two sentences from elsewhere, the second a cure
    "is not understood; ...",  # FORMS
    # Where else to look, each tried in tests/data/test_elsewhere.py:
    "which ... does not have; ...",
    "needs daily data, and ... is monthly; ...",
    "has no yields, which most claims are about; ...",
    # By the case, each tried in tests/data/sources/test_frame.py as it stands there:
    "levels, as from yfinance.download; ...",
    "which prices= has; ...",
    "needs dates as its index, got ...",
}


def text_of(node: ast.expr) -> str:
    """The words of a message; what it fills in is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return "..."


def messages() -> list[tuple[str, str]]:
    texts = []
    for package in ("data", "strategies", "backtests"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name == "fred.py":
                continue  # its errors end as warnings: a run goes on without that series
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                if isinstance(node.func, ast.Name) and node.func.id in FAMILY:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    texts.append((where, text_of(node.args[0])))
    return texts


def test_there_are_errors_to_read():
    assert len(messages()) > 100


@pytest.mark.parametrize(("where", "text"), messages())
def test_an_error_says_what_to_do(where, text):
    passed_on = text.strip(".") == ""
    excused = any(words in text for words in EXCUSED)
    assert passed_on or excused or CURE.search(text), f"{where}: {text}"


# --- the family itself ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "clause"),
    [
        ("TLTT", " (did you mean TLT?)"),
        ("spy", " (did you mean SPY?)"),  # another case is no other word
        ("gold", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_named_and_a_far_one_is_not(word, clause):
    assert errors.did_you_mean(word, ["SPY", "TLT", "IEF"]) == clause


GOALS = ("cagr", "sharpe", "sortino", "calmar")
LIMITS = ("cagr", "volatility", "max_drawdown", "calmar", "turnover_per_year")


@pytest.mark.parametrize(
    ("names", "words", "clause"),
    [
        (REBALANCE, "yearly year annual Annual yearly 1Y", " (did you mean annually?)"),
        (REBALANCE, "month Month monthlly", " (did you mean monthly?)"),
        (REBALANCE, "quarter quaterly", " (did you mean quarterly?)"),
        (REBALANCE, "none None buy-and-hold", " (did you mean never?)"),
        (REBALANCE, "week w wekly", " (did you mean weekly?)"),
        (REBALANCE, "day 1d", " (did you mean daily?)"),
        (REBALANCE, "half-yearly semi-annual 6m", " (did you mean semiannually?)"),
        (REBALANCE, "sometimes", ""),
        (GOALS, "return growth", " (did you mean cagr?)"),
        (GOALS, "max_drawdown drawdown", " (the nearest is calmar)"),
        (GOALS, "volatility", " (the nearest is sharpe)"),
        (LIMITS, "drawdown", " (did you mean max_drawdown?)"),
        (LIMITS, "vol", " (did you mean volatility?)"),
        (LIMITS, "turnover", " (did you mean turnover_per_year?)"),
        (("equity_only", "hedge_mix"), "60/40 mix", " (did you mean hedge_mix?)"),
        (("equity_only", "hedge_mix"), "buy_and_hold", " (did you mean equity_only?)"),
        (("SPY", "TLT"), "year equity", ""),  # words of another list
    ],
)
def test_what_others_call_a_word_gets_that_word(names, words, clause):
    for word in words.split():
        assert errors.did_you_mean(word, names) == clause, word


def test_every_other_word_leads_to_one_name_of_its_list():
    """``buy_and_hold`` is a calendar and a rule; within one list a word has one meaning."""
    lists = (REBALANCE, GOALS, LIMITS, SOURCES, tuple(STRATEGIES), NEEDS)
    for table in (errors.OTHER_WORDS, errors.NEAREST):
        for names in lists:
            words = [word for name in names for word in table.get(name, "").split()]
            assert len(words) == len(set(words)), names
        assert table.keys() <= {name for names in lists for name in names}


def test_nothing_is_near_where_nothing_is():
    assert errors.did_you_mean("SPY", []) == ""


class Silent:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


SHOWN = [
    (None, "None"),
    ("a\nb", "'a\\nb'"),
    (2.5, "2.5"),
    (np.float64(2.5), "2.5"),
    (np.str_("x"), "'x'"),
    (np.datetime64("NaT"), "NaT"),
    (["SPY", 1], "['SPY', 1]"),
    ("x" * 200, "'" + "x" * 76 + "..."),
    (10**5000, "an int that cannot be shown"),
    ([10**5000], "a list that cannot be shown"),
    (np.zeros(3), "an array"),
    (pd.DataFrame({"a": [1, 2]}), "a DataFrame"),
    ([pd.DataFrame({"a": [1]})], "[ a 0 1]"),
    (pd.NA, "NA"),
    (pd.NaT, "NaT"),
    (dict, "the class dict"),
    (object(), "an object"),
    (Silent(), "a Silent"),
    ([Silent()], "a list that cannot be shown"),
]


@pytest.mark.parametrize(("value", "text"), SHOWN, ids=range(len(SHOWN)))
def test_what_was_given_is_shown_in_short(value, text):
    assert errors.in_short(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1000.0, "1000"),
        (1000.0001, "1000.0001"),  # six digits would read 1000
        (0.1, "0.1"),
        (np.float64(2.5), "2.5"),
        (10**15 + 1, "1000000000000001"),
        (-0.25, "-0.25"),
        (1e-9, "1e-09"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_a_number_has_the_digits_that_tell_it_from_its_neighbours(number, text):
    assert errors.in_full(number) == text


@pytest.mark.parametrize(
    ("low", "high", "whole", "text"),
    [
        (0, 1000, False, "0 to 1000"),
        (2, 63, True, "whole numbers from 2 to 63"),
        (0.05, math.inf, False, "a finite number of 0.05 or more"),
        (-math.inf, 5, True, "a whole number of 5 or less"),
        (-math.inf, math.inf, False, "a finite number"),
        (-math.inf, math.inf, True, "a whole number"),
    ],
)
def test_a_range_is_said_as_it_is_checked(low, high, whole, text):
    assert errors.numbers_taken(low, high, whole=whole) == text


def test_nothing_is_near_what_is_no_text():
    for value in (5, None, np.ones(2), Silent()):
        assert errors.did_you_mean(value, ["SPY"]) == ""


def test_every_error_is_a_value_error_of_one_family():
    family = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == "data.errors"
    ]
    assert len(family) >= 7
    assert all(issubclass(kind, errors.HedgeError) for kind in family)
    assert issubclass(errors.HedgeError, ValueError)
    # Waiting may help where a server cannot be reached, and only there.
    assert issubclass(errors.UnreachableError, errors.DataError)
