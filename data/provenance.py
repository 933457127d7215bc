"""Where the columns of a market come from, how well proxies track, and the hash of a series."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Provenance:
    """Where one column of a market comes from.

    ``fetched`` is a date where the source knows one; ``own_first`` is the first day of the series
    itself where a proxy stands before it.
    """

    source: str
    what: str
    first: str
    last: str
    fetched: str | None = None
    own_first: str | None = None


@dataclass(frozen=True)
class Tracking:
    """A proxy against its fund over their common whole months, all in fractions.

    ``correlation`` and ``beta`` (fund on proxy) are of monthly returns; ``tracking_error`` is
    the annualised standard deviation of their difference; ``mean_difference`` is proxy less
    fund, a year; ``worst_year`` is the calendar year with the largest difference.
    """

    ticker: str
    proxy: str
    first: str
    last: str
    months: int
    correlation: float
    tracking_error: float
    mean_difference: float
    beta: float
    worst_year: int | None
    worst_year_difference: float | None


def content_sha256(series: pd.Series) -> str:
    """Hash a series by its dates (days since 1970, int64) and values (float64), little-endian."""
    present = series.dropna()
    digest = hashlib.sha256()
    digest.update(present.index.values.astype("datetime64[D]").astype("<i8").tobytes())
    digest.update(present.to_numpy("<f8").tobytes())
    return digest.hexdigest()


def describe(
    series: pd.Series,
    source: str,
    what: str,
    fetched: str | None = None,
    own_first: str | None = None,
) -> Provenance:
    """Record where a series comes from, with its span.

    ``own_first`` is the first day of its own history: kept where the series begins before it.
    """
    present = series.dropna()
    first = f"{present.index[0]:%Y-%m-%d}"
    return Provenance(
        source=source,
        what=what,
        first=first,
        last=f"{present.index[-1]:%Y-%m-%d}",
        fetched=fetched,
        own_first=own_first if own_first is not None and first < own_first else None,
    )
