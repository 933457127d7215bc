"""Choose among scored candidates, and work out how reliable the choice is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.evidence import verdict_word
from backtests.analysis.months import cvar, month_ends
from backtests.analysis.objective import MONTHS, USUAL_LIMITS, WITHOUT_LIMIT, Objective
from backtests.analysis.plateau import Region, widest_good_region
from backtests.analysis.reliability import Edge, Sample, edge_of, examine, standing
from backtests.analysis.scores import best_of
from backtests.analysis.selection import evenly_spaced
from backtests.engine.config import RunConfig
from backtests.engine.long_view import LongRun, long_evidence
from backtests.engine.references import make_sides
from backtests.engine.scores import score_in_chunks
from backtests.engine.search import Search, Terms, month_returns
from backtests.engine.settings import with_settings
from backtests.engine.simulate import simulate
from backtests.engine.tuned import Diluted, Judged, Tuned, params_text
from backtests.engine.with_sweep import fill_with_sweep
from data.errors import UsageError
from data.records import ten_digits
from strategies.base import Strategy
from strategies.decisions import decide

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

MOST_EXAMINED = 500  # SEMANTICS
MOST_TAILS = 1_000  # SEMANTICS: CVaR of the best


def examined(search: Search, table: pd.DataFrame, trials: int, name: str) -> Tuned:
    """Choose among scored candidates, and work out how reliable the choice is.

    Parameters
    ----------
    search
        The search with its market, space and objective.
    table
        Candidates x ``METRICS``, with cash flows x ``OWN_MONEY`` too.
    trials
        Number of all trials ever made on this market.
    name
        Name of the results folder.

    Raises
    ------
    UsageError
        If no candidate keeps the limits.
    """
    space, objective, panel = search.space, search.objective, search.panel
    eligible = objective.eligible(table)
    if not eligible.any():
        raise UsageError(_why_none(search, table))
    goal = table[objective.maximise].to_numpy(float)
    peak = best_of(goal, eligible)
    default = search.month_returns(search.alone(search.default))
    cash = month_ends(search.market.cash.loc[panel.sessions].to_frame())
    cash_returns = cash.pct_change(fill_method=None).iloc[1:, 0].to_numpy(float)
    pair = np.column_stack([search.month_returns_of(np.array([peak])), default])
    region = widest_good_region(
        goal,
        space.neighbours(),
        space.coordinates(),
        eligible=eligible,
        tolerance=_tolerance(edge_of(objective, pair, cash_returns)),
    )
    stays = np.isfinite(table["cagr"].to_numpy(float))
    sample = _sample(search, region, eligible, stays, default, cash, cash_returns)
    lag = math.ceil(panel.costs.lag * MONTHS / panel.ppy)
    reliability = examine(sample, objective, trials=trials, lag=lag)
    best = np.argsort(-np.where(eligible, goal, -np.inf), kind="stable")
    best = best[: min(MOST_TAILS, int(eligible.sum()))]
    metrics = table.assign(plateau=region.plateau, eligible=eligible)
    metrics[["cvar_95", "cvar_95_monthly"]] = np.nan
    metrics.loc[best, ["cvar_95", "cvar_95_monthly"]] = _tails(search, best)
    chosen = _best_run(search, region.centre)
    return Tuned(
        name=name,
        search=search.scores_key(),
        config=search.config,
        best=chosen,
        space=space,
        objective=objective,
        market=search.market,
        fingerprints=search.fingerprints,
        sessions=panel.sessions,
        metrics=metrics,
        region=region,
        default=search.scores_alone(search.default),
        equity=search.equity_scores(),
        diluted=_diluted(search, sample, trials),
        benchmark=search.benchmark,
        reliability=reliability,
        trials=trials,
        equity_returns=search.equity_month_returns()[:, 0],
        best_numbers=best,
        judged_choice=_judged(search, search.terms(region.centre), chosen.make_strategy()),
        judged_default=_judged(search, search.own_terms, search.default),
    )


def _tolerance(edge: Edge) -> float:
    """One standard error of the peak's lead over the default: smaller gaps may be noise."""
    return edge.error if np.isfinite(edge.error) else 0.0


