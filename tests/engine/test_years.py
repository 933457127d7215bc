"""A calendar year that is asked for is the fund's own year."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.simulate import simulate
from backtests.engine.summary import summarise
from data.sources import files
from strategies.equity_only import EquityOnly

# GROUND_TRUTH: total returns of calendar years in percent.
TICKERS = ("SPY", "IEF", "TLT", "SHY")
YEARS = {
    2008: (-36.80, 17.92, 33.95, 6.62),
    2009: (26.35, -6.59, -21.81, 0.35),
    2011: (1.90, 15.65, 34.00, 1.44),
    2013: (32.31, -6.09, -13.38, 0.21),
    2014: (13.46, 9.07, 27.30, 0.45),
    2018: (-4.57, 0.99, -1.61, 1.46),
    2020: (18.33, 10.01, 18.15, 3.03),
    2022: (-18.18, -15.16, -31.23, -3.88),
    2024: (24.89, -0.63, -8.05, 3.91),
}


@pytest.fixture(scope="module")
def daily(yahoo_folder):
    """The four funds on their common sessions."""
    return files.load(yahoo_folder, TICKERS)


@pytest.mark.parametrize("year", YEARS)
def test_a_year_asked_for_is_the_funds_own_year(daily, year):
    market = daily.until(pd.Timestamp(year, 12, 31))
    for ticker, expected in zip(TICKERS, YEARS[year], strict=True):
        done = simulate(
            market,
            EquityOnly(ticker=ticker),
            Costs(0, 0),
            start=pd.Timestamp(year, 1, 1),
            engine=ledger.fill,
        )
        assert done.nav.index[0].year == year - 1
        numbers = summarise(RunConfig("equity_only"), market, done, done, ticker)
        assert 100 * numbers.metrics.total_return == pytest.approx(expected, abs=0.02)
        assert [one.year for one in numbers.years] == [year]
        assert numbers.metrics.worst_year == numbers.metrics.best_year
        assert 100 * numbers.years[0].strategy == pytest.approx(expected, abs=0.02)
