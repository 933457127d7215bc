"""The reference engine: fills in plain Python, short enough to check by eye.

Every engine has to agree with it. On a row with targets, orders run in ascending order of
value (sells first; ties in column order). A sell pays slippage and fee out of its proceeds;
a buy is clipped to the cash at hand, fee included. Targets are fractions of the value at
that row's prices before any order, with what is paid in or out on the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST = 1e-12  # of the value: less money than this is rounding error and buys nothing
NOISE = 1e-9  # of the value: a weight so near to its limit is within it
EDGE = 0.9  # at the limit itself costs and rounding would decide, and it would trade every day


@dataclass(frozen=True, eq=False)
class Bands:
    """Which decisions are dropped because what is held is near enough to what they ask for.

    Attributes
    ----------
    lag
        Rows from a decision to its fill.
    limits
        Shape (T, K), on the rows of fills: how far a weight may be off its target, a fraction of
        value.
    is_new
        Shape (T,): whether the decision that fills there asks for something else than the one
        before, and so is never dropped. One made before the first row is, or there is none.
    to_edge
        Whether a decision that repeats the one before goes only so far that every weight is within
        ``EDGE`` of its limit, in place of all the way.
    """

    lag: int
    limits: Array
    is_new: NDArray[np.bool_]
    to_edge: bool = False


@dataclass(frozen=True, eq=False)
class Flows:
    """Money put in (positive) and taken out (negative) on each row, before its orders.

    Attributes
    ----------
    amount
        Shape (T,), money.
    share
        Shape (T,), fractions of the value at that row's prices.
    """

    amount: Array
    share: Array


@dataclass(frozen=True, eq=False)
class Fills:
    """What an engine returns.

    ``nav`` has shape (T,), ``units`` (T, K) after the row's orders. Orders are parallel arrays:
    row, column, signed units, the slipped price and the fee. Of the ledger alone: ``targets``
    (T, K), the decisions that stood as they traded; ``flow`` (T,), what was paid in or out; and the
    row on which it was ruined, from which on ``nav`` is 0.
    """

    nav: Array
    units: Array
    order_row: NDArray[np.int64]
    order_column: NDArray[np.int64]
    order_units: Array
    order_price: Array
    order_fee: Array
    targets: Array | None = None
    flow: Array | None = None
    ruined: int | None = None


# Prices, targets, fee, slippage and money to fills, as :func:`fill`.
Engine = Callable[[Array, Array, Array, Array, float], Fills]


def fill(
    prices: Array,
    targets: Array,
    fee: Array,
    slippage: Array,
    initial: float,
    bands: Bands | None = None,
    flows: Flows | None = None,
) -> Fills:
    """Trade targets at prices, row by row.

    Parameters
    ----------
    prices
        Shape (T, K), positive.
    targets
        Shape (T, K), fractions of value; a row of NaN trades nothing. With bands there may be
        ``lag`` rows more, of decisions that have yet to trade.
    fee, slippage
        Shape (K,), fractions: the fee of the slipped value, slippage of the price.
    initial
        Money before the first row.
    bands
        Drop decisions within them; None for none.
    flows
        Money put in and taken out; where nothing is decided it buys or sells what is held, in
        proportion.
    """
    rows, columns = prices.shape
    money, held = initial, [0.0] * columns
    targets = targets.copy()
    flow, nav, units = np.zeros(rows), np.zeros(rows), np.zeros((rows, columns))
    orders: list[tuple[int, int, float, float, float]] = []
    ruined = None
    held_from = 0  # the first row of a stretch on which nothing happens
    for row in [*np.flatnonzero(_eventful(targets, rows, bands, flows)).tolist(), rows]:
        _hold(units, nav, prices, held, money, held_from, row)
        held_from = row + 1
        if row == rows:
            break
        price, target = prices[row].tolist(), targets[row].tolist()
        paid = 0.0
        if flows is not None and (flows.amount[row] or flows.share[row]):
            value = money + sum(u * p for u, p in zip(held, price, strict=True))
            paid = float(flows.amount[row] + flows.share[row] * value)
            if value + paid <= LEAST * value:  # what rounding leaves is nothing
                ruined, target, paid = row, [0.0] * columns, -value
            elif np.isnan(target[0]):
                target = [u * p / value for u, p in zip(held, price, strict=True)]
        if not np.isnan(target[0]):
            money += paid
            value = money + sum(u * p for u, p in zip(held, price, strict=True))
            order_value = [target[k] * value - held[k] * price[k] for k in range(columns)]
            for k in sorted(range(columns), key=order_value.__getitem__):
                size = target[k] * value / price[k] - held[k]
                if size < 0:
                    slipped = price[k] * (1.0 - slippage[k])
                    size = -min(-size, held[k])
                    cost = -size * slipped * fee[k]
                    money += -size * slipped - cost
                elif size > 0 and money > LEAST * value:
                    slipped = price[k] * (1.0 + slippage[k])
                    size = min(size, money / (1.0 + fee[k]) / slipped)
                    cost = size * slipped * fee[k]
                    money = max(money - size * slipped - cost, 0.0)
                else:
                    continue
                held[k] += size
                orders.append((row, k, size, slipped, cost))
            flow[row] = paid - min(money, 0.0)  # costs of selling come out of the payout
            money = max(money, 0.0)
        if ruined is not None:
            break
        units[row] = held
        nav[row] = money + sum(u * p for u, p in zip(held, price, strict=True))
        if bands is not None and row + bands.lag < len(targets):
            later = row + bands.lag  # where what is decided on this row fills
            weights = units[row] * prices[row] / nav[row]
            weights[-1] += money / nav[row]
            targets[later] = _standing(targets, weights, row, bands)
    table = np.array(orders, dtype=float).reshape(-1, 5)
    return Fills(
        nav=nav,
        units=units,
        order_row=table[:, 0].astype(np.int64),
        order_column=table[:, 1].astype(np.int64),
        order_units=table[:, 2],
        order_price=table[:, 3],
        order_fee=table[:, 4],
        targets=targets,
        flow=flow,
        ruined=ruined,
    )


def _eventful(
    targets: Array, rows: int, bands: Bands | None, flows: Flows | None
) -> NDArray[np.bool_]:
    """On which rows something is traded, paid or judged by a band; between them all is held."""
    decided = ~np.isnan(targets[:, 0])
    happens: NDArray[np.bool_] = decided[:rows].copy()
    if flows is not None:
        happens |= (flows.amount[:rows] != 0.0) | (flows.share[:rows] != 0.0)
    if bands is not None:
        judged = decided[bands.lag : bands.lag + rows]
        happens[: len(judged)] |= judged
    return happens


def _hold(
    units: Array, nav: Array, prices: Array, held: list[float], money: float, begin: int, end: int
) -> None:
    """Write the books of a stretch of rows on which nothing happens."""
    units[begin:end] = held
    worth = np.zeros(end - begin)
    for column, unit in enumerate(held):  # in the order of a row's own sum, to the last digit
        worth += unit * prices[begin:end, column]
    nav[begin:end] = money + worth


def _standing(targets: Array, weights: Array, row: int, bands: Bands) -> Array:
    """The target decided on a row as it will trade; NaN if it is dropped, or if there is none.

    Those that were dropped before are NaN in ``targets`` already.
    """
    later = row + bands.lag
    target: Array = targets[later]
    limit = bands.limits[later]
    if np.isnan(target[0]) or bands.is_new[later]:
        return target
    off = np.abs(weights - target)
    waits = not np.isnan(targets[row + 1 : later, 0]).all()
    if waits or not (off > limit + NOISE).any():
        return np.full(len(target), np.nan)
    if not bands.to_edge:
        return target
    least = max(1.0 - EDGE * limit[k] / off[k] for k in range(len(off)) if off[k] > 0.0)
    edge: Array = weights + least * (target - weights)
    return edge
