"""What a simulation is: values, holdings and orders, nothing to recompute."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtests.engine.costs import Costs


@dataclass(frozen=True, eq=False)
class Simulation:
    """One strategy over one period.

    Attributes
    ----------
    name
        The strategy's.
    costs
        Fee, slippage and lag.
    nav
        Value of the portfolio at the close of each session, after its orders.
    weights
        Sessions x columns (``CASH`` last), fractions of ``nav`` at the close.
    orders
        One row an order: ``date, ticker, side, units, price, value, fee, slippage``;
        ``price`` includes the slippage, ``value`` is units at that price, ``fee`` and
        ``slippage`` are what the order cost, in currency.
    decisions
        Decision sessions x columns: target weights with ``CASH``, from row 0 on.
    pending
        Whether the last decision has yet to trade.
    traded
        One-way turnover of each session, a fraction of value, without the first purchase.
    costs_paid
        Fees and slippage of all orders, in currency.
    """

    name: str
    costs: Costs
    nav: pd.Series
    weights: pd.DataFrame
    orders: pd.DataFrame
    decisions: pd.DataFrame
    pending: bool
    traded: pd.Series
    costs_paid: float
