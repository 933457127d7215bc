"""Whether the best candidate beats the benchmark, given how many were tried.

White, "A reality check for data snooping", Econometrica 68 (2000), and Hansen, "A test for
superior predictive ability", Journal of Business and Economic Statistics 23 (2005). ``SPA`` of
arch is neither clipped at 0 nor studentised as Hansen's is, so both are computed here; block
length by Politis and White (2004), corrected by Patton, Politis and White (2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backtests.analysis.resampling import stationary_rows
from backtests.analysis.scores import Array

# Standard error of a p-value below 0.005. With a thousand draws it was 0.016, and since all
# searches of one length share their draws, all their p-values were off to the same side.
DRAWS = 10_000


@dataclass(frozen=True)
class RealityCheck:
    """P-values of "no candidate beats the benchmark"; small means that one does.

    ``statistic`` is Hansen's, the largest ratio of a candidate's mean excess to its standard
    error; 0 where no candidate is ahead, and then no p-value speaks against the benchmark.
    ``spa_*`` belong to it: ``consistent`` is the one to read, ``lower`` and ``upper`` bound it.
    ``white`` is White's, of the largest mean excess itself. All are shares of ``draws``: 0 means
    less than one in so many. Where no candidate differs from the benchmark nothing is drawn, and
    they are 1. ``block`` is the mean length of the resampled blocks, in rows.
    """

    statistic: float
    spa_lower: float
    spa_consistent: float
    spa_upper: float
    white: float
    block: int
    draws: int

    def rejects(self, level: float) -> bool:
        """Tell whether a candidate beats the benchmark, by Hansen's consistent p-value."""
        return self.statistic > 0.0 and self.spa_consistent < level


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


def long_run_deviation(excess: Array, block: int) -> Array:
    """Standard deviation of the root of n times the mean, under the stationary bootstrap.

    Hansen's omega (2005, section 3.1; Politis and Romano 1994, lemma 1). With q = 1 / block its
    square is g_0 + 2 sum over i of ((n - i) / n (1 - q)^i + i / n (1 - q)^(n - i)) g_i, where g_i
    is the autocovariance over n. The second weight is the first of lag n - i, so that both are
    one sum over the autocovariances of the rows taken as a circle.

    Parameters
    ----------
    excess
        Rows x candidates, no NaN.
    block
        Mean block length in rows.
    """
    rows = len(excess)
    power = np.abs(np.fft.rfft(excess - excess.mean(axis=0), axis=0)) ** 2
    circular = np.fft.irfft(power, n=rows, axis=0) / rows
    lags = np.arange(rows)
    weights = (1.0 - lags / rows) * (1.0 - 1.0 / block) ** lags
    weights[1:] *= 2.0
    return np.asarray(np.sqrt(weights @ circular))


def reality_check(
    excess: Array, *, seed: int, draws: int = DRAWS, block: int | None = None
) -> RealityCheck:
    """White's reality check and Hansen's SPA against a benchmark.

    Hansen's statistic is max(0, the largest of root(n) mean / omega); of each resample it is the
    same of its mean less g(mean). For the upper p-value g is the mean itself, for the lower one
    max(mean, 0); for the consistent one the mean, but 0 where it lies below
    -omega root(2 log log n / n): so poor a candidate does not count. A p-value is the share of
    resamples whose statistic is larger. White's is neither clipped nor divided by a deviation.

    Time grows with rows x candidates x draws, memory with draws x (rows + candidates): give
    month-end returns of at most 500 candidates (:func:`selection.evenly_spaced`).

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
    varies = excess.std(axis=0, ddof=1) > 1e-12
    if not varies.any():
        return RealityCheck(0.0, 1.0, 1.0, 1.0, 1.0, block or 1, draws=0)
    excess = excess[:, varies]
    rows, block = len(excess), block or block_length(excess)
    mean = excess.mean(axis=0)
    drawn = stationary_rows(rows, block, draws, seed)
    # How often each resample has each row: its means are then a single product.
    counts = np.array([np.bincount(picked, minlength=rows) for picked in drawn], dtype=float)
    means = counts @ excess / rows
    error = long_run_deviation(excess, block) / math.sqrt(rows)
    statistic = max(float((mean / error).max()), 0.0)

    def share_above(centre: Array) -> float:
        # Clipped at 0 or not, a resample is above a statistic of 0 or more in the same cases.
        return float(np.mean(((means - centre) / error).max(axis=1) > statistic))

    poor = mean < -error * math.sqrt(2.0 * math.log(math.log(rows)))
    return RealityCheck(
        statistic=statistic,
        spa_lower=share_above(np.maximum(mean, 0.0)),
        spa_consistent=share_above(np.where(poor, 0.0, mean)),
        spa_upper=share_above(mean),
        white=float(np.mean((means - mean).max(axis=1) > mean.max())),
        block=block,
        draws=draws,
    )
