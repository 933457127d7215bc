"""The bundled table and the market built from it, against published annual returns."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.errors import DataError

# The table as it was compiled and checked (768 months); a changed byte is a changed history.
TABLE_SHA256 = "653fb25ed6317ab2342372cf1ebdf0e06c1ebda5744f171cd7de370cc8a6867e"

# Damodaran, annual total returns of the S&P 500 in percent (GROUND_TRUTH).
SP500 = {1974: -25.90, 1981: -4.70, 1987: 5.81, 1995: 37.20, 2000: -9.03, 2008: -36.55,
         2013: 32.15, 2022: -18.04, 2023: 26.06, 2024: 24.88}  # fmt: skip
BILLS = {1974: 7.85, 1981: 14.04, 1987: 5.78, 1995: 5.49, 2000: 5.82, 2008: 1.37, 2013: 0.06,
         2022: 2.02, 2023: 5.07, 2024: 4.97}  # fmt: skip
# Calendar-year total returns of the real funds in percent (GROUND_TRUTH).
FUNDS = {
    "IEF": {2008: 17.92, 2009: -6.59, 2011: 15.65, 2013: -6.09, 2014: 9.07, 2018: 0.99,
            2020: 10.01, 2022: -15.16, 2024: -0.63},
    "TLT": {2008: 33.95, 2009: -21.81, 2011: 34.00, 2013: -13.38, 2014: 27.30, 2018: -1.61,
            2020: 18.15, 2022: -31.23, 2024: -8.05},
    "SHY": {2008: 6.62, 2009: 0.35, 2011: 1.44, 2013: 0.21, 2014: 0.45, 2018: 1.46,
            2020: 3.03, 2022: -3.88, 2024: 3.91},
}  # fmt: skip


def annual(level: pd.Series) -> pd.Series:
    closes = level.groupby(level.index.year).last()
    return (closes / closes.shift(1) - 1) * 100


@pytest.fixture(scope="module")
def market():
    return bundled.load(bundled.TICKERS)


def test_table_is_the_one_that_was_checked():
    assert hashlib.sha256(bundled.TABLE.read_bytes()).hexdigest() == TABLE_SHA256
    assert len(bundled.table()) == 768


def test_rows_are_calendar_month_ends_and_levels_start_at_100(market):
    expected = pd.date_range("1962-01-31", "2025-12-31", freq="ME")
    assert market.sessions.equals(expected.as_unit(market.sessions.unit))
    assert market.periods_per_year == 12
    for ticker in ("SPY", "BIL", "SHY", "IEF"):
        assert market.prices[ticker].iloc[0] == 100
    assert market.prices["TLT"].first_valid_index() == pd.Timestamp("1973-01-31")
    assert market.prices["TLT"].loc["1973-01-31"] == 100


def test_equity_follows_the_published_year(market):
    # The whole market against the S&P 500: not the same index, hence the width.
    years = annual(market.prices["SPY"])
    for year, published in SP500.items():
        assert years[year] == pytest.approx(published, abs=4.5), year
    assert np.corrcoef(years[list(SP500)], list(SP500.values()))[0, 1] > 0.99


def test_cash_follows_the_published_bill(market):
    years = annual(market.cash)
    for year, published in BILLS.items():
        assert years[year] == pytest.approx(published, abs=0.75), year


def test_the_months_added_last_compound_to_the_librarys_own_year():
    # The annual lines of French's library for 2025: Mkt-RF 13.30, RF 4.25.
    year = bundled.table().loc["2025-01":"2025-12"]
    bills = (1 + year["bill_pct"] / 100).prod() - 1
    equity = (1 + (year["equity_excess_pct"] + year["bill_pct"]) / 100).prod() - 1
    assert 100 * bills == pytest.approx(4.25, abs=0.005)
    assert 100 * (equity - bills) == pytest.approx(13.30, abs=0.005)


def test_bill_fund_is_the_bill_less_its_fee(market):
    gap = (1 + annual(market.prices["BIL"]) / 100) / (1 + annual(market.cash) / 100) - 1
    np.testing.assert_allclose(gap.loc[1963:2024], -0.0014, rtol=1e-9)


# Twice the tracking error (METHODS: five month-end nodes): what one year in twenty exceeds.
@pytest.mark.parametrize(("ticker", "width"), [("IEF", 1.4), ("TLT", 3.2), ("SHY", 0.9)])
def test_treasuries_follow_the_real_funds(market, ticker, width):
    years = annual(market.prices[ticker])
    for year, real in FUNDS[ticker].items():
        assert years[year] == pytest.approx(real, abs=width), year


def test_the_policy_rate_is_the_month_it_averages(market):
    # FEDFUNDS: 19.10 % in June 1981 was the monthly peak of that summer.
    assert market.policy_rate["1981-06-30"] == 19.10


def test_cpi_is_seen_one_month_late(market):
    assert market.cpi["2025-07-31"] == bundled.table()["cpi_sa"]["2025-06"]


def test_unknown_ticker_names_what_there_is():
    with pytest.raises(DataError, match=r"TLTT is not in the bundled history.*did you mean TLT"):
        bundled.load(["TLTT"])
