"""Tables that rules bring from outside the market are named, however they come by them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from strategies.base import Strategy
from strategies.function import function_rule
from strategies.hedge_mix import HedgeMix
from strategies.outside import tables_from_outside

PRICES = pd.DataFrame({"SPY": [1.0]})
TABLES = {"signals": {"spy": PRICES["SPY"]}}
BARE = np.ones(3)
WORD = "365"


def helper():
    return PRICES


def around():
    inner = pd.Series([1.0])

    def rule(market):
        return inner

    return rule


class Callable:
    """An object that can be called, and keeps a table."""

    def __init__(self):
        self.table = PRICES

    def __call__(self, market):
        return self.table

    def method(self, market):
        return self.table


def of_module(market):
    return PRICES, BARE, len(WORD)


def within(market):
    return [PRICES.sum() for _ in range(2)], (lambda: BARE)()


def through_a_helper(market):
    return helper()


def in_a_dict(market):
    return TABLES["signals"]


def by_default(market, table=PRICES):
    return table


def by_keyword(market, *, table=PRICES):
    return table


def none_at_all(market):
    return market.PRICES, market.BARE, pd.Series([1.0]), np.ones(2)  # attributes, and its own


RULES = {
    "around": (around(), ["inner"]),
    "of its module": (of_module, ["BARE", "PRICES"]),
    "within": (within, ["BARE", "PRICES"]),
    "helper": (through_a_helper, ["PRICES"]),
    "dict": (in_a_dict, ["TABLES"]),
    "default": (by_default, ["table"]),
    "keyword": (by_keyword, ["table"]),
    "partial": (functools.partial(by_default, table=PRICES), ["table"]),
    "positional partial": (functools.partial(by_default, PRICES), ["argument 1", "table"]),
    "object": (Callable(), ["table"]),
    "method": (Callable().method, ["table"]),
    "none": (none_at_all, []),
    "lambda": (lambda market: {"SPY": 1.0}, []),
}


@pytest.mark.parametrize("case", RULES)
def test_a_functions_tables_are_named(case):
    function, names = RULES[case]
    assert tables_from_outside(function_rule(function, ["SPY"])) == names


@dataclass(frozen=True)
class OnTables(Strategy):
    """Holds what tables say."""

    name: ClassVar[str] = "on_tables"
    history: ClassVar[pd.DataFrame] = PRICES

    @property
    def tickers(self):
        return ["SPY"]

    def target_weights(self, market):
        return helper()


@dataclass(frozen=True)
class Heir(OnTables):
    """Inherits them."""

    name: ClassVar[str] = "heir"


def test_a_classs_tables_are_named():
    assert tables_from_outside(OnTables()) == ["PRICES", "history"]
    assert tables_from_outside(Heir()) == ["PRICES", "history"]


def test_ours_have_none():
    assert tables_from_outside(HedgeMix()) == []
