"""The data that claims are tried on: the bundled months, and daily prices where there are some."""

from __future__ import annotations

from dataclasses import dataclass

from data.market import Market

TICKERS = ("SPY", "IEF", "TLT", "SHY", "BIL", "GLD", "TIP")  # of daily prices, where there are any


@dataclass(frozen=True, eq=False)
class Exhibits:
    """What every claim looks at; each takes the finest that has what it needs.

    Attributes
    ----------
    months
        The bundled months of SPY, BIL, SHY, IEF and TLT since 1962, in dollars, with yields,
        policy rate and consumer prices; to the last asked day.
    days
        Daily prices of those of :data:`TICKERS` that the source has, each from its first day on
        (SPY and the Treasury funds carried back by their proxies), with yields, policy rate and
        dollar index where the source has them; None where there are none.
    days_missing
        Why there are none, or which tickers are lacking; empty where nothing is.
    """

    months: Market
    days: Market | None
    days_missing: str
