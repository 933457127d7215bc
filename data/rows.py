"""The rows of a market: one kind for all tickers, and the days that they have in common."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.checks.exchange import CITIES, exchange_calendar
from data.checks.histories import latest_day, periods_per_year, whole_months
from data.checks.sessions import trades_on_weekends
from data.command import listed
from data.errors import DataError, counted
from data.read_log import note_passing

# Share of sessions that may lack a ticker's price. Holidays that only one exchange has are a few
# days a year; more than this means that the tickers trade on different calendars.
MOST_LEFT_OUT = 0.05
# The same beside an exchange whose calendar is not known: its holidays count as well.
MOST_HOLIDAYS = 0.1
# A ticker rests on a day of the week on which it has at most one of the prices of so many weeks.
WEEKS_OF_REST = 9

# How many days before its month's last a month-end may lie: in May 2021 three, before a holiday.
MONTH_END_DAYS = 4


def common_frequency(series: Mapping[str, pd.Series], source: str) -> int:
    """Rows per year of every history; a daily and a monthly one do not make a market."""
    frequencies = {
        ticker: periods_per_year(
            pd.DatetimeIndex(whole_months(levels).index), f"{ticker} of {source}"
        )
        for ticker, levels in series.items()
    }
    first = next(iter(frequencies))
    for ticker, frequency in frequencies.items():
        if frequency != frequencies[first]:
            words = {252: "daily", 12: "monthly"}
            raise DataError(
                f"{first} of {source} is {words[frequencies[first]]} but {ticker} is "
                f"{words[frequency]}; give all tickers the same kind of rows"
            )
    return frequencies[first]


def by_month_ends(series: Mapping[str, pd.Series]) -> tuple[dict[str, pd.Series], list[str]]:
    """Date monthly rows by the end of their month where they are not, and say so.

    Rows that are stamped on the 1st are whole months; month-ends by two calendars (last session,
    last day) are the same months, dated by the earlier day: what was published between the two
    was not known at it. A month stamped on its 1st that is not over yet is left out.

    Raises
    ------
    DataError
        If the rows of two tickers are of different days, and not all of month-ends.
    """
    dated, notes = {}, []
    for ticker, levels in series.items():
        ends = whole_months(levels)
        dated[ticker] = ends
        if ends is levels:
            continue
        dated[ticker] = ends.loc[: latest_day()]
        if len(dated[ticker]) < len(ends):
            note_passing()  # another day that month is over
        day, end = levels.index[0], ends.index[0]
        within = f"; the row of {levels.index[-1]:%Y-%m-%d} lies within its month and is left out"
        notes.append(
            f"rows of {ticker} are stamped on the 1st and count as whole months: "
            f"{day:%Y-%m-%d} is dated {end:%Y-%m-%d}{within * (len(ends) < len(levels))}"
        )
    days = pd.concat([pd.Series(levels.index, levels.index.to_period("M"), name=ticker)
                      for ticker, levels in dated.items()], axis=1)  # fmt: skip
    differ = days.min(axis=1) != days.max(axis=1)
    if not differ.any():
        return dated, notes
    month = days.loc[differ].iloc[0].dropna()
    first, second = month.index[0], month.index[month != month.iloc[0]][0]
    shown = f"{month[first]:%Y-%m-%d} of {first} and {month[second]:%Y-%m-%d} of {second}"
    for ticker in days:
        own = pd.DatetimeIndex(days[ticker].dropna())
        early = own[own < own + pd.offsets.MonthEnd(0) - pd.Timedelta(days=MONTH_END_DAYS)]
        if len(early):
            raise DataError(
                f"{shown} are rows of one month, and {ticker} has {early[0]:%Y-%m-%d}, which is no "
                "month-end; give the level at the end of each month for every ticker"
            )
    earliest = days.min(axis=1)
    for ticker, levels in dated.items():
        months = pd.DatetimeIndex(levels.index).to_period("M")
        dated[ticker] = levels.set_axis(pd.DatetimeIndex(earliest[months]))
    return dated, [*notes, f"{shown} count as one month-end; rows are dated by the earlier day"]


def on_sessions_of_exchanges(
    series: Mapping[str, pd.Series],
) -> tuple[dict[str, pd.Series], list[str]]:
    """Read tickers that trade on weekends on the sessions of the others, and say so.

    What they do on a weekend is part of their return on the next session.
    """
    daily = [
        ticker
        for ticker, levels in series.items()
        if trades_on_weekends(pd.DatetimeIndex(levels.index))
    ]
    others = [levels for ticker, levels in series.items() if ticker not in daily]
    if not daily or not others:
        return dict(series), []
    sessions = pd.DatetimeIndex([])
    for levels in others:
        sessions = sessions.union(pd.DatetimeIndex(levels.index))
    read = {
        ticker: levels[levels.index.isin(sessions)] if ticker in daily else levels
        for ticker, levels in series.items()
    }
    empty = [ticker for ticker in daily if len(read[ticker]) < 2]
    if empty:
        raise DataError(f"{empty[0]} has no row on a session of the other tickers; check its dates")
    verb = "trades" if len(daily) == 1 else "trade"
    return read, [
        f"{', '.join(daily)} {verb} every day: read on the sessions of the other tickers, so that "
        "a weekend's move counts on the next"
    ]


def upto(levels: pd.Series, end: str | None, source: str) -> pd.Series:
    """Cut a history at a last day, so that its notes are about the rows that are used.

    Raises
    ------
    DataError
        If fewer than two rows are left.
    """
    cut = levels.loc[:end] if end else levels
    if len(cut) < 2:
        raise DataError(
            f"{levels.name} of {source} has {counted(len(cut), 'row')} up to --end {end}: it "
            f"begins on {levels.index[0]:%Y-%m-%d}; give a later --end"
        )
    return cut


def align(
    series: Mapping[str, pd.Series],
    source: str,
    calendars: Mapping[str, str | None] | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Put histories on common sessions: no price is filled in, and what is left out is noted.

    A ticker may start late (NaN before). A session is used only if every ticker that has
    started has a price on it, since a filled price would hide a move. The market ends on the
    earliest last day of any ticker.

    Parameters
    ----------
    series
        Levels by ticker.
    source
        Whose they are, for messages.
    calendars
        By ticker the calendar of its exchange: a session on which that was closed is left out for
        a reason, and not one of the few that may lack a price without.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        Sessions x tickers, and a note for each thing left out.
    """
    table = pd.concat(series, axis=1, sort=True)
    last = {ticker: levels.index[-1] for ticker, levels in series.items()}
    ends_first = min(last, key=lambda ticker: last[ticker])
    notes = []
    cut = int((table.index > last[ends_first]).sum())
    if cut:
        notes.append(
            f"data end on {last[ends_first]:%Y-%m-%d}, the last day of {ends_first}: "
            f"{cut} later sessions of other tickers are not used"
        )
    table = table.loc[: last[ends_first]]
    started = table.ffill().notna()
    holes = started & table.isna()
    table, holes, closed_days = _without_holidays(table, holes, calendars or {})
    notes += closed_days
    torn = holes.any(axis=1)
    is_unknown = len(set((calendars or {}).values())) > 1 and None in (calendars or {}).values()
    most = MOST_HOLIDAYS if is_unknown else MOST_LEFT_OUT
    if torn.sum() > 10 and torn.mean() > most:
        day = table.index[torn][0]
        missing = ", ".join(table.columns[holes.loc[day]])
        raise DataError(
            f"the tickers of {source} share too few sessions: {int(torn.sum())} of {len(table)} "
            f"lack one of them (first {day:%Y-%m-%d}: {missing}); use tickers of one exchange"
        )
    if torn.any():
        day = table.index[torn][0]
        missing = ", ".join(table.columns[holes.loc[day]])
        notes.append(
            f"{int(torn.sum())} sessions are left out because a ticker has no price then "
            f"(first {day:%Y-%m-%d}: {missing})"
        )
    table = table.loc[~torn]
    if len(table.dropna()) < 2:
        raise DataError(f"the tickers of {source} have no common sessions; check their dates")
    return table, notes


