"""``load_market``: the history of some tickers, aligned and checked."""

from __future__ import annotations

import os
from collections.abc import Sequence

from backtests.face.door import door
from backtests.face.guard import shown, warn_of
from backtests.face.options import Day
from data import load
from data.market import Market
from data.period import cut_to_period


@door
def load_market(
    source: str | os.PathLike[str],
    tickers: Sequence[str] | str,
    *,
    needs: Sequence[str] | str | None = None,
    end: Day = None,
    extend: bool = False,
    refresh: bool = False,
    quiet: bool = False,
) -> Market:
    """Load the history of some tickers as a run would see it.

    Parameters
    ----------
    source
        ``auto``, ``yahoo``, ``bundled`` or ``files:DIR``, or the Path of a folder.
    tickers
        The columns of the market's prices, in this order.
    needs
        Further series: ``yields``, ``policy_rate``, ``usd``, ``cpi``.
    end
        Last day, a date or ``YYYY-MM-DD``; None for all there is.
    extend
        Extend each history to before its first day by its proxies.
    refresh
        Fetch again, even where recent prices are saved.
    quiet
        Do not show long steps.

    Returns
    -------
    Market
        ``.prices`` (sessions x tickers, total-return levels), ``.cash``, ``.yields``, ... Each
        frame is a copy of read-only data.

    Raises
    ------
    HedgeError
        For whatever the user can correct, in one line.
    """
    last = None if end is None else str(end)  # read by the door, as all of these are
    market = load.load_market(
        str(source),
        tickers,
        end=last,
        extend=extend,
        needs=needs or (),
        refresh=refresh,
        progress=shown(quiet=quiet),
    )
    warn_of(market)
    return cut_to_period(market, market.tickers, None, last).market
