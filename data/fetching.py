"""One series from a server, by way of its snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from data.bars import Bars
from data.command import Progress, silent
from data.errors import DataError, OutputError
from data.snapshots import Snapshot, Store

SHORTER_DAYS = 7


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
    bars = None
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
            return store.write(name, source, dt.datetime.now(dt.UTC), bars)
    except OutputError as error:
        # What cannot be kept can still be used.
        store.warnings.append(f"{error}; what is fetched is not kept")
        if bars is None:
            with progress(f"fetching {name} from {source}"):
                bars = fetch(name)
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
