"""From target weights to a simulation: the lag, the fills (vectorbt), the books.

Before its first fill the portfolio is all ``CASH``: money that waits for its first trade earns
the return of Treasury bills, like all other cash.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.engine.costs import Costs
from backtests.engine.ledger import Engine, Fills
from backtests.engine.simulation import Simulation
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.errors import UsageError, WeightError
from data.market import CASH, Market
from strategies.base import Strategy
from strategies.decisions import decide, require_targets

Array = NDArray[np.float64]
CAPITAL = 10_000.0
SCALE = 100.0
NOISE = 4e-15  # rounding error of a sum of decimal fractions


def simulate(
    market: Market,
    strategy: Strategy,
    costs: Costs,
    *,
    start: pd.Timestamp | None = None,
    earliest: pd.Timestamp | None = None,
    initial: float = 10_000.0,
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
        First day to simulate; row 0 holds the last decision made on or before it. None for
        the first session on which every ticker has a price and the rule has decided.
    earliest
        Without ``start``: the first day on which the run may begin.
    initial
        Value at row 0.
    engine
        Fills the orders.

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
    return trade(
        market,
        decided,
        costs,
        name=strategy.name,
        optional=strategy.optional,
        start=start,
        earliest=earliest,
        initial=initial,
        engine=engine,
    )


def trade(
    market: Market,
    decided: pd.DataFrame,
    costs: Costs,
    *,
    name: str,
    optional: Sequence[str] = (),
    start: pd.Timestamp | None = None,
    earliest: pd.Timestamp | None = None,
    initial: float = 10_000.0,
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
    market, costs, start, earliest, initial, engine
        As for :func:`simulate`, which raises the same errors.
    """
    require_targets(decided, market, name)
    levels = market.levels(list(decided.columns))
    required = [ticker for ticker in levels.columns if ticker not in optional]
    first = levels[required].dropna().index[0]
    begin = max(first, start or max(decided.index[0], earliest or first))
    levels = levels.loc[begin:]
    if len(levels) < costs.lag + 2:
        raise UsageError(
            f"{name} has {len(levels)} sessions from {begin:%Y-%m-%d}, too few for a lag "
            f"of {costs.lag}; give a longer period"
        )
    decisions = standing_decisions(decided, levels.index, name)
    levels = _before_their_first_day(levels, decisions, name)
    row = levels.index.get_indexer(decisions.index)
    targets = np.full(levels.shape, np.nan)
    targets[0] = np.eye(levels.shape[1])[-1]  # all CASH until the first decision trades
    trades = row + costs.lag < len(levels)
    targets[row[trades] + costs.lag] = decisions.to_numpy()[trades]
    # At the same scale in every currency: vectorbt takes sizes below 1e-12 for zero.
    prices = SCALE * levels.to_numpy(float) / levels.iloc[0].to_numpy(float)
    risky = np.arange(levels.shape[1]) < levels.shape[1] - 1  # CASH trades free
    fills = engine(prices, targets, costs.fee * risky, costs.slippage * risky, CAPITAL)
    fills = _rescaled(fills, initial / CAPITAL, levels.iloc[0].to_numpy(float) / SCALE)
    return _books(name, costs, levels, decisions, fills, pending=not bool(trades[-1]))


def _before_their_first_day(
    levels: pd.DataFrame, decisions: pd.DataFrame, name: str
) -> pd.DataFrame:
    """Fill levels before a ticker's first price, at which nothing may trade.

    Raises
    ------
    WeightError
        For a decision that holds a ticker before its first price.
    """
    missing = levels.isna()
    if not missing.to_numpy().any():
        return levels
    held = decisions.gt(0) & missing.loc[decisions.index]
    if held.to_numpy().any():
        day = held.index[held.any(axis=1)][0]
        ticker = held.columns[held.loc[day]][0]
        raise WeightError(
            f"{name} wants {ticker} on {day:%Y-%m-%d}, before its first price; "
            "give it no weight until then"
        )
    return levels.bfill()


