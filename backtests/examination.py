"""Choose among scored candidates, and work out how far to trust the choice."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.honesty import Edge, Sample, edge_of, examine
from backtests.analysis.months import cvar, month_ends
from backtests.analysis.objective import MONTHS
from backtests.analysis.plateau import Region, widest_good_region
from backtests.analysis.scores import best_of
from backtests.analysis.selection import evenly_spaced
from backtests.engine.candidates import schedules
from backtests.engine.config import RunConfig
from backtests.engine.scores import score_in_chunks
from backtests.engine.search import Search, month_returns
from backtests.report.tuning.result import Diluted, Tuned, params_text
from data.errors import UsageError
from strategies.equity_only import EquityOnly

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

MOST_EXAMINED = 500  # SEMANTICS
MOST_TAILS = 1_000  # SEMANTICS: CVaR of the best


def examined(search: Search, table: pd.DataFrame, trials: int, name: str) -> Tuned:
    """Choose among scored candidates, and work out how far to trust the choice.

    Parameters
    ----------
    search
        What was searched.
    table
        Candidates x ``METRICS``.
    trials
        All trials ever made on this market.
    name
        Of the folder.

    Raises
    ------
    UsageError
        If no candidate keeps the limits.
    """
    space, objective, course = search.space, search.objective, search.course
    eligible = objective.eligible(table)
    if not eligible.any():
        raise UsageError(_nearest(search, table))
    goal = table[objective.maximise].to_numpy(float)
    peak = best_of(goal, eligible)
    default, equity = (
        search.month_returns(search.alone(rule))
        for rule in (search.default, EquityOnly(ticker=search.benchmark))
    )
    cash = month_ends(search.market.cash.loc[course.sessions].to_frame())
    cash_returns = cash.pct_change(fill_method=None).iloc[1:, 0].to_numpy(float)
    pair = np.column_stack([search.month_returns_of(np.array([peak])), default])
    region = widest_good_region(
        goal,
        space.neighbours(),
        space.coordinates(),
        eligible=eligible,
        tolerance=_tolerance(edge_of(objective, pair, cash_returns)),
    )
    assert region is not None  # noqa: S101 - some candidate is eligible
    sample = _sample(search, region, eligible, default, cash, cash_returns)
    lag = math.ceil(course.costs.lag * MONTHS / course.ppy)
    honesty = examine(sample, objective, trials=trials, lag=lag)
    best = np.argsort(-np.where(eligible, goal, -np.inf), kind="stable")
    best = best[: min(MOST_TAILS, int(eligible.sum()))]
    metrics = table.assign(plateau=region.plateau, eligible=eligible)
    metrics[["cvar_95", "cvar_95_monthly"]] = np.nan
    metrics.loc[best, ["cvar_95", "cvar_95_monthly"]] = _tails(search, best)
    return Tuned(
        name=name,
        search=search.scores_key(),
        config=search.config,
        best=_best_run(search, region.centre),
        space=space,
        objective=objective,
        market=search.market,
        sessions=course.sessions,
        metrics=metrics,
        region=region,
        default=search.scores_alone(search.default),
        equity=search.scores_alone(EquityOnly(ticker=search.benchmark)),
        diluted=_diluted(search, sample.returns[:, [sample.chosen]], cash_returns),
        benchmark=search.benchmark,
        honesty=honesty,
        trials=trials,
        equity_returns=equity[:, 0],
        best_numbers=best,
    )


def _tolerance(edge: Edge) -> float:
    """One standard error of the peak's lead over the default: what noise alone would blur."""
    return edge.error if np.isfinite(edge.error) else 0.0


def _nearest(search: Search, table: pd.DataFrame) -> str:
    """Say which limit nothing keeps, and how near the nearest candidate comes."""
    for limit in search.objective.limits:
        figures = table[limit.metric].to_numpy(float)
        if limit.meets(figures).any() or np.isnan(figures).all():
            continue
        sign = 1.0 if limit.sign[0] == ">" else -1.0
        near = int(np.nanargmax(sign * figures))
        return (
            f"--subject-to {limit}: none of the {len(table):,} candidates keeps it; the nearest "
            f"has {limit.metric} {figures[near]:.4g} ("
            f"{params_text(search.space.params(near), search.space)}); loosen the limit, the "
            "scores are kept"
        )
    if not search.objective.limits:
        return (
            f"--maximise {search.objective.maximise}: none of the {len(table):,} candidates has "
            "one, since none of them varies; search other assets"
        )
    limits = " and ".join(map(str, search.objective.limits))
    if search.objective.keeps(table).any():
        return (
            f"--maximise {search.objective.maximise}: those of the {len(table):,} candidates that "
            f"keep {limits} have none, since they never vary or never fall; loosen the limit, the "
            "scores are kept"
        )
    return (
        f"--subject-to: none of the {len(table):,} candidates keeps {limits} together; "
        "loosen one of them, the scores are kept"
    )


def _tails(search: Search, numbers: Numbers) -> Array:
    """CVaR(95) per row and per month of some candidates, candidates x 2."""
    found = []
    for part in search.paths_of(numbers):
        rows = part.pct_change(fill_method=None).iloc[1:].to_numpy(float)
        found.append(np.column_stack([cvar(rows.T), cvar(month_returns(part).T)]))
    return np.concatenate(found)


def _sample(
    search: Search,
    region: Region,
    eligible: NDArray[np.bool_],
    default: Array,
    cash: pd.DataFrame,
    cash_returns: Array,
) -> Sample:
    """Month-end returns of at most 500 of all candidates and 500 of the eligible ones."""
    everyone = evenly_spaced(len(eligible), MOST_EXAMINED)
    allowed = np.flatnonzero(eligible)
    within = allowed[evenly_spaced(len(allowed), MOST_EXAMINED)]
    within = np.union1d(within, [region.centre, region.peak])
    numbers = np.union1d(everyone, within)
    returns = np.column_stack([search.month_returns_of(numbers), default])
    return Sample(
        returns=returns,
        cash=cash_returns,
        dates=pd.PeriodIndex(cash.index[1:]).to_timestamp(how="end").normalize(),
        default=len(numbers),
        chosen=int(np.searchsorted(numbers, region.centre)),
        peak=int(np.searchsorted(numbers, region.peak)),
        spread=np.searchsorted(numbers, everyone),
        eligible=np.searchsorted(numbers, within),
    )


def _diluted(search: Search, chosen: Array, cash: Array) -> Diluted | None:
    """Bring the default down with bills, a percent at a time, until it keeps the limits."""
    course, rule = search.course, search.default
    if search.objective.eligible(search.scores_alone(rule).to_frame().T)[0]:
        return None
    decided = rule.target_weights(search.market)
    shares = np.arange(99, 0, -1) / 100
    less = schedules(course, search.market, (decided * share for share in shares))
    table = pd.concat(score_in_chunks(course, less))
    keeps = np.flatnonzero(search.objective.eligible(table))
    if not len(keeps):
        return None
    most = int(keeps[0])
    own = search.month_returns(less[most : most + 1])
    lead = edge_of(search.objective, np.hstack([chosen, own]), cash)
    return Diluted(float(shares[most]), table.iloc[most], lead)


def _best_run(search: Search, number: int) -> RunConfig:
    """The recommended candidate as a run, on the very dates and data of the search."""
    sessions = search.course.sessions
    return replace(
        search.config,
        strategy=search.space.strategy,
        params=search.space.params(number),
        source=search.market.source,
        start=f"{sessions[0]:%Y-%m-%d}",
        end=f"{sessions[-1]:%Y-%m-%d}",
        benchmark=search.benchmark,
    )
