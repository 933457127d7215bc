"""The only place that executes a search: score all candidates, then examine the best."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.months import month_ends
from backtests.analysis.objective import Objective
from backtests.analysis.reliability import FEWEST_MONTHS
from backtests.engine.backtest import (
    Load,
    benchmark_ticker,
    loader,
    require_loaded,
    with_own_sessions,
)
from backtests.engine.candidates import Candidates, PricePanel, make_panel
from backtests.engine.cluster import connect, score_in_chunks_on
from backtests.engine.config import RunConfig, plain_params, short_hash
from backtests.engine.opening import Opening
from backtests.engine.run import Inputs
from backtests.engine.scores import METRICS, OWN_MONEY, score_in_chunks
from backtests.engine.search import Search, is_ruined
from backtests.engine.settings import market_with, of_market, with_settings
from backtests.engine.space import Space
from backtests.engine.tuned import Tuned
from backtests.examination import examined
from backtests.report.tuning.folder import write_tuning
from backtests.report.tuning.trials import log_trials
from backtests.report.tuning.unfinished import Unfinished
from data.command import Progress, silent
from data.errors import UsageError
from data.load import data_line, load_market
from data.market import Market
from data.period import begin_of, cut_to_period
from data.strictness import Strictness, require_market
from strategies.base import Params, Strategy
from strategies.causality import prove_on, prove_quickly
from strategies.decisions import decide
from strategies.outside import notes_of
from strategies.weights import scaling_notes

Array = NDArray[np.float64]
Steps = Callable[[int, int], object]
Scores = Callable[[NDArray[np.int64]], Iterator[Array]]

MIXES_AT_ONCE = 1 << 18  # made ready for the kernel; bounds memory
# How many settings of the user's own rule are proved: before scoring the default and some of the
# corners, after it the choice and the best.
MOST_PROVED, MOST_NAMED = 9, 20
RULES_AT_ONCE = (
    64  # of rules without a step, whose decisions take most of the time: some half a second
)


@dataclass(frozen=True)
class BestSoFar:
    """The best candidate of a search that was stopped, after costs; not examined.

    ``params`` are its parameters, and its settings as far as they are searched.
    """

    params: Params
    cagr: float
    max_drawdown: float


class Interrupted(Exception):
    """A search that was stopped: the scores so far are saved.

    Attributes
    ----------
    done, total
        Candidates scored, and all.
    best
        The best candidate so far, None where none keeps the limits.
    """

    def __init__(self, done: int, total: int, best: BestSoFar | None):
        super().__init__(f"{done} of {total}")
        self.done, self.total, self.best = done, total, best


def prepare_search(
    config: RunConfig,
    space: Space,
    objective: Objective,
    progress: Progress = silent,
    announce: Callable[[str], object] = lambda _: None,
    *,
    refresh: bool = False,
    load: Load = load_market,
    strictness: Strictness | None = None,
) -> Search:
    """Load the market and find the sessions that all candidates share.

    ``strictness`` says which data to refuse.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    default = config.make_strategy()
    held = list(dict.fromkeys([*space.tickers(), *default.tickers]))
    benchmark = benchmark_ticker(config, held, default.heaviest)
    tickers = list(dict.fromkeys([*held, benchmark]))
    require_loaded(config, tickers)
    config.money.require_held(tickers, config.roles)
    config.withholding.require_held(tickers)
    corners = [] if space.is_simplex else space.corners()
    rules = [default, *map(space.rule, corners)]
    market_of = loader(config, rules, load, progress)
    market = market_of(tickers, config.end, refresh=refresh)
    require_market(strictness, market, config.end)
    announce(f"{config.source}: {data_line(market)}")
    for remark in market.remarks:
        announce(f"warning: {remark}")
    prove_quickly(default)
    optional = [ticker for ticker in tickers if any(ticker in rule.optional for rule in rules)]
    required = [ticker for ticker in tickers if ticker not in optional]
    inputs = Inputs(config, benchmark, cut_to_period(market, required, config.start, config.end))
    first, _ = inputs.market.first_session([benchmark])
    inputs = with_own_sessions(inputs, held, lambda end: market_of(held, end))
    market, asked = inputs.market, inputs.period.start
    markets = _markets(inputs, space, corners)
    decided = [decide(rule, own) for rule, own in zip(rules, markets, strict=True)]
    largest = max(float(weights.sum(axis=1).max()) for weights in decided)
    told = [note for own in markets for note in own.notes]  # also of those that are hedged
    notes = [*scaling_notes(default.name, largest), *told, *notes_of(default)]
    market = market.relabelled(notes=list(dict.fromkeys(notes)))
    with progress("proving the rule on these data"):
        for number in np.unique(np.linspace(0, len(rules) - 1, MOST_PROVED).astype(int)):
            prove_on(rules[number], markets[number], seconds=0.0)
    firsts = [(rule, weights.index[0]) for rule, weights in zip(rules, decided, strict=True)]
    begins = _first_days(market, firsts, space, (first, benchmark))
    opening = _opening(market, begins, config.costs.lag, asked)
    panel = make_panel(
        market,
        [ticker for ticker in tickers if ticker in market.tickers],
        config.costs,
        opening=opening,
        initial=config.initial,
        optional=optional,
    )
    if asked is None and opening.row_zero > market.sessions[0]:
        announce(f"note: all candidates begin on {opening.row_zero:%Y-%m-%d}, {begins[-1][1]}")
    for note in market.notes:
        announce(f"note: {note}")
    _require_months(market, panel)
    search = Search(config, space, objective, market, panel, benchmark, inputs.shared)
    _require_score(search, progress)
    return search


