"""A good history with everything Yahoo sends, and what a loader made of a spoilt one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks.exchange import exchange_calendar
from data.checks.plausibility import ADJUSTMENT_TOLERANCE
from data.sources.bars import Bars, total_return

# What counts as right: a day's return within 0.05 points of the truth.
TOLERANCE = ADJUSTMENT_TOLERANCE
PRICES = ["Open", "High", "Low", "Close", "Adj Close"]


def random_bars(seed: int, rows: int = 500, end: str = "2025-09-26") -> pd.DataFrame:
    """Bars with calm and rough weeks, fat tails, a day's high and low, quarterly dividends.

    Prices are whole cents, and fall by a dividend at the open of its day, as real ones do.
    """
    rng = np.random.default_rng(seed)
    sessions = exchange_calendar(pd.Timestamp("2015-01-02")).sessions
    index = sessions[sessions <= end][-rows:]
    calm = np.exp(pd.Series(rng.normal(0, 0.5, rows)).rolling(20, min_periods=1).mean())
    size = 0.008 * calm.to_numpy()
    move = size * np.clip(rng.standard_t(5, rows), -6, 6) * 0.77
    opening = size * rng.normal(0, 0.4, rows)
    paying = np.arange(30, rows, 63)
    share = np.zeros(rows)
    share[paying] = 0.004 * rng.uniform(0.8, 1.2, len(paying))
    growth = np.exp(move) * (1 - share)
    growth[0] = np.exp(move[0])
    close = 100 * np.cumprod(growth)
    before = close / growth
    first = before * np.exp(opening) * (1 - share)
    bars = pd.DataFrame({"Open": first, "Close": close}, index=index)
    bars["High"] = bars.max(axis=1) * np.exp(size * np.abs(rng.normal(0, 0.4, rows)))
    bars["Low"] = bars[["Open", "Close"]].min(axis=1) * np.exp(
        -size * np.abs(rng.normal(0, 0.4, rows))
    )
    bars = bars.round(2)
    bars["Volume"] = 1000
    bars["Dividends"] = (share * before).round(6)
    bars["Stock Splits"] = 0.0
    return adjusted(bars)


def adjusted(bars: pd.DataFrame) -> pd.DataFrame:
    """Give bars the adjusted close that their dividends imply."""
    ratio = 1 - bars["Dividends"] / bars["Close"].shift(1)
    later = ratio.fillna(1.0)[::-1].cumprod()[::-1].shift(-1).fillna(1.0)
    return bars.assign(**{"Adj Close": bars["Close"] * later})


def total_level(bars: pd.DataFrame) -> pd.Series:
    """The truth: total return of good bars."""
    return total_return(bars)


@dataclass(frozen=True)
class Outcome:
    """How a fault ended: ``refused``, ``reported``, ``harmless`` or ``silent``."""

    word: str
    error: float  # largest wrong return of a day
    message: str


def judge(truth: pd.Series, got: Bars | Exception, usual: set[str]) -> Outcome:
    """Hold what came of a fault against the truth.

    Parameters
    ----------
    truth
        Total-return level of the good history.
    got
        The bars that were let in, or the error.
    usual
        Warnings that the good history gives as well.
    """
    if isinstance(got, Exception):
        assert "\n" not in str(got)
        return Outcome("refused", 0.0, str(got))
    new_warnings = [line for line in got.warnings if line not in usual]
    level = total_return(got.frame)
    known = truth.reindex(level.index)
    error = (level / level.shift(1) - known / known.shift(1)).abs().iloc[1:].fillna(np.inf)
    wrong = error[error > TOLERANCE].index
    before = dict(zip(level.index[1:], level.index[:-1], strict=True))
    worst = float(error.max())
    if all(named(new_warnings, day, before[day]) for day in wrong):
        word = "reported" if new_warnings else "harmless"
        return Outcome(word, worst, "; ".join(new_warnings))
    return Outcome("silent", worst, "; ".join(new_warnings))


def named(lines: list[str], day: pd.Timestamp, before: pd.Timestamp) -> bool:
    """Whether a warning names the day, or the one before, whose price its return begins with."""
    for line in lines:
        dates = sorted(pd.Timestamp(text) for text in re.findall(r"\d{4}-\d\d-\d\d", line))
        if not dates:
            continue
        last = pd.Timestamp.max if " more)" in line else dates[-1]
        if any(dates[0] <= each <= last for each in (day, before)):
            return True
    return False
