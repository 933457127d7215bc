"""When a strategy decides: only on dates that can be recognised on the day itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

# Each calendar and the period it goes by; ``never`` decides once.
CALENDARS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "semiannually": "half-year",
    "annually": "year",
}
REBALANCE = (*CALENDARS, "never")
PERIODS = tuple(CALENDARS.values())

# On which session of its period a calendar may decide, the last one; of the others only the first.
MOST_OFFSET = 15
OFFSETS = {
    "weekly": 5,
    "monthly": MOST_OFFSET,
    "quarterly": MOST_OFFSET,
    "semiannually": MOST_OFFSET,
    "annually": MOST_OFFSET,
}
MONTHS = {"monthly": 1, "quarterly": 3, "semiannually": 6, "annually": 12}  # rows of monthly data


def period_starts(sessions: pd.DatetimeIndex, period: str) -> NDArray[np.bool_]:
    """Mark the first session of each day, week, month, quarter, half-year or year.

    Parameters
    ----------
    sessions
        All sessions, ascending: days, or month-ends.
    period
        One of ``PERIODS``. A week begins on Monday, a half-year on 1 January and 1 July.

    Returns
    -------
    numpy.ndarray
        One flag a session. The first session of all is never marked: whether its period began
        with it cannot be known.
    """
    import numpy as np

    starts = np.zeros(len(sessions), dtype=bool)
    if period == "day":
        starts[1:] = True
    elif period == "half-year":
        half = sessions.year * 2 + (sessions.month > 6)
        starts[1:] = half[1:] != half[:-1]
    else:
        named = sessions.to_period({"week": "W", "month": "M", "quarter": "Q", "year": "Y"}[period])
        starts[1:] = named[1:] != named[:-1]
    return starts


def decision_rows(
    rows: pd.DatetimeIndex,
    rebalance: str,
    offset: int = 1,
    sessions: pd.DatetimeIndex | None = None,
) -> NDArray[np.bool_]:
    """Mark the K-th session of each day, week, month, quarter, half-year or year.

    Counted forwards, never from the end: that a session was the last of its month is known only
    afterwards. Only periods that begin within the sessions are counted; one with fewer than K
    sessions decides nothing. The first row is always marked; ``never`` marks nothing else.

    Parameters
    ----------
    rows
        Sessions on which something may be decided, ascending. Where the K-th session of a period
        is not among them, the next one of that period that is.
    rebalance
        One of ``REBALANCE``.
    offset
        K, from 1.
    sessions
        All sessions of the market, on which is counted; None where ``rows`` are all of them.

    Returns
    -------
    numpy.ndarray
        One flag a row.
    """
    import numpy as np

    marked = np.zeros(len(rows), dtype=bool)
    if rebalance != "never" and len(rows):
        everything = rows if sessions is None else sessions
        starts = period_starts(everything, CALENDARS[rebalance])
        number = np.cumsum(starts)  # of the period, 0 for that in which the market begins
        first = np.append(0, np.flatnonzero(starts))  # its first session
        here = everything.get_indexer(rows)
        is_due = (number[here] > 0) & (here - first[number[here]] + 1 >= offset)
        # Of the rows of a period that are not before its K-th session, the first.
        due = np.flatnonzero(is_due)
        marked[due[np.unique(number[here[due]], return_index=True)[1]]] = True
    marked[:1] = True
    return marked


def most_offset(rebalance: str, *, monthly_rows: bool = False) -> int:
    """The last session of its period on which a calendar may decide, from 1.

    ``monthly_rows``: whether the market has one row a month, so that a quarter has three.
    """
    return (MONTHS if monthly_rows else OFFSETS).get(rebalance, 1)


def require_offset(who: str, rebalance: str, offset: int, *, monthly_rows: bool = False) -> None:
    """Refuse a session that a calendar's period may not have.

    Parameters
    ----------
    who
        The strategy, for the message.
    rebalance, offset
        As for :func:`decision_rows`.
    monthly_rows
        Whether the market has one row a month, so that a quarter has three.

    Raises
    ------
    UsageError
        Naming what the calendar takes.
    """
    most = most_offset(rebalance, monthly_rows=monthly_rows)
    if offset <= most:
        return
    taken = f"1 to {most}" if most > 1 else "1"
    there = " on monthly rows" if monthly_rows else ""
    cure = "take daily prices or a smaller offset" if monthly_rows else "take a smaller offset"
    if most == 1 and not monthly_rows:
        cure = "leave it out, or take another calendar"
    raise UsageError(
        f"{who}: offset of a {rebalance} calendar{there} takes {taken} (session of the period), "
        f"got {offset}; {cure}"
    )