def _markets(inputs: Inputs, space: Space, corners: Sequence[int]) -> list[Market]:
    """The market of the default, and that of each corner as its settings make it."""
    return [
        inputs.market,
        *(
            market_with(inputs.market, with_settings(inputs.config, settings))
            if of_market(settings := space.settings_of(corner))
            else inputs.market
            for corner in corners
        ),
    ]


def _first_days(
    market: Market,
    rules: Sequence[tuple[Strategy, pd.Timestamp]],
    space: Space,
    benchmark: tuple[pd.Timestamp, str],
) -> list[tuple[pd.Timestamp, str]]:
    """The first day of each candidate's own run, and what sets it; the latest is last.

    ``rules`` come with the days of their first decisions; ``benchmark`` is its first day and its
    ticker: the market may lack it.
    """
    days = []
    if space.is_simplex:
        for ticker in space.axes:
            day, late = _latest(market, [ticker], benchmark)
            days.append((day, begin_of(market, day, late)))
    for rule, decided in rules:
        required = [ticker for ticker in rule.tickers if ticker not in rule.optional]
        day, late = _latest(market, required, benchmark)
        reason = begin_of(market, day, late)
        if decided > day:
            day = decided
            reason = (
                f"the first decision of {rule.name} with {plain_params(rule.params())}"
                if rule.params()
                else f"the first decision of {rule.name}"
            )
        days.append((day, reason))
    return sorted(days, key=lambda first: first[0])


def _latest(
    market: Market, tickers: Sequence[str], benchmark: tuple[pd.Timestamp, str]
) -> tuple[pd.Timestamp, str]:
    """The last first day among ``tickers`` and the benchmark, and whose it is."""
    firsts = [*(market.first_session([ticker]) for ticker in tickers), benchmark]
    return max(firsts, key=lambda first: first[0])


