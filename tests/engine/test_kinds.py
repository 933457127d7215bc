"""Kinds of values: what is read as Python's own, and what is refused in a line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from backtests.engine import kinds
from data.errors import HedgeError, RuleError, UsageError


def plain_type(read):
    """The type of a value and of what it holds."""
    if isinstance(read, dict):
        return {name: type(inner) for name, inner in read.items()}
    return type(read)


@pytest.mark.parametrize(
    ("read", "given", "wanted"),
    [
        (kinds.text, np.str_("SPY"), "SPY"),
        (kinds.flag, np.False_, False),
        (kinds.number, np.float32(0.5), 0.5),
        (kinds.number, 3, 3.0),
        (kinds.number, Decimal("0.1"), 0.1),
        (kinds.number, Fraction(1, 4), 0.25),
        (kinds.whole, np.int8(3), 3),
        (kinds.whole, 3.0, 3),
        (kinds.whole, Decimal(3), 3),
        (kinds.day, "2001-02-03", "2001-02-03"),
        (kinds.day, dt.datetime(2001, 2, 3, 23, 59), "2001-02-03"),
        (kinds.day, pd.Timestamp("2001-02-03 23:00", tz="America/New_York"), "2001-02-03"),
        (kinds.day, np.datetime64("2001-02-03T23:00:00.5"), "2001-02-03"),
        (kinds.day, np.datetime64("2001-02-03", "ns"), "2001-02-03"),
        (kinds.plain, np.int64(3), 3),
        (kinds.plain, np.longdouble(0.5), 0.5),
        (kinds.plain, np.bool_(True), True),
        (kinds.plain, pd.Series({"SPY": np.float32(0.5)}), {"SPY": 0.5}),
        (kinds.plain, {np.str_("SPY"): Decimal("0.5")}, {"SPY": 0.5}),
        (kinds.plain, None, None),
        (kinds.plain, dt.date(2001, 2, 3), dt.date(2001, 2, 3)),
        (kinds.plain, (1, np.float64(2.0)), [1, 2.0]),
    ],
)
def test_what_is_meant_is_read_as_pythons_own(read, given, wanted):
    there = read(given, "x=")
    assert there == wanted
    assert plain_type(there) == plain_type(wanted)


@pytest.mark.parametrize(
    ("read", "given", "line"),
    [
        (kinds.text, b"SPY", "x= takes a text, got b'SPY'"),
        (kinds.text, "a\udc80",
         "x= has 'a\\udc80', which holds a NUL or an undecodable byte; leave it out"),
        (kinds.flag, 1, "x= takes True or False, got 1"),
        (kinds.flag, "False", "x= takes True or False, got 'False'"),
        (kinds.number, True, "x= takes a number, got True"),
        (kinds.number, "2", "x= takes a number, got '2'"),
        (kinds.number, pd.Series([2.0]), "x= takes a number, got a Series"),
        (kinds.whole, 1.5, "x= takes a whole number, got 1.5"),
        (kinds.whole, True, "x= takes a whole number, got True"),
        (kinds.whole, 2**63, "x= has a whole number of 64 bits; give a smaller number"),
        (kinds.day, dt.time(12), "x= takes a date as YYYY-MM-DD, got a time"),
        (kinds.day, 20010203, "x= takes a date as YYYY-MM-DD, got 20010203"),
        (kinds.day, "20010203", "x= takes a date as YYYY-MM-DD, got '20010203'"),
        (kinds.day, "2001-02-30", "x= takes a date as YYYY-MM-DD, got '2001-02-30'"),
        (kinds.day, pd.NaT, "x= takes a date as YYYY-MM-DD, got NaT"),
        (kinds.day, np.datetime64("NaT"), "x= takes a date as YYYY-MM-DD, got NaT"),
        (kinds.day, np.datetime64("2001-02"), "x= takes a date as YYYY-MM-DD, got 2001-02"),
        (kinds.day, pd.Period("2001-02"), "x= takes a date as YYYY-MM-DD, got a Period"),
        (kinds.day, dt.date(1799, 12, 31),
         "x= 1799-12-31 is outside the years 1800 to 2200; give a day within"),
        (kinds.day, dt.date(2201, 1, 1),
         "x= 2201-01-01 is outside the years 1800 to 2200; give a day within"),
        (kinds.plain, np.ones(2), "x= takes a number, a text or weights by ticker, got an array"),
        (kinds.plain, pd.NA, "x= takes a number, a text or weights by ticker, got NA"),
        (kinds.plain, {"SPY": {"a": {"b": {"c": 1}}}},
         "x= is nested too deep; give a number, a text or weights by ticker"),
        (kinds.plain, {"SPY": 2**63}, "x= has a whole number of 64 bits; give a smaller number"),
        (kinds.plain, {("SPY", 1): 0.5}, "x= takes weights by ticker, got ('SPY', 1)"),
        (kinds.plain, {"S\nPY": 0.5}, "x= takes weights by ticker, got 'S\\nPY'"),
        (kinds.plain, pd.Series([0.1, 0.2], index=["SPY"] * 2), "x= has 'SPY' twice; give it once"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_line(read, given, line):
    with pytest.raises(UsageError) as refused:
        read(given, "x=")
    assert str(refused.value) == line


def test_a_message_of_one_line_is_left_as_it_is():
    assert kinds.in_one_line(UsageError("x; do this")) is None
    longer = kinds.in_one_line(RuleError("x\n\n y"))
    assert (type(longer), str(longer)) == (RuleError, "x y")


def test_an_error_that_says_otherwise_when_it_is_made_anew_is_not():
    class Framed(HedgeError):
        def __init__(self, what: str):
            super().__init__(f"<\n{what}\n>")

    shown = kinds.in_one_line(Framed("x"))
    assert (type(shown), str(shown)) == (RuleError, "< x >")
