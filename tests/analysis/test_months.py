"""Months: where they end, and measures of a portfolio's month-end returns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.months import (
    cvar,
    growth,
    month_ends,
    months_under_water,
    over_three_months,
    under_water,
)


def test_month_ends_leave_out_a_month_that_is_not_over():
    days = pd.bdate_range("2024-01-10", "2024-04-29")  # the 30th was a session
    levels = pd.DataFrame({"a": np.arange(len(days), dtype=float)}, index=days)
    assert [str(month) for month in month_ends(levels).index] == ["2024-01", "2024-02", "2024-03"]
    # 2024-06-29 and 30 were a weekend: the 28th ends the month.
    days = pd.bdate_range("2024-05-01", "2024-06-28")
    levels = pd.DataFrame({"a": np.arange(len(days), dtype=float)}, index=days)
    assert month_ends(levels)["a"].iloc[-1] == len(days) - 1


@pytest.mark.parametrize(("until", "last"), [("2024-03-27", "2024-02"), ("2024-03-28", "2024-03")])
def test_a_month_whose_last_weekday_is_good_friday_ends_on_the_thursday(until, last):
    """29 March 2024 was Good Friday: the exchange was closed."""
    days = pd.bdate_range("2024-01-10", until)
    levels = pd.DataFrame({"a": np.arange(len(days), dtype=float)}, index=days)
    assert str(month_ends(levels).index[-1]) == last


def test_three_months_in_a_row_are_compounded():
    returns = np.array([0.1, -0.2, 0.0, 0.5])
    np.testing.assert_allclose(over_three_months(returns), [1.1 * 0.8 - 1.0, 0.8 * 1.5 - 1.0])
    both = over_three_months(np.array([returns, returns[::-1]]))
    np.testing.assert_allclose(both[1], [1.5 * 0.8 - 1.0, 1.1 * 0.8 - 1.0])
    assert np.isnan(over_three_months(returns[:2])).tolist() == [True]
    assert over_three_months(np.zeros((4, 2))).shape == (4, 1)


def test_under_water_in_days():
    values = pd.Series(
        [1.0, 1.1, 1.0, 1.05, 1.2, 1.1],
        index=pd.to_datetime(
            ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-31"]
        ),
    )
    # From the 2nd to the 7th: 5 days; from the 7th to the end: 24, not over yet.
    assert under_water(values) == (24, pytest.approx(3 / 6))
    rising = pd.Series([1.0, 2.0], index=pd.to_datetime(["2020-01-01", "2021-01-01"]))
    assert under_water(rising) == (0, 0.0)


def test_growth_is_compound_and_a_year():
    assert growth(np.full(24, 1.21 ** (1 / 12) - 1)) == pytest.approx(0.21)
    assert growth(np.array([0.5, -0.5])) == pytest.approx(0.75**6 - 1)  # two months of twelve


def test_cvar_is_the_mean_of_the_worst_five_percent_rounded_up():
    # 5 % of 21 months is 1.05, so the worst two; of 20 months exactly one.
    returns = np.r_[-0.10, -0.05, np.full(19, 0.01)]
    assert cvar(returns) == pytest.approx(-0.075)
    assert cvar(returns[:20]) == pytest.approx(-0.10)


def test_the_value_at_the_start_is_a_high_too():
    # 1 to 0.9, 0.945 and 1.0395: two months below the start, none after.
    assert months_under_water(np.array([-0.1, 0.05, 0.1])) == 2
    assert months_under_water(np.array([0.1, 0.1])) == 0


def test_every_row_of_many_is_measured_alone():
    rows = np.random.default_rng(7).normal(0.005, 0.04, (5, 61))
    for measure in (cvar, growth, months_under_water):
        each = [float(measure(row)) for row in rows]
        np.testing.assert_allclose(measure(rows), each, rtol=1e-13, err_msg=measure.__name__)


def test_months_of_monthly_rows_are_the_rows():
    levels = pd.DataFrame({"a": [1.0, 2.0]}, pd.to_datetime(["2024-01-31", "2024-02-29"]))
    ends = month_ends(levels)
    assert [str(month) for month in ends.index] == ["2024-01", "2024-02"]
    assert ends["a"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("holes", [False, True])
def test_a_month_ends_with_its_last_level_whatever_is_missing(holes):
    """As pandas groups them, which takes longer."""
    days = pd.bdate_range("2001-01-03", "2003-05-30", name="Date")
    levels = pd.DataFrame({"a": np.arange(len(days)) + 1.0, "b": 2.0}, index=days)
    if holes:
        levels.loc["2001-03-20":"2001-04-10", "a"] = np.nan
    by_pandas = levels.groupby(days.to_period("M")).last()
    pd.testing.assert_frame_equal(month_ends(levels), by_pandas)
    assert month_ends(levels).loc["2001-01", "b"] == 2.0
