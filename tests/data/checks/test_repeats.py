"""Prices that repeat: returns, stale days, a column in place of another."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from data.checks.repeats import repeated_returns, require_own_close, still_prices
from data.errors import DataError
from tests import yahoo_server as server
from tests.soak.made import PRICES, random_bars

WHOLE = ["Open", "High", "Low", "Close"]


def again(bars: pd.DataFrame, first: int, later: int, rows: int, level: float = 1.0):
    """Repeat the returns of some rows later on, in whole cents, all at another level."""
    growth = bars["Close"].pct_change().fillna(0.0).to_numpy(copy=True) + 1
    growth[later : later + rows] = growth[first : first + rows]
    close = (level * bars["Close"].iloc[0] * np.cumprod(growth)).round(2)
    return bars.assign(Close=close, **{"Adj Close": close})


@pytest.mark.parametrize("level", [1.0, 3.7, 0.41])
@pytest.mark.parametrize("rows", [15, 21, 126, 252])
def test_returns_that_come_again_are_found_at_any_level(rows, level):
    bars = again(random_bars(3, 1200), 100, 700, rows, level)
    span = (
        f"returns from {bars.index[700]:%Y-%m-%d} to {bars.index[700 + rows - 1]:%Y-%m-%d} repeat "
        f"those from {bars.index[100]:%Y-%m-%d} to {bars.index[100 + rows - 1]:%Y-%m-%d}"
    )
    if rows >= 60:
        with pytest.raises(DataError, match=span):
            repeated_returns("MADE", bars)
    else:
        (line,) = repeated_returns("MADE", bars)
        assert span in line


def test_a_year_of_adjusted_closes_again_is_found_too():
    bars = random_bars(4, 1200)
    copied = again(bars, 100, 700, 252)
    with pytest.raises(DataError, match="252 in a row"):
        repeated_returns("MADE", bars.assign(**{"Adj Close": copied["Adj Close"]}))


def test_what_is_made_of_two_prices_or_still_is_no_copy():
    two = server.made_bars(600)
    assert repeated_returns("MADE", two) == []
    assert repeated_returns("MADE", two.assign(Close=100.0, **{"Adj Close": 100.0})) == []
    seven = 100.0 + 5 * (3 * np.arange(600) % 7)
    assert repeated_returns("MADE", two.assign(Close=seven, **{"Adj Close": seven})) == []


def test_real_returns_never_come_again_and_the_search_is_quick(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        bars = server.bars_of(path)
        began = time.perf_counter()
        assert repeated_returns(path.stem, bars) == []
        assert time.perf_counter() - began < 0.5  # 0.02 s were measured


@pytest.mark.parametrize("rows", [5, 6, 9])
def test_five_equal_sessions_of_a_price_that_moves_are_named(rows):
    bars = random_bars(5, 800)
    assert still_prices("MADE", bars, 10) == []
    places = [bars.columns.get_loc(name) for name in WHOLE]
    bars.iloc[300 : 300 + rows, places] = bars.iloc[300, places].to_numpy(float)
    (line,) = still_prices("MADE", bars, 10)
    assert (
        f"on {rows} sessions, {bars.index[300]:%Y-%m-%d} to {bars.index[299 + rows]:%Y-%m-%d}"
        in line
    )


def test_equal_rows_are_named_once_and_four_are_none():
    bars = random_bars(5, 800)
    places = [bars.columns.get_loc(name) for name in WHOLE]
    bars.iloc[300:304, places] = bars.iloc[300, places].to_numpy(float)
    assert still_prices("MADE", bars, 10) == []


def test_a_price_that_often_stands_still_may_do_so_for_a_week():
    """As of bills: each second move is zero, so that eight in a row come by chance."""
    rng = np.random.default_rng(1)
    close = 91.5 + 0.01 * np.cumsum(rng.choice([0, 0, 1, -1], 2000))
    days = pd.bdate_range("2010-01-01", periods=2000)
    bars = pd.DataFrame({"Close": close, "Open": close - 0.01, "High": close + 0.01}, days)
    bars["Low"] = bars["Open"] - 0.01 * rng.integers(0, 2, 2000)
    runs = pd.Series(close).diff().eq(0)
    assert runs.groupby(runs.eq(False).cumsum()).sum().max() >= 6
    assert still_prices("BIL", bars, 10) == []


@pytest.mark.parametrize("name", ["Open", "High", "Low"])
def test_closes_of_another_column_are_refused(name):
    bars = random_bars(6, 400)
    require_own_close("MADE", bars)
    with pytest.raises(DataError, match=f"close equals its {name.lower()} on 100% of"):
        require_own_close("MADE", bars.assign(Close=bars[name]))
    # Of a mutual fund or an index there is one price a day.
    require_own_close("MADE", bars.assign(**dict.fromkeys(PRICES, bars["Close"])))


def test_real_funds_have_closes_of_their_own(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        bars = server.bars_of(path)
        require_own_close(path.stem, bars)
        assert still_prices(path.stem, bars, 10) == []


def test_a_quarter_of_closes_of_another_column_is_refused():
    bars = random_bars(3, 1000)
    part = slice(500, 560)
    spoilt = bars.copy()
    spoilt.iloc[part, spoilt.columns.get_loc("Close")] = spoilt["Open"].iloc[part]
    day = f"{bars.index[500]:%Y-%m-%d}"
    with pytest.raises(DataError, match=f"equals its open on 100% of the 60 days from {day} on"):
        require_own_close("MADE", spoilt)
    spoilt.iloc[500:504, spoilt.columns.get_loc("Close")] *= 1.0001
    require_own_close("MADE", spoilt)  # 56 of 60
