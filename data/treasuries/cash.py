"""Cash: money that is not invested earns the return of Treasury bills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

BILL_CARRIED_DAYS = 10  # how long a bill yield is used after its day


@dataclass(frozen=True, eq=False)
class BillGaps:
    """Where a bill yield is not known, as masks of sessions.

    Attributes
    ----------
    sessions
        The rows.
    early
        Before the first yield; all sessions where there is none.
    holes
        Later sessions without a recent yield, in months of the bundled table.
    carried
        Where the nearest figure is used: of the yields, or, without any, of the table.
    has_no_yield
        Whether there is none up to the last session.
    """

    sessions: pd.DatetimeIndex
    early: NDArray[np.bool_]
    holes: NDArray[np.bool_]
    carried: NDArray[np.bool_]
    has_no_yield: bool


def bill_gaps(
    sessions: pd.DatetimeIndex, yields: pd.Series | None, table: pd.PeriodIndex
) -> BillGaps:
    """Find the sessions on which no bill yield is known.

    Parameters
    ----------
    sessions
        The rows.
    yields
        Bill yields by day; None where there are none.
    table
        Months of the bundled bill return.
    """
    months = sessions.to_period("M")
    published = pd.DatetimeIndex([]) if yields is None else yields.dropna().index
    if not len(published) or published[0] >= sessions[-1]:
        none = np.zeros(len(sessions), bool)
        outside = np.asarray((months < table[0]) | (months > table[-1]))
        return BillGaps(sessions, ~none, none, outside, has_no_yield=True)
    begins = sessions[sessions.searchsorted(published[0])]
    place = published.searchsorted(sessions, side="right") - 1
    ages = np.where(place >= 0, (sessions - published[np.maximum(place, 0)]).days, 10**6)
    stale = np.r_[False, ages[:-1] > BILL_CARRIED_DAYS]  # a session earns what the one before knew
    in_table = np.asarray(months <= table[-1])
    return BillGaps(
        sessions,
        early=np.asarray(sessions < begins),
        holes=stale & in_table & np.asarray(sessions > begins),
        carried=stale & ~in_table,
        has_no_yield=False,
    )


def level_from_monthly_bills(
    sessions: pd.DatetimeIndex, bill: pd.Series, periods_per_year: int
) -> tuple[pd.Series, list[str]]:
    """Total-return index of cash from the monthly returns of a Treasury bill.

    On monthly rows each row earns its month's return; on daily rows that return is spread evenly
    over the month's sessions. In a month that the rows cover only in part, weekdays are counted
    instead of sessions, because the number of later sessions is not known yet.

    Parameters
    ----------
    sessions
        The rows wanted.
    bill
        Simple returns of whole months (fractions), on a monthly PeriodIndex.
    periods_per_year
        252 or 12.

    Returns
    -------
    tuple of pandas.Series and list of str
        The index, 100 on the first row; a note for each stretch outside the months of
        ``bill``, where the return of the nearest month is used.
    """
    months = sessions.to_period("M")
    returns = bill.reindex(months.unique()).ffill().bfill()
    if returns.isna().any():  # no month in common: carry the nearest end of the table
        nearest = bill.iloc[-1] if months[0] > bill.index[-1] else bill.iloc[0]
        returns = returns.fillna(nearest)
    monthly = returns.reindex(months).to_numpy(float)
    if periods_per_year == 12:
        growth = 1.0 + monthly
    else:
        growth = (1.0 + monthly) ** (1.0 / _sessions_of_month(sessions))
    growth[0] = 1.0
    notes = []
    if months[0] < bill.index[0]:
        notes.append(f"cash before {bill.index[0]} earns the bill return of that month")
    if months[-1] > bill.index[-1]:
        notes.append(f"cash after {bill.index[-1]} earns the bill return of that month, carried on")
    return pd.Series(100.0 * np.cumprod(growth), index=sessions, name="CASH"), notes


def _sessions_of_month(sessions: pd.DatetimeIndex) -> np.ndarray:
    """How many sessions the month of each row has."""
    month = sessions.values.astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    after = (month + 1).astype("datetime64[D]")
    _, member, counts = np.unique(month, return_inverse=True, return_counts=True)
    rows = counts[member.ravel()].astype(float)
    weekdays = np.busday_count(first, after).astype(float)
    days = sessions.values.astype("datetime64[D]")
    starts_late = days[0] > np.busday_offset(first[0], 0, roll="forward")
    ends_early = days[-1] < np.busday_offset(after[-1], -1, roll="forward")
    partial = ((month == month[0]) & starts_late) | ((month == month[-1]) & ends_early)
    return np.where(partial, weekdays, rows)
