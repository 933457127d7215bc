"""Proxies: series that stand in for a fund before its first day, and how well they fit it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.errors import DataError
from data.provenance import Tracking
from data.treasuries.curve import fund_level
from data.treasuries.instruments import CATALOGUE, FUNDS_OF_BILLS, PROXIES, Instrument
from data.treasuries.rates import Rates, bill_level

JOIN_DAYS = 7
FIT = "; where both exist ("  # what follows it in a note says how a proxy fits
Levels = Mapping[str, pd.Series]


@dataclass(frozen=True)
class Splice:
    """A join: before ``day`` the history of ``ticker`` is ``proxy``, scaled to its level there."""

    ticker: str
    day: str
    first: str
    proxy: str

    def covers(self, last: str) -> bool:
        """Whether every return up to a last day is the proxy's: the join comes on it or after."""
        return self.day >= last


def proxy_level(ticker: str, rates: Rates) -> tuple[pd.Series, str] | None:
    """Total-return index of a Treasury fund from yields alone, and what it is in words.

    Returns
    -------
    tuple or None
        Levels on the days that have yields; None for a ticker that is not built from yields, or
        where the yields are missing.

    Raises
    ------
    DataError
        If the yields do not cover its maturities.
    """
    instrument = CATALOGUE.get(ticker)
    if instrument is None:
        return None
    fee = f"less {100 * instrument.expense:g} % a year"
    if instrument.ladder is not None and rates.yields is not None:
        level = fund_level(rates.yields, instrument, 252).dropna()
        rungs = f"{instrument.ladder.shortest:g}-{instrument.ladder.longest:g} year"
        return level, f"a ladder of {rungs} par bonds from yields, {fee}"
    if ticker in FUNDS_OF_BILLS and not instrument.hedged and rates.bill is not None:
        days = pd.DatetimeIndex(rates.bill.dropna().index)
        return bill_level(rates.bill, days, instrument.expense), f"rolled three-month bills, {fee}"
    return None


def extend(
    series: Levels, rates: Rates, older: Levels, only: Collection[str] | None = None
) -> tuple[dict[str, pd.Series], list[Splice], list[str]]:
    """Extend each history before its first day by its proxies, scaled to join on that day.

    Parameters
    ----------
    series
        Total-return levels by ticker.
    rates
        What the Treasury funds are built from.
    older
        Total-return levels of the tickers and indices that may stand in for others before their
        first day, by name; a catalogue entry lists its own, nearest first.
    only
        Tickers to extend from yields, over the sessions that the tickers have anyway: the market
        does not begin earlier for them. None to extend all of them as far as their proxies go.

    Returns
    -------
    tuple of dict, list of Splice, and list of str
        The longer histories, every join, and a sentence for each history that has no proxy and
        is returned unchanged.
    """
    joined: dict[str, pd.Series] = {}
    splices: list[Splice] = []
    made: dict[str, tuple[pd.Series, str]] = {}
    why: dict[str, str] = {}
    for ticker, levels in series.items():
        instrument = CATALOGUE.get(ticker)
        whole = levels
        for name in instrument.proxies if instrument else ():
            if name in older:
                whole = _join(ticker, older[name], PROXIES[name], whole, splices)
        joined[ticker] = whole
        if only is not None and ticker not in only:
            continue
        try:
            found = proxy_level(ticker, rates)
            if found is not None:
                made[ticker] = found
            elif instrument is not None and instrument.duration and not _is_made(instrument):
                why[ticker] = _lacking(ticker)
        except DataError as error:
            why[ticker] = str(error)
    # Some sessions of the exchange have no yields, and some days with yields are no sessions. So a
    # fund built from yields gets a level on every session of the traded tickers, and before their
    # first session on the days that have yields.
    traded = _union(joined.values())
    sessions = traded
    if only is None:
        earlier = _union(level for level, _ in made.values())
        sessions = earlier[earlier < _first_traded(joined, made, traded)].union(traded)
    for ticker, (level, what) in made.items():
        first = joined[ticker].index[0]
        days = sessions[sessions <= first].union(joined[ticker].index[:1])
        read = level.reindex(level.index.union(days)).ffill().reindex(days).dropna()
        read = read.loc[: level.index[-1]]
        joined[ticker] = _join(ticker, read, what, joined[ticker], splices)
    carried = {splice.ticker for splice in splices}
    left = [ticker for ticker in series if ticker not in carried]
    if only is not None:  # the others were not asked for, and the first to begin needs no proxy
        left = [t for t in left if t in only and sessions[0] < series[t].index[0]]
        why = {t: _lacking(t) for t in left if t not in made} | why
    not_carried = [
        f"{ticker} is not carried back: {why.get(ticker, 'no proxy reaches its first day')}"
        for ticker in left
    ]
    return joined, splices, not_carried


