"""What the charts of a verdict draw: growth, drawdowns, returns, correlation, inflation.

Fractions; ``None`` where a number does not exist. Months are ``YYYY-MM``, days ``YYYY-MM-DD``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.analysis.indicators import DIVISIONS
from backtests.analysis.metrics import drawdowns
from backtests.analysis.months import month_ends
from backtests.analysis.regimes import CORRELATION_MONTHS
from data.consumer_prices import year_on_year

PATHS = ("portfolio", "equity", "bills", "matched")
MOST_DRAWN = 1_600  # points of a drawdown: weeks of thirty years
Path = tuple[float | None, ...]  # one number a month, or a row


@dataclass(frozen=True)
class FourPaths:
    """One path each of the portfolio and its three references."""

    portfolio: Path
    equity: Path
    bills: Path
    matched: Path


@dataclass(frozen=True)
class Drawdowns:
    """Loss from the highest value so far, on the rows of the run.

    Attributes
    ----------
    dates
        ``YYYY-MM-DD``, the last row of each stretch.
    daily
        Whether rows are days, else months.
    rows_each
        Rows in a stretch, of which each path has its lowest value: 1 in a run of few rows.
    paths
        Fractions, 0 or negative.
    """

    dates: tuple[str, ...]
    daily: bool
    rows_each: int
    paths: FourPaths


@dataclass(frozen=True)
class LegReturns:
    """Month-end returns of equity and of the hedge, each alone."""

    equity: Path
    hedge: Path


@dataclass(frozen=True)
class TrailingCorrelation:
    """Correlation of equity and bond over the ``window_months`` months to the end of each."""

    months: tuple[str, ...]
    values: Path
    window_months: int


@dataclass(frozen=True)
class Inflation:
    """CPI over a year by the month that it is about, a fraction: published a month later."""

    months: tuple[str, ...]
    values: Path


@dataclass(frozen=True)
class Series:
    """What the charts draw.

    Growth of 1 and returns at the month-ends of ``months``; drawdowns on the run's own rows;
    correlation and inflation by month.
    """

    months: tuple[str, ...]
    growth: FourPaths
    drawdown: Drawdowns
    returns: LegReturns
    correlation: TrailingCorrelation
    inflation: Inflation


def series_of(
    levels: pd.DataFrame, start: pd.Series, correlation: pd.Series, cpi: pd.Series, *, daily: bool
) -> Series:
    """What the charts draw of a run.

    Parameters
    ----------
    levels
        Sessions from the first fill on x ``portfolio``, ``equity``, ``bills``, ``matched`` and
        ``hedge``.
    start
        The same on the run's first session: where growth is 1.
    correlation
        Trailing correlation of equity and bond, by month.
    cpi
        Consumer prices by the month by whose end they were published.
    daily
        Whether sessions are days, else months.
    """
    months = month_ends(levels)
    returns = months.pct_change(fill_method=None).iloc[1:]
    grown = months / start
    defined = correlation.dropna()
    published = year_on_year(cpi).reindex(months.index).dropna()
    about = published.index - DIVISIONS["inflation"].publication_lag
    return Series(
        months=_named(months.index),
        growth=_four(grown),
        drawdown=_drawdowns(levels, daily=daily),
        returns=LegReturns(tuple(returns["equity"].tolist()), tuple(returns["hedge"].tolist())),
        correlation=TrailingCorrelation(
            months=_named(defined.index),
            values=tuple(defined.tolist()),
            window_months=CORRELATION_MONTHS,
        ),
        inflation=Inflation(_named(about), tuple(published.tolist())),
    )


def _drawdowns(levels: pd.DataFrame, *, daily: bool) -> Drawdowns:
    """Drawdowns row by row; of a long run the lowest of each stretch, so that none is lost."""
    each = -(-len(levels) // MOST_DRAWN)
    firsts = np.arange(0, len(levels), max(each, 1))
    lasts = np.minimum(firsts + max(each, 1), len(levels)) - 1
    lowest = {
        name: tuple(np.minimum.reduceat(drawdowns(levels[name].to_numpy(float)), firsts).tolist())
        for name in PATHS
    }
    return Drawdowns(
        dates=tuple(np.datetime_as_string(levels.index.to_numpy()[lasts], unit="D").tolist()),
        daily=daily,
        rows_each=each,
        paths=FourPaths(**lowest),
    )


def _named(months: pd.Index) -> tuple[str, ...]:
    """Months as ``YYYY-MM``."""
    numbers = pd.PeriodIndex(months).asi8.astype("datetime64[M]")
    return tuple(np.datetime_as_string(numbers).tolist())


def _four(table: pd.DataFrame) -> FourPaths:
    return FourPaths(**{name: tuple(table[name].tolist()) for name in PATHS})
