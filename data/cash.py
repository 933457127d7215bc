"""Cash: what idle money earns. Treasury bills, never nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd


def level_from_monthly_bills(
    sessions: pd.DatetimeIndex, bill: pd.Series, periods_per_year: int
) -> tuple[pd.Series, list[str]]:
    """Total-return index of cash from the monthly returns of a Treasury bill.

    On monthly rows each row earns its month. On daily rows the month is spread over its
    calendar days, so that a session after a weekend earns three of them; how many sessions
    the month will have is not known in advance and is not used.

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
        ``bill``, where the nearest known value is carried.
    """
    months = sessions.to_period("M")
    known = bill.reindex(months.unique()).ffill().bfill()
    if known.isna().any():  # no month in common: carry the nearest end of the table
        nearest = bill.iloc[-1] if months[0] > bill.index[-1] else bill.iloc[0]
        known = known.fillna(nearest)
    monthly = known.reindex(months).to_numpy(float)
    if periods_per_year == 12:
        growth = 1.0 + monthly
    else:
        days = np.diff(sessions.values.astype("datetime64[D]").astype(np.int64), prepend=0)
        growth = (1.0 + monthly) ** (days / np.asarray(months.days_in_month, float))
    growth[0] = 1.0
    notes = []
    if months[0] < bill.index[0]:
        notes.append(f"cash before {bill.index[0]} earns the bill return of that month")
    if months[-1] > bill.index[-1]:
        notes.append(f"cash after {bill.index[-1]} earns the bill return of that month, carried on")
    return pd.Series(100.0 * np.cumprod(growth), index=sessions, name="CASH"), notes