def splices_up_to(splices: Iterable[Splice], last: str) -> list[Splice]:
    """Joins whose proxy has a return by a last day, ``YYYY-MM-DD``."""
    return [splice for splice in splices if splice.first < last]


def splice_notes(
    splices: Iterable[Splice],
    trackings: Iterable[Tracking],
    last: str,
    own_first: Mapping[str, str],
) -> list[str]:
    """Say each join in a sentence, with how well its proxy fits where that could be measured.

    Parameters
    ----------
    splices, trackings
        The joins up to the last session, and how their proxies fit.
    last
        The last session, ``YYYY-MM-DD``: where a proxy covers all up to it, that is said.
    own_first
        First day of each ticker's own history.
    """
    fits = {
        (fit.ticker, fit.proxy): (
            f"{FIT}{fit.first} to {fit.last}), monthly returns correlate "
            f"{fit.correlation:.3f} and differ by {100 * fit.tracking_error:.2f} points a year "
            "(tracking error)"
        )
        for fit in trackings
    }
    notes = []
    for splice in splices:
        ticker, proxy, first = splice.ticker, splice.proxy, splice.first
        sentence = f"{ticker} before {splice.day} is {proxy}, from {first}"
        if splice.covers(last):
            sentence = (
                f"{ticker} itself begins on {own_first[ticker]}: every return of it from {first} "
                f"to {last} is that of {proxy}"
            )
        notes.append(sentence + fits.get((ticker, proxy), ""))
    return notes


def without_fit(note: str) -> str:
    """A note of a join without how its proxy fits, which later data may change."""
    return note.partition(FIT)[0]


def made_of(title: str, splices: Iterable[Splice], last: str) -> str:
    """Say what a history is made of, the nearest part first.

    Parameters
    ----------
    title
        What the ticker itself is.
    splices
        Its joins up to the last session, nearest first.
    last
        The last session, ``YYYY-MM-DD``.
    """
    parts = [title]
    for splice in splices:
        if splice.covers(last):
            parts = [f"{splice.proxy}, in place of the fund ({title})"]
        else:
            parts.append(f"before {splice.day} {splice.proxy}")
    return "; ".join(parts)


def _is_made(instrument: Instrument) -> bool:
    """Whether there is a way to make a fund's history from yields."""
    is_bills = instrument.ticker in FUNDS_OF_BILLS and not instrument.hedged
    return is_bills or instrument.ladder is not None


def _lacking(ticker: str) -> str:
    """What a ticker would have to be made from, and is not there."""
    instrument = CATALOGUE.get(ticker)
    if instrument is None or not instrument.duration:
        return "nothing is known that it could be made from"
    if instrument.hedged:
        return f"it sells its dollars into {instrument.hedged}, which yields do not tell"
    return f"there are no {'yields' if instrument.ladder else 'bill yields'} here"


def _first_traded(joined: Levels, made: Collection[str], traded: pd.DatetimeIndex) -> pd.Timestamp:
    """First day of the tickers that are not built from yields; if there are none, of all."""
    others = [levels.index[0] for ticker, levels in joined.items() if ticker not in made]
    return min(others) if others else traded[0]


def _union(histories: Iterable[pd.Series]) -> pd.DatetimeIndex:
    days = pd.DatetimeIndex([])
    for levels in histories:
        days = days.union(pd.DatetimeIndex(levels.index))
    return days


