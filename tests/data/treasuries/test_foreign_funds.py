"""Funds of US Treasuries listed outside the United States, against their fact sheets."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from data.treasuries.bonds import modified_duration
from data.treasuries.foreign_funds import (
    DURATIONS,
    EQUITY_ABROAD,
    SHARE_CLASS_OF,
    SHARE_CLASSES,
    listed_abroad,
)
from data.treasuries.instruments import CATALOGUE

# Typed from the funds' fact sheets and pages: maturities, fee in percent, whether it pays out.
PUBLISHED = {
    "IB01.L": ((0, 1), 0.07, False), "IBTU.L": ((0, 1), 0.07, True),
    "IBTS.L": ((1, 3), 0.07, True), "IBTA.L": ((1, 3), 0.07, False),
    "TSY3.L": ((1, 3), 0.05, True), "XUT3.L": ((1, 3), 0.06, True),
    "2620.T": ((1, 3), 0.154, True), "CBU7.L": ((3, 7), 0.07, False),
    "TRS5.L": ((3, 7), 0.05, True), "IUSM.DE": ((7, 10), 0.07, True),
    "SXRM.DE": ((7, 10), 0.07, False), "IBB1.DE": ((7, 10), 0.10, True),
    "TRSX.L": ((7, 10), 0.05, True), "TREX.L": ((7, 10), 0.06, True),
    "1656.T": ((7, 10), 0.154, True), "2015.T": ((7, 10), 0.11, True),
    "US10.L": ((10, 30), 0.06, True), "IDTL.L": ((20, 30), 0.07, True),
    "IS04.DE": ((20, 30), 0.07, True), "DTLA.L": ((20, 30), 0.07, False),
    "DTLE.L": ((20, 30), 0.10, True), "2255.T": ((20, 30), 0.154, True),
    "VUTY.L": ((1, 30), 0.07, True), "VDTA.L": ((1, 30), 0.07, False),
    "USTY.L": ((1, 30), 0.05, True), "PRIT.L": ((1, 30), 0.05, True),
}  # fmt: skip


@pytest.mark.parametrize("ticker", PUBLISHED)
def test_a_fund_is_what_its_fact_sheet_says(ticker):
    maturities, percent, distributes = PUBLISHED[ticker]
    fund = SHARE_CLASS_OF[ticker]
    assert (fund.maturities, fund.distributes) == (maturities, distributes)
    assert fund.expense == pytest.approx(percent / 100, abs=1e-12)
    assert CATALOGUE[ticker].expense == fund.expense


def test_each_ticker_and_each_isin_stands_once():
    tickers = Counter(ticker for each in SHARE_CLASSES for ticker in each.listings)
    assert set(tickers.values()) == {1}
    isins = Counter(each.isin for each in SHARE_CLASSES if each.isin)
    assert set(isins.values()) == {1}
    assert not set(tickers) & EQUITY_ABROAD


@pytest.mark.parametrize("isin", [each.isin for each in SHARE_CLASSES if each.isin])
def test_an_isin_has_its_check_digit(isin):
    """ISO 6166: letters as 10 to 35, then Luhn's sum from the right is a multiple of ten."""
    assert re.fullmatch(r"(IE|LU|JP)[A-Z0-9]{9}\d", isin)
    digits = [int(digit) for digit in "".join(str(int(sign, 36)) for sign in isin)][::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    assert (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_a_ticker_is_quoted_in_a_currency_of_its_exchange():
    allowed = {"L": {"USD", "GBP", "EUR", ""}, "DE": {"EUR"}, "T": {"JPY"}}
    for each in SHARE_CLASSES:
        for ticker, quoted in each.listings.items():
            assert quoted in allowed[ticker.rpartition(".")[2]], ticker
            # A class that sells its dollars is quoted in what it buys.
            assert not each.hedged or quoted == each.hedged, ticker
        assert each.isin[:2] in {"", "IE", "LU"} or not each.is_ucits


def test_a_hedge_costs_more_than_none():
    """0.10 % a year with a hedge and 0.07 % without, at iShares."""
    assert {each.expense for each in SHARE_CLASSES if each.hedged in ("EUR", "GBP")} == {0.001}
    assert all(0.0005 <= each.expense <= 0.002 for each in SHARE_CLASSES)


@pytest.mark.parametrize("maturities", [each for each in DURATIONS if each != (0, 1)])
def test_a_ladder_of_the_range_has_about_the_duration_of_the_fact_sheets(maturities):
    """At par yields of 4.5 %, as in 2025; twelve percent off at most, over ten years."""
    tickers = sorted(ticker for ticker in listed_abroad(maturities) if CATALOGUE[ticker].ladder)
    for ticker in tickers:
        rungs = np.array(CATALOGUE[ticker].ladder.maturities)
        duration = modified_duration(np.full(len(rungs), 0.045), rungs).mean()
        assert duration == pytest.approx(CATALOGUE[ticker].duration, rel=0.12), ticker
    assert tickers


@pytest.mark.parametrize(("percent", "published"), [(4.5, 5.9), (1.5, 7.1)])
def test_the_whole_market_lasts_as_long_as_bonds_up_to_14_years(percent, published):
    """The Bloomberg US Treasury index at the end of 2024 and of 2021; up to 30 years lasts 10."""
    rungs = np.array(CATALOGUE["VUTY.L"].ladder.maturities)
    assert (rungs[0], rungs[-1]) == (1, 14)
    duration = modified_duration(np.full(len(rungs), percent / 100), rungs).mean()
    assert duration == pytest.approx(published, rel=0.05)
    whole = np.arange(1.0, 31.0)
    assert modified_duration(np.full(30, percent / 100), whole).mean() > 1.5 * published


@pytest.mark.parametrize(
    ("ticker", "title"),
    [
        ("IDTL.L", "20+ year Treasuries, iShares UCITS, distributing"),
        ("SXRM.DE", "7-10 year Treasuries, iShares UCITS, accumulating"),
        ("US10.L", "10+ year Treasuries, Amundi UCITS, distributing"),
        ("IB01.L", "0-1 year Treasuries, iShares UCITS, accumulating"),
        ("VUTY.L", "1-30 year Treasuries, Vanguard UCITS, distributing"),
        ("IBTE.L", "1-3 year Treasuries, iShares UCITS, accumulating, hedged into EUR"),
        ("2621.T", "20+ year Treasuries, iShares, distributing, hedged into JPY"),
    ],
)
def test_its_title_says_what_it_is(ticker, title):
    assert CATALOGUE[ticker].title == SHARE_CLASS_OF[ticker].title == title


def test_tickers_are_found_by_their_range():
    assert listed_abroad((3, 7)) == {"CBU7.L", "CU71.L", "SXRL.DE", "TRS5.L"}
    assert listed_abroad((0, 1), (10, 30)) == {"IB01.L", "IBC1.DE", "IBTU.L", "US10.L"}
    assert listed_abroad() == frozenset()


@pytest.mark.parametrize(
    ("ticker", "is_one"),
    [
        ("IBTL.L", True),  # distributing, quoted in pounds
        ("IDTL.L", True),
        ("CU01.L", False),  # keeps what it earns
        ("IDTG.L", False),  # sells its dollars
        ("2255.T", False),  # a fund of Tokyo pays yen
    ],
)
def test_distributing_classes_under_european_law_pay_dollars(ticker, is_one):
    assert SHARE_CLASS_OF[ticker].pays_dollars is is_one
