"""Whether the dates of a history are those of the exchange's sessions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks import exchange
from data.checks.exchange import EXCHANGE_TIME, exchange_calendar
from data.checks.histories import days_text
from data.errors import DataError

STALE_SESSIONS = 5
NEARBY_DAYS = 10
MOST_STRAY, MOST_STRAY_SHARE = 5, 0.005
MOST_ELSEWHERE_SHARE = 0.06


def gaps(ticker: str, days: pd.DatetimeIndex) -> list[str]:
    """Name exchange sessions without a row, days that were none, and an old end."""
    sessions = exchange_calendar(days[0]).sessions
    today = exchange.now().tz_convert(EXCHANGE_TIME).tz_localize(None).normalize()
    due = sessions[(sessions >= days[0]) & (sessions < today)]
    missing = due[due <= days[-1]].difference(days)
    said = []
    if len(missing):
        said.append(f"{ticker}: no row on the exchange session {days_text(missing)}")
    strange = days.difference(sessions)
    if len(strange):
        said.append(f"{ticker}: {days_text(strange)} was no exchange session; kept")
    late = due[due > days[-1]]
    if len(late) > STALE_SESSIONS:
        said.append(f"{ticker}: stale, ends on {days[-1]:%Y-%m-%d}, {len(late)} sessions ago")
    return said


def holes(name: str, days: pd.DatetimeIndex, longest: int) -> list[str]:
    """Name stretches of more than so many days without a figure."""
    apart = np.diff(days.values.astype("datetime64[D]").astype(np.int64))
    return [
        f"{name}: no figure between {days[row]:%Y-%m-%d} and {days[row + 1]:%Y-%m-%d}; the one "
        "before is carried on"
        for row in np.flatnonzero(apart > longest)
    ]


def require_in_place(
    ticker: str, sent: pd.DatetimeIndex, twice: pd.DatetimeIndex, disputed: pd.DatetimeIndex
) -> list[str]:
    """Find rows on another day than their own: a day too many near a session without a row.

    Parameters
    ----------
    ticker
        Whose rows.
    sent
        Days of the rows as they came.
    twice, disputed
        Days that came more than once, and those of them with different closes.

    Returns
    -------
    list of str
        A sentence for each place where a few rows may be a day off.

    Raises
    ------
    DataError
        If so many rows lie beside the exchange's sessions that all may be a day off.
    """
    days = sent[sent <= exchange.now().tz_localize(None)].unique()
    sessions = exchange_calendar(days[0]).sessions
    beside = days.difference(sessions)
    most = max(MOST_STRAY, MOST_STRAY_SHARE * len(days))
    # All dates a day off turn each Friday or Monday into a day of the weekend; another exchange
    # than New York's has holidays of its own, some eight a year.
    weekend = beside[beside.day_of_week >= 5]
    if len(weekend) > most or len(beside) > MOST_ELSEWHERE_SHARE * len(days) + MOST_STRAY:
        raise DataError(
            f"{ticker}: {len(beside)} of Yahoo's {len(days)} rows lie on days without an exchange "
            f"session, first {beside[0]:%Y-%m-%d}: the dates may be off by a day; "
            "bring checked prices with --source files:DIR"
        )
    if len(beside) > most and not len(weekend):
        return [
            f"{ticker}: {len(beside)} rows from {beside[0]:%Y-%m-%d} to {beside[-1]:%Y-%m-%d} lie "
            "on holidays of New York; does it trade elsewhere?"
        ]
    absent = sessions[(sessions >= days[0]) & (sessions <= days[-1])].difference(days)
    extra = beside.union(disputed)
    extra = extra[extra < days[-1]]  # Yahoo may append the price of the moment
    said = []
    for day in extra:
        near = absent[np.abs((absent - day).days) <= NEARBY_DAYS]
        if len(near):
            # A row moved onto its neighbour's day begins or ends the block.
            doubled = twice[np.abs((twice - day).days) <= NEARBY_DAYS]
            ends = [day, *near, *doubled]
            first, last = min(ends), max(ends)
            said.append(
                f"{ticker}: rows from {first:%Y-%m-%d} to {last:%Y-%m-%d} may be a day off; "
                "check them"
            )
    return said
