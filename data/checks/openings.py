"""Prices that go off at an opening and come back at another: rows that are wrong as a whole."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.checks.moves import RETURN_ROWS, WINDOW

# Moves from a close to the next open of opposite sign, of which the later takes back three
# quarters or more within ten sessions, in usual (median) opening moves: the real funds reach 7.2
# (TIP), and BIL 15 times in September 2008, which is 0.7 %.
OPENING_TIMES = 8.0
SMALLEST_OPENING = 8e-3
SMALLEST_STEP = 0.007  # of a dollar: the rounding of two prices
# Opens that are no close, as most of a fund's are, show that there are opens at all.
OPEN_SHARE = 0.5


def opening_moves(prices: pd.DataFrame, bars: pd.DataFrame) -> pd.Series | None:
    """Logs of each open to the close before; None where Yahoo gives no opens of their own.

    Parameters
    ----------
    prices
        Yahoo's rows with ``Open`` and ``Close``.
    bars
        The same days with their checked closes, from which a split may have been divided out.
    """
    rows = prices.reindex(bars.index)
    opens = rows["Open"].where(rows["Open"] > 0) * (bars["Close"] / rows["Close"])
    is_own = opens.notna() & (rows["Open"] != rows["Close"])
    if is_own.mean() < OPEN_SHARE:
        return None
    return np.log(opens / bars["Close"].shift(1))


def odd_openings(ticker: str, prices: pd.DataFrame, bars: pd.DataFrame) -> list[str]:
    """Report rows to which the price leaps at an opening, and from which it leaps back."""
    moves = opening_moves(prices, bars)
    if moves is None:
        return []
    close = bars["Close"]
    moves = moves - np.log1p(-(bars["Dividends"] / close.shift(1)).clip(upper=0.5))
    usual = moves.abs().rolling(WINDOW, center=True, min_periods=10).median()
    usual = usual.clip(lower=SMALLEST_STEP / close).fillna(np.inf).to_numpy(float)
    size = moves.fillna(0.0).to_numpy(float)
    large = (np.abs(size) > OPENING_TIMES * usual) & (np.abs(size) > SMALLEST_OPENING)
    days, lines = pd.DatetimeIndex(bars.index), []
    paired: set[int] = set()
    for apart in range(1, min(RETURN_ROWS, len(size) - 1) + 1):
        earlier, later = size[:-apart], size[apart:]
        rest = np.abs(earlier + later) < 0.25 * np.maximum(np.abs(earlier), np.abs(later))
        for row in np.flatnonzero(large[:-apart] & large[apart:] & (earlier * later < 0) & rest):
            if {int(row), int(row) + apart} & paired:
                continue
            paired |= {int(row), int(row) + apart}
            lines.append(
                f"{ticker}: opens {np.expm1(size[row]):+.1%} from the close before on "
                f"{days[row]:%Y-%m-%d} and back on {days[row + apart]:%Y-%m-%d}, "
                f"{np.abs(size[row]) / usual[row]:.0f} times the usual opening move; check it"
            )
    return lines
