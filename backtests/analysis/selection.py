"""How much of a best result is luck: Sharpe ratios of the best of many trials.

Sharpe ratios are **per row** (not annual) unless a name says otherwise; kurtosis is raw, the
normal's being 3. Every function returns NaN where an argument is NaN. The deflated Sharpe ratio
(DSR) is the chance that the Sharpe ratio is above what the best of so many tries would show by
luck; the probabilistic Sharpe ratio (PSR) is the same chance for a single try, above 0.

Sources: Bailey and Lopez de Prado, "The Sharpe ratio efficient frontier" (2012; probabilistic
Sharpe ratio and minimum track record) and "The deflated Sharpe ratio" (2014).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from backtests.analysis import metrics, scores
from backtests.analysis.scores import Array


def probabilistic_sharpe(
    sharpe: float, rows: int, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Probability that the true Sharpe ratio exceeds ``benchmark`` (PSR; 2012).

    NaN where the moments are impossible (a variance that is not positive).

    Parameters
    ----------
    sharpe
        Measured over ``rows`` returns.
    benchmark
        The Sharpe ratio to exceed.
    skew, kurtosis
        Of the same returns.
    """
    error = _sharpe_deviation(sharpe, skew, kurtosis)
    return float(ndtr((sharpe - benchmark) * math.sqrt(rows - 1) / error))


def minimum_track_record(
    sharpe: float,
    *,
    benchmark: float = 0.0,
    confidence: float = 0.95,
    skew: float = 0.0,
    kurtosis: float = 3.0,
) -> float:
    """Rows needed before PSR reaches ``confidence`` (MinTRL; 2012).

    Infinite where ``sharpe`` does not exceed ``benchmark``. Divide by rows per year for years.
    """
    if sharpe <= benchmark:
        return math.inf
    error = _sharpe_deviation(sharpe, skew, kurtosis)
    return 1.0 + (error * float(ndtri(confidence)) / (sharpe - benchmark)) ** 2


def _sharpe_deviation(sharpe: float, skew: float, kurtosis: float) -> float:
    """Standard error of a Sharpe ratio, times the root of rows - 1 (Mertens 2002)."""
    variance = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
    return math.sqrt(variance) if variance > 0.0 else math.nan


def expected_maximum(trials: float) -> float:
    """Expected maximum of independent standard normals (2014; Gumbel's approximation).

    ``trials`` may be a fraction, as an effective number is. The approximation falls below 0
    between 1 and 1.4; there the answer is 0, the exact one for a single trial.
    """
    if trials < 1.0:
        raise ValueError(f"the best of {trials} trials does not exist: at least 1 is needed")
    # ndtri(p) for small p keeps the digits that ndtri(1 - p) loses.
    usual, extreme = -ndtri(1.0 / trials), -ndtri(1.0 / (trials * math.e))
    expected = (1.0 - np.euler_gamma) * usual + np.euler_gamma * extreme
    return float(np.maximum(expected, 0.0))


def expected_best_sharpe(trials: float, variance: float) -> float:
    """Sharpe ratio that the best of ``trials`` without skill is expected to show by luck (SR0).

    ``variance`` is that of the trials' Sharpe ratios, per row. One trial gives 0.
    """
    multiplier = expected_maximum(trials)
    return math.sqrt(variance) * multiplier if multiplier != 0.0 else 0.0


def deflated_sharpe(
    sharpe: float,
    rows: int,
    *,
    trials: float,
    variance: float,
    skew: float = 0.0,
    kurtosis: float = 3.0,
) -> float:
    """Probability that the best of many trials has skill: PSR against SR0 (DSR; 2014)."""
    best = expected_best_sharpe(trials, variance)
    return probabilistic_sharpe(sharpe, rows, benchmark=best, skew=skew, kurtosis=kurtosis)


def as_good_by_luck(sharpe: float, psr: float, *, trials: int, variance: float) -> float:
    """Expected number of tries without skill that show at least this Sharpe ratio.

    One of them shows it with the chance 1 - ``psr``, by the error of its own record. Expected
    numbers add up, so that trials x (1 - ``psr``) holds however alike the tries are: where all
    share one bet their Sharpe ratios lie together, and that of the best is no less a matter of
    luck. Where the tries lie wider apart than that error, :func:`deflated_sharpe` takes their
    spread for luck, and so does this: the larger of the two chances counts. What is expected fewer
    than once is also the most that the chance of a single such try can be (Boole's inequality).

    Parameters
    ----------
    sharpe, psr
        Of the chosen one, and its probabilistic Sharpe ratio against 0.
    trials
        All trials ever made.
    variance
        Of the trials' Sharpe ratios; NaN where fewer than two differ, which leaves their own error.
    """
    chance = 1.0 - psr
    if variance > 0.0:
        chance = float(np.maximum(chance, ndtr(-sharpe / math.sqrt(variance))))
    return trials * chance


