"""The rows of past falls: yields, equity, bills and the dollar, from the run's data or bundled.

A run's own data are used where they have US equity and the 10-year yield on both days of an
episode, and abroad the dollar unless it is nowhere known; else the bundled months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.crises import Episode, rows_of
from data import bundled
from data.background import TEN_YEARS, is_month_over
from data.bundled import world
from data.currency.figures import ShortRate, dated_by_rows
from data.market import Market
from data.treasuries.curve import year_fractions
from data.treasuries.instruments import US_MARKET

Array = NDArray[np.float64]
CARRIED_ROWS = 5  # sessions for which a yield is carried over on the first and the last day
CARRIED_DAYS = 10  # for which a rate of exchange is


def carried_over(yields: Array, row: int) -> Array:
    """A row of daily yields; what it lacks is carried over from the few rows before, shape (K,)."""
    carried = yields[row]
    for older in yields[max(row - CARRIED_ROWS, 0) : row][::-1]:
        carried = np.where(np.isfinite(carried), carried, older)
    return np.asarray(carried)


@dataclass(frozen=True, eq=False)
class Figures:
    """What a source of episodes has, on its rows; all in dollars.

    Attributes
    ----------
    words
        What it is.
    market
        The rows.
    """

    words: str
    market: Market

    @property
    def is_monthly(self) -> bool:
        """Whether its rows are months."""
        return self.market.periods_per_year == 12

    @property
    def months(self) -> pd.PeriodIndex | None:
        """Of monthly rows their months."""
        return self.market.sessions.to_period("M") if self.is_monthly else None

    def span(self, episode: Episode) -> tuple[int, int, str] | None:
        """First and last row of an episode and the US fund that has both, if yields do too."""
        prices, sessions, months = self.market.prices, self.market.sessions, self.months
        if TEN_YEARS not in self.published:
            return None
        for ticker in US_MARKET:
            if ticker not in prices:
                continue
            levels = prices[ticker].to_numpy(float)
            span = rows_of(episode, levels, sessions, months)
            if span is None or not np.isfinite(levels[list(span)]).all():
                continue
            yields = self.yields(*span)
            if np.isfinite(yields[TEN_YEARS].to_numpy(float)[[0, -1]]).all():
                return (*span, ticker)
        return None

    @cached_property
    def published(self) -> pd.DataFrame:
        """Yields on the rows; without columns where there are none."""
        yields = self.market.yields
        return pd.DataFrame(index=self.market.sessions) if yields is None else yields

    def yields(self, first: int, last: int) -> pd.DataFrame:
        """Yields of some rows; on the first and the last of daily ones carried over holidays."""
        every = self.published
        values = every.to_numpy(float)
        rows = values[first : last + 1].copy()
        if not self.is_monthly:
            rows[0], rows[-1] = carried_over(values, first), carried_over(values, last)
        return pd.DataFrame(rows, every.index[first : last + 1], every.columns)


@dataclass(frozen=True, eq=False)
class Fall:
    """An episode, row by row: T + 1 rows, T returns.

    Attributes
    ----------
    name, source
        Of the episode; where its moves are from.
    rows
        Ascending.
    ends
        The last day that has a say in it: months are chosen around the episode's own last day.
    is_monthly
        Whether rows are months.
    years
        Of each return, shape (T,).
    yields
        Rows x maturities, percent; NaN where nothing was published.
    market, bills
        Returns in dollars of US equity and of bills, shape (T,).
    own
        Returns in dollars of the run's tickers that have prices on both days, shape (T,).
    exchange
        What a dollar became worth over each return; None in dollars and where it is not known.
    rates
        Short rates at home and of the dollar at the start of each return, fractions a year; None
        in dollars and where they are not known.
    """

    name: str
    source: str
    rows: pd.DatetimeIndex
    ends: pd.Timestamp
    is_monthly: bool
    years: Array
    yields: pd.DataFrame
    market: Array
    bills: Array
    own: Mapping[str, Array]
    exchange: Array | None
    rates: tuple[Array, Array] | None

    @cached_property
    def between(self) -> Array:
        """Yields, between days on which they were published linear in time; percent, (T + 1, M)."""
        values = self.yields.to_numpy(float).copy()
        days = self.rows.values.astype("datetime64[D]").astype(np.int64).astype(float)
        published = np.isfinite(values)
        for place in np.flatnonzero(published.any(axis=0) & ~published.all(axis=0)):
            there = published[:, place]
            known = days[there], values[there, place]
            values[:, place] = np.interp(days, *known, left=np.nan, right=np.nan)
        return values

    @cached_property
    def filled(self) -> tuple[Array, Array]:
        """The maturities published on both the first and the last row, and their yields.

        Shapes (K,) and (T + 1, K), percent.
        """
        both = np.isfinite(self.between[[0, -1]]).all(axis=0)
        return np.asarray(self.yields.columns, float)[both], self.between[:, both]

    def moves_at(self, nodes: Array) -> tuple[Array, Array]:
        """Moves of yields since the first row at given maturities.

        Parameters
        ----------
        nodes
            Maturities, years, shape (K,).

        Returns
        -------
        tuple of numpy.ndarray
            Percentage points, shape (T + 1, K), and the maturity that each is taken from: its own,
            or where that is not published on both days the nearest that is, of two the longer.
        """
        usable, filled = self.filled
        # From the longest down, so that the first of the nearest is the longer one.
        distance = np.abs(usable[::-1][None, :] - np.asarray(nodes)[:, None])
        nearest = len(usable) - 1 - np.argmin(distance, axis=1)
        return (filled - filled[0])[:, nearest], usable[nearest]


def fall_of(
    episode: Episode, sources: Sequence[Figures], run: Market, tickers: Sequence[str]
) -> Fall | None:
    """Read an episode from the first source that has it; None where none does.

    Parameters
    ----------
    episode
        The period.
    sources
        In the order of preference.
    run
        The run's market in its own currency and money of the day, whose tickers and rates of
        exchange are read too.
    tickers
        Whose own prices are wanted.
    """
    unknown = None
    for figures in sources:
        span = figures.span(episode)
        if span is None:
            continue
        fall = _read(episode, figures, span, run, tickers)
        if run.abroad is None or fall.exchange is not None:
            return fall
        unknown = unknown or fall
    return unknown


def sources_of(run: Market) -> tuple[Figures, ...]:
    """Where the falls of a run are read from: its own market in dollars, then the bundled one."""
    own = run.in_dollars
    words = {252: "the run's own daily closes", 12: "the run's own month-ends"}
    if own.source == "bundled":
        return (Figures("bundled month-ends", own), bundled_figures())
    return (Figures(words[own.periods_per_year], own), bundled_figures())


@lru_cache(maxsize=1)
def bundled_figures() -> Figures:
    """The bundled months."""
    return Figures("bundled month-ends", bundled.load([US_MARKET[0]]))


def _read(
    episode: Episode,
    figures: Figures,
    span: tuple[int, int, str],
    run: Market,
    tickers: Sequence[str],
) -> Fall:
    first, last, ticker = span
    rows = figures.market.sessions[first : last + 1]
    years = year_fractions(rows, figures.market.periods_per_year)[1:]

    def moved(levels: pd.Series) -> Array:
        values = levels.to_numpy(float)[first : last + 1]
        return np.asarray(values[1:] / values[:-1] - 1.0)

    exchange, rates = _currency(run, rows, is_monthly=figures.is_monthly)
    return Fall(
        name=episode.name,
        source=figures.words,
        rows=rows,
        ends=max(rows[-1], pd.Timestamp(episode.end)),
        is_monthly=figures.is_monthly,
        years=years,
        yields=figures.yields(first, last),
        market=moved(figures.market.prices[ticker]),
        bills=moved(figures.market.cash),
        own=_own(run.in_dollars, rows, tickers, is_monthly=figures.is_monthly),
        exchange=exchange,
        rates=rates,
    )


def _own(
    dollars: Market, rows: pd.DatetimeIndex, tickers: Sequence[str], *, is_monthly: bool
) -> dict[str, Array]:
    """Returns over rows of the tickers that have a price on the first and the last of them."""
    own = {}
    for ticker in tickers:
        level = dollars.prices[ticker].dropna()
        if is_monthly:
            months = pd.DatetimeIndex(level.index).to_period("M")
            level = level[~months.duplicated(keep="last")]
            level = level.set_axis(pd.DatetimeIndex(level.index).to_period("M"))
            if not is_month_over(dollars):
                level = level.iloc[:-1]
            values = level.reindex(rows.to_period("M")).to_numpy(float)
        else:
            values = level.reindex(rows).to_numpy(float)
        if np.isfinite(values[[0, -1]]).all():
            values = pd.Series(values).ffill().to_numpy(float)
            own[ticker] = np.asarray(values[1:] / values[:-1] - 1.0)
    return own


def _currency(
    run: Market, rows: pd.DatetimeIndex, *, is_monthly: bool
) -> tuple[Array | None, tuple[Array, Array] | None]:
    """The dollar over rows and short rates at their starts; None where they are not known."""
    if run.abroad is None:
        return None, None
    figures = run.abroad.figures
    table = world.currency_figures(figures.currency)
    exchange = _exchange(figures.exchange, rows)
    if exchange is None and is_monthly:
        exchange = _exchange(table.exchange, rows)
    known_by = rows[:-1].to_period("M") - (0 if is_monthly else 1)
    home = _rates(figures.home, table.home, known_by)
    dollar = _rates(figures.dollar, table.dollar, known_by)
    rates = None if home is None or dollar is None else (home, dollar)
    return exchange, rates


def _exchange(published: pd.Series, rows: pd.DatetimeIndex) -> Array | None:
    dated = dated_by_rows(published.dropna(), rows).sort_index()
    carried = pd.Timedelta(days=CARRIED_DAYS)
    values = dated.reindex(rows, method="ffill", tolerance=carried).to_numpy(float)
    if not np.isfinite(values[[0, -1]]).all():
        return None
    values = pd.Series(values).ffill().to_numpy(float)
    return np.asarray(values[1:] / values[:-1])


def _rates(own: ShortRate, table: ShortRate, months: pd.PeriodIndex) -> Array | None:
    for rate in (own, table):
        values = rate.figures.reindex(months).to_numpy(float) / 100.0
        if np.isfinite(values).all():
            return np.asarray(values)
    return None
