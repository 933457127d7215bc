"""Claim 2: after the shock of the tariffs Treasuries fall first and rise later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.claims import ARTICLE_DAY, Claim, Judgement, Measure
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.judging import judged_by
from backtests.engine.claims.measures import before, measured
from data.background import ten_year
from data.market import Market

LONG = "TLT"
EARLIEST = 3  # months: a course of some days, up and down, is nobody's forecast
MONTHS = 12  # a fall and a rise at some time or other would come true by itself
# The last close before the tariffs were announced, the lowest yield, the last close before.
PRECURSOR = ("2025-04-02", "2025-04-04", "2025-04-11")
MARCH, APRIL = "2025-03-31", "2025-04-30"


@dataclass(frozen=True, eq=False)
class Course:
    """A fund from a base on: rows within twelve months, base first.

    ``low`` is the row of its lowest level, ``high`` that of its highest from there on; ``ends``
    the day on which the twelve months are over, ``is_over`` whether the data reach to it.
    """

    levels: pd.Series
    bills: pd.Series
    y10: pd.Series | None
    low: int
    high: int
    ends: pd.Timestamp
    is_over: bool

    @classmethod
    def of(cls, market: Market, base: str) -> Course | None:
        """From the last row on or before a day; None where no row follows or the fund is not there.

        The day must lie within the data.
        """
        levels = market.prices[LONG].dropna()
        rows = pd.DatetimeIndex(levels.index)
        start = int(rows.searchsorted(pd.Timestamp(base), side="right")) - 1
        end = pd.Timestamp(base) + pd.DateOffset(months=MONTHS)
        if start < 0 or rows[start] == rows[-1]:
            return None
        levels = levels.iloc[start:].loc[:end]
        low = int(levels.to_numpy(float).argmin())
        high = low + int(levels.iloc[low:].to_numpy(float).argmax())
        y10 = ten_year(market)
        return cls(
            levels,
            market.cash.reindex(levels.index),
            None if y10 is None else y10.reindex(levels.index),
            low,
            high,
            end,
            bool(rows[-1] >= end),
        )

    @property
    def fell_first(self) -> bool:
        """Whether it was below its base, and not after its highest."""
        top = int(self.levels.to_numpy(float).argmax())
        return self.low > 0 and not 0 < top < self.low

    @property
    def rose_later(self) -> bool:
        """Whether it was above its base after its low."""
        return self.high > self.low and self.growth(self.high) > 0.0

    def growth(self, row: int) -> float:
        """Total return from the base to a row."""
        return float(self.levels.iloc[row] / self.levels.iloc[0]) - 1.0

    def excess(self, row: int) -> float:
        """Total return less that of bills."""
        return self.growth(row) - (float(self.bills.iloc[row] / self.bills.iloc[0]) - 1.0)

    def yield_bp(self, row: int) -> float | None:
        """Change of the 10-year yield, in basis points; None without yields."""
        if self.y10 is None:
            return None
        return 100.0 * float(self.y10.iloc[row] - self.y10.iloc[0])

    def day(self, row: int) -> str:
        """Its day, ``YYYY-MM-DD``."""
        return f"{self.levels.index[row]:%Y-%m-%d}"

    def rows_to(self, row: int) -> pd.Index:
        """From the base to a row: what a figure rests on."""
        return self.levels.index[: row + 1]


def fall_then_rise(exhibits: Exhibits) -> Claim:
    """Claim 2: the tariffs make Treasuries fall first and rise later, as the Fed cuts."""
    market, course = _finest(exhibits)
    is_daily = market is exhibits.days
    share, n, index = _by_itself(market, course)
    return Claim(
        number=2,
        title="Tariffs: Treasuries fall first and rise later",
        says=(
            "The shock of the tariffs drives yields up at first and, as growth slows and the "
            "Federal Reserve cuts, down later: prices fall first and rise later."
        ),
        refuted_by=(
            "A forecast, judged only by what came after: TLT, interest counted, within 12 months "
            "of the article. It fell first if its lowest close is below its level of that day and "
            "its highest close does not come before; it rose later if it was above that level "
            "after its lowest close. Both: holds; one: in part; neither: fails. Before "
            f"the 12 months are over it is judged only where both have happened so far, and not in "
            f"the first {EARLIEST} months."
        ),
        data=(
            "TLT from the close of the article's day, daily prices; month-ends beside it."
            if is_daily
            else "A ladder of 20 to 30 year Treasuries from the first month-end after the article."
        ),
        judgement="cannot be tested here" if course is None else _judged(course),
        because=_why(course, share),
        measures=(
            measured(
                "earlier month-ends from which TLT fell first and rose later, over as long",
                share, "share", n, "overlapping starts", index,
            ),
            *_precursor(exhibits.days),
        ),
        after=_after(exhibits, course),
        after_words=_words(course, exhibits.months),
        missing=(
            ""
            if is_daily
            else f"Daily prices of {LONG}: month-ends miss the days after the article."
        ),
    )  # fmt: skip


def _finest(exhibits: Exhibits) -> tuple[Market, Course | None]:
    """Daily prices from the article's day if they reach beyond it, else month-ends."""
    days = exhibits.days
    if days is not None and LONG in days.tickers:
        course = Course.of(days, ARTICLE_DAY)
        if course is not None:
            return days, course
    return exhibits.months, Course.of(exhibits.months, APRIL)


