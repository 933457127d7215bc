"""The one place where a run happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.analysis.cross_check import cross_check
from backtests.analysis.verdict import plain
from backtests.engine.config import RunConfig, short_hash
from backtests.engine.judge import judge_run
from backtests.engine.run import Simulation
from backtests.engine.simulate import Engine, fill_with_vectorbt, simulate, vectorbt_metrics
from backtests.engine.sleeve import SleeveReport, report_sleeve
from backtests.engine.summary import summarise
from data.command import Progress, silent
from data.errors import UsageError
from data.load import available, data_line, load_market
from data.market import Market
from strategies.causality import prove_quickly
from strategies.dial import DurationRule
from strategies.equity_only import EquityOnly

# What the verdict tells its regimes by, where the source has it.
BACKGROUND = ("yields", "policy_rate", "cpi")


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run, not yet written down."""

    config: RunConfig
    market: Market
    simulation: Simulation
    benchmark: Simulation
    summary: dict[str, Any]
    name: str
    sleeve: SleeveReport | None = None
    verdict: dict[str, Any] | None = None


def execute(
    config: RunConfig,
    progress: Progress = silent,
    announce: Callable[[str], object] = lambda _: None,
    *,
    refresh: bool = False,
    with_verdict: bool = True,
) -> Run:
    """Load the market, simulate the strategy and its benchmark, sum them up and judge them.

    Parameters
    ----------
    config
        What to run.
    progress
        Called with the name of each long step; a context around it.
    announce
        Called with each line the user should read: the data used, and what to know of them.
    refresh
        Fetch prices again even where a fresh snapshot is kept.
    with_verdict
        Whether to simulate the references and judge the run by them.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    strategy = config.make_strategy()
    loaded = load_for(config, progress, refresh=refresh)
    _, market, _, _ = loaded
    announce(f"{config.source}: {data_line(market)}")
    for remark in market.remarks[1:]:
        announce(f"warning: {remark}")
    prove_quickly(strategy)
    with progress("simulating (vectorbt takes a few seconds to load)"):
        run = simulated(config, loaded)
    for remark in run.market.remarks[len(market.remarks) :]:
        announce(f"note: {remark}")
    for note in run.market.notes:
        announce(f"note: {note}")
    sleeve = None
    if isinstance(strategy, DurationRule):
        with progress("working out switches and attribution"):
            sleeve = report_sleeve(run.market, strategy, run.simulation)
    run = replace(run, name=run_name(config, run.market, run.summary), sleeve=sleeve)
    return judged(run, progress) if with_verdict else run


Loaded = tuple[str, Market, list[str], pd.Timestamp | None]


def simulated(config: RunConfig, loaded: Loaded, engine: Engine = fill_with_vectorbt) -> Run:
    """Simulate the strategy and its benchmark and sum them up; the run has no name yet.

    Parameters
    ----------
    config
        What to run.
    loaded
        What :func:`load_for` returned for it.
    engine
        What fills the orders.
    """
    strategy = config.make_strategy()
    ticker, market, required, start = loaded
    first, late = market.first_session(required)
    settings: dict[str, Any] = {"initial": config.initial, "engine": engine}
    simulation = simulate(market, strategy, config.costs, start=start, earliest=first, **settings)
    begins = simulation.nav.index[0]
    equity = EquityOnly(ticker=ticker)
    benchmark = simulate(market, equity, config.costs, start=begins, **settings)
    if start is None and begins > market.sessions[0]:
        reason = "the first decision of " + strategy.name
        if begins == first:
            reason = f"the first day of {late}"
        # A remark, not a note: a run asked to begin on that day is the same run.
        begun = f"the run begins on {begins:%Y-%m-%d}, {reason}"
        market = market.relabelled(remarks=[*market.remarks, begun])
    summary = summarise(config, market, simulation, benchmark, ticker)
    return Run(config, market, simulation, benchmark, summary, name="")


def load_for(
    config: RunConfig,
    progress: Progress = silent,
    *,
    refresh: bool = False,
    load: Callable[..., Market] = load_market,
) -> Loaded:
    """Load what a run stands on; ``load`` as :func:`data.load.load_market`.

    Returns
    -------
    tuple
        The benchmark's ticker, the market up to the asked end, the tickers that have to have a
        price, and row 0 as asked (None for as early as the rule can).
    """
    strategy = config.make_strategy()
    ticker = benchmark_ticker(config, strategy.tickers, strategy.heaviest)
    market = load(
        config.source,
        [*strategy.tickers, ticker],
        end=config.end,
        extend=config.extend,
        needs=sorted({*strategy.needs, *BACKGROUND}),
        refresh=refresh,
        progress=progress,
    )
    required = [t for t in market.tickers if t not in strategy.optional]
    market, start = period(market, config, required)
    return ticker, market, required, start


def first_day(config: RunConfig) -> str:
    """The day on which a run would begin: as asked, or as early as data and rule can."""
    _, market, required, start = load_for(config)
    if start is None:
        first, _ = market.first_session(required)
        start = max(first, config.make_strategy().target_weights(market).index[0])
    return f"{start:%Y-%m-%d}"


def judged(run: Run, progress: Progress = silent) -> Run:
    """Judge a finished run: add the content of ``verdict.json``."""
    from backtests.report.tearsheet import quantstats_metrics
    from backtests.report.verdict.page import sentences

    market, simulation, summary = run.market, run.simulation, run.summary
    strategy, benchmark = run.config.make_strategy(), summary["benchmark"]["ticker"]
    found = judge_run(market, strategy, simulation, benchmark, progress)
    nav, ppy = simulation.nav, market.periods_per_year
    cash = market.cash.loc[nav.index]
    others = {
        "vectorbt": vectorbt_metrics(nav, cash, ppy),
        "quantstats": quantstats_metrics(nav, cash, ppy),
    }
    ours = {**summary["metrics"], "total_return": float(nav.iloc[-1] / nav.iloc[0] - 1.0)}
    described = ("strategy", "params", "source", "source_title", "start", "end", "costs",
                 "periods_per_year")  # fmt: skip
    verdict = {
        "run": {key: summary[key] for key in described},
        "word": found["word"],
        "sentences": sentences(found, summary["costs_paid"], summary["turnover_per_year"]),
        **found,
        "cross_check": plain(cross_check(ours, others)),
        "tracking": [dict(one) for one in market.tracking],
    }
    return replace(run, verdict=verdict)


def publish(
    run: Run, out: Path, progress: Progress = silent, *, with_tearsheet: bool = True
) -> Path:
    """Write a run's folder under ``out`` and return it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from backtests.report.index import rebuild_index
    from backtests.report.run_folder import write_run

    with progress("writing the tear sheet" if with_tearsheet else "writing results"):
        folder = write_run(
            out,
            run.name,
            run.config,
            run.market,
            run.simulation,
            run.benchmark,
            run.summary,
            sleeve=run.sleeve,
            verdict=run.verdict,
            with_tearsheet=with_tearsheet,
        )
    rebuild_index(out)
    return folder


