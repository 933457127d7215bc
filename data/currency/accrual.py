"""Interest of the money market, and what a currency hedge makes of a level.

A hedge sells dollars forward for a month at a time. Its price is interest parity: the forward rate
differs from the rate of exchange by the interest of both currencies, and by the basis, which is
what hedging costs beyond that. Definitions: docs/semantics.md, Currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
DOLLAR_DAYS = 360  # a year of the dollar's money market
BASIS_DAYS = 360


def cash_level(
    rows: pd.DatetimeIndex, rate: pd.Series, days_a_year: int, *, monthly: bool
) -> Array:
    """Index of money that earns a short rate: simple interest, compounded at the end of months.

    Parameters
    ----------
    rows
        Ascending.
    rate
        Percent a year, on every month of a span. A day earns the rate of the month before its own;
        on monthly rows the time to the next row that of the row's own month, which is the same
        where rows are the last days of months.
    days_a_year
        360 or 365: actual days over so many.
    monthly
        Whether rows are months.

    Returns
    -------
    numpy.ndarray
        1 on the first row that has a rate; NaN where there is none.
    """
    months = rows.to_period("M")
    if monthly:
        rates = rate.reindex(months).to_numpy(float) / 100.0
        growth = 1.0 + rates[:-1] * _days(rows) / days_a_year
        has_rate = np.isfinite(rates)
        is_valued = has_rate | np.r_[False, has_rate[:-1]]  # the last row needs no rate of its own
        level = np.cumprod(np.r_[1.0, np.where(np.isfinite(growth), growth, 1.0)])
    else:
        every = pd.period_range(months[0], months[-1], freq="M")
        before = rate.reindex(every - 1).to_numpy(float) / 100.0
        whole = 1.0 + np.nan_to_num(before) * every.days_in_month.to_numpy(float) / days_a_year
        begun = np.r_[1.0, np.cumprod(whole)[:-1]]
        place = every.get_indexer(months)
        days = rows.day.to_numpy(float)
        level = begun[place] * (1.0 + np.nan_to_num(before[place]) * days / days_a_year)
        is_valued = np.isfinite(before[place])
    if not is_valued.any():
        return np.full(len(rows), np.nan)
    return np.where(is_valued, level / level[int(is_valued.argmax())], np.nan)


def _days(rows: pd.DatetimeIndex) -> Array:
    """Days from each row to the next."""
    days = rows.values.astype("datetime64[D]").astype(np.int64)
    return np.asarray(np.diff(days), dtype=float)


@dataclass(frozen=True, eq=False)
class Rolls:
    """The forwards of a hedge, on each row of a history that has been rolled before.

    Attributes
    ----------
    row
        Of each row the row of the last roll before it; -1 up to the first roll.
    begun, exchange, forward
        Rate of exchange at that roll and on the row, home units for one dollar; and what the
        forward pays for a dollar on the row.
    first
        Row of the first roll; -1 where there is none.
    """

    row: Rows
    begun: Array
    exchange: Array
    forward: Array
    first: int


def roll_rows(rows: pd.DatetimeIndex, usable: NDArray[np.bool_]) -> Rows:
    """The first usable row of each month, by number: on these the hedge is rolled."""
    place = np.flatnonzero(usable)
    if not len(place):
        return np.zeros(0, np.int64)
    months = rows[place].values.astype("datetime64[M]")
    first = np.r_[True, months[1:] != months[:-1]]
    return place[first].astype(np.int64)


def make_rolls(
    rows: pd.DatetimeIndex,
    usable: NDArray[np.bool_],
    exchange: Array,
    home: Array,
    dollar: Array,
    days_a_year: int,
    basis_bp: float,
) -> Rolls:
    """The forwards of a hedge that is rolled on the first usable row of every month.

    Parameters
    ----------
    rows
        T rows.
    usable
        Shape (T,): where price, rate of exchange and both short rates are known.
    exchange
        Shape (T,): home units for one dollar.
    home, dollar
        Shape (T,): short rates that a roll on the row knows, fractions a year.
    days_a_year
        Of the home money market.
    basis_bp
        Cross-currency basis, basis points a year.
    """
    at = roll_rows(rows, usable)
    place = np.searchsorted(at, np.arange(len(rows)), side="left") - 1  # strictly before the row
    rolled = place >= 0
    row = np.where(rolled, at[np.maximum(place, 0)] if len(at) else -1, -1).astype(np.int64)
    begun, forward = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    days = rows.values.astype("datetime64[D]").astype(np.int64)
    from_roll = (days - days[np.maximum(row, 0)]).astype(float)
    begun[rolled] = exchange[row[rolled]]
    forward[rolled] = (
        begun[rolled]
        * (1.0 + home[row[rolled]] * from_roll[rolled] / days_a_year)
        / (1.0 + dollar[row[rolled]] * from_roll[rolled] / DOLLAR_DAYS)
        * (1.0 - basis_bp / 1e4 * from_roll[rolled] / BASIS_DAYS)
    )
    return Rolls(row, begun, exchange, forward, int(at[0]) if len(at) else -1)


def hedged_level(level: Array, rolls: Rolls, ratio: float) -> Array:
    """A level in home money with a share of its dollars sold forward, month by month.

    H_t = H_k (L_t / L_k + h (F - X_t) / X_k): the amount sold is fixed at the roll *k*, so that
    what the level has earned since is unhedged until the next one.

    Parameters
    ----------
    level
        Shape (T,): the level in home money, unhedged.
    rolls
        Of :func:`make_rolls` on the same rows.
    ratio
        Share that is sold, 0 to 1. At 0 the level is returned as it is.

    Returns
    -------
    numpy.ndarray
        Equal to ``level`` on the row of the first roll, NaN before it.
    """
    if ratio == 0.0:
        return level
    hedged = np.full(len(level), np.nan)
    if rolls.first < 0:
        return hedged
    later = rolls.row >= 0
    base = level[np.maximum(rolls.row, 0)]
    since = level / base + ratio * (rolls.forward - rolls.exchange) / rolls.begun
    hedged[rolls.first] = level[rolls.first]
    # A row's roll is a row before it, so that rolls are worked out first, one on the other.
    at = np.unique(rolls.row[later])
    for begun, rolled in pairwise(at):
        hedged[rolled] = hedged[begun] * since[rolled]
    hedged[later] = hedged[rolls.row[later]] * since[later]
    return hedged


@dataclass(frozen=True, eq=False)
class Pieces:
    """A level's return on each row, divided; fractions, NaN where there is no return.

    Attributes
    ----------
    treasury
        What the fund earned in dollars.
    currency
        What the dollar's move made of it, less what the forwards took back.
    carry
        What the forwards paid: the difference of interest, less the basis.
    cross
        The fund's return on the dollar's move.
    """

    treasury: Array
    currency: Array
    carry: Array
    cross: Array

    @property
    def total(self) -> Array:
        """The level's return."""
        return self.treasury + self.currency + self.carry + self.cross


