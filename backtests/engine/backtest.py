"""From a configuration to a simulated run: load, cut to the period, trade, sum up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from backtests.analysis.metrics import is_annual
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.ledger import Engine
from backtests.engine.money import option as option_of
from backtests.engine.plan import PLAIN, Plan
from backtests.engine.run import Inputs, Run
from backtests.engine.simulate import simulate
from backtests.engine.simulation import Simulation
from backtests.engine.summary import summarise
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.background import note_on_prices
from data.checks.closing_hours import note_on_closes
from data.checks.histories import days_text
from data.checks.sessions import STALE_SESSIONS
from data.command import Progress, silent
from data.errors import UsageError, did_you_mean
from data.load import available, load_market
from data.market import Market
from data.period import Period, begin_of, cut_to_period
from data.purchasing_power import in_purchasing_power, with_its_notes
from data.treasuries.instruments import CATALOGUE, hedged_into
from strategies.base import Strategy
from strategies.decisions import decide
from strategies.equity_only import EquityOnly
from strategies.outside import notes_of
from strategies.weights import scaling_notes

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
    _require_roles(config, strategy.tickers)
    ticker = benchmark_ticker(config, strategy.tickers, strategy.heaviest)
    used = list(dict.fromkeys([*strategy.tickers, ticker]))
    require_loaded(config, used)
    config.money.require_held(used, config.roles)
    config.withholding.require_held(used)
    market_of = loader(config, [strategy], load, progress, also=BACKGROUND)
    market = market_of([*strategy.tickers, ticker], config.end, refresh=refresh)
    required = [name for name in market.tickers if name not in strategy.optional]
    inputs = Inputs(config, ticker, cut_to_period(market, required, config.start, config.end))
    inputs = replace(inputs, period=_with_note_on_hedges(config, inputs.period, used))
    inputs = with_own_sessions(
        inputs, strategy.tickers, lambda end: market_of(strategy.tickers, end)
    )
    return replace(inputs, period=_with_note_on_prices(inputs.period))


def loader(
    config: RunConfig,
    rules: Sequence[Strategy],
    load: Load,
    progress: Progress,
    also: Sequence[str] = (),
) -> Callable[..., Market]:
    """Make the function that loads tickers up to a day (None for all), as a run asks for them.

    Parameters
    ----------
    config
        Its source, and what it says of the histories.
    rules
        Those that will look at the market.
    load, progress
        As for :func:`load_inputs`.
    also
        Series that are needed beside those of the rules.
    """
    needs = sorted({*(need for rule in rules for need in rule.needs), *also})

    def market_of(tickers: Sequence[str], end: str | None, *, refresh: bool = False) -> Market:
        market = load(
            config.source,
            tickers,
            end=end,
            extend=bool(config.extend),
            carried_back=carried_back(config, rules),
            price_only=config.price_only,
            needs=needs,
            conversion=config.conversion(tickers),
            withholding=config.withholding.of(tickers, config.roles),
            refresh=refresh,
            progress=progress,
        )
        return in_purchasing_power(market) if config.real else market

    return market_of


def _with_note_on_prices(period: Period) -> Period:
    """Note the months that have no CPI: the verdict tells regimes apart by it."""
    market = period.market
    missing = note_on_prices(market, period.start or period.first)
    return replace(period, market=market.relabelled(notes=[*market.notes, *missing]))


def _with_note_on_hedges(config: RunConfig, period: Period, tickers: Sequence[str]) -> Period:
    """Note a currency hedge of a side that the run does not have, and funds that hedge theirs."""
    sides = {
        "fx_hedge": ("hedge", config.roles.hedge_of(tickers)),
        "fx_hedge_equity": ("equity", config.roles.equity_of(tickers)),
    }
    idle = [
        f"{option_of(name)} changes nothing: there is no {side}"
        for name, (side, held) in sides.items()
        if config.money.ratio(name) and not held
    ]
    hedged = [
        f"{ticker} sells its dollars into {hedged_into(ticker)} itself: there is no unhedged way "
        "to hold it beside it, and so no page Which hedge"
        for ticker in sides["fx_hedge"][1]
        if hedged_into(ticker) and not config.money.is_dollars
    ]
    market = period.market
    return replace(period, market=market.relabelled(notes=[*market.notes, *idle, *hedged]))


def _require_roles(config: RunConfig, tickers: Sequence[str]) -> None:
    """Refuse a hedge or an equity of which the run holds nothing: a name may be misspelt.

    Raises
    ------
    UsageError
        Naming what the run holds.
    """
    for option, named in (("--hedge", config.hedge), ("--equity", config.equity)):
        if named and not set(named) & set(tickers):
            near = did_you_mean(named[0], tickers)
            raise UsageError(
                f"{option} names {', '.join(named)}, and {config.strategy} holds "
                f"{', '.join(tickers)}{near}; name one of these"
            )


def read_for(config: RunConfig, tickers: Sequence[str]) -> list[str]:
    """Tickers whose prices are read for some: they themselves, and with ``--extend`` proxies."""
    proxies = [name for t in tickers if t in CATALOGUE for name in CATALOGUE[t].proxies]
    return [*tickers, *(proxies if config.extend else [])]


def require_loaded(config: RunConfig, tickers: Sequence[str]) -> None:
    """Refuse a ticker of ``--price-only`` whose prices are not used: it may be misspelt.

    Raises
    ------
    UsageError
        Naming the tickers whose prices are.
    """
    for ticker in config.price_only:
        if ticker not in read_for(config, tickers):
            raise UsageError(
                f"--price-only names {ticker}, and {config.strategy} uses prices of "
                f"{', '.join(tickers)}{did_you_mean(ticker, tickers)}; name one of these"
            )


def with_own_sessions(
    inputs: Inputs, tickers: Sequence[str], load_own: Callable[[str | None], Market]
) -> Inputs:
    """Let a portfolio keep the sessions that its benchmark lacks.

    Parameters
    ----------
    inputs
        Loaded with the benchmark, on the sessions that all have.
    tickers
        What the portfolio may hold.
    load_own
        Loads the market without the benchmark up to a day; called where that may have other
        sessions.
    """
    period, shared = inputs.period, inputs.period.market
    if inputs.benchmark in tickers or shared.source == "bundled":
        return inputs
    own = load_own(inputs.config.end)
    if (
        own.periods_per_year == 12
        and own.sessions.to_period("M").isin(shared.sessions.to_period("M")).all()
    ):
        return inputs  # the same months, which the benchmark may date by another day
    later = own.sessions[own.sessions > shared.sessions[-1]]
    # A few sessions are a hole at the end; a benchmark that ends long before ends the run, said.
    last = own.sessions[-1] if len(later) <= STALE_SESSIONS else shared.sessions[-1]
    if last < own.sessions[-1]:  # what is said of its proxies is about the days that are used
        own = load_own(f"{last:%Y-%m-%d}")
    sessions = own.sessions[(own.sessions >= shared.sessions[0]) & (own.sessions <= last)]
    lacking = sessions.difference(shared.sessions)
    if lacking.empty:
        return inputs
    start = period.start
    if start is not None:  # the asked day itself may be one that the benchmark lacks
        start = own.sessions[own.sessions >= pd.Timestamp(inputs.config.start)][0]
    note = (
        f"{inputs.benchmark} has no price on {days_text(lacking)}, sessions of the portfolio: "
        "the benchmark's numbers leave them out"
    )
    ends = [line for line in shared.notes if line.startswith("data end on")]
    cut = ends if last == shared.sessions[-1] else []
    hours = [line for line in note_on_closes(shared.calendars, last) if line not in own.notes]
    notes = [*own.notes, *cut, note, *hours]
    market = own.until(last).relabelled(notes=notes, is_cut=shared.is_cut, origin=shared.origin)
    return replace(inputs, period=replace(period, market=market, start=start), shared=shared)


@dataclass(frozen=True)
class FirstDays:
    """When a run can begin, days ``YYYY-MM-DD``.

    ``row_zero`` is the first day on which it can; ``invested`` the first day for ``--start`` from
    which on it is invested.
    """

    row_zero: str
    invested: str


def first_days(config: RunConfig) -> FirstDays:
    """Find when a run can begin, whatever its configuration asks for."""
    period = load_inputs(config).period
    decided = decide(config.make_strategy(), period.market)
    sessions = period.market.sessions
    row = int(sessions.searchsorted(max(period.first, decided.index[0])))
    after = min(row + config.costs.lag + 1, len(sessions) - 1)
    return FirstDays(f"{sessions[row]:%Y-%m-%d}", f"{sessions[after]:%Y-%m-%d}")


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
        plan=config.plan,
        engine=engine,
    )
    begins = simulation.nav.index[0]
    shared = inputs.shared
    if simulation.ruined is not None:
        market, shared = _until_ruin(simulation, market, shared)
    benchmark = _benchmark(inputs, shared or market, simulation, engine)
    if period.start is None and begins > market.sessions[0]:
        reason = "the first decision of " + strategy.name
        if begins == period.first:
            reason = begin_of(market, begins, period.late)
        # A remark, not a note, which would change the run's name: --start of that day is the same
        # run.
        begun = f"the run begins on {begins:%Y-%m-%d}, {reason}"
        market = market.relabelled(remarks=[*market.remarks, begun])
    elif simulation.opening.is_invested:
        first = simulation.nav.index[1]
        based = f"the base date is {begins:%Y-%m-%d}: the first return is that of {first:%Y-%m-%d}"
        market = market.relabelled(remarks=[*market.remarks, based])
    if not is_annual(pd.DatetimeIndex(simulation.nav.index)):
        days = (simulation.nav.index[-1] - begins).days
        short = f"{days} days are less than a year: nothing is annualised"
        market = market.relabelled(remarks=[*market.remarks, short])
    scaled = scaling_notes(strategy.name, simulation.largest_sum)
    rows = pd.DatetimeIndex(simulation.nav.index)
    paid = simulation.plan.flows.notes_on(market, rows, config.costs.lag)
    market = market.relabelled(notes=[*scaled, *market.notes, *paid, *notes_of(strategy)])
    summary = summarise(config, market, simulation, benchmark, inputs.benchmark, shared)
    before = inputs if simulation.ruined is not None else None
    return Run(config, market, simulation, benchmark, summary, shared, inputs=before)


def as_if_unpaid(run: Run) -> Run:
    """A run that its payouts ruined, to its asked end and without cash flows; any other as it is.

    For what is not about the run's own money: the state of the hedge today, the long view, how
    long other payouts lasted. Filled by the ledger.
    """
    if run.inputs is None:
        return run
    config = replace(run.config, plan=run.config.plan.without_flows())
    return simulated(replace(run.inputs, config=config), ledger.fill)


def _until_ruin(
    simulation: Simulation, market: Market, shared: Market | None
) -> tuple[Market, Market | None]:
    """The data of a run up to the session on which a payout takes all there is: it ends there."""
    day = simulation.ruined
    told = f"ruined on {day:%Y-%m-%d}: a payout takes all there is, and the run ends there"
    last = with_its_notes(market.until(day), market)
    last = last.relabelled(remarks=[*last.remarks, told], is_cut=market.is_cut)
    return last, None if shared is None else shared.until(day)


def _benchmark(
    inputs: Inputs, market: Market, simulation: Simulation, engine: Engine
) -> Simulation:
    """100 % of the benchmark over the same sessions, with the same cash flows."""

    def held(plan: Plan) -> Simulation:
        return simulate(
            market,
            EquityOnly(ticker=inputs.benchmark),
            inputs.config.costs,
            opening=simulation.opening.on(market),
            initial=inputs.config.initial,
            plan=plan,
            engine=engine,
        )

    made = held(simulation.plan)
    return made if made.ruined is None else made.continued(held(PLAIN))


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