def standing_decisions(
    decided: pd.DataFrame, sessions: pd.DatetimeIndex, name: str
) -> pd.DataFrame:
    """Cut decisions to a period; its row 0 holds the last decision made on or before it.

    Returns
    -------
    pandas.DataFrame
        Decision sessions x columns; ``CASH``, the rest to 1, is last.
    """
    before = decided.loc[: sessions[0]]
    if before.empty:
        raise UsageError(
            f"{name} makes its first decision on {decided.index[0]:%Y-%m-%d}; "
            "give that day or a later one as --start"
        )
    standing = pd.concat([before.iloc[[-1]].set_axis(sessions[:1]), decided.loc[sessions[0] :]])
    standing = standing[~standing.index.duplicated(keep="first")]
    columns = [*standing.columns, CASH]
    return pd.DataFrame(with_cash(standing.to_numpy(float)), standing.index, columns)


def with_cash(weights: Array) -> Array:
    """Add the rest of each row to 1 as the column ``CASH``.

    A sum above 1 by no more than ``WEIGHT_TOLERANCE`` is scaled to 1: vectorbt fills a buy even if
    1e-9 of its money is missing, and would do so at every decision. Cash is rounded to twelve
    decimals only where that removes the rounding error of decimal fractions (1 - 0.7 - 0.2);
    elsewhere it would create or idle 5e-13 of the value at every decision.
    """
    total = weights.sum(axis=1, keepdims=True)
    scaled = weights / np.where(total > 1.0 + NOISE, total, 1.0)
    left = 1.0 - scaled.sum(axis=1)
    decimal = np.round(left, 12) + 0.0  # no negative zero
    return np.column_stack([scaled, np.where(np.abs(decimal - left) < NOISE, decimal, left)])


def _rescaled(fills: Fills, money: float, price: Array) -> Fills:
    """Convert fills from the engine's scale of money and prices to that of the market."""
    at = price[fills.order_column]
    return Fills(
        nav=fills.nav * money,
        units=fills.units * money / price,
        order_row=fills.order_row,
        order_column=fills.order_column,
        order_units=fills.order_units * money / at,
        order_price=fills.order_price * at,
        order_fee=fills.order_fee * money,
    )


def _weights(held: pd.DataFrame, nav: pd.Series) -> pd.DataFrame:
    """Holdings as fractions of value; money that no order spent is cash.

    vectorbt skips orders below 1e-9 of the holding: their money waits for the next decision.
    """
    weights = held.div(nav, axis=0)
    weights[CASH] += np.maximum(1.0 - weights.sum(axis=1), 0.0)
    return weights


def _books(
    name: str,
    costs: Costs,
    levels: pd.DataFrame,
    decisions: pd.DataFrame,
    fills: Fills,
    *,
    pending: bool,
) -> Simulation:
    columns = np.asarray(levels.columns, dtype=object)
    nav = pd.Series(fills.nav, index=levels.index, name=name)
    value = fills.order_units * fills.order_price
    close = levels.to_numpy(float)[fills.order_row, fills.order_column]
    orders = pd.DataFrame(
        {
            "date": levels.index[fills.order_row],
            "ticker": columns[fills.order_column],
            "side": np.where(fills.order_units > 0, "buy", "sell"),
            "units": np.abs(fills.order_units),
            "price": fills.order_price,
            "value": np.abs(value),
            "fee": fills.order_fee,
            "slippage": np.abs(fills.order_units) * np.abs(fills.order_price - close),
        }
    )
    gross = np.bincount(fills.order_row, weights=np.abs(value), minlength=len(levels))
    traded = gross / 2.0 / fills.nav
    traded[: costs.lag + 1] = 0.0  # the deposit of row 0 and the first purchase
    return Simulation(
        name=name,
        costs=costs,
        nav=nav,
        weights=_weights(levels * fills.units, nav),
        orders=orders,
        decisions=decisions,
        pending=pending,
        traded=pd.Series(traded, index=levels.index),
        costs_paid=float(orders["fee"].sum() + orders["slippage"].sum()),
    )
