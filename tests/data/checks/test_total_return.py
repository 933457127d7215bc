"""What is a total return, and what is a price, a yield or a rate that looks like one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.checks.total_return import (
    is_adjusted,
    is_close,
    is_price,
    is_yield,
    require_dividends,
    require_no_yields,
    require_own_history,
)
from data.errors import DataError
from tests.conftest import SHARED


@pytest.mark.parametrize(
    ("name", "is_it"),
    [
        *((name, is_adjusted) for name in ("Adj Close", "Adj. Close", "adj_close", "adjClose")),
        *((name, is_adjusted) for name in ("Adjusted Close", "adjusted_close", "Adj Close**")),
        *((name, is_price) for name in ("Close", " Close", "Close/Last", "NAV", "PX_LAST")),
        *((name, is_price) for name in ("price", "Last", "closing price", "lastPrice", "Settle")),
        *((name, is_yield) for name in ("DGS10", "yield", "Rate (%)", "DTB3", "TB3MS", "GS10")),
        *((name, None) for name in ("value", "SPY", "NAV total return", "tr_index", "GS", "level")),
        *((name, is_price) for name in ("Price Return", "Split Adjusted Close", "Preis")),
        *((name, is_price) for name in ("Close (adjusted for splits)", "Net Asset Value")),
        *((name, is_adjusted) for name in ("Adj Close (USD)", "SPY.Adjusted")),
        *((name, is_yield) for name in ("T10Y2Y", "MORTGAGE30US", "DBAA", "Rendite")),
        *((name, None) for name in ("TOT_RETURN_INDEX_GROSS_DVDS", "total return", "fund")),
    ],
)  # fmt: skip
def test_a_column_is_what_its_name_says(name, is_it):
    answers = {check: check(name) for check in (is_adjusted, is_price, is_yield)}
    assert answers == {check: check is is_it for check in answers}


@pytest.mark.parametrize(
    ("name", "is_it"),
    [("Close", True), ("Closing Price", True), ("SPY.Close", True), ("Adj Close", False),
     ("Last", False), ("Close (adjusted for splits)", True)],
)  # fmt: skip
def test_closes_are_found_whatever_else_their_name_says(name, is_it):
    assert is_close(name) is is_it


def months_of(column: str, first: str, last: str) -> pd.Series:
    """A bundled yield on the last days of its months, named as a ticker."""
    yields = bundled.table()[column].dropna().loc[first:last]
    return pd.Series(
        yields.to_numpy(float), yields.index.to_timestamp(how="end").normalize(), name="A"
    )


@pytest.mark.parametrize(
    ("times", "unit"),
    [(1.0, "percent"), (0.01, "fractions"), (10.0, "tenths of a percent")],
)
def test_a_yield_is_refused_in_every_unit_that_it_is_published_in(times, unit):
    with pytest.raises(DataError, match=f"A.csv is a yield in {unit} .*, not the value of someth"):
        require_no_yields(times * months_of("cmt_10y_pct", "2010-01", "2019-12"), "A.csv")


@pytest.mark.parametrize("column", ["cmt_1y_pct", "cmt_30y_pct", "fed_funds_pct"])
def test_each_yield_of_the_table_is_one(column):
    with pytest.raises(DataError, match="is a yield in percent"):
        require_no_yields(months_of(column, "2006-03", "2019-12"), "A.csv")


def test_daily_yields_with_another_name_are_refused():
    path = SHARED / "rates/treasury_cmt_yields_daily.csv"
    if not path.is_file():
        pytest.skip(f"no real yields: {path} is not there")
    yields = pd.read_csv(path, index_col=0, parse_dates=True)["7y"].dropna().loc["2015":"2021"]
    with pytest.raises(DataError, match="is a yield in percent"):
        require_own_history(yields.rename("A"), "A.csv")


def test_twelve_months_show_a_yield_and_eleven_do_not():
    with pytest.raises(DataError, match="is a yield in percent"):
        require_no_yields(months_of("cmt_10y_pct", "2018-01", "2018-12"), "A.csv")
    require_no_yields(months_of("cmt_10y_pct", "2018-01", "2018-11"), "A.csv")


def test_means_of_months_are_yields_over_years():
    """Means of two month-ends: they change with less than 0.9 of the likeness of month-ends."""
    yields = months_of("cmt_10y_pct", "2009-12", "2019-12")
    means = yields.rolling(2).mean().dropna()
    assert means.diff().corr(yields.diff()) < 0.9
    with pytest.raises(DataError, match="is a yield in percent"):
        require_no_yields(means, "A.csv")
    require_no_yields(means.iloc[:35], "A.csv")  # too few years to be sure


def test_a_price_near_a_yield_is_no_yield():
    """At the yields' own height, up and down as they are: in another order it is no yield."""
    yields = months_of("cmt_10y_pct", "2012-01", "2012-12")
    assert np.ptp(yields) < 0.9
    require_no_yields(pd.Series(yields.to_numpy()[::-1], yields.index, name="A"), "A.csv")
    require_no_yields(yields * 0 + 1.8, "A.csv")  # a level that never moves


