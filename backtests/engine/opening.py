"""Where a simulation begins, and which decisions have traded by then.

Row 0 is the base date: the value there is the money put in, and the first return is that of the
session after it. Of an asked first day row 0 is the session before, so that a year asked for is
the calendar year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import UsageError
from data.market import CASH, Market

Array = NDArray[np.float64]
NOISE = 4e-15  # rounding error of a sum of decimal fractions


@dataclass(frozen=True)
class Opening:
    """Where a simulation begins.

    Attributes
    ----------
    row_zero
        The base date.
    is_invested
        Whether decisions fill at row 0 if they were made ``lag`` sessions before it or earlier,
        as where a first day was asked for. Else the last decision up to row 0 counts as made
        there, and fills ``lag`` sessions later.
    """

    row_zero: pd.Timestamp
    is_invested: bool

    def on(self, market: Market) -> Opening:
        """The same on a market that may lack the session: then on the last one before it."""
        row = int(market.sessions.searchsorted(self.row_zero, side="right")) - 1
        return replace(self, row_zero=market.sessions[max(row, 0)])


@dataclass(frozen=True, eq=False)
class Standing:
    """The decisions that decide what is held from row 0 on.

    Attributes
    ----------
    targets
        Decision sessions x columns, ``CASH`` (the rest to 1) last. The first may be of a session
        before row 0.
    rows
        The row on which each fills; beyond the last row of a simulation it is pending.
    largest_sum
        Of the weights as decided, before a sum above 1 was scaled.
    """

    targets: pd.DataFrame
    rows: NDArray[np.int64]
    largest_sum: float


def open_at(
    market: Market,
    required: Sequence[str],
    decided: pd.DatetimeIndex,
    name: str,
    *,
    start: pd.Timestamp | None = None,
    earliest: pd.Timestamp | None = None,
) -> Opening:
    """Find row 0 of a simulation.

    Parameters
    ----------
    market
        All history.
    required
        Tickers that must have a price at row 0.
    decided
        Sessions on which the strategy decides.
    name
        The strategy's, for the message.
    start
        Day of the first return, as asked; None to begin as early as possible.
    earliest
        First session on which row 0 may lie.

    Raises
    ------
    UsageError
        If the strategy decides nothing until after ``start``.
    """
    first = market.first_session(required)[0] if required else market.sessions[0]
    first = max(first, earliest or first)
    usable = max(first, decided[0])
    if start is None:
        return Opening(usable, is_invested=False)
    sessions = market.sessions[market.sessions >= first]
    later = sessions[sessions >= start]
    if later.empty or later[0] < usable:
        raise UsageError(
            f"{name} makes its first decision on {decided[0]:%Y-%m-%d}; "
            "give that day or a later one as --start"
        )
    before = sessions[(sessions >= usable) & (sessions < later[0])]
    if before.empty:
        return Opening(later[0], is_invested=False)
    return Opening(before[-1], is_invested=True)


def standing_decisions(
    decided: pd.DataFrame, sessions: pd.DatetimeIndex, opening: Opening, lag: int, name: str
) -> Standing:
    """Find the decisions that count from row 0 on, and the rows on which they fill.

    Parameters
    ----------
    decided
        Decision sessions x tickers, as a strategy returns them.
    sessions
        All sessions of the market.
    opening
        Where the simulation begins.
    lag
        Sessions from a decision to its fill.
    name
        The strategy's, for the message.

    Raises
    ------
    UsageError
        If nothing is decided by row 0.
    """
    zero = sessions.get_loc(opening.row_zero)
    made = sessions.get_indexer(pd.DatetimeIndex(decided.index))
    if made[0] > zero:
        raise UsageError(
            f"{name} makes its first decision on {decided.index[0]:%Y-%m-%d}; "
            "give that day or a later one as --start"
        )
    first, rows = standing_rows(made - zero, lag, is_invested=opening.is_invested)
    standing = decided.iloc[first:]
    days = pd.DatetimeIndex(standing.index)
    if not opening.is_invested:
        days = days[1:].insert(0, opening.row_zero)
    columns = [*decided.columns, CASH]
    weights = standing.to_numpy(float)
    largest = float(weights.sum(axis=1).max())
    return Standing(pd.DataFrame(with_cash(weights), days, columns), rows, largest)


def standing_rows(
    made: NDArray[np.int64], lag: int, *, is_invested: bool
) -> tuple[int, NDArray[np.int64]]:
    """Which decisions count from row 0 on, and the rows on which they fill.

    Parameters
    ----------
    made
        Rows of the decisions, ascending, counted from row 0; earlier ones are below zero.
    lag, is_invested
        As in :func:`standing_decisions` and :class:`Opening`.

    Returns
    -------
    tuple
        The first decision that counts, and the row of its fill and of all later ones.
    """
    sooner = made + lag <= 0 if is_invested else made <= 0
    # Of the decisions that have traded by row 0 the last one stands; the others are history.
    first = max(int(sooner.sum()) - 1, 0)
    rows = (made[first:] + lag).astype(np.int64)
    if not is_invested:
        rows[0] = lag
    elif sooner.any():
        rows[0] = 0
    return first, rows


def with_cash(weights: Array) -> Array:
    """Add the rest of each row to 1 as the column ``CASH``.

    A sum above 1, which ``require_weights`` allows up to ``LARGEST_SUM``, is scaled to 1: vectorbt
    fills a buy even if 1e-9 of its money is missing, and would do so at every decision. Cash is
    rounded to twelve decimals only where that removes the rounding error of decimal fractions
    (1 - 0.7 - 0.2); elsewhere it would create or idle 5e-13 of the value at every decision.
    """
    total = weights.sum(axis=1, keepdims=True)
    scaled = weights / np.where(total > 1.0 + NOISE, total, 1.0)
    left = 1.0 - scaled.sum(axis=1)
    decimal = np.round(left, 12) + 0.0  # no negative zero
    return np.column_stack([scaled, np.where(np.abs(decimal - left) < NOISE, decimal, left)])
