"""How sure a number is: the stationary bootstrap (Politis and Romano 1994), by ``arch``.

Months are drawn in blocks of random length, so that what hangs together in time stays
together; every series of a comparison is drawn by the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
REPETITIONS = 1_000
SEED = 20_250_402
LEVEL = 0.90
FEWEST_ROWS = 24


@dataclass(frozen=True)
class Estimate:
    """A number of the sample and the middle 90 % of its resamples (None: too short a sample)."""

    value: float
    low: float | None
    high: float | None


def block_length(series: Array) -> int:
    """Mean block length by Politis and White (2004, corrected 2009): the longest of the columns.

    Parameters
    ----------
    series
        Shape (n, k), returns. A constant column has no say.

    Returns
    -------
    int
        At least 1.
    """
    from arch.bootstrap import optimal_block_length

    moving = series[:, np.ptp(series, axis=0) > 0.0]
    if len(series) < FEWEST_ROWS or moving.shape[1] == 0:
        return 1
    lengths = optimal_block_length(moving)["stationary"].to_numpy(float)
    return max(round(float(np.nanmax(lengths))), 1)


def resampled_rows(
    rows: int, block: int, repetitions: int = REPETITIONS, seed: int = SEED
) -> NDArray[np.int64]:
    """Row numbers of every resample, shape (repetitions, rows).

    Parameters
    ----------
    rows
        Length of the sample and of each resample.
    block
        Mean block length.
    repetitions, seed
        How many resamples; the same seed draws the same rows.
    """
    from arch.bootstrap import StationaryBootstrap

    drawn = StationaryBootstrap(block, np.arange(rows), seed=np.random.default_rng(seed))
    return np.array([data[0] for data, _ in drawn.bootstrap(repetitions)], dtype=np.int64)


def interval(resampled: Array, level: float = LEVEL) -> tuple[float, float] | None:
    """Percentile interval; resamples without the measure are left out.

    Returns
    -------
    tuple of float or None
        None where fewer than half of the resamples have the measure.
    """
    known = resampled[np.isfinite(resampled)]
    if len(known) < max(len(resampled) / 2, 1):
        return None
    low, high = np.quantile(known, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)
