"""How long a retiree's money lasted, from every start month: by the compiled kernel, all at once.

A start buys at the close of a month what the portfolio then held by its decisions, as a run with
``--start`` on the next day does, and takes out what ``--flow -X/month --flow-indexed`` would: the
same decisions, lag, costs and consumer prices. So each figure can be made again by one run.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.withdrawals import (
    HORIZONS,
    PAYMENTS,
    HorizonFigures,
    PortfolioWithdrawals,
    WithdrawalKey,
    Withdrawals,
    horizon_figures,
)
from backtests.engine import ledger
from backtests.engine.backtest import as_if_unpaid
from backtests.engine.bands import Rebalancing, are_new, limits_of
from backtests.engine.candidates import (
    CandidateBands,
    Candidates,
    PricePanel,
    make_panel,
)
from backtests.engine.costs import Costs
from backtests.engine.flows import due_rows, price_growth
from backtests.engine.judge import judged_on
from backtests.engine.long_view import on_bundled_months
from backtests.engine.opening import with_cash
from backtests.engine.own_steps import ALIVE
from backtests.engine.own_sweep import prepare
from backtests.engine.plan import Plan
from backtests.engine.references import Sides, held_equity, make_sides
from backtests.engine.run import Run
from backtests.engine.scores import cores
from backtests.engine.simulate import simulate
from backtests.engine.simulation import Simulation
from backtests.engine.with_sweep import run_own_block
from backtests.engine.withdrawal_rate import unknown_prices
from data.background import home_prices
from data.command import Progress, silent
from data.errors import UsageError
from data.market import Market
from data.price_level import MOST_CARRIED
from strategies.base import Strategy

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

EXACT = 1e-9  # of a rate: how far apart one that lasts and one that does not may be
SAME = 1e-7  # of rates: a reference whose every rate is so near to the run's is the run
DECIMALS = 7  # of a rate, a fraction
FEW_ROUNDS = 12  # after which a search halves what is left, in place of drawing a line
MOST_ROUNDS = 80
FIRST_GUESS = 0.2  # of the horizon's inverse: it lasted wherever there is anything to find


@dataclass(frozen=True, eq=False)
class Retirement:
    """What all starts share.

    Attributes
    ----------
    market, strategy, costs, plan
        As the portfolio is simulated; nothing is paid in or out by ``plan``.
    simulation, sides
        The portfolio from its first row on, and its two sides.
    own_history
        As in :class:`Withdrawals`.
    """

    market: Market
    strategy: Strategy
    costs: Costs
    plan: Plan
    simulation: Simulation
    sides: Sides
    own_history: str = ""


@dataclass(frozen=True, eq=False)
class Course:
    """What one portfolio decides, on the rows on which it fills.

    Attributes
    ----------
    targets
        Shape (D, K), fractions of value, ``CASH`` last.
    rows
        Shape (D,), ascending rows of the panel.
    rebalancing
        Its bands.
    """

    targets: Array
    rows: Rows
    rebalancing: Rebalancing


@dataclass(frozen=True, eq=False)
class Starts:
    """Every start and horizon, a lane each.

    Attributes
    ----------
    row
        Shape (L,): the row at whose close it begins.
    first, last
        Shape (L,): rows of its first and last payment.
    years
        Shape (L,): its horizon.
    """

    row: Rows
    first: Rows
    last: Rows
    years: Rows


def withdrawals_of(run: Run, rate: float, progress: Progress = silent) -> Withdrawals:
    """Take money out of a run's mix from every start month, and out of its references.

    Parameters
    ----------
    run
        Finished; its verdict is not needed.
    rate
        What is taken out, a fraction of the wealth at the start a year.
    progress
        A context around each long step.

    Raises
    ------
    UsageError
        If there are less than ten years, or no consumer prices.
    """
    run = as_if_unpaid(run)
    if home_prices(run.market).dropna().empty:
        raise unknown_prices(run.market.currency)
    with progress("taking money out from every start month"):
        return retired(retirement_of(run), rate, progress)


def retirement_of(run: Run) -> Retirement:
    """The bundled months where a run's strategy can be simulated on them, else its own history."""
    on_months = on_bundled_months(run)
    if isinstance(on_months, str):
        market, why = judged_on(run, engine=ledger.fill)[0].nominal, on_months
        strategy, costs = run.config.make_strategy(), run.config.costs
        benchmark = run.summary.benchmark.ticker
    else:
        market, why = on_months.market.nominal, ""
        strategy, costs, benchmark = on_months.strategy, on_months.costs, on_months.benchmark
    plan = run.config.plan.without_flows()
    market = _until_prices_end(market)
    simulation = simulate(market, strategy, costs, plan=plan, engine=ledger.fill)
    sides = make_sides(
        market, strategy, simulation, benchmark, roles=run.config.roles, engine=ledger.fill
    )
    return Retirement(market, strategy, costs, plan, simulation, sides, why)