def test_real_funds_are_no_yields():
    paths = sorted((SHARED / "yahoo").glob("*.csv"))
    if not paths:
        pytest.skip(f"no real prices: {SHARED} is not there")
    for path in paths:
        bars = pd.read_csv(path, index_col="Date", parse_dates=True)
        require_own_history(bars["Adj Close"].rename(path.stem), path.name)


@pytest.mark.parametrize("first", ["2013-10-01", "2014-10-01", "2015-06-01"])
@pytest.mark.parametrize("ticker", ["SPY", "BIL", "IEF", "TLT"])
def test_growth_of_1_is_no_yield_in_tenths(ticker, first):
    """Near 1 all the while, as the yields of those years were near 0.1 percent."""
    path = SHARED / f"yahoo/{ticker}.csv"
    if not path.is_file():
        pytest.skip(f"no real prices: {path} is not there")
    closes = pd.read_csv(path, index_col="Date", parse_dates=True)["Adj Close"].loc[first:"2018-09"]
    require_no_yields((closes / closes.iloc[0]).rename(ticker), "A.csv")


DAYS = pd.bdate_range("2020-01-01", "2021-01-29")
CLOSES = pd.Series(np.linspace(100, 110, len(DAYS)), DAYS)


@pytest.mark.parametrize(
    ("ticker", "adjusted", "is_refused"),
    [
        ("SPY", CLOSES, True),
        ("ief", CLOSES, True),
        ("AGG", CLOSES.round(2), True),  # another rounding
        ("SPY", CLOSES * np.where(DAYS < "2020-06-01", 0.99, 1), False),
        ("GLD", CLOSES, False),  # gold pays none
        ("QQQ", CLOSES, False),  # paid none for years
        ("MINE", CLOSES, False),
        ("BIL", CLOSES, False),  # bills earned next to nothing from April 2020
        ("IDTL.L", CLOSES, True),  # pays twice a year
        ("DTLA.L", CLOSES, False),  # the same bonds, and it keeps what they earn
        ("IB01.L", CLOSES, False),
    ],
)
def test_closes_without_a_dividend_are_refused_of_funds_that_pay(ticker, adjusted, is_refused):
    if not is_refused:
        require_dividends(ticker, CLOSES, adjusted, "X.csv")
        return
    with pytest.raises(DataError, match=f"equal its closes on every row, .* --price-only {ticker}"):
        require_dividends(ticker, CLOSES, adjusted, "X.csv")


def test_a_few_months_without_a_dividend_are_possible():
    short = CLOSES.iloc[:130]
    require_dividends("SPY", short, short, "X.csv")


def test_a_fund_of_bills_pays_while_bills_do():
    days = pd.bdate_range("2023-01-02", "2024-01-31")
    closes = pd.Series(91.5, days)
    with pytest.raises(DataError, match="BIL pays dividends"):
        require_dividends("BIL", closes, closes, "X.csv")
