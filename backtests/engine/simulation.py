"""The result of a simulation: values, holdings and orders, complete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.numbers import Portfolio
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.plan import Plan
from data.market import Market

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Orders:
    """What a portfolio bought and sold, in the order of its fills.

    Attributes
    ----------
    days, columns
        Sessions and tickers, ``CASH`` last.
    row, column
        Of each order, which of these.
    units, price, fee
        Of each order, in currency; units sold are negative, and the price includes the slippage.
    close
        The price without it.
    """

    days: pd.Index
    columns: pd.Index
    row: Rows
    column: Rows
    units: Array
    price: Array
    fee: Array
    close: Array

    @cached_property
    def slippage(self) -> Array:
        """What each order lost to it, in currency."""
        return np.abs(self.units) * np.abs(self.price - self.close)

    def table(self) -> pd.DataFrame:
        """One row an order, as :attr:`Simulation.orders`."""
        tickers = np.asarray(self.columns, dtype=object)
        return pd.DataFrame(
            {
                "date": self.days[self.row],
                "ticker": tickers[self.column],
                "side": np.where(self.units > 0, "buy", "sell"),
                "units": np.abs(self.units),
                "price": self.price,
                "value": np.abs(self.units * self.price),
                "fee": self.fee,
                "slippage": self.slippage,
            }
        )


@dataclass(frozen=True, eq=False)
class Simulation:
    """A strategy simulated over a period.

    Attributes
    ----------
    name
        The strategy's.
    costs
        Fee, slippage and lag.
    plan
        Its bands and cash flows.
    opening
        Where it begins.
    nav
        Unit value: the money put in at row 0, grown by the return of each session, whatever is
        paid in or out. Every metric is about it.
    wealth
        Value of the portfolio at the close of each session, after its orders; ``nav`` where
        nothing is paid in or out.
    flows
        What is paid in (positive) and out (negative) on each session.
    ruined
        The session on which a payout took all there was, the last one; None if none did.
    weights
        Sessions x columns (``CASH`` last), fractions of ``wealth`` at the close.
    filled
        Its orders as arrays.
    decisions
        Decision sessions x columns: target weights with ``CASH``, from the one that stands at row
        0 on, which may be of an earlier session. Those that a band dropped are not among them, and
        those that go to its edge stand as they trade.
    asked
        The same before any band: what the strategy asked for.
    largest_sum
        Of the target weights as decided; above 1 they were scaled to 1.
    fill_rows
        The row on which each decision fills; that of a pending one is beyond the last.
    traded
        One-way turnover of each session, without the first purchase: half the ``value`` of all
        orders, those of ``CASH`` included, over ``wealth``.
    costs_paid
        Fees and slippage of all orders, in currency.
    """

    name: str
    costs: Costs
    plan: Plan
    opening: Opening
    nav: pd.Series
    wealth: pd.Series
    flows: pd.Series
    ruined: pd.Timestamp | None
    weights: pd.DataFrame
    filled: Orders
    decisions: pd.DataFrame
    asked: pd.DataFrame
    largest_sum: float
    fill_rows: Rows
    traded: pd.Series
    costs_paid: float

    @cached_property
    def orders(self) -> pd.DataFrame:
        """One row an order: ``date, ticker, side, units, price, value, fee, slippage``.

        ``price`` includes the slippage, ``value`` is units at that price, ``fee`` and ``slippage``
        are what the order cost, in currency. Most portfolios beside a run are never asked for it.
        """
        return self.filled.table()

    @property
    def first_fill(self) -> pd.Timestamp:
        """The session of the first fill, from which months count; until then all is cash."""
        filled: pd.Timestamp = self.nav.index[self.fill_rows[0]]
        return filled

    @property
    def pending(self) -> bool:
        """Whether the last decision has yet to trade."""
        return bool(self.fill_rows[-1] >= len(self.nav))

    def continued(self, unpaid: Simulation) -> Simulation:
        """The same, and after its ruin what its unit value would have done.

        Parameters
        ----------
        unpaid
            The same portfolio without cash flows.
        """
        if self.ruined is None:
            return self
        later = unpaid.nav.loc[self.ruined :]
        nav = pd.concat([self.nav, (later * (self.nav.iloc[-1] / later.iloc[0])).iloc[1:]])
        nothing = pd.Series(0.0, nav.index[len(self.nav) :])
        return replace(
            self,
            nav=nav.rename(self.nav.name),
            wealth=pd.concat([self.wealth, nothing]),
            flows=pd.concat([self.flows, nothing]),
            weights=pd.concat([self.weights, unpaid.weights.loc[nothing.index]]),
            traded=pd.concat([self.traded, nothing]),
        )

    def portfolio(self, market: Market) -> Portfolio:
        """The data from which its numbers are computed."""
        return Portfolio(
            values=self.nav,
            cash=market.cash.loc[self.nav.index],
            frequency=market.periods_per_year,
            turnover=float(self.traded.sum()),
            costs_paid=self.costs_paid,
            months_from=self.first_fill,
            is_year_over=market.is_year_over(),
        )
