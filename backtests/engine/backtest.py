"""From a configuration to a simulated run: load, cut to the period, trade, sum up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from backtests.engine.config import RunConfig
from backtests.engine.ledger import Engine
from backtests.engine.run import Inputs, Run
from backtests.engine.simulate import simulate
from backtests.engine.summary import summarise
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.background import note_on_prices
from data.command import Progress, silent
from data.load import available, load_market
from data.market import Market
from data.period import Period, cut_to_period
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.equity_only import EquityOnly
from strategies.outside import notes_of

Load = Callable[..., Market]  # as load_market
# Series by which the verdict tells regimes apart, where the source has them.
BACKGROUND = ("yields", "policy_rate", "cpi")


def load_inputs(
    config: RunConfig,
    progress: Progress = silent,
    *,
    refresh: bool = False,
    load: Load = load_market,
) -> Inputs:
    """Load the data of a run; ``load`` is called as :func:`data.load.load_market`.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    strategy = config.make_strategy()
    ticker = benchmark_ticker(config, strategy.tickers, strategy.heaviest)
    market = load(
        config.source,
        [*strategy.tickers, ticker],
        end=config.end,
        extend=bool(config.extend),
        carried_back=carried_back(config, [strategy]),
        needs=sorted({*strategy.needs, *BACKGROUND}),
        refresh=refresh,
        progress=progress,
    )
    required = [name for name in market.tickers if name not in strategy.optional]
    period = cut_to_period(market, required, config.start, config.end)
    return Inputs(config, ticker, _with_note_on_prices(period))


def _with_note_on_prices(period: Period) -> Period:
    """Note the months that have no CPI: the verdict tells regimes apart by it."""
    market = period.market
    missing = note_on_prices(market, period.start or period.first)
    return replace(period, market=market.relabelled(notes=[*market.notes, *missing]))


def first_day(config: RunConfig) -> str:
    """The day on which a run would begin: as asked, or the first that data and rule allow."""
    period = load_inputs(config).period
    start = period.start
    if start is None:
        decided = decide(config.make_strategy(), period.market)
        start = max(period.first, decided.index[0])
    return f"{start:%Y-%m-%d}"


def simulated(inputs: Inputs, engine: Engine = fill_with_vectorbt) -> Run:
    """Simulate a strategy and its benchmark and sum them up, without a verdict.

    Parameters
    ----------
    inputs
        What :func:`load_inputs` returned.
    engine
        Fills the orders.
    """
    config, period, market = inputs.config, inputs.period, inputs.period.market
    strategy = config.make_strategy()
    simulation = simulate(
        market,
        strategy,
        config.costs,
        start=period.start,
        earliest=period.first,
        initial=config.initial,
        engine=engine,
    )
    begins = simulation.nav.index[0]
    benchmark = simulate(
        market,
        EquityOnly(ticker=inputs.benchmark),
        config.costs,
        start=begins,
        initial=config.initial,
        engine=engine,
    )
    if period.start is None and begins > market.sessions[0]:
        reason = "the first decision of " + strategy.name
        if begins == period.first:
            reason = f"the first day of {period.late}"
        # A remark, not a note, which would change the run's name: --start of that day is the same
        # run.
        begun = f"the run begins on {begins:%Y-%m-%d}, {reason}"
        market = market.relabelled(remarks=[*market.remarks, begun])
    market = market.relabelled(notes=[*market.notes, *notes_of(strategy)])
    summary = summarise(config, market, simulation, benchmark, inputs.benchmark)
    return Run(config, market, simulation, benchmark, summary)


def carried_back(config: RunConfig, rules: Iterable[Strategy]) -> tuple[str, ...]:
    """Tickers that rules have carried back, where neither ``--extend`` nor its opposite is given.

    Not what is a weight that the user named: then its first day is the user's choice.
    """
    if config.extend is not None:
        return ()
    return tuple(dict.fromkeys(ticker for rule in rules for ticker in rule.carried_back))


def benchmark_ticker(config: RunConfig, tickers: Sequence[str], heaviest: str) -> str:
    """Choose the benchmark: as asked, else SPY where the source has it, else the heaviest."""
    if config.benchmark is not None:
        return config.benchmark
    offered = available(config.source)
    return "SPY" if "SPY" in tickers or offered is None or "SPY" in offered else heaviest
