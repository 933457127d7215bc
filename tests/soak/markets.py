"""Random markets at the edge of what can be: scales, crashes, late starts, bills of any sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from backtests.engine.costs import Costs
from data.market import CASH, Market
from strategies.schedule import REBALANCE
from tests.conftest import market_of

TICKERS = ("A", "B", "C", "D", "E", "F")
SCALES = (1e-6, 1e-3, 1.0, 100.0, 1e6, 1e9)
VOLATILITIES = (0.0, 1e-5, 0.001, 0.01, 0.05, 0.2)
# Of a bill, percent a year: Japan's and Switzerland's were negative, the US once above 15.
BILLS = (-5.0, -0.75, 0.0, 0.05, 4.0, 17.0)


@dataclass(frozen=True)
class Case:
    """What to draw a market and decisions from."""

    seed: int
    tickers: int
    rows: int
    ppy: int
    scale: float
    volatility: float
    bill: float
    crashes: int
    flat: bool
    late: bool
    costs: Costs
    rebalance: str
    weights: str
    scheduled: bool


BASIS_POINTS = st.sampled_from([0.0, 0.5, 2.0, 25.0, 500.0])
CASES = st.builds(
    Case,
    seed=st.integers(0, 2**32 - 1),
    tickers=st.integers(1, 6),
    rows=st.one_of(st.integers(1, 260), st.integers(12, 260)),
    ppy=st.sampled_from([12, 252]),
    scale=st.sampled_from(SCALES),
    volatility=st.sampled_from(VOLATILITIES),
    bill=st.sampled_from(BILLS),
    crashes=st.integers(0, 2),
    flat=st.booleans(),
    late=st.booleans(),
    costs=st.builds(Costs, fee_bps=BASIS_POINTS, slippage_bps=BASIS_POINTS, lag=st.integers(1, 10)),
    rebalance=st.sampled_from(REBALANCE),
    weights=st.sampled_from(["mixed", "full", "one", "none", "tiny"]),
    scheduled=st.booleans(),
)


def make_market(case: Case) -> Market:
    """Draw prices: log-normal, each ticker on a scale of its own, with crashes of 99 %."""
    rng = np.random.default_rng(case.seed)
    shape = (case.rows, case.tickers)
    sessions = (
        pd.bdate_range("2001-01-02", periods=case.rows)
        if case.ppy == 252
        else pd.date_range("1970-01-31", periods=case.rows, freq="ME")
    )
    moves = rng.normal(0.0003, case.volatility, shape)
    for _ in range(case.crashes):
        moves[rng.integers(0, case.rows), rng.integers(0, case.tickers)] = np.log(0.01)
    if case.flat:
        moves[:, rng.integers(0, case.tickers)] = 0.0
    own = case.scale * 10.0 ** rng.integers(-1, 2, case.tickers)
    prices = pd.DataFrame(own * np.exp(np.cumsum(moves, axis=0)), sessions, TICKERS[: shape[1]])
    if case.late:
        for ticker in range(1, case.tickers):
            prices.iloc[: rng.integers(0, case.rows), ticker] = np.nan
    growth = (1 + case.bill / 100) ** (1 / case.ppy)
    cash = pd.Series(100 * growth ** np.arange(case.rows), sessions, name=CASH)
    return market_of(prices, cash, case.ppy)


def weights_of(case: Case, rng: np.random.Generator) -> np.ndarray:
    """One row of target weights."""
    count = case.tickers
    if case.weights == "none":
        return np.zeros(count)
    if case.weights == "one":
        return np.eye(count)[rng.integers(0, count)]
    if case.weights == "tiny":
        return np.full(count, 1e-5)
    if case.weights == "full":
        return np.asarray(rng.dirichlet(np.ones(count)))
    return np.asarray(rng.dirichlet(np.ones(count + 1))[:-1])


def make_decisions(case: Case, market: Market) -> pd.DataFrame:
    """Draw weights on rows of their own; a ticker has none before its first price."""
    rng = np.random.default_rng(case.seed + 1)
    rows = np.unique(np.append(0, rng.integers(0, case.rows, 1 + case.rows // 7)))
    decided = pd.DataFrame(
        [weights_of(case, rng) for _ in rows], market.sessions[rows], market.tickers
    )
    return decided.where(market.prices.notna().loc[decided.index], 0.0)