def effective_trials(returns: Array) -> float:
    """Effective number of trials: (sum l)^2 / sum l^2, l the eigenvalues of the correlations.

    From 1 (all columns alike, or each other's mirror) to their number (no correlation). No
    eigenvalue is computed: their sum is the trace, the sum of their squares the squared
    Frobenius norm, which the smaller of the two Gram matrices shares.

    Parameters
    ----------
    returns
        Rows x trials. A constant column has no correlation and is left out; NaN if none is left.
    """
    varying = returns[:, _varies(returns)]
    if not varying.shape[1]:
        return math.nan
    centred = varying - varying.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=0)
    rows, columns = unit.shape
    gram = unit.T @ unit if columns <= rows else unit @ unit.T
    # Columns that are alike come out a rounding below 1.
    return float(np.clip(columns**2 / np.sum(gram**2), 1.0, columns))


@dataclass(frozen=True)
class ChosenSharpe:
    """How the chosen candidate stands against the default, and against luck.

    ``sharpe`` is per row, of returns minus the default's; ``psr`` the probability that its true
    value exceeds 0; ``best_by_luck`` (SR0, per row) the Sharpe ratio that the best of so many
    tries would show by luck; ``dsr``, the deflated Sharpe ratio, the chance that the true value is
    above that; ``as_good_by_luck`` how many of so many tries are expected to show this Sharpe ratio
    or a higher one by luck alone (:func:`as_good_by_luck`). These three count all trials made,
    ``best_by_luck_effective`` and ``dsr_effective`` the effective number of them, which is smaller
    where trials are correlated.
    How far apart luck puts the trials is read off them at equal volatility;
    ``best_by_luck_as_held`` and ``dsr_as_held`` read it off the trials as they were held, and are
    None where these are the same.
    """

    sharpe: float
    sharpe_annual: float
    psr: float
    trials: int
    best_by_luck: float
    dsr: float
    as_good_by_luck: float
    effective_trials: float
    best_by_luck_effective: float
    dsr_effective: float
    best_by_luck_as_held: float | None
    dsr_as_held: float | None


def chosen_against_default(
    excess: Array, chosen: int, *, trials: int, ppy: int, at_equal_volatility: Array | None = None
) -> ChosenSharpe:
    """Probabilistic and deflated Sharpe ratio of the candidate that was chosen.

    The deflated ratio's bar grows with the variance of the trials' Sharpe ratios, which stands for
    luck. A mix with half the equity trails the default on average, by its lower risk and not by
    luck: with such trials as they are held, the bar lies where no trial can reach it. So their
    variance and effective number are those of the trials at the default's volatility.

    Parameters
    ----------
    excess
        Rows x candidates: simple returns minus the default's on the same rows, no NaN. A column
        that does not vary (the default itself) is no trial; if it is the chosen one, its
        ratios are NaN.
    chosen
        Column of the chosen candidate.
    trials
        All trials ever made, at least as many as columns that vary; the variance of their
        Sharpe ratios and their effective number are read off the columns at hand.
    ppy
        Rows per year.
    at_equal_volatility
        The same rows and candidates at the default's volatility, minus the default's returns;
        None where ``excess`` is that.
    """
    rows = len(excess)
    ratios = _ratios(excess)
    made = int(np.count_nonzero(np.isfinite(ratios)))
    if trials < made:
        raise ValueError(f"trials is {trials}, but {made} of them are in the matrix")
    sharpe = float(ratios[chosen])
    skew = metrics.skewness(excess[:, chosen])
    kurtosis = metrics.excess_kurtosis(excess[:, chosen]) + 3.0
    level = excess if at_equal_volatility is None else at_equal_volatility
    effective = effective_trials(level)
    if math.isnan(effective):
        effective = 1.0  # at one volatility they are all the default

    def psr(benchmark: float) -> float:
        return probabilistic_sharpe(sharpe, rows, benchmark=benchmark, skew=skew, kurtosis=kurtosis)

    variance = _variance(_ratios(level))
    best = expected_best_sharpe(trials, variance)
    best_effective = expected_best_sharpe(effective, variance)
    above_default = psr(0.0)
    as_held = None
    if at_equal_volatility is not None:
        as_held = expected_best_sharpe(trials, _variance(ratios))
    return ChosenSharpe(
        sharpe=sharpe,
        sharpe_annual=sharpe * math.sqrt(ppy),
        psr=above_default,
        trials=trials,
        best_by_luck=best,
        dsr=psr(best),
        as_good_by_luck=as_good_by_luck(sharpe, above_default, trials=trials, variance=variance),
        effective_trials=effective,
        best_by_luck_effective=best_effective,
        dsr_effective=psr(best_effective),
        best_by_luck_as_held=as_held,
        dsr_as_held=None if as_held is None else psr(as_held),
    )


def _ratios(excess: Array) -> Array:
    """Sharpe ratios per row; NaN for columns that do not vary."""
    return scores.sharpe(excess, np.zeros(len(excess)), 1)


def _variance(ratios: Array) -> float:
    """Variance of those that exist; NaN where there are fewer than two."""
    there = ratios[np.isfinite(ratios)]
    return float(np.var(there, ddof=1)) if len(there) > 1 else math.nan


def evenly_spaced(count: int, most: int = 500) -> NDArray[np.intp]:
    """Positions of at most ``most`` of ``count`` items, first and last included, ascending."""
    picked = np.linspace(0, count - 1, min(count, most))
    return np.rint(picked).astype(np.intp)


def _varies(returns: Array) -> NDArray[np.bool_]:
    return np.asarray(returns.std(axis=0) > 1e-12)
