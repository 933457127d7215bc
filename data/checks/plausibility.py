"""Whether Yahoo's prices, dividends and adjusted closes agree with each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.histories import WILD_MOVE, days_text
from data.checks.moves import RETURNS, odd_moves, usual_moves
from data.errors import DataError
from data.sources.bars import total_return

# How far a day's return from close and dividend may differ from that of Yahoo's adjusted close
# before it is reported (tolerance) or refused (limit); rounding makes far smaller differences.
ADJUSTMENT_TOLERANCE = 5e-4
ADJUSTMENT_LIMIT = 5e-3
# The same for the growth over the whole history.
DRIFT_TOLERANCE = 2e-3
DRIFT_LIMIT = 1e-2
LARGE_MOVE = 0.15
FROZEN_ROWS = 10
# A gap between a day's range and that of both neighbours, in usual moves: real ones of the eight
# funds of data/checks/moves.py stay below 1.5.
APART_TIMES = 2.0
SMALLEST_GAP = 5e-3


def require_adjusted(ticker: str, bars: pd.DataFrame) -> None:
    """Refuse adjusted closes that are no price, and dividends below 0 or of a quarter of it."""
    adjusted, paid = bars["Adj Close"], bars["Dividends"]
    wrong = ~(np.isfinite(adjusted) & (adjusted > 0))
    if wrong.any():
        day = bars.index[wrong][0]
        raise DataError(
            f"{ticker}: Yahoo's adjusted close is {adjusted[day]:g} on {day:%Y-%m-%d}; "
            "try again later or use --source files:DIR"
        )
    absurd = ~(
        np.isfinite(paid) & (paid >= 0) & (paid < 0.25 * bars["Close"].shift(1, fill_value=np.inf))
    )
    if absurd.any():
        day = bars.index[absurd][0]
        raise DataError(
            f"{ticker}: Yahoo's dividend of {paid[day]:g} on {day:%Y-%m-%d} is not between 0 and a "
            "quarter of the price; bring checked prices with --source files:DIR"
        )


def without_splits(ticker: str, bars: pd.DataFrame, warnings: list[str]) -> pd.DataFrame:
    """Divide out a split that Yahoo left in the closes, which should be adjusted for it."""
    mended = bars
    for day, ratio in bars["Stock Splits"][lambda splits: splits > 0].items():
        where = bars.index.get_loc(day)
        if where == 0:
            continue
        moved = np.log(bars["Close"].iloc[where] / bars["Close"].iloc[where - 1])
        if abs(moved + np.log(ratio)) < 0.5 * abs(moved):
            before = mended.index < day
            closes = mended.copy()
            closes.loc[before, "Close"] /= ratio
            both = closes.copy()
            both.loc[before, "Dividends"] /= ratio
            # Yahoo's own adjusted close shows whether the closes contain the split at all (the
            # ratio of a spin-off may be no larger than a day's move), and the dividends as well.
            best = min(
                (mended, closes, both),
                key=lambda each: _gap(total_return(each), each["Adj Close"]).max(),
            )
            if best is mended:
                continue
            mended = best
            warnings.append(f"{ticker}: the {ratio:g}:1 split of {day:%Y-%m-%d} was divided out")
    return mended


def require_plausible(ticker: str, bars: pd.DataFrame, warnings: list[str]) -> None:
    """Refuse a move beyond 40 % and a spike that goes back at once; report other odd prices."""
    close = bars["Close"]
    moves = close.pct_change(fill_method=None)
    wild = moves[moves.abs() > WILD_MOVE]
    back = (close.shift(-1) / close.shift(1) - 1).abs()
    spikes = moves[(moves.abs() > LARGE_MOVE) & (back < moves.abs() / 4)]
    for bad, why in ((wild, f"beyond +-{WILD_MOVE:.0%}"), (spikes, "and back the next session")):
        if len(bad):
            size = f"{bad.iloc[0]:+.0%}" if abs(bad.iloc[0]) < 100 else "by a factor beyond 100"
            raise DataError(
                f"{ticker}: Yahoo's close moves {size} on {bad.index[0]:%Y-%m-%d}, {why}; "
                "bring checked prices with --source files:DIR"
            )
    large = moves[moves.abs() > LARGE_MOVE]
    if len(large):
        days = days_text(large.index)
        warnings.append(f"{ticker}: moves {large.iloc[0]:+.0%} on {days}; check it")
    growth = np.log(total_return(bars)).diff().iloc[1:]
    warnings += odd_moves(ticker, growth, RETURNS, already_named=pd.DatetimeIndex(large.index))
    same = moves.eq(0).astype(int)
    run = same.groupby(same.eq(0).cumsum()).cumsum()
    if run.max() >= FROZEN_ROWS:
        last, rows = run.idxmax(), int(run.max())
        first = close.index[close.index.get_loc(last) - rows]
        warnings.append(
            f"{ticker}: the same close for {rows + 1} sessions, {first:%Y-%m-%d} to "
            f"{last:%Y-%m-%d}; check it"
        )


def outside_range(ticker: str, prices: pd.DataFrame) -> list[str]:
    """Report closes outside their own day's high and low, where Yahoo gives both."""
    high, low = (prices[name].where(prices[name] > 0) for name in ("High", "Low"))
    beyond = np.maximum(prices["Close"] / high, low / prices["Close"]) - 1
    wrong = beyond[beyond > ADJUSTMENT_TOLERANCE]
    if not len(wrong):
        return []
    return [
        f"{ticker}: the close lies outside its day's high and low on "
        f"{days_text(pd.DatetimeIndex(wrong.index))}, most on {wrong.idxmax():%Y-%m-%d} by "
        f"{wrong.max():.2%}; check it"
    ]


