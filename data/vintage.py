"""How old the data of a market are and what stood in for what, as records for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from data.records import freeze_mappings

CURRENCY_SERIES = ("exchange_rate", "home_rate", "dollar_rate")  # of a market in another currency
# Series that count up to the last session: those of tickers may go on for longer.
RATES = ("CASH", "yields", "policy_rate", "cpi", "usd", *CURRENCY_SERIES)


class StandInKind(StrEnum):
    """What kind of data stand in for others."""

    SOURCE = "source"  # the bundled history, for new prices
    SNAPSHOT = "snapshot"  # figures fetched before, for those of a server that did not give any
    SERVER = "server"  # another server's figures of the same kind
    MISSING = "missing"  # nothing: a series that could not be loaded
    BILLS = "bills"  # the bundled bill return, for a bill yield
    CARRIED = "carried"  # the last figure of a series that ends early, used on from there
    PROXY = "proxy"  # something similar, for a ticker before its first day
    MODEL = "model"  # an index, or bonds computed from yields, for a fund throughout


@dataclass(frozen=True)
class StandIn:
    """Data that stand in for others.

    Attributes
    ----------
    series
        Tickers, ``CASH`` or the rates (``yields, policy_rate, cpi, usd``) that it is about.
    kind
        What kind of data stand in.
    wanted, used
        What should be there, and what is, in words.
    is_fallback
        Whether the source that was asked for should have given what was wanted: ``--strict``
        refuses these. A proxy that was asked for by ``--extend`` is none.
    first, last
        Days on which it stands in, ``YYYY-MM-DD``; None from the beginning, and to the end.
    why
        What failed, in words that do not change from day to day; None where nothing did.
    """

    series: tuple[str, ...]
    kind: StandInKind
    wanted: str
    used: str
    is_fallback: bool
    first: str | None = None
    last: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class SeriesVintage:
    """How old one series is.

    Attributes
    ----------
    source
        Where its figures come from.
    last
        The last day that a figure is about, ``YYYY-MM-DD``: of a rate the last that was public,
        of a ticker its own last day, also where the data end earlier because another ticker's do.
    fetched
        The day on which the oldest part of it was fetched; None where the source knows none.
    """

    source: str
    last: str
    fetched: str | None = None


@dataclass(frozen=True)
class Vintage:
    """How old a market's data are, and what stood in for what.

    Attributes
    ----------
    last
        The last session, ``YYYY-MM-DD``.
    series
        By ticker, ``CASH``, and the rates that there are.
    stood_in
        Whatever stands in for something else up to the last session.
    """

    last: str
    series: Mapping[str, SeriesVintage]
    stood_in: tuple[StandIn, ...]

    def __post_init__(self) -> None:
        """Keep mappings from being changed."""
        freeze_mappings(self)

    @property
    def fallbacks(self) -> tuple[StandIn, ...]:
        """What stands in for data that the source asked for should have given."""
        return tuple(stand_in for stand_in in self.stood_in if stand_in.is_fallback)


@dataclass(frozen=True, eq=False)
class FigureDays:
    """The days that a series has figures about, and when each was public.

    Attributes
    ----------
    source, fetched
        As in :class:`SeriesVintage`.
    about, public
        Ascending days, one for each figure.
    """

    source: str
    fetched: str | None
    about: pd.DatetimeIndex
    public: pd.DatetimeIndex

    def vintage(self, day: pd.Timestamp | None) -> SeriesVintage | None:
        """How old the series was at the close of a day (None: now); None before any figure."""
        count = len(self.public)
        if day is not None:
            count = int(self.public.searchsorted(day, side="right"))
        if count == 0:
            return None
        return SeriesVintage(self.source, f"{self.about[count - 1]:%Y-%m-%d}", self.fetched)


def figure_days(levels: pd.Series, source: str, fetched: str | None = None) -> FigureDays:
    """The days on which a series has a figure, each public on its own day."""
    days = pd.DatetimeIndex(levels.dropna().index)
    return FigureDays(source, fetched, days, days)


def own_days(prices: pd.DataFrame, source: str) -> dict[str, FigureDays]:
    """Each ticker on the sessions on which it has a price."""
    return {str(ticker): figure_days(prices[ticker], source) for ticker in prices}


def vintage_of(
    days: Mapping[str, FigureDays],
    stood_in: Iterable[StandIn],
    last: pd.Timestamp,
    cut: pd.Timestamp | None,
) -> Vintage:
    """How old data are that end on a session.

    Parameters
    ----------
    days
        By ticker, ``CASH`` and rate.
    stood_in
        Whatever stands in for something else, at any time.
    last
        The last session.
    cut
        The day after which nothing is known, where the data were cut; else None: then a ticker
        may go on for longer than the others.
    """
    series = {
        name: figures.vintage(last if name in RATES else cut) for name, figures in days.items()
    }
    end = f"{last:%Y-%m-%d}"
    until = tuple(
        replace(stand_in, last=None) if (stand_in.last or "") >= end else stand_in
        for stand_in in stood_in
        if stand_in.first is None or stand_in.first <= end
    )
    there = {name: vintage for name, vintage in series.items() if vintage is not None}
    return Vintage(end, there, until)
