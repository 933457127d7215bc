"""Months of the New York exchange: when the last session of each was."""

from __future__ import annotations

import pandas as pd
from pandas.tseries.holiday import MO, GoodFriday, Holiday, sunday_to_monday

# Until 1970 Memorial Day was 30 May (a Sunday's on Monday), since then the last Monday of May. It
# and Good Friday are the only holidays that can be the last weekday of a month. On the days below
# the exchange was closed once: on the Friday before it, to catch up with paper, and for a funeral.
MEMORIAL_DAYS = (
    Holiday("Memorial Day", month=5, day=30, end_date="1970-12-31", observance=sunday_to_monday),
    Holiday("Memorial Day", month=5, day=31, start_date="1971-01-01",
            offset=pd.DateOffset(weekday=MO(-1))),
)  # fmt: skip
CLOSED_ONCE = pd.DatetimeIndex(["1964-05-29", "1968-07-31", "1969-03-31"])


def last_sessions(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The last session of each day's month, whether or not any data go on after it.

    It is the last weekday, or the one before where the exchange was closed on that.
    """
    if days.empty:
        return days
    ends = pd.DatetimeIndex(days.to_period("M").to_timestamp() + pd.offsets.BMonthEnd(1))
    closed = CLOSED_ONCE
    for holiday in (GoodFriday, *MEMORIAL_DAYS):
        closed = closed.union(holiday.dates(ends.min(), ends.max()))
    return ends.where(~ends.isin(closed), ends - pd.offsets.BDay(1))
