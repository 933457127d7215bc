"""The definition of every headline number, as pure functions.

``values`` are levels of a portfolio (NAV), one a row; ``returns`` are simple returns per row;
``cash`` the returns of Treasury bills on the same rows; ``ppy`` rows per year
(:func:`rows_per_year`).
Fractions, never percent. None of the arguments may hold NaN; a ratio whose denominator is
zero is NaN. Every report, table and page shows these definitions (docs/semantics.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


DAYS_A_YEAR = 365.25
SHORTEST_DAYS = 360  # over fewer days nothing is annualised
USUAL = (249.0, 255.0)  # rows a year that count as 252, the usual number of New York's sessions


def rows_per_year(dates: pd.DatetimeIndex, frequency: int) -> float:
    """Rows a year, which annualises.

    Parameters
    ----------
    dates
        Of the rows, row 0 included.
    frequency
        12 for months, 252 for days.

    Returns
    -------
    float
        12 for months. For days the returns over the years of 365.25 days that they span, counted:
        252 where that lies within 249 to 255, since a year of New York has 252 sessions and short
        spans miscount it by a few.
    """
    if frequency == 12:
        return 12.0
    days = max((dates[-1] - dates[0]).days, 1)
    counted = (len(dates) - 1) * DAYS_A_YEAR / days
    return 252.0 if USUAL[0] <= counted <= USUAL[1] else counted


def is_annual(dates: pd.DatetimeIndex) -> bool:
    """Whether rows span 360 days or more, so that a figure a year says something."""
    return bool((dates[-1] - dates[0]).days >= SHORTEST_DAYS)


def returns_of(values: pd.Series) -> pd.Series:
    """Simple returns from row to row; one fewer than ``values``."""
    return values.pct_change(fill_method=None).iloc[1:]


def cagr(values: Array, ppy: float) -> float:
    """Compound growth a year: ``(V_n / V_0)^(ppy / n) - 1`` over n returns."""
    return float((values[-1] / values[0]) ** (ppy / (len(values) - 1)) - 1.0)


def volatility(returns: Array, ppy: float) -> float:
    """Standard deviation of returns (ddof 1), annualised by the square root of time."""
    return float(np.std(returns, ddof=1) * math.sqrt(ppy)) if len(returns) > 1 else math.nan


def sharpe(returns: Array, cash: Array, ppy: float) -> float:
    """Mean excess return over bills per unit of its deviation, annualised (Sharpe 1994)."""
    excess = returns - cash
    deviation = np.std(excess, ddof=1) if len(excess) > 1 else 0.0
    return ratio(float(np.mean(excess)), float(deviation)) * math.sqrt(ppy)


def sortino(returns: Array, cash: Array, ppy: float) -> float:
    """Mean excess return per unit of downside deviation over **all** rows (Sortino 1994)."""
    excess = returns - cash
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    return ratio(float(np.mean(excess)), downside) * math.sqrt(ppy)


LEAST_RISK = 1e-12  # a constant series has a deviation of rounding errors, not of risk


def ratio(above: float, below: float) -> float:
    """A number divided by a risk, NaN where the risk is zero but for rounding."""
    return above / below if below > LEAST_RISK else math.nan


def ratios(above: Array, below: Array) -> Array:
    """:func:`ratio`, element by element."""
    exists = below > LEAST_RISK
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), math.nan), where=exists))


ROUNDING = 1e-12  # relative: a smaller fall is an error of rounding


def drawdowns(values: Array) -> Array:
    """Loss from the highest value so far, 0 or negative, on the rows given."""
    return np.asarray(values / np.maximum.accumulate(values) - 1.0)


@dataclass(frozen=True)
class Drawdown:
    """A fall from a peak: dates of the peak, the trough and the recovery (None if not yet)."""

    depth: float
    start: pd.Timestamp
    end: pd.Timestamp
    recovered: pd.Timestamp | None


def drawdown_list(values: pd.Series, beyond: float = 0.0) -> list[Drawdown]:
    """Every drawdown of a depth or deeper, deepest first.

    Parameters
    ----------
    values
        Levels by date.
    beyond
        The depth, a fraction below 0; 0 for all.

    Notes
    -----
    It starts on the date of the peak (the last row at the old high), ends on the first row of
    its lowest value, recovers on the first row back at or above the peak.
    """
    levels = values.to_numpy(float)
    firsts, afters = _under_water(levels)
    troughs = np.array(
        [
            first + int(levels[first:after].argmin())
            for first, after in zip(firsts, afters, strict=True)
        ],
        dtype=np.intp,
    )
    deep = levels[troughs] / levels[firsts - 1] - 1.0 <= beyond
    firsts, afters, troughs = firsts[deep], afters[deep], troughs[deep]
    dates = values.index
    back = [*dates[afters[afters < len(levels)]], None]  # only the last can be open
    falls = [
        Drawdown(float(depth), start, end, recovered)
        for depth, start, end, recovered in zip(
            levels[troughs] / levels[firsts - 1] - 1.0,
            dates[firsts - 1],
            dates[troughs],
            back,
            strict=False,
        )
    ]
    return sorted(falls, key=lambda fall: fall.depth)


def deepest_drawdown(values: pd.Series) -> Drawdown | None:
    """The first of :func:`drawdown_list`; None where nothing fell."""
    levels = values.to_numpy(float)
    firsts, afters = _under_water(levels)
    if not len(firsts):
        return None
    # A row more, since the last stretch may end with the rows.
    ends = np.column_stack([firsts, afters]).ravel()
    lows = np.minimum.reduceat(np.append(levels, np.inf), ends)[::2]
    deepest = int(np.argmin(lows / levels[firsts - 1] - 1.0))
    first, after = int(firsts[deepest]), int(afters[deepest])
    trough = first + int(levels[first:after].argmin())
    return Drawdown(
        float(levels[trough] / levels[first - 1] - 1.0),
        values.index[first - 1],
        values.index[trough],
        values.index[after] if after < len(levels) else None,
    )


def _under_water(levels: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First row of each stretch below an older high, and the row after its last."""
    under = drawdowns(levels) < -ROUNDING
    edges = np.diff(np.concatenate([[False], under, [False]]).astype(int))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def conditional_var(returns: Array, level: float = 0.05) -> float:
    """Mean of the worst ``ceil(level n)`` rows, negative for a loss.

    At the level of 5 % this is the historical CVaR(95): the average loss in the worst 5 % of rows.
    """
    # The small constant keeps ceil from counting a rounding error as a row.
    worst = max(math.ceil(level * len(returns) - 1e-9), 1)
    # Only the worst are put in order.
    return float(np.mean(np.sort(np.partition(returns, worst - 1)[:worst])))


