"""Random markets through ledger, vectorbt and kernel: one answer, and never a NaN.

In dollars and in other currencies, hedged, net of what is withheld, in purchasing power, with bands
and with cash flows; of the money, the bands and the flows a plain loop is the referee (by_hand.py).

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_numbers.py`` tries 12,500 of them,
of which more than 10,000 are long enough to compare.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.numbers import PortfolioNumbers, numbers_of
from backtests.engine import ledger
from backtests.engine.bands import limits_of
from backtests.engine.candidates import make_panel, schedules, static_mixes
from backtests.engine.scores import paths, score, wealth_paths
from backtests.engine.simulate import simulate
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.currency.currencies import CODES
from data.errors import DataError, UsageError
from data.records import from_json, to_json
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.hedge_mix import HedgeMix
from tests.engine.test_sweep import expected
from tests.soak import by_hand, counts
from tests.soak.counts import count, tell
from tests.soak.markets import draw, make_decisions, make_market, weights_of
from tests.soak.moneys import in_its_money, plan_of

LIMIT = 1e-9
ROUNDING = 1e-14  # of a return: levels may be products of five numbers
COLLAPSED = 1e-3  # of the highest value so far: what is below is held against that
WITH_PRICES = ("USD", "JPY", "EUR", "GBP", "CHF")  # whose consumer prices are known
SUMS = dict.fromkeys(
    ("markets", "too short", "refused", "in other money", "hedged", "something withheld",
     "in purchasing power", "with bands", "with flows", "indexed", "ruined"), 0,
)  # fmt: skip
WORST = dict.fromkeys(
    ("difference", "sum of weights", "money in no column", "money by hand", "with bands and flows"),
    0.0,
)


@pytest.fixture(scope="module", autouse=True)
def figures():
    """Say after all tests what was the worst."""
    yield
    sums = {name: number for name, number in SUMS.items() if name != "markets"}
    tell("random markets", SUMS["markets"], sums=sums, worst=WORST)
    assert max(WORST["difference"], WORST["money by hand"], WORST["with bands and flows"]) <= LIMIT


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

    A ratio over a deviation d inherits the rounding of a return over d: under a deviation of 1e-6
    (a portfolio that all but equals bills) that is more than 1e-9.
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
            limit = (LIMIT + ROUNDING / below[name]) * max(year, abs(value))
        assert scores[name] == pytest.approx(value, rel=0, abs=limit, nan_ok=True), name


def prepare(case, market):
    """The strategy of the simulations, and the same as candidates of the kernel."""
    if case.scheduled:
        decided = make_decisions(case, market)
        return Decided(decided), lambda panel: schedules(panel, market, [decided])
    weights = weights_of(case, np.random.default_rng(case.seed))
    mix = HedgeMix(
        weights=dict(zip(market.tickers, weights.tolist(), strict=True)),
        rebalance=case.rebalance,
        offset=case.session,
    )
    return mix, lambda panel: static_mixes(panel, [weights], case.rebalance, case.session)


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


def money_by_hand(case, dollars):
    """The market in the investor's money, after a plain loop; None where there is none."""
    drawn = case.money
    tickers, cash = by_hand.levels(drawn, dollars)
    # A hedge may lose more than there is, where all falls by 99 % within its month.
    lost = min(value for level in tickers.values() for value in level.values()) <= 0.0
    if lost or (drawn.real and drawn.currency not in WITH_PRICES):
        why = "levels must be positive and finite" if lost else "no consumer prices are known"
        with pytest.raises(DataError, match=why):
            in_its_money(drawn, dollars)
        return None
    market = in_its_money(drawn, dollars)
    assert list(market.sessions) == list(dollars.sessions)
    apart = difference(market.cash, [cash[row] for row in market.sessions])
    for ticker, level in tickers.items():
        ours = market.prices[ticker].dropna()
        assert list(ours.index) == list(level)
        apart = max(apart, difference(ours, list(level.values())))
    assert apart <= LIMIT
    WORST["money by hand"] = max(WORST["money by hand"], apart)
    SUMS["in other money"] += market.currency != "USD"
    SUMS["hedged"] += any(market.abroad.conversion.ratios.values()) if market.abroad else 0
    SUMS["in purchasing power"] += drawn.real
    SUMS["something withheld"] += bool(market.withholding)
    return market


def so_far(ours, theirs, share: float = 1.0) -> float:
    """Largest difference over the value, or over a share of the highest one so far if that is more.

    Wealth may be all paid out; and vectorbt takes sizes below 1e-12 for zero, which is something
    once a value has collapsed to a millionth.
    """
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    over = np.maximum(theirs, share * np.maximum.accumulate(theirs))
    apart = np.abs(ours - theirs) / over
    return float(np.max(np.where(np.isfinite(apart), apart, math.inf)))