def _until_prices_end(market: Market) -> Market:
    """A market up to three months after its last consumer prices, as real figures are."""
    about = home_prices(market).dropna().index[-1] - 1
    rows = market.sessions[market.sessions.to_period("M") <= about + MOST_CARRIED]
    if len(rows) == 0 or rows[-1] == market.sessions[-1]:
        return market
    return market.until(rows[-1])


def retired(retirement: Retirement, rate: float, progress: Progress = silent) -> Withdrawals:
    """Find what each start could take out, for the portfolio and its references.

    Parameters
    ----------
    retirement
        What all starts share.
    rate
        What is asked, a fraction of the wealth at the start a year.
    progress
        Shows that the kernel is being compiled, where it is.

    Raises
    ------
    UsageError
        If no start has ten years.
    """
    market, sides = retirement.market, retirement.sides
    decisions = _decisions(retirement)
    names = dict.fromkeys(name for decided in decisions.values() for name in decided.columns)
    panel = make_panel(
        market,
        list(names),
        retirement.costs,
        opening=retirement.simulation.opening,
        initial=1.0,
        optional=list(names),
    )
    bands, none = retirement.plan.rebalancing, Rebalancing()
    courses = {
        # Equity at the run's weight trades when the run does, so that no band is its own.
        key: _course(decided, panel, market, none if key == "bills" else bands)
        for key, decided in decisions.items()
    }
    growth = _growth(market, panel)
    starts = _starts(panel, courses, growth)
    months = panel.sessions.to_period("M")
    prepare(progress)
    made: list[PortfolioWithdrawals] = []
    for key, course in courses.items():
        lanes = _lanes(course, starts)
        largest = np.round(largest_rates(lanes, starts, panel, growth), DECIMALS)
        ruined = _ruined(lanes, starts, panel, growth, np.full(len(starts.row), rate))[1]
        figures: list[HorizonFigures] = []
        for years in np.unique(starts.years):
            of = np.flatnonzero(starts.years == years)
            dry = [None if row == ALIVE else str(months[row]) for row in ruined[of]]
            began = str(months[starts.row[of[0]]])
            figures.append(horizon_figures(int(years), began, largest[of].tolist(), dry))
        made.append(PortfolioWithdrawals(key, tuple(figures)))
    there = [each.years for each in made[0].horizons]
    return Withdrawals(
        rate=rate,
        currency=market.currency,
        source_title=market.title,
        own_history=retirement.own_history,
        monthly=market.periods_per_year == 12,
        first=f"{panel.sessions[0]:%Y-%m-%d}",
        last=f"{panel.sessions[-1]:%Y-%m-%d}",
        first_start=str(months[starts.row[0]]),
        lag=retirement.costs.lag,
        equity=tuple(sides.equity_tickers),
        hedge=tuple(sides.hedge_tickers),
        too_long=tuple(years for years in HORIZONS if years not in there),
        portfolios=(made[0], *(each for each in made[1:] if not _is_same(each, made[0]))),
    )


