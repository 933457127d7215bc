"""Yahoo behind its snapshots: what is fresh, what to fetch, and what stands in when it fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from data import bundled, yahoo
from data.align import market_of, upto
from data.checks import age_text, total_return
from data.command import Progress, silent
from data.errors import DataError, OutputError, UnreachableError
from data.market import Market
from data.snapshots import Snapshot, Store

SOURCE = "yahoo"


def load(
    tickers: Sequence[str],
    *,
    may_fall_back: bool,
    end: str | None = None,
    refresh: bool = False,
    progress: Progress = silent,
    store: Store | None = None,
) -> Market:
    """Build a daily market from Yahoo: fresh snapshots, else a fetch.

    Parameters
    ----------
    tickers
        What to load.
    may_fall_back
        When Yahoo fails, use older snapshots, else the bundled history, and say so; without
        it, fail.
    end
        Last day wanted, or None for all.
    refresh
        Fetch again what is fresh.
    progress
        A context around each fetch.
    store
        Where snapshots are kept.

    Raises
    ------
    DataError
        If a ticker cannot be had; names it and what did arrive.
    """
    kept = store or Store()
    try:
        current = get(tickers, kept, refresh=refresh, progress=progress)
    except (DataError, OutputError) as failure:
        if not may_fall_back:
            raise
        return _stand_in(tickers, kept, failure, end)
    moment = dt.datetime.now(dt.UTC)
    oldest = max(snapshot.age(moment) for snapshot in current.values())
    return _market(current, kept, end, "", [f"snapshots up to {age_text(oldest)} old"])


def get(
    tickers: Sequence[str],
    store: Store,
    *,
    refresh: bool = False,
    progress: Progress = silent,
) -> dict[str, Snapshot]:
    """Bring a fresh snapshot of every ticker, fetching only what is not fresh.

    Raises
    ------
    DataError
        For the first ticker that cannot be had; what arrived before it is kept.
    """
    began = dt.datetime.now(dt.UTC)
    found: dict[str, Snapshot] = {}
    asked = False
    for ticker in tickers:
        snapshot = None if refresh else store.read(ticker)
        if snapshot is None or not snapshot.fresh(began):
            if not asked:
                yahoo.require_reachable()
                asked = True
            try:
                snapshot = _fetch(ticker, store, began, refresh=refresh, progress=progress)
            except DataError as error:
                arrived = f"; {', '.join(found)} did arrive and are kept" if found else ""
                raise type(error)(f"{error}{arrived}") from error
        found[ticker] = snapshot
    return found


def _fetch(
    ticker: str, store: Store, began: dt.datetime, *, refresh: bool, progress: Progress
) -> Snapshot:
    with store.locked(ticker):
        # Another process may have fetched it while this one waited for the lock.
        other = store.read(ticker)
        current = other is not None and other.fresh(dt.datetime.now(dt.UTC))
        if other is not None and current and (not refresh or other.fetched >= began):
            return other
        with progress(f"fetching {ticker} from Yahoo"):
            bars = yahoo.fetch(ticker)
        return store.write(ticker, SOURCE, dt.datetime.now(dt.UTC), bars)


def _stand_in(tickers: Sequence[str], store: Store, failure: Exception, end: str | None) -> Market:
    """Use older snapshots, else the bundled history, and say why."""
    short = (
        "Yahoo cannot be reached"
        if isinstance(failure, UnreachableError)
        else "what Yahoo sent cannot be used"
        if isinstance(failure, DataError)
        else "the data folder cannot be used"
    )
    older = {ticker: store.read(ticker) for ticker in tickers}
    found = {ticker: snapshot for ticker, snapshot in older.items() if snapshot is not None}
    if len(found) == len(older):
        oldest = max(snapshot.age(dt.datetime.now(dt.UTC)) for snapshot in found.values())
        why = f"{failure}; the newest snapshots are up to {age_text(oldest)} old"
        return _market(found, store, end, f", older snapshots: {short}", [why])
    absent = [ticker for ticker in tickers if ticker not in bundled.TICKERS]
    if absent:
        raise type(failure)(
            f"{failure}; no snapshot of {absent[0]} is kept and the bundled history has only "
            f"{', '.join(bundled.TICKERS)}"
        ) from failure
    market = bundled.load(tickers)
    return market.relabelled(
        title=f"{market.title} ({short})", remarks=[str(failure), *store.warnings]
    )


def _market(
    snapshots: Mapping[str, Snapshot],
    store: Store,
    end: str | None,
    addition: str,
    remarks: list[str],
) -> Market:
    days = {ticker: f"{snapshot.fetched:%Y-%m-%d}" for ticker, snapshot in snapshots.items()}
    return market_of(
        {
            ticker: upto(total_return(snapshot.bars.frame).rename(ticker), end, SOURCE)
            for ticker, snapshot in snapshots.items()
        },
        source=SOURCE,
        title=f"prices from Yahoo, fetched {min(days.values())}{addition}",
        notes=[line for snapshot in snapshots.values() for line in snapshot.bars.warnings],
        remarks=[*remarks, *store.warnings],
        fetched=days,
    )
