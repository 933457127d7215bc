"""A fund's months beside the bundled ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.checks.bundled_months import FUNDS, against_bundled, month_returns
from data.errors import DataError
from data.sources.bars import total_return
from tests import yahoo_server as server
from tests.data.helpers import fund_bars
from tests.soak.made import adjusted

CATALOGUE = ["SPY", "IEF", "TLT", "SHY", "BIL"]


def level_of(ticker: str, **options) -> pd.Series:
    return total_return(fund_bars(ticker, **options))


def test_the_helpers_months_are_the_bundled_ones():
    level = level_of("IEF", first="2003-01-02")
    months = month_returns(level)
    published = np.log(bundled.load(["IEF"]).prices["IEF"]).diff()
    published.index = pd.DatetimeIndex(published.index).to_period("M")
    # In whole cents of a price near 100, and dividends to a millionth.
    np.testing.assert_allclose(months, published.reindex(months.index), atol=2e-4)
    assert months.index[0] == pd.Period("2003-03", "M")


@pytest.mark.parametrize("ticker", CATALOGUE)
def test_a_fund_that_follows_its_months_is_let_in(ticker):
    assert against_bundled(ticker, level_of(ticker), 0.03) == []


@pytest.mark.parametrize(
    ("ticker", "other"),
    [("SPY", "IEF"), ("IEF", "TLT"), ("TLT", "IEF"), ("SHY", "IEF"), ("BIL", "SHY"),
     ("IEF", "SPY"), ("GLD", "SPY"), ("AGG", "IEF"), ("TIP", "SPY"), ("VOO", "TLT")],
)  # fmt: skip
def test_another_funds_months_are_refused(ticker, other):
    with pytest.raises(DataError, match=f"{ticker}: .* another fund's history"):
        against_bundled(ticker, level_of(other, first="2008-01-02"), 0.03)


def test_of_other_tickers_and_of_few_months_nothing_is_said():
    assert against_bundled("MADE", level_of("SPY"), 0.02) == []
    short = level_of("TLT", first="2022-01-03", last="2025-12-31")
    assert len(month_returns(short)) < 48
    assert against_bundled("IEF", short, 0.02) == []


def test_dividends_that_count_twice_are_refused():
    level = level_of("IEF")
    years = np.arange(len(level)) / 252
    with pytest.raises(DataError, match=r"IEF: returns \+2.9 points a year more.*counted twice"):
        against_bundled("IEF", level * np.exp(0.029 * years), 0.03)
    (line,) = against_bundled("IEF", level * np.exp(0.029 * years), 0.0)
    assert "+2.9 points a year more than the bundled IEF between 2002-09-01 and" in line
    (line,) = against_bundled("IEF", level * np.exp(-0.029 * years), 0.03)
    assert "returns -2.9 points a year more" in line


def test_a_day_that_stays_wrong_is_named_by_its_month():
    level = level_of("TLT")
    level[level.index >= "2015-06-10"] *= 1.05
    (line,) = against_bundled("TLT", level, 0.03)
    # By hand: log 1.05 is 4.9 %.
    assert (
        "a month differs from the bundled TLT between 2015-06-01 and 2015-06-30, by +4.9 points"
        in line
    )


def test_a_year_that_drifts_off_is_named():
    level = level_of("IEF")
    inside = (level.index >= "2015-01-01") & (level.index < "2016-01-01")
    level *= np.exp(0.024 * np.cumsum(inside) / inside.sum())
    (line,) = against_bundled("IEF", level, 0.03)
    assert "a year differs from the bundled IEF" in line
    assert "that to 2015-12-31 by +2.4 points" in line


def test_real_funds_are_let_in_and_others_under_their_names_are_not(yahoo_folder):
    levels = {
        name: total_return(server.bars_of(yahoo_folder / f"{name}.csv"))
        for name in ("SPY", "IEF", "TLT", "SHY", "BIL", "AGG", "TIP", "GLD")
    }
    for name, level in levels.items():
        assert name in FUNDS
        for part in (level, level.iloc[-2000:], level.iloc[:2000]):
            assert against_bundled(name, part, 0.02) == []
    slipped = set()
    for name in levels:
        for other, level in levels.items():
            if other != name:
                try:
                    against_bundled(name, level, 0.0)
                    slipped.add((name, other))
                except DataError:
                    pass
    # Of these two indices of bonds only their first days tell.
    assert slipped <= {("AGG", "TIP"), ("TIP", "AGG")}


def test_real_closes_adjusted_twice_are_refused(yahoo_folder):
    for name in ("SPY", "IEF", "TLT", "SHY"):
        bars = server.bars_of(yahoo_folder / f"{name}.csv")
        paid = (bars["Dividends"] / bars["Close"].shift(1)).sum() / (len(bars) / 252)
        twice = adjusted(bars.assign(Close=bars["Adj Close"]))
        with pytest.raises(DataError, match="counted twice|another fund's"):
            against_bundled(name, total_return(twice), paid)
