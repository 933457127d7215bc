"""Random markets at the edge of what can be: scales, crashes, late starts, bills of any sign."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.engine.costs import Costs
from data.market import CASH, Market
from strategies.schedule import REBALANCE, most_offset
from tests.conftest import market_of
from tests.soak.moneys import LONG_ENOUGH, MoneyCase, PlanCase, draw_money, draw_plan, in_dollars

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
    offset: int
    money_asked: MoneyCase | None
    plan: PlanCase | None

    @property
    def money(self) -> MoneyCase | None:
        """In whose money it is; None for dollars of the day, and where there are too few rows."""
        return self.money_asked if self.rows >= LONG_ENOUGH else None

    @property
    def session(self) -> int:
        """On which session of its period the calendar decides, as far as it has so many."""
        return min(self.offset, most_offset(self.rebalance, monthly_rows=self.ppy == 12))


BASIS_POINTS = (0.0, 0.5, 2.0, 25.0, 500.0)


def draw(seed: int) -> Case:
    """The case of a seed: one in three in dollars of the day, one in three without a plan."""
    rng = random.Random(seed)
    return Case(
        seed=rng.getrandbits(32),
        tickers=rng.randint(1, 6),
        rows=rng.randint(rng.choice((1, 12, 12, LONG_ENOUGH, LONG_ENOUGH)), 260),
        ppy=rng.choice((12, 252)),
        scale=rng.choice(SCALES),
        volatility=rng.choice(VOLATILITIES),
        bill=rng.choice(BILLS),
        crashes=rng.choice((0, 0, 1, 2)),
        flat=rng.random() < 0.3,
        late=rng.random() < 0.5,
        costs=Costs(
            fee_bps=rng.choice(BASIS_POINTS),
            slippage_bps=rng.choice(BASIS_POINTS),
            lag=rng.randint(1, 10),
        ),
        rebalance=rng.choice(REBALANCE),
        weights=rng.choice(("mixed", "mixed", "full", "one", "none", "tiny")),
        scheduled=rng.random() < 0.5,
        offset=rng.choice((1, 1, 2, 3, 15)),
        money_asked=draw_money(rng) if rng.random() < 2 / 3 else None,
        plan=draw_plan(rng) if rng.random() < 2 / 3 else None,
    )


def make_market(case: Case) -> Market:
    """Draw prices in dollars: log-normal, each ticker on a scale of its own, crashes of 99 %."""
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
    market = market_of(prices, cash, case.ppy)
    return market if case.money is None else in_dollars(case.money, market)


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
