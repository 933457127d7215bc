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
from tests.ground_truth import FUND_YEARS, FUNDS


@pytest.fixture(scope="module")
def daily(yahoo_folder):
    """The four funds on their common sessions."""
    return files.load(yahoo_folder, FUNDS)


@pytest.mark.parametrize("year", FUND_YEARS)
def test_a_year_asked_for_is_the_funds_own_year(daily, year):
    market = daily.until(pd.Timestamp(year, 12, 31))
    for ticker, expected in zip(FUNDS, FUND_YEARS[year], strict=True):
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