def year_returns(values: pd.Series, *, is_over: bool | None = None) -> pd.Series:
    """Returns of the **complete** calendar years, by year.

    Parameters
    ----------
    values
        Levels by date.
    is_over
        Whether the year of the last row is over with it; None where no exchange's calendar is
        known: then it is from 25 December on.

    Returns
    -------
    pandas.Series
        A year is complete if the rows hold the last one of the year before, and its own last one.
    """
    dates = pd.DatetimeIndex(values.index)
    closes = _last_of_each_year(values, dates)
    if is_over is None:
        is_over = dates[-1] >= pd.Timestamp(dates[-1].year, 12, 25)
    if not is_over:
        closes = closes.iloc[:-1]
    years = closes / closes.shift(1) - 1.0
    return years[np.append(False, np.diff(closes.index.to_numpy()) == 1)[: len(years)]]


def _last_of_each_year(values: pd.Series, dates: pd.DatetimeIndex) -> pd.Series:
    """The last level of each year that is none of NaN, by year."""
    years = dates.year.to_numpy()
    if (np.diff(years) >= 0).all() and not values.hasnans:
        # Grouping takes five times as long.
        rows = np.flatnonzero(np.append(np.diff(years) > 0, True))[: len(years)]
        return values.iloc[rows].set_axis(dates[rows].year)
    return values.groupby(dates.year).last()


def month_returns(values: pd.Series) -> pd.Series:
    """Returns of calendar months, by month; the first and the last may be partial."""
    closes = values.groupby(pd.DatetimeIndex(values.index).to_period("M")).last()
    before = closes.shift(1).fillna(values.iloc[0])
    months = closes / before - 1.0
    # A first month that holds only the base, row 0, has no return.
    alone = values.index[1].to_period("M") != closes.index[0]
    return months.iloc[1:] if alone else months


def to_date(values: pd.Series, period: str) -> float:
    """Return since the close before the current month (``M``) or year (``Y``) began."""
    periods = pd.DatetimeIndex(values.index).to_period(period)
    before = values[periods < periods[-1]]
    base = before.iloc[-1] if len(before) else values.iloc[0]
    return float(values.iloc[-1] / base - 1.0)


def win_rate(returns: Array) -> float:
    """Share of positive returns among those that are not zero."""
    moved = int(np.count_nonzero(returns))
    return float(np.count_nonzero(returns > 0) / moved) if moved else math.nan


def skewness(returns: Array) -> float:
    """Sample skewness, adjusted for its bias (Fisher-Pearson G1)."""
    return float(pd.Series(returns).skew())


def excess_kurtosis(returns: Array) -> float:
    """Sample kurtosis in excess of the normal's, adjusted for its bias (G2)."""
    return float(pd.Series(returns).kurt())


def correlation(first: Array, second: Array) -> float:
    """Pearson correlation of two series of returns."""
    return float(np.corrcoef(first, second)[0, 1])


def beta(returns: Array, benchmark: Array) -> float:
    """Slope of returns on the benchmark's: covariance over its variance."""
    covariance = np.cov(returns, benchmark, ddof=1)
    return float(covariance[0, 1] / covariance[1, 1])
