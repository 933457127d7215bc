"""Decide a run on every session that its period may have: the luck of the date.

Each is simulated on the run's own market, from its row 0, with its lag and costs.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from backtests.analysis.luck import Outcome, RebalancingLuck, luck_of
from backtests.analysis.metrics import cagr, drawdowns, is_annual, rows_per_year
from backtests.analysis.months import month_ends
from backtests.analysis.payoff import payoff, without_rounding
from backtests.analysis.record import Verdict
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.engine.plan import Plan
from backtests.engine.references import make_sides
from backtests.engine.roles import Roles
from backtests.engine.simulate import simulate
from backtests.engine.simulation import Simulation
from data.market import Market
from data.records import ten_digits
from strategies.base import Strategy
from strategies.dial import DurationRule
from strategies.hedge_mix import HedgeMix
from strategies.risk_parity import RiskParity
from strategies.schedule import CALENDARS, most_offset

Dated = HedgeMix | DurationRule | RiskParity  # the strategies whose session can be chosen


def rebalancing_luck(
    market: Market,
    strategy: Strategy,
    simulation: Simulation,
    verdict: Verdict,
    *,
    roles: Roles,
) -> RebalancingLuck | None:
    """Simulate a run on all sessions of its period, and hold it against them.

    Parameters
    ----------
    market, strategy, simulation
        The run that was judged.
    verdict
        Its verdict, whose payoff is the run's own.
    roles
        What counts as hedge and what as equity.

    Returns
    -------
    RebalancingLuck or None
        None where there is no choice: a strategy of the user's own, a calendar that is ``daily``
        or ``never``, months that are decided every month, and a mix that the session does not
        change (100 % of one ticker). None also over less than a year.
    """
    if not isinstance(strategy, Dated) or not strategy.is_built_in():
        return None
    calendar = strategy.rebalance if isinstance(strategy, HedgeMix) else "monthly"
    monthly = market.periods_per_year == 12
    most = most_offset(calendar, monthly_rows=monthly)
    if most == 1 or not is_annual(simulation.nav.index):
        return None
    every = None if verdict.evidence is None else verdict.evidence.every
    enough = every is not None and every.months >= FEWEST_ROWS
    own = every.estimate.number if every is not None and enough else None
    equity = verdict.tickers.equity[0]
    # Bought once, one equity and one hedge are the same whenever the mix is brought back.
    is_one = isinstance(strategy, HedgeMix) and len(verdict.tickers.hedge) == 1
    is_one = is_one and len(verdict.tickers.equity) == 1
    outcomes = []
    for offset in range(1, most + 1):
        if offset == strategy.offset:
            outcomes.append(_outcome(market, offset, simulation, own))
            continue
        other = replace(strategy, offset=offset)
        made = _decided(market, other, simulation)
        paid = own
        if own is not None and not is_one:
            paid = payoff_of(market, other, made, equity, roles)
        outcomes.append(_outcome(market, offset, made, paid))
    unit = "month" if monthly else "session"
    luck = ten_digits(luck_of(calendar, CALENDARS[calendar], unit, strategy.offset, outcomes))
    return None if luck.cagr.is_same and luck.max_drawdown.is_same else luck


def _decided(market: Market, strategy: Strategy, run: Simulation) -> Simulation:
    """Simulate a strategy as the run was: from its row 0, at its costs, with its plan and money.

    Where it is ruined before the run ends, its unit value goes on, as that of a reference.
    """
    from backtests.engine.with_sweep import fill_with_sweep  # numba, which not every command loads

    def made_with(plan: Plan) -> Simulation:
        return simulate(
            market,
            strategy,
            run.costs,
            opening=run.opening,
            initial=float(run.nav.iloc[0]),
            plan=plan,
            engine=fill_with_sweep,
        )

    made = made_with(run.plan)
    return made if made.ruined is None else made.continued(made_with(run.plan.without_flows()))


def _outcome(market: Market, offset: int, run: Simulation, paid: float | None) -> Outcome:
    values = run.nav.to_numpy(float)
    ppy = rows_per_year(pd.DatetimeIndex(run.nav.index), market.periods_per_year)
    ruined = None if run.ruined is None else f"{run.ruined:%Y-%m-%d}"
    return Outcome(offset, cagr(values, ppy), float(drawdowns(values).min()), paid, ruined)


def payoff_of(
    market: Market, strategy: Strategy, simulation: Simulation, benchmark: str, roles: Roles
) -> float | None:
    """Payoff of a simulation's hedge in all months, as its verdict would have it.

    None below the months that a payoff takes.
    """
    from backtests.engine.with_sweep import fill_with_sweep

    sides = make_sides(market, strategy, simulation, benchmark, roles=roles, engine=fill_with_sweep)
    levels = pd.DataFrame(
        {"equity": sides.equity_leg, "hedge": sides.hedge_leg, "cash": market.cash}
    ).loc[simulation.first_fill :]
    months = month_ends(levels).pct_change(fill_method=None).iloc[1:]
    if len(months) < FEWEST_ROWS:
        return None
    legs = (months[name].to_numpy(float) for name in ("equity", "hedge", "cash"))
    return payoff(*without_rounding(*legs))
