"""What stands in for what in a market: records of its joins, its cash and its rates."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data.market import CASH
from data.treasuries.cash import BillGaps
from data.treasuries.proxies import Splice
from data.treasuries.rates import IN_WORDS, Rates, stale_series
from data.vintage import StandIn, StandInKind

BILL_YIELD, BILL_RETURN = "the three-month bill yield", "the bundled one-month bill return"


def proxy_stand_ins(splices: Iterable[Splice]) -> list[StandIn]:
    """Each proxy, which stands in for its ticker until the day before it joins."""
    return [
        StandIn(
            (splice.ticker,),
            StandInKind.PROXY,
            wanted=splice.ticker,
            used=splice.proxy,
            is_fallback=False,
            first=splice.first,
            last=f"{pd.Timestamp(splice.day) - pd.Timedelta(days=1):%Y-%m-%d}",
        )
        for splice in splices
    ]


def cash_stand_ins(gaps: BillGaps, *, is_live: bool) -> list[StandIn]:
    """The bundled bill return where no bill yield is known, and last figures that are used on.

    Parameters
    ----------
    gaps
        Where no yield is known.
    is_live
        Whether the source should give bill yields for every day.
    """
    carried = BILL_RETURN if gaps.has_no_yield else BILL_YIELD
    parts = (
        (StandInKind.BILLS, BILL_YIELD, BILL_RETURN, gaps.early),
        (StandInKind.BILLS, BILL_YIELD, BILL_RETURN, gaps.holes),
        (StandInKind.CARRIED, carried, "the nearest figure", gaps.carried),
    )
    return [
        StandIn(
            (CASH,),
            kind,
            wanted=wanted,
            used=used,
            is_fallback=is_live,
            first=f"{days[0]:%Y-%m-%d}",
            last=f"{days[-1]:%Y-%m-%d}",
        )
        for kind, wanted, used, mask in parts
        if len(days := gaps.sessions[mask])
    ]


def rate_stand_ins(rates: Rates, last: pd.Timestamp, *, is_live: bool) -> list[StandIn]:
    """Rates that end long before the last session: their last figure is used on, or nothing."""
    return [
        StandIn(
            (name,),
            StandInKind.MISSING if name == "yields" else StandInKind.CARRIED,
            wanted=f"{IN_WORDS.get(name, name)} after {ends:%Y-%m-%d}",
            used="nothing" if name == "yields" else "the nearest figure",
            is_fallback=is_live,
            first=f"{ends + pd.Timedelta(days=1):%Y-%m-%d}",
        )
        for name, ends in stale_series(rates, last).items()
    ]
