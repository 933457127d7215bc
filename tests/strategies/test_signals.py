"""What rules read: the yield as it was published, and trailing windows, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from strategies.attack_defend import AttackDefend
from strategies.signals import (
    known_yield,
    require_series,
    trailing_correlation,
    trailing_median,
    trailing_return,
    trailing_volatility,
    window_rows,
)
from tests.strategies.helpers import month_ends, path_market, weekdays, yields_market


def test_windows_mean_the_same_on_daily_and_monthly_rows():
    month = pd.Series(np.arange(24.0))
    assert trailing_median(month, 12).iloc[11] == 5.5
    rule = AttackDefend(lookback_years=1)
    for ppy, first in ((12, 11), (252, 251)):
        target = rule.target_duration(yields_market(np.full(300, 4.0), ppy))
        assert target.first_valid_index() == target.index[first]


def test_known_yield_carries_the_last_one_published():
    market = yields_market(np.array([4.0, np.nan, 5.0]))
    assert known_yield(market, 10.0, "x").tolist() == [4.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("years", "by_day", "by_month"),
    [(1.0, 252, 12), (0.25, 63, 3), (1 / 12, 21, 1), (3.0, 756, 36), (0.001, 1, 1)],
)
def test_a_window_in_years_is_so_many_rows(years, by_day, by_month):
    assert window_rows(years, path_market(weekdays(2), ppy=252)) == by_day
    assert window_rows(years, path_market(month_ends(2))) == by_month


def test_trailing_windows_by_hand():
    # Returns of +10, -10 and +10 %; over two rows 1.1 x 0.9 - 1 = -1 % either way.
    levels = pd.Series([100.0, 110.0, 99.0, 108.9])
    expected = pytest.approx([np.nan, np.nan, -0.01, -0.01], nan_ok=True)
    assert trailing_return(levels, 2).tolist() == expected
    # Of 4, 0 and -4 %: squares of 32, over 3 less 1: the deviation is 4 %.
    calmer = pd.Series([100.0, 104.0, 104.0, 99.84])
    expected = pytest.approx([np.nan, np.nan, np.nan, 0.04], nan_ok=True)
    assert trailing_volatility(calmer, 3).tolist() == expected
    # Deviations (1 -2 1) 20/3 and (4 0 -4) in percent are at right angles: no correlation.
    assert trailing_correlation(levels, calmer, 3).iloc[3] == pytest.approx(0.0, abs=1e-9)
    assert trailing_correlation(levels, levels**-1.0, 2).iloc[3] == pytest.approx(-1.0)
    # The median of an even number of rows lies between the middle two.
    assert trailing_median(levels, 4).iloc[3] == pytest.approx(104.45)


def test_a_series_that_is_empty_throughout_is_lacking():
    market = path_market(month_ends(2), yields={10.0: [np.nan] * 2}, usd=[np.nan] * 2)
    with pytest.raises(DataError, match="x needs the 10-year yield, which made does not have; use"):
        known_yield(market, 10.0, "x")
    with pytest.raises(DataError, match="x needs a dollar index, which made does not have"):
        require_series(market, "usd", "a dollar index", "x")
    late = path_market(month_ends(2), usd=[np.nan, 100.0])
    assert require_series(late, "usd", "a dollar index", "x").iloc[1] == 100.0
