"""quantstats: what it draws is repeatable, what it fails at is told, what it counts is ours."""

from __future__ import annotations

import os
import re

import pandas as pd
import pytest

from backtests.analysis import metrics
from backtests.engine.with_quantstats import draw, quantstats_metrics
from tests.conftest import random_market

CHARTS = ["returns", "dd_plot"]


@pytest.fixture(scope="module")
def levels():
    market = random_market(11, rows=700, ppy=12)
    return market.prices["SPY"], market.prices["IEF"], market.cash


def test_the_same_series_are_the_same_bytes(levels, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "123")
    nav, other, _ = levels
    one, again = draw(nav, other, 12, CHARTS), draw(nav, other, 12, CHARTS)
    assert one == again
    assert set(one.charts) == set(CHARTS)
    assert one.failure == ""
    assert all(svg.startswith("<svg") and svg.endswith("</svg>") for svg in one.charts.values())
    assert os.environ["SOURCE_DATE_EPOCH"] == "123"  # as the user had it


def test_rows_are_strategy_and_benchmark_with_two_digits(levels):
    nav, other, _ = levels
    rows = draw(nav, other, 12, CHARTS).rows
    returns = [metrics.returns_of(one).to_numpy() for one in (nav, other)]
    expected = [f"{100 * metrics.volatility(one, 12):.2f} %" for one in returns]
    assert list(rows["Volatility (ann.)"]) == expected
    assert all(re.fullmatch(r"-|-?[\d,]+\.\d\d( %)?", text) for text in rows["Beta"])


def test_what_it_cannot_draw_is_told(levels, monkeypatch):
    import quantstats

    def fail(*_, **__):
        raise ZeroDivisionError("no risk")

    monkeypatch.setattr(quantstats.reports, "html", fail)
    found = draw(levels[0], levels[1], 12, CHARTS)
    assert (found.charts, found.rows) == ({}, {})
    assert found.failure == "ZeroDivisionError: no risk"


def test_its_plots_are_put_back(levels):
    from quantstats import plots, stats

    before = plots.log_returns, stats.remove_outliers
    draw(levels[0], levels[1], 12, CHARTS)
    assert (plots.log_returns, stats.remove_outliers) == before


@pytest.mark.parametrize("ppy", [12, 252])
def test_its_numbers_are_ours_where_its_definitions_are(ppy):
    market = random_market(3, rows=600, ppy=ppy)
    nav, flat = market.prices["SPY"], pd.Series(100.0, market.sessions)
    found = quantstats_metrics(nav, flat, ppy)
    returns = metrics.returns_of(nav).to_numpy()
    assert found.total_return == pytest.approx(nav.iloc[-1] / nav.iloc[0] - 1)
    assert found.cagr == pytest.approx(metrics.cagr(nav.to_numpy(), ppy))
    assert found.volatility == pytest.approx(metrics.volatility(returns, ppy))
    assert found.sharpe == pytest.approx(metrics.sharpe(returns, 0.0 * returns, ppy))
    assert found.sortino == pytest.approx(metrics.sortino(returns, 0.0 * returns, ppy))
    assert found.max_drawdown == pytest.approx(metrics.drawdown_list(nav)[0].depth)
