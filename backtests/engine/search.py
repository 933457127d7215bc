"""What defines a search: its space, its objective, and the sessions that all share."""

from __future__ import annotations

import hashlib
import inspect
import linecache
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import data
import strategies
from backtests.analysis.months import month_ends
from backtests.analysis.numbers import numbers_of
from backtests.analysis.objective import Objective
from backtests.engine.bands import WIDTHS, Rebalancing
from backtests.engine.candidates import Candidates, PricePanel, make_panel, repriced, schedules
from backtests.engine.cluster import engine_code
from backtests.engine.config import RunConfig, plain_params, short_hash
from backtests.engine.plan import PLAIN
from backtests.engine.planned import planned
from backtests.engine.run import fingerprints_of
from backtests.engine.scores import (
    METRICS,
    columns_of,
    cores,
    paths,
    prepare_for,
    score_block,
    score_in_chunks,
)
from backtests.engine.settings import Setting, market_with, of_market, with_settings
from backtests.engine.simulate import simulate
from backtests.engine.simulation import Simulation
from backtests.engine.space import Space
from backtests.engine.together import prepare_steps
from backtests.engine.with_sweep import fill_with_sweep
from data.command import Progress, silent
from data.errors import RuleError
from data.market import Market
from data.provenance import content_sha256
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.equity_only import EquityOnly

Array = NDArray[np.float64]
MOST_DECIDED = 8  # corners whose decisions identify the version of a class in memory
PATHS_AT_ONCE = 250  # whole paths in memory
TERMS_KEPT = 32  # markets in memory
PART = 32  # candidates that a thread decides and fills: their decisions fit into the cache
PARTS_AT_ONCE = 8  # whose scores are saved together, some five times a second


@dataclass(frozen=True, eq=False)
class Terms:
    """What a candidate trades on, as the settings of its run make it.

    Attributes
    ----------
    config
        The default with the candidate's settings.
    market, panel, shared
        As of :class:`Search`.
    """

    config: RunConfig
    market: Market
    panel: PricePanel
    shared: Market | None


