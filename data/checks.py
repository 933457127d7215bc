"""Checks that every price history passes before anything is computed from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.errors import DataError

WILD_MOVE = 0.40


def wild_moves(levels: pd.Series) -> pd.Series:
    """One-row returns beyond +-40 %, by date: more often a bad price than a bad day."""
    moves = levels.pct_change(fill_method=None)
    return moves[moves.abs() > WILD_MOVE]


def require_history(levels: pd.Series, where: str) -> None:
    """Refuse a history that is out of order, repeated, empty, not positive or not finite.

    Parameters
    ----------
    levels
        One value a date.
    where
        The file or source, for the message.

    Raises
    ------
    DataError
        Naming the first date at fault and what was found there.
    """
    if len(levels) < 2:
        raise DataError(f"{where} has {len(levels)} rows with a price; at least 2 are needed")
    steps = np.diff(levels.index.asi8)
    if (steps < 0).any():
        day = levels.index[1:][steps < 0][0]
        raise DataError(f"{where} is out of order at {day:%Y-%m-%d}; sort its rows by date")
    if (steps == 0).any():
        day = levels.index[1:][steps == 0][0]
        raise DataError(f"{where} has {day:%Y-%m-%d} twice; keep one row a date")
    wrong = ~(np.isfinite(levels) & (levels > 0))
    if wrong.any():
        day = levels.index[wrong][0]
        raise DataError(
            f"{where} has {levels[day]:g} on {day:%Y-%m-%d}; prices must be positive and finite"
        )


def periods_per_year(index: pd.DatetimeIndex, where: str) -> int:
    """Tell daily from monthly rows.

    Returns
    -------
    int
        252 for exchange sessions, 12 for one row a month.

    Raises
    ------
    DataError
        For any other spacing.
    """
    gap = float(np.median(np.diff(index.values.astype("datetime64[D]").astype(np.int64))))
    years = max((index[-1] - index[0]).days, 1) / 365.25
    rate = (len(index) - 1) / years
    if gap <= 4 and (rate < 275 or years < 0.5):
        return 252
    if 26 <= gap <= 33 and len(index.to_period("M").unique()) == len(index):
        return 12
    raise DataError(
        f"{where} has about {rate:.0f} rows a year, {gap:g} days apart; give one row an exchange "
        "session (about 252 a year) or one a month"
    )
