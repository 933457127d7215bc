"""Cash: money that is not invested earns the return of Treasury bills."""

from __future__ import annotations

import numpy as np
import pandas as pd


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
