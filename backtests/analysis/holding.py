"""Returns of holding for some years, from every month in which an investor could begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.record import HoldingPeriod

Array = NDArray[np.float64]
HORIZONS = (1, 3, 4, 5, 10)
LONGEST_HELD = 20


def annualised(levels: pd.DataFrame, years: int) -> pd.DataFrame:
    """Compound return a year of every window that starts at a month-end.

    Parameters
    ----------
    levels
        Months x columns.
    years
        Length of the windows.

    Returns
    -------
    pandas.DataFrame
        Indexed by the month at whose end the window starts; empty where there is none.
    """
    span = 12 * years
    if len(levels) <= span:
        return levels.iloc[:0].astype(float)
    ends = levels.iloc[span:].to_numpy(float)
    starts = levels.iloc[:-span]
    return (ends / starts) ** (1.0 / years) - 1.0


def holding_table(
    levels: pd.DataFrame, horizons: Sequence[int] = HORIZONS
) -> tuple[HoldingPeriod, ...]:
    """How often holding a portfolio for some years beat each rival, and what it returned.

    Parameters
    ----------
    levels
        Months x ``portfolio, equity, bills, cash, inflation``; NaN where a column has no value
        (yet).
    horizons
        Years held.
    """
    return tuple(_holding_period(levels, years) for years in horizons)


def _holding_period(levels: pd.DataFrame, years: int) -> HoldingPeriod:
    windows = annualised(levels, years)
    ours = windows["portfolio"].dropna().sort_values(kind="stable")
    starts = ours.index

    def share_above(other: str) -> float | None:
        both = windows[["portfolio", other]].dropna()
        return float((both["portfolio"] > both[other]).mean()) if len(both) else None

    def entry(at: int) -> tuple[float | None, str | None]:
        return (float(ours.iloc[at]), str(starts[at])) if len(ours) else (None, None)

    worst, median, best = entry(0), entry((len(ours) - 1) // 2), entry(-1)
    return HoldingPeriod(
        years=years,
        starts=len(ours),
        apart=max(int(levels["portfolio"].count()) - 1, 0) // (12 * years),
        beat_equity=share_above("equity"),
        beat_bills=share_above("bills"),
        beat_cash=share_above("cash"),
        beat_inflation=share_above("inflation"),
        worst=worst[0],
        worst_start=worst[1],
        median=median[0],
        median_start=median[1],
        best=best[0],
        best_start=best[1],
    )


def start_year_map(levels: pd.Series, longest: int = LONGEST_HELD) -> pd.DataFrame:
    """Compound return a year by the year of entry and the years held.

    Parameters
    ----------
    levels
        Month-end levels, indexed by month.
    longest
        Years held at most.

    Returns
    -------
    pandas.DataFrame
        Start years x years held (1, 2, ...). Entry is at the end of December before; NaN where
        the data end earlier.
    """
    months = pd.PeriodIndex(levels.index)
    closes = levels[months.month == 12]
    values = closes.to_numpy(float)
    held = min(longest, len(values) - 1)
    table = np.full((max(len(values) - 1, 0), max(held, 0)), np.nan)
    for years in range(1, held + 1):
        table[: len(values) - years, years - 1] = (values[years:] / values[:-years]) ** (
            1.0 / years
        ) - 1.0
    first = pd.PeriodIndex(closes.index).year[:-1] + 1
    return pd.DataFrame(table, index=first, columns=range(1, held + 1))
