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
from data.errors import DataError

RATE_BOUNDS = (-5.0, 60.0)  # percent; Australia's policy rate was 42.5 in June 1980
# Rates that do not change: since 2006 the yuan stood still for 7 days, the others for 3.
STILL_SINCE, STILL_ROWS = "2006-01-01", 10
# From one day to the next no currency of H.10 has moved so far (logarithm): the yuan by 0.40 when
# its two rates were made one in January 1994.
MOST_MOVE = 0.7
# Yahoo's daily "close" of a currency is often the rate at which the day began in London, up to 17
# hours before the noon rate of H.10: both lie within a day's move of each other. Days, and the most
# that the middle one of them may be apart (H.10 beside itself a day before, in seven currencies
# since 2003: 0.021 of 10 days and 0.017 of 21, both of the Australian dollar in October 2008).
LEVELS = ((21, 0.02), (10, 0.03))
# The daily changes of Yahoo's correlate with those of H.10 on the same day or on the day before;
# more than so much more at any other distance, over so many days, is a wrong date.
LATER = ((252, 0.25), (63, 0.5))
LAGS = (-2, -1, 2, 3)  # sessions by which Yahoo's would be behind
RECENT = 63  # last days of H.10, beside which its tail is looked at
YEAR = 252  # in which the two have to agree, that Yahoo's go on from H.10's last
# A step within the tail beyond this is no rate of exchange (logarithm): in ten sessions no currency
# but the yuan of January 1994 moved so far (the Australian dollar by 0.24 in October 2008).
MOST_TAIL = 0.25
# A rate of the tail that is nearer to the last one upside down, by so much, is upside down.
UPSIDE_DOWN = 0.02
# H.10 lies between the rates with which its day and the next began: a day on which it is further
# than this from both (logarithm) is named.
MOST_OF_A_DAY = 0.025


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
    return lines + _standstill(name, values)


def _standstill(name: str, values: pd.Series) -> list[str]:
    """Report the longest stretch of rates that are all the same, if it is too long."""
    recent = values.loc[STILL_SINCE:]
    runs = recent.groupby((recent != recent.shift()).cumsum())
    if recent.empty or runs.size().max() < STILL_ROWS:
        return []
    still = runs.get_group(runs.size().idxmax())
    return [
        f"{name}: is {still.iloc[0]:g} on all {len(still)} days from {still.index[0]:%Y-%m-%d} "
        f"to {still.index[-1]:%Y-%m-%d}; check it"
    ]


def vouched_for(name: str, days: pd.DatetimeIndex, *, monthly: bool = False) -> pd.DatetimeIndex:
    """Those of some days whose months the bundled tables have of a series.

    Unless each day stands for its month (``monthly``) the last one may not be over, and is then
    held against nothing.
    """
    last = last_month(name)
    if last is None or days.empty:
        return days[:0]
    over = last if monthly else (days[-1] + pd.offsets.BDay(1)).to_period("M") - 1
    return days[days <= min(last, over).to_timestamp(how="end")]


def require_no_leap(name: str, values: pd.Series, server: str) -> None:
    """Refuse rates that are another unit or another currency's from a day on, or on a day.

    Parameters
    ----------
    name
        The series.
    values
        By ascending day.
    server
        Who sent it, for the message.

    Raises
    ------
    DataError
        If a rate is more than twice, or less than half, the one before.
    """
    moves = np.log(values).diff()
    if not (moves.abs() > MOST_MOVE).any():
        return
    day = (moves.abs() > MOST_MOVE).idxmax()
    before = values[: values.index.get_loc(day)].iloc[-1]
    raise DataError(
        f"{name}: {server}'s figures leap from {before:.5g} to {values[day]:.5g} on "
        f"{day:%Y-%m-%d}, as no rate of exchange has; not used, try again later"
    )


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
    names = f"Yahoo's {pair.symbol} and H.10's {pair.series}"
    for days, most in LEVELS:
        middle = (both["yahoo"] - both["h10"]).rolling(days).median()
        wide = middle[middle.abs() > most]
        if len(wide):
            worst = wide.abs().idxmax()
            return [
                f"{names} contradict each other on {len(wide)} of {len(both)} days, first in the "
                f"{days} to {wide.index[0]:%Y-%m-%d}, most in those to {worst:%Y-%m-%d} by "
                f"{np.expm1(wide[worst]):+.1%}; check them"
            ]
    return _dates(names, both.diff().iloc[1:])


