"""Exchanges: their sessions, their closes, their time zones, and the present moment."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

# pandas holds moments up to 2262-04-11, and calendars look a year ahead. A clock that stands later
# counts as this moment: no price can be of such a day, since dates up to 2200 are read.
LAST_MOMENT = pd.Timestamp("2200-12-31", tz="UTC")
EXCHANGE_TIME = "America/New_York"
NEW_YORK = "XNYS"
# Calendars of exchange_calendars by Yahoo's time zones. Chicago is that of the yield indices, which
# follow the sessions of New York.
CALENDARS = {
    EXCHANGE_TIME: NEW_YORK,
    "America/Chicago": NEW_YORK,
    "America/Toronto": "XTSE",
    "Europe/London": "XLON",
    "Europe/Berlin": "XETR",
    "Europe/Amsterdam": "XAMS",
    "Europe/Paris": "XPAR",
    "Europe/Zurich": "XSWX",
    "Europe/Rome": "XMIL",
    "Europe/Brussels": "XBRU",
    "Europe/Lisbon": "XLIS",
    "Europe/Madrid": "XMAD",
    "Europe/Vienna": "XWBO",
    "Europe/Dublin": "XDUB",
    "Europe/Helsinki": "XHEL",
    "Europe/Stockholm": "XSTO",
    "Europe/Copenhagen": "XCSE",
    "Europe/Oslo": "XOSL",
    "Asia/Hong_Kong": "XHKG",
    "Asia/Shanghai": "XSHG",
    "Asia/Taipei": "XTAI",
    "Asia/Seoul": "XKRX",
    "Asia/Tokyo": "XTKS",
    "Asia/Singapore": "XSES",
    "Australia/Sydney": "XASX",
    "Pacific/Auckland": "XNZE",
    "Africa/Johannesburg": "XJSE",
    "America/Sao_Paulo": "BVMF",
    "America/Mexico_City": "XMEX",
}
NEW_YORK_ZONES = frozenset(zone for zone, name in CALENDARS.items() if name == NEW_YORK)
# Exchanges that trade, or traded (Tel Aviv until January 2026), on Sundays and rest on Fridays. No
# calendar of theirs is at hand: any day but Saturday may be a session.
SUNDAY_ZONES = frozenset({"Asia/Jerusalem", "Asia/Riyadh", "Asia/Qatar", "Asia/Kuwait"})
SATURDAY, SUNDAY = 5, 6
# The first city that stands for a calendar above; Frankfurt's time is Berlin's.
CITIES = {
    name: {"Berlin": "Frankfurt"}.get(city := zone.rpartition("/")[2].replace("_", " "), city)
    for zone, name in reversed(CALENDARS.items())
}
# Yahoo's kinds of instruments that no exchange's calendar binds.
EVERY_DAY, EVERY_WEEKDAY = "CRYPTOCURRENCY", "CURRENCY"


def now() -> pd.Timestamp:
    """The present moment, in UTC; of a clock that stands beyond 2200, the last day of that year."""
    return min(pd.Timestamp.now("UTC"), LAST_MOMENT)


@dataclass(frozen=True)
class _Calendar:
    sessions: pd.DatetimeIndex
    closes: pd.Series


@dataclass(frozen=True)
class Exchange:
    """Where a ticker trades.

    Attributes
    ----------
    zone
        Time zone in which its days begin and end.
    calendar
        Calendar of its sessions, named as in exchange_calendars; None: every weekday is one.
    is_daily
        Whether weekends are sessions as well.
    has_sundays
        Whether Sundays may be sessions, though Saturdays are none.
    """

    zone: str
    calendar: str | None
    is_daily: bool = False
    has_sundays: bool = False

    @property
    def city(self) -> str:
        """The city that its time zone is named by."""
        return self.zone.rpartition("/")[2].replace("_", " ")

    def moment(self) -> pd.Timestamp:
        """The present moment on its own clock, without zone."""
        return now().tz_convert(self.zone).tz_localize(None)

    def dates(self, stamps: Sequence[int]) -> pd.DatetimeIndex:
        """The days on which moments, in seconds since 1970 (UTC), fall there."""
        moments = pd.DatetimeIndex(pd.to_datetime(list(stamps), unit="s", utc=True))
        return moments.tz_convert(self.zone).tz_localize(None).normalize()

    def sessions(self, first: pd.Timestamp) -> pd.DatetimeIndex:
        """Sessions from a date on, or from the first one that its calendar knows, for a year."""
        if self.calendar is not None:
            return exchange_calendar(first, self.calendar).sessions
        last = self.moment().normalize() + pd.Timedelta(days=366)
        days = pd.date_range(first, last)
        return days if self.is_daily else days[~self.is_rest(days)]

    def is_rest(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Which days are of its weekend, on which it never trades."""
        if self.is_daily:
            return np.zeros(len(days), bool)
        week = np.asarray(days.day_of_week)
        return np.asarray((week == SATURDAY) | ((week == SUNDAY) & (not self.has_sundays)))

    def has_closed(self, session: pd.Timestamp) -> bool:
        """Whether a session has closed; before that, its bar holds a price of the moment."""
        if self.calendar is not None:
            closed = has_closed(self.calendar, session)
            if closed is not None:
                return closed
        return bool(session.date() < self.moment().date())


NYSE = Exchange(EXCHANGE_TIME, NEW_YORK)


def exchange_of(zone: str, kind: str) -> Exchange:
    """The exchange of a ticker by Yahoo's name of its time zone and its kind of instrument."""
    if kind in (EVERY_DAY, EVERY_WEEKDAY):
        return Exchange(zone, None, is_daily=kind == EVERY_DAY)
    return Exchange(zone, CALENDARS.get(zone), has_sundays=zone in SUNDAY_ZONES)


def exchange_calendar(first: pd.Timestamp, name: str = NEW_YORK) -> _Calendar:
    """Sessions of an exchange and when each closed, from a date or earlier on.

    Of other exchanges than New York's the calendar may begin later than asked.
    """
    return _calendar(name, min(first.year // 10 * 10 - 1, 1989), now().year)


def has_closed(calendar: str, session: pd.Timestamp) -> bool | None:
    """Whether a session of an exchange has closed, twenty minutes ago; None if it is none."""
    closes = exchange_calendar(session, calendar).closes
    if session not in closes.index:
        return None
    return bool(closes[session] + pd.Timedelta(minutes=20) < now())


def common_sessions(names: Collection[str], first: pd.Timestamp) -> pd.DatetimeIndex:
    """Days on which several exchanges are all open, from a date or earlier on, for a year.

    Parameters
    ----------
    names
        Their calendars, at least one.
    first
        From which day on at the latest, as far as all calendars reach back.
    """
    days, *others = (exchange_calendar(first, name).sessions for name in sorted(names))
    for sessions in others:
        days = days.intersection(sessions)
    return pd.DatetimeIndex(days)


@lru_cache(maxsize=32)
def _calendar(name: str, year: int, this_year: int) -> _Calendar:
    """Build the calendar from a year to a year from now: half a second, so kept."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about pandas
        import exchange_calendars

        # Its own end, a year from today, may be more than pandas can hold.
        end = LAST_MOMENT.strftime("%Y-%m-%d") if now() == LAST_MOMENT else None
        for first in range(year, this_year):
            try:
                calendar = exchange_calendars.get_calendar(name, start=f"{first}-01-01", end=end)
                break
            except ValueError:  # it is not known from then on
                continue
        else:
            calendar = exchange_calendars.get_calendar(name)
    return _Calendar(calendar.sessions, calendar.closes)
