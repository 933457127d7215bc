"""Whether a fund's dividends can be complete: their sizes, their spacing, and the bonds' yields.

Yahoo's own adjusted close cannot show it: a dividend that Yahoo's list lacks is missing from its
adjusted closes as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data import bundled
from data.checks.histories import days_text
from data.treasuries.foreign_funds import SHARE_CLASS_OF, WHOLE_MARKET
from data.treasuries.instruments import AMERICAN, PAYERS

# A dividend is odd above so many times the largest of the six before and the six after it: real
# funds of bonds and shares reach 3.1 times. Dividends below this share of the price are ignored.
DIVIDEND_TIMES = 4.0
SMALLEST_DIVIDEND = 2e-3
# SPY's quarters are never longer than 1.08 times their median; SHY, IEF, TLT and AGG wait for at
# most 1.63 times theirs, from a December that pays for January as well until February.
QUARTER_DAYS = (80, 100)
MONTH_DAYS = (25, 38)
LATE_TIMES = {"quarter": 1.6, "month": 1.8}
# A month without a payment counts as missing only if the wait around it is longer than this times
# the usual one: else its payment came just a day or two outside the month.
EMPTY_TIMES = 1.3
# A fund that skips more than this share of its months is not checked by month: TIP, whose payments
# depend on inflation, pays nothing in 27 of 100 months.
MOST_SKIPPED = 0.05
# Bills that yield no more than this (percent) leave a fund nothing to pay out after its fee:
# BIL has paid nothing for years on end.
NOTHING_TO_PAY = 0.4


class Bonds(NamedTuple):
    """Yields of the bonds that a Treasury fund holds: bundled columns, and how many years count."""

    columns: tuple[str, ...]
    years: int


# A year's dividends come from coupons set in the years before, so their yield lies between the
# lowest and the highest yield of those years. The real funds came closest to these limits with
# 1.23 (SHY), 1.65 (IEF) and 1.00 (TLT) times the lowest, and with 0.93 (BIL), 0.85 (SHY), 0.96
# (IEF) and 0.90 (TLT) times the highest. YIELD_TIMES leaves some room beyond.
HELD = {
    "BIL": Bonds(("bill",), 3),
    "SHY": Bonds(("cmt_1y_pct", "cmt_2y_pct"), 3),
    "IEF": Bonds(("cmt_5y_pct", "cmt_10y_pct"), 5),
    "TLT": Bonds(("cmt_20y_pct", "cmt_30y_pct"), 3),
}
YIELD_TIMES = (0.85, 1.15)
# Of funds listed elsewhere, which pay once to twelve times a year: what they paid in the year (or
# a little less) up to a payment. No real ones were at hand, hence the room. Those that sell their
# dollars are left out: what that earns may be paid out as well.
HELD_ABROAD = {
    (0, 1): Bonds(("bill", "cmt_1y_pct"), 3),
    (1, 3): Bonds(("cmt_1y_pct", "cmt_2y_pct"), 3),
    (3, 7): Bonds(("cmt_2y_pct", "cmt_5y_pct", "cmt_10y_pct"), 5),
    (7, 10): Bonds(("cmt_5y_pct", "cmt_10y_pct"), 5),
    (10, 30): Bonds(("cmt_10y_pct", "cmt_20y_pct", "cmt_30y_pct"), 5),
    (20, 30): Bonds(("cmt_20y_pct", "cmt_30y_pct"), 3),
    WHOLE_MARKET: Bonds(("cmt_1y_pct", "cmt_10y_pct", "cmt_30y_pct"), 5),
}
TIMES_ABROAD = (0.6, 1.5)
YEAR_ABROAD_DAYS = 330  # so that a payment a few weeks early still ends a year
BILL_FUNDS = frozenset(ticker for ticker, bonds in HELD.items() if bonds.columns == ("bill",))
# No fund pays every second month: such a pace is a monthly one that lost every second payment.
TWO_MONTHS_DAYS = (55, 66)


def odd_dividends(ticker: str, bars: pd.DataFrame, *, stock: bool = False) -> list[str]:
    """Report dividends that are far too large, missing, or not what the fund's bonds yield.

    Parameters
    ----------
    ticker
        Yahoo's symbol; the funds of the catalogue are checked more strictly than others.
    bars
        Checked daily bars.
    stock
        Whether it is a company's share, which may begin to pay at any time.
    """
    paid = (bars["Dividends"] / bars["Close"].shift(1))[lambda shares: shares > 0]
    span = pd.DatetimeIndex(bars.index)
    warnings = _far_above(ticker, paid)
    days = pd.DatetimeIndex(paid.index)
    years = (span[-1] - span[0]).days / 365.25
    expected, pace = _expected(ticker, years)
    if years > 1 and len(days) < expected:
        warnings.append(
            f"{ticker}: {len(days) or 'no'} dividends in all between {span[0]:%Y-%m-%d} and "
            f"{span[-1]:%Y-%m-%d}, though such a fund pays {pace}; check it"
        )
    if paid.empty:
        return warnings
    warnings += _missing(ticker, days)
    warnings += _ends(ticker, days, span, stock=stock and ticker not in AMERICAN)
    warnings += _off_pace(ticker, days, span)
    return warnings + (_against_yields(ticker, bars) or _against_yields_abroad(ticker, bars))


def _expected(ticker: str, years: float) -> tuple[float, str]:
    """The fewest payments of a ticker in some years, and how often it pays in words."""
    often = "several times a year"
    if ticker in AMERICAN:
        return 2 * years, often
    if ticker in SHARE_CLASS_OF:  # some of them pay once a year; others keep what they earn
        return (max(1.0, years - 1) if ticker in PAYERS else 0.0), "at least once a year"
    return float(ticker in PAYERS), often


def payments_around(paid: pd.Series) -> pd.DataFrame:
    """The six payments before and the six after each, a column each."""
    return pd.concat([paid.shift(step) for step in range(-6, 7) if step], axis=1)


def _far_above(ticker: str, paid: pd.Series) -> list[str]:
    """Report dividends far above the six before and after."""
    around = payments_around(paid).max(axis=1)
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
    """Days between payments, and the median of the nine such waits around each."""
    waits = days.to_series().diff().dt.days.iloc[1:]
    return waits, waits.rolling(9, center=True, min_periods=3).median()


def _missing(ticker: str, days: pd.DatetimeIndex) -> list[str]:
    """Report quarters, or months, without the usual payment between two others."""
    waits, usual = _usual(days)
    late = waits[usual.between(*QUARTER_DAYS) & (waits > LATE_TIMES["quarter"] * usual)]
    spans = [(day - pd.Timedelta(days=wait), day) for day, wait in late.items()]
    warnings = _without(ticker, spans, "quarter")
    monthly = usual.between(*MONTH_DAYS)
    if not monthly.any():
        return warnings
    empty = _empty_months(days)
    regular = pd.PeriodIndex(waits.index[monthly], freq="M")
    # A month without a payment belongs to the payment that ends the wait.
    ends = days[days.searchsorted(empty.to_timestamp(how="start"))]
    # The wait before counts as well: December's second payment may end it for January.
    longest = waits.rolling(2, min_periods=1).max()
    long = (longest > EMPTY_TIMES * usual).reindex(ends).to_numpy(bool)
    empty = empty[long & ends.to_period("M").isin(regular)]
    if ticker in BILL_FUNDS:
        lowest = _yields(ticker)["bill"].rolling(2, min_periods=1).min()
        empty = empty[~(lowest.reindex(empty).to_numpy(float) <= NOTHING_TO_PAY)]
    elif ticker not in AMERICAN and len(empty) > MOST_SKIPPED * len(days):
        return warnings
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
    return warnings + _without(ticker, spans, "month")


def _without(ticker: str, spans: list[tuple[pd.Timestamp, pd.Timestamp]], period: str) -> list[str]:
    """Report spans in which a payment is missing, up to three of them by date."""
    if not spans:
        return []
    named = ", ".join(f"between {start:%Y-%m-%d} and {end:%Y-%m-%d}" for start, end in spans[:3])
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
    """Report a wait before the first or after the last payment that is too long for the pace."""
    _, usual = _usual(days)
    paces = usual.dropna()
    if paces.empty:
        return []
    is_irregular = ticker not in AMERICAN and len(_empty_months(days)) > MOST_SKIPPED * len(days)
    warnings = []
    waits = [(span[0], days[0], paces.iloc[0], "before it")] if not stock else []
    for since, until, pace, side in [*waits, (days[-1], span[-1], paces.iloc[-1], "after it")]:
        for period, bounds in (("quarter", QUARTER_DAYS), ("month", MONTH_DAYS)):
            # A first payment may be one period late, hence twice the usual wait.
            times = LATE_TIMES[period] if side == "after it" else 2.0
            if period == "month" and (is_irregular or _pays_nothing(ticker, since, until)):
                continue
            if _between(pace, bounds) and (until - since).days > times * pace:
                paying = "it pays" if side == "before it" else "it paid"
                warnings.append(
                    f"{ticker}: no dividend between {since:%Y-%m-%d} and {until:%Y-%m-%d}, though "
                    f"{paying} each {period} {'afterwards' if side == 'before it' else 'before'}; "
                    "check it"
                )
    return warnings


def _pays_nothing(ticker: str, since: pd.Timestamp, until: pd.Timestamp) -> bool:
    """Whether a fund of bills had nothing to pay out for most of the time between two days."""
    if ticker not in BILL_FUNDS:
        return False
    yields = _yields(ticker)["bill"].loc[since.to_period("M") : until.to_period("M")]
    return bool(yields.median() <= NOTHING_TO_PAY)


def _off_pace(ticker: str, days: pd.DatetimeIndex, span: pd.DatetimeIndex) -> list[str]:
    """Report the time in which a fund of the catalogue paid neither each month nor each quarter.

    Of other tickers only histories with a payment about every second month are reported.
    """
    waits, usual = _usual(days)
    if ticker not in AMERICAN and not _between(waits.median(), TWO_MONTHS_DAYS):
        return []
    off = usual[~(usual.between(*QUARTER_DAYS) | usual.between(*MONTH_DAYS)) & usual.notna()]
    if not len(off):
        return []
    # The lost payments may also lie before the first one or after the last one.
    since = span[0] if off.index[0] == days[1] else days[days.get_loc(off.index[0]) - 1]
    until = span[-1] if off.index[-1] == days[-1] else off.index[-1]
    return [
        f"{ticker}: pays about every {off.median():.0f} days between {since:%Y-%m-%d} and "
        f"{until:%Y-%m-%d}, neither each month nor each quarter; dividends may be missing; "
        "check it"
    ]


def _yields(ticker: str) -> pd.DataFrame:
    """Yields by month, in percent, of what one of the funds of ``HELD`` holds."""
    return _yields_of(HELD[ticker])


def _yields_of(bonds: Bonds) -> pd.DataFrame:
    """Yields of some bonds by month, in percent."""
    table = bundled.table()
    return table.assign(bill=12 * table["bill_pct"])[list(bonds.columns)]


def _against_yields(ticker: str, bars: pd.DataFrame) -> list[str]:
    """Report years whose dividends do not fit the yields of the bonds that the fund holds."""
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
    warnings = []
    for wrong, word, bound, times in (
        (share < least, "below the lowest", low, share / low),
        (share > YIELD_TIMES[1] * high, "above the highest", high, high / share),
    ):
        odd_years = times[wrong]
        if len(odd_years):
            first, last, worst = odd_years.index[0], odd_years.index[-1], odd_years.idxmin()
            since = (first - 11).to_timestamp(how="start")
            warnings.append(
                f"{ticker}: a year's dividends lie {word} yield of its bonds between "
                f"{since:%Y-%m-%d} and {last.to_timestamp(how='end'):%Y-%m-%d}, most in the year "
                f"to {worst.to_timestamp(how='end'):%Y-%m-%d} ({share[worst]:.2f} % of the price "
                f"against {bound[worst]:.2f} %); check it"
            )
    return warnings


def _against_yields_abroad(ticker: str, bars: pd.DataFrame) -> list[str]:
    """Report payments of a fund listed elsewhere that lie far from the yields of its bonds.

    Pence for pounds, or another currency's amounts, are a hundred times off or as much as that
    currency is worth.
    """
    fund = SHARE_CLASS_OF.get(ticker)
    if fund is None or fund.hedged or not fund.distributes:
        return []
    bonds = HELD_ABROAD[fund.maturities]
    rows = 12 * bonds.years
    yields = _yields_of(bonds)
    low = yields.min(axis=1).rolling(rows, min_periods=rows).min()
    high = yields.max(axis=1).rolling(rows, min_periods=rows).max()
    paid = bars["Dividends"][lambda amounts: amounts > 0]
    days = pd.DatetimeIndex(paid.index)
    total = paid.cumsum().to_numpy()
    odd: list[tuple[pd.Timestamp, float]] = []
    since = days.searchsorted(days - pd.Timedelta(days=YEAR_ABROAD_DAYS), side="right") - 1
    for place, before in enumerate(since):
        month = days[place].to_period("M")
        if before < 0 or month not in low.index:
            continue
        wait = (days[place] - days[before]).days
        price = float(bars["Close"].loc[days[before] : days[place]].mean())
        share = 100 * (total[place] - total[before]) / price * 365.25 / wait
        least = TIMES_ABROAD[0] * low[month] if low[month] > NOTHING_TO_PAY else 0.0
        if share < least or share > TIMES_ABROAD[1] * max(high[month], NOTHING_TO_PAY):
            odd.append((days[place], share))
    if not odd:
        return []
    day, share = odd[-1]
    month = day.to_period("M")
    return [
        f"{ticker}: what it paid in the year up to {day:%Y-%m-%d} is {share:.2f} % of its price, "
        f"where its bonds yielded {low[month]:.2f} to {high[month]:.2f} % ({len(odd)} such years); "
        "check it"
    ]