def _is_same(portfolio: PortfolioWithdrawals, run: PortfolioWithdrawals) -> bool:
    pairs = zip(portfolio.horizons, run.horizons, strict=True)
    return all(np.allclose(ours.rates, own.rates, rtol=SAME, atol=SAME) for ours, own in pairs)


def _decisions(retirement: Retirement) -> dict[WithdrawalKey, pd.DataFrame]:
    """What the run, 100 % equity, and equity with bills at the run's weight decide."""
    simulation, sides = retirement.simulation, retirement.sides
    held = [ticker for ticker in sides.equity_tickers if ticker in sides.decided]
    stood = simulation.decisions[sides.decided.columns]
    followed = stood if retirement.plan.rebalancing else sides.decided
    return {
        "run": sides.decided,
        "equity": sides.all_equity,
        "bills": held_equity(followed, simulation, held),
    }


def _course(
    decided: pd.DataFrame, panel: PricePanel, market: Market, rebalancing: Rebalancing
) -> Course:
    zero = market.sessions.get_loc(panel.opening.row_zero)
    made = market.sessions.get_indexer(pd.DatetimeIndex(decided.index))
    targets = np.zeros((len(decided), len(panel.tickers) + 1))
    at = [panel.tickers.index(ticker) for ticker in decided.columns]
    targets[:, [*at, -1]] = with_cash(decided.to_numpy(float))
    return Course(targets, (made + panel.costs.lag - zero).astype(np.int64), rebalancing)


def _growth(market: Market, panel: PricePanel) -> Array:
    """Consumer prices as they were public on each row, over those of the first known; NaN before.

    As amounts of ``--flow-indexed`` grow.
    """
    public = home_prices(market).dropna().index[0].to_timestamp(how="end").normalize()
    rows = panel.sessions[panel.sessions >= public]
    growth = np.full(len(panel.sessions), np.nan)
    if len(rows):
        growth[len(panel.sessions) - len(rows) :] = price_growth(market, rows)
    return growth


def _starts(panel: PricePanel, courses: dict[WithdrawalKey, Course], growth: Array) -> Starts:
    """All month-ends from which a horizon is known, by horizon and in order."""
    due = due_rows(panel.sessions, "month", round(panel.ppy))
    lag, sessions = panel.costs.lag, len(panel.sessions)
    # From the row on which every portfolio holds what it decided, and all of it has prices.
    begins = max(int(course.rows[0]) for course in courses.values())
    held = np.max([course.targets.max(axis=0) for course in courses.values()], axis=0)[:-1] > 0
    begins = max(begins, int(panel.first[:-1][held].max(initial=0)))
    row, first, last, lengths = [], [], [], []
    for years in HORIZONS:
        count = PAYMENTS * years
        for at in range(len(due) - count + 1):
            ends = int(due[at + count - 1]) + lag
            if due[at] - 1 >= begins and not np.isnan(growth[due[at] - 1]) and ends < sessions:
                row.append(due[at] - 1)
                first.append(due[at] + lag)
                last.append(ends)
                lengths.append(years)
    if not row:
        raise UsageError(
            f"--withdrawals needs {HORIZONS[0]} years of whole months, and there are "
            f"{_years_text(panel.sessions[begins:])}; give a longer history, or leave it out"
        )
    return Starts(*(np.asarray(each, np.int64) for each in (row, first, last, lengths)))


def _years_text(sessions: pd.DatetimeIndex) -> str:
    if len(sessions) < 2:
        return "none"
    years = (sessions[-1] - sessions[0]).days / 365.25
    return f"{years:.1f} from {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}"