def _judged(course: Course) -> Judgement:
    """By the rule; what has not happened yet may still come, until the twelve months are over."""
    judgement = judged_by(course.fell_first, course.rose_later)
    early = course.levels.index[-1] >= course.levels.index[0] + pd.DateOffset(months=EARLIEST)
    has_come = judgement == "holds" and bool(early)
    return judgement if course.is_over or has_come else "cannot be tested here"


def _after(exhibits: Exhibits, course: Course | None) -> tuple[Measure, ...]:
    """The course that decides, and that of months from either end of the article's month."""
    if course is None:
        return ()
    measures = _of_course(course)
    for base in (MARCH, APRIL):
        check = Course.of(exhibits.months, base)
        if check is not None and check.day(0) != course.day(0):
            measures += _beside(check)
    return measures


def _of_course(course: Course) -> tuple[Measure, ...]:
    """Low, later high and last in total return, beside bills and in yields."""
    low, high, last = course.low, course.high, len(course.levels) - 1
    where = f"from {course.day(0)}"
    measures = [
        measured(f"TLT to its lowest, {where}", course.growth(low), "percent",
                 index=course.rows_to(low), decides=True),
        measured(f"TLT to its highest after that, {where}", course.growth(high), "percent",
                 index=course.rows_to(high), decides=True),
        measured("TLT less bills to that highest", course.excess(high), "points",
                 index=course.rows_to(high)),
        measured(f"TLT to the end of the data, {where}", course.growth(last), "percent",
                 index=course.rows_to(last)),
        measured("TLT less bills to the end of the data", course.excess(last), "points",
                 index=course.rows_to(last)),
    ]  # fmt: skip
    if course.y10 is not None:
        measures += [
            measured(f"change of the 10-year yield to {what}", course.yield_bp(row), "bp",
                     index=course.rows_to(row))
            for what, row in (
                ("TLT's lowest", low), ("its highest after that", high), ("the end", last),
            )
        ]  # fmt: skip
    return tuple(measures)


def _beside(course: Course) -> tuple[Measure, ...]:
    """The same by month-ends, which decide nothing: they begin before or after the article."""
    low, high, last = course.low, course.high, len(course.levels) - 1
    where = f"by month-ends from {course.day(0)[:7]}"
    return (
        measured(f"TLT to its lowest, {where}", course.growth(low), "percent",
                 index=course.rows_to(low)),
        measured(f"TLT to its highest after that, {where}", course.growth(high), "percent",
                 index=course.rows_to(high)),
        measured(f"TLT less bills to the end of the data, {where}", course.excess(last),
                 "points", index=course.rows_to(last)),
    )  # fmt: skip


