"""Whether a price falls on the day from which it no longer includes a dividend, and by how much.

The drop is a second figure of the same answer for each dividend. It is nearly 1 times the dividend
if both are right, 0 if the closes are adjusted for dividends already, a half if dividends are
twice what was paid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.checks.dividends import payments_around
from data.checks.histories import days_text
from data.checks.openings import SMALLEST_STEP, opening_moves
from data.errors import DataError

# How many times its dividends the price falls, from the opens of the real funds: 0.93 (BIL) to 1.17
# (TLT), with standard errors of 0.009 (BIL) to 0.10 (TLT).
DROP_TIMES = (0.7, 1.45)
# Closes adjusted twice fall by no more than what the real ones are off.
ADJUSTED_DROP = 0.35
SURE_ERRORS = 5.0  # standard errors between the drop and 1 before anything is said
ADJUSTED_ERRORS = 4.0
# A few years of a rough market look alike: a refusal needs a smaller error than theirs.
ADJUSTED_ERROR = 0.1
# The same in so many years alone, where dividends are too small: the real funds reach 3.2 errors.
YEARS, YEARS_ERRORS = 5, 4.5
FEWEST_DIVIDENDS = 8
MOST_ORDINARY = 3.0  # times the median of the thirteen payments around
# The usual opening move: the median of those of the days around, so many of them.
WINDOW = 61
# A payment that is this many times the largest (or smallest) of the six before and after, and
# whose price fell by so many usual moves less (or more) than it: the real ones that differ so
# much (AGG 1.97, TIP 1.83 and 0.22 times) did so by no more than 1.6 and -2.9.
PAID_TIMES = (0.7, 1.3)
PAID_ERRORS = (-3.5, 3.0)


class Drops(NamedTuple):
    """What the price did on ex-dates; by payment."""

    paid: pd.Series  # dividend as a share of the close before
    left: pd.Series  # move plus dividend less the usual drift: 0 where the price fell by it
    usual: pd.Series  # standard deviation of a move without a dividend


def drops(prices: pd.DataFrame, bars: pd.DataFrame) -> Drops:
    """Opening moves on ex-dates, or moves of the close where Yahoo gives no proper opens.

    Parameters
    ----------
    prices
        Yahoo's rows with their ``Open``.
    bars
        The same days with ``Close`` and ``Dividends``, checked.
    """
    before = bars["Close"].shift(1)
    opens = opening_moves(prices, bars)
    moves = np.log(bars["Close"] / before) if opens is None else opens
    paid = (bars["Dividends"] / before).where(bars["Dividends"] > 0)
    others = moves.where(paid.isna())
    drift = float(others.median())
    sizes = (others - drift).abs().rolling(WINDOW, center=True, min_periods=10)
    usual = np.maximum(1.4826 * sizes.median(), sizes.mean())
    usual = usual.clip(lower=SMALLEST_STEP / bars["Close"])
    days = paid.dropna().index
    left = (moves - drift - np.log1p(-paid.clip(upper=0.5))).loc[days]
    good = left.notna() & usual.loc[days].notna()
    return Drops(paid.loc[days][good], left[good], usual.loc[days][good])


def drop_times(each: Drops) -> tuple[float, float]:
    """How many times its dividends the price falls by, and the standard error of that."""
    # One payment far above the others would decide alone; it is looked at on its own.
    around = each.paid.rolling(13, center=True, min_periods=1).median()
    ordinary = each.paid <= MOST_ORDINARY * around
    each = Drops(each.paid[ordinary], each.left[ordinary], each.usual[ordinary])
    weights = each.paid / each.usual**2
    information = float((weights * each.paid).sum())
    # A move far beyond the usual and the dividend, as of October 2008, says nothing about it.
    most = np.maximum(5 * each.usual, each.paid)
    left = each.left.clip(-most, most)
    times = 1.0 - float((weights * left).sum()) / information
    rest = left - (1.0 - times) * each.paid
    spread = float(np.sqrt(max((rest**2 / each.usual**2).mean(), 1.0)))
    return times, spread / np.sqrt(information)


def odd_drops(ticker: str, each: Drops, *, is_certain: bool) -> list[str]:
    """Report dividends that the price did not fall by, all of them or one.

    Parameters
    ----------
    ticker
        Yahoo's symbol.
    each
        From :func:`drops`.
    is_certain
        Whether the fund is known to be one whose price falls on its ex-dates.

    Raises
    ------
    DataError
        If the price of a fund that is known does not fall at all: its closes are adjusted already.
    """
    if len(each.paid) < FEWEST_DIVIDENDS:
        return []
    halves = _years_too_small(ticker, each)
    times, error = drop_times(each)
    needed = SURE_ERRORS if times > ADJUSTED_DROP else ADJUSTED_ERRORS
    span = f"{each.paid.index[0]:%Y-%m-%d} to {each.paid.index[-1]:%Y-%m-%d}"
    if abs(times - 1.0) > needed * error and not DROP_TIMES[0] < times < DROP_TIMES[1]:
        finding = (
            f"{ticker}: on the days of its {len(each.paid)} dividends the price falls by "
            f"{times:.2f} (+-{error:.2f}) times the dividend"
        )
        if times > ADJUSTED_DROP:
            wrong = "large" if times < 1 else "small"
            return [f"{finding}, {span}: they may be too {wrong}; check them"]
        if is_certain and error < ADJUSTED_ERROR:
            raise DataError(
                f"{finding}: Yahoo's closes are adjusted for dividends already, which would count "
                "twice; bring checked prices with --source files:DIR"
            )
        return [f"{finding}, {span}: the closes may be adjusted for dividends already; check them"]
    return [*halves, *_single(ticker, each)]


def _years_too_small(ticker: str, each: Drops) -> list[str]:
    """Report some years in which the price falls by much more than what is listed."""
    years = pd.DatetimeIndex(each.paid.index).year
    for first in range(years[0], years[-1] - YEARS + 2):
        within = (years >= first) & (years < first + YEARS)
        if within.sum() < FEWEST_DIVIDENDS:
            continue
        times, error = drop_times(Drops(*(values[within] for values in each)))
        if times > DROP_TIMES[1] and times - 1.0 > YEARS_ERRORS * error:
            return [
                f"{ticker}: from {first} to {first + YEARS - 1} the price falls by {times:.2f} "
                f"(+-{error:.2f}) times the dividend on its days: dividends of these years may be "
                "too small; check them"
            ]
    return []


def _single(ticker: str, each: Drops) -> list[str]:
    """Report payments unlike those around them by which the price did not fall."""
    paid, errors = each.paid, each.left / each.usual
    around = payments_around(paid)
    above, below = paid / around.max(axis=1), paid / around.min(axis=1)
    # In December funds pay capital gains, or January's dividend as well.
    ordinary = pd.DatetimeIndex(paid.index).month != 12
    large = ordinary & (above > PAID_TIMES[1]) & (errors > PAID_ERRORS[1])
    small = ordinary & (below < PAID_TIMES[0]) & (errors < PAID_ERRORS[0])
    lines = []
    for wrong, ratio, most in ((large, above, "most"), (small, below, "least")):
        if wrong.any():
            day = paid.index[wrong][0]
            lines.append(
                f"{ticker}: the dividend on {days_text(pd.DatetimeIndex(paid.index[wrong]))} is "
                f"{ratio[day]:.2f} times the {most} around it, and the price did not fall by it "
                f"({abs(errors[day]):.1f} usual moves apart); check it"
            )
    return lines
