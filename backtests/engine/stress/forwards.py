"""From dollars to the investor's money, and what selling dollars forward pays, at today's rates.

Definitions: docs/semantics.md, Currency and Stress.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.currency.accrual import BASIS_DAYS, DOLLAR_DAYS
from data.currency.conversion import Investor
from data.market import Market
from data.treasuries.curve import DAYS_A_YEAR

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Forwards:
    """The short rates of an investor abroad, simple interest, fractions a year.

    Attributes
    ----------
    investor
        Whose money returns are in.
    home, dollar
        Short rates of today.
    days_a_year
        Of the home money market.
    basis_bp
        What a hedge costs beyond the difference of interest, basis points a year.
    """

    investor: Investor
    home: float
    dollar: float
    days_a_year: int
    basis_bp: float

    def cash(self, years: ArrayLike, home: ArrayLike | None = None) -> Array:
        """Growth of the investor's own cash; at today's rate unless given."""
        rate = np.asarray(self.home if home is None else home, float)
        return np.asarray(1.0 + rate * np.asarray(years) * DAYS_A_YEAR / self.days_a_year)

    def paid(
        self, years: ArrayLike, dollar: ArrayLike | None = None, home: ArrayLike | None = None
    ) -> Array:
        """What a dollar sold forward pays, over what a dollar is worth when it is sold.

        Parameters
        ----------
        years
            To delivery.
        dollar, home
            Short rates, fractions a year; those of today unless given.
        """
        days = np.asarray(years, float) * DAYS_A_YEAR
        rate = np.asarray(self.dollar if dollar is None else dollar, float)
        basis = 1.0 - self.basis_bp / 1e4 * days / BASIS_DAYS
        return np.asarray(self.cash(years, home) / (1.0 + rate * days / DOLLAR_DAYS) * basis)


def forwards_of(market: Market) -> Forwards | None:
    """How a market's investor turns dollars into money today; None in dollars."""
    abroad = market.abroad
    if abroad is None:
        return None
    figures, conversion = abroad.figures, abroad.conversion
    investor = Investor(conversion.currency, conversion.cash)
    return Forwards(
        investor=investor,
        home=float(figures.home.figures.iloc[-1]) / 100.0,
        dollar=float(figures.dollar.figures.iloc[-1]) / 100.0,
        days_a_year=figures.days_a_year,
        basis_bp=conversion.basis_bp,
    )


def in_home_money(dollars: Array, exchange: Array, paid: Array, hedged: Array) -> Array:
    """Returns in the investor's money of what is rolled on each row.

    ``(1 + r) F - 1 + h (P - F)``: the amount sold is the value at the start of the row, so that
    what is earned on it is unhedged until its end.

    Parameters
    ----------
    dollars
        Returns in dollars, shape (T, L).
    exchange
        What a dollar becomes worth over each row, F, shape (T,).
    paid
        What a dollar sold forward pays, P, shape (T,).
    hedged
        Share sold, h, shape (L,).
    """
    factor = exchange[:, None]
    return np.asarray((1.0 + dollars) * factor - 1.0 + hedged * (paid[:, None] - factor))