def _lanes(course: Course, starts: Starts) -> Candidates:
    """Each start's decisions: at its row the last that has filled by then, and those after it."""
    held, rows, counts = [], [], [0]
    for begins, ends in zip(starts.row, starts.last, strict=True):
        stands = int(course.rows.searchsorted(begins, side="right")) - 1
        of = np.arange(stands, int(course.rows.searchsorted(ends, side="right")))
        held.append(of)
        rows.append(np.maximum(course.rows[of], begins))
        counts.append(len(of))
    taken = np.concatenate(held)
    targets = np.ascontiguousarray(course.targets[taken])
    offsets = np.cumsum(counts)
    candidates = Candidates(targets, np.concatenate(rows), offsets)
    if not course.rebalancing:
        return candidates
    asked = course.rebalancing
    # With bands the kernel drops what repeats a decision that has not filled: here all that was
    # decided before a start and would fill after it.
    stand = are_new(course.targets)[taken]
    stand[offsets[:-1]] = True
    limits = limits_of(targets, asked.band, asked.band_relative)
    return replace(
        candidates, bands=CandidateBands(limits, stand, asked.band_to != Rebalancing().band_to)
    )


def _ruined(
    lanes: Candidates, starts: Starts, panel: PricePanel, growth: Array, rates: Array
) -> tuple[Array, Rows]:
    """What is left on the last row of the panel, and the row of each ruin, -1 without.

    ``rates``, shape (L,), are fractions a year of the wealth at each start: what waits in cash
    until then.
    """
    amount = np.zeros(len(panel.sessions))
    due = due_rows(panel.sessions, "month", round(panel.ppy))
    lag = panel.costs.lag
    due = due[due + lag < len(panel.sessions)]
    amount[due + lag] = np.nan_to_num(growth[due]) / PAYMENTS
    wealth = panel.prices[starts.row, -1] / panel.prices[0, -1]
    factor = -rates * wealth / growth[starts.row]
    paid = lanes.paid(amount, np.zeros(len(amount)), factor, starts.first, starts.last)
    threads = cores()
    size = max(1, math.ceil(len(paid) / threads))
    blocks = [paid[at : at + size] for at in range(0, len(paid), size)]
    with ThreadPoolExecutor(threads) as pool:
        parts = [block[1] for block in pool.map(partial(run_own_block, panel), blocks)]
    payments = np.concatenate(parts)
    return payments[:, 0], payments[:, 3].astype(np.int64)


def largest_rates(lanes: Candidates, starts: Starts, panel: PricePanel, growth: Array) -> Array:
    """The largest rate at which each start lasts, to ``EXACT``.

    What is left falls in a straight line as the rate rises but for costs: the line through the two
    largest rates that lasted meets zero next to the answer, which is then closed in from both
    sides; where bands bend it, halves of what is left do.
    """
    low, before = np.zeros(len(starts.row)), np.full(len(starts.row), -1.0)
    left, left_before = _ruined(lanes, starts, panel, growth, low)[0], np.full(len(low), np.inf)
    high = np.full(len(low), np.inf)
    asked = FIRST_GUESS / starts.years
    for turn in range(MOST_ROUNDS):
        remains, ruined = _ruined(lanes, starts, panel, growth, asked)
        lasted = ruined == ALIVE
        high = np.where(lasted, high, np.minimum(high, asked))
        better = lasted & (asked > low)
        before, left_before = np.where(better, low, before), np.where(better, left, left_before)
        low, left = np.where(better, asked, low), np.where(better, remains, left)
        if _is_found(low, high).all():
            return low
        asked = _next_rates(low, left, before, left_before, high, turn)
    return low


def _next_rates(
    low: Array, left: Array, before: Array, left_before: Array, high: Array, turn: int
) -> Array:
    """The rates to try next, between one that lasted and one that did not."""
    middle = np.where(np.isinf(high), 2.0 * low + EXACT, (low + high) / 2.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        meets = low + left * (low - before) / (left_before - left)
    beside = meets * (1.0 + (0.4 if turn % 2 else -0.4) * EXACT)
    drawn = np.isfinite(beside) & (beside > low) & (beside < high) & (turn < FEW_ROUNDS)
    tried = np.where(drawn, beside, middle)
    return np.where(_is_found(low, high), low, tried)


def _is_found(low: Array, high: Array) -> NDArray[np.bool_]:
    return np.isfinite(high) & (high - low <= EXACT * high)
