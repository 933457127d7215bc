"""What a duration rule did with its Treasuries (the sleeve): switches, and sources of profit.

Duration is the percent of price lost per point of yield rise, in years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from backtests.analysis.attribution import CURRENCY, INFLATION, by_period, sleeve_attribution
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.simulation import Simulation
from data.market import Market
from data.treasuries.curve import covers, fund_return_parts, rung_yields, year_fractions
from data.treasuries.instruments import CATALOGUE, FUNDS_OF_BILLS
from strategies.dial import DIAL, DurationRule, blend, fund_durations

SWITCH_YEARS = 0.25  # the least change of duration that is a switch


@dataclass(frozen=True, eq=False)
class SleeveReport:
    """Switches and attribution of a duration rule.

    Attributes
    ----------
    switches
        One row a switch: ``date`` (of the fill), ``decided``, ``from_years``, ``to_years``,
        ``entry_yield`` (of what is held from then on), ``price_move`` (of the sleeve since the
        last switch, beyond its entry yield), ``premium_banked`` (currency; 0 unless it
        shortened), ``held_return`` and ``nothing_return`` (of the sleeve until the next
        switch, as switched and with the old target kept, at the same costs).
    attribution
        As :func:`backtests.analysis.attribution.by_period` returns it.
    duration
        The target in years, by the session on which it was filled.
    """

    switches: pd.DataFrame
    attribution: pd.DataFrame
    duration: pd.Series


def report_sleeve(market: Market, rule: DurationRule, simulation: Simulation) -> SleeveReport:
    """Work out the switches and the attribution of a finished simulation."""
    sessions = pd.DatetimeIndex(simulation.nav.index)
    targets = _filled_targets(market, rule, simulation)
    funds = [fund for fund in DIAL if fund in simulation.weights.columns]
    values = simulation.weights[funds].mul(simulation.nav, axis=0)
    levels = market.prices.loc[sessions, funds]
    returns = levels.pct_change(fill_method=None).fillna(0.0)
    moved = _switch_rows(targets)
    switches = _switch_table(market, simulation, targets, moved, values, returns)
    split = attribute(market, simulation, funds)
    return SleeveReport(
        switches=switches,
        attribution=by_period(split, pd.DatetimeIndex(switches["date"])),
        duration=pd.Series(targets["years"].to_numpy(float), sessions[targets["filled"]]),
    )


def count_switches(market: Market, rule: DurationRule, simulation: Simulation) -> int:
    """How often a rule changed its duration by a quarter of a year or more."""
    return len(_switch_rows(_filled_targets(market, rule, simulation)))


# The report of a rule and its verdict need the same split.
_SPLITS: WeakKeyDictionary[Simulation, dict[tuple[str, ...], pd.DataFrame]] = WeakKeyDictionary()


def attribute(market: Market, simulation: Simulation, funds: Sequence[str]) -> pd.DataFrame:
    """Split the profit of some funds held, session by session, in currency.

    Returns
    -------
    pandas.DataFrame
        As :func:`backtests.analysis.attribution.sleeve_attribution`; the profit of a fund without
        yields is all residual.
    """
    made = _SPLITS.setdefault(simulation, {})
    key = tuple(funds)
    if key not in made:
        made[key] = _split(market, simulation, list(funds))
    return made[key].copy(deep=False)


def _split(market: Market, simulation: Simulation, funds: list[str]) -> pd.DataFrame:
    values = simulation.weights[funds].mul(simulation.nav, axis=0)
    returns, nominal, dollars = (
        own.prices.loc[simulation.nav.index, funds].pct_change(fill_method=None).fillna(0.0)
        for own in (market, market.nominal, market.in_dollars)
    )
    orders = simulation.orders[simulation.orders["ticker"].isin(funds)]
    # Costs in unit value: what is paid in or out of wealth is no profit.
    unit = (simulation.nav / simulation.wealth).shift(1).fillna(1.0)
    paid = orders["fee"] + orders["slippage"]
    costs = (paid * unit.loc[orders["date"]].to_numpy()).groupby(orders["date"]).sum()
    parts = {fund: _fund_parts(market.in_dollars, fund, dollars[fund]) for fund in funds}
    if market.abroad is not None:
        parts = {
            fund: of_fund.assign(**{CURRENCY: nominal[fund] - dollars[fund]})
            for fund, of_fund in parts.items()
        }
    if market.deflated is not None:
        parts = {
            fund: of_fund.assign(**{INFLATION: returns[fund] - nominal[fund]})
            for fund, of_fund in parts.items()
        }
    return sleeve_attribution(values, returns, parts, costs)


def _filled_targets(market: Market, rule: DurationRule, simulation: Simulation) -> pd.DataFrame:
    """Decisions that were filled: ``decided``, ``filled`` (row number), ``years``."""
    sessions = pd.DatetimeIndex(simulation.nav.index)
    decided = rule.decided_duration(market.nominal)
    days = pd.DatetimeIndex(simulation.decisions.index)
    years = decided.asof(days).to_numpy(float)
    rows = simulation.fill_rows
    there = rows < len(sessions)
    return pd.DataFrame({"decided": days[there], "filled": rows[there], "years": years[there]})


def _switch_rows(targets: pd.DataFrame) -> list[int]:
    """Decisions that change the target by at least a quarter of a year since the last switch."""
    switches, last = [], float(targets["years"].iloc[0])
    for number, years in enumerate(targets["years"]):
        if abs(years - last) >= SWITCH_YEARS:
            switches.append(number)
            last = float(years)
    return switches


def _switch_table(
    market: Market,
    simulation: Simulation,
    targets: pd.DataFrame,
    moved: list[int],
    values: pd.DataFrame,
    returns: pd.DataFrame,
) -> pd.DataFrame:
    sessions = pd.DatetimeIndex(simulation.nav.index)
    # The day's return on the value before it: the sleeve's own return, whatever was traded.
    before = values.shift(1)
    total = before.sum(axis=1)
    daily = ((before * returns).sum(axis=1) / total.where(total > 0)).fillna(0.0)
    growth = (1.0 + daily).cumprod().to_numpy()
    yields = _fund_yields(market).reindex(sessions)
    held = values.div(values.sum(axis=1).replace(0.0, np.nan), axis=0)
    entry = (held * yields[values.columns]).sum(axis=1, skipna=False).to_numpy()
    years = year_fractions(sessions, market.periods_per_year).cumsum()
    rows = []
    durations = fund_durations(market)
    prices = market.prices[list(DIAL)].bfill()
    start, old = int(targets["filled"].iloc[0]), float(targets["years"].iloc[0])
    for position, number in enumerate(moved):
        now = int(targets["filled"].iloc[number])
        new = float(targets["years"].iloc[number])
        last = (
            int(targets["filled"].iloc[moved[position + 1]])
            if position + 1 < len(moved)
            else len(sessions) - 1
        )
        accrued = (1.0 + entry[start] / 2.0) ** (2.0 * (years[now] - years[start]))
        move = growth[now] / growth[start] / accrued - 1.0
        # From the durations held: a lower target that is beyond the longest fund sells nothing.
        that_day = durations.loc[sessions[now]].fillna(0.0)
        was = float((held.iloc[now - 1] * that_day).sum())
        is_now = float((held.iloc[now] * that_day).sum())
        sold = max(was - is_now, 0.0) / was if new < old and was > 0 else 0.0
        worth = float(total.iloc[now] * (1.0 + daily.iloc[now]))  # at the fill, before its orders
        inside = targets[(targets["filled"] >= now) & (targets["filled"] < max(last, now + 1))]
        window = slice(now - 1, last + 1)
        as_switched, as_before = _two_ways(
            prices.loc[sessions[window]], durations, simulation.costs, inside, now - 1, old
        )
        rows.append(
            {
                "date": sessions[now],
                "decided": targets["decided"].iloc[number],
                "from_years": old,
                "to_years": new,
                "entry_yield": entry[now],
                "price_move": move,
                "premium_banked": move * sold * worth if sold else 0.0,
                "held_return": as_switched,
                "nothing_return": as_before,
            }
        )
        start, old = now, new
    columns = ["date", "decided", "from_years", "to_years", "entry_yield", "price_move",
               "premium_banked", "held_return", "nothing_return"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _two_ways(
    prices: pd.DataFrame,
    durations: pd.DataFrame,
    costs: Costs,
    inside: pd.DataFrame,
    first: int,
    old: float,
) -> tuple[float, float]:
    """Return of the sleeve from a switch to the next: as decided, and at the old target.

    Both begin at the old target on the row before, so that each pays for its trades from the
    switch on, and for no other; the cost of the next switch belongs to that one.

    Parameters
    ----------
    prices
        Funds of the dial from the row before the switch to the next one.
    durations
        Of the funds on every session.
    costs
        Of the run.
    inside
        Decisions filled from the switch on and before the next.
    first
        Row number of the first price.
    old
        The target before the switch.
    """
    before = blend(pd.Series([old]), durations.loc[prices.index[:1]]).to_numpy()
    days = durations.loc[pd.DatetimeIndex(inside["decided"])]
    rows = inside["filled"].to_numpy() - first
    level = prices.to_numpy(float)
    fee, slip = np.full(len(DIAL), costs.fee), np.full(len(DIAL), costs.slippage)
    answers = []
    for wanted in (inside["years"].to_numpy(float), np.full(len(inside), old)):
        plan = np.full(level.shape, np.nan)
        plan[0] = before[0]
        plan[rows] = blend(pd.Series(wanted), days).to_numpy()
        nav = ledger.fill(level / level[0], plan, fee, slip, 1.0).nav
        answers.append(float(nav[-1] / nav[0] - 1.0))
    return answers[0], answers[1]


def _fund_yields(market: Market) -> pd.DataFrame:
    """Yield of each fund on every session, a fraction: the mean over the bonds of its ladder.

    For BIL it is the shortest yield published. NaN without a curve.
    """
    sessions = market.sessions
    table = pd.DataFrame(np.nan, index=sessions, columns=list(DIAL))
    yields = market.yields
    if yields is None:
        return table
    table["BIL"] = yields.bfill(axis=1).iloc[:, 0].to_numpy() / 100.0
    for fund in DIAL:
        ladder = CATALOGUE[fund].ladder
        if ladder is not None:
            table[fund] = rung_yields(yields, ladder).mean(axis=1)
    # A fund without a price yet is not held: zero, since NaN would make the whole sum NaN.
    return table.ffill().where(market.prices[list(DIAL)].notna(), 0.0)


def _fund_parts(market: Market, fund: str, returns: pd.Series) -> pd.DataFrame:
    """Split a fund's returns in dollars into parts, fractions, from the curve where there is one.

    That of bills is carry less the fee. Without a curve, and for funds that no ladder stands for,
    the whole return is residual.
    """
    instrument = CATALOGUE.get(fund.upper())
    if instrument is None:
        return pd.DataFrame(index=returns.index)
    dt = year_fractions(market.sessions, market.periods_per_year)
    if instrument.ladder is None and instrument.ticker not in FUNDS_OF_BILLS:
        return pd.DataFrame(index=returns.index)
    if instrument.ladder is None:
        fee = pd.Series((1.0 - instrument.expense) ** dt, index=market.sessions).loc[returns.index]
        gross = (1.0 + returns) / fee
        return pd.DataFrame({"carry": gross - 1.0, "expense": gross * (fee - 1.0)})
    yields = None if market.yields is None else market.yields.loc[returns.index[0] :]
    if yields is None or not covers(yields, instrument.ladder).any():
        return pd.DataFrame(index=returns.index)
    return fund_return_parts(yields, instrument, market.periods_per_year).loc[returns.index]
