"""The period that a run covers: the one asked for, checked against the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.errors import UsageError
from data.market import Market
from data.purchasing_power import with_its_notes


@dataclass(frozen=True, eq=False)
class Period:
    """A market cut to a period.

    Attributes
    ----------
    market
        All history up to the asked end.
    first, late
        First session on which every required ticker has a price, and the ticker that begins then.
    start
        First session on or after the asked start; None to begin as early as data and rule allow.
    """

    market: Market
    first: pd.Timestamp
    late: str
    start: pd.Timestamp | None


def cut_to_period(
    market: Market, required: Sequence[str], start: str | None, end: str | None
) -> Period:
    """Cut a market at the asked end, and find the first session of a simulation.

    Parameters
    ----------
    market
        Everything loaded.
    required
        Tickers that have to have a price on the first day.
    start, end
        First and last day as asked, ``YYYY-MM-DD``; None for all there is.

    Raises
    ------
    UsageError
        If the period holds no data, or starts before a ticker does.
    """
    sessions = market.sessions
    first, late = market.first_session(required)
    last = pd.Timestamp(end) if end else sessions[-1]
    begin = pd.Timestamp(start) if start else first
    is_cut = market.is_cut or last < sessions[-1]
    if last < first:
        raise UsageError(
            f"--end {end} is before {begin_of(market, first, late)} in {market.source}, "
            f"{first:%Y-%m-%d}; give a later --end"
        )
    if not is_cut and begin > sessions[-1]:
        raise UsageError(
            f"--start {start} is after the last day of {market.source}, {sessions[-1]:%Y-%m-%d}; "
            "start earlier"
        )
    if not ((sessions >= begin) & (sessions <= last)).any():
        raise UsageError(
            f"{market.source} has no {market.unit} from --start {start} to --end {end}; give a "
            "later --end or start earlier"
        )
    if begin < first:
        what = begin_of(market, first, late)
        without = f", or leave out {late}" if what == first_day_of(market, late) else ""
        raise UsageError(
            f"--start {start} is before {what} in {market.source}, {first:%Y-%m-%d}; start then or "
            f"later{without}"
        )
    until = with_its_notes(market.until(last), market)
    notes = list(until.notes)
    if last > sessions[-1] and not is_cut:
        notes.append(f"data end on {sessions[-1]:%Y-%m-%d}, before the asked end {end}")
    row_zero = sessions[sessions >= begin][0] if start else None
    cut = until.relabelled(notes=notes, is_cut=is_cut)
    return Period(cut, first, late, row_zero)


def begin_of(market: Market, first: pd.Timestamp, late: str) -> str:
    """Say what sets the first day of a run: the figures of its currency, or a ticker."""
    if market.deflated is not None and market.deflated.opens and first == market.sessions[0]:
        return market.deflated.opens
    if market.abroad is not None and market.abroad.opens and first == market.sessions[0]:
        return market.abroad.opens
    return first_day_of(market, late)


def first_day_of(market: Market, ticker: str) -> str:
    """Say what begins on a ticker's first day in a market: the ticker, or its proxy."""
    where = market.provenance.get(ticker)
    is_proxy = where is not None and where.own_first is not None
    return f"the first day of {ticker}" + ("'s proxy" if is_proxy else "")
