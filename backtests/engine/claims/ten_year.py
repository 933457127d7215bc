"""The 10-year Treasury around days of the calendar: its yield, and what it returned beside bills.

A constant maturity without roll-down, whose yield is published: it is older than any fund, and
the same in 1984 and today.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from backtests.analysis.resampling import LEVEL, Estimate
from backtests.engine.claims.exhibits import Exhibits
from data.background import TEN_YEARS
from data.errors import DataError
from data.market import Market
from data.treasuries.curve import par_returns, year_fractions

Array = NDArray[np.float64]
STUDENT = "90 %, Student's t"
FEWEST = 3  # cases; with fewer a claim about them is not judged


@dataclass(frozen=True)
class Window:
    """Rows of a window: the last before a day, and the last on or before its end."""

    base: int
    end: int


@dataclass(frozen=True, eq=False)
class TenYear:
    """A constant-maturity 10-year Treasury, on the rows on which its yield was published.

    Attributes
    ----------
    yields
        In percent.
    level, bills
        Total-return levels: repriced from row to row without roll-down, and of bills.
    is_monthly
        Whether rows are month-ends.
    """

    yields: pd.Series
    level: pd.Series
    bills: pd.Series
    is_monthly: bool

    @classmethod
    def of(cls, market: Market) -> TenYear:
        """Take it from the yields of a market.

        Raises
        ------
        DataError
            If the market has no 10-year yield.
        """
        if not has_ten_year(market):
            raise DataError(
                f"{market.title} has no 10-year yields; give a source that has them, or --source "
                "bundled"
            )
        published = _published(market)
        curve = published.to_frame(TEN_YEARS)
        dt = year_fractions(pd.DatetimeIndex(curve.index), market.periods_per_year)
        returns = par_returns(curve, np.array([TEN_YEARS]), dt, roll=False)[:, 0]
        returns[0] = 0.0
        level = pd.Series(np.cumprod(1.0 + returns), curve.index)
        bills = market.cash.reindex(curve.index)
        return cls(published, level, bills, market.periods_per_year == 12)

    @property
    def days(self) -> pd.DatetimeIndex:
        """Its rows."""
        return pd.DatetimeIndex(self.yields.index)

    def around(self, day: str, months: int) -> Window | None:
        """The window from the last row before a day to the last on or before so many months later.

        On month-ends it is that many rows long. None where the data do not reach over it.
        """
        base = int(self.days.searchsorted(pd.Timestamp(day), side="left")) - 1
        return self._window(base, pd.Timestamp(day), months)

    def starts(self, months: int) -> list[Window]:
        """The windows of so many months from every month-end, while the data reach over them."""
        rows = np.flatnonzero(np.r_[np.diff(self.days.year * 12 + self.days.month) != 0, False])
        if self.is_monthly:
            rows = np.arange(len(self.days))
        windows = (self._window(int(row), self.days[row], months) for row in rows)
        return [window for window in windows if window is not None]

    def _window(self, base: int, day: pd.Timestamp, months: int) -> Window | None:
        if base < 0:
            return None
        if self.is_monthly:
            return Window(base, base + months) if base + months < len(self.days) else None
        until = day + pd.DateOffset(months=months)
        if until > self.days[-1]:
            return None
        return Window(base, int(self.days.searchsorted(until, side="right")) - 1)

    def change_bp(self, window: Window) -> float:
        """Change of the yield over a window, in basis points."""
        return 100.0 * float(self.yields.iloc[window.end] - self.yields.iloc[window.base])

    def growth(self, window: Window) -> float:
        """Total return over a window, a fraction."""
        return float(self.level.iloc[window.end] / self.level.iloc[window.base]) - 1.0

    def excess(self, window: Window) -> float:
        """Total return less that of bills over a window."""
        bills = float(self.bills.iloc[window.end] / self.bills.iloc[window.base]) - 1.0
        return self.growth(window) - bills

    def deepest_loss(self, window: Window) -> float:
        """Deepest loss within a window from its first row, 0 or negative; interest counts."""
        held = self.level.iloc[window.base : window.end + 1]
        return float(held.min() / held.iloc[0]) - 1.0


def market_reaching(exhibits: Exhibits, events: Collection[str], months: int) -> Market:
    """The daily market if its yields reach over as many events as the bundled months do.

    Parameters
    ----------
    exhibits
        What there is.
    events
        Days, ``YYYY-MM-DD``.
    months
        Over how many months after each.
    """
    days = exhibits.days
    if days is None or not has_ten_year(days):
        return exhibits.months
    reached = [
        sum(ten_year.around(event, months) is not None for event in events)
        for ten_year in (TenYear.of(days), TenYear.of(exhibits.months))
    ]
    return days if reached[0] >= reached[1] else exhibits.months


def has_ten_year(market: Market) -> bool:
    """Whether a market has 10-year yields to work with."""
    return len(_published(market)) > 1


def _published(market: Market) -> pd.Series:
    yields = market.yields
    if yields is None or TEN_YEARS not in yields:
        return pd.Series(dtype=float)
    return yields[TEN_YEARS].dropna()


def mean_of(values: Sequence[float]) -> Estimate:
    """Mean of a few cases with a 90 % interval by Student's t, which takes them as normal.

    Resampling a handful of cases gives intervals that are far too narrow. With fewer than
    :data:`FEWEST` there is none.
    """
    cases = np.asarray(values, float)
    if len(cases) == 0:
        return Estimate(None, None, None)
    mean = float(cases.mean())
    if len(cases) < FEWEST:
        return Estimate(mean, None, None)
    reach = float(stdtrit(len(cases) - 1, (1.0 + LEVEL) / 2.0) * cases.std(ddof=1))
    half = reach / float(np.sqrt(len(cases)))
    return Estimate(mean, mean - half, mean + half)


def share_below_zero(values: Sequence[float]) -> float:
    """Share of values below zero, such as of changes of yields; NaN of none."""
    return float(np.mean(np.asarray(values) < 0.0)) if len(values) else float("nan")