def _rests_on(has_price: pd.Series) -> pd.Series:
    """On which sessions a ticker rests, as those of Tel Aviv do on Fridays."""
    week = pd.DatetimeIndex(has_price.index).day_of_week
    prices = has_price.astype(float)
    often = prices.groupby(week).transform(
        lambda days: days.rolling(WEEKS_OF_REST, center=True, min_periods=1).sum()
    )
    return often <= 1.0


def _without_holidays(
    table: pd.DataFrame, holes: pd.DataFrame, calendars: Mapping[str, str | None]
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Leave out the days on which one of several exchanges was closed, and say how many."""
    names = {name for name in calendars.values() if name is not None}
    if len(set(calendars.values())) < 2 or not names:
        return table, holes, []
    rows = pd.DatetimeIndex(table.index)
    is_open: dict[str | None, np.ndarray] = {}
    for name in names:
        sessions = exchange_calendar(rows[0], name).sessions
        is_open[name] = rows.isin(sessions) | np.asarray(rows < sessions[0])  # not known before
    closed = pd.DataFrame(
        {
            ticker: holes[ticker]
            & (
                _rests_on(table[ticker].notna())
                if calendars.get(ticker) is None
                else ~is_open[calendars[ticker]]
            )
            for ticker in table
        },
        index=rows,
    )
    rest = closed.any(axis=1)
    if not rest.any():
        return table, holes, []
    cities = sorted({CITIES.get(name, name) for name in names})
    day = rows[rest][0]
    missing = ", ".join(table.columns[closed.loc[day]])
    note = (
        f"{int(rest.sum())} sessions are left out on which not all of the exchanges were open "
        f"({listed(cities)}; first {day:%Y-%m-%d}: {missing}); a return spans them"
    )
    return table.loc[~rest], holes.loc[~rest], [note]
