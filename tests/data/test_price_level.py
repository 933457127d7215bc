"""The price level on sessions: by hand, at month ends, between them, over a hole and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.price_level import Deflated, price_level


def one_percent_a_month(first: str = "2020-01", months: int = 24) -> pd.Series:
    every = pd.period_range(first, periods=months, freq="M")
    return pd.Series(100.0 * 1.01 ** np.arange(months), index=every)


def test_a_monthly_row_has_the_figure_of_its_own_month():
    rows = pd.date_range("2020-01-31", "2021-12-31", freq="ME")
    made = price_level(one_percent_a_month(), rows, monthly=True)
    assert made.to_numpy() == pytest.approx(100.0 * 1.01 ** np.arange(24), rel=1e-15)


def test_between_two_month_ends_each_day_grows_alike():
    # The last sessions of January and February 2020 are the 31st and the 28th: 28 days apart.
    days = pd.bdate_range("2020-01-31", "2020-02-28")
    made = price_level(one_percent_a_month(), days, monthly=False)
    assert made["2020-01-31"] == pytest.approx(100.0, rel=1e-14)
    assert made["2020-02-14"] == pytest.approx(100.0 * 1.01**0.5, rel=1e-14)
    assert made["2020-02-28"] == pytest.approx(101.0, rel=1e-14)


def test_markets_with_other_sessions_have_one_price_level_on_a_day():
    days = pd.bdate_range("2020-02-03", "2020-06-30")
    whole = price_level(one_percent_a_month(), days, monthly=False)
    some = price_level(one_percent_a_month(), days[::3], monthly=False)
    pd.testing.assert_series_equal(some, whole.iloc[::3], rtol=1e-15)


@pytest.mark.parametrize("left_out", [True, False])
def test_a_month_that_was_never_published_is_bridged_geometrically(left_out):
    cpi = one_percent_a_month("2025-01", 12)
    hole = pd.Period("2025-10")
    cpi = cpi.drop(hole) if left_out else cpi.where(cpi.index != hole)
    rows = pd.date_range("2025-01-31", "2025-12-31", freq="ME")
    made = price_level(cpi, rows, monthly=True)
    assert made["2025-10-31"] == pytest.approx(100.0 * 1.01**9, rel=1e-14)


def test_it_goes_on_for_three_months_at_the_pace_of_the_last_twelve():
    # 1 % a month for twelve months, then flat for six: the last twelve grew by 1.01 ** 6.
    levels = [100.0 * 1.01 ** min(month, 12) for month in range(19)]
    cpi = pd.Series(levels, index=pd.period_range("2020-01", periods=19, freq="M"))
    rows = pd.date_range("2020-01-31", "2022-12-31", freq="ME")
    made = price_level(cpi, rows, monthly=True)
    assert made.index[-1] == pd.Timestamp("2021-10-31")  # the last figure is that of July
    pace = 1.01 ** (6 / 12)
    assert made.iloc[-3:].to_numpy() == pytest.approx(levels[-1] * pace ** np.array([1, 2, 3]))


def test_daily_rows_end_with_the_third_month_and_begin_with_the_first_figure():
    days = pd.bdate_range("2019-12-02", "2022-12-30")
    made = price_level(one_percent_a_month(), days, monthly=False)
    assert made.index[0] == pd.Timestamp("2020-01-31")
    assert made.index[-1] == pd.Timestamp("2022-03-31")


def test_no_figures_give_no_level():
    rows = pd.date_range("2020-01-31", periods=3, freq="ME")
    assert price_level(one_percent_a_month().iloc[:0], rows, monthly=True).empty


def test_the_level_kept_with_a_market_cannot_be_changed():
    rows = pd.date_range("2020-01-31", periods=3, freq="ME")
    deflated = Deflated(None, pd.Series(1.0, index=rows))  # type: ignore[type-var]
    with pytest.raises(ValueError, match="read-only"):
        deflated.price_level.to_numpy()[0] = 2.0
