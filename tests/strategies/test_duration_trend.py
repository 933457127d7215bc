"""duration_trend by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from strategies.duration_trend import DurationTrend
from tests.conftest import market_of

RULE = DurationTrend(lookback_months=3, duration_min=1, duration_max=9)


def target(bond: list[float], cash: list[float], ticker: str = "IEF", rule: DurationTrend = RULE):
    months = pd.date_range("2020-01-31", periods=len(bond), freq="ME")
    prices = pd.DataFrame({"SPY": 1.0, ticker: bond}, months)
    levels = pd.Series(cash, months, name="CASH")
    return rule.target_duration(market_of(prices, levels, 12))


def test_it_is_long_after_a_window_above_bills_and_short_after_one_below():
    bond = [100, 100, 100, 104, 100, 100, 105.0]
    found = target(bond, [100, 101, 102, 103, 103, 103, 103])
    assert np.isnan(found.iloc[:3]).all()
    # Of three months: +4 against +3, 0 against 2, 0 against 1, +1 against 0.
    assert found.iloc[3:].tolist() == [9, 1, 1, 9]


def test_a_bond_that_equals_bills_has_no_trend():
    assert target([100, 101, 102, 103], [100, 101, 102, 103]).iloc[-1] == 1


def test_the_fund_whose_trend_counts_can_be_chosen():
    rule = DurationTrend(lookback_months=3, bond="SHY", duration_min=1, duration_max=9)
    assert target([100, 100, 100, 104], [100, 100, 100, 100], "SHY", rule).iloc[-1] == 9
