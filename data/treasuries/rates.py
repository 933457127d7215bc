"""Yields, bills, policy rate, dollar, consumer prices: raw series, and when they were public.

Raw series are indexed by the day (CPI: the month) that a figure is about. Figures on another
basis than the rest of their series are dropped here, whatever the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from data.consumer_prices import public_day
from data.errors import DataError
from data.months import last_sessions
from data.records import freeze_mappings
from data.treasuries.bonds import bill_bond_equivalent
from data.vintage import FigureDays

BILL_DAYS = 91

# Maturity, first and last day of figures that were published on another basis or not at all; what
# some sources show for them does not continue the series.
OTHER_BASIS = (
    (20.0, "1900-01-01", "1973-01-03"),
    (20.0, "1987-01-01", "1993-09-30"),
    (30.0, "2002-02-19", "2006-02-08"),
)


SERIES = ("yields", "bill", "policy_rate", "dxy", "broad_usd", "cpi")


@dataclass(frozen=True, eq=False)
class Rates:
    """The rates that a source has; None for those that it lacks.

    Attributes
    ----------
    yields
        Days x maturities in years, par yields in percent, NaN where unpublished.
    bill
        Three-month bill, bond-equivalent percent, by day.
    policy_rate
        Effective federal funds rate, percent, by day; or averages, by any day of their month.
    dxy, broad_usd
        Dollar indices by day: of the futures exchange (known at its close), and the Federal
        Reserve's broad one (published on the Monday after its week).
    cpi
        Consumer prices by any day of their month.
    sources, fetched
        By name of the above: where it comes from, in words, if that is not the source of the
        prices; and the day on which the oldest part of it was fetched, ``YYYY-MM-DD``.
    """

    yields: pd.DataFrame | None = None
    bill: pd.Series | None = None
    policy_rate: pd.Series | None = None
    dxy: pd.Series | None = None
    broad_usd: pd.Series | None = None
    cpi: pd.Series | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    fetched: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Drop figures on another basis, whatever their source."""
        freeze_mappings(self)
        if self.yields is not None:
            object.__setattr__(self, "yields", without_other_basis(self.yields))

    def upto(self, end: str | None) -> Rates:
        """Leave out the figures about days after a day; None for all."""
        raw = {name: getattr(self, name) for name in SERIES}
        cut = {name: series.loc[:end] for name, series in raw.items() if series is not None}
        return replace(self, **cut)


def without_other_basis(yields: pd.DataFrame) -> pd.DataFrame:
    """Blank the figures that were never published on the basis of their series.

    The 20-year before 1973-01-04 and from 1987-01 to 1993-09, and the 30-year from 2002-02-19
    to 2006-02-08.
    """
    blanked = yields.copy()
    for maturity, first, last in OTHER_BASIS:
        if maturity in blanked.columns:
            blanked.loc[first:last, maturity] = np.nan
    return blanked.dropna(how="all")


def bond_equivalent(discount: pd.Series) -> pd.Series:
    """Bond-equivalent yield in percent of a 91-day bill's bank discount in percent."""
    converted = 100.0 * bill_bond_equivalent(discount.to_numpy(float) / 100.0, BILL_DAYS)
    return pd.Series(converted, index=discount.index)


def bill_level(bill: pd.Series, sessions: pd.DatetimeIndex, fee: float = 0.0) -> pd.Series:
    """Total-return index of rolled three-month bills.

    Each step accrues the yield of the last day before it over its calendar days: a bill of
    bond-equivalent yield *y* grows by ``1 + y 91/365`` in its 91 days, evenly compounded.

    Parameters
    ----------
    bill
        Bond-equivalent percent by day.
    sessions
        The rows wanted; the first has a yield on or before it.
    fee
        Yearly, a fraction.

    Raises
    ------
    DataError
        If the bill starts after the first session.
    """
    yields = bill.dropna().reindex(sessions, method="ffill")
    if np.isnan(yields.iloc[0]):
        raise DataError(
            f"the bill yield starts on {bill.dropna().index[0]:%Y-%m-%d}, after "
            f"{sessions[0]:%Y-%m-%d}; begin later, or give older bill yields"
        )
    days = np.diff(sessions.values.astype("datetime64[D]").astype(np.int64))
    whole = 1.0 + yields.to_numpy(float)[:-1] / 100.0 * BILL_DAYS / 365.0
    growth = whole ** (days / BILL_DAYS) * (1.0 - fee) ** (days / 365.25)
    return pd.Series(100.0 * np.cumprod(np.r_[1.0, growth]), index=sessions)