def days_apart(pair: Pair, h10: pd.Series, yahoo: pd.Series) -> list[str]:
    """Report days on which H.10 lies far from Yahoo's rates around it, in at most one sentence.

    Parameters are those of :func:`against_each_other`; Yahoo's rates may be those with which days
    began, or with which they ended.
    """
    around = pd.concat([yahoo, yahoo.shift(-1)], axis=1, keys=["begins", "ends"])
    both = np.log(around).reindex(h10.index).dropna()
    ours = np.log(h10).reindex(both.index)
    gap = both.sub(ours, axis=0).abs().min(axis=1)
    far = gap[gap > MOST_OF_A_DAY]
    if far.empty:
        return []
    return [
        f"H.10's {pair.series} lies far from Yahoo's {pair.symbol} of the same day and the next on "
        f"{days_text(pd.DatetimeIndex(far.index))}, most on {far.idxmax():%Y-%m-%d} by "
        f"{np.expm1(far.max()):.1%}; check them"
    ]


def _dates(names: str, moves: pd.DataFrame) -> list[str]:
    """Report dates that are off by more than the hour of Yahoo's rates explains."""
    for days, later in LATER:
        usual = pd.concat([_alike(moves, lag, days) for lag in (0, 1)], axis=1)
        near = usual.max(axis=1, skipna=False)  # the first window has one of the two alone
        gains = {lag: (_alike(moves, lag, days) - near).max() for lag in LAGS}
        lag = max(gains, key=lambda each: float(gains[each]))
        if not gains[lag] > later:
            continue
        way = "behind" if lag > 0 else "ahead"
        day = (_alike(moves, lag, days) - near).idxmax()
        return [
            f"{names}: in the {days} days to {day:%Y-%m-%d} Yahoo's changes fit those of H.10 "
            f"best {abs(lag)} {'session' if abs(lag) == 1 else 'sessions'} {way}: the dates of one "
            "of them are off; check them"
        ]
    return []


def _alike(moves: pd.DataFrame, lag: int, days: int) -> pd.Series:
    """Correlation over some days of Yahoo's changes with those of H.10 some sessions before."""
    rolling = moves["h10"].shift(lag).rolling(days).corr(moves["yahoo"])
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
        To which is added what was left out, and what is odd about the others.
    """
    after = yahoo[yahoo.index > h10.index[-1]]
    last, wrong = float(h10.iloc[-1]), []
    for day, rate in after.items():
        step = abs(np.log(rate / last))
        if step > MOST_TAIL or abs(np.log(rate * last)) + UPSIDE_DOWN < step:
            wrong.append(day)
        else:
            last = float(rate)
    if wrong:
        notes.append(
            f"{pair.symbol}: {days_text(pd.DatetimeIndex(wrong))} is far from the last rate "
            f"before ({after[wrong[0]]:.5g}; H.10 ends with {h10.iloc[-1]:.5g}); left out"
        )
    tail = after.drop(wrong)
    if len(tail):
        recent = h10.iloc[-RECENT:]
        before = odd_exchange(pair.symbol, recent)
        joined = odd_exchange(pair.symbol, pd.concat([recent, tail]))
        still = _standstill(pair.symbol, yahoo.loc[recent.index[0] :])
        at_its_end = f"to {yahoo.index[-1]:%Y-%m-%d}; check it"  # else it is not about the tail
        notes += [line for line in joined if line not in before]
        notes += [line for line in still if line.endswith(at_its_end) and line not in notes]
    return tail
