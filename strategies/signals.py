"""Inputs of rules: trailing windows of the same length in time on daily and monthly rows.

Every function is causal: row t of its answer uses rows up to and including t.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


def window_rows(years: float, market: Market) -> int:
    """How many rows of a market a window of so many years has; 1 at least."""
    return max(round(years * market.periods_per_year), 1)


def known_yield(market: Market, years: float, who: str) -> pd.Series:
    """Par yield of a maturity in percent: on each session the last one published.

    Raises
    ------
    DataError
        If the market has no yield of that maturity.
    """
    from data.elsewhere import where_else

    yields = market.yields
    if yields is None or years not in yields.columns or yields[years].isna().all():
        raise DataError(
            f"{who} needs the {years:g}-year yield, which {market.source} does not have; "
            f"{where_else(market, 'yields')}"
        )
    return yields[years].ffill()


def require_series(market: Market, name: str, what: str, who: str) -> pd.Series:
    """Return a series of the market, or refuse a market that lacks it.

    Raises
    ------
    DataError
        If the source lacks it.
    """
    from data.elsewhere import where_else

    series: pd.Series | None = getattr(market, name)
    if series is None or series.isna().all():
        raise DataError(
            f"{who} needs {what}, which {market.source} does not have; {where_else(market, name)}"
        )
    return series


def trailing_median(series: pd.Series, rows: int) -> pd.Series:
    """Median of the last ``rows`` rows, today included; NaN until there are as many."""
    return series.rolling(rows, min_periods=rows).median()


def trailing_return(levels: pd.Series, rows: int) -> pd.Series:
    """Return over the last ``rows`` rows; NaN until there are as many."""
    return levels / levels.shift(rows) - 1.0


def trailing_volatility(levels: pd.Series, rows: int) -> pd.Series:
    """Standard deviation of the last ``rows`` returns, per row."""
    return levels.pct_change(fill_method=None).rolling(rows, min_periods=rows).std()


def trailing_correlation(first: pd.Series, second: pd.Series, rows: int) -> pd.Series:
    """Correlation of the last ``rows`` returns of two levels."""
    returns = first.pct_change(fill_method=None)
    return returns.rolling(rows, min_periods=rows).corr(second.pct_change(fill_method=None))
