"""``load_market``: the history of some tickers, aligned and checked, to look at or to decide on."""

from __future__ import annotations

from collections.abc import Sequence

from backtests.face.guard import plain_errors, shown, warn_of
from data import load
from data.market import Market
from data.period import cut_to_period


@plain_errors
def load_market(
    source: str,
    tickers: Sequence[str] | str,
    *,
    needs: Sequence[str] = (),
    end: str | None = None,
    extend: bool = False,
    refresh: bool = False,
    quiet: bool = False,
) -> Market:
    """Load the history of some tickers as a run would see it.

    Parameters
    ----------
    source
        ``auto``, ``yahoo``, ``bundled`` or ``files:DIR``.
    tickers
        The columns of the market's prices, in this order.
    needs
        What else is needed, of ``yields``, ``policy_rate``, ``usd`` and ``cpi``.
    end
        Last day, ``YYYY-MM-DD``; None for all there is.
    extend
        Carry each history back before its first day by its proxies.
    refresh
        Fetch again, even where fresh prices are kept.
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
    wanted = [tickers] if isinstance(tickers, str) else list(tickers)
    market = load.load_market(
        source,
        wanted,
        end=end,
        extend=extend,
        needs=needs,
        refresh=refresh,
        progress=shown(quiet=quiet),
    )
    warn_of(market)
    return cut_to_period(market, market.tickers, None, end).market
