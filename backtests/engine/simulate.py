"""From target weights to a simulation: the lag, the fills (vectorbt), the books.

Before its first fill the portfolio is all ``CASH``: money that waits for its first trade earns
the return of Treasury bills, like all other cash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.engine import ledger
from backtests.engine.bands import are_new
from backtests.engine.costs import Costs
from backtests.engine.ledger import Engine, Fills, Flows
from backtests.engine.opening import (
    Opening,
    Standing,
    open_at,
    standing_decisions,
    with_cash,
)
from backtests.engine.plan import PLAIN, Plan
from backtests.engine.simulation import Orders, Simulation
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.errors import UsageError, WeightError, counted
from data.market import Market
from strategies.base import Strategy
from strategies.decisions import decide, require_targets

Array = NDArray[np.float64]
CAPITAL = 10_000.0
SCALE = 100.0
KEPT = 6  # latest levels of each market: a verdict's portfolios hold the same few tickers
_LATEST: WeakKeyDictionary[Market, tuple[tuple[tuple[str, ...], pd.DataFrame], ...]] = (
    WeakKeyDictionary()
)


def simulate(
    market: Market,
    strategy: Strategy,
    costs: Costs,
    *,
    start: pd.Timestamp | None = None,
    earliest: pd.Timestamp | None = None,
    opening: Opening | None = None,
    initial: float = 10_000.0,
    plan: Plan = PLAIN,
    engine: Engine = fill_with_vectorbt,
) -> Simulation:
    """Run a strategy over a market.

    Parameters
    ----------
    market
        All history the strategy may see, up to the last session to simulate.
    strategy
        Decides; the lag is added here, never by the strategy.
    costs
        Fee, slippage and lag.
    start
        Day of the first return; row 0 is the session before. None to begin with the first session
        on which every ticker has a price and the rule has decided.
    earliest
        The first session on which row 0 may lie.
    opening
        Where to begin, in place of the two: as another simulation did.
    initial
        Value at row 0.
    plan
        Bands and cash flows.
    engine
        Fills the orders of the decisions that stand; those of a portfolio with cash flows are
        filled by the ledger.

    Returns
    -------
    Simulation

    Raises
    ------
    WeightError
        For targets that are negative, not finite or sum to more than 1.
    UsageError
        If too few sessions are left, or the rule has no decision by ``start``.
    """
    decided = decide(strategy, market)
    if opening is None:
        required = [ticker for ticker in decided.columns if ticker not in strategy.optional]
        days = pd.DatetimeIndex(decided.index)
        opening = open_at(market, required, days, strategy.name, start=start, earliest=earliest)
    return trade(
        market,
        decided,
        costs,
        name=strategy.name,
        optional=strategy.optional,
        opening=opening,
        initial=initial,
        plan=plan,
        engine=engine,
    )


def trade(
    market: Market,
    decided: pd.DataFrame,
    costs: Costs,
    *,
    name: str,
    optional: Sequence[str] = (),
    opening: Opening | None = None,
    initial: float = 10_000.0,
    plan: Plan = PLAIN,
    engine: Engine = fill_with_vectorbt,
) -> Simulation:
    """Simulate given decisions over a market.

    Parameters
    ----------
    decided
        Decision sessions x tickers: target weights, as a strategy returns them.
    name
        Name of whoever decided, for the messages and the books.
    optional
        Tickers that may have their first price later; until then no decision may hold them.
    opening
        Where to begin; None for as early as prices and decisions allow.
    market, costs, initial, plan, engine
        As for :func:`simulate`, which raises the same errors.
    """
    if opening is None:
        required = [ticker for ticker in decided.columns if ticker not in optional]
        opening = open_at(market, required, pd.DatetimeIndex(decided.index), name)
    levels, standing = _opened(market, decided, costs, opening, name)
    asked = standing.targets
    standing = _not_repeated(standing, costs.lag) if plan.rebalancing else standing
    fills = _filled(market, levels, standing, costs, plan, initial, engine)
    return _books(name, costs, plan, opening, levels, asked, standing, fills, initial)


def scaled(
    market: Market,
    decided: pd.DataFrame,
    costs: Costs,
    *,
    name: str,
    opening: Opening,
    initial: float = 10_000.0,
    engine: Engine = fill_with_vectorbt,
) -> Callable[[float], pd.Series]:
    """Value given decisions at any weight, the rest in cash, without bands, flows and books.

    Parameters
    ----------
    market, decided, costs, name, opening, initial, engine
        As for :func:`trade`, which raises the same errors.

    Returns
    -------
    callable
        Of a weight from 0 to 1 the value at each session: ``nav`` of :func:`trade` at
        ``weight * decided``, in a third of the time.
    """
    levels, standing = _opened(market, decided, costs, opening, name)
    weights = decided.to_numpy(float)[len(decided) - len(standing.rows) :]
    days, columns = standing.targets.index, standing.targets.columns

    def nav(weight: float) -> pd.Series:
        targets = pd.DataFrame(with_cash(weight * weights), days, columns)
        traded = replace(standing, targets=targets)
        values = _filled(market, levels, traded, costs, PLAIN, initial, engine).nav
        values[0] = initial  # as for trade
        return pd.Series(values, index=levels.index, name=name)

    return nav


def _opened(
    market: Market, decided: pd.DataFrame, costs: Costs, opening: Opening, name: str
) -> tuple[pd.DataFrame, Standing]:
    """The levels from row 0 on of what is decided, and the decisions that count."""
    require_targets(decided, market, name)
    standing = standing_decisions(decided, market.sessions, opening, costs.lag, name)
    levels = _levels(market, tuple(decided.columns)).loc[opening.row_zero :]
    if len(levels) < standing.rows[0] + 2:
        raise UsageError(
            f"{name} has {counted(len(levels), market.unit)} from {opening.row_zero:%Y-%m-%d} to "
            f"{market.last_day}, too few for a lag of {costs.lag}; {market.longer}"
        )
    return _before_their_first_day(levels, standing.targets, name), standing


def _levels(market: Market, tickers: tuple[str, ...]) -> pd.DataFrame:
    """The levels of some tickers, kept for the next portfolio that holds the same."""
    latest = _LATEST.get(market, ())
    levels = next((levels for names, levels in latest if names == tickers), None)
    if levels is None:
        levels = market.levels(tickers)
        _LATEST[market] = ((tickers, levels), *latest[: KEPT - 1])
    return levels


def _not_repeated(standing: Standing, lag: int) -> Standing:
    """Leave out what was decided before row 0 and repeats the decision before: it is on target."""
    kept = are_new(standing.targets.to_numpy()) | (standing.rows >= lag)
    return replace(standing, targets=standing.targets[kept], rows=standing.rows[kept])


def _filled(
    market: Market,
    levels: pd.DataFrame,
    standing: Standing,
    costs: Costs,
    plan: Plan,
    initial: float,
    engine: Engine,
) -> Fills:
    """Fill decisions, on the market's scale of money and prices."""
    # All is CASH until the first decision trades. One that trades on row 0 itself has a row of its
    # own after that of the deposit, at the same prices, so that it fills like any other.
    ahead = int(standing.rows[0] == 0)
    rows = ahead + len(levels)
    targets = np.full((rows + costs.lag, levels.shape[1]), np.nan)
    targets[0] = np.eye(levels.shape[1])[-1]
    targets[ahead + standing.rows] = standing.targets.to_numpy()
    # At the same scale in every currency: vectorbt takes sizes below 1e-12 for zero.
    prices = SCALE * levels.to_numpy(float) / levels.iloc[0].to_numpy(float)
    prices = np.vstack([prices[:ahead], prices])
    risky = np.arange(levels.shape[1]) < levels.shape[1] - 1  # CASH trades free
    fee, slippage = costs.fee * risky, costs.slippage * risky
    bands = plan.rebalancing.bands(targets, ahead + int(standing.rows[0]), costs.lag)
    stood = None
    if plan.flows:
        flows = plan.flows.on(market, pd.DatetimeIndex(levels.index), costs.lag)
        flows = Flows(
            np.append(np.zeros(ahead), flows.amount * (CAPITAL / initial)),
            np.append(np.zeros(ahead), flows.share),
        )
        fills = ledger.fill(prices, targets, fee, slippage, CAPITAL, bands, flows)
        stood = fills.targets
    else:
        if bands is not None:
            stood = ledger.fill(prices, targets, fee, slippage, CAPITAL, bands).targets
        fills = engine(prices, (targets if stood is None else stood)[:rows], fee, slippage, CAPITAL)
    fills = replace(_without_first(fills, ahead), targets=None if stood is None else stood[ahead:])
    return _rescaled(fills, initial / CAPITAL, levels.iloc[0].to_numpy(float) / SCALE)


