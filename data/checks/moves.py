"""Moves that are far larger than those around them, as wrong figures make them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks.histories import days_text

WINDOW = 41
RETURN_ROWS = 10
# Yields and dollars that do not change: the three-month bill stood still for 17 days in 2014.
UNCHANGED_ROWS = 25


@dataclass(frozen=True)
class Bounds:
    """When a move is reported. Sizes are in the units of the moves.

    The usual move is the median size of the 41 moves around, at least ``floor``. A move that goes
    back within ten rows is reported above ``times`` the usual move if it is also larger than
    ``smallest``; a move that stays, above ``times_alone`` and ``smallest_alone``.
    """

    floor: float
    times: float
    smallest: float
    times_alone: float
    smallest_alone: float


# Each bound lies above what real series reached up to September 2025 (in brackets): eight
# Treasury, bond, gold and equity funds and 70 years of the S&P 500 (7.9 times; moves that stay:
# 14.4 times), ten Treasury yields and the three-month bill since 1954 (11.0 times; moves that
# stay: 1.7 points), the dollar since 1971 (7.1 times; moves that stay: 4.9 %) and consumer prices
# since 1947 (moves that stay: 2.0 %).
RETURNS = Bounds(1e-4, 8.5, 0.01, 16.0, 0.02)
YIELDS = Bounds(0.02, 12.0, 0.2, 0.0, 2.0)
DOLLAR = Bounds(1e-4, 8.5, 0.01, 0.0, 0.06)
CONSUMER_PRICES = Bounds(1e-4, 20.0, 0.03, 0.0, 0.03)
# Rates of exchange since they float (1974; the yuan since 1994): 10.7 times. A peg may break by any
# amount: a move that stays is reported after the months that vouch for it alone.
EXCHANGE = Bounds(1e-4, 12.0, 0.02, 0.0, 0.06)
FLOATING_SINCE = "1974-01-01"


def odd_moves(
    name: str,
    moves: pd.Series,
    bounds: Bounds,
    unit: str = "%",
    already_named: pd.DatetimeIndex | None = None,
) -> list[str]:
    """Report moves that are too large beside those around them, whether they go back or stay.

    Parameters
    ----------
    name
        The series, for the message.
    moves
        Changes from row to row by date, without the first row: of logarithms, or in points.
    bounds
        What is too large.
    unit
        ``%`` for logs, else what the moves are in.
    already_named
        Days of moves that another check has named: named again only if they go back.
    """
    usual = usual_moves(moves, bounds.floor)
    size, where = moves.to_numpy(float), pd.DatetimeIndex(moves.index)
    multiple = np.abs(size) / usual

    def shown(row: int) -> str:
        return f"{np.expm1(size[row]):+.1%}" if unit == "%" else f"{size[row]:+.2f} {unit}"

    lines, paired = [], np.zeros(len(size), bool)
    for row, back in _undone(size, multiple, bounds):
        if paired[row] or paired[back]:
            continue
        paired[[row, back]] = True
        lines.append(
            f"{name}: moves {shown(row)} on {where[row]:%Y-%m-%d} and back on "
            f"{where[back]:%Y-%m-%d}, {min(multiple[row], multiple[back]):.0f} times the usual "
            "move there; check it"
        )
    alone = (np.abs(size) > bounds.smallest_alone) & (multiple > bounds.times_alone) & ~paired
    if already_named is not None:
        alone &= ~where.isin(already_named)
    if alone.any():
        first = int(alone.argmax())
        lines.append(
            f"{name}: moves {shown(first)} on {days_text(where[alone])}, "
            f"{multiple[first]:.0f} times the usual move there; check it"
        )
    return lines


def unchanged(name: str, values: pd.Series) -> list[str]:
    """Report the longest stretch of figures that are all the same, if it is too long."""
    runs = values.groupby((values != values.shift()).cumsum())
    rows = int(runs.size().max())
    if rows < UNCHANGED_ROWS:
        return []
    days = runs.get_group(runs.size().idxmax()).index
    return [
        f"{name}: is {values[days[0]]:g} on all {rows} days from {days[0]:%Y-%m-%d} to "
        f"{days[-1]:%Y-%m-%d}; check it"
    ]


def usual_moves(moves: pd.Series, floor: float) -> np.ndarray:
    """Median size of the 41 moves around each row; infinite where there are fewer than ten."""
    median = moves.abs().rolling(WINDOW, center=True, min_periods=10).median()
    return np.asarray(median.clip(lower=floor).fillna(np.inf).to_numpy(float))


def _undone(size: np.ndarray, multiple: np.ndarray, bounds: Bounds) -> list[tuple[int, int]]:
    """Pairs of moves of which the later takes back three quarters or more, nearest pairs first."""
    large = (multiple > bounds.times) & (np.abs(size) > bounds.smallest)
    pairs = []
    for apart in range(1, min(RETURN_ROWS, len(size) - 1) + 1):
        earlier, later = size[:-apart], size[apart:]
        remaining = np.abs(earlier + later) < 0.25 * np.maximum(np.abs(earlier), np.abs(later))
        rows = np.flatnonzero(large[:-apart] & large[apart:] & (earlier * later < 0) & remaining)
        pairs += [(int(row), int(row) + apart) for row in rows]
    return pairs
