"""The 10-year around days of the calendar: windows, returns by hand, few cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.ten_year import (
    TenYear,
    has_ten_year,
    market_reaching,
    mean_of,
    share_below_zero,
)
from data.errors import DataError
from tests.conftest import market_of
from tests.engine.claims.fed_exhibits import made_market, made_months


def test_at_a_yield_that_never_moves_a_bond_earns_it_compounded_twice_a_year():
    days = pd.bdate_range("2020-01-01", "2022-01-05")
    ten_year = TenYear.of(made_market(pd.Series(4.0, days), 252))
    window = ten_year.around("2020-06-16", 12)  # from Monday the 15th to the 16th a year on
    assert ten_year.days[window.base] == pd.Timestamp("2020-06-15")
    assert ten_year.days[window.end] == pd.Timestamp("2021-06-16")
    assert ten_year.growth(window) == pytest.approx(1.02 ** (2 * 366 / 365.25) - 1.0, rel=1e-12)
    assert ten_year.excess(window) == pytest.approx(ten_year.growth(window))  # cash is flat
    assert ten_year.change_bp(window) == 0.0
    assert ten_year.deepest_loss(window) == 0.0


def test_a_rise_of_a_quarter_point_over_a_month_costs_what_the_exact_price_says():
    # GROUND_TRUTH: 10-year at 4 %, price 0.9798051345 at 4.25 %; without roll-down and over a
    # twelfth of a year it also earns 1.02125^(1/6).
    yields = made_months("2020-01-31", "2020-03-31", 4.0)
    yields.iloc[1:] = 4.25
    ten_year = TenYear.of(made_market(yields, 12))
    window = ten_year.around("2020-02-10", 1)
    assert (window.base, window.end) == (0, 1)
    by_hand = 0.9798051345 * 1.02125 ** (1 / 6) - 1.0
    assert ten_year.growth(window) == pytest.approx(by_hand, abs=1e-10)
    assert ten_year.deepest_loss(window) == pytest.approx(by_hand, abs=1e-10)
    assert ten_year.change_bp(window) == pytest.approx(25.0)


def test_the_day_before_is_the_last_with_a_published_yield():
    days = pd.bdate_range("2020-03-09", "2020-04-20")
    yields = pd.Series(np.arange(len(days), dtype=float), days)
    yields["2020-03-13"] = np.nan  # a Friday without a figure
    ten_year = TenYear.of(made_market(yields, 252))
    window = ten_year.around("2020-03-15", 1)  # a Sunday
    assert ten_year.days[window.base] == pd.Timestamp("2020-03-12")
    assert ten_year.days[window.end] == pd.Timestamp("2020-04-15")


def test_a_window_that_is_not_over_is_none():
    days = TenYear.of(made_market(pd.Series(4.0, pd.bdate_range("2020-01-01", "2020-12-31")), 252))
    assert days.around("2020-06-30", 6) is not None
    assert days.around("2020-07-01", 6) is None  # to 2021-01-01
    assert days.around("2020-01-01", 1) is None  # nothing before it
    months = TenYear.of(made_market(made_months("2020-01-31", "2020-12-31"), 12))
    assert months.around("2020-07-15", 6) is not None  # June to December
    assert months.around("2020-08-15", 6) is None


def test_windows_from_every_month_end():
    months = TenYear.of(made_market(made_months("2020-01-31", "2021-12-31"), 12))
    assert [(each.base, each.end) for each in months.starts(12)] == [(n, n + 12) for n in range(12)]
    rows = pd.bdate_range("2020-01-01", "2021-03-15")
    days = TenYear.of(made_market(pd.Series(4.0, rows), 252))
    bases = [f"{days.days[each.base]:%Y-%m-%d}" for each in days.starts(12)]
    assert bases == ["2020-01-31", "2020-02-28"]  # March's year is not over


def test_the_mean_of_three_cases_by_hand():
    # 1, 2, 3: deviation 1, so 1 / sqrt(3) times Student's 2.919986 with 2 degrees (tables: 2.920).
    mean = mean_of([1.0, 2.0, 3.0])
    assert mean.value == 2.0
    assert mean.high == pytest.approx(2.0 + 2.919986 / 3**0.5, abs=1e-5)
    assert mean.low == pytest.approx(2.0 - 2.919986 / 3**0.5, abs=1e-5)
    assert mean_of([1.0, 2.0]).low is None
    assert mean_of([]).value is None


def test_a_change_of_zero_is_not_below_zero():
    assert share_below_zero([-1.0, 0.0, 1.0, -2.0]) == 0.5
    assert np.isnan(share_below_zero([]))


def test_without_yields_there_is_no_ten_year():
    bare = market_of(pd.DataFrame({"SPY": 1.0}, pd.bdate_range("2020-01-01", periods=5)))
    assert not has_ten_year(bare)
    with pytest.raises(DataError, match="made prices has no 10-year yields; give a source"):
        TenYear.of(bare)


def test_daily_yields_count_only_if_they_reach_over_as_much():
    months = made_market(made_months("2000-01-31", "2010-12-31"), 12)
    events = ("2002-05-07", "2005-05-10")

    def chosen(first: str) -> str:
        days = made_market(pd.Series(4.0, pd.bdate_range(first, "2010-12-31")), 252)
        market = market_reaching(Exhibits(months, days, ""), events, 12)
        return "days" if market is days else "months"

    assert chosen("2002-05-06") == "days"  # the day before the first event
    assert chosen("2002-05-07") == "months"
    assert market_reaching(Exhibits(months, None, ""), events, 12) is months
    bare = market_of(pd.DataFrame({"TLT": 1.0}, pd.bdate_range("2000-01-03", "2010-12-31")))
    assert market_reaching(Exhibits(months, bare, ""), events, 12) is months
