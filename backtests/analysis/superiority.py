"""Whether the best candidate beats the benchmark, given how many were tried.

White, "A reality check for data snooping", Econometrica 68 (2000), and Hansen, "A test for
superior predictive ability", Journal of Business and Economic Statistics 23 (2005), by
``arch.bootstrap.SPA``; block length by Politis and White (2004), corrected by Patton, Politis
and White (2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backtests.analysis.scores import Array


@dataclass(frozen=True)
class RealityCheck:
    """P-values of "no candidate beats the benchmark"; small means that one does.

    ``spa_*`` are Hansen's, of the largest ratio of mean excess to its deviation: ``consistent``
    is the one to read, ``lower`` and ``upper`` bound it. ``white`` is White's, of the largest
    mean excess itself. All are shares of ``draws``: 0 means less than one in so many.
    ``block`` is the mean length of the resampled blocks, in rows.
    """

    spa_lower: float
    spa_consistent: float
    spa_upper: float
    white: float
    block: int
    draws: int


def block_length(returns: Array) -> int:
    """Block length for the stationary bootstrap, in rows: the columns' median, at least 1.

    The median and not the length of the mean series: candidates on both sides of a benchmark
    cancel there.

    Parameters
    ----------
    returns
        Rows x columns, none constant, no NaN.
    """
    from arch.bootstrap import optimal_block_length

    lengths = optimal_block_length(returns)["stationary"].to_numpy()
    return max(math.ceil(float(np.median(lengths))), 1)


def reality_check(
    excess: Array, *, seed: int, draws: int = 1000, block: int | None = None
) -> RealityCheck:
    """White's reality check and Hansen's SPA against a benchmark.

    ``SPA`` of arch does not divide its statistic by the deviation (it uses variances only to drop
    clearly inferior candidates), so the columns are divided by their deviation here; a fixed
    scale does not change the size of the test. Time and memory grow with rows x candidates x draws:
    give month-end returns of at most 500 candidates (:func:`selection.evenly_spaced`).

    Parameters
    ----------
    excess
        Rows x candidates: simple returns minus the benchmark's, no NaN. A column that does not
        vary (the benchmark itself) is left out; where none is left, all p-values are 1.
    seed
        Of the bootstrap: the same seed gives the same p-values.
    draws
        Resampled histories.
    block
        Mean block length in rows; :func:`block_length` of the excess where None.
    """
    from arch.bootstrap import SPA

    deviation = excess.std(axis=0, ddof=1)
    varies = deviation > 1e-12
    if not varies.any():
        return RealityCheck(1.0, 1.0, 1.0, 1.0, block or 1, draws)
    excess = excess[:, varies]
    block = block or block_length(excess)

    def p_values(gains: Array) -> dict[str, float]:
        # SPA compares losses: a gain over the benchmark is a negative one.
        test = SPA(np.zeros(len(gains)), -gains, block_size=block, reps=draws, seed=seed)
        test.compute()
        return {str(name): float(value) for name, value in test.pvalues.items()}

    spa, white = p_values(excess / deviation[varies]), p_values(excess)
    return RealityCheck(
        spa_lower=spa["lower"],
        spa_consistent=spa["consistent"],
        spa_upper=spa["upper"],
        white=white["upper"],
        block=block,
        draws=draws,
    )
