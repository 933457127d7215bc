"""vectorbt against the ledger, and its numbers against ours."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.simulate import SCALE, simulate
from backtests.engine.with_sweep import fill_with_sweep
from backtests.engine.with_vectorbt import fill_with_vectorbt, vectorbt_metrics
from data.load import load_market
from data.market import Market
from strategies import registry
from strategies.hedge_mix import HedgeMix
from tests.conftest import SOAK, market_of, random_market

FREE = Costs(0, 0, 1)


def agree(fills: ledger.Fills, other: ledger.Fills) -> None:
    np.testing.assert_allclose(fills.nav, other.nav, rtol=1e-9)
    np.testing.assert_allclose(fills.units, other.units, rtol=1e-9, atol=1e-9)
    assert fills.order_units.sum() == pytest.approx(other.order_units.sum(), rel=1e-9, abs=1e-9)
    assert fills.order_fee.sum() == pytest.approx(other.order_fee.sum(), rel=1e-7, abs=1e-9)


@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(1, 5),
    every=st.sampled_from([1, 5, 21]),
    fee=st.sampled_from([0.0, 0.0002, 0.01]),
    slippage=st.sampled_from([0.0, 0.0001, 0.02]),
)
def test_vectorbt_agrees_with_the_ledger(seed, columns, every, fee, slippage):
    rng = np.random.default_rng(seed)
    prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (120, columns)), axis=0))
    targets = np.full(prices.shape, np.nan)
    targets[::every] = rng.dirichlet(np.ones(columns), len(targets[::every]))
    costs = np.full(columns, fee), np.full(columns, slippage)
    agree(
        ledger.fill(prices, targets, *costs, 10_000.0),
        fill_with_vectorbt(prices, targets, *costs, 10_000.0),
    )


@cache
def loaded(source: str, tickers: tuple[str, ...], extend: bool) -> Market:
    """Read a market once for all costs."""
    return load_market(source, list(tickers), extend=extend)


@pytest.mark.parametrize("name", registry.STRATEGIES)
@pytest.mark.parametrize("source", ["bundled", "files"])
@pytest.mark.parametrize("costs", [FREE, Costs(2, 1, 1), Costs(100, 50, 3)])
def test_engines_agree_on_every_strategy_and_source(name, source, costs, request):
    if (name, source) == ("two_prices", "bundled"):
        pytest.skip("two_prices needs daily data")
    strategy = registry.make(name, {})
    extend = source == "files"
    if extend:  # prices and rates, carried back to 1962
        source = f"files:{request.getfixturevalue('yahoo_folder').parent}"
    market = loaded(source, tuple(strategy.tickers), extend)
    runs = [
        simulate(market, strategy, costs, engine=engine)
        for engine in (fill_with_vectorbt, ledger.fill)
    ]
    np.testing.assert_allclose(runs[0].nav, runs[1].nav, rtol=1e-9)
    np.testing.assert_allclose(runs[0].weights, runs[1].weights, rtol=1e-9, atol=1e-9)
    assert runs[0].costs_paid == pytest.approx(runs[1].costs_paid, rel=1e-7, abs=1e-9)
    assert runs[0].traded.sum() == pytest.approx(runs[1].traded.sum(), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("initial", [1.0, 1e4, 1e15])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e200])
def test_vectorbt_does_not_mind_the_scale_of_money_or_prices(initial, scale):
    market = random_market(9, rows=80)
    prices = market.prices
    prices["IEF"] *= scale
    scaled = market_of(prices, market.cash)
    runs = [
        simulate(scaled, HedgeMix(), Costs(), initial=initial, engine=engine)
        for engine in (fill_with_vectorbt, ledger.fill)
    ]
    plain = simulate(market, HedgeMix(), Costs(), engine=ledger.fill).nav
    for done in runs:
        np.testing.assert_allclose(done.nav / initial, plain / 10_000, rtol=1e-9)


def test_what_rounding_leaves_buys_nothing_and_breaks_no_tie():
    # Five buys use up the money, the sixth finds 1e-13 of it; then it and the first are bought
    # for equal values, and the first comes first unless that dust makes it the larger order.
    columns = 7
    targets = np.full((5, columns + 1), np.nan)
    targets[0] = np.eye(columns + 1)[-1]
    targets[1] = [0, 0.166, 0.166, 0.166, 0.166, 0.17, 0.166, 0]
    targets[2] = [0.5, 0, 0, 0, 0, 0.5, 0, 0]
    cost = np.array([0.1] * columns + [0.0])
    rng = np.random.default_rng(1)
    for number in range(100):
        moves = rng.normal(0, 0.05, (5, columns + 1))
        moves[0] = moves[:, -1] = 0.0
        prices = SCALE * np.exp(np.cumsum(moves, axis=0))
        done = ledger.fill(prices, targets, cost, cost, 10_000.0)
        agree(done, fill_with_sweep(prices, targets, cost, cost, 10_000.0))
        # vectorbt is slow: of these six, 39 and 75 tell a ledger that buys dust. SOAK runs all.
        if number % 18 == 3 or SOAK:
            agree(done, fill_with_vectorbt(prices, targets, cost, cost, 10_000.0))


def test_vectorbt_counts_the_first_row_as_a_peak():
    index = pd.bdate_range("2020-01-01", periods=6)
    nav = pd.Series([100.0, 80, 90, 95, 90, 99], index)
    theirs = vectorbt_metrics(nav, pd.Series(1.0, index), 252)
    assert theirs.max_drawdown == pytest.approx(-0.2)
    assert theirs.total_return == pytest.approx(-0.01)
    returns = nav.pct_change(fill_method=None).dropna()
    assert theirs.sharpe == pytest.approx(returns.mean() / returns.std() * 252**0.5)