# Banks settle their reserves at month-ends, and the rate of that day alone is the least typical of
# its month: where it is published daily, the mean of about a month's figures is used.
POLICY_DAYS = 21
DAILY_GAP, MONTHLY_GAP = 5, 20  # days: figures closer together are daily, further apart monthly

LATE_CURVE_DAYS = 30
CARRIED_DAYS = {"policy_rate": 45, "dxy": 45, "cpi": 120}


def stale_series(rates: Rates, last: pd.Timestamp) -> dict[str, pd.Timestamp]:
    """Rates that end long before the last session, by what a market calls them, and their ends."""
    stale = {}
    for name, days in CARRIED_DAYS.items():
        raw = getattr(rates, name)
        if name == "dxy" and rates.broad_usd is not None:
            raw = rates.broad_usd
        if raw is None or raw.dropna().empty:
            continue
        about = pd.DatetimeIndex(raw.dropna().index)
        ends = about[-1]
        # An average is about its month, whatever day of it is written beside it.
        is_average = name == "policy_rate" and _is_monthly(about)
        if (last - (last_sessions(about)[-1] if is_average else ends)).days > days:
            stale["usd" if name == "dxy" else name] = ends
    if rates.yields is not None and len(published := rates.yields.dropna(how="all")):
        ends = published.index[-1]
        if (last - ends).days > LATE_CURVE_DAYS:
            stale["yields"] = ends
    return stale


IN_WORDS = {"policy_rate": "the policy rate", "usd": "the dollar index", "cpi": "the CPI"}


def stale_notes(rates: Rates, last: pd.Timestamp) -> list[str]:
    """Report series that end long before the last session, where the last figure is used on."""
    return [
        f"yields end on {ends:%Y-%m-%d}: no curve is known after"
        if name == "yields"
        else f"{IN_WORDS[name]} ends on {ends:%Y-%m-%d} and is carried on from there"
        # The verdict continues both with the bundled table.
        + (" for rules" if name in ("cpi", "policy_rate") else "")
        for name, ends in stale_series(rates, last).items()
    ]


@dataclass(frozen=True, eq=False)
class PublicRates:
    """The rates that were public at the close of each session; None where there are none.

    ``yields``: sessions x maturities in years, par yields in percent. ``policy_rate`` in
    percent, ``cpi`` and ``usd`` as index levels, each the last figure public by then; of a policy
    rate that is published daily the mean of the last ``POLICY_DAYS`` weekdays' figures.
    """

    yields: pd.DataFrame | None
    policy_rate: pd.Series | None
    cpi: pd.Series | None
    usd: pd.Series | None


def on_sessions(rates: Rates, sessions: pd.DatetimeIndex, ppy: int) -> PublicRates:
    """Put rates on the sessions of a market: on each the last figure public at its close.

    Yields count as public on their own day; the policy rate on the day after, and where it comes
    as averages of months on the last session of the month; a month's CPI from the last session of
    the next month; the broad dollar index of a week from the Monday after.

    Parameters
    ----------
    rates
        Raw series, by the day that a figure is about.
    sessions
        Rows of the market.
    ppy
        252 for daily rows, 12 for monthly ones.
    """
    return PublicRates(
        yields=None if rates.yields is None else _yields(rates.yields, sessions, ppy),
        policy_rate=_as_of_dates(_steady(rates.policy_rate), _policy_day, sessions, "policy_rate"),
        cpi=_as_of_dates(rates.cpi, public_day, sessions, "cpi"),
        usd=_usd(rates, sessions),
    )


def _yields(yields: pd.DataFrame, sessions: pd.DatetimeIndex, ppy: int) -> pd.DataFrame:
    if ppy == 252:
        return yields.reindex(sessions)
    # On monthly rows: each maturity's last figure of the month up to the row's own day.
    answer = pd.DataFrame(np.nan, index=sessions, columns=yields.columns)
    for maturity in yields.columns:
        published = yields[maturity].dropna()
        if published.empty:  # of another basis throughout
            continue
        place = published.index.searchsorted(sessions, side="right") - 1
        there = place >= 0
        days = published.index[np.maximum(place, 0)]
        there &= days.to_period("M") == sessions.to_period("M")
        answer.loc[there, maturity] = published.to_numpy()[place[there]]
    return answer