def _opening(
    market: Market,
    begins: Sequence[tuple[pd.Timestamp, str]],
    lag: int,
    start: pd.Timestamp | None,
) -> Opening:
    """Where all candidates begin: together, each as its own run of these dates would.

    Without ``start`` that is their first day, where all have the same; else all are invested on
    row 0, the day on which the slowest of them has traded.

    Raises
    ------
    UsageError
        For a start at which one of them cannot begin.
    """
    sessions = market.sessions
    (fastest, _), (slowest, reason) = begins[0], begins[-1]
    if start is None and fastest == slowest:
        return Opening(slowest, is_invested=False)
    if start is None:
        row = int(sessions.searchsorted(slowest)) + lag
        return Opening(sessions[min(row, len(sessions) - 1)], is_invested=True)
    before = sessions[(sessions >= slowest) & (sessions < start)]
    if len(before):
        return Opening(before[-1], is_invested=True)
    if start == fastest == slowest:
        return Opening(start, is_invested=False)
    raise UsageError(
        f"{reason} is {slowest:%Y-%m-%d}, and --start is {start:%Y-%m-%d}; start after it, or "
        "search shorter windows or other assets"
    )


def _require_months(market: Market, panel: PricePanel) -> None:
    """Refuse a period too short to say anything."""
    sessions = panel.sessions
    months = len(month_ends(pd.DataFrame({"cash": market.cash.loc[sessions]}))) - 1
    if months < FEWEST_MONTHS:
        raise UsageError(
            f"a search needs {FEWEST_MONTHS} whole months or more to say anything, and "
            f"from {sessions[0]:%Y-%m-%d} to {market.last_day}, there are {months}; "
            f"{market.longer}"
        )


def _require_score(search: Search, progress: Progress) -> None:
    """Refuse a default that has no score to beat."""
    metric = search.objective.maximise
    scores = search.scores_alone(search.default, progress)
    if is_ruined(scores):
        day = search.panel.sessions[int(scores["ruined"])]
        raise UsageError(
            f"the default is ruined on {day:%Y-%m-%d}, when a payout takes all there is: there is "
            "nothing to beat; take out less, or give a larger --initial"
        )
    if not np.isfinite(scores[["sharpe", metric]]).all():
        raise UsageError(
            f"--maximise {metric}: the default has no such ratio to beat, since it never "
            "varies or never falls; give another by --weights or --set"
        )


def score_space(
    unfinished: Unfinished, size: int, scores_of: Scores, step: Steps = lambda done, of: None
) -> tuple[Array, NDArray[np.bool_]]:
    """Score every candidate whose score is not saved yet.

    Parameters
    ----------
    unfinished
        What is saved, and takes what is scored.
    size, scores_of
        Of :func:`scorer`.
    step
        Called with the number of candidates done and of all.

    Returns
    -------
    tuple
        Scores, candidates x metrics; which candidates have some.
    """
    scores, done = unfinished.read()
    step(int(done.sum()), len(done))
    for first, stop in _gaps(done, size):
        at = first
        for fresh in scores_of(np.arange(first, stop)):
            unfinished.keep(at, fresh)
            here = slice(at, at + len(fresh))
            scores[here], done[here] = fresh, True
            at += len(fresh)
            step(int(done.sum()), len(done))
    return scores, done


