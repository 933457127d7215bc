"""duration_trend by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from strategies.duration_trend import DurationTrend
from tests.conftest import market_of
from tests.strategies.helpers import month_ends, path_market, require_decisions, weekdays

RULE = DurationTrend(lookback_months=3, duration_min=1, duration_max=9)


def target(bond: list[float], cash: list[float], ticker: str = "IEF", rule: DurationTrend = RULE):
    months = pd.date_range("2020-01-31", periods=len(bond), freq="ME")
    prices = pd.DataFrame({"SPY": 1.0, ticker: bond}, months)
    levels = pd.Series(cash, months, name="CASH")
    return rule.target_duration(market_of(prices, levels, 12))


def test_it_is_long_after_a_window_above_bills_and_short_after_one_below():
    bond = [100, 100, 100, 104, 100, 100, 105.0]
    years = target(bond, [100, 101, 102, 103, 103, 103, 103])
    assert np.isnan(years.iloc[:3]).all()
    # Of three months: +4 against +3, 0 against 2, 0 against 1, +1 against 0.
    assert years.iloc[3:].tolist() == [9, 1, 1, 9]


def test_a_bond_that_equals_bills_has_no_trend():
    assert target([100, 101, 102, 103], [100, 101, 102, 103]).iloc[-1] == 1


def test_the_fund_whose_trend_counts_can_be_chosen():
    rule = DurationTrend(lookback_months=3, bond="SHY", duration_min=1, duration_max=9)
    assert target([100, 100, 100, 104], [100, 100, 100, 100], "SHY", rule).iloc[-1] == 9


LONG, SHORT = [0.7, 0, 0, 0, 0.3], [0.7, 0.3, 0, 0, 0]  # beside 70 % equity: all TLT, all BIL


def test_weights_of_a_path_of_prices_by_hand():
    # Three months' returns of IEF against bills, in percent: April +4 against +3, long;
    # May 0 against 2, June 0 against 1, short; July +1 (104 to 105.04) against 0, long.
    market = path_market(
        month_ends(7),
        IEF=[100, 100, 100, 104, 100, 100, 105.04],
        cash=[100, 101, 102, 103, 103, 103, 103],
    )
    weights = DurationTrend(lookback_months=3, equity_weight=0.7).target_weights(market)
    require_decisions(
        weights,
        {"2020-04-30": LONG, "2020-05-31": SHORT, "2020-06-30": SHORT, "2020-07-31": LONG},
    )


def test_by_day_it_decides_on_first_sessions_only():
    # A month is 21 rows: the first return is that of row 21, 30 January. IEF rises once, on row
    # 41 (27 February): the rule is long in rows 41 to 61, of which row 43 (2 March) is a first
    # session; on row 65 (1 April) the rise is out of the window.
    bond = [100.0] * 41 + [101.0] * 30
    rule = DurationTrend(lookback_months=1, equity_weight=0.7)
    weights = rule.target_weights(path_market(weekdays(71), ppy=252, IEF=bond))
    require_decisions(
        weights,
        {"2020-01-30": SHORT, "2020-02-03": SHORT, "2020-03-02": LONG, "2020-04-01": SHORT},
    )
