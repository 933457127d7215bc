"""Whether the other asset helped when equity fell, as pure functions of month-end returns.

Every measure takes arrays whose **last** axis is the month and works row by row, so that one
function serves a sample, shape (n,), and its resamples, shape (R, n). Fractions, not percent.
No argument may hold NaN; a measure of months that a row does not contain is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.months import cvar, growth, over_three_months

Array = NDArray[np.float64]
CHUNK = 100  # resamples


@dataclass(frozen=True)
class Less:
    """A measure of two portfolios: that of one less that of the other, each worked out alone.

    Attributes
    ----------
    of
        What is measured of each.
    sign
        1 where the first less the second is meant, -1 where the second less the first.
    """

    of: Callable[[Array], Array]
    sign: int = 1

    def __call__(self, returns: Array, against: Array) -> Array:
        """Measure both."""
        return self.between(self.of(returns), self.of(against))

    def between(self, ours: Array, theirs: Array) -> Array:
        """The difference of what was measured of each."""
        return np.asarray(ours - theirs if self.sign > 0 else theirs - ours)


def _cvar_three_months(returns: Array) -> Array:
    return cvar(over_three_months(returns))


# CVaR(95) of a portfolio less that of another: above 0 where it lost less in the tail. It is the
# average return in the worst 5 % of months (:func:`months.cvar`).
cvar_saved = Less(cvar)
# The same of returns over three months in a row: bonds hedge falls that take their time.
cvar_saved_three_months = Less(_cvar_three_months)
# Compound return a year of another portfolio less that of this one: the cost of the hedge.
growth_given_up = Less(growth, -1)


def down_month_ratio(hedge: Array, equity: Array) -> Array:
    """Hedge return in down months over equity's: mean(B | S < 0) / mean(S | S < 0).

    Below 0 where the hedge gained as equity fell. A down-capture ratio differs: it compounds.
    """
    down = equity < 0.0
    return _quotient((hedge * down).sum(axis=-1), (equity * down).sum(axis=-1))


def down_month_mean(hedge: Array, equity: Array) -> Array:
    """Mean return of the hedge in the months in which equity fell."""
    down = equity < 0.0
    return _quotient((hedge * down).sum(axis=-1), down.sum(axis=-1))


def down_month_hit_rate(hedge: Array, equity: Array) -> Array:
    """Share of equity's down months in which the hedge gained."""
    down = equity < 0.0
    return _quotient((down & (hedge > 0.0)).sum(axis=-1), down.sum(axis=-1))


def worst_decile_mean(hedge: Array, equity: Array) -> Array:
    """Mean return of the hedge in the worst ``ceil(n / 10)`` months of equity."""
    worst = _worst_months(equity)
    return np.asarray(np.where(worst, hedge, 0.0).sum(axis=-1) / worst_count(equity.shape[-1]))


def worst_decile_hit_rate(hedge: Array, equity: Array) -> Array:
    """Share of equity's worst ``ceil(n / 10)`` months in which the hedge gained."""
    gained = _worst_months(equity) & (hedge > 0.0)
    return np.asarray(gained.sum(axis=-1) / worst_count(equity.shape[-1]))


def worst_count(months: Any) -> Any:
    """How many months are equity's worst tenth: a tenth, rounded up; at least one.

    Parameters
    ----------
    months
        How many there are: a number, or an array of numbers.
    """
    return np.maximum(-(-np.asarray(months) // 10), 1)


def _worst_months(equity: Array) -> NDArray[np.bool_]:
    """Which months are equity's worst tenth; of equal ones the earlier.

    A fifth of the time that sorting takes.
    """
    count = int(worst_count(equity.shape[-1]))
    bound = np.partition(equity, count - 1, axis=-1)[..., count - 1 : count]
    below, equal = equity < bound, equity == bound
    room = count - below.sum(axis=-1, keepdims=True)
    return np.asarray(below | (equal & (np.cumsum(equal, axis=-1, dtype=np.int32) <= room)))


def deepest(returns: Array) -> Array:
    """Deepest drawdown of each row from its own peaks, the start included; 0 or negative."""
    rows = returns.reshape(-1, returns.shape[-1])
    # Some at a time, so that they stay in a processor's cache.
    parts = [_deepest(rows[first : first + CHUNK]) for first in range(0, len(rows), CHUNK)]
    return np.concatenate(parts).reshape(returns.shape[:-1])


def _deepest(returns: Array) -> Array:
    levels = np.cumprod(1.0 + returns, axis=-1)
    peaks = np.maximum(np.maximum.accumulate(levels, axis=-1), 1.0)
    return np.asarray(np.minimum((levels / peaks - 1.0).min(axis=-1), 0.0))


# Deepest drawdown of a portfolio less that of another: above 0 where it fell less.
drawdown_saved = Less(deepest)


def _quotient(above: Array, below: Array) -> Array:
    """Sums divided by sums or counts, NaN where the divisor is 0."""
    below = np.asarray(below, float)
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=below != 0.0))
