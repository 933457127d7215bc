"""How far to trust the result of a search: all statistics on its best candidate, in one place.

Everything uses month-end returns after costs. The candidates of a search are correlated, and all
were judged on the same past; each statistic allows for that in another way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis import overfitting, superiority
from backtests.analysis.metrics import excess_kurtosis, skewness
from backtests.analysis.objective import MONTHS, RISK_ADJUSTED, Objective
from backtests.analysis.resampling import (
    FEWEST_ROWS,
    REPETITIONS,
    SEED,
    Estimate,
    block_length,
    interval,
    resampled_rows,
)
from backtests.analysis.scores import Array
from backtests.analysis.selection import (
    ChosenSharpe,
    chosen_against_default,
    minimum_track_record,
)
from backtests.analysis.walkforward import WalkForward, walk_forward

# "Beyond noise" takes both, at the usual levels of significance.
SURE_OF_SKILL = 0.95
RARE_BY_CHANCE = 0.05
FEWEST_MONTHS = 24
# Months before the first choice of a walk-forward: ten years, or half of a shorter history, but
# never fewer than an interval needs.
LOOK_BACK = 120
# At equal volatility, what differs from the default by less than this share of its volatility is
# the default with more or less bills. Its costs differ all the same, every month alike: that
# difference had a Sharpe ratio of -2.7 a year, three quarters of the variance of 284 trials.
SAME_PORTFOLIO = 1e-3
# The measure used instead where one cannot be computed from sums over blocks of months.
ADDS_UP = {"cagr": "cagr", "calmar": "sharpe", "sharpe": "sharpe", "sortino": "sharpe"}


@dataclass(frozen=True)
class Edge:
    """A candidate's score less the default's, and the standard error of that."""

    estimate: Estimate
    error: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Standing:
    """How the choice and all candidates stand against one rival.

    Attributes
    ----------
    chosen
        Score of the chosen less the rival's.
    sharpe
        Probabilistic and deflated Sharpe ratio of the chosen less the rival; None where they
        are the same portfolio. The deflated Sharpe ratio is the chance that the Sharpe ratio is
        above what the best of so many tries would show by luck.
    same_risk
        The same of returns per unit of volatility, for a goal that adjusts for risk (``sharpe``,
        ``sortino``, ``calmar``): a mix of less risk earns less and may still be the better one.
    decides
        The one of these two that decides ``beyond_noise``; None where the chosen is the rival
        itself or, for a goal that adjusts for risk, the rival with more or less bills.
    record_years
        Years of returns needed before that Sharpe ratio is above 0 at 95 % (minimum track record
        length, MinTRL).
    reality
        Hansen's and White's test of the candidates that meet the limits against the rival.
    beyond_noise
        Whether the chosen beats the rival by more than luck can explain.
    """

    chosen: Edge
    sharpe: ChosenSharpe | None
    same_risk: ChosenSharpe | None
    decides: ChosenSharpe | None
    record_years: float
    reality: superiority.RealityCheck
    beyond_noise: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliability(Standing):
    """Every statistic on the reliability of a choice; it stands against the default.

    Attributes
    ----------
    months, first, last
        Of the returns used.
    peak
        Score of the highest-scoring candidate less the default's.
    overfitting, ranked_by
        Probability of backtest overfitting (PBO) over the candidates that meet the limits, and
        the measure it ranks by; None where there is one candidate, or all are equal.
    expanding, rolling
        Walk-forward over all candidates; None where the history is too short.
    look_back
        Months before the first choice, and of the rolling window.
    """

    months: int
    first: str
    last: str
    peak: Edge
    overfitting: overfitting.Overfitting | None
    ranked_by: str
    expanding: WalkForward | None
    rolling: WalkForward | None
    look_back: int


@dataclass(frozen=True, eq=False)
class Sample:
    """Month-end returns of some of the candidates.

    Attributes
    ----------
    returns
        Months x candidates, the default and the chosen among them.
    cash
        Returns of bills in the same months.
    dates
        Last days of the months.
    default, chosen, peak
        Columns.
    spread
        Columns evenly spaced over **all** candidates, for what must not use the future.
    eligible
        Columns evenly spaced over those that meet the limits.
    """

    returns: Array
    cash: Array
    dates: pd.DatetimeIndex
    default: int
    chosen: int
    peak: int
    spread: NDArray[np.intp]
    eligible: NDArray[np.intp]


def edge_of(objective: Objective, pair: Array, cash: Array, *, seed: int = SEED) -> Edge:
    """Score of the first column less that of the second, with a 90 % interval.

    Parameters
    ----------
    objective
        What is maximised.
    pair
        Months x 2, returns.
    cash
        Returns of bills in the same months.
    seed
        Of the stationary bootstrap; both columns and the bills are drawn by the same months.
    """

    def difference(rows: NDArray[np.int64] | slice) -> float:
        mine, other = objective.score(pair[rows], cash[rows])
        return float(mine - other)

    block = block_length(np.hstack([pair, pair**2]))
    drawn = resampled_rows(len(pair), block, REPETITIONS, seed)
    resampled = np.array([difference(rows) for rows in drawn])
    finite = resampled[np.isfinite(resampled)]
    limits = interval(resampled) if len(pair) >= FEWEST_ROWS else None
    error = float(finite.std(ddof=1)) if len(finite) > 1 else math.nan
    return Edge(Estimate.of(difference(slice(None)), limits), error)


def examine(
    sample: Sample,
    objective: Objective,
    *,
    trials: int,
    lag: int = 1,
    seed: int = SEED,
    report: Callable[[str], object] = lambda step: None,
) -> Reliability:
    """Compute how far a choice can be trusted.

    Parameters
    ----------
    sample
        Returns of 24 months or more.
    objective
        What was maximised, under which limits.
    trials
        All trials ever made on this market.
    lag
        Months from a choice to its trade, in the walk-forward.
    seed
        Of every resampling.
    report
        Called with the name of each step.
    """
    returns, cash = sample.returns, sample.cash
    peak = edge_of(objective, returns[:, [sample.peak, sample.default]], cash, seed=seed)
    report("reality check")
    against_default = standing(sample, objective, trials=trials, seed=seed)
    report("probability of overfitting")
    ranked_by = ADDS_UP[objective.maximise]
    overfitted = _overfitting(returns[:, sample.eligible], cash, ranked_by, seed)
    report("walk-forward")
    look_back = min(LOOK_BACK, len(returns) // 2)
    expanding, rolling = (
        _walk(sample, objective, look_back, window, lag) for window in (None, look_back)
    )
    return Reliability(
        **vars(against_default),
        months=len(returns),
        first=f"{sample.dates[0]:%Y-%m}",
        last=f"{sample.dates[-1]:%Y-%m}",
        peak=peak,
        overfitting=overfitted,
        ranked_by=ranked_by,
        expanding=expanding,
        rolling=rolling,
        look_back=look_back,
    )


def standing(
    sample: Sample,
    objective: Objective,
    rival: Array | None = None,
    *,
    trials: int,
    seed: int = SEED,
) -> Standing:
    """Hold the choice, and all candidates within the limits, against one portfolio.

    Parameters
    ----------
    sample
        Returns of 24 months or more.
    objective
        What was maximised.
    rival
        Month-end returns of a portfolio that stands in for the default; the default where None.
    trials
        All trials ever made on this market.
    seed
        Of every resampling.
    """
    if rival is not None:
        returns = sample.returns.copy()
        returns[:, sample.default] = rival
        sample = replace(sample, returns=returns)
    returns, cash, default = sample.returns, sample.cash, [sample.default]
    chosen = edge_of(objective, returns[:, [sample.chosen, sample.default]], cash, seed=seed)
    gains = _gains(objective, returns[:, sample.eligible], returns[:, default], cash)
    reality = superiority.reality_check(gains, seed=seed)
    sharpe, record = _sharpe(sample, trials, at_same_risk=False)
    same_risk, decides = None, sharpe
    if objective.maximise in RISK_ADJUSTED:
        same_risk, record = _sharpe(sample, trials, at_same_risk=True)
        decides = same_risk
    beyond = (
        decides is not None
        and decides.dsr > SURE_OF_SKILL
        and reality.rejects(RARE_BY_CHANCE)
        and chosen.estimate.low is not None
        and chosen.estimate.low > 0.0
    )
    return Standing(
        chosen=chosen,
        sharpe=sharpe,
        same_risk=same_risk,
        decides=decides,
        record_years=record,
        reality=reality,
        beyond_noise=beyond,
    )


def _gains(objective: Objective, returns: Array, default: Array, cash: Array) -> Array:
    """Monthly gain of each candidate over the default, per unit of risk if the goal asks so."""
    if objective.maximise in RISK_ADJUSTED:
        return _at_same_risk(cash, returns, default)
    return returns - default


def _at_same_risk(cash: Array, returns: Array, default: Array) -> Array:
    """Excess returns over bills per unit of volatility, less the default's.

    All ratios of them are those of candidates brought to the default's volatility with bills, or
    with loans at the bill return where they are calmer: the scale falls out of a ratio.
    """

    def per_risk(earned: Array) -> Array:
        excess = earned - cash[:, None]
        deviation = excess.std(axis=0, ddof=1)
        # A candidate of bills alone has neither risk nor excess return.
        return np.asarray(excess / np.where(deviation > 1e-12, deviation, 1.0))

    gains = per_risk(returns) - per_risk(default)
    return np.where(gains.std(axis=0) < SAME_PORTFOLIO, 0.0, gains)


def _overfitting(
    returns: Array, cash: Array, metric: str, seed: int
) -> overfitting.Overfitting | None:
    if returns.shape[1] < 2:
        return None
    values = returns - cash[:, None] if metric == "sharpe" else returns
    result = overfitting.probability_of_overfitting(values, metric=metric, seed=seed)
    return result if result.logits.any() else None  # always the middle rank: all are equal


def _walk(
    sample: Sample, objective: Objective, look_back: int, window: int | None, lag: int
) -> WalkForward | None:
    columns = np.append(sample.spread, sample.default)
    if look_back < FEWEST_ROWS or len(sample.returns) <= look_back + lag:
        return None
    return walk_forward(
        sample.returns[:, columns],
        sample.cash,
        sample.dates,
        objective.score,
        default=len(columns) - 1,
        first=look_back,
        step=MONTHS,
        window=window,
        lag=lag,
        eligible=objective.eligible_months,
    )


def _sharpe(
    sample: Sample, trials: int, *, at_same_risk: bool
) -> tuple[ChosenSharpe | None, float]:
    """PSR and DSR of the chosen less the default, and its MinTRL in years."""
    columns = np.unique(np.append(sample.spread, [sample.chosen, sample.default]))
    returns, default = sample.returns[:, columns], sample.returns[:, [sample.default]]
    level = _at_same_risk(sample.cash, returns, default)
    excess = level if at_same_risk else returns - default
    place = int(np.searchsorted(columns, sample.chosen))
    own = excess[:, place]
    if own.std() <= 1e-12:
        return None, math.nan
    varying = int(np.count_nonzero(excess.std(axis=0) > 1e-12))
    chosen = chosen_against_default(
        excess,
        place,
        trials=max(trials, varying),
        ppy=MONTHS,
        at_equal_volatility=None if at_same_risk else level,
    )
    rows = minimum_track_record(
        chosen.sharpe, skew=skewness(own), kurtosis=excess_kurtosis(own) + 3.0
    )
    return chosen, rows / MONTHS
