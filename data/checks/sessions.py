"""Whether the dates of a history are those of the exchange's sessions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks import exchange
from data.checks.exchange import EXCHANGE_TIME, exchange_calendar
from data.checks.histories import days_text
from data.errors import DataError

STALE_SESSIONS = 5  # a history that ends longer ago is reported
NEARBY_DAYS = 10  # between a row on no session and a session without a row
# Rows on weekends beyond both are refused; rows on holidays only beyond this share and five more.
MOST_STRAY, MOST_STRAY_SHARE = 5, 0.005
MOST_ELSEWHERE_SHARE = 0.06


def gaps(ticker: str, days: pd.DatetimeIndex) -> list[str]:
    """Report exchange sessions without a row, rows on no session, and a history that ends early."""
    sessions = exchange_calendar(days[0]).sessions
    today = exchange.now().tz_convert(EXCHANGE_TIME).tz_localize(None).normalize()
    due = sessions[(sessions >= days[0]) & (sessions < today)]
    missing = due[due <= days[-1]].difference(days)
    warnings = []
    if len(missing):
        warnings.append(f"{ticker}: no row on the exchange session {days_text(missing)}")
    strange = days.difference(sessions)
    if len(strange):
        warnings.append(f"{ticker}: {days_text(strange)} was no exchange session; used")
    late = due[due > days[-1]]
    if len(late) > STALE_SESSIONS:
        warnings.append(f"{ticker}: stale, ends on {days[-1]:%Y-%m-%d}, {len(late)} sessions ago")
    return warnings


def holes(name: str, days: pd.DatetimeIndex, longest: int) -> list[str]:
    """Report gaps of more than ``longest`` days without a figure."""
    apart = np.diff(days.values.astype("datetime64[D]").astype(np.int64))
    return [
        f"{name}: no figure between {days[row]:%Y-%m-%d} and {days[row + 1]:%Y-%m-%d}; the one "
        "before is carried on"
        for row in np.flatnonzero(apart > longest)
    ]


def require_in_place(
    ticker: str, sent: pd.DatetimeIndex, twice: pd.DatetimeIndex, disputed: pd.DatetimeIndex
) -> list[str]:
    """Report rows with a wrong date: a row on no session near a session without a row.

    Parameters
    ----------
    ticker
        Yahoo's symbol.
    sent
        Dates of the rows as Yahoo sent them.
    twice, disputed
        Dates sent more than once, and those of them with different closes.

    Returns
    -------
    list of str
        A sentence for each place where a few rows may be a day off.

    Raises
    ------
    DataError
        If so many rows are on days without a session that all dates may be a day off.
    """
    days = sent[sent <= exchange.now().tz_localize(None)].unique()
    sessions = exchange_calendar(days[0]).sessions
    off_session = days.difference(sessions)
    most = max(MOST_STRAY, MOST_STRAY_SHARE * len(days))
    # If all dates are a day off, each Friday or Monday becomes a day of the weekend. An exchange
    # elsewhere trades on about eight holidays of New York a year.
    weekend = off_session[off_session.day_of_week >= 5]
    if len(weekend) > most or len(off_session) > MOST_ELSEWHERE_SHARE * len(days) + MOST_STRAY:
        raise DataError(
            f"{ticker}: {len(off_session)} of Yahoo's {len(days)} rows lie on days without an "
            f"exchange session, first {off_session[0]:%Y-%m-%d}: the dates may be off by a day; "
            "bring checked prices with --source files:DIR"
        )
    if len(off_session) > most and not len(weekend):
        return [
            f"{ticker}: {len(off_session)} rows from {off_session[0]:%Y-%m-%d} to "
            f"{off_session[-1]:%Y-%m-%d} lie on holidays of New York; does it trade elsewhere?"
        ]
    absent = sessions[(sessions >= days[0]) & (sessions <= days[-1])].difference(days)
    extra = off_session.union(disputed)
    extra = extra[extra < days[-1]]  # Yahoo may append the price of the moment
    warnings = []
    for day in extra:
        near = absent[np.abs((absent - day).days) <= NEARBY_DAYS]
        if len(near):
            # A row moved onto its neighbour's day begins or ends the block.
            doubled = twice[np.abs((twice - day).days) <= NEARBY_DAYS]
            ends = [day, *near, *doubled]
            first, last = min(ends), max(ends)
            warnings.append(
                f"{ticker}: rows from {first:%Y-%m-%d} to {last:%Y-%m-%d} may be a day off; "
                "check them"
            )
    return warnings
