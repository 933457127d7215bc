"""Load what the article's claims are tried on: the bundled months, and daily prices if any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from backtests.engine import kinds
from backtests.engine.claims.exhibits import TICKERS, Exhibits
from data.command import Progress, listed, silent
from data.elsewhere import where_else
from data.errors import DataError
from data.load import OWN_FILES, available, data_line, load_market, require_source
from data.market import Market
from data.origin import How
from data.period import cut_to_period
from data.strictness import Strictness, require_market

Load = Callable[..., Market]  # as load_market
EQUITY = "SPY"
MONTHS = (EQUITY, "BIL", "SHY", "IEF", "TLT")  # all that the bundled history has
FEWEST_ROWS = 2  # prices of a ticker: with fewer it has no return
NEEDS = ("yields", "policy_rate", "usd", "cpi")
BUNDLED_ALONE = "only the bundled months were asked for: daily prices come with another --source"


def load_exhibits(
    source: str,
    end: str | None = None,
    progress: Progress = silent,
    *,
    refresh: bool = False,
    announce: Callable[[str], object] = lambda _: None,
    strictness: Strictness | None = None,
    load: Load = load_market,
) -> Exhibits:
    """Load the bundled months, and the daily prices of a source.

    Parameters
    ----------
    source
        ``bundled`` for the months alone; ``auto``, ``yahoo`` or ``files:DIR`` for daily prices
        beside them. ``auto`` goes on without any where no new or saved ones can be had.
    end
        Last day wanted, ``YYYY-MM-DD``; None for all there is.
    progress
        A context around each long step.
    refresh
        Fetch prices again even where a recent snapshot is saved.
    announce
        Called with each line for the user: the data used, and warnings and notes on them.
    strictness
        Which data to refuse; None for none.
    load
        Loads the markets; called as :func:`data.load.load_market`.

    Raises
    ------
    UsageError
        For an unknown source, a day that is none, and an end before the data begin.
    DataError
        For prices that cannot be loaded, or that lack SPY or yields; StrictError for those that
        are refused.
    """
    require_source(source)
    last = None if end is None else kinds.day(end, "--end")
    with progress("reading the bundled months"):
        months = cut_to_period(load("bundled", MONTHS), [EQUITY], None, last).market
    if source == "bundled":
        require_market(strictness, months, last)
        _announce(source, months, announce)
        return Exhibits(months, None, BUNDLED_ALONE)

    def prices(tickers: Sequence[str], *, anew: bool) -> Market:
        # Not only to the last day: a fund that begins later is carried back from there.
        return load(source, tickers, extend=True, needs=NEEDS, refresh=anew, progress=progress)

    whole, lacking = _daily(source, prices, load, refresh=refresh)
    if whole.origin.how is How.BUNDLED:
        require_market(strictness, whole, last)
        _announce(source, whole, announce)
        return Exhibits(months, None, f"there are no daily prices: {whole.origin.short}")
    days = _cut(whole, last)
    if late := [ticker for ticker in days.tickers if days.prices[ticker].count() < FEWEST_ROWS]:
        days = _cut(
            prices([ticker for ticker in days.tickers if ticker not in late], anew=False), last
        )
        lacking = "; ".join(filter(None, (lacking, f"{listed(late)} begin after {last}")))
    require_market(strictness, days, last)
    _announce(source, days, announce)
    if source == "auto" and days.yields is None:
        return Exhibits(months, None, "there are no daily yields, without which prices say little")
    _require_yields(source, days)
    for note in (*days.notes, *([lacking] if lacking else [])):
        announce(f"note: {note}")
    if source.startswith("files:"):
        days = days.relabelled(title=OWN_FILES)
    return Exhibits(months, days, lacking)


def _cut(market: Market, end: str | None) -> Market:
    return cut_to_period(market, [EQUITY], None, end).market


def _daily(
    source: str, prices: Callable[..., Market], load: Load, *, refresh: bool
) -> tuple[Market, str]:
    """The market of a source, and which tickers it lacks, in words."""
    if source.startswith("files:"):
        there = _in_folder(source)
        absent = [ticker for ticker in TICKERS if ticker not in there]
        try:
            market = prices(there, anew=refresh)
        except DataError:
            # Months cannot be carried back: that comes first, in words of what was asked for.
            _require_days(source, load(source, there[:1]))
            raise
        return market, f"the folder lacks {listed(absent)}" if absent else ""
    try:
        return prices(TICKERS, anew=refresh), ""
    except DataError:
        # What the bundled months know may do without what they do not, gold and TIPS.
        if source != "auto":
            raise
        few = prices(MONTHS, anew=False)
        absent = [ticker for ticker in TICKERS if ticker not in MONTHS]
        return few, f"{listed(absent)} could not be loaded"


def _in_folder(source: str) -> list[str]:
    """Those of the tickers that a folder has.

    Raises
    ------
    DataError
        Where it has no equity; load_market itself says that there is no such folder.
    """
    offered = available(source) or []
    there = [ticker for ticker in TICKERS if ticker in offered]
    if EQUITY not in there and Path(source.removeprefix("files:")).is_dir():
        raise DataError(
            f"{source} has no {EQUITY}.csv, and every claim is about equity; add it, or use "
            "--source bundled"
        )
    return there or [EQUITY]


def _require_days(source: str, market: Market) -> None:
    """Refuse months, of which the bundled history has more.

    Raises
    ------
    DataError
        Naming the source.
    """
    if market.periods_per_year != 252:
        raise DataError(
            f"{source} holds monthly prices, and the claims want daily ones beside the bundled "
            "months; give a folder of daily prices, or --source bundled"
        )


def _require_yields(source: str, market: Market) -> None:
    """Refuse prices without yields.

    Raises
    ------
    DataError
        Naming the source.
    """
    if market.yields is None:
        # The months have the yields, whatever tickers else were asked for.
        also = "" if "bundled" in where_else(market, "yields") else ", or --source bundled"
        raise DataError(
            f"{source} has no yields, which most claims are about; {where_else(market, 'yields')}"
            f"{also}"
        )


def _announce(source: str, market: Market, announce: Callable[[str], object]) -> None:
    announce(f"{source}: {data_line(market)}")
    for remark in market.remarks:
        announce(f"warning: {remark}")
