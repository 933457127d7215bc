"""The same strategy on the bundled months since 1962: what 23 years of funds cannot decide.

Filled by the ledger, which agrees with vectorbt to 1e-9, and judged in brief: the word and what
decides it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from backtests.analysis.decide import evidence_from
from backtests.analysis.evidence import Evidence, verdict_word
from backtests.analysis.months import month_ends
from backtests.analysis.objective import MONTHS
from backtests.analysis.record import LongView
from backtests.analysis.regimes import stock_bond_correlation
from backtests.analysis.resampling import Sample
from backtests.analysis.verdict import BLOCK_COLUMNS
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.references import Sides, make_sides
from backtests.engine.run import Run
from backtests.engine.simulate import simulate
from backtests.engine.simulation import Simulation
from backtests.engine.stock_bond import bond_of
from data import bundled
from data.background import is_month_over
from data.currency.conversion import Conversion
from data.errors import HedgeError
from data.load import load_market
from data.market import Market
from data.purchasing_power import in_purchasing_power
from data.records import ten_digits
from data.withholding.rates import Withholding
from strategies.base import Strategy
from strategies.registry import make_of

MOST_NAMED = 3  # tickers in a sentence
NEARLY_ALL = 0.95  # of the bundled months: a second view of them would say the same


@dataclass(frozen=True, eq=False)
class LongRun:
    """A strategy on the bundled months, and its two sides."""

    market: Market
    simulation: Simulation
    sides: Sides
    offset: int | None = None  # of the run, where months have no such session


@dataclass(frozen=True, eq=False)
class OnMonths:
    """A run's strategy as it is simulated on the bundled months.

    Attributes
    ----------
    market
        The bundled months up to the run's last whole month, in real money where the run is.
    strategy, costs
        As they decide and trade on months.
    benchmark
        The equity where the strategy itself holds none.
    offset
        Of the run, where months have no such session.
    """

    market: Market
    strategy: Strategy
    costs: Costs
    benchmark: str
    offset: int | None


def on_bundled_months(run: Run) -> OnMonths | str:
    """A run's strategy on the bundled months, or why it cannot be simulated there.

    A lag of some sessions is the shortest number of months that holds it; a calendar decides on
    the first month of its period, in which each of its first sessions lies.
    The months end with the run's last whole month: what came later its reader could not know.
    """
    strategy, ticker = run.config.make_strategy(), run.summary.benchmark.ticker
    roles, own = run.config.roles, run.market
    needed = [*strategy.tickers, *([] if roles.equity_of(strategy.tickers) else [ticker])]
    unknown = [name for name in needed if name not in bundled.TICKERS]
    if unknown:
        named = ", ".join(unknown[:MOST_NAMED])
        more = len(unknown) - MOST_NAMED
        return f"the bundled months do not know {named}{f' and {more} more' if more > 0 else ''}"
    if own.periods_per_year != MONTHS and not strategy.is_built_in():
        return f"{strategy.name} is no rule of this project: on months it may not be the same"
    benchmark = ticker if ticker in bundled.TICKERS else "SPY"
    months = math.ceil(run.config.costs.lag * MONTHS / own.periods_per_year)
    costs = Costs(run.config.costs.fee_bps, run.config.costs.slippage_bps, months)
    names = list(dict.fromkeys([*strategy.tickers, benchmark]))
    try:
        months_since = _bundled_months(
            tuple(names),
            run.config.conversion(names),
            run.config.withholding.of(names, roles),
            real=run.config.real,
        )
    except HedgeError as error:
        return str(error).partition(";")[0]
    on_months, offset = _on_months(strategy, own)
    market = _until(months_since, own)
    if market is None:
        return "the bundled months begin after its end"
    return OnMonths(market, on_months, costs, benchmark, offset)


def long_run(run: Run) -> LongRun | str:
    """Simulate a run's strategy on the bundled months, or say why that is not possible.

    Its costs and bands are the run's; nothing is paid in or out. See :func:`on_bundled_months`.
    """
    there = on_bundled_months(run)
    if isinstance(there, str):
        return there
    try:
        simulation = simulate(
            there.market,
            there.strategy,
            there.costs,
            initial=run.config.initial,
            plan=run.config.plan.without_flows(),
            engine=ledger.fill,
        )
        sides = make_sides(
            there.market,
            there.strategy,
            simulation,
            there.benchmark,
            roles=run.config.roles,
            engine=ledger.fill,
        )
    except HedgeError as error:
        return str(error).partition(";")[0]
    if not sides.hedge_tickers:
        return f"{there.strategy.name} holds no hedge on the bundled months"
    return LongRun(there.market, simulation, sides, there.offset)


def _on_months(strategy: Strategy, own: Market) -> tuple[Strategy, int | None]:
    """A strategy as it decides on months, and its offset where that is not the same there."""
    offset = strategy.params().get("offset")  # left out where it is the first
    if own.periods_per_year == MONTHS or not isinstance(offset, int):
        return strategy, None
    return make_of(type(strategy), {**strategy.params(), "offset": 1}), offset


@lru_cache(maxsize=4)
def _bundled_months(
    names: tuple[str, ...], conversion: Conversion, withholding: Withholding, *, real: bool
) -> Market:
    """The bundled months, kept with all that is worked out by them: a slider asks again and again.

    Raises
    ------
    HedgeError
        As :func:`data.load.load_market`.
    """
    months = load_market("bundled", list(names), conversion=conversion, withholding=withholding)
    return in_purchasing_power(months) if real else months


def _until(months: Market, own: Market) -> Market | None:
    """The bundled months up to the last whole month of a market; None where they begin later."""
    return _cut(months, own.sessions[-1].to_period("M") - (0 if is_month_over(own) else 1))


@lru_cache(maxsize=4)
def _cut(months: Market, last: pd.Period) -> Market | None:
    rows = months.sessions[months.sessions.to_period("M") <= last]
    if rows.empty:
        return None
    return months if rows[-1] == months.sessions[-1] else months.until(rows[-1])


def long_view(run: Run, long: LongRun | str) -> LongView | None:
    """Judge a run's strategy on the bundled months; None where the run itself is nearly that."""
    if isinstance(long, str):
        return LongView(missing=long)
    rows, own = long.simulation.nav.index, run.simulation.nav.index
    if run.market.source == "bundled" and len(own) >= NEARLY_ALL * len(rows):
        return None
    evidence = long_evidence(long)
    return LongView(
        missing="",
        source_title=long.market.title,
        start=f"{rows[0]:%Y-%m-%d}",
        end=f"{rows[-1]:%Y-%m-%d}",
        word=verdict_word(evidence),
        lag_months=long.simulation.costs.lag,
        offset=long.offset,
        hedge=tuple(long.sides.hedge_tickers),
        evidence=ten_digits(evidence),
    )


def long_evidence(long: LongRun) -> Evidence:
    """What decides the word of a strategy on the bundled months."""
    sides, nav = long.sides, long.simulation.nav
    levels = pd.DataFrame(
        {
            "portfolio": nav,
            "equity": sides.equity_leg,
            "hedge": sides.hedge_leg,
            "cash": long.market.cash,
        }
    ).loc[long.simulation.first_fill :]
    sample = Sample(month_ends(levels).pct_change(fill_method=None).iloc[1:], BLOCK_COLUMNS)
    name, bond = bond_of(long.market, sides)
    leg = month_ends(sides.dollar_legs.equity.to_frame("equity"))["equity"]
    return evidence_from(
        sample, stock_bond_correlation(leg.pct_change(fill_method=None), bond), name
    )
