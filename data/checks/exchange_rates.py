"""Whether rates of exchange can be right: their moves, and H.10 beside Yahoo's.

A peg may break by any amount in a day (the franc on 15 January 2015), so no single move is wrong by
its size alone where month-ends vouch for it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.histories import days_text
from data.checks.moves import EXCHANGE, FLOATING_SINCE, odd_moves
from data.checks.world_months import last_month
from data.currency.quotes import Pair

EXCHANGE_BOUNDS = (1e-6, 1e6)  # units for one dollar, or dollars for one unit
RATE_BOUNDS = (-5.0, 60.0)  # percent; Australia's policy rate was 42.5 in June 1980
# Rates that do not change: since 2006 the yuan stood still for 7 days, the others for 3.
STILL_SINCE, STILL_ROWS = "2006-01-01", 10
# Yahoo's daily "close" of a currency is often the rate at which the day began in London, up to 17
# hours before the noon rate of H.10: both lie within a day's move of each other.
LEVEL_DAYS, MOST_APART = 21, 0.02
# Over a year the daily changes of Yahoo's correlate with those of H.10 on the same day or on the
# day before; more than this much more at any other distance is a wrong date.
LAG_DAYS, LATER = 252, 0.25
LAGS = (-2, -1, 2, 3)  # sessions by which Yahoo's would be behind
# A rate of the tail this far from the last one of H.10 is no rate of exchange (logarithm): no
# currency of H.10 moved so far within the two weeks that its tail may have.
MOST_TAIL = 0.35


def odd_exchange(name: str, values: pd.Series) -> list[str]:
    """Report moves that go back at once, moves that stay and nothing vouches for, and standstills.

    Parameters
    ----------
    name
        FRED's series, or Yahoo's pair.
    values
        By ascending day.
    """
    floating = np.log(values.loc[FLOATING_SINCE:]).diff().iloc[1:]
    if name == "DEXCHUS":  # two rates until then
        floating = floating.loc["1994-02-01":]
    days = pd.DatetimeIndex(floating.index)
    lines = odd_moves(name, floating, EXCHANGE, already_named=vouched_for(name, days))
    recent = values.loc[STILL_SINCE:]
    runs = recent.groupby((recent != recent.shift()).cumsum())
    if len(recent) and runs.size().max() >= STILL_ROWS:
        still = runs.get_group(runs.size().idxmax())
        lines.append(
            f"{name}: is {still.iloc[0]:g} on all {len(still)} days from {still.index[0]:%Y-%m-%d} "
            f"to {still.index[-1]:%Y-%m-%d}; check it"
        )
    return lines


def vouched_for(name: str, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Those of some days whose months the bundled tables have of a series."""
    last = last_month(name)
    return days[:0] if last is None else days[days <= last.to_timestamp(how="end")]


def against_each_other(pair: Pair, h10: pd.Series, yahoo: pd.Series) -> list[str]:
    """Report rates of H.10 and of Yahoo that contradict each other.

    Parameters
    ----------
    pair
        The currency.
    h10, yahoo
        Units for one dollar by day.

    Returns
    -------
    list of str
        At most one sentence.
    """
    both = np.log(
        pd.concat([h10, yahoo], axis=1, join="inner", sort=False, keys=["h10", "yahoo"])
    ).dropna()
    if len(both) < LEVEL_DAYS:
        return []
    names = f"Yahoo's {pair.symbol} and H.10's {pair.series}"
    middle = (both["yahoo"] - both["h10"]).rolling(LEVEL_DAYS).median()
    wide = middle[middle.abs() > MOST_APART]
    if len(wide):
        worst = wide.abs().idxmax()
        return [
            f"{names} contradict each other on {len(wide)} of {len(both)} days, first in the "
            f"{LEVEL_DAYS} to {wide.index[0]:%Y-%m-%d}, most in those to {worst:%Y-%m-%d} by "
            f"{np.expm1(wide[worst]):+.1%}; check them"
        ]
    return _dates(names, both.diff().iloc[1:])


def _dates(names: str, moves: pd.DataFrame) -> list[str]:
    """Report dates that are off by more than the hour of Yahoo's rates explains."""
    if len(moves) < LAG_DAYS:
        return []
    near = pd.concat([_alike(moves, lag) for lag in (0, 1)], axis=1).max(axis=1)
    gains = {lag: (_alike(moves, lag) - near).max() for lag in LAGS}
    lag = max(gains, key=lambda each: float(gains[each]))
    if not gains[lag] > LATER:
        return []
    way = "behind" if lag > 0 else "ahead"
    day = (_alike(moves, lag) - near).idxmax()
    return [
        f"{names}: in the {LAG_DAYS} days to {day:%Y-%m-%d} Yahoo's changes fit those of H.10 "
        f"best {abs(lag)} {'session' if abs(lag) == 1 else 'sessions'} {way}: the dates of one of "
        "them are off; check them"
    ]


def _alike(moves: pd.DataFrame, lag: int) -> pd.Series:
    """Correlation over a year of Yahoo's changes with those of H.10 some sessions before."""
    rolling = moves["h10"].shift(lag).rolling(LAG_DAYS).corr(moves["yahoo"])
    return rolling.where(rolling.abs() <= 1.001)


def tail_of(pair: Pair, h10: pd.Series, yahoo: pd.Series, notes: list[str]) -> pd.Series:
    """Yahoo's rates after the last one of H.10, without those that cannot be right.

    Parameters
    ----------
    pair
        The currency.
    h10, yahoo
        Units for one dollar by day.
    notes
        To which is added what was left out.
    """
    after = yahoo[yahoo.index > h10.index[-1]]
    wrong = np.log(after / h10.iloc[-1]).abs() > MOST_TAIL
    if wrong.any():
        notes.append(
            f"{pair.symbol}: {days_text(pd.DatetimeIndex(after.index[wrong]))} is far from the "
            f"last rate of H.10 ({after[wrong].iloc[0]:.5g} against {h10.iloc[-1]:.5g}); left out"
        )
    return after[~wrong]
