"""The falls that a hedge is bought for, date by date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from backtests.analysis.metrics import drawdown_list

DEEP = -0.15


@dataclass(frozen=True)
class Episode:
    """A stretch of dates, from a close to a close; ``found`` in the data or known before."""

    name: str
    start: str
    end: str
    found: bool = False


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


def deep_falls(equity: pd.Series, listed: pd.DataFrame) -> list[Episode]:
    """Falls of equity beyond 15 % that no listed episode tells of, in order of time.

    Parameters
    ----------
    equity
        Total-return levels.
    listed
        Episodes that the data cover, as :func:`episode_table` returns them.

    Returns
    -------
    list of Episode
        From peak to trough; after a trough, further falls on the way back count too. Left out
        is a fall of which half or more, in days, lies within one of the listed.
    """
    told = [(pd.Timestamp(row["start"]), pd.Timestamp(row["end"])) for _, row in listed.iterrows()]

    def is_told(start: pd.Timestamp, end: pd.Timestamp) -> bool:
        shared = (min(end, last) - max(start, first) for first, last in told)
        return any(days >= (end - start) / 2 for days in shared)

    found = []
    stretches = [equity]
    while stretches:
        stretch = stretches.pop()
        for fall in drawdown_list(stretch):
            if fall.depth > DEEP:
                break  # deepest first
            if not is_told(fall.start, fall.end):
                days = (f"{fall.start:%Y-%m-%d}", f"{fall.end:%Y-%m-%d}")
                found.append(Episode("Fall of equity found in the data", *days, found=True))
            stretches.append(stretch.loc[fall.end : fall.recovered])
    return sorted(found, key=lambda one: one.start)


def all_episodes(levels: pd.DataFrame, y10: pd.Series | None, ppy: int) -> pd.DataFrame:
    """The listed crises that the data cover and the deep falls they do not tell of, by date.

    Parameters
    ----------
    levels, y10, ppy
        As for :func:`episode_table`.
    """
    listed = episode_table(CRISES, levels, y10, ppy)
    found = episode_table(deep_falls(levels["equity"], listed), levels, y10, ppy)
    both = [table for table in (listed, found) if len(table)]
    return pd.concat(both).sort_values("start", kind="stable") if both else listed


def episode_table(
    episodes: Sequence[Episode], levels: pd.DataFrame, y10: pd.Series | None, ppy: int
) -> pd.DataFrame:
    """What each column earned in each episode that the data cover.

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
        from the higher of the two month-ends around the start to the lower of the two around
        the end, as equity had them.

    Returns
    -------
    pandas.DataFrame
        One row an episode: ``name, start, end`` (the rows used), ``found``, the return of each
        column, and ``y10_bp``, the change of the yield in basis points.
    """
    rows = []
    for one in episodes:
        found = _rows_of(one, levels["equity"], ppy)
        if found is None:
            continue
        first, last = found
        earned = levels.iloc[last] / levels.iloc[first] - 1.0
        moved = float("nan")
        if y10 is not None:
            moved = 100.0 * float(y10.iloc[last] - y10.iloc[first])
        rows.append(
            {
                "name": one.name,
                "start": f"{levels.index[first]:%Y-%m-%d}",
                "end": f"{levels.index[last]:%Y-%m-%d}",
                "found": one.found,
                **{str(column): float(value) for column, value in earned.items()},
                "y10_bp": moved,
            }
        )
    columns = ["name", "start", "end", "found", *map(str, levels.columns), "y10_bp"]
    return pd.DataFrame(rows, columns=columns)


def _rows_of(one: Episode, equity: pd.Series, ppy: int) -> tuple[int, int] | None:
    """First and last row of an episode; None where the data do not cover it whole."""
    dates = pd.DatetimeIndex(equity.index)
    start, end = pd.Timestamp(one.start), pd.Timestamp(one.end)
    first = int(dates.searchsorted(start, side="right")) - 1
    last = int(dates.searchsorted(end, side="right")) - 1
    if ppy == 12 and not one.found:
        months = dates.to_period("M")
        if start.to_period("M") not in months or end.to_period("M") not in months:
            return None
        values = equity.to_numpy(float)
        at = months.get_loc(start.to_period("M"))
        first = at - 1 if at > 0 and values[at - 1] > values[at] else at
        at = months.get_loc(end.to_period("M"))
        last = at - 1 if at - 1 > first and values[at - 1] < values[at] else at
    outside = first < 0 or (end > dates[-1] and ppy == 252)
    return None if outside or last <= first else (first, last)
