"""Daily bars and what they return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks.exchange import EXCHANGE_TIME
from data.currency.currencies import DOLLAR

COLUMNS = ["Close", "Adj Close", "Dividends", "Stock Splits"]


@dataclass(frozen=True)
class Listing:
    """Where a ticker is quoted, as its source says.

    Attributes
    ----------
    quoted
        What its prices are quoted in: a currency's code, or a hundredth of one such as ``GBp``.
    zone
        Time zone of its exchange.
    """

    quoted: str = DOLLAR
    zone: str = EXCHANGE_TIME


IN_NEW_YORK = Listing()


@dataclass(frozen=True, eq=False)
class Bars:
    """Daily bars of one ticker: ``Close`` (split-adjusted), ``Adj Close``, ``Dividends``,
    ``Stock Splits`` on ascending tz-naive sessions; the warnings of their checks; and where it is
    quoted.
    """  # noqa: D205

    frame: pd.DataFrame
    warnings: tuple[str, ...]
    listing: Listing = IN_NEW_YORK


def total_return(bars: pd.DataFrame) -> pd.Series:
    """Total-return index from closes and dividends, 100 on the first day.

    A dividend is reinvested at the open of its ex-date, taken as the close before less the
    dividend: ``C_t / (C_(t-1) - D_t)``, the convention of CRSP and of Yahoo's own adjustment.
    """
    close = bars["Close"].to_numpy(float)
    paid = bars["Dividends"].to_numpy(float)
    growth = np.ones(len(close))
    growth[1:] = close[1:] / (close[:-1] - paid[1:])
    return pd.Series(100.0 * np.cumprod(growth), index=bars.index)


def implied_dividends(closes: pd.Series, adjusted: pd.Series) -> pd.Series:
    """Dividends that adjusted closes contain: what lowers the factor between the two, else 0.

    A dividend ``D`` lowers the factor before its day by ``1 - D / (close before)``. Changes below
    a hundredth of a percent are the rounding of the figures, above a quarter a split.
    """
    factor = adjusted / closes
    share = (1.0 - factor.shift(1) / factor).fillna(0.0)
    return (closes.shift(1) * share).where(share.between(1e-4, 0.25), 0.0)
