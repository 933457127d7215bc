"""One series from a server, by way of its snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from data.checks import Bars
from data.command import Progress, silent
from data.snapshots import Snapshot, Store


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
        From ``fetch``.
    OutputError
        If the snapshot cannot be kept.
    """
    began = dt.datetime.now(dt.UTC)
    kept = None if refresh else store.read(name)
    if kept is not None and kept.fresh(began):
        return kept
    with store.locked(name):
        # Another process may have fetched it while this one waited for the lock.
        other = store.read(name)
        current = other is not None and other.fresh(dt.datetime.now(dt.UTC))
        if other is not None and current and (not refresh or other.fetched >= began):
            return other
        with progress(f"fetching {name} from {source}"):
            bars = fetch(name)
        return store.write(name, source, dt.datetime.now(dt.UTC), bars)
