"""The sources yahoo and auto: cached snapshots, else a fetch, and for auto the fallbacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from data import bundled
from data.align import market_of
from data.checks.exchange import CALENDARS, NEW_YORK_ZONES
from data.command import Progress, silent
from data.currency.conversion import DOLLARS, Conversion
from data.currency.convert import Convert, in_currency
from data.currency.currencies import DOLLAR
from data.currency.figures import exchange_on
from data.currency.quotes import currency_of
from data.errors import DataError, UnreachableError, counted
from data.market import Market
from data.origin import How, Origin
from data.read_log import note_passing
from data.sources import yahoo
from data.sources.bars import total_return
from data.sources.currency_files import only_currency
from data.sources.fetching import fresh_snapshot
from data.sources.live_currency import currency_figures, exchange_rate
from data.sources.live_rates import Request
from data.sources.snapshots import Snapshot, Store
from data.treasuries.foreign_funds import SHARE_CLASS_OF
from data.vintage import StandIn, StandInKind
from data.withholding.payouts import of_bars
from data.withholding.rates import NOTHING, Withholding

SOURCE = "yahoo"
NEW_PRICES = "new prices from Yahoo"
OF_COINS = "UTC"  # the time zone of what no exchange lists
NO_EXCHANGE = "no rates of exchange can be had"  # whatever prices there are


def load(
    tickers: Sequence[str],
    *,
    may_fall_back: bool,
    end: str | None = None,
    extend: bool = False,
    carried_back: Collection[str] = (),
    needs: Sequence[str] = (),
    withholding: Withholding = NOTHING,
    refresh: bool = False,
    conversion: Conversion = DOLLARS,
    convert: Convert = in_currency,
    progress: Progress = silent,
    store: Store | None = None,
) -> Market:
    """Build a daily market from Yahoo: snapshots of the last day, else a fetch.

    Parameters
    ----------
    tickers
        What to load.
    may_fall_back
        When Yahoo fails, use older snapshots, else the bundled history, and say so in the
        market's title; without it, fail.
    end
        Last day wanted, or None for all.
    extend
        Extend each history before its first day by its proxies.
    carried_back
        Without ``extend``: tickers to extend from yields, where they can be had.
    needs
        Rates to load in addition to the bill yield.
    withholding
        What is withheld from payouts of the tickers.
    refresh
        Fetch even if the cache has a snapshot of the last day.
    conversion
        The currency wanted, its cash, and what of the dollar is hedged.
    convert
        As for :func:`data.load.load_market`.
    progress
        Context manager around each fetch.
    store
        The cache of snapshots.

    Raises
    ------
    DataError
        If a ticker cannot be loaded; names it and the tickers that were fetched.
    """
    store = store or Store()
    failed: DataError | None = None
    began = dt.datetime.now(dt.UTC)
    try:
        snapshots = _prices(tickers, store, refresh=refresh, progress=progress)
    except DataError as failure:
        if not may_fall_back:
            if not isinstance(failure, UnreachableError):
                raise
            raise UnreachableError(
                _with_instead(failure, tickers, store, extend=extend)
            ) from failure
        failed = failure
        older = {ticker: store.read(ticker) for ticker in tickers}
        snapshots = {ticker: kept for ticker, kept in older.items() if kept is not None}
        if len(snapshots) < len(older):
            return _bundled(tickers, failure, _short(failure), store.warnings)
    origin = _origin(snapshots.values(), began, failed)
    request = Request(
        store, refresh=refresh, progress=progress, offline=failed is not None, end=end
    )
    try:
        series = _in_dollars(snapshots, request, conversion.currency, end)
        figures = None if conversion.is_dollars else currency_figures(request, conversion.currency)
    except UnreachableError as failure:
        if not may_fall_back:
            raise
        told = failure
        if failed is not None:  # then no server was asked for them
            told = UnreachableError(
                f"{failed}; no rates of exchange of {conversion.currency} are cached either"
            )
        return _bundled(tickers, told, NO_EXCHANGE, store.warnings)
    rates = request.rates(["bill", *needs, *(["yields"] if extend or carried_back else [])])
    older_levels = request.older(tickers) if extend else None
    is_standing_in = any(instead.is_fallback for instead in request.stood_in)
    if is_standing_in or store.warnings or request.remarks or not origin.is_first_choice:
        note_passing()  # a server that failed is asked again, and what was amiss may be mended
    calendars = {
        ticker: CALENDARS.get(snapshot.bars.listing.zone) for ticker, snapshot in snapshots.items()
    }
    return market_of(
        series,
        source=SOURCE,
        calendars=calendars,
        title=f"prices from Yahoo, fetched {origin.fetched}"
        + (", older snapshots" if origin.how is How.OLDER else ""),
        notes=[
            *(line for kept in snapshots.values() for line in kept.bars.warnings),
            *dict.fromkeys(request.notes),  # two tickers may have one currency
        ],
        remarks=[*store.warnings, *request.remarks],
        origin=origin,
        fetched={ticker: f"{kept.fetched:%Y-%m-%d}" for ticker, kept in snapshots.items()},
        rates=rates,
        older=older_levels,
        carried_back=carried_back,
        end=end,
        stood_in=[*_prices_stand_in(tickers, origin), *request.stood_in],
        is_live=True,
        conversion=conversion,
        convert=convert,
        figures_of=None if figures is None else lambda _: figures,
        payouts={ticker: of_bars(ticker, own.bars.frame) for ticker, own in snapshots.items()},
        older_payouts=request.older_payouts(older_levels or ()),
        withholding=withholding,
    )


def _in_dollars(
    snapshots: Mapping[str, Snapshot], request: Request, home: str, end: str | None
) -> dict[str, pd.Series]:
    """Total-return levels in dollars, whatever Yahoo quotes them in; what is converted is noted.

    Parameters
    ----------
    snapshots
        By ticker.
    request
        Loads rates of exchange, and is told what to note.
    home
        The currency of the run: what is quoted in it comes back from dollars as it was.
    end
        Last day that is used, or None: a hole in the rates of exchange after it does not matter.

    Raises
    ------
    UnreachableError
        If no rates of exchange can be had.
    """
    series = {}
    for ticker, snapshot in snapshots.items():
        levels = total_return(snapshot.bars.frame).rename(ticker)
        quoted, zone = snapshot.bars.listing.quoted, snapshot.bars.listing.zone
        code = str(currency_of(quoted))
        if (usual := only_currency(ticker)) not in (None, code):
            request.notes.append(
                f"{ticker} is quoted in {quoted} by Yahoo's answer, though it is known in {usual}: "
                "check it, a wrong currency makes wrong returns"
            )
        if code == DOLLAR:
            series[ticker] = levels
            if zone not in (*NEW_YORK_ZONES, OF_COINS):
                request.notes.append(f"{ticker} is quoted in {quoted}")
            continue
        exchange = exchange_rate(request, code, (ticker,))
        days = pd.DatetimeIndex(levels.index)
        converted = levels / exchange_on(days, exchange.units, code, end=end)
        series[ticker] = converted[np.isfinite(converted)]
        if len(series[ticker]) < 2:
            raise DataError(
                f"{ticker} is quoted in {quoted}, and its rates of exchange "
                f"({exchange.units.index[0]:%Y-%m-%d} to {exchange.units.index[-1]:%Y-%m-%d}) are "
                "of other days; try again later"
            )
        lost = days.difference(pd.DatetimeIndex(series[ticker].index))
        lost = lost[lost <= end] if end else lost
        if len(lost):
            request.notes.append(
                f"{ticker}: {counted(len(lost), 'session')} from {lost[0]:%Y-%m-%d} to "
                f"{lost[-1]:%Y-%m-%d} are left out, for which there is no rate of exchange"
            )
        unit = quoted if quoted == code else f"{quoted} (hundredths of {code})"
        request.notes.append(
            f"{ticker} is quoted in {unit}, the currency of this run: it grows as it is quoted"
            if code == home
            else f"{ticker} is quoted in {unit}: converted day by day at {exchange.words}"
        )
        share_class = SHARE_CLASS_OF.get(ticker.upper())
        if share_class is not None and share_class.pays_dollars:
            request.notes.append(
                f"{ticker} pays in dollars; Yahoo's dividends are taken to be in {quoted} as its "
                "prices are: compare one with the fund's own page"
            )
    return series


def _prices(
    tickers: Sequence[str], store: Store, *, refresh: bool, progress: Progress
) -> Mapping[str, Snapshot]:
    """Get a snapshot of the last day for every ticker; what came before a failure is saved."""
    moment = dt.datetime.now(dt.UTC)
    kept = {ticker: None if refresh else store.read(ticker) for ticker in tickers}
    if any(one is None or not one.fresh(moment) for one in kept.values()):
        yahoo.require_reachable()
    fetched: dict[str, Snapshot] = {}
    for ticker in tickers:
        try:
            fetched[ticker] = fresh_snapshot(
                ticker, store, yahoo.fetch, "Yahoo", refresh=refresh, progress=progress
            )
        except DataError as error:
            arrived = f"; {', '.join(fetched)} arrived and are cached" if fetched else ""
            raise type(error)(f"{error}{arrived}") from error
    return fetched


def _origin(snapshots: Iterable[Snapshot], began: dt.datetime, failure: DataError | None) -> Origin:
    """Tell whether snapshots were fetched by this run, before it, or are used after a failure."""
    fetched = [snapshot.fetched for snapshot in snapshots]
    day = f"{min(fetched):%Y-%m-%d}"
    # With a clock set back, an older snapshot may seem to be fetched after this run began.
    if failure is None and min(fetched) >= began:
        return Origin(How.FETCHED, day)
    age = dt.datetime.now(dt.UTC) - min(fetched)
    if failure is None:
        return Origin(How.KEPT, day, age)
    return Origin(How.OLDER, day, age, str(failure), _short(failure))


def _prices_stand_in(tickers: Sequence[str], origin: Origin) -> list[StandIn]:
    """What stands in for new prices; nothing where they or those of the last day are used."""
    if origin.is_first_choice:
        return []
    is_older = origin.how is How.OLDER
    return [
        StandIn(
            tuple(tickers),
            StandInKind.SNAPSHOT if is_older else StandInKind.SOURCE,
            wanted=NEW_PRICES,
            used=f"those fetched on {origin.fetched}" if is_older else "the bundled history",
            is_fallback=True,
            why=origin.short,
        )
    ]


def _with_instead(failure: DataError, tickers: Sequence[str], store: Store, *, extend: bool) -> str:
    """Why Yahoo cannot be reached, and what to use meanwhile: only what has all tickers.

    The bundled months are not carried back.
    """
    if set(tickers) <= set(store.tickers()):
        return f"{failure}, or use --source auto, which takes the prices cached before"
    of_table = "bundled or " * (set(tickers) <= {*bundled.TICKERS} and not extend)
    return f"{failure}, or use --source {of_table}files:DIR"


def _short(failure: Exception) -> str:
    """Why Yahoo is not used, in words that do not change from day to day."""
    if isinstance(failure, UnreachableError):
        return "Yahoo cannot be reached"
    return "what Yahoo sent cannot be used"


def _bundled(
    tickers: Sequence[str], failure: DataError, short: str, warnings: Sequence[str]
) -> Market:
    note_passing()  # Yahoo is asked again
    absent = [ticker for ticker in tickers if ticker not in bundled.TICKERS]
    if absent:
        only = f"has only {', '.join(bundled.TICKERS)}"
        if short == NO_EXCHANGE:  # the failure says what to do
            raise type(failure)(
                f"{failure}; the bundled history, with rates of its own, {only}"
            ) from failure
        raise type(failure)(
            f"{failure}; no snapshot of {absent[0]} is cached and the bundled history {only}; "
            "bring its prices with --source files:DIR"
        ) from failure
    origin = Origin(How.BUNDLED, failure=str(failure), short=short)
    market = bundled.load(tickers)
    stood_in = [*_prices_stand_in(tickers, origin), *market.vintage.stood_in]
    return market.relabelled(remarks=warnings, origin=origin, stood_in=stood_in)
