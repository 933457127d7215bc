"""One series from a server, by way of its snapshot."""

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

SHORTER_DAYS = 7
REVISED = 5e-4  # of a day's return or of a figure in percent: rounding stays below
MOST_REVISED = 0.2
LEVELS = (BROAD_DOLLAR, CPI)  # indices: reweighted and reseasoned as a whole, in points


def fresh_snapshot(
    name: str,
    store: Store,
    fetch: Callable[[str], Bars],
    source: str,
    *,
    refresh: bool = False,
    progress: Progress = silent,
) -> Snapshot:
    """Bring a fresh snapshot of a series, fetching it only where none is kept.

    Parameters
    ----------
    name
        The series, as its snapshot is called.
    store
        Where snapshots are kept; locked for this series while it is fetched.
    fetch
        Asks the server for it.
    source
        Who is asked.
    refresh
        Fetch even what is fresh.
    progress
        A context around the fetch.

    Raises
    ------
    DataError
        From ``fetch``, or if the history that arrived is shorter than the one kept.
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
        # What cannot be kept can still be used.
        store.warnings.append(f"{error}; what is fetched is not kept")
        if not checked:
            with progress(f"fetching {name} from {source}"):
                bars = fetch(name)
            other = store.read(name)  # a folder that cannot be written may still be read
            _require_as_long(name, bars, other)
            bars = _with_revisions(name, bars, other)
        return Snapshot(name, source, dt.datetime.now(dt.UTC), "", bars)


def _require_as_long(name: str, bars: Bars, kept: Snapshot | None) -> None:
    """Refuse a history that begins later than the one it would replace."""
    if kept is None:
        return
    first, before = bars.frame.index[0], kept.bars.frame.index[0]
    if (first - before).days > SHORTER_DAYS:
        raise DataError(
            f"{name}: what arrived begins on {first:%Y-%m-%d}, but the history kept begins on "
            f"{before:%Y-%m-%d}; nothing was replaced (python -m data.cache --clear forgets it)"
        )


def _with_revisions(name: str, bars: Bars, kept: Snapshot | None) -> Bars:
    """Name the days on which what arrived says otherwise than the history kept, or ends before it.

    Raises
    ------
    DataError
        If it is so many days that it must be another series.
    """
    if kept is None:
        return bars
    last, before = bars.frame.index[-1], kept.bars.frame.index[-1]
    if last < before:
        said = (
            f"{name}: ends on {last:%Y-%m-%d}, but the history fetched on {kept.fetched:%Y-%m-%d} "
            f"on {before:%Y-%m-%d}; the days after are left out"
        )
        bars = Bars(bars.frame, (*bars.warnings, said))
    relative = name.endswith(LEVELS)
    new, old = _steps(bars.frame, relative), _steps(kept.bars.frame, relative)
    both = new.index.intersection(old.index)
    # A step spans the rows left out before it: compare where both start from the same day.
    same_start = new.loc[both, "from"] == old.loc[both, "from"]
    both = both[same_start.to_numpy()]
    apart = (new.loc[both, "step"] - old.loc[both, "step"]).abs()
    wrong = apart[apart > REVISED]
    if len(wrong) > MOST_REVISED * len(both):
        raise DataError(
            f"{name}: what arrived differs from the history kept of {kept.fetched:%Y-%m-%d} on "
            f"{len(wrong)} of {len(both)} days; nothing was replaced (python -m data.cache --clear "
            "forgets it)"
        )
    if not len(wrong):
        return bars
    said = (
        f"{name}: differs from the history fetched on {kept.fetched:%Y-%m-%d} on "
        f"{days_text(pd.DatetimeIndex(wrong.index))}, most on {wrong.idxmax():%Y-%m-%d}; "
        "the new figures stand"
    )
    return Bars(bars.frame, (*bars.warnings, said))


def _steps(frame: pd.DataFrame, relative: bool) -> pd.DataFrame:
    """Give what each row adds to the one before: a return, or a change of a figure in percent."""
    if "Value" in frame:
        step = frame["Value"].pct_change(fill_method=None) if relative else frame["Value"].diff()
    else:
        step = total_return(frame).pct_change(fill_method=None)
    return pd.DataFrame({"step": step, "from": frame.index.to_series().shift(1)}).iloc[1:]
