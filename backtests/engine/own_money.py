"""What an investor who pays in and takes out has in the end, beside the unit value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from backtests.analysis.metrics import is_annual
from backtests.analysis.numbers import PortfolioMoney
from backtests.engine.simulation import Simulation
from data.market import Market
from data.price_level import price_level
from data.purchasing_power import by_month_about


@dataclass(frozen=True)
class Outcome:
    """What a portfolio with cash flows came to.

    Attributes
    ----------
    final_wealth
        Its value on the last session, in currency.
    money_weighted
        The rate a year, a fraction, at which all that is paid in grows to all that is taken out
        and to what is left; None where there is no such rate, and under 360 days.
    ruined
        The session on which a payout took all there was, ``YYYY-MM-DD``; None if none did.
    """

    final_wealth: float
    money_weighted: float | None
    ruined: str | None


@dataclass(frozen=True)
class OwnMoney:
    """The money of a run with cash flows, in its currency.

    Attributes
    ----------
    paid_in
        The value at the start and all payments.
    taken_out
        All payouts, above 0.
    real_final_wealth
        The final wealth in the purchasing power of the base date; None where consumer prices are
        not known on both days.
    strategy, benchmark
        What they came to, with the same flows.
    nominal_final_wealth
        The final wealth in money of the day, of a run in purchasing power; else None.
    """

    paid_in: float
    taken_out: float
    real_final_wealth: float | None
    strategy: Outcome
    benchmark: Outcome
    nominal_final_wealth: float | None = None


def own_money(simulation: Simulation, benchmark: Simulation, market: Market) -> OwnMoney:
    """Count what was paid in and out, and what it came to.

    Parameters
    ----------
    simulation, benchmark
        With the same cash flows.
    market
        Its consumer prices are those of the investor.
    """
    own = money_of(simulation, market)
    return OwnMoney(
        paid_in=own.paid_in,
        taken_out=own.taken_out,
        real_final_wealth=own.real_final_wealth,
        strategy=_outcome(own),
        benchmark=_outcome(money_of(benchmark, market)),
        nominal_final_wealth=None if market.deflated is None else own.nominal_final_wealth,
    )


def money_of(simulation: Simulation, market: Market) -> PortfolioMoney:
    """What a portfolio with cash flows took, gave and came to.

    Parameters
    ----------
    simulation
        Of the portfolio.
    market
        Its consumer prices are those of the investor.
    """
    flows, ruined = simulation.flows, simulation.ruined
    final_wealth = float(simulation.wealth.iloc[-1])
    growth = growth_of_prices(market, pd.DatetimeIndex(simulation.wealth.index))
    level = None if market.deflated is None else market.deflated.price_level.loc[flows.index]
    grown = 1.0 if level is None else float(level.iloc[-1] / level.iloc[0])
    return PortfolioMoney(
        paid_in=float(simulation.wealth.iloc[0] + flows[flows > 0.0].sum()),
        taken_out=0.0 - float(flows[flows < 0.0].sum()),
        final_wealth=final_wealth,
        real_final_wealth=None if growth is None else final_wealth / growth,
        nominal_final_wealth=final_wealth * grown,
        money_weighted=money_weighted(simulation.wealth, flows),
        ruined=None if ruined is None else f"{ruined:%Y-%m-%d}",
    )


def growth_of_prices(market: Market, sessions: pd.DatetimeIndex) -> float | None:
    """Consumer prices on the last session over those of the first; None where not known.

    1 in a market that is in purchasing power already.
    """
    if market.deflated is not None:
        return 1.0
    ends = sessions[[0, -1]]
    level = price_level(by_month_about(market), ends, monthly=market.periods_per_year == 12)
    return float(level.iloc[-1] / level.iloc[0]) if len(level) == len(ends) else None


def _outcome(money: PortfolioMoney) -> Outcome:
    return Outcome(money.final_wealth, money.money_weighted, money.ruined)


def money_weighted(wealth: pd.Series, flows: pd.Series) -> float | None:
    """The money-weighted return a year, a fraction, in years of 365.25 days as the CAGR has them.

    Parameters
    ----------
    wealth
        Value at the close of each session; that of the first is paid in.
    flows
        Paid in (positive) and out (negative), by session.
    """
    from pyxirr import DayCount, xirr

    dates = pd.DatetimeIndex(wealth.index)
    if not is_annual(dates):
        return None
    received = -flows.reindex(dates, fill_value=0.0)
    received.iloc[0] -= wealth.iloc[0]
    received.iloc[-1] += wealth.iloc[-1]
    moved = received[received != 0.0]
    days = [day.date() for day in pd.DatetimeIndex(moved.index)]
    rate = xirr(days, moved.tolist(), silent=True, day_count=DayCount.ACT_365_25)
    return None if rate is None or not math.isfinite(rate) else float(rate)
