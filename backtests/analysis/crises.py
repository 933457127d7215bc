"""Falls of equity, which a hedge is meant to soften: a list by date, and others in the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.metrics import drawdown_list

DEEP = -0.15


@dataclass(frozen=True)
class Episode:
    """A period from one close to another; ``detected`` in the data if it is not of the list."""

    name: str
    start: str
    end: str
    detected: bool = False


@dataclass(frozen=True)
class Fall:
    """What happened in an episode: ``start`` and ``end`` are the rows used.

    ``returns`` has the return of each column, ``y10_bp`` the change of the yield in basis points
    (0.01 percentage points), NaN where it is not known.
    """

    name: str
    start: str
    end: str
    detected: bool
    returns: Mapping[str, float]
    y10_bp: float


# Peaks and troughs of the S&P 500's closes without dividends.
CRISES = tuple(
    Episode(*line)
    for line in (
        ("Credit crunch", "1966-02-09", "1966-10-07"),
        ("Tight money", "1968-11-29", "1970-05-26"),
        ("Oil shock", "1973-01-11", "1974-10-03"),
        ("Rising inflation", "1976-09-21", "1978-03-06"),
        ("Disinflation", "1980-11-28", "1982-08-12"),
        ("Black Monday", "1987-08-25", "1987-12-04"),
        ("Invasion of Kuwait", "1990-07-16", "1990-10-11"),
        ("Bond sell-off", "1994-02-02", "1994-04-04"),
        ("Russia and LTCM", "1998-07-17", "1998-08-31"),
        ("Dot-com bust", "2000-03-24", "2002-10-09"),
        ("Financial crisis", "2007-10-09", "2009-03-09"),
        ("Greece", "2010-04-23", "2010-07-02"),
        ("Downgrade of the US", "2011-04-29", "2011-10-03"),
        ("China and oil", "2015-05-21", "2016-02-11"),
        ("Volatility shock", "2018-01-26", "2018-02-08"),
        ("Tightening", "2018-09-20", "2018-12-24"),
        ("Covid", "2020-02-19", "2020-03-23"),
        ("Inflation", "2022-01-03", "2022-10-12"),
        ("Term premium", "2023-07-31", "2023-10-27"),
        ("Tariffs", "2025-02-19", "2025-04-08"),
    )
)
APRIL_2025 = (
    Episode("April 2025: the fall to the 4th", "2025-02-19", "2025-04-04"),
    Episode("April 2025: from the 4th to the 8th", "2025-04-04", "2025-04-08"),
    Episode("April 2025: the rebound to the 11th", "2025-04-08", "2025-04-11"),
)


def deep_falls(equity: pd.Series, listed: Sequence[Fall]) -> list[Episode]:
    """Falls of equity beyond 15 % that no listed episode covers, in order of time.

    Parameters
    ----------
    equity
        Total-return levels.
    listed
        Episodes that the data cover, as :func:`falls_in` returns them.

    Returns
    -------
    list of Episode
        From peak to trough; further falls before the old peak is reached again count too. A
        fall is left out if half of it or more, in days, lies within a listed episode.
    """
    spans = [(pd.Timestamp(fall.start), pd.Timestamp(fall.end)) for fall in listed]

    def is_covered(start: pd.Timestamp, end: pd.Timestamp) -> bool:
        shared = (min(end, last) - max(start, first) for first, last in spans)
        return any(days >= (end - start) / 2 for days in shared)

    episodes = []
    stretches = [equity]
    while stretches:
        stretch = stretches.pop()
        for fall in drawdown_list(stretch, DEEP):
            if not is_covered(fall.start, fall.end):
                days = (f"{fall.start:%Y-%m-%d}", f"{fall.end:%Y-%m-%d}")
                episodes.append(Episode("Fall of equity found in the data", *days, detected=True))
            stretches.append(stretch.loc[fall.end : fall.recovered])
    return sorted(episodes, key=lambda episode: episode.start)


def all_episodes(levels: pd.DataFrame, y10: pd.Series | None, ppy: int) -> pd.DataFrame:
    """The listed crises within the data, and the deep falls that the list lacks, by date.

    Parameters
    ----------
    levels, y10, ppy
        As for :func:`episode_table`.
    """
    return _table(all_falls(levels, y10, ppy), levels)


def all_falls(levels: pd.DataFrame, y10: pd.Series | None, ppy: int) -> list[Fall]:
    """The rows of :func:`all_episodes`."""
    listed = falls_in(CRISES, levels, y10, ppy)
    unlisted = falls_in(deep_falls(levels["equity"], listed), levels, y10, ppy)
    return sorted([*listed, *unlisted], key=lambda fall: fall.start)


def episode_table(
    episodes: Sequence[Episode], levels: pd.DataFrame, y10: pd.Series | None, ppy: int
) -> pd.DataFrame:
    """Return of each column in each episode that lies within the data.

    Parameters
    ----------
    episodes
        In the order wanted.
    levels
        Sessions x columns, total-return levels, ``equity`` among them; NaN before a column
        begins.
    y10
        10-year yield in percent on the same sessions, or None.
    ppy
        252: from the last close on or before the start to the last on or before the end. 12:
        from the higher of equity's two month-ends around the start to the lower of its two
        around the end.

    Returns
    -------
    pandas.DataFrame
        One row an episode: ``name, start, end`` (the rows used), ``detected`` (in the data, not in
        the list), the return of each column, and ``y10_bp``, the change of the yield in basis
        points (0.01 percentage points).
    """
    return _table(falls_in(episodes, levels, y10, ppy), levels)


def _table(falls: Sequence[Fall], levels: pd.DataFrame) -> pd.DataFrame:
    columns = ["name", "start", "end", "detected", *map(str, levels.columns), "y10_bp"]
    rows = [
        (fall.name, fall.start, fall.end, fall.detected, *fall.returns.values(), fall.y10_bp)
        for fall in falls
    ]
    return pd.DataFrame(rows, columns=columns)


def falls_in(
    episodes: Sequence[Episode], levels: pd.DataFrame, y10: pd.Series | None, ppy: int
) -> list[Fall]:
    """The rows of :func:`episode_table`, which takes the same."""
    falls = []
    values, dates = levels.to_numpy(float), pd.DatetimeIndex(levels.index)
    equity = levels["equity"].to_numpy(float)
    months = dates.to_period("M") if ppy == 12 else None
    names = list(map(str, levels.columns))
    for episode in episodes:
        span = rows_of(episode, equity, dates, months)
        if span is None:
            continue
        first, last = span
        returns = values[last] / values[first] - 1.0
        yield_change = float("nan")
        if y10 is not None:
            yield_change = 100.0 * float(y10.iloc[last] - y10.iloc[first])
        falls.append(
            Fall(
                name=episode.name,
                start=f"{dates[first]:%Y-%m-%d}",
                end=f"{dates[last]:%Y-%m-%d}",
                detected=episode.detected,
                returns=dict(zip(names, returns.tolist(), strict=True)),
                y10_bp=yield_change,
            )
        )
    return falls


def rows_of(
    episode: Episode,
    equity: NDArray[np.float64],
    dates: pd.DatetimeIndex,
    months: pd.PeriodIndex | None,
) -> tuple[int, int] | None:
    """First and last row of an episode; None where it does not lie wholly within the data.

    Parameters
    ----------
    episode
        The period.
    equity
        Levels of equity, which choose between the month-ends around both days.
    dates
        The rows.
    months
        Of the rows where these are month-ends, else None.
    """
    start, end = pd.Timestamp(episode.start), pd.Timestamp(episode.end)
    first = int(dates.searchsorted(start, side="right")) - 1
    last = int(dates.searchsorted(end, side="right")) - 1
    if months is not None and not episode.detected:
        if start.to_period("M") not in months or end.to_period("M") not in months:
            return None
        at = months.get_loc(start.to_period("M"))
        first = at - 1 if at > 0 and equity[at - 1] > equity[at] else at
        at = months.get_loc(end.to_period("M"))
        last = at - 1 if at - 1 > first and equity[at - 1] < equity[at] else at
    outside = first < 0 or (end > dates[-1] and months is None)
    return None if outside or last <= first else (first, last)
