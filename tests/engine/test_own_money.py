"""Money-weighted returns, by hand and by the law of a constant return."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.engine.own_money import money_weighted


def test_a_money_weighted_return_is_the_one_that_solves_it_by_hand() -> None:
    """100, and 110 four years on, are 121 + 121 = 242 where four years grow them by 1.1."""
    days = pd.DatetimeIndex(["2000-01-01", "2004-01-01", "2008-01-01"])  # 1461 days apart
    growth = 1.1**4
    wealth = pd.Series([100.0, 100.0 * growth + 110.0, (100.0 * growth + 110.0) * growth], days)
    flows = pd.Series([0.0, 110.0, 0.0], days)
    assert money_weighted(wealth, flows) == pytest.approx(0.10, abs=1e-9)
    # The same money from other returns: 100 becomes 90, with 110 it is 200, and ends at 242; with
    # x = growth of four years, 100 x^2 + 110 x = 242 has the root 1.1.
    other = pd.Series([100.0, 200.0, 242.0], days)
    assert money_weighted(other, flows) == pytest.approx(1.1**0.25 - 1.0, abs=1e-9)


def test_under_360_days_and_without_an_answer_there_is_none() -> None:
    days = pd.DatetimeIndex(["2001-01-01", "2001-12-20"])
    assert money_weighted(pd.Series([100.0, 110.0], days), pd.Series(0.0, days)) is None
    long = pd.DatetimeIndex(["2001-01-01", "2003-01-01"])
    assert money_weighted(pd.Series([100.0, 0.0], long), pd.Series(0.0, long)) is None
