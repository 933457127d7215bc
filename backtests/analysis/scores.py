"""The metrics of many candidates at once: one number a column of a matrix of returns.

``returns`` are simple returns after costs, rows x candidates; ``cash`` the returns of bills on
the same rows; ``ppy`` rows per year. Definitions, units and NaN are those of
:mod:`backtests.analysis.metrics`: no argument may hold NaN, a ratio whose denominator is zero
is NaN. All scores take the same three arguments, so that they are interchangeable.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.metrics import ratios

Array = NDArray[np.float64]
TIE = 1e-9  # scores closer than this differ by rounding only, and count as equal
Score = Callable[[Array, Array, int], Array]


def cagr(returns: Array, cash: Array, ppy: int) -> Array:
    """Compound growth a year."""
    return np.asarray(np.prod(1.0 + returns, axis=0) ** (ppy / len(returns)) - 1.0)


def volatility(returns: Array, cash: Array, ppy: int) -> Array:
    """Annualised standard deviation (ddof 1)."""
    return _deviation(returns) * math.sqrt(ppy)


def sharpe(returns: Array, cash: Array, ppy: int) -> Array:
    """Annualised mean excess return over bills per unit of its deviation (Sharpe 1994)."""
    excess = returns - cash[:, None]
    return ratios(excess.mean(axis=0), _deviation(excess)) * math.sqrt(ppy)


def sortino(returns: Array, cash: Array, ppy: int) -> Array:
    """Annualised mean excess return per unit of downside deviation over all rows."""
    excess = returns - cash[:, None]
    downside = np.sqrt(np.mean(np.minimum(excess, 0.0) ** 2, axis=0))
    return ratios(excess.mean(axis=0), downside) * math.sqrt(ppy)


def max_drawdown(returns: Array, cash: Array, ppy: int) -> Array:
    """Deepest fall from a peak, 0 or negative; the value before the first row is a peak too."""
    values = np.cumprod(1.0 + returns, axis=0)
    peaks = np.maximum(np.maximum.accumulate(values, axis=0), 1.0)
    return np.asarray(np.minimum((values / peaks - 1.0).min(axis=0), 0.0))


def calmar(returns: Array, cash: Array, ppy: int) -> Array:
    """Compound growth a year per unit of the deepest drawdown (Young 1991, over all rows)."""
    return ratios(cagr(returns, cash, ppy), -max_drawdown(returns, cash, ppy))


SCORES: dict[str, Score] = {
    "cagr": cagr,
    "volatility": volatility,
    "sharpe": sharpe,
    "sortino": sortino,
    "max_drawdown": max_drawdown,
    "calmar": calmar,
}


def best_of(scores: Array, allowed: NDArray[np.bool_]) -> int:
    """Position of the highest score among those allowed; of ties, rounding aside, the first.

    Parameters
    ----------
    scores
        One a candidate, finite where allowed.
    allowed
        One at least.
    """
    eligible = np.where(allowed, scores, -np.inf)
    return int(np.argmax(eligible >= eligible.max() - TIE))


def _deviation(returns: Array) -> Array:
    if len(returns) < 2:
        return np.full(returns.shape[1], math.nan)
    return np.asarray(returns.std(axis=0, ddof=1))
