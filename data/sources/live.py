"""Yahoo behind its snapshots: what is fresh, what to fetch, and what stands in when it fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from data import bundled
from data.align import market_of
from data.command import Progress, silent
from data.errors import DataError, UnreachableError
from data.market import Market
from data.sources import yahoo
from data.sources.bars import total_return
from data.sources.fetching import fresh_snapshot
from data.sources.live_rates import Request
from data.sources.snapshots import Snapshot, Store, age_text

SOURCE = "yahoo"

# What a market says first of itself where nothing was in its way.
FETCHED, KEPT = "fetched just now", "snapshots kept"


def load(
    tickers: Sequence[str],
    *,
    may_fall_back: bool,
    end: str | None = None,
    extend: bool = False,
    needs: Sequence[str] = (),
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
    extend
        Carry each history back by its proxies.
    needs
        Rates that have to be loaded beside the bill.
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
    addition, why = "", ""
    began = dt.datetime.now(dt.UTC)
    try:
        found = _prices(tickers, kept, refresh=refresh, progress=progress)
    except DataError as failure:
        if not may_fall_back:
            raise
        short, why = _short(failure), str(failure)
        older = {ticker: kept.read(ticker) for ticker in tickers}
        found = {ticker: one for ticker, one in older.items() if one is not None}
        if len(found) < len(older):
            return _bundled(tickers, failure, short, kept.warnings)
        addition = f", older snapshots: {short}"
    oldest = max(one.age(dt.datetime.now(dt.UTC)) for one in found.values())
    # Of a clock set back an older snapshot may seem the newer.
    if not why and all(one.fetched >= began for one in found.values()):
        remark = FETCHED
    else:
        known = age_text(oldest) if oldest < dt.timedelta(0) else f"up to {age_text(oldest)} old"
        remark = f"{why}; " * bool(why) + f"{KEPT}, {known}"

    request = Request(kept, refresh=refresh, progress=progress, offline=bool(why))
    rates = request.rates(["bill", *needs, *(["yields"] if extend else [])])
    older_levels = request.older(tickers) if extend else None
    days = {ticker: f"{one.fetched:%Y-%m-%d}" for ticker, one in found.items()}
    return market_of(
        {t: total_return(one.bars.frame).rename(t) for t, one in found.items()},
        source=SOURCE,
        title=f"prices from Yahoo, fetched {min(days.values())}{addition}",
        notes=[*(line for one in found.values() for line in one.bars.warnings), *request.notes],
        remarks=[remark, *kept.warnings, *request.remarks],
        fetched=days,
        rates=rates,
        older=older_levels,
        end=end,
    )


def _prices(
    tickers: Sequence[str], store: Store, *, refresh: bool, progress: Progress
) -> Mapping[str, Snapshot]:
    """Bring a fresh snapshot of every ticker; what arrived before a failure is kept."""
    moment = dt.datetime.now(dt.UTC)
    kept = {ticker: None if refresh else store.read(ticker) for ticker in tickers}
    if any(one is None or not one.fresh(moment) for one in kept.values()):
        yahoo.require_reachable()
    found: dict[str, Snapshot] = {}
    for ticker in tickers:
        try:
            found[ticker] = fresh_snapshot(
                ticker, store, yahoo.fetch, "Yahoo", refresh=refresh, progress=progress
            )
        except DataError as error:
            arrived = f"; {', '.join(found)} did arrive and are kept" if found else ""
            raise type(error)(f"{error}{arrived}") from error
    return found


def _short(failure: Exception) -> str:
    """Why Yahoo is not used, in words that do not change from day to day."""
    if isinstance(failure, UnreachableError):
        return "Yahoo cannot be reached"
    return "what Yahoo sent cannot be used"


def _bundled(
    tickers: Sequence[str], failure: Exception, short: str, warnings: Sequence[str]
) -> Market:
    absent = [ticker for ticker in tickers if ticker not in bundled.TICKERS]
    if absent:
        raise type(failure)(
            f"{failure}; no snapshot of {absent[0]} is kept and the bundled history has only "
            f"{', '.join(bundled.TICKERS)}"
        ) from failure
    market = bundled.load(tickers)
    return market.relabelled(title=f"{market.title} ({short})", remarks=[str(failure), *warnings])
