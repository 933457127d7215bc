"""Scores of many candidates: each column must agree with :mod:`backtests.analysis.metrics`."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.analysis import metrics, scores
from backtests.analysis.numbers import Portfolio, numbers_of


def one_by_one(name: str, returns: np.ndarray, cash: np.ndarray, ppy: int) -> float:
    values = np.r_[1.0, np.cumprod(1.0 + returns)]
    depth = float(metrics.drawdowns(values).min())
    if name == "cagr":
        return metrics.cagr(values, ppy)
    if name == "volatility":
        return metrics.volatility(returns, ppy)
    if name == "max_drawdown":
        return depth
    if name == "calmar":
        return metrics.cagr(values, ppy) / -depth if depth < 0.0 else math.nan
    return getattr(metrics, name)(returns, cash, ppy)


@pytest.mark.parametrize("name", scores.SCORES)
@given(seed=st.integers(0, 10_000), rows=st.integers(2, 300), ppy=st.sampled_from([12, 252]))
def test_each_column_agrees_with_metrics(name, seed, rows, ppy):
    rng = np.random.default_rng(seed)
    returns, cash = rng.normal(0.001, 0.02, (rows, 4)), rng.uniform(0.0, 0.001, rows)
    returns[:, 3] = 0.002
    expected = [one_by_one(name, column, cash, ppy) for column in returns.T]
    found = scores.SCORES[name](returns, cash, ppy)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_calmar_and_drawdown_agree_with_the_headline():
    dates = pd.date_range("2000-01-31", periods=61, freq="ME")
    returns = np.random.default_rng(3).normal(0.004, 0.03, 60)
    values = pd.Series(np.r_[1.0, np.cumprod(1.0 + returns)], dates)
    headline = numbers_of(Portfolio(values, pd.Series(1.0, dates), 12, 0.0, 0.0))
    column, cash = returns[:, None], np.zeros(60)
    assert scores.max_drawdown(column, cash, 12)[0] == pytest.approx(headline.max_drawdown, 1e-12)
    assert scores.calmar(column, cash, 12)[0] == pytest.approx(headline.calmar, rel=1e-12)


def test_drawdown_counts_the_value_before_the_first_row():
    # 1 to 0.8 and back to 0.88; the second column only rises.
    returns = np.array([[-0.2, 0.1], [0.1, 0.0]])
    assert scores.max_drawdown(returns, np.zeros(2), 12).tolist() == pytest.approx([-0.2, 0.0])


def test_ratios_of_a_column_without_risk_are_nan():
    returns, cash = np.full((6, 1), 0.01), np.full(6, 0.002)
    for name in ("sharpe", "sortino", "calmar"):
        assert math.isnan(scores.SCORES[name](returns, cash, 12)[0]), name


def test_one_row_has_no_deviation():
    returns, cash = np.array([[0.01, -0.02]]), np.zeros(1)
    assert np.isnan(scores.volatility(returns, cash, 12)).all()
    assert np.isnan(scores.sharpe(returns, cash, 12)).all()