def _before_their_first_day(
    levels: pd.DataFrame, decisions: pd.DataFrame, name: str
) -> pd.DataFrame:
    """Fill levels before a ticker's first price, at which nothing may trade.

    Raises
    ------
    WeightError
        For a decision that holds a ticker before its first price.
    """
    if not np.isnan(levels.to_numpy(float)).any():
        return levels
    missing = levels.isna()
    # What is decided before row 0 is held from there on.
    unpriced = missing.reindex(decisions.index).fillna(missing.iloc[0]).astype(bool)
    held = decisions.gt(0) & unpriced
    if held.to_numpy().any():
        day = held.index[held.any(axis=1)][0]
        ticker = held.columns[held.loc[day]][0]
        raise WeightError(
            f"{name} wants {ticker} on {day:%Y-%m-%d}, before its first price; "
            "give it no weight until then"
        )
    # A ticker without any price up to the end is not held: its level has only to be a number.
    return levels.bfill().fillna(1.0)


def _without_first(fills: Fills, rows: int) -> Fills:
    """Drop the first rows, but not their orders, which become those of row 0."""
    return replace(
        fills,
        nav=fills.nav[rows:],
        units=fills.units[rows:],
        order_row=np.maximum(fills.order_row - rows, 0),
        flow=None if fills.flow is None else fills.flow[rows:],
        ruined=None if fills.ruined is None else fills.ruined - rows,
    )


