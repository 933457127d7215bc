"""Fetch one series from its server, unless the cache has a snapshot of the last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from data.checks.histories import days_text
from data.command import Progress, silent
from data.errors import DataError, OutputError
from data.sources.bars import Bars, total_return
from data.sources.fred import BROAD_DOLLAR, CPI
from data.sources.snapshots import Snapshot, Store

SHORTER_DAYS = 7  # a new history may begin so many days later than the cached one
REVISED = 5e-4  # difference of a day's return, or of a yield in percent; rounding stays below
MOST_REVISED = 0.2  # share of days that may differ
# Indices whose whole history is rescaled or seasonally adjusted anew: compare changes in percent.
LEVELS = (BROAD_DOLLAR, CPI)


def fresh_snapshot(
    name: str,
    store: Store,
    fetch: Callable[[str], Bars],
    source: str,
    *,
    refresh: bool = False,
    progress: Progress = silent,
) -> Snapshot:
    """Get a snapshot of the last day for a series: from the cache, else from its server.

    Parameters
    ----------
    name
        The series, as its snapshot is called.
    store
        The cache; locked for this series while it is fetched.
    fetch
        Fetches the series from its server.
    source
        Name of the server.
    refresh
        Fetch even if the cache has a snapshot of the last day.
    progress
        Context manager around the fetch.

    Raises
    ------
    DataError
        From ``fetch``, or if the history that arrived is shorter than the cached one.
    """
    began = dt.datetime.now(dt.UTC)
    kept = None if refresh else store.read(name)
    if kept is not None and kept.fresh(began):
        return kept
    checked = False
    try:
        with store.locked(name, progress):
            # Another process may have fetched it while this one waited for the lock.
            other = store.read(name, mend=True)
            current = other is not None and other.fresh(dt.datetime.now(dt.UTC))
            if other is not None and current and (not refresh or other.fetched >= began):
                return other
            with progress(f"fetching {name} from {source}"):
                bars = fetch(name)
            _require_as_long(name, bars, other)
            bars, checked = _with_revisions(name, bars, other), True
            return store.write(name, source, dt.datetime.now(dt.UTC), bars)
    except OutputError as error:
        # What cannot be saved can still be used.
        store.warnings.append(f"{error}; {name} is used but not saved")
        if not checked:
            with progress(f"fetching {name} from {source}"):
                bars = fetch(name)
            other = store.read(name)  # a folder that cannot be written may still be read
            _require_as_long(name, bars, other)
            bars = _with_revisions(name, bars, other)
        return Snapshot(name, source, dt.datetime.now(dt.UTC), "", bars)


def _require_as_long(name: str, bars: Bars, previous: Snapshot | None) -> None:
    """Refuse a history that begins later than the cached one, which it would replace."""
    if previous is None:
        return
    first, before = bars.frame.index[0], previous.bars.frame.index[0]
    if (first - before).days > SHORTER_DAYS:
        raise DataError(
            f"{name}: the fetched history begins on {first:%Y-%m-%d}, but the cached one begins on "
            f"{before:%Y-%m-%d}; nothing was replaced (python -m data.cache --clear removes it)"
        )


def _with_revisions(name: str, bars: Bars, previous: Snapshot | None) -> Bars:
    """Report the days on which the fetched history differs from the cached one, or an earlier end.

    Raises
    ------
    DataError
        If so many days differ that it must be another series.
    """
    if previous is None:
        return bars
    last, before = bars.frame.index[-1], previous.bars.frame.index[-1]
    if last < before:
        ends_early = (
            f"{name}: ends on {last:%Y-%m-%d}, but the history fetched on "
            f"{previous.fetched:%Y-%m-%d} ends on {before:%Y-%m-%d}; the later days are left out"
        )
        bars = Bars(bars.frame, (*bars.warnings, ends_early))
    relative = name.endswith(LEVELS)
    new, old = _steps(bars.frame, relative), _steps(previous.bars.frame, relative)
    both = new.index.intersection(old.index)
    # A step spans the rows that were left out before it: compare those that begin on the same day.
    same_start = new.loc[both, "from"] == old.loc[both, "from"]
    both = both[same_start.to_numpy()]
    apart = (new.loc[both, "step"] - old.loc[both, "step"]).abs()
    wrong = apart[apart > REVISED]
    if len(wrong) > MOST_REVISED * len(both):
        raise DataError(
            f"{name}: the fetched history differs from the cached one of "
            f"{previous.fetched:%Y-%m-%d} on {len(wrong)} of {len(both)} days; nothing was "
            "replaced (python -m data.cache --clear removes the cached one)"
        )
    if not len(wrong):
        return bars
    revised = (
        f"{name}: differs from the history fetched on {previous.fetched:%Y-%m-%d} on "
        f"{days_text(pd.DatetimeIndex(wrong.index))}, most on {wrong.idxmax():%Y-%m-%d}; "
        "the new figures are used"
    )
    return Bars(bars.frame, (*bars.warnings, revised))


def _steps(frame: pd.DataFrame, relative: bool) -> pd.DataFrame:
    """Change from each row to the next: a return, or the difference of a figure in percent."""
    if "Value" in frame:
        step = frame["Value"].pct_change(fill_method=None) if relative else frame["Value"].diff()
    else:
        step = total_return(frame).pct_change(fill_method=None)
    return pd.DataFrame({"step": step, "from": frame.index.to_series().shift(1)}).iloc[1:]
