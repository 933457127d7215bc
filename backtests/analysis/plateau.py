"""Find the middle of the widest region of good candidates: a plateau, not a peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from backtests.analysis.lattice import Coordinates, Neighbours
from backtests.analysis.scores import TIE, Array, best_of


@dataclass(frozen=True, eq=False)
class Region:
    """The widest region of good candidates.

    Attributes
    ----------
    centre
        The member nearest to all others.
    members
        Positions of the region's candidates, ascending.
    regions
        How many regions there are, this one included.
    peak
        The eligible candidate with the highest score of its own (of ties the first).
    best
        The highest plateau score.
    plateau
        Plateau score of every candidate, NaN where it is not eligible.
    """

    centre: int
    members: NDArray[np.intp]
    regions: int
    peak: int
    best: float
    plateau: Array


def plateau_scores(scores: Array, neighbours: Neighbours) -> Array:
    """Mean score of each candidate and its neighbours.

    Parameters
    ----------
    scores
        One a candidate; NaN marks a candidate that is not eligible. It gets NaN and counts in no
        neighbour's mean.
    neighbours
        As :mod:`backtests.analysis.lattice` finds them.
    """
    finite = np.isfinite(scores)
    # The extra last entry is what a neighbour of -1 picks: nothing.
    value = np.append(np.where(finite, scores, 0.0), 0.0)
    there = np.append(finite, False)
    total, count = value[:-1].copy(), finite.astype(np.int64)
    for column in neighbours.T:
        total += value[column]
        count += there[column]
    return np.where(finite, total / np.maximum(count, 1), np.nan)


def widest_good_region(
    scores: Array,
    neighbours: Neighbours,
    coordinates: Coordinates,
    *,
    eligible: NDArray[np.bool_],
    tolerance: float,
) -> Region:
    """Find the largest connected set of good candidates, and its middle.

    **Good** is an eligible candidate whose plateau score is within ``tolerance`` of the best
    one; a region is a set of good candidates joined by steps between neighbours. The widest has
    the most members (then the highest plateau score, then the lowest position). Its centre is
    the member with the smallest sum of distances to the others, counted in steps along the axes
    (then the highest plateau score, then the lowest position).

    Parameters
    ----------
    scores
        One a candidate, higher is better; a score that is not finite is not eligible.
    neighbours, coordinates
        Of the same candidates (:mod:`backtests.analysis.lattice`).
    eligible
        Which candidates meet the constraints; one at least.
    tolerance
        Differences within it are noise, in units of the score: one standard error of the score.

    Raises
    ------
    ValueError
        If no candidate is eligible.
    """
    if not tolerance >= 0.0:
        raise ValueError(f"tolerance must be 0 or more, not {tolerance}")
    feasible = np.where(eligible & np.isfinite(scores), scores, np.nan)
    if np.isnan(feasible).all():
        raise ValueError("no candidate is eligible: there is no region to find")
    plateau = plateau_scores(feasible, neighbours)
    best = float(np.nanmax(plateau))
    good = np.flatnonzero(plateau >= best - max(tolerance, TIE))
    label = _components(good, neighbours)
    _, first = np.unique(label, return_index=True)
    height = np.full(len(first), -np.inf)
    np.maximum.at(height, label, plateau[good])
    widest = np.lexsort((first, -height, -np.bincount(label)))[0]
    members = good[label == widest]
    distance = _summed_distances(coordinates[members])
    middle = np.lexsort((members, -plateau[members], distance))[0]
    return Region(
        centre=int(members[middle]),
        members=members,
        regions=len(first),
        peak=best_of(feasible, ~np.isnan(feasible)),
        best=best,
        plateau=plateau,
    )


def _components(members: NDArray[np.intp], neighbours: Neighbours) -> NDArray[np.int32]:
    """Number of the connected set to which each member belongs."""
    place = np.full(len(neighbours) + 1, -1, np.int32)
    place[members] = np.arange(len(members), dtype=np.int32)
    label = np.arange(len(members), dtype=np.int32)
    # One move at a time: all edges at once take gigabytes. The second half of the moves are the
    # first half's opposites.
    for column in neighbours.T[: neighbours.shape[1] // 2]:
        ends = place[column[members]]
        start = np.flatnonzero(ends >= 0)
        count = int(label.max()) + 1
        edges = (np.ones(len(start), dtype=np.int8), (label[start], label[ends[start]]))
        graph = coo_array(edges, shape=(count, count))
        label = connected_components(graph, directed=False)[1][label]
    return label


def _summed_distances(points: Coordinates) -> NDArray[np.int64]:
    """Sum of each point's distances along the axes to all points, exact, without pairs."""
    total = np.zeros(len(points), dtype=np.int64)
    for axis in (points - points.min(axis=0)).T:
        counts = np.bincount(axis)
        value = np.arange(len(counts))
        below, sum_below = np.cumsum(counts), np.cumsum(counts * value)
        above, sum_above = len(axis) - below, sum_below[-1] - sum_below
        total += (value * below - sum_below + sum_above - value * above)[axis]
    return total
