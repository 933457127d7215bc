"""Moves that stand out from those around them: what wrong figures look like among good ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks.histories import days_text

WINDOW = 41
RETURN_ROWS = 10


@dataclass(frozen=True)
class Bounds:
    """When a move stands out. Sizes are in the units of the moves.

    ``times`` the median size of the 41 moves around (at least ``floor``), and ``smallest``, for
    a move that goes back within ten rows; ``times_alone`` and ``smallest_alone`` for one that
    stays.
    """

    floor: float
    times: float
    smallest: float
    times_alone: float
    smallest_alone: float


# Each above the largest of real series to September 2025 (what those reached in brackets):
# eight Treasury, bond, gold and equity funds and 70 years of the S&P 500 (7.9 times, alone
# 14.4), ten Treasury yields and the three-month bill since 1954 (11.0 times, alone 1.7
# points), the dollar since 1971 (7.1 times, alone 4.9 %) and consumer prices since 1947
# (alone 2.0 %).
RETURNS = Bounds(1e-4, 8.5, 0.01, 16.0, 0.02)
YIELDS = Bounds(0.02, 12.0, 0.2, 0.0, 2.0)
DOLLAR = Bounds(1e-4, 8.5, 0.01, 0.0, 0.06)
CONSUMER_PRICES = Bounds(1e-4, 20.0, 0.03, 0.0, 0.03)


def odd_moves(
    name: str,
    moves: pd.Series,
    bounds: Bounds,
    unit: str = "%",
    known: pd.DatetimeIndex | None = None,
) -> list[str]:
    """Name moves that go back within ten rows, or stay, and are too large for what is around.

    Parameters
    ----------
    name
        The series, for the sentence.
    moves
        Changes from row to row by date, without the first row's: logs, or points.
    bounds
        What is too large.
    unit
        ``%`` for logs, else what the moves are in.
    known
        Days that need not be named again unless they go back.
    """
    usual = usual_moves(moves, bounds.floor)
    size, where = moves.to_numpy(float), pd.DatetimeIndex(moves.index)
    multiple = np.abs(size) / usual

    def said(row: int) -> str:
        return f"{np.expm1(size[row]):+.1%}" if unit == "%" else f"{size[row]:+.2f} {unit}"

    lines, paired = [], np.zeros(len(size), bool)
    for row, back in _undone(size, multiple, bounds):
        if paired[row] or paired[back]:
            continue
        paired[[row, back]] = True
        lines.append(
            f"{name}: moves {said(row)} on {where[row]:%Y-%m-%d} and back on "
            f"{where[back]:%Y-%m-%d}, {min(multiple[row], multiple[back]):.0f} times the usual "
            "move there; check it"
        )
    alone = (np.abs(size) > bounds.smallest_alone) & (multiple > bounds.times_alone) & ~paired
    if known is not None:
        alone &= ~where.isin(known)
    if alone.any():
        first = int(alone.argmax())
        lines.append(
            f"{name}: moves {said(first)} on {days_text(where[alone])}, "
            f"{multiple[first]:.0f} times the usual move there; check it"
        )
    return lines


def usual_moves(moves: pd.Series, floor: float) -> np.ndarray:
    """Median size of the moves around each row; infinite where too few are known."""
    median = moves.abs().rolling(WINDOW, center=True, min_periods=10).median()
    return np.asarray(median.clip(lower=floor).fillna(np.inf).to_numpy(float))


def _undone(size: np.ndarray, multiple: np.ndarray, bounds: Bounds) -> list[tuple[int, int]]:
    """Pairs of rows of which the later takes back three quarters of the earlier, nearest first."""
    large = (multiple > bounds.times) & (np.abs(size) > bounds.smallest)
    found = []
    for apart in range(1, min(RETURN_ROWS, len(size) - 1) + 1):
        one, other = size[:-apart], size[apart:]
        left = np.abs(one + other) < 0.25 * np.maximum(np.abs(one), np.abs(other))
        rows = np.flatnonzero(large[:-apart] & large[apart:] & (one * other < 0) & left)
        found += [(int(row), int(row) + apart) for row in rows]
    return found
