"""Exchanges that do not close at the same moment: what that does to returns of one date."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.checks.exchange import CITIES, exchange_calendar
from data.command import listed

# Hours between two closes of one date from which it is said: London and Frankfurt close together,
# four to five hours before New York.
HOURS_APART = 3.0
USUAL_SESSIONS = 260  # a year of them tells an exchange's usual close


def usual_close(calendar: str, last: pd.Timestamp) -> float:
    """Hours from midnight of a date in UTC to an exchange's close, as a rule in the year before.

    Parameters
    ----------
    calendar
        As in :data:`~data.checks.exchange.CALENDARS`.
    last
        The year ends with this day, or with the first session that the calendar knows after it.
    """
    closes = exchange_calendar(last, calendar).closes.dt.tz_localize(None)
    hours = (closes - closes.index) / pd.Timedelta(hours=1)
    end = max(int(closes.index.searchsorted(last, side="right")), 1)
    return float(np.median(hours.iloc[max(end - USUAL_SESSIONS, 0) : end]))


def note_on_closes(calendars: Mapping[str, str | None], last: pd.Timestamp) -> list[str]:
    """Say that tickers of one date are hours apart, where they are.

    Parameters
    ----------
    calendars
        By ticker the calendar of its exchange; None where none is known.
    last
        The last session.

    Returns
    -------
    list of str
        At most one sentence.
    """
    names = {name for name in calendars.values() if name is not None}
    hours = {name: usual_close(name, last) for name in names}
    if len(hours) < 2 or max(hours.values()) - min(hours.values()) < HOURS_APART:
        return []
    first, later = min(hours.values()), max(hours.values())
    middle = (first + later) / 2
    early = sorted(CITIES.get(name, name) for name in hours if hours[name] <= middle)
    late = sorted(CITIES.get(name, name) for name in hours if hours[name] > middle)
    before = [ticker for ticker, name in calendars.items() if name and hours[name] <= middle]
    closes = "closes" if len(early) == 1 else "close"
    return [
        f"{listed(early)} {closes} up to {later - first:g} hours before {listed(late)} on the same "
        f"date: what happens in between reaches {listed(before)} a session later, so that daily "
        "correlations and betas come out too near zero; months hardly differ"
    ]