@dataclass(frozen=True, eq=False)
class Search:
    """What defines a search.

    Attributes
    ----------
    config
        The default to beat, as a run; the search has its data, dates and costs.
    space, objective
        What is searched, and what is maximised.
    market, panel
        The history, and the part of it that is simulated.
    benchmark
        Ticker of 100 % equity.
    shared
        As in :class:`~backtests.engine.run.Inputs`.
    """

    config: RunConfig
    space: Space
    objective: Objective
    market: Market
    panel: PricePanel
    benchmark: str
    shared: Market | None = None

    def terms(self, number: int) -> Terms:
        """What a candidate trades on."""
        return self._terms(tuple(self.space.settings_of(number).items()))

    @cached_property
    def own_terms(self) -> Terms:
        """What the default trades on."""
        return Terms(self.config, self.market, self.panel, self.shared)

    @cached_property
    def _terms(self) -> Callable[[tuple[tuple[str, Setting], ...]], Terms]:
        @lru_cache(maxsize=TERMS_KEPT)
        def on_market(settings: tuple[tuple[str, Setting], ...]) -> Terms:
            if not settings:
                return self.own_terms
            config = with_settings(self.config, dict(settings))
            market = market_with(self.market, config)
            shared = None if self.shared is None else market_with(self.shared, config)
            return Terms(config, market, repriced(self.panel, market), shared)

        @lru_cache(maxsize=TERMS_KEPT)
        def made(settings: tuple[tuple[str, Setting], ...]) -> Terms:
            if not settings:
                return self.own_terms
            searched = dict(settings)
            terms = on_market(tuple((name, searched[name]) for name in of_market(searched)))
            return replace(terms, config=with_settings(terms.config, searched))

        return made

    def ready(
        self, numbers: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], PricePanel, Candidates]]:
        """Some candidates ready for simulation, those of the same settings together.

        Yields
        ------
        tuple
            Their positions among ``numbers``, ascending; the prices they trade at; themselves.
        """
        for places in self.space.alike(numbers):
            own = numbers[places]
            terms = self.terms(int(own[0]))
            decided = self.space.candidates(terms.panel, terms.market, own)
            yield (
                places,
                terms.panel,
                planned(
                    decided,
                    terms.panel,
                    terms.market,
                    self._bands(terms, own),
                    terms.config.plan.flows,
                ),
            )

    def scored(self, numbers: NDArray[np.int64], progress: Progress = silent) -> Iterator[Array]:
        """Score some candidates as they come: each thread decides a part and fills it.

        Each core has a thread. A part is mostly compiled code, which several threads run at once;
        those of a rule without a step (``Space.is_stepped``) would take turns.

        Parameters
        ----------
        numbers
            The candidates.
        progress
            Shows that something is being compiled, where it is.

        Yields
        ------
        numpy.ndarray
            As :func:`~backtests.engine.scores.score_block`, the candidates in their order.
        """
        parts = [numbers[first : first + PART] for first in range(0, len(numbers), PART)]
        prepare_steps(self.space.kind, progress)
        pool = ThreadPoolExecutor(cores())
        try:
            # The first one alone: it compiles, and works out what all of them share.
            yield from (self._scored_part(part, progress) for part in parts[:1])
            scores: list[Array] = []
            for number, part in enumerate(pool.map(self._scored_part, parts[1:]), start=2):
                scores.append(part)
                if len(scores) == PARTS_AT_ONCE or number == len(parts):
                    yield np.concatenate(scores)
                    scores.clear()
        finally:
            pool.shutdown(cancel_futures=True)  # where the caller stops before the end

    def _scored_part(self, numbers: NDArray[np.int64], progress: Progress = silent) -> Array:
        made = list(self.ready(numbers))
        prepare_for(made[0][2], progress)
        scores = np.empty((len(numbers), len(columns_of(made[0][2]))))
        for places, panel, part in made:
            scores[places] = score_block(panel, part)
        return scores

    def _bands(self, terms: Terms, numbers: NDArray[np.int64]) -> list[Rebalancing]:
        """The bands of some candidates that differ in their widths alone: one for all, or each."""
        widths = [name for name in self.space.settings if name in WIDTHS]
        shared = terms.config.plan.rebalancing
        if not widths:
            return [shared]
        made = cache(lambda **own: replace(shared, **own))
        each = (self.space.settings_of(int(number)) for number in numbers)
        return [made(**{name: own[name] for name in widths}) for own in each]

    @property
    def default(self) -> Strategy:
        """The portfolio that a result has to beat."""
        return self.config.make_strategy()

    def scores_key(self) -> str:
        """Hash of everything that determines the scores, and those of 100 % equity."""
        space = {
            "strategy": self.space.strategy,
            "fixed": plain_params(self.space.fixed),
            "axes": {name: list(values) for name, values in self.space.axes.items()},
        }
        if self.space.settings:
            space["settings"] = list(self.space.settings)
        sessions = self.panel.sessions
        return short_hash(
            [
                self.config.as_dict(),
                space,
                self.fingerprints,
                f"{sessions[0]:%Y-%m-%d} {sessions[-1]:%Y-%m-%d}",
                engine_code(),
                rules_code(),
                *([self.own_version] if self.own_version else []),
            ]
        )

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """As :func:`~backtests.engine.run.fingerprints_of`."""
        return fingerprints_of(self.market, self.shared)

    @cached_property
    def own_version(self) -> str:
        """Version of a strategy of the user's own; empty for a built-in one.

        It is a hash of its source; for a class in memory also of its decisions here, since the
        functions that it calls may have changed as well.
        """
        kind = self.space.kind
        if kind.is_built_in():
            return ""
        if kind.file is not None:
            return kind.file.version
        corners = self.space.corners()[:MOST_DECIDED]
        rules = [(self.default, self.market)]
        rules += [(self.space.rule(corner), self.terms(corner).market) for corner in corners]
        decided = (decide(rule, market) for rule, market in rules)
        digests = [[content_sha256(frame[column]) for column in frame.columns] for frame in decided]
        return short_hash([_source_of(kind), digests])

    def alone(self, strategy: Strategy) -> Candidates:
        """A portfolio outside the search with the default's plan, as candidates of its own."""
        return self.alone_as([decide(strategy, self.market)])

    def alone_as(self, decided: Iterable[pd.DataFrame]) -> Candidates:
        """The same of given decisions, a candidate each."""
        made = schedules(self.panel, self.market, decided)
        plan = self.config.plan
        return planned(made, self.panel, self.market, [plan.rebalancing], plan.flows)

    def scores_alone(self, strategy: Strategy, progress: Progress = silent) -> pd.Series:
        """The same metrics of a portfolio outside the search."""
        alone = self.alone(strategy)
        (frame,) = score_in_chunks(self.panel, alone, threads=1, progress=progress)
        return frame.iloc[0]

    @cached_property
    def _equity(self) -> tuple[PricePanel, Candidates]:
        """100 % equity, on the sessions that its ticker has."""
        market, panel = self.shared or self.market, self.panel
        if self.shared is not None:
            opening = panel.opening.on(market)
            panel = make_panel(
                market, [self.benchmark], panel.costs, opening=opening, initial=panel.initial
            )
        made = schedules(panel, market, [decide(EquityOnly(ticker=self.benchmark), market)])
        plan = self.config.plan
        return panel, planned(made, panel, market, [plan.rebalancing], plan.flows)

    def equity_scores(self) -> pd.Series:
        """The same metrics of 100 % equity; after its ruin its unit value goes on without flows."""
        panel, alone = self._equity
        (frame,) = score_in_chunks(panel, alone, threads=1)
        row = frame.iloc[0]
        if not is_ruined(row):
            return row
        portfolio = self._ruined_equity.portfolio(self.shared or self.market)
        numbers = numbers_of(portfolio)
        for key in METRICS:
            number = getattr(numbers, key, None)
            row[key] = math.nan if number is None else number
        below = np.minimum(portfolio.returns - portfolio.bills, 0.0)
        row["downside_deviation"] = math.sqrt(portfolio.ppy * float(np.mean(below**2)))
        return row

    def equity_month_returns(self) -> Array:
        """Month-end returns of 100 % equity, in the months of the candidates."""
        panel, alone = self._equity
        values = paths(panel, alone)
        if values.isna().to_numpy().any():
            values = self._ruined_equity.nav.to_frame()
        values = values.reindex(self.panel.sessions, method="ffill")
        return month_returns(values.fillna(panel.initial))

    @cached_property
    def _ruined_equity(self) -> Simulation:
        """100 % equity that the flows ruin, as a run's benchmark: after it without flows."""
        market, (panel, _) = self.shared or self.market, self._equity
        with_flows, unpaid = (
            simulate(
                market,
                EquityOnly(ticker=self.benchmark),
                panel.costs,
                opening=panel.opening,
                initial=panel.initial,
                plan=plan,
                engine=fill_with_sweep,
            )
            for plan in (self.config.plan, PLAIN)
        )
        return with_flows.continued(unpaid)

    def paths_of(self, numbers: NDArray[np.int64]) -> Iterator[pd.DataFrame]:
        """Values of some candidates on every session, ``PATHS_AT_ONCE`` at a time."""
        for first in range(0, len(numbers), PATHS_AT_ONCE):
            some = numbers[first : first + PATHS_AT_ONCE]
            parts = [
                paths(panel, part).set_axis(places, axis=1)
                for places, panel, part in self.ready(some)
            ]
            yield parts[0] if len(parts) == 1 else pd.concat(parts, axis=1).sort_index(axis=1)

    def month_returns(self, candidates: Candidates) -> Array:
        """Month-end returns, months x candidates."""
        return month_returns(paths(self.panel, candidates))

    def month_returns_of(self, numbers: NDArray[np.int64]) -> Array:
        """Month-end returns of some candidates, months x candidates."""
        return np.hstack([month_returns(part) for part in self.paths_of(numbers)])


