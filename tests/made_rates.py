"""Daily rates made from the bundled months: what FRED and Yahoo would send, to be spoiled by tests.

Month-ends, monthly means and consumer prices are the published ones; the days between are made,
with moves that neighbours on the curve share. The same figures every time.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from data import bundled
from data.sources import fred, yahoo
from tests.yahoo_server import Yahoo, exchange_calendar

FIRST, LAST = "1990-01-01", "2025-12-31"
MOVE, OWN_MOVE = 0.05, 0.01  # points a day that all yields share, and that each has for itself
MIXES = {
    0.25: {"bill": 0.6, 1.0: 0.4}, 0.5: {"bill": 0.3, 1.0: 0.7},
    3.0: {2.0: 0.6, 5.0: 0.4}, 7.0: {5.0: 0.6, 10.0: 0.4},
}  # fmt: skip


@cache
def every_rate() -> dict[str, pd.Series]:
    """All series by name, of FRED and of Yahoo (closes), 1990 to 2025."""
    months = bundled.table().loc[FIRST:]
    days = pd.bdate_range(FIRST, LAST)
    ends = months.rename(columns=bundled.CURVE)
    ends["bill"] = (12.0 * months["bill_pct"]).shift(-1).ffill()
    for years, mix in MIXES.items():
        ends[years] = sum(share * ends[column] for column, share in mix.items())
    shared = np.random.default_rng(20).normal(0.0, MOVE, len(days))
    rates: dict[str, pd.Series] = {}
    for number, (years, name) in enumerate(fred.CURVE.items()):
        own = np.random.default_rng(number).normal(0.0, OWN_MOVE, len(days))
        rates[name] = _between(ends[years], days, shared + own)
    yields = rates[fred.CURVE[0.25]]
    rates[fred.BILL] = (360.0 * yields / (365.0 + 0.91 * yields)).round(2)
    calendar = pd.date_range(FIRST, LAST)
    policy = months["fed_funds_pct"].reindex(calendar.to_period("M")).set_axis(calendar)
    rates[fred.POLICY_RATE] = policy
    prices = months["cpi_sa"].copy()
    rates[fred.CPI] = prices.set_axis(prices.index.to_timestamp()).dropna()
    weekly = np.random.default_rng(7).normal(0.0, 0.004, len(days))
    own = np.random.default_rng(8).normal(0.0, 0.002, len(days))
    since = days >= "2006-01-02"
    rates[fred.BROAD_DOLLAR] = pd.Series(100.0 * np.exp(np.cumsum(weekly)), days)[since].round(4)
    rates[yahoo.DOLLAR] = pd.Series(95.0 * np.exp(np.cumsum(weekly + own)), days)[since].round(3)
    rates["^IRX"] = rates[fred.BILL]
    rates |= {"^FVX": rates["DGS5"], "^TNX": rates["DGS10"], "^TYX": rates["DGS30"]}
    return rates


def _between(ends: pd.Series, days: pd.DatetimeIndex, moves: np.ndarray) -> pd.Series:
    """Daily figures that meet those of the month-ends, with these moves on the way."""
    known_ends = ends.dropna()
    months = days.to_period("M")
    last = ~months.duplicated(keep="last")
    targets = pd.Series(ends.reindex(months).to_numpy(float), days)[last]
    line = targets.reindex(days).interpolate(limit_area="inside")
    walk = pd.Series(np.cumsum(moves), days)
    # A walk that is zero at each month-end, and small where yields are: never below zero.
    bridge = walk - walk[last].reindex(days).interpolate(limit_area="inside")
    made = line + bridge * (line / 2.0).clip(0.25, 1.0)
    first = known_ends.index[0].to_timestamp(how="end").normalize()
    made = made[(made.index >= first - pd.Timedelta(days=3)) & line.notna()]
    # Months without a figure stay empty, as the 20-year's from 1987 to 1993.
    there = made.index.to_period("M").isin(known_ends.index)
    return made[there].clip(lower=0.0).round(2)


def rate(name: str, first: str = "1990-01-01", last: str = "2025-12-31") -> pd.Series:
    """One series by day, a copy to be spoiled."""
    return every_rate()[name].loc[first:last].copy()


def quiet(name: str, first: str, last: str) -> pd.Series:
    """One of H.15's yields that moves evenly from one month-end to the next: a copy."""
    whole = every_rate()[name]
    months = pd.DatetimeIndex(whole.index).to_period("M")
    ends = whole[~months.duplicated(keep="last")]
    return ends.reindex(whole.index).interpolate(limit_area="inside").loc[first:last].round(2)


def hold_rates(web: Yahoo, first: str = "1990-01-01", last: str = "2025-12-31") -> None:
    """Serve all of FRED's series."""
    for name in every_rate():
        if name not in (*yahoo.YIELDS, yahoo.DOLLAR):
            web.hold_fred(name, rate(name, first, last))


def hold_index(web: Yahoo, name: str, values: pd.Series) -> None:
    """Serve an index of Yahoo's on the sessions of the exchange."""
    sessions = exchange_calendar(pd.Timestamp("1990-01-02")).sessions
    closes = values[values.index.isin(sessions)]
    bars = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close"), closes))
    bars["Adj Close"] = closes
    web.hold(name, bars.assign(Volume=0, Dividends=0.0, **{"Stock Splits": 0.0}))


def hold_yahoos(web: Yahoo, first: str = "1990-01-01", last: str = "2025-12-31") -> None:
    """Serve Yahoo's four yields and its dollar index."""
    for name in (*yahoo.YIELDS, yahoo.DOLLAR):
        hold_index(web, name, rate(name, first, last))
