"""Comparing: hand-made paths, and noise that must be called noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.comparison import (
    calendar_years,
    differences,
    is_beyond_noise,
    monthly_sharpe,
    monthly_volatility,
    rolling_growth,
    traded_in,
)
from backtests.analysis.metrics import sharpe, volatility
from backtests.analysis.resampling import Estimate

DAYS = pd.date_range("2000-01-31", periods=241, freq="ME")


def level(returns: np.ndarray) -> pd.Series:
    return pd.Series(np.r_[1.0, np.cumprod(1 + returns)], DAYS[: len(returns) + 1])


def test_sharpe_along_the_last_axis_is_the_metric():
    rng = np.random.default_rng(1)
    returns, cash = rng.normal(0.01, 0.03, (4, 60)), np.full((4, 60), 0.002)
    each = [sharpe(r, c, 12) for r, c in zip(returns, cash, strict=True)]
    np.testing.assert_allclose(monthly_sharpe(returns, cash), each, rtol=1e-12)


def test_volatility_along_the_last_axis_is_the_metric():
    returns = np.random.default_rng(1).normal(0.01, 0.03, (4, 60))
    each = [volatility(row, 12) for row in returns]
    np.testing.assert_allclose(monthly_volatility(returns), each, rtol=1e-12)


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


MEASURES = ("cagr_monthly", "volatility_monthly", "sharpe_monthly", "max_drawdown_monthly",
            "cvar_95_monthly")  # fmt: skip
BILLS = np.full(240, 0.002)


def test_every_difference_by_hand():
    """Twelve months: a falls by 10 % and 20 % in a row, b by half as much; else both earn 1 %."""
    a = np.r_[np.full(5, 0.01), -0.10, -0.20, np.full(5, 0.01)]
    b = np.r_[np.full(5, 0.01), -0.05, -0.10, np.full(5, 0.01)]
    cash = pd.Series(1.0, DAYS[:13])
    values = pd.DataFrame({name: level(path) for name, path in (("a", a), ("b", b))}, DAYS[:13])
    told = differences(values, cash)["b"]
    assert told.max_drawdown_monthly.value == pytest.approx(0.95 * 0.9 - 0.9 * 0.8)
    # The worst twentieth of twelve months is one month.
    assert told.cvar_95_monthly.value == pytest.approx(0.10)
    spread = [np.sqrt(12 * ((x - x.mean()) ** 2).sum() / 11) for x in (a, b)]
    assert told.volatility_monthly.value == pytest.approx(spread[1] - spread[0])
    assert told.cagr_monthly.value == pytest.approx(np.prod(1 + b) - np.prod(1 + a))
    # A year is too short for any interval.
    assert {getattr(told, name).low for name in MEASURES} == {None}
    assert is_beyond_noise(told.cagr_monthly) is None


def legs_of(equity: np.ndarray, hedge: np.ndarray, months: pd.DatetimeIndex = DAYS[1:]):
    return pd.DataFrame(
        {"equity": equity, "hedge": hedge, "cash": 0.002},
        index=months.to_period("M")[-len(equity) :],
    )


def test_the_payoff_is_of_the_worst_tenth_of_each_runs_own_equity():
    """Twenty months: two are the worst tenth."""
    equity = np.linspace(-0.10, 0.09, 20)
    other = equity[::-1]
    bonds = np.r_[0.03, 0.01, np.zeros(16), 0.04, 0.06]
    values = pd.DataFrame({"a": level(equity), "b": level(other)}, DAYS[:21])
    index = DAYS[1:21]
    legs = {"a": legs_of(equity, bonds, index), "b": legs_of(other, bonds, index)}
    told = differences(values, pd.Series(1.0, DAYS[:21]), legs)["b"].payoff
    # a: 3 % and 1 % less bills; b falls in the last two months: 4 % and 6 % less bills.
    assert told.value == pytest.approx(0.05 - 0.02)
    assert (told.low, told.high) == (None, None)  # docs/coverage.md: too few months


def test_a_run_without_a_hedge_has_no_payoff_and_the_months_are_those_that_both_have():
    rng = np.random.default_rng(5)
    equity, bonds = rng.normal(0.006, 0.04, 240), rng.normal(0.003, 0.02, 240)
    values = pd.DataFrame({name: level(equity) for name in ("a", "b", "c")})
    cash, late = level(BILLS), equity[-120:]
    legs = {"a": legs_of(equity, bonds), "b": legs_of(late, 2 * bonds[-120:])}
    told = differences(values, cash, legs)
    worst = np.argsort(late)[:12]
    assert told["b"].payoff.value == pytest.approx(bonds[-120:][worst].mean())
    assert told["c"].payoff == Estimate(None, None, None)
    del legs["a"]
    assert differences(values, cash, legs)["b"].payoff.value is None


def test_a_copy_in_another_currency_differs_by_nothing():
    rng = np.random.default_rng(6)
    months = pd.date_range("1960-01-31", periods=601, freq="ME")
    equity, bonds = rng.normal(0.006, 0.04, 600), rng.normal(0.003, 0.02, 600)
    own = pd.Series(np.r_[1.0, np.cumprod(1 + equity)], months)
    values = pd.DataFrame({"a": own, "b": 1234.5 * own})
    legs = dict.fromkeys("ab", legs_of(equity, bonds, months[1:]))
    told = differences(values, pd.Series(1.0, months), legs)["b"]
    for name in (*MEASURES, "payoff"):
        estimate = getattr(told, name)
        ends = (estimate.low, estimate.value, estimate.high)
        assert ends == pytest.approx((0.0, 0.0, 0.0), abs=1e-12), name
        assert is_beyond_noise(estimate) is False, name


def test_bills_against_equity_have_less_of_every_risk_beyond_noise():
    rng = np.random.default_rng(7)
    equity = rng.normal(0.006, 0.045, 240)
    values = pd.DataFrame({"equity": level(equity), "bills": level(BILLS)})
    told = differences(values, level(BILLS))["bills"]
    assert told.volatility_monthly.high < 0.0
    assert told.max_drawdown_monthly.low > 0.0
    assert told.cvar_95_monthly.low > 0.0
    for name in MEASURES[1:2] + MEASURES[3:]:
        assert is_beyond_noise(getattr(told, name)) is True, name


def test_the_same_months_are_drawn_for_both():
    """What differs by a constant differs by a constant in every resample; apart it would not."""
    rng = np.random.default_rng(8)
    base = rng.normal(0.006, 0.04, 240)
    values = pd.DataFrame({"a": level(base), "b": level(base + 0.0001), "c": level(base[::-1])})
    told = differences(values, level(BILLS))
    for name in ("cagr_monthly", "cvar_95_monthly", "max_drawdown_monthly"):
        pair, apart = (getattr(told[key], name) for key in "bc")
        assert (pair.high - pair.low) < 0.05 * (apart.high - apart.low), name
        assert is_beyond_noise(pair) is True
    assert told["b"].cvar_95_monthly.value == pytest.approx(0.0001, abs=1e-9)


@pytest.mark.parametrize(
    ("ends", "conclusion"),
    [
        ((0.01, 0.03), True), ((-0.03, -0.01), True), ((-0.01, 0.01), False),
        ((1e-16, 3e-16), False), ((None, None), None),
    ],
)  # fmt: skip
def test_beyond_noise_is_an_interval_without_zero(ends, conclusion):
    assert is_beyond_noise(Estimate(0.02, *ends)) is conclusion


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


def test_the_tail_has_no_interval_below_twenty_years():
    """docs/coverage.md: CVaR's would cover the truth too rarely; growth has one from 5 years on."""
    rng = np.random.default_rng(9)
    for months, has_one in ((239, False), (240, True)):
        base = rng.normal(0.006, 0.03, months)
        days = pd.date_range("1990-01-31", periods=months + 1, freq="ME")
        paths = {"a": base, "b": 0.5 * base}
        values = pd.DataFrame(
            {
                name: pd.Series(np.r_[1.0, np.cumprod(1 + path)], days)
                for name, path in paths.items()
            }
        )
        told = differences(values, pd.Series(1.0, days))["b"]
        assert (told.cvar_95_monthly.low is not None) is has_one
        assert told.cagr_monthly.low is not None
        assert told.cvar_95_monthly.value > 0.0