def _by_itself(market: Market, course: Course | None) -> tuple[float, int, pd.Index]:
    """How often the same course came from any month-end before, over as many rows as since."""
    levels = before(market).prices[LONG].dropna()
    rows = len(course.levels) - 1 if course is not None else market.periods_per_year
    if len(levels) <= rows:
        return float("nan"), 0, levels.index[:0]
    windows = np.lib.stride_tricks.sliding_window_view(levels.to_numpy(float), rows + 1)
    starts = pd.DatetimeIndex(levels.index[: len(windows)])
    month = starts.year * 12 + starts.month
    ends = np.r_[np.diff(month) != 0, market.periods_per_year == 12]
    return float(np.mean(falls_then_rises(windows[ends]))), int(ends.sum()), starts[ends]


def falls_then_rises(windows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether levels fall below their first, and reach their highest after their lowest.

    Parameters
    ----------
    windows
        One window a row, shape (n, rows).

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    lows, highs = windows.argmin(axis=1), windows.argmax(axis=1)
    return np.asarray((lows > 0) & (highs > lows))


def _precursor(daily: Market | None) -> tuple[Measure, ...]:
    """The days before the article, in which equity and Treasuries fell together."""
    first, lowest, end = map(pd.Timestamp, PRECURSOR)
    if daily is None or not pd.Index([first, lowest, end]).isin(daily.sessions).all():
        return ()
    measures = [
        measured(f"{ticker} in the days after the tariffs were announced",
                 float(daily.prices[ticker][end] / daily.prices[ticker][first]) - 1.0,
                 "percent", index=pd.DatetimeIndex([first, end]))
        for ticker in (LONG, "SPY")
        if ticker in daily.tickers
    ]  # fmt: skip
    y10 = ten_year(daily)
    if y10 is not None:
        measures += [
            measured(f"change of the 10-year yield in {what}",
                     100.0 * float(y10[end] - y10[start]), "bp",
                     index=pd.DatetimeIndex([start, end]))
            for what, start in (
                ("those days", first), ("the last of them, from its lowest", lowest),
            )
        ]  # fmt: skip
    return tuple(measures)


def _why(course: Course | None, share: float) -> str:
    if course is None:
        return "The data end before there is anything after the article."
    low, high = course.low, course.high
    words = (
        f"TLT stood at {100 * course.growth(low):+.1f} % on {course.day(low)}"
        if low > 0
        else f"TLT was never below its level of {course.day(0)}"
    )
    if high > low:
        words += (
            f" and reached {100 * course.growth(high):+.1f} % by {course.day(high)} "
            f"({100 * course.excess(high):+.1f} points beyond bills)"
        )
    top = int(course.levels.to_numpy(float).argmax())
    if 0 < top < low:
        words += f", after its highest of {course.day(top)}"
    if not course.is_over:
        words += f", so far: the twelve months end on {course.ends:%Y-%m-%d}"
        if course.fell_first and course.rose_later:
            words += ", and a new low before then would take it back"
    return (
        f"{words}. Of all earlier starts {100 * share:.0f} % saw a fall and a later rise, of "
        "whatever size, over as long."
    )


def _words(course: Course | None, months: Market) -> str:
    if course is None:
        return "The data end before there is anything after the article."
    rate = months.policy_rate
    last = len(course.levels) - 1
    words = (
        f"By {course.day(last)} TLT stood {100 * course.growth(last):+.1f} % from its level of "
        f"{course.day(0)}, {100 * course.excess(last):+.1f} points beyond bills."
    )
    if rate is None:
        return words
    since = rate.dropna().loc["2025-03-31" : course.levels.index[-1] + pd.offsets.MonthEnd(0)]
    if len(since) < 2:
        return words
    cut = float(since.iloc[-1] - since.iloc[0]) * 100.0
    return f"{words} The federal funds rate moved {cut:+.0f} bp on monthly averages from March."
