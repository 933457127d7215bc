"""``--strict``: refuse data that stand in for others or are too old, instead of saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data.checks.exchange import NEW_YORK, NYSE, common_sessions, has_closed
from data.errors import StrictError, UsageError, in_short
from data.market import Market
from data.vintage import StandIn, Vintage

OLDEST_AGE = 36_500  # days; beyond a century nothing is refused
# How old data may be where no limit is given, by source: only Yahoo promises new ones. Five days
# are more than a server needs after a session has closed, however many holidays come before.
USUAL_AGE: Mapping[str, int] = {"yahoo": 5}


@dataclass(frozen=True)
class Strictness:
    """What ``--strict`` refuses beside data that stand in for others.

    Attributes
    ----------
    max_age
        How many days the data may end before the newest that there could be; None: five for
        Yahoo's, any number for the bundled history, files, and prices given in Python.
    """

    max_age: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number of days."""
        if self.max_age is not None and not 0 <= self.max_age <= OLDEST_AGE:
            raise UsageError(
                f"--max-age takes a whole number of days from 0 to {OLDEST_AGE:,}, got "
                f"{in_short(self.max_age)}"
            )


def read_strictness(*, strict: bool, max_age: int | None) -> Strictness | None:
    """Read ``--strict`` and ``--max-age``; None where nothing is to be refused.

    Raises
    ------
    UsageError
        For an age without ``--strict``, and for one that is no number of days.
    """
    strictness = Strictness(max_age)
    if max_age is not None and not strict:
        raise UsageError("--max-age goes with --strict, which refuses older data; give both")
    return strictness if strict else None


def require_market(
    strictness: Strictness | None, market: Market, end: str | None, who: str = ""
) -> None:
    """Refuse a market by :func:`require_strict`, where anything is to be refused."""
    if strictness is not None:
        ppy = market.periods_per_year
        places = market.exchanges
        require_strict(strictness, market.vintage, market.source, ppy, end, who, places=places)


def require_strict(
    strictness: Strictness,
    vintage: Vintage,
    source: str,
    ppy: int,
    end: str | None,
    who: str = "",
    *,
    places: Sequence[str] = (),
) -> None:
    """Refuse data that stand in for those asked for, or that are too old.

    Parameters
    ----------
    strictness
        What to refuse.
    vintage, source, ppy
        The data: how old, where from, and 252 for daily or 12 for monthly rows.
    end
        The last day asked for, ``YYYY-MM-DD``: data that reach it are not old. None for today.
    who
        Whose data they are, where there are several runs.
    places
        Calendars of the exchanges whose common sessions the rows are; none: New York's.

    Raises
    ------
    StrictError
        Naming what stands in for what, or how old the data are.
    """
    of_whom = f"{who}: " if who else ""
    if vintage.fallbacks:
        raise StrictError(
            f"--strict: {of_whom}{_in_words(vintage.fallbacks)}; try again later, or leave "
            "--strict out to use what stands in"
        )
    limit = USUAL_AGE.get(source) if strictness.max_age is None else strictness.max_age
    if limit is None:
        return
    due = newest_day(ppy, end, places)
    last = pd.Timestamp(vintage.last)
    behind = (due - (last if ppy == 252 else last + pd.offsets.MonthEnd(0))).days
    if behind > limit:
        whose = "exchange's" if len(places) < 2 else "exchanges' common"
        what = f"the {whose} last session" if ppy == 252 else "the last month-end"
        raise StrictError(
            f"--strict: {of_whom}the data of {source} end on {vintage.last}, {behind} days before "
            f"{what}, {due:%Y-%m-%d}, and --max-age is {limit}; give newer data or a larger "
            "--max-age"
        )


def _in_words(fallbacks: tuple[StandIn, ...]) -> str:
    first, *others = fallbacks
    why = f" ({first.why})" if first.why else ""
    more = f" (and {len(others)} more such places)" if others else ""
    return f"in place of {first.wanted} the data hold {first.used}{why}{more}"


def newest_day(ppy: int, end: str | None, places: Sequence[str] = ()) -> pd.Timestamp:
    """The newest row that there could be by now, or by an earlier day.

    Parameters
    ----------
    ppy
        252: the last session that has closed; 12: the last month-end that is over.
    end
        A last day, ``YYYY-MM-DD``, or None.
    places
        Calendars of the exchanges that have to be open on a session; none: New York's.
    """
    today = NYSE.moment().normalize()
    last = today if end is None else min(today, pd.Timestamp(end))
    if ppy == 12:
        # The month that ends today is over tomorrow.
        return min(last, today - pd.Timedelta(days=1)) + pd.offsets.Day(1) - pd.offsets.MonthEnd(1)
    names = places or (NEW_YORK,)
    # East of New York a day may have begun, and its session ended, before New York's date changes.
    later = last + pd.Timedelta(days=1) if end is None else pd.Timestamp(end)
    sessions = common_sessions(names, last)
    sessions = sessions[sessions <= later]
    closed = (day for day in sessions[::-1] if all(has_closed(name, day) for name in names))
    return next(closed, last)


def age_in_days(day: str) -> int:
    """Days from a day, ``YYYY-MM-DD``, to today's date in New York."""
    today = NYSE.moment().normalize()
    return int((today - pd.Timestamp(day)).days)