def _as_of_dates(
    raw: pd.Series | None,
    public: Callable[[pd.DatetimeIndex], pd.DatetimeIndex],
    sessions: pd.DatetimeIndex,
    name: str,
) -> pd.Series | None:
    """Last figure whose public day is not after the session."""
    if raw is None or raw.dropna().empty:
        return None
    shown = pd.Series(raw.to_numpy(float), index=public(pd.DatetimeIndex(raw.index))).dropna()
    shown = shown[~shown.index.duplicated(keep="last")].sort_index()
    return shown.reindex(sessions, method="ffill").rename(name)


def _steady(policy_rate: pd.Series | None) -> pd.Series | None:
    """The policy rate without the noise of single days, by the last day of each mean.

    NaN until there are enough days. Averages of weeks or months stay as they are. Weekends are
    left out: some publishers repeat Friday's figure on them, which would count it three times.
    """
    if policy_rate is None:
        return None
    published = policy_rate.dropna()
    days = pd.DatetimeIndex(published.index)
    if _usual_gap(days) >= DAILY_GAP:
        return published
    return published[days.day_of_week < 5].rolling(POLICY_DAYS).mean().round(8)


def _usual_gap(days: pd.DatetimeIndex) -> float:
    """Median of the days from one figure to the next; a single figure has none after it."""
    gaps = np.diff(days.values).astype("timedelta64[D]").astype(float)
    return float(np.median(gaps)) if len(gaps) else float("inf")


def _is_monthly(days: pd.DatetimeIndex) -> bool:
    return _usual_gap(days) > MONTHLY_GAP


def _policy_day(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The day after; of averages of months, which may bear any day of theirs, its last session."""
    return last_sessions(days) if _is_monthly(days) else _next_day(days)


def _own_day(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return days


def _next_day(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return days + pd.Timedelta(days=1)


def _monday_after(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return days + pd.to_timedelta(7 - days.day_of_week, unit="D")


def _usd(rates: Rates, sessions: pd.DatetimeIndex) -> pd.Series | None:
    """The exchange's dollar index up to its last day, then the broad one scaled to join there."""
    if rates.dxy is None or rates.broad_usd is None:
        dxy = _as_of_dates(rates.dxy, _own_day, sessions, "usd")
        return _as_of_dates(rates.broad_usd, _monday_after, sessions, "usd") if dxy is None else dxy
    dxy, broad = rates.dxy.dropna(), rates.broad_usd.dropna()
    ends = dxy.index[-1]
    after = broad[broad.index > ends] * (dxy.iloc[-1] / broad.asof(ends))
    if after.isna().any():
        return _as_of_dates(dxy, _own_day, sessions, "usd")
    after.index = _monday_after(pd.DatetimeIndex(after.index))
    shown = pd.concat([dxy, after])
    shown = shown[~shown.index.duplicated(keep="last")].sort_index()
    return shown.reindex(sessions, method="ffill").rename("usd")


# When a figure about a day, or about a month from its first day on, was public.
PUBLIC: Mapping[str, Callable[[pd.DatetimeIndex], pd.DatetimeIndex]] = {
    "yields": _own_day,
    "policy_rate": _policy_day,
    "dxy": _own_day,
    "broad_usd": _monday_after,
    "cpi": public_day,
}


def rate_days(rates: Rates, source: str) -> dict[str, FigureDays]:
    """The days that every rate has figures about, and when each was public, by name in a market.

    Parameters
    ----------
    rates
        Raw series.
    source
        Source of the prices, for the rates that have none of their own.
    """
    days: dict[str, FigureDays] = {}
    for name, public in PUBLIC.items():
        raw = getattr(rates, name)
        if raw is not None:
            about = pd.DatetimeIndex(raw.dropna(how="all").index)
            days[name] = FigureDays(
                rates.sources.get(name, source), rates.fetched.get(name), about, public(about)
            )
    dollar = _joined(days.pop("dxy", None), days.pop("broad_usd", None))
    return days if dollar is None else {**days, "usd": dollar}


def _joined(exchange: FigureDays | None, broad: FigureDays | None) -> FigureDays | None:
    """The days of the dollar indices as :func:`_usd` joins them."""
    if exchange is None or broad is None:
        return exchange or broad
    ends = exchange.about[-1]
    later = broad.about > ends
    if broad.about[0] > ends or not later.any():
        return exchange
    sources = dict.fromkeys((exchange.source, broad.source))
    return FigureDays(
        ", then ".join(sources),
        min((day for day in (exchange.fetched, broad.fetched) if day is not None), default=None),
        exchange.about.append(broad.about[later]),
        exchange.public.append(broad.public[later]),
    )
