"""The one place where a search happens: score everything, then say which to trust."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.hedge import cvar, month_ends
from backtests.analysis.honesty import FEWEST_MONTHS, Edge, Sample, edge_of, examine
from backtests.analysis.objective import Objective
from backtests.analysis.plateau import Region, widest_good_region
from backtests.analysis.selection import evenly_spaced
from backtests.engine.candidates import Candidates, Course, make_course, schedules
from backtests.engine.cluster import connect, engine_code, score_in_chunks_on
from backtests.engine.config import RunConfig, short_hash
from backtests.engine.scores import METRICS, paths, score_in_chunks
from backtests.engine.space import Space
from backtests.jobs import benchmark_ticker, period
from backtests.report.trials import log_trials
from backtests.report.tuning import Diluted, Tuned, write_tuning
from backtests.report.unfinished import Unfinished
from data.command import Progress, silent
from data.errors import UsageError
from data.load import data_line, load_market
from data.market import Market
from strategies.base import Strategy
from strategies.causality import prove_quickly
from strategies.equity_only import EquityOnly

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Steps = Callable[[int, int], object]
Frames = Callable[[Course, Candidates], Iterator[pd.DataFrame]]

MIXES_AT_ONCE = 1 << 18  # made ready for the kernel; bounds memory
RULES_AT_ONCE = 64  # decisions take most of the time, and are kept every half second
PATHS_AT_ONCE = 250  # whole paths in memory
MOST_EXAMINED = 500  # SEMANTICS
MOST_TAILS = 1_000  # SEMANTICS: CVaR of the best


class Interrupted(Exception):
    """A search that was stopped: what it has scored is kept.

    Attributes
    ----------
    done, total
        Candidates scored, and all.
    best
        Parameters and metrics of the best one so far, None where none keeps the limits.
    """

    def __init__(self, done: int, total: int, best: tuple[dict[str, Any], pd.Series] | None):
        super().__init__(f"{done} of {total}")
        self.done, self.total, self.best = done, total, best


@dataclass(frozen=True, eq=False)
class Search:
    """Everything a search stands on.

    Attributes
    ----------
    config
        The default to beat, as a run: its data, dates and costs are the search's.
    space, objective
        What is searched, for what.
    market, course
        The history, and its sessions that are simulated.
    benchmark
        Ticker of 100 % equity.
    """

    config: RunConfig
    space: Space
    objective: Objective
    market: Market
    course: Course
    benchmark: str

    @property
    def default(self) -> Strategy:
        """The portfolio that a result has to beat."""
        return self.config.make_strategy()

    def scores_key(self) -> str:
        """Hash of whatever determines the scores."""
        space = {
            "strategy": self.space.strategy,
            "fixed": dict(self.space.fixed),
            "axes": {name: list(values) for name, values in self.space.axes.items()},
        }
        sessions = self.course.sessions
        return short_hash(
            [
                self.config.as_dict(),
                space,
                self.market.fingerprints(),
                f"{sessions[0]:%Y-%m-%d} {sessions[-1]:%Y-%m-%d}",
                engine_code(),
            ]
        )

    def alone(self, strategy: Strategy) -> Candidates:
        """One portfolio beside the candidates."""
        return schedules(self.course, self.market, [strategy.target_weights(self.market)])


def prepare_search(
    config: RunConfig,
    space: Space,
    objective: Objective,
    progress: Progress = silent,
    announce: Callable[[str], object] = lambda _: None,
    *,
    refresh: bool = False,
) -> Search:
    """Load the market and find the sessions that all candidates share.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    default = config.make_strategy()
    held = list(dict.fromkeys([*space.tickers(), *default.tickers]))
    benchmark = benchmark_ticker(config, held, default.heaviest)
    tickers = list(dict.fromkeys([*held, benchmark]))
    rules = [default] if space.is_simplex else [default, *map(space.rule, space.corners())]
    market = load_market(
        config.source,
        tickers,
        end=config.end,
        extend=config.extend,
        needs=sorted({need for rule in rules for need in rule.needs}),
        refresh=refresh,
        progress=progress,
    )
    announce(f"{config.source}: {data_line(market)}")
    for remark in market.remarks[1:]:
        announce(f"warning: {remark}")
    prove_quickly(default)
    optional = [ticker for ticker in tickers if any(ticker in rule.optional for rule in rules)]
    required = [ticker for ticker in tickers if ticker not in optional]
    market, start = period(market, config, required)
    begin, late = market.first_session(required)
    reason = f"the first day of {late}"
    for rule in rules:
        first = rule.target_weights(market).index[0]
        if start is not None and first > start:
            raise UsageError(
                f"{rule.name} with {rule.params()} cannot decide before {first:%Y-%m-%d}, and "
                f"--start is {start:%Y-%m-%d}; start later or search shorter windows"
            )
        if first > begin:
            begin, reason = first, f"the first decision of the slowest {rule.name}"
    course = make_course(
        market,
        tickers,
        config.costs,
        start=start if start is not None else begin,
        initial=config.initial,
        optional=optional,
    )
    if start is None and begin > market.sessions[0]:
        announce(f"note: all candidates begin on {begin:%Y-%m-%d}, {reason}")
    for note in market.notes:
        announce(f"note: {note}")
    months = len(month_ends(pd.DataFrame({"cash": market.cash.loc[course.sessions]}))) - 1
    if months < FEWEST_MONTHS:
        raise UsageError(
            f"a search needs {FEWEST_MONTHS} whole months or more to say anything, and "
            f"{course.sessions[0]:%Y-%m-%d} to {course.sessions[-1]:%Y-%m-%d} has {months}; "
            "give a longer period"
        )
    return Search(config, space, objective, market, course, benchmark)


