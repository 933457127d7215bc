"""Candidates as points of an integer lattice, and which of them are neighbours.

Coordinates are candidates x axes, whole numbers, no two rows alike; the candidates need not fill
the grid. A table of neighbours is candidates x moves: positions of the neighbours, -1 where a
move leads to no candidate.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backtests.analysis.scores import Array

Coordinates = NDArray[np.int64]
Neighbours = NDArray[np.int32]


def simplex_coordinates(weights: Array, step: float) -> Coordinates:
    """Weights in units of ``step``, with cash (what the weights leave of 1) as the last axis.

    Parameters
    ----------
    weights
        Candidates x assets, 0 or more, sums at most 1.
    step
        1 divided by a whole number.

    Raises
    ------
    ValueError
        If a weight or 1 is no multiple of ``step``, or a row sums to more than 1.
    """
    units = np.column_stack([weights, 1.0 - weights.sum(axis=1)]) / step
    whole = np.rint(units).astype(np.int64)
    off = np.flatnonzero((np.abs(units - whole) > 1e-6).any(axis=1) | (whole < 0).any(axis=1))
    if len(off):
        raise ValueError(f"weights {weights[off[0]]} are not on the simplex of step {step}")
    return whole


def grid_coordinates(parameters: Sequence[ArrayLike]) -> Coordinates:
    """Rank of each value on its axis, one array of all candidates' values for each parameter.

    Neighbouring values are one apart whatever their distance (25, 50, 100 are 0, 1, 2).
    """
    ranks = [np.unique(np.asarray(values), return_inverse=True)[1] for values in parameters]
    return np.column_stack(ranks).astype(np.int64)


def simplex_neighbours(coordinates: Coordinates) -> Neighbours:
    """Neighbours on a simplex: one step of weight moved from one asset, or cash, to another."""
    axes = np.eye(coordinates.shape[1], dtype=np.int64)
    pairs = [axes[one] - axes[other] for one, other in itertools.combinations(range(len(axes)), 2)]
    return _neighbours(coordinates, np.array(pairs))


def grid_neighbours(coordinates: Coordinates, ordered: Sequence[bool] | None = None) -> Neighbours:
    """Neighbours on a grid of parameters: one step up or down on one axis.

    Parameters
    ----------
    coordinates
        Candidates x axes.
    ordered
        Which axes have an order, all where None: on others, such as tickers, no value is next to
        another.
    """
    moves = np.eye(coordinates.shape[1], dtype=np.int64)
    return _neighbours(coordinates, moves if ordered is None else moves[np.array(ordered)])


def _neighbours(coordinates: Coordinates, moves: Coordinates) -> Neighbours:
    """Look up every move and its opposite among the candidates."""
    count = len(coordinates)
    # A point becomes one number. Each axis has a spare place, where a step off either end lands.
    sizes = np.ptp(coordinates, axis=0) + 2
    if math.prod(sizes.tolist()) >= 2**62:
        raise ValueError(f"a lattice of {sizes.tolist()} points is too large to number")
    strides = np.concatenate([[1], np.cumprod(sizes[:-1])])
    keys = (coordinates - coordinates.min(axis=0)) @ strides
    order = np.argsort(keys)
    keys = keys[order]
    if (np.diff(keys) == 0).any():
        raise ValueError("two candidates have the same coordinates")
    table = np.full((count, 2 * len(moves)), -1, np.int32, order="F")
    for move, jump in enumerate(moves @ strides):
        place = np.minimum(np.searchsorted(keys, keys + jump), count - 1)
        exists = keys[place] == keys + jump
        start, end = order[exists], order[place[exists]]
        table[start, move] = end
        table[end, len(moves) + move] = start
    return table
