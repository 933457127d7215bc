"""Fetch one series from its server, unless the cache has a snapshot of the last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from data.checks.published import held_against_months
from data.command import Progress, silent
from data.errors import DataError, OutputError
from data.sources import fred
from data.sources.bars import Bars
from data.sources.revisions import ends_earlier, held_against
from data.sources.snapshots import Snapshot, Store


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
        From ``fetch``, or if the history that arrived is worse than the cached one, or another
        (:func:`~data.sources.revisions.held_against`).
    """
    began = dt.datetime.now(dt.UTC)
    kept = None if refresh else credible(store.read(name))
    if kept is not None and kept.fresh(began):
        return kept

    def arrived(cached: Snapshot | None) -> Bars:
        with progress(f"fetching {name} from {source}"):
            return held_against(name, fetch(name), cached)

    bars = other = None
    try:
        with store.locked(name, progress):
            # Another process may have fetched it while this one waited for the lock.
            other = credible(store.read(name, mend=True))
            current = other is not None and other.fresh(dt.datetime.now(dt.UTC))
            if other is not None and current and (not refresh or other.fetched >= began):
                return other
            bars = arrived(other)
            if other is None or not ends_earlier(bars, other):
                return store.write(name, source, dt.datetime.now(dt.UTC), bars)
    except OutputError as error:
        # What cannot be saved can still be used.
        store.warnings.append(f"{error}; {name} is used but not saved")
    if bars is None:
        # A folder that cannot be written may still be read.
        other = credible(store.read(name))
        bars = arrived(other)
    if other is not None and ends_earlier(bars, other):
        return _standing(name, bars, other, store)
    return Snapshot(name, source, dt.datetime.now(dt.UTC), "", bars)


def _standing(name: str, bars: Bars, cached: Snapshot, store: Store) -> Snapshot:
    """The cached history, which goes on for a few days longer than the fetched one."""
    store.warnings.append(
        f"{name}: the fetched history ends on {bars.frame.index[-1]:%Y-%m-%d}, and the one fetched "
        f"on {cached.fetched:%Y-%m-%d} on {cached.bars.frame.index[-1]:%Y-%m-%d}; the latter is "
        "used and kept"
    )
    return cached


def credible(snapshot: Snapshot | None) -> Snapshot | None:
    """A snapshot, unless the bundled months contradict it: then a right answer replaces it.

    A version that did not hold rates against the months may have saved it.
    """
    try:
        if snapshot is not None:
            require_credible(snapshot)
    except DataError:
        return None
    return snapshot


def require_credible(snapshot: Snapshot) -> None:
    """Refuse a snapshot of rates that the bundled months contradict.

    Raises
    ------
    DataError
        Saying that the next answer replaces it.
    """
    frame = snapshot.bars.frame
    if "Value" in frame:
        series = snapshot.ticker.removeprefix(fred.PREFIX)
        day = f"{snapshot.fetched:%Y-%m-%d}"
        cure = f"the snapshot of {day} that holds them is not used, and the next answer replaces it"
        held_against_months(series, frame["Value"], snapshot.source, cure)