def score_space(
    search: Search, kept: Unfinished, frames: Frames, step: Steps = lambda done, of: None
) -> tuple[Array, NDArray[np.bool_]]:
    """Score every candidate that is not kept yet.

    Returns
    -------
    tuple
        Scores, candidates x ``METRICS``, and which are there: all of them, unless Ctrl-C
        stopped the rest.
    """
    scores, done = kept.read()
    total = len(search.space)
    size = MIXES_AT_ONCE if search.space.is_simplex else RULES_AT_ONCE
    step(int(done.sum()), total)
    with contextlib.suppress(KeyboardInterrupt):
        for first, stop in _gaps(done, size):
            part = search.space.candidates(search.course, search.market, np.arange(first, stop))
            at = first
            for frame in frames(search.course, part):
                found = frame.to_numpy(float)
                kept.keep(at, found)
                here = slice(at, at + len(found))
                scores[here], done[here] = found, True
                at += len(found)
                step(int(done.sum()), total)
    return scores, done


def _gaps(done: NDArray[np.bool_], size: int) -> list[tuple[int, int]]:
    """Stretches of candidates without scores, none longer than ``size``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], done, [True]])))
    return [
        (first, min(first + size, int(stop)))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
        for first in range(int(start), int(stop), size)
    ]


@contextlib.contextmanager
def scorer(scheduler: str | None, progress: Progress) -> Iterator[Frames]:
    """Give what scores candidates: threads of this process, or a cluster."""
    if scheduler is None:
        yield lambda course, part: score_in_chunks(course, part, progress=progress)
        return
    with connect(scheduler, progress=progress) as client:
        yield lambda course, part: score_in_chunks_on(client, course, part)


def tune(
    search: Search,
    out: Path,
    *,
    scheduler: str | None = None,
    progress: Progress = silent,
    steps: Callable[[str], contextlib.AbstractContextManager[Steps]] | None = None,
) -> tuple[Tuned, Path]:
    """Score all candidates, examine the result and write its folder.

    Parameters
    ----------
    search
        Of :func:`prepare_search`.
    out
        The results folder.
    scheduler
        ``tcp://host:port`` or ``local:N``; None for the threads of this process.
    progress, steps
        Show a long step, and how many of many are done.

    Raises
    ------
    Interrupted
        If Ctrl-C stopped it; the same call goes on from there.
    HedgeError
        For whatever the user can correct.
    """
    space, course = search.space, search.course
    key = search.scores_key()
    kept = Unfinished(out, key, len(space), len(METRICS))
    shown = steps("scoring") if steps else contextlib.nullcontext(lambda done, of: None)
    with scorer(scheduler, progress) as frames, shown as step:
        scores, done = score_space(search, kept, frames, step)
    trials = log_trials(out, space, np.flatnonzero(done), course.ppy, key)
    # The count of trials decides numbers too.
    name = f"tune-{short_hash([key, str(search.objective), trials])}"
    table = pd.DataFrame(scores, columns=list(METRICS))
    if not done.all():
        raise Interrupted(int(done.sum()), len(done), _best_so_far(search, table))
    with progress("examining the best (bootstrap, overfitting, walk-forward)"):
        tuned = examined(search, table, trials, name)
    with progress("writing the page"):
        folder = write_tuning(out, tuned)
    kept.discard()
    return tuned, folder


def _best_so_far(search: Search, table: pd.DataFrame) -> tuple[dict[str, Any], pd.Series] | None:
    allowed = search.objective.eligible(table)
    if not allowed.any():
        return None
    best = int(table[search.objective.maximise].where(allowed).argmax())
    return search.space.params(best), table.iloc[best]


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
    peak = int(np.argmax(np.where(eligible, goal, -np.inf)))
    default, equity = (
        _returns(course, paths(course, search.alone(rule)))
        for rule in (search.default, EquityOnly(ticker=search.benchmark))
    )
    cash = month_ends(search.market.cash.loc[course.sessions].to_frame())
    cash_returns = cash.pct_change(fill_method=None).iloc[1:, 0].to_numpy(float)
    pair = np.column_stack([month_returns(search, np.array([peak])), default])
    region = widest_good_region(
        goal,
        space.neighbours(),
        space.coordinates(),
        eligible=eligible,
        tolerance=_tolerance(edge_of(objective, pair, cash_returns)),
    )
    assert region is not None  # noqa: S101 - some candidate is eligible
    sample = _sample(search, region, eligible, default, cash, cash_returns)
    lag = course.costs.lag if course.ppy == 12 else 1
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
        default=_scores_alone(search, search.default),
        equity=_scores_alone(search, EquityOnly(ticker=search.benchmark)),
        diluted=_diluted(search, sample.returns[:, [sample.chosen]], cash_returns),
        benchmark=search.benchmark,
        honesty=honesty,
        trials=trials,
        equity_returns=equity[:, 0],
        month_dates=sample.dates,
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
            f"has {limit.metric} {figures[near]:.4g} ({search.space.params(near)}); loosen the "
            "limit, the scores are kept"
        )
    limits = " and ".join(map(str, search.objective.limits))
    return (
        f"--subject-to: none of the {len(table):,} candidates keeps {limits} together; "
        "loosen one of them, the scores are kept"
    )


def _returns(course: Course, values: pd.DataFrame) -> Array:
    """Month-end returns of paths, months x candidates."""
    months = month_ends(values)
    return np.asarray(months.pct_change(fill_method=None).iloc[1:], dtype=float)


def month_returns(search: Search, numbers: Numbers) -> Array:
    """Month-end returns of some candidates, months x candidates."""
    return np.hstack([_returns(search.course, part) for part in _paths(search, numbers)])


def _paths(search: Search, numbers: Numbers) -> Iterator[pd.DataFrame]:
    for first in range(0, len(numbers), PATHS_AT_ONCE):
        some = numbers[first : first + PATHS_AT_ONCE]
        yield paths(search.course, search.space.candidates(search.course, search.market, some))


def _tails(search: Search, numbers: Numbers) -> Array:
    """CVaR(95) per row and per month of some candidates, candidates x 2."""
    found = []
    for part in _paths(search, numbers):
        rows = part.pct_change(fill_method=None).iloc[1:].to_numpy(float)
        found.append(np.column_stack([cvar(rows.T), cvar(_returns(search.course, part).T)]))
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
    returns = np.column_stack([month_returns(search, numbers), default])
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
    if search.objective.eligible(_scores_alone(search, rule).to_frame().T)[0]:
        return None
    decided = rule.target_weights(search.market)
    shares = np.arange(99, 0, -1) / 100
    less = schedules(course, search.market, (decided * share for share in shares))
    table = pd.concat(score_in_chunks(course, less))
    keeps = np.flatnonzero(search.objective.eligible(table))
    if not len(keeps):
        return None
    most = int(keeps[0])
    own = _returns(course, paths(course, less[most : most + 1]))
    lead = edge_of(search.objective, np.hstack([chosen, own]), cash)
    return Diluted(float(shares[most]), table.iloc[most], lead)


def _scores_alone(search: Search, strategy: Strategy) -> pd.Series:
    (frame,) = score_in_chunks(search.course, search.alone(strategy), threads=1)
    return frame.iloc[0]


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
