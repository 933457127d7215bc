"""``load_market``: the one function that loads prices, whatever their source."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from data.command import Progress, silent
from data.currency.conversion import DOLLARS, Conversion
from data.currency.convert import Convert, in_currency
from data.errors import DataError, UsageError, counted, did_you_mean, in_short
from data.market import Market
from data.sources.frame import SOURCE as GIVEN
from data.treasuries.instruments import require_total_return
from data.withholding.rates import NOTHING, Withholding
from data.withholding.withhold import net_histories, withhold

FOLDER = "files:DIR"
OWN_FILES = "price files of your own"  # in results, which may be sent: no path
SOURCES = ("auto", "yahoo", "bundled", FOLDER)  # those to choose from


def require_source(source: str) -> None:
    """Refuse a source that does not exist, before anything is loaded.

    Beside those of ``SOURCES`` there are prices given in Python (``prices``), which cannot be
    chosen on the command line.

    Raises
    ------
    UsageError
        Naming what was given and the sources there are.
    """
    if not isinstance(source, str):
        raise UsageError(f"--source takes one of {', '.join(SOURCES)}, got {in_short(source)}")
    kind, colon, folder = source.partition(":")
    if f"{kind}:DIR" in SOURCES and folder and "\0" not in folder:
        return
    if (source in SOURCES and not colon) or source == GIVEN:
        return
    is_path = any(sign in source for sign in "/\\") or os.path.isdir(source)
    is_folder = bool(folder) and FOLDER in did_you_mean(kind, SOURCES)  # as in csv:DIR
    meant = f"files:{folder if is_folder else source}" if is_folder or is_path else ""
    raise UsageError(
        f"--source {in_short(source)} is unknown; use one of {', '.join(SOURCES)}"
        + (f" (did you mean {meant}?)" if meant else did_you_mean(source, SOURCES))
    )


def require_own_prices(source: str) -> None:
    """Refuse ``--price-only`` where prices are not the user's own.

    Raises
    ------
    UsageError
        Naming the source.
    """
    if not source.startswith("files:") and source != GIVEN:
        raise UsageError(
            f"--price-only is for prices of your own, and those of {source} have their dividends; "
            "leave it out, or give --source files:DIR"
        )


def load_market(
    source: str,
    tickers: Sequence[str],
    *,
    end: str | None = None,
    extend: bool = False,
    carried_back: Collection[str] = (),
    price_only: Collection[str] = (),
    needs: Sequence[str] = (),
    conversion: Conversion = DOLLARS,
    convert: Convert = in_currency,
    withholding: Withholding = NOTHING,
    refresh: bool = False,
    progress: Progress = silent,
) -> Market:
    """Load the history of ``tickers``, aligned, validated and read-only.

    Parameters
    ----------
    source
        ``yahoo``, ``bundled``, ``files:DIR``, or ``auto``: a fresh snapshot, else Yahoo, else
        an older snapshot, else the bundled history.
    tickers
        What the run needs; the market has these columns, in this order.
    end
        Last day wanted, ``YYYY-MM-DD``.
    extend
        Extend each history before its first day by its proxies.
    carried_back
        Without ``extend``: tickers to extend from yields and bills all the same, over the
        sessions that the other tickers have, where the source has daily prices and yields. The
        bundled history has no need of it.
    price_only
        Tickers whose files hold prices without dividends, as the user knows.
    needs
        What else is needed, of ``yields``, ``policy_rate``, ``usd`` and ``cpi``. A source that
        fetches each series over the network leaves out the others.
    conversion
        The currency wanted, its cash, and what of the dollar is hedged.
    convert
        Converts what was read in dollars: a caller may keep that, and convert it anew.
    withholding
        What is withheld from payouts of the tickers, before anything is converted.
    refresh
        Fetch from Yahoo even if the cache has a snapshot of the last day.
    progress
        Context manager around each step that may take long.

    Returns
    -------
    Market
        All rows that the source has.

    Raises
    ------
    UsageError
        For an unknown source, and for prices given in Python, which cannot be loaded again.
    DataError
        For a ticker the source lacks, or data that cannot be used.
    """
    require_source(source)
    if price_only:
        require_own_prices(source)
    if source == GIVEN:
        raise UsageError(
            f"--source {GIVEN}: prices given in Python are in no file; run it again from Python "
            "with prices=, or write them to a folder, one CSV a ticker, and use --source files:DIR"
        )
    wanted = list(dict.fromkeys(tickers))
    is_folder = source.startswith("files:")
    for ticker in wanted:
        require_total_return(ticker, is_price_only=is_folder and ticker in price_only)
    if is_folder:
        from data.sources import files

        with progress("reading prices"):
            return files.load(
                Path(source.removeprefix("files:")),
                wanted,
                end,
                extend=extend,
                carried_back=carried_back,
                price_only=price_only,
                conversion=conversion,
                convert=convert,
                withholding=withholding,
            )
    if source == "bundled":
        from data import bundled

        market = bundled.load(wanted)
    else:
        from data.sources import live

        market = live.load(
            wanted,
            may_fall_back=source == "auto",
            end=end,
            extend=extend,
            carried_back=carried_back,
            needs=needs,
            withholding=withholding,
            refresh=refresh,
            conversion=conversion,
            convert=convert,
            progress=progress,
        )
    if market.source == "bundled":
        try:
            market = withhold(market, withholding)
        except DataError as error:
            if market.origin.failure is None:
                raise
            # The bundled history was not asked for: why it is there comes first.
            raise DataError(f"{market.origin.failure}; of the bundled history, {error}") from error
        if not conversion.is_dollars:
            from data.bundled.world import currency_figures

            figures = currency_figures(conversion.currency)
            market = convert(market, conversion, figures, net_histories(market))
    if extend and market.source == "bundled":
        note = "--extend changes nothing: the bundled history is not carried back"
        market = market.relabelled(notes=[*market.notes, note])
    return market


def available(source: str) -> list[str] | None:
    """List the tickers a source has, or None where it can only be asked for them one by one.

    The list is empty for prices given in Python, which are not stored.
    """
    if source == GIVEN:
        return []
    if source.startswith("files:"):
        from data.sources import files

        return files.tickers(Path(source.removeprefix("files:")))
    if source != "bundled":
        return None
    from data import bundled

    return list(bundled.TICKERS)


def spelled(source: str, ticker: str) -> str:
    """A ticker as a source spells it: in capitals, unless the source tells case apart.

    A folder does that if two of its files differ by case alone; prices given in Python do.
    """
    if source == GIVEN:
        return ticker
    if source.startswith("files:"):
        from data.sources import files

        if files.tells_case_apart(Path(source.removeprefix("files:"))):
            return ticker
    return ticker.upper()


def data_line(market: Market) -> str:
    """Say in one line which data a market has, for which span, and why these were used."""
    return span_line(market) + market.origin.bracketed


def span_line(market: Market) -> str:
    """Say in one line what a market is, how many rows it has, from when to when.

    Without the short reason for a fallback: the whole one follows (:func:`data_line`).
    """
    sessions = market.sessions
    span = f"from {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}"
    return f"{market.plain_title}: {counted(len(sessions), market.unit)} {span}"