def benchmark_ticker(config: RunConfig, tickers: list[str], heaviest: str) -> str:
    """Choose the benchmark: as asked, else SPY where the source has it, else the heaviest."""
    if config.benchmark is not None:
        return config.benchmark
    known = available(config.source)
    return "SPY" if "SPY" in tickers or known is None or "SPY" in known else heaviest


def period(
    market: Market, config: RunConfig, required: list[str]
) -> tuple[Market, pd.Timestamp | None]:
    """Cut a market at the asked end, and find the first session of the simulation.

    Returns
    -------
    tuple of Market and pandas.Timestamp
        The market up to the end, and row 0 as asked; None for as early as the rule can.

    Raises
    ------
    UsageError
        If the period holds no data, or starts before a ticker does.
    """
    notes = list(market.notes)
    sessions = market.sessions
    first, late = market.first_session(required)
    end = pd.Timestamp(config.end) if config.end else sessions[-1]
    start = pd.Timestamp(config.start) if config.start else first
    if end < first or start > sessions[-1]:
        raise UsageError(
            f"{market.source} has no data from {config.start or first.date()} to "
            f"{config.end or sessions[-1].date()}: it runs from {first:%Y-%m-%d} to "
            f"{sessions[-1]:%Y-%m-%d}; choose --start and --end within"
        )
    if start < first:
        raise UsageError(
            f"--start {config.start} is before the first day of {late} in {market.source}, "
            f"{first:%Y-%m-%d}; start then or later, or leave out {late}"
        )
    if end > sessions[-1]:
        notes.append(f"data end on {sessions[-1]:%Y-%m-%d}, before the asked end {config.end}")
    row_zero = sessions[sessions >= start][0] if config.start else None
    return market.until(end).relabelled(notes=notes), row_zero


def run_name(config: RunConfig, market: Market, summary: dict[str, Any]) -> str:
    """Name the folder of a run after its strategy and a hash of everything that determines it."""
    determined_by = {
        **config.as_dict(),
        "source": market.source,
        "source_title": market.title,
        "notes": list(market.notes),
        "start": summary["start"],
        "end": summary["end"],
        "benchmark": summary["benchmark"]["ticker"],
        "data": market.fingerprints(),
    }
    return f"{config.strategy}-{short_hash(determined_by)}"
