"""The catalogue of tickers, and what cannot be held."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from data.errors import DataError
from data.treasuries.instruments import (
    AMERICAN,
    CATALOGUE,
    FUNDS_OF_BILLS,
    FUNDS_OF_STRIPS,
    KNOWN_EQUITY,
    LISTED_IN_NEW_YORK,
    MAY_HEDGE,
    PAYERS,
    PROXIES,
    REPRICED,
    TREASURY_FUNDS,
    Instrument,
    Ladder,
    hedged_into,
    is_series,
    is_treasury_fund,
    repriced_as,
    require_total_return,
)


@pytest.mark.parametrize(
    ("ticker", "rungs", "first", "last"),
    # A rung each quarter, half and whole year, both ends included.
    [("SHY", 9, 1.0, 3.0), ("IEF", 7, 7.0, 10.0), ("TLT", 11, 20.0, 30.0)],
)
def test_a_ladder_has_its_rungs_from_end_to_end(ticker, rungs, first, last):
    maturities = CATALOGUE[ticker].ladder.maturities
    assert (len(maturities), maturities[0], maturities[-1]) == (rungs, first, last)


def test_rungs_are_evenly_apart():
    assert Ladder(1, 2, 0.25).maturities == (1.0, 1.25, 1.5, 1.75, 2.0)
    assert Ladder(5, 5, 1).maturities == (5.0,)


def test_fees_are_those_of_the_fact_sheets():
    # A fraction a year; checked against the funds' own pages.
    fees = {ticker: instrument.expense for ticker, instrument in AMERICAN.items()}
    assert fees == {
        "SPY": 0.000945, "BIL": 0.0014, "SHY": 0.0015, "IEF": 0.0015, "TLT": 0.0015,
    }  # fmt: skip


def test_each_entry_is_listed_under_its_own_ticker_and_its_proxies_have_words():
    for ticker, instrument in CATALOGUE.items():
        assert instrument.ticker == ticker
        assert set(instrument.proxies) <= set(PROXIES)
        # What is built from yields is a Treasury fund, and what is a Treasury fund has a duration.
        assert (instrument.ladder is None) or ticker in TREASURY_FUNDS
        assert (instrument.duration > 0) is (ticker in TREASURY_FUNDS)


def test_durations_rise_with_maturities():
    durations = [CATALOGUE[ticker].duration for ticker in ("SPY", "BIL", "SHY", "IEF", "TLT")]
    assert durations == sorted(durations)


@pytest.mark.parametrize(
    ("ticker", "rungs", "first", "last"),
    [("IDTL.L", 11, 20.0, 30.0), ("IS04.DE", 11, 20.0, 30.0), ("SXRM.DE", 7, 7.0, 10.0),
     ("TREX.L", 7, 7.0, 10.0), ("CBU7.L", 9, 3.0, 7.0), ("IBTA.L", 9, 1.0, 3.0),
     ("US10.L", 21, 10.0, 30.0), ("1656.T", 7, 7.0, 10.0)],
)  # fmt: skip
def test_funds_listed_elsewhere_have_the_ladder_of_their_range(ticker, rungs, first, last):
    maturities = CATALOGUE[ticker].ladder.maturities
    assert (len(maturities), maturities[0], maturities[-1]) == (rungs, first, last)


@pytest.mark.parametrize("ticker", ["DTLE.L", "IBB1.DE", "IDTG.L", "2621.T", "IBTE.L"])
def test_no_ladder_stands_for_dollars_sold_forward(ticker):
    assert CATALOGUE[ticker].ladder is None
    assert is_treasury_fund(ticker)


def test_a_share_class_that_sells_its_dollars_says_into_what():
    assert hedged_into("dtle.l") == "EUR"
    assert hedged_into("IDTG.L") == "GBP"
    assert hedged_into("1482.T") == "JPY"
    assert {hedged_into(ticker) for ticker in ("IDTL.L", "TLT", "SPY", "TRXG.L", "none")} == {""}


def test_what_a_ticker_is_stands_once():
    for one, other in itertools.combinations((TREASURY_FUNDS, MAY_HEDGE, KNOWN_EQUITY), 2):
        assert not one & other
    # By Yahoo's spelling a ticker of another exchange has its ending; New York's have none.
    assert {ticker for ticker in TREASURY_FUNDS - LISTED_IN_NEW_YORK if "." not in ticker} == set()
    assert {"IB01.L", "IBTU.L", "IBC1.DE"} < FUNDS_OF_BILLS < TREASURY_FUNDS
    # Irish funds of one portfolio in two share classes: IDTL pays out, DTLA keeps.
    assert "IDTL.L" in PAYERS
    assert "DTLA.L" not in PAYERS


def test_funds_with_leverage_or_against_treasuries_are_no_hedge():
    assert not TREASURY_FUNDS & {"TMF", "TBT", "TYD", "UBT", "AGG", "TIP", "LQD", "SPY"}


@pytest.mark.parametrize(
    ("ticker", "words"),
    [
        ("^GSPC", "would understate equity by about 2 % a year; use SPY or ^SP500TR"),
        ("^ndx", "use QQQ or ^XNDX"),
        ("^TNX", "is a yield or an exchange rate, not something to hold; use a fund"),
        ("dx-y.nyb", "is a yield or an exchange rate"),
    ],
)
def test_what_is_no_total_return_is_refused(ticker, words):
    with pytest.raises(DataError) as caught:
        require_total_return(ticker)
    assert str(caught.value).startswith(f"{ticker} is ")
    assert words in str(caught.value)


@pytest.mark.parametrize("ticker", ["fred:DTB3", "FRED:SPY", " fred:x", "fred:"])
def test_the_name_of_a_series_in_the_cache_is_no_ticker(ticker):
    with pytest.raises(DataError, match="names a series of FRED, not something to hold; use a fu"):
        require_total_return(ticker)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("fred:DTB3", True), ("^IRX", True), ("DX-Y.NYB", True), ("fred", False), ("FRED", False),
     ("SPY", False), ("^SP500TR", False), ("A:B", False)],
)  # fmt: skip
def test_a_name_is_that_of_a_series_or_may_be_a_ticker(name, is_one):
    assert is_series(name) is is_one


@pytest.mark.parametrize("ticker", [5, None, ["SPY"], "S\0PY", "\ud800", "a\nb"])
def test_what_is_no_text_that_shows_is_no_ticker(ticker):
    with pytest.raises(DataError, match="a ticker is text such as SPY, got .*; name it"):
        require_total_return(ticker)


@pytest.mark.parametrize("ticker", ["JPY=X", "EURUSD=X", "EURGBP=X", "eurjpy=x"])
def test_rates_of_exchange_are_nothing_to_hold(ticker):
    with pytest.raises(DataError, match=f"{ticker} is a yield or an exchange rate, not something"):
        require_total_return(ticker)


@pytest.mark.parametrize("ticker", ["SPY", "^SP500TR", "^XNDX", "GSPC", "TLT", "GC=F", "BTC-USD"])
def test_what_may_be_held_passes(ticker):
    require_total_return(ticker)


def test_an_entry_is_frozen_and_hashes():
    assert len(set(CATALOGUE.values())) == len(CATALOGUE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        CATALOGUE["SPY"].expense = 0.0
    assert Instrument("X", "x") == Instrument("X", "x")


def test_no_label_of_a_proxy_of_shares_speaks_of_a_deduction():
    """Nothing is taken off them: a fee in the label would read as one of ours."""
    assert [label for label in PROXIES.values() if "%" in label or "less" in label] == []
    assert PROXIES["us_equity_total_return_daily"].startswith("the user's own file")


def test_every_fund_of_treasuries_but_strips_is_repriced_as_something():
    for ticker in TREASURY_FUNDS:
        instrument = repriced_as(ticker)
        assert (instrument is None) is (ticker in FUNDS_OF_STRIPS), ticker
        if instrument is not None:
            assert (instrument.ladder is None) is (ticker in FUNDS_OF_BILLS), ticker
            assert 0.0 < instrument.expense <= 0.002, ticker
    assert repriced_as("SPY") is repriced_as("GLD") is repriced_as("AGG") is None


def test_ranges_by_which_funds_are_repriced_make_no_history():
    """A fund of the catalogue would be carried back by its ladder."""
    assert not REPRICED.keys() & CATALOGUE.keys()
    spans = {name: each.ladder for name, each in REPRICED.items() if each.ladder is not None}
    assert {name: (ladder.shortest, ladder.longest) for name, ladder in spans.items()} == {
        **dict.fromkeys(("SCHO", "SPTS", "VGSH"), (1, 3)),
        "VFISX": (1, 5), "UTWO": (2, 2), "IEI": (3, 7),
        **dict.fromkeys(("SCHR", "SPTI", "VGIT"), (3, 10)),
        "VFITX": (5, 10), "UTEN": (10, 10), "GOVT": (1, 14), "TLH": (10, 20),
        **dict.fromkeys(("SCHQ", "SPTL", "VGLT"), (10, 30)), "VUSTX": (15, 30),
    }  # fmt: skip


def test_a_share_class_that_sells_its_dollars_is_repriced_by_its_range():
    assert CATALOGUE["DTLE.L"].ladder is None
    assert repriced_as("dtle.l").ladder == CATALOGUE["TLT"].ladder
    assert repriced_as("DTLE.L").hedged == "EUR"
