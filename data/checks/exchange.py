"""The New York Stock Exchange: its sessions, its closes, and the present moment."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

EXCHANGE_TIME = "America/New_York"
NEW_YORK = "XNYS"


def now() -> pd.Timestamp:
    """The present moment, in UTC."""
    return pd.Timestamp.now("UTC")


@dataclass(frozen=True)
class _Calendar:
    sessions: pd.DatetimeIndex
    closes: pd.Series


def exchange_calendar(first: pd.Timestamp) -> _Calendar:
    """Sessions of the New York Stock Exchange and when each closed, from a date or earlier on."""
    return _calendar(min(first.year // 10 * 10 - 1, 1989), now().year)


@lru_cache(maxsize=8)
def _calendar(year: int, _this_year: int) -> _Calendar:
    """Build the calendar from a year to a year from now: half a second, so kept."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about pandas
        import exchange_calendars

        calendar = exchange_calendars.get_calendar(NEW_YORK, start=f"{year}-01-01")
    return _Calendar(calendar.sessions, calendar.closes)


def closed(session: pd.Timestamp) -> bool:
    """Whether the session has closed; before that, its bar holds a price of the moment."""
    closes = exchange_calendar(session).closes
    moment = now()
    if session in closes.index:
        return bool(closes[session] + pd.Timedelta(minutes=20) < moment)
    return bool(session.date() < moment.tz_convert(EXCHANGE_TIME).date())
