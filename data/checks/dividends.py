"""Whether a fund's dividends can be all there: their sizes, their spacing, and what bonds yield.

Yahoo's own adjusted close cannot tell: where it leaves a dividend out, it leaves it out of both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data import bundled
from data.checks.histories import days_text
from data.treasuries.instruments import CATALOGUE, TREASURY_FUNDS

# Real funds of bonds and shares pay up to 3.1 times the most of six payments before and after.
DIVIDEND_TIMES = 4.0
SMALLEST_DIVIDEND = 2e-3
# SPY's quarters are never longer than 1.08 times their median; SHY, IEF, TLT and AGG wait for at
# most 1.63 times theirs, from a December that pays for January as well until February.
QUARTER_DAYS = (80, 100)
MONTH_DAYS = (25, 38)
LATE_TIMES = {"quarter": 1.6, "month": 1.8}
# A month without a payment, where no wait beside it is longer, is one whose payment came a day or
# two late.
EMPTY_TIMES = 1.3
# TIP pays nothing in 27 of 100 months, as inflation has it: such a fund has no usual month.
MOST_SKIPPED = 0.05
# Bills that yield no more than this (percent) leave a fund nothing to pay out after its fee:
# BIL has paid nothing for years on end.
NOTHING_TO_PAY = 0.4


class Bonds(NamedTuple):
    """What a Treasury fund holds: columns of the bundled yields, and how far back they matter."""

    columns: tuple[str, ...]
    years: int


# A year's dividends come from coupons set in the years before. Of the lowest and highest yield of
# those years BIL has paid up to 0.93 times the highest, SHY 1.23 to 0.85, IEF 1.65 to 0.96 and
# TLT 1.00 to 0.90 times.
HELD = {
    "BIL": Bonds(("bill",), 3),
    "SHY": Bonds(("cmt_1y_pct", "cmt_2y_pct"), 3),
    "IEF": Bonds(("cmt_5y_pct", "cmt_10y_pct"), 5),
    "TLT": Bonds(("cmt_20y_pct", "cmt_30y_pct"), 3),
}
YIELD_TIMES = (0.85, 1.15)
BILL_FUNDS = frozenset(ticker for ticker, bonds in HELD.items() if bonds.columns == ("bill",))
# No fund pays every second month: that is each month with every second one lost.
TWO_MONTHS_DAYS = (55, 66)


def odd_dividends(ticker: str, bars: pd.DataFrame, *, stock: bool = False) -> list[str]:
    """Name dividends that are far too large, missing, or not what the fund's bonds yield.

    Parameters
    ----------
    ticker
        Yahoo's symbol; the funds of the catalogue are held to more than others.
    bars
        Checked daily bars.
    stock
        Whether it is a company's share, which may begin to pay at any time.
    """
    paid = (bars["Dividends"] / bars["Close"].shift(1))[lambda shares: shares > 0]
    span = pd.DatetimeIndex(bars.index)
    said = _far_above(ticker, paid)
    days = pd.DatetimeIndex(paid.index)
    years = (span[-1] - span[0]).days / 365.25
    expected = 2 * years if ticker in CATALOGUE else float(ticker in TREASURY_FUNDS)
    if years > 1 and len(days) < expected:
        said.append(
            f"{ticker}: {len(days) or 'no'} dividends in all between {span[0]:%Y-%m-%d} and "
            f"{span[-1]:%Y-%m-%d}, though such a fund pays several times a year; check it"
        )
    if paid.empty:
        return said
    said += _missing(ticker, days)
    said += _ends(ticker, days, span, stock=stock and ticker not in CATALOGUE)
    said += _off_pace(ticker, days, span)
    return said + _against_yields(ticker, bars)


def _far_above(ticker: str, paid: pd.Series) -> list[str]:
    """Name dividends far above the six before and after."""
    around = pd.concat([paid.shift(step) for step in range(-6, 7) if step], axis=1).max(axis=1)
    odd = paid[(paid > DIVIDEND_TIMES * around) & (paid > SMALLEST_DIVIDEND)]
    if not len(odd):
        return []
    day = odd.index[0]
    return [
        f"{ticker}: the dividend on {days_text(pd.DatetimeIndex(odd.index))} is "
        f"{paid[day] / around[day]:.0f} times the most around it; check it"
    ]


def _between(days: float, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= days <= bounds[1]


def _usual(days: pd.DatetimeIndex) -> tuple[pd.Series, pd.Series]:
    """Days waited for each payment after the first, and the median of the nine waits around."""
    waits = days.to_series().diff().dt.days.iloc[1:]
    return waits, waits.rolling(9, center=True, min_periods=3).median()


def _missing(ticker: str, days: pd.DatetimeIndex) -> list[str]:
    """Name quarters, or months, without the usual payment between two others."""
    waits, usual = _usual(days)
    late = waits[usual.between(*QUARTER_DAYS) & (waits > LATE_TIMES["quarter"] * usual)]
    spans = [(day - pd.Timedelta(days=wait), day) for day, wait in late.items()]
    said = _without(ticker, spans, "quarter")
    monthly = usual.between(*MONTH_DAYS)
    if not monthly.any():
        return said
    empty = _empty_months(days)
    regular = pd.PeriodIndex(waits.index[monthly], freq="M")
    # A month belongs to the payment that ends the wait.
    ends = days[days.searchsorted(empty.to_timestamp(how="start"))]
    # The wait before counts as well: December's second payment may end it for January.
    longest = waits.rolling(2, min_periods=1).max()
    long = (longest > EMPTY_TIMES * usual).reindex(ends).to_numpy(bool)
    empty = empty[long & ends.to_period("M").isin(regular)]
    if ticker in BILL_FUNDS:
        lowest = _yields(ticker)["bill"].rolling(2, min_periods=1).min()
        empty = empty[~(lowest.reindex(empty).to_numpy(float) <= NOTHING_TO_PAY)]
    elif ticker not in CATALOGUE and len(empty) > MOST_SKIPPED * len(days):
        return said
    spans = []
    for month in empty:
        # The January payment comes in December: where one of that December's two is lost, no
        # wait tells which.
        start = (month - 1 if month.month == 1 else month).to_timestamp(how="start")
        before, after = days[days < start], days[days > month.to_timestamp(how="end")]
        span = (before[-1] if len(before) else days[0], after[0])
        if spans and span[0] < spans[-1][1]:
            span = (spans.pop()[0], span[1])
        spans.append(span)
    return said + _without(ticker, spans, "month")


def _without(ticker: str, spans: list[tuple[pd.Timestamp, pd.Timestamp]], period: str) -> list[str]:
    """Name spans in which a payment is missing, up to three of them."""
    if not spans:
        return []
    named = ", ".join(f"between {one:%Y-%m-%d} and {other:%Y-%m-%d}" for one, other in spans[:3])
    more = f" (and {len(spans) - 3} more)" if len(spans) > 3 else ""
    what = "no dividend" if period == "quarter" else "a month's dividend is missing"
    return [f"{ticker}: {what} {named}{more}, though it pays each {period}; check it"]


def _empty_months(days: pd.DatetimeIndex) -> pd.PeriodIndex:
    """Months between the first payment and the last without one of their own.

    A second payment within a month counts for the next one, as December's does for January, or
    else for the one before.
    """
    first, last = days[0].to_period("M"), days[-1].to_period("M")
    months = pd.period_range(first, last, freq="M")
    count = pd.Series(1, days.to_period("M")).groupby(level=0).sum().reindex(months, fill_value=0)
    left = count.to_numpy(copy=True)
    for step in (1, -1):
        for place in np.flatnonzero(left > 1):
            other = place + step
            if 0 <= other < len(left) and left[other] == 0 and left[place] > 1:
                left[other], left[place] = 1, left[place] - 1
    return months[left == 0]


def _ends(ticker: str, days: pd.DatetimeIndex, span: pd.DatetimeIndex, *, stock: bool) -> list[str]:
    """Name a wait before the first payment, or after the last, that is too long for its pace."""
    _, usual = _usual(days)
    known = usual.dropna()
    if known.empty:
        return []
    said = []
    waits = [(span[0], days[0], known.iloc[0], "before it")] if not stock else []
    for since, until, pace, side in [*waits, (days[-1], span[-1], known.iloc[-1], "after it")]:
        for period, bounds in (("quarter", QUARTER_DAYS), ("month", MONTH_DAYS)):
            # Even a first payment that skips a turn comes within two.
            times = LATE_TIMES[period] if side == "after it" else 2.0
            if _between(pace, bounds) and (until - since).days > times * pace:
                paying = "it pays" if side == "before it" else "it paid"
                said.append(
                    f"{ticker}: no dividend between {since:%Y-%m-%d} and {until:%Y-%m-%d}, though "
                    f"{paying} each {period} {'afterwards' if side == 'before it' else 'before'}; "
                    "check it"
                )
    return said


def _off_pace(ticker: str, days: pd.DatetimeIndex, span: pd.DatetimeIndex) -> list[str]:
    """Name the time in which a fund of the catalogue paid neither each month nor each quarter.

    Of others only a history that is every second month's as a whole.
    """
    waits, usual = _usual(days)
    if ticker not in CATALOGUE and not _between(waits.median(), TWO_MONTHS_DAYS):
        return []
    off = usual[~(usual.between(*QUARTER_DAYS) | usual.between(*MONTH_DAYS)) & usual.notna()]
    if not len(off):
        return []
    # What is lost may lie before the first payment or after the last one as well.
    since = span[0] if off.index[0] == days[1] else days[days.get_loc(off.index[0]) - 1]
    until = span[-1] if off.index[-1] == days[-1] else off.index[-1]
    return [
        f"{ticker}: pays about every {off.median():.0f} days between {since:%Y-%m-%d} and "
        f"{until:%Y-%m-%d}, neither each month nor each quarter; dividends may be missing; "
        "check it"
    ]


def _yields(ticker: str) -> pd.DataFrame:
    """Yields by month, in percent, of what a Treasury fund of the catalogue holds."""
    table = bundled.table()
    return table.assign(bill=12 * table["bill_pct"])[list(HELD[ticker].columns)]


def _against_yields(ticker: str, bars: pd.DataFrame) -> list[str]:
    """Name years whose dividends are no year's of the bonds that the fund holds."""
    if ticker not in HELD:
        return []
    yields = _yields(ticker)
    months = pd.DatetimeIndex(bars.index).to_period("M")
    paid = bars["Dividends"].groupby(months).sum().rolling(12).sum()
    share = 100 * paid / bars["Close"].groupby(months).mean().rolling(12).mean()
    rows = 12 * HELD[ticker].years
    low = yields.min(axis=1).rolling(rows, min_periods=rows).min().reindex(share.index)
    high = yields.max(axis=1).rolling(rows, min_periods=rows).max().reindex(share.index)
    least = np.where(low > NOTHING_TO_PAY, YIELD_TIMES[0] * low, 0.0)
    said = []
    for wrong, word, bound, times in (
        (share < least, "below the lowest", low, share / low),
        (share > YIELD_TIMES[1] * high, "above the highest", high, high / share),
    ):
        found = times[wrong]
        if len(found):
            first, last, worst = found.index[0], found.index[-1], found.idxmin()
            since = (first - 11).to_timestamp(how="start")
            said.append(
                f"{ticker}: a year's dividends lie {word} yield of its bonds between "
                f"{since:%Y-%m-%d} and {last.to_timestamp(how='end'):%Y-%m-%d}, most in the year "
                f"to {worst.to_timestamp(how='end'):%Y-%m-%d} ({share[worst]:.2f} % of the price "
                f"against {bound[worst]:.2f} %); check it"
            )
    return said
