"""Holding periods: hand-made paths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.holding import annualised, holding_table, start_year_map

MONTHS = pd.period_range("1999-12", periods=37, freq="M")


def path(**columns: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(columns, index=MONTHS)


def against(ours: np.ndarray, **rivals: np.ndarray) -> pd.DataFrame:
    """A portfolio beside its rivals; those not given have no value."""
    unknown = dict.fromkeys(("equity", "bills", "cash", "inflation"), np.full(37, np.nan))
    return path(portfolio=ours, **{**unknown, **rivals})


def test_every_month_end_is_a_start():
    levels = path(a=np.full(37, 1.0), b=1.02 ** np.arange(37))
    found = annualised(levels, 2)
    assert list(found.index) == list(MONTHS[:13])
    assert found["b"].to_numpy() == pytest.approx(1.02**12 - 1)


def test_shares_worst_and_median_by_hand():
    # Doubles in the last month only: exactly one of 25 one-year windows sees it.
    ours = np.r_[np.ones(36), 2.0]
    rival = np.r_[1.1, np.ones(36)]  # the first window of the rival loses
    yearly, three, ten = holding_table(against(ours, equity=rival), [1, 3, 10])
    assert (yearly.starts, yearly.apart) == (25, 3)
    assert yearly.beat_equity == pytest.approx(2 / 25)
    assert (yearly.worst, yearly.median, yearly.best) == (0.0, 0.0, 1.0)
    assert yearly.best_start == "2001-12"
    assert (three.starts, three.apart) == (1, 1)
    assert three.best == pytest.approx(2 ** (1 / 3) - 1)
    assert (ten.starts, ten.apart) == (0, 0)
    assert ten.worst_start is None
    assert ten.worst is None


def test_windows_that_do_not_overlap_need_a_whole_span_each():
    """36 month-ends bound 35 months: two years fit in, the third lacks a month."""
    short = np.r_[np.ones(36), np.nan]
    (yearly,) = holding_table(against(short), [1])
    assert (yearly.starts, yearly.apart) == (24, 2)
    (yearly,) = holding_table(against(np.ones(37)).iloc[:12], [1])  # eleven months
    assert (yearly.starts, yearly.apart) == (0, 0)


def test_the_median_of_an_even_number_of_windows_is_the_lower_one():
    # Fourteen month-ends hold two windows of a year: the first gains 10 %, the second 20 %.
    ours = np.r_[1.0, 1.0, np.ones(10), 1.1, 1.2]
    (yearly,) = holding_table(against(np.r_[ours, np.full(23, np.nan)]), [1])
    assert yearly.starts == 2
    assert (yearly.worst, yearly.median, yearly.best) == pytest.approx((0.1, 0.1, 0.2))
    assert (yearly.median_start, yearly.best_start) == ("1999-12", "2000-01")


def test_a_column_that_ends_early_counts_only_its_own_windows():
    prices = np.r_[1.01 ** np.arange(25), np.full(12, np.nan)]
    (yearly,) = holding_table(against(np.ones(37), inflation=prices), [1])
    assert yearly.starts == 25
    assert yearly.beat_inflation == 0.0


def test_start_year_map_by_hand():
    levels = pd.Series(np.r_[1.0, np.full(12, 2.0), np.full(12, 1.0), np.full(12, 8.0)], MONTHS)
    table = start_year_map(levels)
    assert list(table.index) == [2000, 2001, 2002]
    assert table.loc[2000].tolist() == pytest.approx([1.0, 0.0, 1.0])
    assert table.loc[2001, 1] == pytest.approx(-0.5)
    assert table.loc[2001, 2] == pytest.approx(1.0)
    assert np.isnan(table.loc[2002, 2])


def test_map_of_less_than_two_years_is_empty():
    assert start_year_map(pd.Series(1.0, MONTHS[:10])).empty
