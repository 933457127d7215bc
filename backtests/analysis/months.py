"""Month-end levels, and measures of the month-end returns of one portfolio.

Measures take arrays whose **last** axis is the month and work row by row, so that one function
serves a sample, shape (n,), and its resamples, shape (R, n). Fractions, not percent; no
argument may hold NaN.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.metrics import ROUNDING
from data.months import last_sessions

Array = NDArray[np.float64]
TAIL = 0.05


def month_ends(levels: pd.DataFrame) -> pd.DataFrame:
    """Levels at the last row of each whole month.

    Parameters
    ----------
    levels
        Sessions x columns, daily or monthly.

    Returns
    -------
    pandas.DataFrame
        Indexed by month (``Period``). The last month of daily rows is left out until they reach
        its last session; a monthly row is a whole month. The first may be partial: returns begin
        at its end.
    """
    dates = pd.DatetimeIndex(levels.index)
    if len(dates) and dates.is_monotonic_increasing and not levels.isna().to_numpy().any():
        rows = month_end_rows(dates)  # grouping takes five times as long
        return levels.iloc[rows].set_axis(dates[rows].to_period("M"), axis=0)
    closes = levels.groupby(dates.to_period("M")).last()
    return closes if _is_whole(dates, len(closes)) else closes.iloc[:-1]


def month_end_rows(dates: pd.DatetimeIndex) -> NDArray[np.intp]:
    """The rows that :func:`month_ends` takes of levels without NaN.

    Parameters
    ----------
    dates
        Ascending; at least one.
    """
    numbers = dates.to_numpy().astype("datetime64[M]").astype(np.int64)
    rows = np.flatnonzero(np.append(np.diff(numbers) > 0, True))
    return rows if _is_whole(dates, len(rows)) else rows[:-1]


def _is_whole(dates: pd.DatetimeIndex, months: int) -> bool:
    """Whether the last of some months is over with the last row."""
    return _is_monthly(dates, months) or bool(dates[-1] >= _last_session(dates[-1]))


@lru_cache(maxsize=64)
def _last_session(day: pd.Timestamp) -> pd.Timestamp:
    return last_sessions(pd.DatetimeIndex([day]))[0]


def _is_monthly(dates: pd.DatetimeIndex, months: int) -> bool:
    steps = len(dates) - 1
    return steps > 0 and months == len(dates) and (dates[-1] - dates[0]).days > 20 * steps


def cvar(returns: Array) -> Array:
    """Mean of the worst ``ceil(0.05 n)`` months of each row, negative for a loss.

    This is CVaR(95), the average loss in the worst 5 % of months.
    """
    worst = max(math.ceil(TAIL * returns.shape[-1] - 1e-9), 1)
    ascending = np.partition(returns, worst - 1, axis=-1)
    return np.asarray(ascending[..., :worst].mean(axis=-1))


def over_three_months(returns: Array) -> Array:
    """Compound return of every three months in a row: of n months n - 2, which overlap.

    Fewer than three months have none: their row is a single NaN.
    """
    if returns.shape[-1] < 3:
        return np.full((*returns.shape[:-1], 1), np.nan)
    grown = 1.0 + returns
    return np.asarray(grown[..., :-2] * grown[..., 1:-1] * grown[..., 2:] - 1.0)


def growth(returns: Array) -> Array:
    """Compound return a year of monthly returns."""
    return np.asarray(np.exp(12.0 * np.log1p(returns).mean(axis=-1)) - 1.0)


def months_under_water(returns: Array) -> Array:
    """Longest run of months below an earlier high; a run that has not ended counts too."""
    levels = np.cumprod(1.0 + returns, axis=-1)
    under = levels < np.maximum(np.maximum.accumulate(levels, axis=-1), 1.0)
    row = np.arange(under.shape[-1])
    last_high = np.maximum.accumulate(np.where(under, -1, row), axis=-1)
    return np.asarray((row - last_high).max(axis=-1), dtype=float)


def under_water(values: pd.Series) -> tuple[int, float]:
    """Longest time under water in calendar days, and the share of rows spent there.

    The time runs from the date of the peak to that of the recovery, or to the last row.
    """
    levels = values.to_numpy(float)
    at_high = levels >= np.maximum.accumulate(levels) * (1.0 - ROUNDING)
    days = values.index.to_numpy()
    highs = days[at_high]
    gaps = np.append(highs[1:], days[-1:]) - highs
    # Between highs on consecutive rows nothing is under water, however far apart their dates.
    below = np.append(np.diff(np.flatnonzero(at_high)) > 1, not at_high[-1])
    longest = int(gaps[below].max() // np.timedelta64(1, "D")) if below.any() else 0
    return longest, float(1.0 - at_high.mean())
