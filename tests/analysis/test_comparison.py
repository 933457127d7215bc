"""Comparing: hand-made paths, and noise that must be called noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.comparison import (
    calendar_years,
    differences,
    monthly_sharpe,
    rolling_growth,
    traded_in,
)
from backtests.analysis.metrics import sharpe

DAYS = pd.date_range("2000-01-31", periods=241, freq="ME")


def level(returns: np.ndarray) -> pd.Series:
    return pd.Series(np.r_[1.0, np.cumprod(1 + returns)], DAYS)


def test_sharpe_along_the_last_axis_is_the_metric():
    rng = np.random.default_rng(1)
    returns, cash = rng.normal(0.01, 0.03, (4, 60)), np.full((4, 60), 0.002)
    each = [sharpe(r, c, 12) for r, c in zip(returns, cash, strict=True)]
    np.testing.assert_allclose(monthly_sharpe(returns, cash), each, rtol=1e-12)


def test_a_sure_gain_is_beyond_noise_and_a_twin_is_noise():
    rng = np.random.default_rng(2)
    base = rng.normal(0.006, 0.03, 240)
    noise = rng.normal(0.0, 0.01, 240)
    noise -= noise.mean()
    values = pd.DataFrame(
        {"a": level(base), "better": level(base + 0.002), "twin": level(base + noise)}
    )
    by_name = differences(values, level(np.full(240, 0.002)))
    assert set(by_name) == {"better", "twin"}
    better, twin = by_name["better"], by_name["twin"].cagr_monthly
    # 0.2 points a month, every month: the interval is far from zero.
    growth = better.cagr_monthly
    assert 0.02 < growth.low < growth.value < growth.high < 0.03
    assert better.sharpe_monthly.low > 0
    assert twin.low < 0 < twin.high


def test_turnover_and_costs_by_hand():
    rows = DAYS[:13]
    values = pd.Series(100.0, rows)
    orders = pd.DataFrame(
        {
            "date": [rows[1], rows[5], rows[5], rows[9]],
            "value": [100.0, 10.0, 10.0, 20.0],
            "fee": [0.1, 0.01, 0.01, 0.02],
            "slippage": [0.0, 0.0, 0.0, 0.01],
        }
    )
    # (20 + 20) / 2 / 100; the first purchase has costs only.
    assert traded_in(orders, values, values.index[1]) == (pytest.approx(0.2), pytest.approx(0.15))
    # From row 5 on the orders of row 5 are before the span.
    later = values.iloc[5:]
    turnover, costs = traded_in(orders, later, None)
    assert turnover == pytest.approx(0.1)
    assert costs == pytest.approx(0.03)


def test_rolling_growth_and_years_by_hand():
    months = pd.DataFrame(
        {"a": [1.0, 1.1, 1.21]}, index=pd.period_range("2000-01", periods=3, freq="M")
    )
    assert rolling_growth(months, 1)["a"].to_numpy() == pytest.approx(1.1**12 - 1)
    # Over two months to 1.21: there are six such spans in a year.
    two = rolling_growth(months, 2)["a"]
    assert [str(month) for month in two.index] == ["2000-03"]
    assert two.to_numpy() == pytest.approx(1.21**6 - 1)
    steady = pd.DataFrame({"a": level(np.full(240, 0.01))})
    assert calendar_years(steady)["a"].to_numpy() == pytest.approx(1.01**12 - 1)