def apart(ticker: str, prices: pd.DataFrame) -> list[str]:
    """Report days whose whole range lies far above, or far below, that of both neighbours."""
    close, paid = prices["Close"], prices["Dividends"]
    high, low = (np.log(prices[name].where(prices[name] > 0)) for name in ("High", "Low"))
    before = np.log(1 - paid / close.shift(1))  # what a dividend takes off the day before
    after = before.shift(-1)
    above = np.minimum(low - (high.shift(1) + before), low - (high.shift(-1) - after))
    below = np.minimum((low.shift(1) + before) - high, (low.shift(-1) - after) - high)
    gap = np.maximum(above, below)
    usual = usual_moves(np.log(close).diff(), RETURNS.floor)
    # A mutual fund or an index has one price a day, so that its days never overlap.
    ranged = (high - low > 0.25 * usual).rolling(3, center=True).min().eq(1)
    gap = gap[ranged]
    usual = usual[ranged]
    odd = gap[(gap > APART_TIMES * usual) & (gap > SMALLEST_GAP)]
    if not len(odd):
        return []
    return [
        f"{ticker}: the whole day's range lies outside that of both neighbouring days on "
        f"{days_text(pd.DatetimeIndex(odd.index))}, most on {odd.idxmax():%Y-%m-%d} by "
        f"{np.expm1(odd.max()):.1%}; check it"
    ]


def disagreements(ticker: str, level: pd.Series, adjusted: pd.Series) -> list[str]:
    """Compare with Yahoo's own adjusted close: day by day, and over the whole.

    Raises
    ------
    DataError
        Where a day or the whole differ by more than either can be off by rounding or by the
        reinvestment of a dividend: one of them is wrong, and nothing shows which.
    """
    gap = _gap(level, adjusted)
    worst = gap.idxmax()
    drift = (level.iloc[-1] / level.iloc[0]) / (adjusted.iloc[-1] / adjusted.iloc[0]) - 1
    if gap[worst] > ADJUSTMENT_LIMIT or abs(drift) > DRIFT_LIMIT:
        raise DataError(
            f"{ticker}: the return from Yahoo's closes and dividends differs from its own "
            f"adjusted close by {gap[worst]:.2%} on {worst:%Y-%m-%d} and {drift:+.2%} over the "
            "whole; a dividend is missing or wrong; bring checked prices with --source files:DIR"
        )
    warnings = []
    wrong = gap[gap > ADJUSTMENT_TOLERANCE]
    if len(wrong):
        warnings.append(
            f"{ticker}: returns from close and dividend differ from Yahoo's adjusted close on "
            f"{days_text(pd.DatetimeIndex(wrong.index))}, most on {worst:%Y-%m-%d} by "
            f"{gap[worst]:.2%}; the former are used"
        )
    if abs(drift) > DRIFT_TOLERANCE:
        warnings.append(
            f"{ticker}: growth over the whole history from close and dividend differs from that of "
            f"Yahoo's adjusted close by {drift:+.2%}; the former is used"
        )
    return warnings


def _gap(level: pd.Series, adjusted: pd.Series) -> pd.Series:
    """Absolute difference of daily returns."""
    gap = level.pct_change(fill_method=None) - adjusted.pct_change(fill_method=None)
    return gap.abs().fillna(0.0)