def divided_returns(dollars: Array, rolls: Rolls, ratio: float) -> Pieces:
    """Divide the returns of a hedged level into pieces that sum to them.

    Parameters
    ----------
    dollars
        Shape (T,): the level in dollars.
    rolls, ratio
        As for :func:`hedged_level`.
    """
    exchange = rolls.exchange
    home = dollars * exchange
    hedged = hedged_level(home, rolls, ratio)

    def moved(values: Array) -> Array:
        return np.concatenate([[np.nan], values[1:] / values[:-1] - 1.0])

    def before(values: Array) -> Array:
        return np.concatenate([[np.nan], values[:-1]])

    earned, turned = moved(dollars), moved(exchange)
    if ratio == 0.0:
        nothing = np.where(np.isfinite(earned * turned), 0.0, np.nan)
        return Pieces(earned, turned, nothing, earned * turned)
    row = np.maximum(rolls.row, 0)
    share = np.where(rolls.row >= 0, hedged[row] / before(hedged), np.nan)
    unhedged = before(home) / home[row]
    # On the row after a roll the forward begins at the rate of exchange itself.
    was = np.where(before(rolls.row.astype(float)) == rolls.row, before(rolls.forward), rolls.begun)
    sold = (exchange - before(exchange)) / rolls.begun
    paid = (rolls.forward - was) / rolls.begun
    return Pieces(
        treasury=share * unhedged * earned,
        currency=share * (unhedged * turned - ratio * sold),
        carry=share * ratio * paid,
        cross=share * unhedged * earned * turned,
    )
