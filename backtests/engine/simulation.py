"""The result of a simulation: values, holdings and orders, complete."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtests.analysis.numbers import Portfolio
from backtests.engine.costs import Costs
from data.market import Market


@dataclass(frozen=True, eq=False)
class Simulation:
    """A strategy simulated over a period.

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

    @property
    def first_fill(self) -> pd.Timestamp:
        """The session of the first fill, from which months count; until then all is cash."""
        filled: pd.Timestamp = self.nav.index[self.costs.lag]
        return filled

    def portfolio(self, market: Market) -> Portfolio:
        """The data from which its numbers are computed."""
        ppy = market.periods_per_year
        return Portfolio(
            values=self.nav,
            cash=market.cash.loc[self.nav.index],
            ppy=ppy,
            turnover_per_year=float(self.traded.sum() * ppy / (len(self.nav) - 1)),
            costs_paid=self.costs_paid,
            months_from=self.first_fill,
        )
