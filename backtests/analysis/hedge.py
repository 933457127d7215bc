"""Whether the other asset helped when equity fell, as pure functions of month-end returns.

Every measure takes arrays whose **last** axis is the month and works row by row, so that one
function serves a sample, shape (n,), and its resamples, shape (R, n). Fractions, not percent;
no NaN in; a measure of months that a row does not contain is NaN.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.metrics import ROUNDING

Array = NDArray[np.float64]
WORST_SHARE = 0.10
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
        Indexed by month (``Period``). The last month is left out where its last weekday has
        not come; the first is where the returns begin, whole or not.
    """
    dates = pd.DatetimeIndex(levels.index)
    closes = levels.groupby(dates.to_period("M")).last()
    last = closes.index[-1].end_time.normalize()
    return closes if dates[-1] >= pd.offsets.BDay().rollback(last) else closes.iloc[:-1]


def cvar(returns: Array) -> Array:
    """Mean of the worst ``ceil(0.05 n)`` months of each row: CVaR(95), negative for a loss."""
    worst = max(math.ceil(TAIL * returns.shape[-1] - 1e-9), 1)
    ascending = np.partition(returns, worst - 1, axis=-1)
    return np.asarray(ascending[..., :worst].mean(axis=-1))


def cvar_saved(returns: Array, against: Array) -> Array:
    """CVaR(95) of a portfolio less that of another: above 0 where it lost less in the tail."""
    return np.asarray(cvar(returns) - cvar(against))


def growth(returns: Array) -> Array:
    """Compound return a year of monthly returns."""
    return np.asarray(np.exp(12.0 * np.log1p(returns).mean(axis=-1)) - 1.0)


def growth_given_up(returns: Array, against: Array) -> Array:
    """Compound return a year of another portfolio less that of this one: the price paid."""
    return growth(against) - growth(returns)


def down_month_ratio(hedge: Array, equity: Array) -> Array:
    """Hedge return in down months over equity's: mean(B | S < 0) / mean(S | S < 0).

    Below 0 where the hedge gained as equity fell. Not a down-capture ratio, which compounds.
    """
    down = equity < 0.0
    return _ratio((hedge * down).sum(axis=-1), (equity * down).sum(axis=-1))


def down_month_mean(hedge: Array, equity: Array) -> Array:
    """Mean return of the hedge in the months in which equity fell."""
    down = equity < 0.0
    return _ratio((hedge * down).sum(axis=-1), down.sum(axis=-1))


def down_month_hit_rate(hedge: Array, equity: Array) -> Array:
    """Share of equity's down months in which the hedge gained."""
    down = equity < 0.0
    return _ratio((down & (hedge > 0.0)).sum(axis=-1), down.sum(axis=-1))


def worst_decile_mean(hedge: Array, equity: Array) -> Array:
    """Mean return of the hedge in the worst ``ceil(n / 10)`` months of equity."""
    return np.asarray(_in_worst_months(hedge, equity).mean(axis=-1))


def worst_decile_hit_rate(hedge: Array, equity: Array) -> Array:
    """Share of equity's worst ``ceil(n / 10)`` months in which the hedge gained."""
    return np.asarray((_in_worst_months(hedge, equity) > 0.0).mean(axis=-1))


def _in_worst_months(hedge: Array, equity: Array) -> Array:
    count = max(math.ceil(WORST_SHARE * equity.shape[-1] - 1e-9), 1)
    worst = np.argsort(equity, axis=-1, kind="stable")[..., :count]
    return np.asarray(np.take_along_axis(hedge, worst, axis=-1))


def deepest(returns: Array) -> Array:
    """Deepest drawdown of each row from its own peaks, the start included; 0 or negative."""
    levels = np.cumprod(1.0 + returns, axis=-1)
    peaks = np.maximum(np.maximum.accumulate(levels, axis=-1), 1.0)
    return np.minimum((levels / peaks - 1.0).min(axis=-1), 0.0)


def drawdown_saved(returns: Array, against: Array) -> Array:
    """Deepest drawdown of a portfolio less that of another: above 0 where it fell less."""
    return np.asarray(deepest(returns) - deepest(against))


def months_under_water(returns: Array) -> Array:
    """Longest stretch of months below an earlier high, one that has not ended included."""
    levels = np.cumprod(1.0 + returns, axis=-1)
    under = levels < np.maximum(np.maximum.accumulate(levels, axis=-1), 1.0)
    row = np.arange(under.shape[-1])
    surfaced = np.maximum.accumulate(np.where(under, -1, row), axis=-1)
    return np.asarray((row - surfaced).max(axis=-1), dtype=float)


def under_water(values: pd.Series) -> tuple[int, float]:
    """Longest time under water in calendar days, and the share of rows spent there.

    A stretch runs from the date of the peak to that of the recovery, or to the last row.
    """
    levels = values.to_numpy(float)
    at_high = levels >= np.maximum.accumulate(levels) * (1.0 - ROUNDING)
    highs = values.index[at_high]
    stretches = np.append(highs[1:], values.index[-1:]) - highs
    # Consecutive highs are not under water, however far apart their dates.
    below = np.append(np.diff(np.flatnonzero(at_high)) > 1, not at_high[-1])
    longest = int(stretches[below].max().days) if below.any() else 0
    return longest, float(1.0 - at_high.mean())


def _ratio(above: Array, below: Array) -> Array:
    below = np.asarray(below, float)
    return np.divide(above, below, out=np.full(below.shape, np.nan), where=below != 0.0)
