"""Where else a market's gap can be filled: never at the source that has just been asked."""

from __future__ import annotations

from data import bundled
from data.market import Market

# Of each thing that a rule may need: the sources that have it, and what a folder needs for it.
OFFERED = {
    "yields": (("bundled", "yahoo"), "treasury_cmt_yields_daily.csv"),
    "policy_rate": (("bundled", "yahoo"), "fed_funds_effective_daily.csv"),
    "usd": (("yahoo",), "usd_index_daily.csv"),
    "cpi": (("bundled", "yahoo"), "cpi_monthly.csv"),
    "daily prices": (("yahoo",), "daily prices"),
}


def where_else(market: Market, needed: str) -> str:
    """Say what to do about something that a market lacks, as the last clause of a message.

    Parameters
    ----------
    market
        What was loaded: the bundled history has not all tickers. Where it replaces an answer of
        Yahoo's, Yahoo counts as asked too.
    needed
        A key of ``OFFERED``.
    """
    sources, content = OFFERED[needed]
    own = market.source.partition(":")[0]
    asked = {own} if market.origin.is_first_choice else {own, "yahoo"}
    has_all = set(market.tickers) <= set(bundled.TICKERS)
    others = [
        source for source in sources if source not in asked and (has_all or source != "bundled")
    ]
    ways = ["try again later"] if "yahoo" in asked else []
    if own == "files":
        ways.append(f"add it to {content}" if content.endswith(".csv") else f"give {content} there")
    else:
        others.append(f"files:DIR with {content}")
    if others:
        ways.append(f"use --source {' or '.join(others)}")
    return ", or ".join(ways)
