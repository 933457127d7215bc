"""Headline numbers against hand calculations and an independent library where it is right."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import metrics
from data.sources import files
from tests.conftest import random_market
from tests.ground_truth import FUND_YEARS, FUNDS


def series(*values: float, start: str = "2020-01-31") -> pd.Series:
    return pd.Series(values, pd.date_range(start, periods=len(values), freq="ME"), dtype=float)


def test_cagr_by_hand():
    # 100 to 121 over 24 months is 10 % a year.
    assert metrics.cagr(np.r_[100.0, np.full(23, 110.0), 121.0], 12) == pytest.approx(0.10)


def test_volatility_by_hand():
    # Deviations from the mean of 0.01 are +-0.02: variance 4 * 0.0004 / 3.
    returns = np.array([0.03, -0.01, 0.03, -0.01])
    assert metrics.volatility(returns, 12) == pytest.approx(math.sqrt(0.0016 / 3 * 12))


def test_sharpe_is_over_bills():
    returns, cash = np.array([0.03, -0.01, 0.03, -0.01]), np.full(4, 0.002)
    expected = math.sqrt(12) * (0.01 - 0.002) / math.sqrt(0.0016 / 3)
    assert metrics.sharpe(returns, cash, 12) == pytest.approx(expected)


def test_sortino_divides_by_all_rows():
    returns, cash = np.array([0.03, -0.01, 0.03, -0.01]), np.zeros(4)
    assert metrics.sortino(returns, cash, 12) == pytest.approx(
        math.sqrt(12) * 0.01 / math.sqrt((0.0001 + 0.0001) / 4)
    )
    # Over bills of 0.2 %: a mean of 0.8 %, and two shortfalls of 1.2 % in four rows.
    assert metrics.sortino(returns, np.full(4, 0.002), 12) == pytest.approx(
        math.sqrt(12) * 0.008 / math.sqrt(2 * 0.012**2 / 4)
    )


def test_constant_excess_has_no_ratio():
    assert math.isnan(metrics.sharpe(np.full(5, 0.01), np.full(5, 0.002), 12))
    assert math.isnan(metrics.sortino(np.full(5, 0.01), np.full(5, 0.002), 12))


def test_drawdowns_by_hand():
    values = series(100, 120, 90, 60, 120, 130, 117)
    first, second = metrics.drawdown_list(values)
    assert (first.depth, second.depth) == (-0.5, pytest.approx(-0.1))
    assert (first.start, first.end, first.recovered) == (
        values.index[1], values.index[3], values.index[4])  # fmt: skip
    assert (second.start, second.end, second.recovered) == (values.index[5], values.index[6], None)


def test_drawdown_from_the_first_day_is_seen():
    (only,) = metrics.drawdown_list(series(100, 80, 90))
    assert (only.depth, only.start) == (pytest.approx(-0.2), pd.Timestamp("2020-01-31"))


def test_a_peak_touched_twice_starts_at_its_last_touch():
    (only,) = metrics.drawdown_list(series(100, 90, 100, 80)[1:])
    assert only.start == pd.Timestamp("2020-03-31")


def test_cvar_takes_the_ceiling_of_its_rows():
    # 5 % of 21 rows is 1.05, so the two worst; of 20 rows exactly 1.
    returns = np.r_[-0.10, -0.05, np.full(19, 0.01)]
    assert metrics.conditional_var(returns) == pytest.approx(-0.075)
    assert metrics.conditional_var(returns[:20]) == pytest.approx(-0.10)


def test_years_count_only_when_complete():
    values = pd.Series(
        [100, 110, 99, 120],
        pd.DatetimeIndex(["2020-06-30", "2020-12-31", "2021-12-31", "2022-06-30"]),
    )
    assert metrics.year_returns(values).to_dict() == {2021: pytest.approx(-0.1)}


@pytest.mark.parametrize(
    ("last", "complete"),
    [("2022-12-30", True), ("2022-12-25", True), ("2022-12-24", False), ("2023-12-29", True)],
)
def test_a_year_ends_on_its_last_weekday(last, complete):
    before = f"{int(last[:4]) - 1}-12-31"
    values = pd.Series([100.0, 110.0], pd.DatetimeIndex([before, last]))
    # Without a calendar from 25 December on; with one as it says.
    assert (len(metrics.year_returns(values)) == 1) is complete
    assert len(metrics.year_returns(values, is_over=True)) == 1
    assert len(metrics.year_returns(values, is_over=False)) == 0


@pytest.mark.parametrize("hole", [None, "2003-12-31", "2004-06-30"])
def test_a_year_ends_with_its_last_level_whatever_is_missing(hole):
    days = pd.bdate_range("2001-03-01", "2006-12-29")
    values = pd.Series(np.random.default_rng(4).uniform(50, 90, len(days)), days)
    if hole:
        values[hole] = np.nan
    closes = values.groupby(days.year).last()
    expected = (closes / closes.shift(1) - 1.0).iloc[1:]
    pd.testing.assert_series_equal(metrics.year_returns(values), expected, check_exact=True)


def test_rows_a_year_are_counted_unless_they_are_the_usual():
    # 2010 to 2023 in 3,426 rows, as in Tokyo: 3,425 returns in 13.98 years.
    days = pd.date_range("2010-01-05", "2023-12-29", periods=3426)
    assert metrics.rows_per_year(days, 252) == pytest.approx(3425 / (5106 / 365.25))
    for rows, counted in ((249, 249.0), (255, 255.0)):
        year = pd.date_range("2020-01-01", periods=rows + 1, freq="D")
        year = year[:-1].append(pd.DatetimeIndex([year[0] + pd.Timedelta(days=365)]))
        expected = counted * 365.25 / 365
        assert metrics.rows_per_year(year, 252) == (252 if expected <= 255 else expected)
    assert metrics.rows_per_year(days[:2], 12) == 12


def test_a_year_after_a_gap_has_no_return():
    ends = pd.DatetimeIndex(["2018-12-31", "2019-12-31", "2021-12-31"])
    years = metrics.year_returns(pd.Series([100.0, 120.0, 90.0], ends))
    assert years.to_dict() == {2019: pytest.approx(0.2)}


def test_months_and_to_date_by_hand():
    days = pd.DatetimeIndex(["2020-01-30", "2020-01-31", "2020-02-28", "2020-03-02", "2020-03-03"])
    values = pd.Series([100.0, 110.0, 99.0, 100.0, 108.9], days)
    assert metrics.month_returns(values).to_list() == pytest.approx([0.10, -0.10, 0.10])
    assert metrics.to_date(values, "M") == pytest.approx(0.10)
    assert metrics.to_date(values, "Y") == pytest.approx(0.089)


def test_beta_correlation_and_win_rate_by_hand():
    benchmark = np.array([0.01, -0.01, 0.02, -0.02])
    assert metrics.beta(0.5 * benchmark + 0.001, benchmark) == pytest.approx(0.5)
    assert metrics.correlation(-2 * benchmark, benchmark) == pytest.approx(-1)
    assert metrics.win_rate(np.array([0.1, 0.0, -0.1, 0.2])) == pytest.approx(2 / 3)


@pytest.mark.parametrize("ppy", [252, 12])
def test_against_vectorbt_where_its_definition_is_the_same(ppy):
    import vectorbt.returns.nb as other

    market = random_market(7, rows=500, ppy=ppy)
    values = market.prices["SPY"]
    returns = metrics.returns_of(values).to_numpy()
    assert metrics.cagr(values.to_numpy(), ppy) == pytest.approx(
        other.annualized_return_1d_nb(returns, ppy), rel=1e-12)  # fmt: skip
    assert metrics.volatility(returns, ppy) == pytest.approx(
        other.annualized_volatility_1d_nb(returns, ppy), rel=1e-12)  # fmt: skip
    assert metrics.sharpe(returns, np.full(len(returns), 1e-4), ppy) == pytest.approx(
        other.sharpe_ratio_1d_nb(returns, ppy, 1e-4), rel=1e-9)  # fmt: skip
    assert metrics.sortino(returns, np.full(len(returns), 1e-4), ppy) == pytest.approx(
        other.sortino_ratio_1d_nb(returns, ppy, 1e-4), rel=1e-9)  # fmt: skip
    # vectorbt does not count the base before the first return as a peak; ours does.
    assert metrics.drawdown_list(values.iloc[1:])[0].depth == pytest.approx(
        other.max_drawdown_1d_nb(returns), rel=1e-12)  # fmt: skip


def test_calendar_years_of_the_real_funds(yahoo_folder):
    """GROUND_TRUTH: funds' calendar-year total returns in percent."""
    for column, ticker in enumerate(FUNDS):
        years = 100 * metrics.year_returns(files.read_prices(yahoo_folder, ticker))
        for year, row in FUND_YEARS.items():
            assert years[year] == pytest.approx(row[column], abs=0.0051), (ticker, year)


@pytest.mark.parametrize("digits", [1, 8])
@pytest.mark.parametrize("rows", [1, 2, 3, 40, 900])
def test_the_deepest_fall_is_the_first_of_all_falls(rows, digits):
    """To one digit many falls are equally deep: the earliest counts."""
    random = np.random.default_rng(rows)
    for _ in range(20):
        levels = 0.5 + np.exp(random.normal(0.0, 0.05, rows).cumsum()).round(digits)
        values = pd.Series(levels, index=pd.bdate_range("2000-01-03", periods=rows))
        every = metrics.drawdown_list(values)
        assert metrics.deepest_drawdown(values) == (every[0] if every else None)


def test_the_deepest_fall_by_hand():
    days = pd.to_datetime(["2000-01-31", "2000-02-29", "2000-03-31", "2000-04-30", "2000-05-31"])
    fall = metrics.deepest_drawdown(pd.Series([100.0, 90.0, 110.0, 55.0, 66.0], index=days))
    assert fall == metrics.Drawdown(-0.5, days[2], days[3], None)
    fall = metrics.deepest_drawdown(pd.Series([100.0, 50.0, 100.0, 90.0, 95.0], index=days))
    assert fall == metrics.Drawdown(-0.5, days[0], days[1], days[2])
