"""Prices that repeat: returns that come a second time, stale prices, one column for another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.errors import DataError

# Returns that come again are told by how improbable that is: the sum, over the rows in a row that
# agree within the rounding of their prices, of the bits by which each narrows down the returns of
# the ticker. If days were independent, two log2(n) = 26 bits would come by chance; SHY reaches 40
# (21 rows of 2020), the other real funds none but BIL, 61 in 164 rows that hardly move: a row has
# to count for a bit at least. A month of SPY or AGG repeated has more than 100.
BITS, LEAST_BITS = 60.0, 1.0
FEWEST_REPEATED = 12
# From so many rows on, about a quarter of a year, it is no doubt but a refusal.
REFUSED_ROWS = 60
MOST_OFTEN = 0.01  # share of the history at which the same six returns are no sign of a copy
# A copy is rounded, half a cent on each of a move's two prices; what was copied may be as well.
CENTS = (0.5, 1.0)
GRAM = 6  # rows that are looked up together, in classes of half a usual move
# A price that stands still is reported where chance makes fewer such runs than this in the whole
# history, by the share of still rows in the year around: the real funds reach 0.057 (BIL, 19
# closes of 2012) and 1.2 (SHY).
STILL_CHANCE = 0.03
STILL_ROWS = 4  # moves of zero, which is five equal closes
STILL_WINDOW = 251
# Share of the rows with a range whose close equals the open: 0.43 for BIL, 0.11 for SHY, 0.03 for
# the others.
SAME_SHARE = 0.95
FEWEST_RANGES = 60


def require_own_close(ticker: str, prices: pd.DataFrame) -> None:
    """Refuse closes that equal their day's open, high or low day after day, though it has a range.

    Raises
    ------
    DataError
        Naming the column.
    """
    ranged = prices[(prices["High"] > prices["Low"]) & prices["Close"].notna()]
    if len(ranged) < FEWEST_RANGES:
        return
    for name in ("Open", "High", "Low"):
        share = (ranged["Close"] == ranged[name]).astype(float).rolling(FEWEST_RANGES).mean()
        if share.max() > SAME_SHARE:
            last = ranged.index.get_loc(share.idxmax())
            raise DataError(
                f"{ticker}: Yahoo's close equals its {name.lower()} on {share.max():.0%} of the "
                f"{FEWEST_RANGES} days from {ranged.index[last - FEWEST_RANGES + 1]:%Y-%m-%d} on, "
                "though their highs and lows differ; the closes are missing; bring checked prices "
                "with --source files:DIR"
            )


def still_prices(ticker: str, prices: pd.DataFrame, already_named: int) -> list[str]:
    """Report runs of one price for five days or more that chance does not make.

    Parameters
    ----------
    ticker
        Yahoo's symbol.
    prices
        Rows with ``Open``, ``High``, ``Low`` and ``Close``.
    already_named
        Runs of so many moves of zero are reported elsewhere.
    """
    close = prices["Close"]
    whole = prices[["Open", "High", "Low", "Close"]]
    lines: list[str] = []
    for still, what in (
        (close.diff().eq(0), "close"),
        (
            whole.diff().eq(0).all(axis=1) & (prices["High"] > prices["Low"]),
            "open, high, low, close",
        ),
    ):
        for first, last in _runs(still.to_numpy(bool)):
            rows = last - first + 1
            if what == "close" and rows >= already_named:
                continue
            begins = close.index[first - 1]
            if any(f"{begins:%Y-%m-%d} to" in line for line in lines):
                continue
            lines.append(
                f"{ticker}: the same {what} on {rows + 1} sessions, {begins:%Y-%m-%d} to "
                f"{close.index[last]:%Y-%m-%d}, where hardly two in a row are alike; they may be "
                "stale; check them"
            )
    return lines


def _runs(still: np.ndarray) -> list[tuple[int, int]]:
    """First and last rows of runs that are too long for the share of such rows around them."""
    edges = np.diff(np.concatenate([[0], still.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    total = np.concatenate([[0], np.cumsum(still)])
    odd = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        rows = end - start
        if rows < STILL_ROWS:
            continue
        low = max(0, start - STILL_WINDOW // 2)
        high = min(len(still), end + STILL_WINDOW // 2)
        others = total[high] - total[low] - rows
        share = (others + 1) / (high - low - rows + 1)
        if len(still) * share**rows < STILL_CHANCE:
            odd.append((start, end - 1))
    return odd


def repeated_returns(ticker: str, bars: pd.DataFrame) -> list[str]:
    """Report returns of a month or more that come a second time.

    Parameters
    ----------
    ticker
        Yahoo's symbol.
    bars
        Checked daily bars.

    Raises
    ------
    DataError
        If a quarter of a year or more comes again: one of both is wrong.
    """
    close, adjusted = bars["Close"].to_numpy(float), bars["Adj Close"].to_numpy(float)
    repeats = [
        _longest_repeat(prices, close, cents) for prices in (close, adjusted) for cents in CENTS
    ]
    first, lag, rows = max(
        (each for each in repeats if each), default=(0, 0, 0), key=lambda e: e[2]
    )
    if not rows:
        return []
    days = bars.index
    finding = (
        f"{ticker}: the returns from {days[first + lag + 1]:%Y-%m-%d} to "
        f"{days[first + lag + rows]:%Y-%m-%d} repeat those from {days[first + 1]:%Y-%m-%d} to "
        f"{days[first + rows]:%Y-%m-%d}"
    )
    if rows >= REFUSED_ROWS:
        raise DataError(f"{finding}, {rows} in a row; bring checked prices with --source files:DIR")
    return [f"{finding}; check them"]


def _longest_repeat(
    prices: np.ndarray, close: np.ndarray, cents: float
) -> tuple[int, int, int] | None:
    """First return, lag and number of returns of the repeat with the most bits; None if by chance.

    Returns are those of ``prices``, that agree to so many ``cents`` of ``close`` in both places.

    Short rows of returns are looked up by the classes that they fall into; what agrees there is
    followed in both directions within the rounding of the prices.
    """
    moves = np.diff(np.log(prices))
    if len(moves) < 2 * FEWEST_REPEATED:
        return None
    sizes = np.abs(moves[moves != 0])
    if not len(sizes):
        return None
    rounding = 0.0101 * cents / np.minimum(close[1:], close[:-1])
    ordered = np.sort(moves)
    near = np.searchsorted(ordered, moves + 2 * rounding, "right")
    near = near - np.searchsorted(ordered, moves - 2 * rounding)
    bits = -np.log2(np.maximum(near, 1) / len(moves))
    classes = np.round(moves / (0.5 * np.median(sizes))).clip(-31, 31).astype(np.int64) + 31
    windows = len(moves) - GRAM + 1
    keys, weights = np.zeros(windows, np.int64), np.zeros(windows)
    for step in range(GRAM):
        keys = keys * 63 + classes[step : step + windows]
        weights += bits[step : step + windows]
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    earlier, later = order[same], order[same + 1]
    # What comes again and again, as made-up or nearly still prices do, is no copy.
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys[order]) != 0]))
    often = np.repeat(np.diff(np.append(starts, windows)), np.diff(np.append(starts, windows)))
    worth = weights[earlier] > 0.5 * BITS * GRAM / FEWEST_REPEATED
    worth &= often[same] <= max(MOST_OFTEN * windows, 3)
    best, most, done = None, BITS, set()
    for begin, again in zip(earlier[worth], later[worth], strict=True):
        lag = int(again - begin)
        if (lag, int(begin) - 1) in done:  # of a repeat that has been followed
            done.add((lag, int(begin)))
            continue
        done.add((lag, int(begin)))
        span = _agreeing(moves, rounding, int(begin), lag)
        if span is None:
            continue
        start, end = span
        total = float(bits[start:end].sum())
        rows = end - start
        if FEWEST_REPEATED <= rows <= lag and total > max(most, LEAST_BITS * rows):
            best, most = (start, lag, rows), total
    return best


def _agreeing(
    moves: np.ndarray, rounding: np.ndarray, begin: int, lag: int
) -> tuple[int, int] | None:
    """The returns around one, first and after the last, that agree with those ``lag`` rows on."""
    low, high = max(0, begin - 400), min(len(moves) - lag, begin + 400)
    apart = np.abs(moves[low + lag : high + lag] - moves[low:high])
    equal = apart <= rounding[low:high] + rounding[low + lag : high + lag]
    place = begin - low
    if not equal[place : place + GRAM].all():
        return None
    before = np.flatnonzero(~equal[:place])
    after = np.flatnonzero(~equal[place:])
    start = int(before[-1]) + 1 if len(before) else 0
    end = place + int(after[0]) if len(after) else len(equal)
    return low + start, low + end
