"""The summary of a run: the numbers that other tools read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from immutabledict import immutabledict

from backtests.analysis.numbers import PortfolioNumbers, numbers_of
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import MoneyTable
from backtests.engine.own_money import OwnMoney, own_money
from backtests.engine.simulation import Simulation
from data.currency.conversion import Investor
from data.market import Market
from data.records import freeze_mappings, ten_digits
from data.vintage import Vintage
from strategies.base import Params


@dataclass(frozen=True)
class Latest:
    """What the rule says on the last session; weights are fractions of value by ticker.

    Attributes
    ----------
    as_of
        The last session, ``YYYY-MM-DD``.
    decided, target
        The last decision's day, and what it asked for.
    held
        What is held now, drifted since.
    pending
        The target that has not traded yet; None where all has.
    """

    as_of: str
    decided: str
    target: Mapping[str, float]
    held: Mapping[str, float]
    pending: Mapping[str, float] | None

    def __post_init__(self) -> None:
        """Keep weights from being changed."""
        freeze_mappings(self)


@dataclass(frozen=True)
class BenchmarkSummary:
    """The benchmark: 100 % of a ticker over the same sessions, at the same costs."""

    ticker: str
    metrics: PortfolioNumbers


@dataclass(frozen=True)
class CalendarYear:
    """Returns of a whole calendar year, fractions."""

    year: int
    strategy: float
    benchmark: float


@dataclass(frozen=True)
class Summary:
    """A run in numbers, as ``summary.json`` holds it.

    Attributes
    ----------
    strategy, params
        What was run.
    source, source_title, notes, data
        The data, notes on them, how old they are, and what stood in for what.
    start, end
        The base date (row 0) and the last session, ``YYYY-MM-DD``.
    first_return, first_fill
        The session of the first return, and that of the first purchase; until then all is cash.
    periods, periods_per_year, rows_per_year
        Rows after the first; 252 for daily rows, 12 for monthly ones; how many make a year here.
    years
        Returns of the complete calendar years.
    currency
        Code of the currency that every amount is in.
    costs, initial
        What trading cost, and the value at the start.
    metrics, benchmark
        Numbers of the strategy and of its benchmark.
    latest
        What the rule says on the last session.
    money
        Its currency, what cash is there, and how much of the dollar is hedged; None in dollars.
    withholding
        What is withheld from dividends and interest, as its configuration has it; None for nothing.
    nominal
        Numbers of the strategy in money of the day, of a run in home purchasing power, whose every
        other number is real; else None.
    own_money
        What was paid in and out, and what it came to; None without cash flows.
    plan
        Its bands and cash flows, as its configuration has them; empty without any.
    """

    strategy: str
    params: Params
    source: str
    source_title: str
    notes: tuple[str, ...]
    data: Vintage
    start: str
    end: str
    first_return: str
    first_fill: str
    periods: int
    periods_per_year: int
    rows_per_year: float
    currency: str
    costs: Costs
    initial: float
    metrics: PortfolioNumbers
    benchmark: BenchmarkSummary
    years: tuple[CalendarYear, ...]
    latest: Latest
    money: MoneyTable | None = None
    withholding: float | str | None = None
    nominal: PortfolioNumbers | None = None
    own_money: OwnMoney | None = None
    plan: Params = immutabledict()

    def __post_init__(self) -> None:
        """Keep parameters from being changed."""
        freeze_mappings(self)

    @property
    def investor(self) -> Investor | None:
        """In whose money it is; None in dollars."""
        return None if self.money is None else self.money.investor

    @property
    def is_real(self) -> bool:
        """Whether its amounts are in the purchasing power of the base date."""
        return self.nominal is not None

    @property
    def base_date(self) -> str:
        """The day in whose purchasing power its amounts are; empty in money of the day."""
        return self.start if self.is_real else ""

    @property
    def weights(self) -> Mapping[str, float] | None:
        """The weights that were asked for; None for a rule, which has none."""
        weights = self.params.get("weights")
        return weights if isinstance(weights, Mapping) else None


def summarise(
    config: RunConfig,
    market: Market,
    simulation: Simulation,
    benchmark: Simulation,
    ticker: str,
    shared: Market | None = None,
) -> Summary:
    """Sum a run up.

    Parameters
    ----------
    config, market, simulation
        What was run, on what.
    benchmark, ticker
        100 % of a ticker over the same period.
    shared
        What the benchmark was simulated on, where that is another market.
    """
    sessions = simulation.nav.index
    portfolio, other = simulation.portfolio(market), benchmark.portfolio(shared or market)
    return Summary(
        strategy=config.strategy,
        params=config.params,
        source=market.source,
        source_title=market.title,
        notes=market.notes,
        data=market.vintage,
        start=_date(sessions[0]),
        end=_date(sessions[-1]),
        first_return=_date(sessions[1]),
        first_fill=_date(simulation.first_fill),
        periods=len(sessions) - 1,
        periods_per_year=market.periods_per_year,
        rows_per_year=portfolio.ppy,
        currency=market.currency,
        costs=simulation.costs,
        initial=config.initial,
        metrics=numbers_of(portfolio),
        benchmark=BenchmarkSummary(ticker, numbers_of(other)),
        years=_years(portfolio.years, other.years),
        latest=latest(simulation),
        money=config.money.table,
        withholding=config.withholding.value,
        nominal=_nominal(market, simulation),
        own_money=own_money(simulation, benchmark, market) if config.plan.flows else None,
        plan=simulation.plan.table,
    )


def _years(portfolio: pd.Series, benchmark: pd.Series) -> tuple[CalendarYear, ...]:
    """The calendar years that both have."""
    other = dict(zip(benchmark.index.tolist(), benchmark.tolist(), strict=True))
    return tuple(
        ten_digits(CalendarYear(year, made, other[year]))
        for year, made in zip(portfolio.index.tolist(), portfolio.tolist(), strict=True)
        if year in other
    )


def _nominal(market: Market, simulation: Simulation) -> PortfolioNumbers | None:
    """Numbers of a real simulation in money of the day; None of a nominal one."""
    if market.deflated is None:
        return None
    level = market.deflated.price_level.loc[simulation.nav.index]
    nominal = replace(simulation, nav=simulation.nav * level / level.iloc[0])
    return numbers_of(nominal.portfolio(market.nominal))


def latest(simulation: Simulation) -> Latest:
    """What the rule says on the last session: its decision, what is held, what is pending."""
    decided = simulation.decisions.iloc[-1]
    target = {str(name): float(weight) for name, weight in decided.items()}
    held = {str(name): float(weight) for name, weight in simulation.weights.iloc[-1].items()}
    return Latest(
        as_of=_date(simulation.nav.index[-1]),
        decided=_date(decided.name),
        target=target,
        held=held,
        pending=target if simulation.pending else None,
    )


def _date(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"