def with_a_plan(case, market, strategy, candidates, levels, arguments):
    """Bands and flows: a plain loop, the ledger, vectorbt where nothing is paid, the kernel."""
    drawn, lag, initial = case.plan, case.costs.lag, arguments["initial"]
    monthly = market.periods_per_year == 12
    code = market.currency
    has_prices = case.money is not None and code in WITH_PRICES
    rows = pd.DatetimeIndex(levels.index)
    plan = plan_of(drawn, rows, monthly=monthly, has_prices=has_prices)
    zero = market.sessions.get_loc(rows[0])
    flows = plan.flows
    amounts, shares = by_hand.payments(
        case.money, None if flows.of_period is None else str(flows.of_period), flows.by_day,
        market.sessions, zero, lag, indexed=flows.indexed, monthly=monthly,
    )  # fmt: skip
    decided = decide(strategy, market)
    made = np.maximum(market.sessions.get_indexer(decided.index) - zero, 0)
    asked = np.column_stack([decided, 1.0 - decided.sum(axis=1)]).clip(0.0)
    decisions = dict(zip(made.tolist(), asked.tolist(), strict=True))  # the last one up to row 0
    wealth, paid, ruin = by_hand.account(
        levels.to_numpy().tolist(), decisions, case.costs.fee, case.costs.slippage, lag, initial,
        drawn, amounts, shares,
    )  # fmt: skip
    done = simulate(market, strategy, engine=ledger.fill, plan=plan, **arguments)
    assert done.ruined == (None if ruin is None else rows[ruin])
    assert len(done.wealth) == len(wealth)
    apart = so_far(done.wealth.iloc[1:], wealth[1:]) if len(wealth) > 1 else 0.0
    highest = np.maximum.accumulate(wealth)
    through = slice(0, ruin)  # what a ruin pays out is what selling leaves
    apart = max(apart, float((np.abs(done.flows - paid[: len(wealth)]) / highest)[through].max()))
    if not plan.flows:
        theirs = simulate(market, strategy, engine=fill_with_vectorbt, plan=plan, **arguments)
        apart = max(apart, so_far(theirs.nav, done.nav, COLLAPSED))
    panel = make_panel(market, strategy.tickers, optional=strategy.optional, **arguments)
    kernel = candidates(panel)
    if plan.rebalancing:
        limits = limits_of(kernel.targets, drawn.band, drawn.band_relative)
        kernel = kernel.within(limits, lag, to_edge=drawn.to_edge)
    kernel = kernel.paid(np.array(amounts), np.array(shares))
    money = wealth_paths(panel, kernel)[0].to_numpy()[: len(wealth)]
    apart = max(apart, so_far(money[1:], wealth[1:]) if len(wealth) > 1 else 0.0)
    assert apart <= LIMIT
    WORST["with bands and flows"] = max(WORST["with bands and flows"], apart)
    SUMS["with bands"] += bool(plan.rebalancing)
    SUMS["with flows"] += bool(plan.flows)
    SUMS["indexed"] += flows.indexed
    SUMS["ruined"] += ruin is not None


def one_answer(case):
    """Hold three engines and a plain loop against each other on one market."""
    dollars = make_market(case)
    market = dollars if case.money is None else money_by_hand(case, dollars)
    SUMS["markets"] += 1
    if market is None:
        SUMS["refused"] += 1
        return
    strategy, candidates = prepare(case, market)
    arguments = {"costs": case.costs, "initial": 5_000.0}
    first, _ = market.first_session([t for t in strategy.tickers if t not in strategy.optional])
    if len(market.sessions[market.sessions >= first]) < case.costs.lag + 2:
        SUMS["too short"] += 1
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
    apart = so_far(theirs.nav, done.nav, COLLAPSED)
    assert apart <= LIMIT
    # What vectorbt takes for nothing is a part of a value that has collapsed.
    fallen = np.minimum(done.nav / done.nav.cummax() / COLLAPSED, 1.0)
    assert float(((theirs.weights - done.weights).abs().max(axis=1) * fallen).max()) <= LIMIT
    assert theirs.costs_paid == pytest.approx(done.costs_paid, rel=LIMIT, abs=LIMIT * 5_000)
    panel = make_panel(market, strategy.tickers, optional=strategy.optional, **arguments)
    kernel = candidates(panel)
    nav = paths(panel, kernel)[0]
    apart = max(apart, so_far(nav, done.nav, COLLAPSED))
    assert apart <= LIMIT
    WORST["difference"] = max(WORST["difference"], apart)
    metrics_agree(score(panel, kernel, threads=1).loc[0], market, done)
    numbers = numbers_of(done.portfolio(market))
    floats = [value for value in vars(numbers).values() if isinstance(value, float)]
    assert np.isfinite(floats).all()
    # Nothing is None that may not be.
    assert from_json(PortfolioNumbers, to_json(numbers)) == numbers
    if case.plan is not None:
        levels = market.levels(strategy.tickers).loc[done.nav.index].bfill().fillna(1.0)
        with_a_plan(case, market, strategy, candidates, levels, arguments)


def test_three_engines_and_a_plain_loop_give_one_answer():
    first = counts.seed(1)
    for number in range(first, first + count(150, 12_500)):
        case = draw(number)
        try:
            one_answer(case)
        except Exception as error:
            raise AssertionError(f"market {number}: {case}") from error


def test_every_kind_of_market_is_drawn():
    """A part that no market has would agree for ever; of 1,000 each is drawn fifty times."""
    cases = [draw(number) for number in range(1_000)]
    moneys = [case.money for case in cases if case.money is not None]
    plans = [case.plan for case in cases if case.plan is not None]
    for drawn in (
        [money for money in moneys if money.currency != "USD"],
        [money for money in moneys if money.real],
        [money for money in moneys if any(money.ratios) and money.currency != "USD"],
        [money for money in moneys if any(money.withheld) and money.since < 1.0],
        [money for money in moneys if money.dollar_cash],
        [plan for plan in plans if plan.band is not None],
        [plan for plan in plans if plan.band_relative is not None and plan.to_edge],
        [plan for plan in plans if plan.flow is not None],
        [plan for plan in plans if plan.flow is None and plan.dated],
        [case for case in cases if case.session > 1 and not case.scheduled],
    ):
        assert len(drawn) >= 50
    assert {money.currency for money in moneys} == set(CODES)