def _rescaled(fills: Fills, money: float, price: Array) -> Fills:
    """Convert fills from the engine's scale of money and prices to that of the market."""
    at = price[fills.order_column]
    return replace(
        fills,
        nav=fills.nav * money,
        units=fills.units * money / price,
        order_units=fills.order_units * money / at,
        order_price=fills.order_price * at,
        order_fee=fills.order_fee * money,
        flow=None if fills.flow is None else fills.flow * money,
    )


def _weights(held: Array, nav: Array) -> Array:
    """Holdings as fractions of value; money that no order spent is cash, the last column.

    vectorbt skips orders below 1e-9 of the holding: their money waits for the next decision.
    """
    # Column by column, whose sums are of one order whatever the number of columns.
    weights = np.asfortranarray(held / nav[:, None])
    weights[:, -1] += np.maximum(1.0 - weights.sum(axis=1), 0.0)
    return weights


def _stood(standing: Standing, fills: Fills) -> Standing:
    """The decisions that a band did not drop, as they traded."""
    if fills.targets is None:
        return standing
    traded = fills.targets[standing.rows]
    stands = ~np.isnan(traded[:, 0])
    targets = pd.DataFrame(traded[stands], standing.targets.index[stands], standing.targets.columns)
    return replace(standing, targets=targets, rows=standing.rows[stands])


def _books(
    name: str,
    costs: Costs,
    plan: Plan,
    opening: Opening,
    levels: pd.DataFrame,
    asked: pd.DataFrame,
    standing: Standing,
    fills: Fills,
    initial: float,
) -> Simulation:
    stood = _stood(standing, fills)
    rows = len(levels) if fills.ruined is None else fills.ruined + 1
    days, prices = levels.index[:rows], levels.to_numpy(float)[:rows]
    if fills.ruined is not None:  # what would have traded later is not part of it
        there = stood.rows < rows
        stood = replace(stood, targets=stood.targets[there], rows=stood.rows[there])
        asked = asked.loc[: days[-1]]
    nav = fills.nav[:rows]
    # After its ruin it holds nothing, which counts as cash.
    weights = _weights(prices * fills.units[:rows], np.where(nav == 0.0, 1.0, nav))
    gross = np.bincount(
        fills.order_row, weights=np.abs(fills.order_units * fills.order_price), minlength=rows
    )
    worth = np.where(nav > 0.0, nav, gross)  # all is sold in its ruin
    traded = gross / 2.0 / worth
    traded[: stood.rows[0] + 1] = 0.0  # the deposit of row 0 and the first purchase
    wealth = pd.Series(nav, index=days, name=name)
    wealth.iloc[0] = initial  # the costs of a purchase there are part of the first return
    flows = pd.Series(0.0 if fills.flow is None else fills.flow[:rows], index=days, name=name)
    orders = Orders(
        days=days,
        columns=levels.columns,
        row=fills.order_row,
        column=fills.order_column,
        units=fills.order_units,
        price=fills.order_price,
        fee=fills.order_fee,
        close=prices[fills.order_row, fills.order_column],
    )
    return Simulation(
        name=name,
        costs=costs,
        # What is dated after its ruin is not part of it.
        plan=plan if fills.ruined is None else plan.until(days[-1]),
        opening=opening,
        nav=_unit_value(wealth, flows) if plan.flows else wealth,
        wealth=wealth,
        flows=flows,
        ruined=None if fills.ruined is None else days[-1],
        weights=pd.DataFrame(weights, days, levels.columns),
        filled=orders,
        decisions=stood.targets,
        asked=asked,
        largest_sum=standing.largest_sum,
        fill_rows=stood.rows,
        traded=pd.Series(traded, index=days),
        costs_paid=float(orders.fee.sum() + orders.slippage.sum()),
    )


def _unit_value(wealth: pd.Series, flows: pd.Series) -> pd.Series:
    """The chain of returns: what is there after a flow, less the flow, over what was before."""
    growth = (wealth - flows) / wealth.shift(1)
    return wealth.iloc[0] * growth.fillna(1.0).cumprod()
