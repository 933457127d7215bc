"""Random markets through ledger, vectorbt and kernel: one answer, and never a NaN.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_numbers.py`` tries 12,500 of them,
of which more than 10,000 are long enough to compare.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from backtests.analysis.numbers import PortfolioNumbers, numbers_of
from backtests.engine import ledger
from backtests.engine.candidates import make_panel, schedules, static_mixes
from backtests.engine.scores import paths, score
from backtests.engine.simulate import simulate
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.errors import UsageError
from data.records import from_json, to_json
from strategies.base import Strategy
from strategies.hedge_mix import HedgeMix
from tests.engine.test_sweep import expected
from tests.soak.counts import count, report
from tests.soak.markets import CASES, make_decisions, make_market, weights_of

LIMIT = 1e-9
WORST = {"markets": 0, "too short": 0, "difference": 0.0, "sum of weights": 0.0,
         "money in no column": 0.0}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def figures():
    """Say after all tests what was the worst."""
    yield
    report(", ".join(f"{name} {value:.3g}" for name, value in WORST.items()))
    assert WORST["difference"] <= LIMIT


class Decided(Strategy):
    """Decisions made elsewhere, over tickers that may start late."""

    name = "decided"

    def __init__(self, frame):
        object.__setattr__(self, "frame", frame)

    @property
    def tickers(self):
        return list(self.frame.columns)

    @property
    def optional(self):
        return tuple(self.tickers[1:])

    def target_weights(self, market):
        return self.frame


def difference(ours, theirs) -> float:
    """Largest relative difference; NaN in either of them is a difference without limit."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    apart = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-300)
    return float(np.max(np.where(np.isfinite(apart), apart, math.inf)))


def metrics_agree(scores, market, done):
    """Hold the kernel's metrics against those of ``analysis.metrics``.

    A ratio over a deviation d inherits the rounding of a return, 1e-16 or a few, over d: under
    a deviation of 1e-7 (a portfolio that all but equals bills) that is more than 1e-9.
    """
    values = expected(market, done)
    year = math.sqrt(market.periods_per_year)
    excess = (done.nav.pct_change() - market.cash.loc[done.nav.index].pct_change()).iloc[1:]
    below = {
        "sharpe": float(excess.std()) if len(excess) > 1 else math.nan,
        "sortino": values["downside_deviation"] / year,
        "calmar": -values["max_drawdown"],
    }
    for name, value in values.items():
        if name not in below:
            limit = LIMIT * max(1.0, abs(value)) if math.isfinite(value) else 0.0
        elif below[name] < 2e-12:  # analysis.metrics has no ratio over less than 1e-12
            continue
        else:
            limit = (LIMIT + 2e-15 / below[name]) * max(year, abs(value))
        assert scores[name] == pytest.approx(value, rel=0, abs=limit, nan_ok=True), name


def prepare(case):
    """The market, the strategy of the simulations, and the same as candidates of the kernel."""
    market = make_market(case)
    if case.scheduled:
        decided = make_decisions(case, market)
        return market, Decided(decided), lambda panel: schedules(panel, market, [decided])
    weights = weights_of(case, np.random.default_rng(case.seed))
    mix = HedgeMix(
        weights=dict(zip(market.tickers, weights.tolist(), strict=True)), rebalance=case.rebalance
    )
    return market, mix, lambda panel: static_mixes(panel, [weights], case.rebalance)


def sane(done):
    """Hold the books of a simulation to what no market may break."""
    values, held = done.nav.to_numpy(), done.weights.to_numpy()
    assert np.isfinite(values).all()
    assert values.min() >= 0.0
    assert np.isfinite(held).all()
    assert held.min() >= 0.0
    assert np.isfinite(done.orders[["units", "price", "value", "fee", "slippage"]]).all(axis=None)
    assert math.isfinite(done.costs_paid)
    assert np.isfinite(done.traded).all()
    # Of the highest value so far: its rounding is still there after a fall to a thousandth.
    fallen = values / np.maximum.accumulate(values)
    off = float((np.abs(held.sum(axis=1) - 1.0) * fallen).max())
    WORST["sum of weights"] = max(WORST["sum of weights"], off)
    assert off <= 1e-12


def whole(engine, limit: float):
    """An engine whose columns are held against its value as they come.

    The weights of a simulation sum to 1 by definition from below: what lies in no column is
    called cash there.
    """

    def fill(prices, *rest):
        fills = engine(prices, *rest)
        # Against the highest value so far: after two crashes of 99 % its rounding is still there.
        apart = np.abs((prices * fills.units).sum(axis=1) - fills.nav)
        idle = float((apart / np.maximum.accumulate(fills.nav)).max())
        assert idle <= limit
        WORST["money in no column"] = max(WORST["money in no column"], idle)
        return fills

    return fill


def test_an_engine_that_loses_money_is_found():
    def losing(*words):
        fills = ledger.fill(*words)
        return dataclasses.replace(fills, units=fills.units * (1 - 1e-8))

    prices = np.ones((5, 2))
    costs = np.zeros(2)
    targets = np.full((5, 2), 0.5)
    whole(ledger.fill, 1e-12)(prices, targets, costs, costs, 100.0)
    with pytest.raises(AssertionError):
        whole(losing, LIMIT)(prices, targets, costs, costs, 100.0)


@settings(
    max_examples=count(150, 12_500),
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
@given(case=CASES)
def test_three_engines_give_one_answer(case):
    market, strategy, candidates = prepare(case)
    WORST["markets"] += 1
    arguments = {"costs": case.costs, "initial": 5_000.0}
    first, _ = market.first_session([t for t in strategy.tickers if t not in strategy.optional])
    if len(market.sessions[market.sessions >= first]) < case.costs.lag + 2:
        WORST["too short"] += 1
        for refused in (
            lambda: simulate(market, strategy, engine=ledger.fill, **arguments),
            lambda: simulate(market, strategy, engine=fill_with_vectorbt, **arguments),
            lambda: make_panel(market, strategy.tickers, optional=strategy.optional, **arguments),
        ):
            with pytest.raises(UsageError, match="too few for a lag"):
                refused()
        return
    done = simulate(market, strategy, engine=whole(ledger.fill, 1e-12), **arguments)
    sane(done)
    theirs = simulate(market, strategy, engine=whole(fill_with_vectorbt, LIMIT), **arguments)
    sane(theirs)
    apart = difference(theirs.nav, done.nav)
    assert apart <= LIMIT
    np.testing.assert_allclose(theirs.weights, done.weights, rtol=0, atol=LIMIT)
    assert theirs.costs_paid == pytest.approx(done.costs_paid, rel=LIMIT, abs=LIMIT * 5_000)
    panel = make_panel(market, strategy.tickers, optional=strategy.optional, **arguments)
    kernel = candidates(panel)
    nav = paths(panel, kernel)[0]
    apart = max(apart, difference(nav, done.nav))
    assert apart <= LIMIT
    WORST["difference"] = max(WORST["difference"], apart)
    metrics_agree(score(panel, kernel, threads=1).loc[0], market, done)
    numbers = numbers_of(done.portfolio(market))
    floats = [value for value in vars(numbers).values() if isinstance(value, float)]
    assert np.isfinite(floats).all()
    # Nothing is None that may not be.
    assert from_json(PortfolioNumbers, to_json(numbers)) == numbers
