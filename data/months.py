"""Months of the New York exchange: when the last session of each was."""

from __future__ import annotations

from functools import cache

import pandas as pd

YEARS = range(1900, 2201)
MEMORIAL_DAY_MOVED = 1971  # from 30 May (a Sunday's on Monday) to the last Monday of May
# Closed once: on the Friday before Memorial Day, to catch up with paper, and for a funeral.
CLOSED_ONCE = ("1964-05-29", "1968-07-31", "1969-03-31")


@cache
def _closed() -> pd.DatetimeIndex:
    """Days without a session that may be the last weekday of a month.

    No holiday of the exchange but Good Friday and Memorial Day can be that.
    """
    days = [pd.Timestamp(day) for day in CLOSED_ONCE]
    for year in YEARS:
        days.append(pd.Timestamp(year, 1, 1) + pd.offsets.Easter() - pd.Timedelta(days=2))
        may = pd.Timestamp(year, 5, 31 if year >= MEMORIAL_DAY_MOVED else 30)
        since_monday = may.day_of_week if year >= MEMORIAL_DAY_MOVED else 0
        on_sunday = year < MEMORIAL_DAY_MOVED and may.day_of_week == 6
        days.append(may + pd.Timedelta(days=int(on_sunday) - since_monday))
    return pd.DatetimeIndex(days)


def last_sessions(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The last session of each day's month, whether or not any data go on after it.

    It is the last weekday, or the one before where the exchange was closed on that.
    """
    ends = pd.DatetimeIndex(days.to_period("M").to_timestamp() + pd.offsets.BMonthEnd(1))
    return ends.where(~ends.isin(_closed()), ends - pd.offsets.BDay(1))


def month_ends(values: pd.Series) -> pd.Series:
    """Give the last figure of each month that is known to its end, by month.

    The last figure of a month may lie three days before its end (a weekend and a holiday); of the
    last month of all it has to be that of its last weekday, since others may follow.
    """
    published = values.dropna()
    if published.empty:
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"))
    days = pd.DatetimeIndex(published.index)
    last = ~days.to_period("M").duplicated(keep="last")
    ends = days + pd.offsets.MonthEnd(0)
    whole = (ends - days).days.to_numpy() <= 3
    whole[-1] = days[-1] >= days[-1] + pd.offsets.BMonthEnd(0) or days[-1].day_of_week >= 5
    return published[last & whole].set_axis(days[last & whole].to_period("M"))
