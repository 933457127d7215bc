"""Market regimes: each month is labelled by what was known when it began."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backtests.analysis.reuse import reused
from data.consumer_prices import year_on_year

CORRELATION_MONTHS = 36
MEDIAN_MONTHS = 120
MEDIAN_LEAST = 114  # of these: a month that was never published blanks no window
POLICY_MONTHS = 3
# Percentage points, hence 10 basis points: the effective rate moves by a few without a decision.
POLICY_BAND = 0.10

# Every label a dimension can take, so that what a sample lacks can be named.
LABELS: Mapping[str, tuple[str, ...]] = {
    "correlation": ("negative", "positive"),
    "inflation": ("below its median", "above its median"),
    "policy rate": ("falling", "unchanged", "rising"),
    "10-year yield": ("low", "middle", "high"),
}


def trailing_correlation(
    equity: pd.Series, hedge: pd.Series, months: int = CORRELATION_MONTHS
) -> pd.Series:
    """Correlation of monthly returns over the last ``months`` months, this one included.

    NaN until there are enough months, and where one of the two did not move.
    """
    trailing = equity.rolling(months).corr(hedge)
    moved = (hedge.rolling(months).std() > 1e-12) & (equity.rolling(months).std() > 1e-12)
    return trailing.where(np.isfinite(trailing) & moved)


@reused(8)
def stock_bond_correlation(equity: pd.Series, bond: pd.Series) -> pd.Series:
    """Trailing correlation of equity and bond at the end of every month that either has.

    Parameters
    ----------
    equity, bond
        Month-end returns, indexed by month.
    """
    every = equity.index.union(bond.index)
    return trailing_correlation(equity.reindex(every), bond.reindex(every))


def trailing_median(inflation: pd.Series) -> pd.Series:
    """Median of the last ten years, this month included, of at least ``MEDIAN_LEAST`` figures."""
    return inflation.rolling(MEDIAN_MONTHS, min_periods=MEDIAN_LEAST).median()


@reused(4)
def regimes(
    correlation: pd.Series,
    cpi: pd.Series,
    policy_rate: pd.Series,
    y10: pd.Series,
) -> tuple[pd.DataFrame, tuple[float, float] | None]:
    """Label every month by what was known at the end of the month before.

    Parameters
    ----------
    correlation
        As :func:`trailing_correlation` returns it.
    cpi
        Consumer prices as published by the end of the month; NaN where those of the month before
        never were.
    policy_rate, y10
        Percent: about the month's average, and the yield at the end of the month. All four are
        indexed by the same months.

    Returns
    -------
    tuple of DataFrame and (float, float) or None
        Months x the dimensions of ``LABELS``, None where unknown; and the two bounds of the
        yield's terciles, in percent. Terciles are taken over the whole period, so they are known
        only afterwards: they describe, and cannot be traded on.
    """
    inflation = year_on_year(cpi)
    median = trailing_median(inflation)
    change = policy_rate.diff(POLICY_MONTHS).round(6)
    # The label of a month is the state at the end of the month before.
    yields = y10.shift(1)
    at_start = yields.dropna()
    bounds = None
    if len(at_start):
        lower, upper = np.quantile(at_start, [1.0 / 3.0, 2.0 / 3.0])
        bounds = (float(lower), float(upper))

    def choose(conditions: list[pd.Series], dimension: str) -> pd.Series:
        labels = pd.Series(None, index=y10.index, dtype=object)
        for condition, label in zip(conditions, LABELS[dimension], strict=True):
            labels[condition.to_numpy(bool)] = label
        return labels

    low, high = bounds or (np.nan, np.nan)
    return pd.DataFrame(
        {
            "correlation": choose(
                [(correlation < 0).shift(1, fill_value=False),
                 (correlation >= 0).shift(1, fill_value=False)],
                "correlation",
            ),
            "inflation": choose(
                [(inflation <= median).shift(1, fill_value=False),
                 (inflation > median).shift(1, fill_value=False)],
                "inflation",
            ),
            "policy rate": choose(
                [(change < -POLICY_BAND).shift(1, fill_value=False),
                 (change.abs() <= POLICY_BAND).shift(1, fill_value=False),
                 (change > POLICY_BAND).shift(1, fill_value=False)],
                "policy rate",
            ),
            "10-year yield": choose(
                [yields <= low, (yields > low) & (yields <= high), yields > high],
                "10-year yield",
            ),
        }
    ), bounds  # fmt: skip
