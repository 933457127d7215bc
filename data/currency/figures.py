"""The figures that a conversion needs, and the rules by which they are read on rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.currency.currencies import CURRENCIES, with_article
from data.errors import DataError
from data.months import last_sessions
from data.read_only import read_only_series
from data.vintage import FigureDays

Array = NDArray[np.float64]
MOST_CARRIED = 5  # sessions for which the last rate of exchange is carried over
CARRIED_MONTHS = 6  # for which the last short rate is, beyond the month that it is for


@dataclass(frozen=True, eq=False)
class ShortRate:
    """A short rate by month.

    Attributes
    ----------
    figures
        Percent a year, on every month of a span (a hole of one month filled by the month before).
    what
        What it is, in words, with its source.
    source, fetched
        As in :class:`~data.vintage.SeriesVintage`.
    """

    figures: pd.Series
    what: str
    source: str
    fetched: str | None = None

    def __post_init__(self) -> None:
        """Keep figures from being changed: tables hand out the same ones to every market."""
        object.__setattr__(self, "figures", read_only_series(self.figures))

    @property
    def last(self) -> pd.Period:
        """The last month that has a figure."""
        return self.figures.index[-1]

    def carried(self, upto: pd.Period, *, for_ever: bool) -> pd.Series:
        """Figures with the last one carried on, for six months at most or up to a month."""
        end = max(upto if for_ever else min(upto, self.last + CARRIED_MONTHS), self.last)
        every = pd.period_range(self.figures.index[0], end, freq="M")
        return self.figures.reindex(every).ffill()


@dataclass(frozen=True, eq=False)
class CurrencyFigures:
    """Everything that is known of one currency beside dollars.

    Attributes
    ----------
    currency
        Its code.
    exchange
        Units for one dollar, by day.
    exchange_words, exchange_source
        What these are, and where from.
    home, dollar
        Short rates of both.
    prices
        Consumer prices of the country by month; None where they are not known.
    exchange_fetched
        Day of fetching, where there is one.
    is_live
        Whether they should go on to now: a market that goes on for longer than they may be carried
        is refused, where a table's or a folder's ends with them.
    """

    currency: str
    exchange: pd.Series
    exchange_words: str
    exchange_source: str
    home: ShortRate
    dollar: ShortRate
    prices: pd.Series | None = None
    exchange_fetched: str | None = None
    is_live: bool = False

    def __post_init__(self) -> None:
        """Keep figures from being changed, as those of :class:`ShortRate`."""
        for name in ("exchange", "prices"):
            object.__setattr__(self, name, read_only_series(getattr(self, name)))

    @property
    def days_a_year(self) -> int:
        """Of the currency's money market."""
        return CURRENCIES[self.currency].days_a_year

    def until(self, session: pd.Timestamp, *, monthly: bool) -> CurrencyFigures:
        """The figures that were known at the close of a session.

        A month's average is known at its last session.
        """
        month = session.to_period("M")
        is_over = monthly or session >= last_sessions(pd.DatetimeIndex([session]))[0]
        whole = month if is_over else month - 1

        def cut(rate: ShortRate) -> ShortRate:
            return replace(rate, figures=rate.figures.loc[:whole])

        # Prices are public a month later; they value, and decide nothing.
        prices = None if self.prices is None else self.prices.loc[: whole - 1]
        return replace(
            self,
            exchange=self.exchange.loc[:session],
            home=cut(self.home),
            dollar=cut(self.dollar),
            prices=prices if prices is not None and len(prices) else None,
        )

    def days(self) -> dict[str, FigureDays]:
        """The days that each series has figures about, and when each was public."""
        about = pd.DatetimeIndex(self.exchange.index)
        days = {
            "exchange_rate": FigureDays(self.exchange_source, self.exchange_fetched, about, about)
        }
        for name, rate in (("home_rate", self.home), ("dollar_rate", self.dollar)):
            months = pd.PeriodIndex(rate.figures.index).to_timestamp()
            ends = last_sessions(months)
            days[name] = FigureDays(rate.source, rate.fetched, ends, ends)
        return days

    def series(self) -> Mapping[str, pd.Series]:
        """The figures by name, each on days, for a fingerprint."""
        by_day = {"exchange_rate": self.exchange}
        rates = {"home_rate": self.home.figures, "dollar_rate": self.dollar.figures}
        if self.prices is not None:
            rates["home_cpi"] = self.prices
        for name, figures in rates.items():
            by_day[name] = figures.set_axis(pd.PeriodIndex(figures.index).to_timestamp())
        return by_day