def _gaps(done: NDArray[np.bool_], size: int) -> list[tuple[int, int]]:
    """Runs of candidates without scores, as (first, end), none longer than ``size``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], done, [True]])))
    return [
        (first, min(first + size, int(stop)))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
        for first in range(int(start), int(stop), size)
    ]


@contextlib.contextmanager
def scorer(
    search: Search, scheduler: str | None, progress: Progress
) -> Iterator[tuple[int, Scores]]:
    """Choose what scores candidates: threads of this process, or a cluster.

    Yields
    ------
    tuple
        How many candidates to give at once, and a function that scores them, in their order.
    """
    space = search.space
    if scheduler is None and space.is_stepped:
        yield len(space), partial(search.scored, progress=progress)
        return
    size = MIXES_AT_ONCE if space.is_simplex else RULES_AT_ONCE
    if scheduler is None:
        yield size, partial(_each, search, partial(score_in_chunks, progress=progress))
        return
    with connect(scheduler, progress=progress) as client:
        yield size, partial(_each, search, partial(score_in_chunks_on, client))


def _each(
    search: Search,
    frames: Callable[[PricePanel, Candidates], Iterator[pd.DataFrame]],
    numbers: NDArray[np.int64],
) -> Iterator[Array]:
    """Scores of some candidates: decided first, one after another, and then filled."""
    for _, panel, part in search.ready(numbers):  # those of the same settings follow one another
        for frame in frames(panel, part):
            yield frame.to_numpy(float)


def tune(
    search: Search,
    out: Path,
    *,
    scheduler: str | None = None,
    progress: Progress = silent,
    steps: Callable[[str], contextlib.AbstractContextManager[Steps]] | None = None,
    standalone: bool = False,
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
        Show a long step, and how many candidates are done.
    standalone
        Whether its page has its charts without any other file.

    Raises
    ------
    Interrupted
        If Ctrl-C stopped it; the same call goes on from there.
    HedgeError
        For whatever the user can correct.
    """
    key = search.scores_key()
    columns = [*METRICS, *(OWN_MONEY if search.config.plan.flows else ())]
    unfinished = Unfinished(out, key, len(search.space), len(columns))
    trials_of = partial(_logged, search, out, key)
    try:
        if not search.space.kind.is_built_in():
            _require_current(search, unfinished)
        shown = steps("scoring") if steps else contextlib.nullcontext(lambda done, of: None)
        with scorer(search, scheduler, progress) as (size, scores_of), shown as step:
            scores, done = score_space(unfinished, size, scores_of, step)
        trials = trials_of(done)
        # The count of trials decides numbers too.
        name = f"tune-{short_hash([key, str(search.objective), trials])}"
        with progress("examining the best (bootstrap, overfitting, walk-forward)"):
            tuned = examined(search, pd.DataFrame(scores, columns=columns), trials, name)
        with progress("proving what the page names"):
            named = [tuned.region.centre, tuned.region.peak, *tuned.best_numbers[:MOST_NAMED]]
            for number in dict.fromkeys(map(int, named)):
                rule = search.space.rule(number)
                prove_on(rule, search.terms(number).market, seconds=0.0)
        with progress("writing the page"):
            folder = write_tuning(out, tuned, standalone=standalone)
    except KeyboardInterrupt:  # wherever it falls: scores are kept until the folder is written
        # It may come after scores are saved and before they are noted here: read what is saved.
        scores, done = unfinished.read()
        trials_of(done)  # what was seen is counted, although it was never examined
        best = _best_so_far(search, pd.DataFrame(scores, columns=columns))
        raise Interrupted(int(done.sum()), len(done), best) from None
    unfinished.discard()
    return tuned, folder


def _logged(search: Search, out: Path, key: str, done: NDArray[np.bool_]) -> int:
    """Log what was scored, and count the trials on this market."""
    return log_trials(
        out,
        search.space,
        np.flatnonzero(done),
        search.market.periods_per_year,
        key,
        search.own_version,
        search.config.money,
        search.config.plan.rebalancing,
    )


def _require_current(search: Search, unfinished: Unfinished) -> None:
    """Discard saved scores of a rule whose scores have changed: so has something that it reads."""
    scores, done = unfinished.read()
    there = np.flatnonzero(done)
    if not len(there):
        return
    some = np.unique(there[[0, len(there) // 2, -1]])
    now = np.concatenate(
        [
            frame.to_numpy(float)
            for _, panel, part in search.ready(some)
            for frame in score_in_chunks(panel, part, threads=1)
        ]
    )
    if not np.array_equal(now, scores[some], equal_nan=True):
        unfinished.discard()


def _best_so_far(search: Search, table: pd.DataFrame) -> BestSoFar | None:
    allowed = search.objective.eligible(table)
    if not allowed.any():
        return None
    best = int(table[search.objective.maximise].where(allowed).argmax())
    row = table.iloc[best]
    return BestSoFar(search.space.described(best), float(row["cagr"]), float(row["max_drawdown"]))
