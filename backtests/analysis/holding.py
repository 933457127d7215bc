"""What an investor got who began in any month and held for some years."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    levels: pd.DataFrame, portfolio: str, horizons: Sequence[int] = HORIZONS
) -> pd.DataFrame:
    """How often, and by how much, holding a portfolio for some years paid.

    Parameters
    ----------
    levels
        Months x columns; NaN where a column is not known (yet).
    portfolio
        The column to judge.
    horizons
        Years held.

    Returns
    -------
    pandas.DataFrame
        One row a horizon: ``years``, ``starts`` (windows), ``apart`` (how many of them do not
        overlap), ``beat_<column>`` (share of the windows in which both are known), ``worst``,
        ``median`` and ``best`` (annualised) and ``worst_start``, ``median_start`` (months).
    """
    rows = []
    others = [column for column in levels.columns if column != portfolio]
    for years in horizons:
        found = annualised(levels, years)
        ours = found[portfolio].dropna()
        row: dict[str, object] = {
            "years": years,
            "starts": len(ours),
            "apart": max(levels[portfolio].count() - 1, 0) // (12 * years),
        }
        for other in others:
            both = found[[portfolio, other]].dropna()
            beaten = (both[portfolio] > both[other]).mean() if len(both) else math.nan
            row[f"beat_{other}"] = float(beaten)
        ascending = ours.sort_values(kind="stable")
        middle = (len(ascending) - 1) // 2
        for name, at in (("worst", 0), ("median", middle), ("best", -1)):
            there = len(ascending) > 0
            row[name] = float(ascending.iloc[at]) if there else math.nan
            row[f"{name}_start"] = str(ascending.index[at]) if there else None
        rows.append(row)
    return pd.DataFrame(rows)


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
