"""The reference engine: fills in plain Python, short enough to check by eye.

Every engine has to agree with it. On a row with targets, orders run in ascending order of
value (sells first; ties in column order). A sell pays slippage and fee out of its proceeds;
a buy is clipped to the cash at hand, fee included. Targets are fractions of the value at
that row's prices before any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST = 1e-12  # of the value: less money than this is rounding error and buys nothing


@dataclass(frozen=True, eq=False)
class Fills:
    """What an engine returns.

    ``nav`` has shape (T,), ``units`` (T, K) after the row's orders. Orders are parallel arrays:
    row, column, signed units, the slipped price and the fee.
    """

    nav: Array
    units: Array
    order_row: NDArray[np.int64]
    order_column: NDArray[np.int64]
    order_units: Array
    order_price: Array
    order_fee: Array


# Prices, targets, fee, slippage and money to fills, as :func:`fill`.
Engine = Callable[[Array, Array, Array, Array, float], Fills]


def fill(prices: Array, targets: Array, fee: Array, slippage: Array, initial: float) -> Fills:
    """Trade targets at prices, row by row.

    Parameters
    ----------
    prices
        Shape (T, K), positive.
    targets
        Shape (T, K), fractions of value; a row of NaN trades nothing.
    fee, slippage
        Shape (K,), fractions: the fee of the slipped value, slippage of the price.
    initial
        Money before the first row.
    """
    rows, columns = prices.shape
    money = initial
    held = [0.0] * columns
    nav, units, orders = np.empty(rows), np.empty((rows, columns)), []
    for row in range(rows):
        price, target = prices[row].tolist(), targets[row].tolist()
        if not np.isnan(target[0]):
            value = money + sum(u * p for u, p in zip(held, price, strict=True))
            order_value = [target[k] * value - held[k] * price[k] for k in range(columns)]
            for k in sorted(range(columns), key=order_value.__getitem__):
                size = target[k] * value / price[k] - held[k]
                if size < 0:
                    slipped = price[k] * (1.0 - slippage[k])
                    size = -min(-size, held[k])
                    paid = -size * slipped * fee[k]
                    money += -size * slipped - paid
                elif size > 0 and money > LEAST * value:
                    slipped = price[k] * (1.0 + slippage[k])
                    size = min(size, money / (1.0 + fee[k]) / slipped)
                    paid = size * slipped * fee[k]
                    money = max(money - size * slipped - paid, 0.0)
                else:
                    continue
                held[k] += size
                orders.append((row, k, size, slipped, paid))
        units[row] = held
        nav[row] = money + sum(u * p for u, p in zip(held, price, strict=True))
    table = np.array(orders, dtype=float).reshape(-1, 5)
    return Fills(
        nav=nav,
        units=units,
        order_row=table[:, 0].astype(np.int64),
        order_column=table[:, 1].astype(np.int64),
        order_units=table[:, 2],
        order_price=table[:, 3],
        order_fee=table[:, 4],
    )
