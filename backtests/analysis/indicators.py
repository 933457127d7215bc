"""Five figures that told months apart in which Treasuries hedged equity, month by month.

Each has a line that divides its two states. The line of consumer prices was chosen in sample; that
of the correlation is zero; the other three are the median of all figures up to then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.analysis.regimes import MEDIAN_LEAST, MEDIAN_MONTHS
from data.consumer_prices import NEVER_PUBLISHED, year_on_year

INFLATION_LINE = 0.03  # chosen in sample: where the hedge's payoff changed its sign since 1963
LATE_MONTHS = 3  # a figure that is older than this is not today's


@dataclass(frozen=True)
class Division:
    """How an indicator divides months.

    Attributes
    ----------
    below
        Whether the hedge did better below the line; else above it. On the line itself it did not.
    states
        The state in which the hedge did better, and the other one, in words.
    publication_lag
        Months between the month that a figure is about and the one by whose end it is public.
    needs_its_months
        Whether a figure needs its own month and the one a year before, and no other will do.
    in_sample
        Whether the line was chosen with the months of the base rates in view.
    """

    below: bool
    states: tuple[str, str]
    publication_lag: int = 0
    needs_its_months: bool = False
    in_sample: bool = False


MEDIAN_STATES = ("below its median", "at or above its median")
DIVISIONS: Mapping[str, Division] = {
    "inflation": Division(
        True, ("below 3 %", "3 % or more"), 1, needs_its_months=True, in_sample=True
    ),
    "correlation": Division(True, ("negative", "positive")),
    "inflation_deviation": Division(True, MEDIAN_STATES, 1),
    "yield": Division(True, MEDIAN_STATES),
    "slope": Division(False, ("above its median", "at or below its median")),
}


@dataclass(frozen=True, eq=False)
class Track:
    """One indicator by month, as it was known at the month's end.

    Attributes
    ----------
    division
        How it divides months.
    value, line
        Its figure and the line on that day; NaN where there is none.
    published
        What the figure is computed from: NaN where it was not published.
    """

    division: Division
    value: pd.Series
    line: pd.Series
    published: pd.Series

    @property
    def for_the_hedge(self) -> pd.Series:
        """1 for months that end on the side of the hedge, 0 for others, NaN where unknown."""
        gap = self.line - self.value if self.division.below else self.value - self.line
        return (gap > 0.0).astype(float).where(gap.notna())


@dataclass(frozen=True)
class Figure:
    """An indicator's newest figure, its line, the month that it is about; or why there is none."""

    value: float | None
    line: float | None
    as_of: str | None
    for_the_hedge: bool | None
    missing: str


def tracks(background: pd.DataFrame, correlation: pd.Series) -> dict[str, Track]:
    """All five indicators, by key.

    Parameters
    ----------
    background
        Every month of a span x ``y10, y1`` (percent) and ``cpi``, as known at the month's end.
    correlation
        Of equity and bond over the 36 months up to each month, by month.
    """
    inflation = year_on_year(background["cpi"])
    deviation = inflation.rolling(MEDIAN_MONTHS, min_periods=MEDIAN_LEAST).std()
    slope = background["y10"] - background["y1"]
    series = {
        "inflation": (inflation, _level(INFLATION_LINE, inflation), background["cpi"]),
        "correlation": (correlation, _level(0.0, correlation), correlation),
        "inflation_deviation": (deviation, median_so_far(deviation), background["cpi"]),
        "yield": (background["y10"], median_so_far(background["y10"]), background["y10"]),
        "slope": (slope, median_so_far(slope), slope),
    }
    return {key: Track(DIVISIONS[key], *parts) for key, parts in series.items()}


def _level(height: float, series: pd.Series) -> pd.Series:
    return pd.Series(height, index=series.index)


def median_so_far(series: pd.Series) -> pd.Series:
    """Median of all figures up to each month, of at least ``MEDIAN_LEAST``."""
    return series.expanding(MEDIAN_LEAST).median()


def newest_figure(track: Track, due: pd.Period) -> Figure:
    """An indicator's figure at the end of a month, or its newest one of shortly before.

    Parameters
    ----------
    track
        The indicator.
    due
        The last month whose figure can be known.

    Returns
    -------
    Figure
        Without a number, and with the reason, where the newest is older than three months, and
        where a month was never published.
    """
    lag = track.division.publication_lag
    published = track.published.loc[:due].dropna()
    if published.empty:
        return _without("there are no figures of it")
    row: pd.Period = published.index[-1]
    if row < due and due - lag in NEVER_PUBLISHED and track.division.needs_its_months:
        row = due
    elif (due - row).n > LATE_MONTHS:
        return _without(f"the newest figure is of {row - lag}, {(due - row).n} months too old")
    value, line = float(track.value[row]), float(track.line[row])
    if not np.isfinite(value):
        months = [month for month in (row, row - 12) if _was_left_out(track, month)]
        if track.division.needs_its_months and months:
            return _without(f"the CPI of {months[0] - lag} was never published")
        return _without("its history is too short for a figure")
    if not np.isfinite(line):
        return _without(f"its history is too short for a median: fewer than {MEDIAN_LEAST} figures")
    return Figure(value, line, str(row - lag), bool(track.for_the_hedge[row]), "")


def _was_left_out(track: Track, month: pd.Period) -> bool:
    return month in track.published.index and not np.isfinite(track.published[month])


def _without(reason: str) -> Figure:
    return Figure(None, None, None, None, reason)