def filled_months(raw: pd.Series, what: str, *, carry: bool = False) -> pd.Series:
    """Figures on every month of their span; a hole of one month takes the month before.

    Parameters
    ----------
    raw
        Percent a year by month; NaN and absent months are holes.
    what
        What it is, for the message.
    carry
        Whether a longer hole is carried over too, as of a policy rate that a table leaves blank
        while nothing changes.

    Raises
    ------
    DataError
        For a series without figures, and for a longer hole.
    """
    figures = raw.dropna()
    if figures.empty:
        raise DataError(f"{what} has no figures; give some")
    every = pd.period_range(figures.index[0], figures.index[-1], freq="M")
    spread = figures.reindex(every)
    filled = spread.ffill(limit=None if carry else 1)
    if filled.isna().any():
        missing = every[spread.isna()]
        first = every[filled.isna()][0] - 1
        last = next(month for month in missing[missing >= first] if month + 1 not in missing)
        raise DataError(
            f"{what} has no figure from {first} to {last}; a hole of one month takes the month "
            "before, a longer one has to be filled in"
        )
    return filled


def dated_by_rows(exchange: pd.Series, rows: pd.DatetimeIndex) -> pd.Series:
    """Rates of exchange at the ends of months, dated by the monthly rows of the same months.

    A month's rate is stamped by its last day, its last session or its first day, and rows are too:
    it is that of the row of its month all the same. Daily rates stay as they are.
    """
    months = pd.DatetimeIndex(exchange.index).to_period("M")
    if not _is_monthly(rows) or months.has_duplicates:
        return exchange
    day_of = pd.Series(rows, rows.to_period("M"))
    own = pd.Series(exchange.index, months)
    days = day_of[~day_of.index.duplicated(keep="last")].reindex(months).fillna(own)
    return exchange.set_axis(pd.DatetimeIndex(days))


def exchange_on(
    rows: pd.DatetimeIndex, exchange: pd.Series, code: str, *, end: str | None = None
) -> Array:
    """The rate of exchange known at the close of each row.

    The last known one is carried over five sessions at most: on monthly rows five weekdays.

    Parameters
    ----------
    rows
        Ascending.
    exchange
        Units for one dollar, by day.
    code
        The currency, for the message.
    end
        Last day that is used, or None: a hole after it is none.

    Returns
    -------
    numpy.ndarray
        Units for one dollar; NaN before the first figure, and more than five sessions after the
        last.

    Raises
    ------
    DataError
        For a longer hole between two figures, by its days.
    """
    published = dated_by_rows(exchange.dropna(), rows)
    days = pd.DatetimeIndex(published.index)
    place = days.searchsorted(rows, side="right") - 1
    there = place >= 0
    of_day = days[np.maximum(place, 0)]
    if _is_monthly(rows):
        first = of_day.values.astype("datetime64[D]")
        ages = np.busday_count(first + 1, rows.values.astype("datetime64[D]") + 1)
    else:
        ages = rows.searchsorted(rows, side="right") - rows.searchsorted(of_day, side="right")
    stale = there & (ages > MOST_CARRIED)
    hole = stale & np.asarray(rows < days[-1])
    if end is not None:
        hole &= np.asarray(rows <= pd.Timestamp(end))
    if hole.any():
        first = rows[hole][0]
        before, after = of_day[hole][0], days[days.searchsorted(first, side="right")]
        raise DataError(
            f"the rate of exchange of {with_article(code)} has no figure from {before:%Y-%m-%d} to "
            f"{after:%Y-%m-%d}, longer than the {MOST_CARRIED} sessions for which one is carried "
            "over; fill it in, or give only the figures after it"
        )
    values = published.to_numpy(float)[np.maximum(place, 0)]
    return np.where(there & ~stale, values, np.nan)


def _is_monthly(rows: pd.DatetimeIndex) -> bool:
    gaps = np.diff(rows.values).astype("timedelta64[D]").astype(float)
    return bool(len(gaps)) and float(np.median(gaps)) > 20.0
