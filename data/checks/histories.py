"""What every price or yield history must fulfil: order, spacing, bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.errors import DataError

WILD_MOVE = 0.40
YIELD_BOUNDS = (-2.0, 25.0)
# A level beyond these is no price, and ratios of such levels could overflow.
LEVEL_BOUNDS = (1e-9, 1e12)
# The New York exchange was never closed for longer since 1914 (March 1933: 11 days).
LONGEST_CLOSURE_DAYS = 14


def wild_moves(levels: pd.Series) -> pd.Series:
    """One-row returns beyond +-40 %, by date: more often a bad price than a bad day."""
    moves = levels.pct_change(fill_method=None)
    return moves[moves.abs() > WILD_MOVE]


def latest_day() -> pd.Timestamp:
    """The latest date that has begun anywhere on earth."""
    return (pd.Timestamp.now("UTC") + pd.Timedelta(hours=14)).tz_localize(None).normalize()


def require_history(levels: pd.Series, where: str) -> None:
    """Refuse a history that is out of order, repeated, empty, or no price in value.

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
    wrong = ~levels.between(*LEVEL_BOUNDS)
    if wrong.any():
        day = levels.index[wrong][0]
        raise DataError(
            f"{where} has {levels[day]:g} on {day:%Y-%m-%d}; prices must lie between "
            f"{LEVEL_BOUNDS[0]:g} and {LEVEL_BOUNDS[1]:g}, so mend or rescale them"
        )


def periods_per_year(index: pd.DatetimeIndex, where: str) -> int:
    """Tell daily from monthly rows, and refuse rows that are neither or have a hole.

    Returns
    -------
    int
        252 for exchange sessions, 12 for one row a month.

    Raises
    ------
    DataError
        For any other spacing, or a gap of more than two weeks (daily) or of a whole month
        (monthly): the return over the gap would count as the return of a single row.
    """
    days = np.diff(index.values.astype("datetime64[D]").astype(np.int64))
    usual = float(np.median(days))
    months = np.diff(np.asarray(index.year * 12 + index.month))
    if usual <= 4:
        holes, frequency, limit = days > LONGEST_CLOSURE_DAYS, 252, f"{LONGEST_CLOSURE_DAYS} days"
    elif 26 <= usual <= 33 and months.min() == 1:
        holes, frequency, limit = months > 1, 12, "a month"
    else:
        holes, frequency, limit = np.array([False]), 0, ""
    if holes.any():
        hole = int(holes.argmax())
        raise DataError(
            f"{where} has no row between {index[hole]:%Y-%m-%d} and {index[hole + 1]:%Y-%m-%d}, "
            f"more than {limit}; fill in those rows, or start after the gap"
        )
    years = (index[-1] - index[0]).days / 365.25
    rate = (len(index) - 1) / max(years, 1 / 365.25)
    if frequency == 0 or (frequency == 252 and years > 1 and not 230 <= rate <= 275):
        raise DataError(
            f"{where} has about {rate:.0f} rows a year, {usual:g} days apart; give one row an "
            "exchange session (about 252 a year) or one a month"
        )
    return frequency


def require_within(
    values: pd.Series, where: str, bounds: tuple[float, float] = YIELD_BOUNDS
) -> None:
    """Refuse a figure outside its bounds: -2 to 25 percent for a yield.

    Raises
    ------
    DataError
        Naming the first such day.
    """
    low, high = bounds
    wrong = ~((values >= low) & (values <= high))
    if wrong.any():
        day = values.index[wrong][0]
        raise DataError(
            f"{where} is {values[day]:g} on {day:%Y-%m-%d}; it should lie between {low:g} and "
            f"{high:g}"
        )


def days_text(days: pd.DatetimeIndex) -> str:
    """Write up to three dates, and how many more there are."""
    more = f" (and {len(days) - 3} more)" if len(days) > 3 else ""
    return ", ".join(f"{day:%Y-%m-%d}" for day in days[:3]) + more
