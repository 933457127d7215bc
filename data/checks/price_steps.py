"""Whether closes are whole cents, as exchanges quote prices: wrong factors leave others.

Until January 2001 New York quoted fractions of a dollar, the smallest of which is a 64th.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.histories import days_text
from data.errors import DataError

STEPS_A_DOLLAR = (100, 64)
# Yahoo's own rounding: four decimals, or 32-bit floats. All 46,000 opens, highs, lows and closes
# of the eight real funds (1993 to 2025) lie on a step within this; of arbitrary prices 2 % do.
STEP_ROUNDING, STEP_ROUNDING_SHARE = 6e-5, 2e-7
# So many of the closes have to be whole steps before the others are called wrong.
MOST_OFF_STEP = 0.02
FEWEST_ROWS = 100
SMALLEST_QUOTED = 1.0  # dollars, below which exchanges quote four decimals
# Closes adjusted for dividends: off the steps before the last dividend, on them since.
ADJUSTED_SHARE = 0.9
ROWS_SINCE = 3


def off_step(bars: pd.DataFrame) -> np.ndarray:
    """Which closes are neither whole cents nor 64ths of a dollar, as they were before splits."""
    splits = bars["Stock Splits"].where(bars["Stock Splits"] > 0, 1.0).to_numpy(float)
    later = np.append(np.cumprod(splits[::-1])[::-1][1:], 1.0)
    close = bars["Close"].to_numpy(float)
    # What Yahoo lists as a split may be a spin-off, by which the closes were not divided.
    as_sent = _off(close, np.ones(len(close)))
    return np.asarray(as_sent & _off(close * later, np.maximum(later, 1.0)), bool)


def _off(traded: np.ndarray, times: np.ndarray) -> np.ndarray:
    rounding = STEP_ROUNDING * times + STEP_ROUNDING_SHARE * traded
    apart = [np.abs(traded * step - np.round(traded * step)) / step for step in STEPS_A_DOLLAR]
    return np.asarray(np.min(apart, axis=0) > rounding)


def off_cents(ticker: str, bars: pd.DataFrame) -> list[str]:
    """Report the few closes that are no whole cents, where nearly all are."""
    wrong = off_step(bars) & (bars["Close"] >= SMALLEST_QUOTED).to_numpy(bool)
    if len(bars) < FEWEST_ROWS or not 0 < wrong.sum() <= MOST_OFF_STEP * len(bars):
        return []
    days = pd.DatetimeIndex(bars.index[wrong])
    return [
        f"{ticker}: the close on {days_text(days)} is no whole cent "
        f"({bars['Close'][days[0]]:.6g}), as the others are; check it"
    ]


def require_whole_cents(ticker: str, bars: pd.DataFrame) -> None:
    """Refuse closes that are adjusted for dividends already: those before the last are no cents.

    Raises
    ------
    DataError
        Naming the last dividend.
    """
    rows = np.flatnonzero(bars["Dividends"].to_numpy(float) > 0)
    if not len(rows):
        return
    last, wrong = rows[-1], off_step(bars)
    if last < FEWEST_ROWS or len(bars) - last < ROWS_SINCE:
        return
    if wrong[:last].mean() > ADJUSTED_SHARE and wrong[last:].mean() < 1 - ADJUSTED_SHARE:
        raise DataError(
            f"{ticker}: Yahoo's closes before its last dividend ({bars.index[last]:%Y-%m-%d}) are "
            "no whole cents, and those since are: they are adjusted for dividends already, which "
            "would count twice; bring checked prices with --source files:DIR"
        )
