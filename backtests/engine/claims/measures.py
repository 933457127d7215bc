"""What all claims share: data up to the article and after it, months, figures as records."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtests.analysis.claims import ARTICLE_DAY, Measure, Unit
from backtests.analysis.months import month_ends
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.exhibits import Exhibits
from data.market import Market

RESAMPLED = "90 %, resampled"


def in_percent(fraction: float, digits: int = 1) -> str:
    """A fraction as text, in percent: ``1.2 %``, ``-0.3 %``; only differences have a plus."""
    return f"{100.0 * fraction:.{digits}f} %"


def before(market: Market) -> Market:
    """The market as it was known at the close of the article's day.

    Of monthly rows the last is that of March 2025.
    """
    return market.until(pd.Timestamp(ARTICLE_DAY))


def after(market: Market) -> Market | None:
    """The market from the close of the article's day on: its first row is the base.

    Of monthly rows the base is the end of April 2025, since April began before the article; its
    first return is that of May. None with fewer than two rows.
    """
    sessions = market.sessions[market.sessions >= pd.Timestamp(ARTICLE_DAY)]
    return market.on(sessions) if len(sessions) > 1 else None


def finest(exhibits: Exhibits, tickers: Sequence[str], *, as_long: bool = False) -> Market:
    """The daily market where it has all of these tickers, else the bundled months.

    Parameters
    ----------
    exhibits, tickers
        The data, and what is needed of them.
    as_long
        Whether the daily market must also begin within a year of the months, since what is asked
        needs their decades.
    """
    days, months = exhibits.days, exhibits.months
    if days is None or not set(tickers) <= set(days.tickers):
        return months
    if as_long:
        latest = months.first_session(tickers)[0] + pd.Timedelta(days=366)
        return days if days.first_session(tickers)[0] <= latest else months
    return days


def monthly_returns(market: Market, tickers: Sequence[str]) -> pd.DataFrame:
    """Month-end returns of tickers and of ``CASH``, in the months in which all have one.

    Returns
    -------
    pandas.DataFrame
        Indexed by month (``Period``), fractions. The last month is left out until it is over.
    """
    closes = month_ends(market.levels(tickers))
    return closes.pct_change(fill_method=None).dropna()


def span(index: pd.Index) -> tuple[str, str]:
    """First and last of an index of months (``YYYY-MM``) or days (``YYYY-MM-DD``), as text."""
    if len(index) == 0:
        return "", ""
    if isinstance(index, pd.PeriodIndex):
        return str(index[0]), str(index[-1])
    return f"{index[0]:%Y-%m-%d}", f"{index[-1]:%Y-%m-%d}"


def measured(
    what: str,
    estimate: Estimate | float | None,
    unit: Unit,
    n: int | None = None,
    n_of: str = "",
    index: pd.Index | None = None,
    *,
    decides: bool = False,
    interval: str = RESAMPLED,
) -> Measure:
    """A figure as a record; its interval is named only where there is one.

    Parameters
    ----------
    what, unit, n, n_of, decides
        As :class:`Measure` has them.
    estimate
        With its interval, or a number alone; NaN and None are no figure.
    index
        Months or days that it rests on, in order of time.
    interval
        What the interval is, where the estimate has one.
    """
    if not isinstance(estimate, Estimate):
        estimate = Estimate.of(float("nan") if estimate is None else float(estimate), None)
    first, last = ("", "") if index is None else span(index)
    return Measure(
        what=what,
        value=estimate.value,
        unit=unit,
        low=estimate.low,
        high=estimate.high,
        interval="" if estimate.low is None else interval,
        n=n,
        n_of=n_of,
        first=first,
        last=last,
        decides=decides,
    )