def _why_none(search: Search, table: pd.DataFrame) -> str:
    """The reason why no candidate is eligible, and what to change."""
    objective, among = search.objective, f"the {len(table):,} candidates"
    for limit in objective.limits:
        figures = table[limit.metric].to_numpy(float)
        if not limit.meets(figures).any() and not np.isnan(figures).all():
            sign = 1.0 if limit.sign[0] == ">" else -1.0
            near = int(np.nanargmax(sign * figures))
            return (
                f"--subject-to {limit}: none of {among} keeps it; the nearest has {limit.metric} "
                f"{figures[near]:.4g} ({params_text(search.space.described(near), search.space)}); "
                f"loosen the limit{_or_drop(objective)}, the scores are kept"
            )
    if not objective.limits:
        return (
            f"--maximise {objective.maximise}: none of {among} has this ratio, since none of them "
            "varies; search other assets"
        )
    limits = " and ".join(map(str, objective.limits))
    if objective.keeps(table).any():
        return (
            f"--maximise {objective.maximise}: those of {among} that keep {limits} do not have "
            "this ratio, since they never vary or never fall; loosen the limit, the scores are kept"
        )
    return (
        f"--subject-to: none of {among} keeps {limits} together; loosen one of them, the scores "
        "are kept"
    )


def _or_drop(objective: Objective) -> str:
    """How to search without the limit that nobody asked for."""
    if objective.maximise != "cagr" or tuple(map(str, objective.limits)) != USUAL_LIMITS:
        return ""
    return f" (or drop it, since it is the one used where none is given: {WITHOUT_LIMIT})"


def _tails(search: Search, numbers: Numbers) -> Array:
    """CVaR(95), the average loss in the worst 5 %, of rows and of months: candidates x 2."""
    tails = []
    for part in search.paths_of(numbers):
        rows = part.pct_change(fill_method=None).iloc[1:].to_numpy(float)
        tails.append(np.column_stack([cvar(rows.T), cvar(month_returns(part).T)]))
    return np.concatenate(tails)


def _sample(
    search: Search,
    region: Region,
    eligible: NDArray[np.bool_],
    stays: NDArray[np.bool_],
    default: Array,
    cash: pd.DataFrame,
    cash_returns: Array,
) -> Sample:
    """Month-end returns of at most 500 of all candidates and 500 of the eligible ones."""
    there = np.flatnonzero(stays)  # what is ruined has no returns to compare
    everyone = there[evenly_spaced(len(there), MOST_EXAMINED)]
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


def _diluted(search: Search, sample: Sample, trials: int) -> Diluted | None:
    """Mix the default with bills, one percent more at a time, until it keeps the limits.

    That mix is what one could hold instead: choice and candidates are held against it too.
    """
    panel, rule = search.panel, search.default
    if search.objective.eligible(search.scores_alone(rule).to_frame().T)[0]:
        return None
    decided = decide(rule, search.market)
    shares = np.arange(99, 0, -1) / 100
    less = search.alone_as(decided * share for share in shares)
    table = pd.concat(score_in_chunks(panel, less))
    keeps = np.flatnonzero(search.objective.eligible(table))
    if not len(keeps):
        return None
    most = int(keeps[0])
    own = search.month_returns(less[most : most + 1])[:, 0]
    against = standing(sample, search.objective, own, trials=trials)
    return Diluted(float(shares[most]), table.iloc[most], against)


def _judged(search: Search, terms: Terms, strategy: Strategy) -> Judged:
    """Judge a portfolio on the dates and data of the search: its word, and what decides that."""
    panel, market = terms.panel, terms.market
    held = [ticker for ticker, weights in decide(strategy, market).items() if weights.gt(0).any()]
    roles = search.config.roles
    if not roles.hedge_of(held):
        return Judged("no hedge", None)
    opening = panel.opening
    if terms.shared is not None and not roles.equity_of(held):
        # Its equity is the benchmark: both on the sessions that they share.
        market, opening = terms.shared, opening.on(terms.shared)
    simulation = simulate(
        market,
        strategy,
        panel.costs,
        opening=opening,
        initial=panel.initial,
        plan=terms.config.plan,
        engine=fill_with_sweep,
    )
    sides = make_sides(
        market, strategy, simulation, search.benchmark, roles=roles, engine=fill_with_sweep
    )
    evidence = ten_digits(long_evidence(LongRun(market, simulation, sides)))
    return Judged(verdict_word(evidence), evidence)


def _best_run(search: Search, number: int) -> RunConfig:
    """The choice as a run, on the very dates and data of the search."""
    sessions = search.panel.sessions
    first = sessions[1] if search.panel.opening.is_invested else sessions[0]
    rule = search.space.rule(number)
    config = with_settings(search.config, search.space.settings_of(number))
    return replace(
        config,
        strategy=search.space.strategy,
        params=search.space.params(number),
        rule=rule,
        source=search.market.source,
        start=f"{first:%Y-%m-%d}",
        end=f"{sessions[-1]:%Y-%m-%d}",
        benchmark=search.benchmark,
        money=config.money.only([*rule.tickers, search.benchmark]),
        withholding=config.withholding.only([*rule.tickers, search.benchmark]),
    )
