"""Whether the dates of a history are those of the exchange's sessions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.exchange import NYSE, Exchange
from data.checks.histories import days_text
from data.errors import DataError
from data.treasuries.instruments import LISTED_IN_NEW_YORK

# A ticker trades on weekends if it has so many of its rows on Saturdays and on Sundays.
WEEKEND_SHARE = 0.1
# On a day of the week on which it rests a ticker has fewer of its rows.
REST_SHARE = 0.05
LAST_SATURDAY = pd.Timestamp("1952-09-27")  # on which New York traded
CARRIED_ON = "the one before is carried on"
STALE_SESSIONS = 5  # a history that ends longer ago is reported
NEARBY_DAYS = 10  # between a row on no session and a session without a row
# Rows on weekends beyond both are refused; rows on holidays only beyond this share and five more.
MOST_STRAY, MOST_STRAY_SHARE = 5, 0.005
MOST_ELSEWHERE_SHARE = 0.06


def gaps(ticker: str, days: pd.DatetimeIndex, exchange: Exchange = NYSE) -> list[str]:
    """Report exchange sessions without a row, rows on no session, and a history that ends early."""
    warnings = _other_days(ticker, days, exchange)
    sessions = exchange.sessions(days[0])
    late = sessions[(sessions > days[-1]) & (sessions < exchange.moment().normalize())]
    if len(late) > STALE_SESSIONS:
        warnings.append(f"{ticker}: stale, ends on {days[-1]:%Y-%m-%d}, {len(late)} sessions ago")
    return warnings


def _other_days(ticker: str, days: pd.DatetimeIndex, exchange: Exchange) -> list[str]:
    """Report exchange sessions without a row, and rows on no session."""
    sessions = exchange.sessions(days[0])
    missing = sessions[(sessions >= days[0]) & (sessions <= days[-1])].difference(days)
    warnings = []
    # Where no calendar is known, a weekday without a row may be a holiday.
    if len(missing) and (exchange.calendar or exchange.is_daily):
        warnings.append(f"{ticker}: no row on the exchange session {days_text(missing)}")
    strange = days[days >= sessions[0]].difference(sessions)
    if len(strange):
        warnings.append(f"{ticker}: {days_text(strange)} was no exchange session; used")
    return warnings


def holes(name: str, days: pd.DatetimeIndex, longest: int, then: str = CARRIED_ON) -> list[str]:
    """Report gaps of more than ``longest`` days without a figure, and what is used there."""
    apart = np.diff(days.values.astype("datetime64[D]").astype(np.int64))
    return [
        f"{name}: no figure between {days[row]:%Y-%m-%d} and {days[row + 1]:%Y-%m-%d}; {then}"
        for row in np.flatnonzero(apart > longest)
    ]


def require_in_place(
    ticker: str,
    sent: pd.DatetimeIndex,
    twice: pd.DatetimeIndex,
    disputed: pd.DatetimeIndex,
    exchange: Exchange = NYSE,
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
    exchange
        Where it trades.

    Returns
    -------
    list of str
        A sentence for each place where a few rows may be a day off.

    Raises
    ------
    DataError
        If so many rows are on days without a session that all dates may be a day off.
    """
    days = sent[sent <= exchange.moment()].unique()
    sessions = exchange.sessions(days[0])
    days = days[days >= sessions[0]]
    if days.empty:  # all before its calendar begins
        return []
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
            f"{off_session[-1]:%Y-%m-%d} lie on holidays of {exchange.city}; does it trade "
            "elsewhere?"
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


def trades_on_weekends(days: pd.DatetimeIndex) -> bool:
    """Whether Saturdays and Sundays are sessions, as of currencies without an exchange."""
    week = days.day_of_week
    return bool(min((week == 5).mean(), (week == 6).mean()) > WEEKEND_SHARE)


def require_days_in_place(ticker: str, days: pd.DatetimeIndex, where: str) -> list[str]:
    """Check the dates of daily rows of the user's own, whose exchange nothing names.

    Parameters
    ----------
    ticker
        Those of US funds are held against the sessions of New York.
    days
        Dates of the rows, ascending.
    where
        The file, for messages.

    Returns
    -------
    list of str
        A sentence for each kind of days that are odd.

    Raises
    ------
    DataError
        If the dates of a whole exchange are a day off.
    """
    is_american = ticker.upper() in LISTED_IN_NEW_YORK
    weekend = days[(days.day_of_week >= 5) & (days > LAST_SATURDAY)]
    if len(weekend) and (is_american or not trades_on_weekends(days)):
        few = max(MOST_STRAY, MOST_STRAY_SHARE * len(days))
        if len(weekend) <= few and len(weekend) < WEEKEND_SHARE * len(days):
            return [f"{where}: {days_text(weekend)} is no weekday; check it"]
        _require_no_shift(days, weekend, where)
        if is_american:
            raise DataError(
                f"{where}: {len(weekend)} of its {len(days)} rows lie on weekends (first "
                f"{weekend[0]:%A} {weekend[0]:%Y-%m-%d}), when {NYSE.city} is closed; leave such "
                "rows out"
            )
        return [f"{where}: {len(weekend)} rows lie on weekends; does it trade elsewhere?"]
    if not is_american:
        return []
    away = days.difference(NYSE.sessions(days[0]))
    if len(away) <= max(MOST_STRAY, MOST_STRAY_SHARE * len(days)):
        return _other_days(where, days, NYSE)
    return [
        f"{where}: {len(away)} rows from {away[0]:%Y-%m-%d} to {away[-1]:%Y-%m-%d} lie on days on "
        f"which {NYSE.city} was closed; check them"
    ]


def _require_no_shift(days: pd.DatetimeIndex, weekend: pd.DatetimeIndex, where: str) -> None:
    """Refuse the weeks of an exchange a day early (Sunday to Thursday) or late.

    An exchange that trades from Sunday to Thursday cannot be told from one a day early: a wrong
    date is worse than a refusal.

    Raises
    ------
    DataError
        Saying how many rows lie on weekends.
    """
    share = pd.Series(days.day_of_week).value_counts(normalize=True).reindex(range(7)).fillna(0.0)
    monday, friday, saturday, sunday = share[0], share[4], share[5], share[6]
    is_early = sunday > WEEKEND_SHARE and max(friday, saturday) < REST_SHARE
    is_late = saturday > WEEKEND_SHARE and max(monday, sunday) < REST_SHARE
    if not is_early and not is_late:
        return
    raise DataError(
        f"{where}: {len(weekend)} of its {len(days)} rows lie on weekends (first "
        f"{weekend[0]:%A} {weekend[0]:%Y-%m-%d}): its dates are a day "
        f"{'early' if is_early else 'late'}, as times of another time zone are; give the dates of "
        "the exchange"
    )