def _join(
    ticker: str, proxy: pd.Series, what: str, levels: pd.Series, splices: list[Splice]
) -> pd.Series:
    first = levels.index[0]
    upto_first = proxy.loc[:first]
    before = upto_first[upto_first.index < first]
    # A proxy may lack that very day: then its last level before is used, if it is recent.
    if before.empty or (first - upto_first.index[-1]).days > JOIN_DAYS:
        return levels
    splices.append(Splice(ticker, f"{first:%Y-%m-%d}", f"{before.index[0]:%Y-%m-%d}", what))
    scale = levels.iloc[0] / upto_first.iloc[-1]
    return pd.concat([before * scale, levels]).rename(ticker)


def tracking(
    ticker: str,
    fund: pd.Series,
    proxy: pd.Series,
    what: str,
    first: str | None = None,
    last: str | None = None,
) -> Tracking:
    """Measure how closely a proxy follows its fund.

    Parameters
    ----------
    ticker, what
        The fund, and the proxy in words.
    fund, proxy
        Total-return levels by day.
    first, last
        Months to measure over (``YYYY-MM``), or None for all they share.

    Raises
    ------
    DataError
        If they share fewer than 24 whole months.
    """
    shared_end = min(fund.index[-1], proxy.index[-1])
    months = pd.DataFrame(
        {"fund": _month_ends(fund, shared_end), "proxy": _month_ends(proxy, shared_end)}
    )
    returns = months.dropna().pct_change(fill_method=None).dropna().loc[first:last]
    if len(returns) < 24:
        raise DataError(f"{ticker} and its proxy share {len(returns)} months; 24 are needed")
    gap = returns["proxy"] - returns["fund"]
    years = (1 + returns).groupby(returns.index.year).prod() - 1
    whole = returns.groupby(returns.index.year)["fund"].count() == 12
    differences = (years["proxy"] - years["fund"])[whole]
    worst = None if differences.empty else int(differences.abs().idxmax())
    covariance = np.cov(returns["fund"], returns["proxy"])
    return Tracking(
        ticker=ticker,
        proxy=what,
        first=str(returns.index[0]),
        last=str(returns.index[-1]),
        months=len(returns),
        correlation=float(np.corrcoef(returns["fund"], returns["proxy"])[0, 1]),
        tracking_error=float(gap.std(ddof=1) * np.sqrt(12)),
        mean_difference=float(gap.mean() * 12),
        beta=float(covariance[0, 1] / covariance[1, 1]),
        worst_year=worst,
        worst_year_difference=None if worst is None else float(differences[worst]),
    )


def nearest_proxy(ticker: str, rates: Rates, older: Levels) -> tuple[pd.Series, str] | None:
    """The proxy that joins a ticker first: built from yields, else its nearest other history.

    Returns
    -------
    tuple or None
        Levels and what they are in words.
    """
    return next(iter(_proxies(ticker, rates, older)), None)


def _proxies(ticker: str, rates: Rates, older: Levels) -> list[tuple[pd.Series, str]]:
    """Every proxy that there is of a ticker, in levels and words, nearest first."""
    made = proxy_level(ticker, rates)
    instrument = CATALOGUE.get(ticker)
    names = [name for name in (instrument.proxies if instrument else ()) if name in older]
    return [*([] if made is None else [made]), *((older[name], PROXIES[name]) for name in names)]


def track_splices(
    splices: Sequence[Splice], series: Levels, rates: Rates, older: Levels
) -> list[Tracking]:
    """Measure, for every join, how closely its proxy follows its ticker.

    All days that both have are used, also those after the last one that a run asks for: what is
    measured says what a proxy is worth, and decides nothing.

    Parameters
    ----------
    splices
        The joins.
    series
        The tickers' own levels.
    rates, older
        What the proxies are made of.

    Returns
    -------
    list of Tracking
        Without those that share less than two years.
    """
    used = {(splice.ticker, splice.proxy) for splice in splices}
    trackings = []
    for ticker in dict.fromkeys(splice.ticker for splice in splices):
        for level, what in _proxies(ticker, rates, older):
            if (ticker, what) in used:
                with contextlib.suppress(DataError):
                    trackings.append(tracking(ticker, series[ticker], level, what))
    return trackings


def _month_ends(levels: pd.Series, end: pd.Timestamp) -> pd.Series:
    """Last level of each month that is over by ``end``."""
    months = levels.loc[:end].groupby(levels.loc[:end].index.to_period("M")).last()
    over = (months.index.to_timestamp(how="end").normalize() - pd.offsets.BDay(1)) <= end
    return months[over]