def is_ruined(metrics: Mapping[str, float]) -> bool:
    """Whether the metrics of a portfolio are of one that its cash flows ruined."""
    return "ruined" in metrics and math.isfinite(metrics["ruined"])


def month_returns(values: pd.DataFrame) -> Array:
    """Month-end returns of levels, months x columns."""
    months = month_ends(values)
    return np.asarray(months.pct_change(fill_method=None).iloc[1:], dtype=float)


def _source_of(kind: type[Strategy]) -> str:
    """SHA-256 of the source of a class in memory.

    Raises
    ------
    RuleError
        If it cannot be read: scores of another version could be taken for its own.
    """
    functions = [value for value in vars(kind).values() if inspect.isfunction(value)]
    names = sorted({function.__code__.co_filename for function in functions})
    source = "".join("".join(linecache.getlines(name)) for name in names)
    if not source:
        raise RuleError(
            f"the source of {kind.name} cannot be read, which tells scores of one version from "
            "another's; write it into a file and give strategy_file='my_rule.py:MyRule'"
        )
    return hashlib.sha256(source.encode()).hexdigest()


@cache
def rules_code() -> str:
    """Fingerprint of the code that decides what the candidates hold, and in which money."""
    rules = sorted(Path(str(strategies.__file__)).parent.glob("*.py"))
    here = Path(__file__).parent
    prices = Path(str(data.__file__)).parent
    bonds = [prices / "treasuries" / name for name in ("bonds.py", "curve.py", "payouts.py")]
    abroad = [
        p for room in ("currency", "withholding") for p in sorted((prices / room).glob("*.py"))
    ]
    abroad += [prices / name for name in ("price_level.py", "purchasing_power.py")]
    own = [
        here / f"{name}.py"
        for name in ("space", "settings", "money", "withholding", "bands", "flows", "ledger",
                     "planned", "opening", "together", "compiled_steps")
    ]  # fmt: skip
    content = b"".join(path.read_bytes() for path in [*rules, *bonds, *abroad, *own])
    return hashlib.sha256(content).hexdigest()
