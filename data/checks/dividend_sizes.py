"""Whether a dividend, or a year of them, is as large as those around it and as the price's fall."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.dividends import QUARTER_DAYS, payments_around
from data.checks.ex_dates import Drops
from data.checks.histories import days_text
from data.treasuries.instruments import PAYERS, is_treasury_fund

# A ticker pays regularly if this share of its payments is within these times the median of the six
# before and after: SPY, IEF, TLT, SHY and AGG reach 0.97 or more, BIL 0.91, TIP 0.57.
REGULAR_SHARE, REGULAR_TIMES = 0.95, (0.6, 1.67)
# Share of payments within these times the one before: 0.92 of BIL's or more, 0.53 of TIP's.
STEADY_SHARE, MOST_STEPS = 0.9, 2
FEWEST_PAYMENTS = 8
# A regular payment beside the largest and the smallest of the six before and after: the real ones
# reach 1.13 (quarterly: SPY), and down to 0.82 outside December.
LARGE_QUARTER, SMALL_PAYMENT = 1.6, 0.6
SMALLEST_PAYMENT = 1e-3
# A year beside the years before and after (the larger, or the smaller, of both): regular payers
# other than the Treasury funds, which their bonds' yields tell, reach 1.33 and 0.77.
YEAR_TIMES = (0.65, 1.45)
# The dollars paid in twelve months beside those of the twelve before, from a fund's third year on:
# SPY and AGG reach 0.76 and 1.40. What bills or short bonds pay may be ten times as much in a year.
DOLLAR_TIMES = (0.65, 1.5)
YEARS_OF_MANY = 36  # months until a fund has most of what it will hold
# A year by which the price did not fall: how many times the dividends it fell, how many standard
# errors that is from 1, and the least by which the year is larger (smaller) than its neighbours.
# The real funds reach 4.7 and 4.4 errors, those with no other dividends than the years around.
LARGE_YEAR, SMALL_YEAR = (0.7, -4.0, 1.15), (1.5, 4.0, 0.85)
# BIL's first months, paid in 2008, lie 6.7 errors off.
FIRST_MONTHS, FIRST_ERRORS = 24, -7.5


def odd_sizes(ticker: str, each: Drops, dividends: pd.Series, *, stock: bool) -> list[str]:
    """Report payments and years of payments of a wrong size.

    Parameters
    ----------
    ticker
        Yahoo's symbol.
    each
        What the price did on ex-dates.
    dividends
        In dollars a share, by row of the history.
    stock
        Whether it is a company's share, which may pay what it likes.
    """
    if len(each.paid) < FEWEST_PAYMENTS:
        return []
    days = pd.DatetimeIndex(dividends.index)
    lines = [] if stock else _against_neighbours(ticker, each.paid)
    lines += _years(ticker, each, days, stock=stock)
    if not _is_judged(ticker, each.paid, stock=stock):
        return lines
    return lines + _dollars(ticker, dividends)


def _is_judged(ticker: str, paid: pd.Series, *, stock: bool) -> bool:
    """Whether a year's dividends may be held against other years.

    What Treasury funds pay follows yields, and so may that of an unknown fund that pays each month:
    it may be many times as much within a year or two.
    """
    is_known = _is_quarterly(paid) or ticker in PAYERS
    return is_known and not stock and not is_treasury_fund(ticker) and _is_steady(paid)


def _whole_months(days: pd.DatetimeIndex) -> pd.PeriodIndex:
    """All months but the last, in which a payment may still come."""
    return pd.period_range(days[0], days[-1], freq="M")[:-1]


def _dollars(ticker: str, dividends: pd.Series) -> list[str]:
    """Report twelve months that pay much more, or less, than the twelve before."""
    days = pd.DatetimeIndex(dividends.index)
    sums = dividends.groupby(days.to_period("M")).sum()
    year = sums.reindex(_whole_months(days), fill_value=0.0).rolling(12).sum()
    before = year.shift(12)
    times = (year / before.where(before > 0)).iloc[YEARS_OF_MANY:]
    odd = times[(times < DOLLAR_TIMES[0]) | (times > DOLLAR_TIMES[1])]
    if not len(odd):
        return []
    worst = (odd.clip(lower=1e-3).map(np.log)).abs().idxmax()
    return [
        f"{ticker}: pays {year[worst]:.4g} dollars a share in the year to "
        f"{worst.end_time:%Y-%m-%d}, {odd[worst]:.2f} times what it paid in the year before "
        f"(beyond {DOLLAR_TIMES[0]:g} to {DOLLAR_TIMES[1]:g} between "
        f"{(odd.index[0] - 11).start_time:%Y-%m-%d} and {odd.index[-1].end_time:%Y-%m-%d}); "
        "check it"
    ]


def _is_quarterly(paid: pd.Series) -> bool:
    waits = np.diff(paid.index.to_numpy()) / np.timedelta64(1, "D")
    return bool(QUARTER_DAYS[0] <= np.median(waits) <= QUARTER_DAYS[1])


def _against_neighbours(ticker: str, paid: pd.Series) -> list[str]:
    """Report single payments of a regular payer far from the six before and after."""
    around = payments_around(paid)
    times = paid / around.median(axis=1)
    odd = ~times.between(*REGULAR_TIMES)
    # One wrong payment does not make a payer irregular.
    if odd.sum() > max(1, (1 - REGULAR_SHARE) * len(paid)):
        return []
    days = pd.DatetimeIndex(paid.index)
    above, below = paid / around.max(axis=1), paid / around.min(axis=1)
    large = (above > LARGE_QUARTER) & _is_quarterly(paid)
    small = (below < SMALL_PAYMENT) & (days.month != 12) & (around.min(axis=1) > SMALLEST_PAYMENT)
    lines = []
    for wrong, ratio, most in ((large, above, "most"), (small, below, "least")):
        if wrong.any():
            named = pd.DatetimeIndex(paid.index[wrong])
            lines.append(
                f"{ticker}: the dividend on {days_text(named)} is {ratio[named[0]]:.2f} times the "
                f"{most} around it, though it pays regularly; check it"
            )
    return lines


def _years(ticker: str, each: Drops, days: pd.DatetimeIndex, *, stock: bool) -> list[str]:
    """Report twelve months whose dividends the price or the years around contradict."""
    months = _whole_months(days)

    def by_month(values: pd.Series) -> pd.Series:
        sums = values.groupby(pd.DatetimeIndex(values.index).to_period("M")).sum()
        return sums.reindex(months, fill_value=0.0).rolling(12).sum()

    year = by_month(each.paid)
    others = pd.concat([year.shift(12), year.shift(-12)], axis=1)
    up, down = year / others.max(axis=1), year / others.min(axis=1)
    weights = each.paid / each.usual**2
    information = by_month(weights * each.paid)
    most = np.maximum(5 * each.usual, each.paid)
    fall = by_month(weights * each.left.clip(-most, most)) / information
    errors = -fall * np.sqrt(information)
    least = pd.Series(LARGE_YEAR[1], months)
    least.iloc[:FIRST_MONTHS] = FIRST_ERRORS
    large = (1 - fall < LARGE_YEAR[0]) & (errors < least) & (up > LARGE_YEAR[2])
    small = (1 - fall > SMALL_YEAR[0]) & (errors > SMALL_YEAR[1]) & (down < SMALL_YEAR[2])
    if _is_judged(ticker, each.paid, stock=stock):
        # A growing fund pays more year by year, of a price that may grow faster: but not back at
        # once.
        between = others.notna().all(axis=1)
        large |= (up > YEAR_TIMES[1]) & between
        small |= (down < YEAR_TIMES[0]) & between
    lines = []
    for wrong, ratio in ((large, up), (small, down)):
        if wrong.any():
            first, last = wrong[wrong].index[0], wrong[wrong].index[-1]
            sizes = errors.abs().where(wrong)
            if not sizes.max() > SMALL_YEAR[1]:
                sizes = np.log(ratio.where(ratio > 0)).abs().replace(np.inf, np.nan).where(wrong)
            worst = sizes.idxmax() if sizes.notna().any() else last
            lines.append(
                f"{ticker}: a year's dividends between {(first - 11).start_time:%Y-%m-%d} and "
                f"{last.end_time:%Y-%m-%d} do not fit, most in the year to "
                f"{worst.end_time:%Y-%m-%d}: {year[worst]:.2%} of the price, {ratio[worst]:.1f} "
                f"times the years around it, and the price fell by {1 - fall[worst]:.1f} times "
                "its dividends; check it"
            )
    return lines


def _is_steady(paid: pd.Series) -> bool:
    """Whether nearly each payment is about the one before: a wrong year changes that twice."""
    odd = int((~(paid / paid.shift(1)).iloc[1:].between(*REGULAR_TIMES)).sum())
    return odd <= max(MOST_STEPS, (1 - STEADY_SHARE) * len(paid))
