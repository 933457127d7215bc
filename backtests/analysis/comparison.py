"""Several portfolios side by side, and which of their differences are more than noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.metrics import ratios, year_returns
from backtests.analysis.months import growth, month_ends
from backtests.analysis.resampling import Estimate, Sample

Array = NDArray[np.float64]
ROLLING_MONTHS = 36


def monthly_sharpe(returns: Array, cash: Array) -> Array:
    """Sharpe ratio over bills of monthly returns, annualised, along the last axis."""
    excess = returns - cash
    return ratios(excess.mean(axis=-1) * np.sqrt(12.0), excess.std(axis=-1, ddof=1))


def traded_in(
    orders: pd.DataFrame, values: pd.Series, first_fill: pd.Timestamp | None
) -> tuple[float, float]:
    """Turnover (one-way, a fraction of value) and costs paid over the rows of ``values``.

    A row's turnover is half the slipped value of its orders over the value after their costs.

    Parameters
    ----------
    orders
        ``date, value, fee, slippage``, of a run whose first row may be earlier.
    values
        NAV over the rows that count.
    first_fill
        Session of the first purchase; None where ``values`` begin later than the run.

    Notes
    -----
    The first purchase does not count as turnover, but its costs count. Where ``values`` begin
    later, neither does.
    """
    rows = values.index
    first = rows[0] if first_fill is None else first_fill
    inside = orders[orders["date"].isin(rows)]
    after = inside[inside["date"] > first]
    paid = after if first_fill is None else inside
    gross = after["value"].groupby(after["date"]).sum()
    turnover = float((gross / 2.0 / values.loc[gross.index]).sum())
    costs = float((paid["fee"] + paid["slippage"]).sum())
    return turnover, costs


@dataclass(frozen=True)
class Difference:
    """A portfolio's compound growth a year and Sharpe ratio, of month-ends, less the first's."""

    cagr_monthly: Estimate
    sharpe_monthly: Estimate


def differences(values: pd.DataFrame, cash: pd.Series) -> dict[str, Difference]:
    """Each portfolio less the first, on month-ends, with paired 90 % intervals.

    Parameters
    ----------
    values
        Sessions x portfolios, levels.
    cash
        Level of bills on the same sessions.

    Returns
    -------
    dict of str to Difference
        By portfolio, without the first.
    """
    months = month_ends(values.assign(**{CASH_COLUMN: cash}))
    returns = months.pct_change(fill_method=None).iloc[1:]
    names = [str(name) for name in values.columns]
    sample = Sample(returns, names)
    first = names[0]
    return {
        name: Difference(
            cagr_monthly=sample.difference(growth, (name,), (first,)),
            sharpe_monthly=sample.difference(
                monthly_sharpe, (name, CASH_COLUMN), (first, CASH_COLUMN)
            ),
        )
        for name in names[1:]
    }


CASH_COLUMN = " cash"  # no portfolio can have this name


def rolling_growth(levels: pd.DataFrame, months: int = ROLLING_MONTHS) -> pd.DataFrame:
    """Compound return a year over the last ``months`` months, by the month they end in.

    Parameters
    ----------
    levels
        Months x portfolios.
    months
        Length of the window.
    """
    return ((levels / levels.shift(months)) ** (12.0 / months) - 1.0).iloc[months:]


def calendar_years(values: pd.DataFrame, *, is_over: bool | None = None) -> pd.DataFrame:
    """Returns of the complete calendar years: years x portfolios; see ``metrics.year_returns``."""
    return pd.DataFrame({name: year_returns(values[name], is_over=is_over) for name in values})
