"""Neighbours on lattices: by hand, and against all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.analysis.lattice import (
    grid_coordinates,
    grid_neighbours,
    simplex_coordinates,
    simplex_neighbours,
)


def listed(table: np.ndarray) -> list[set[int]]:
    return [set(row[row >= 0].tolist()) for row in table]


def test_simplex_by_hand():
    # Two assets in halves: SPY, IEF, and what they leave in cash.
    weights = np.array([[0, 0], [0.5, 0], [1, 0], [0, 0.5], [0.5, 0.5], [0, 1]])
    found = simplex_coordinates(weights, 0.5)
    assert found[:, 2].tolist() == [2, 1, 0, 1, 0, 0]
    assert listed(simplex_neighbours(found)) == [
        {1, 3}, {0, 2, 3, 4}, {1, 4}, {0, 1, 4, 5}, {1, 2, 3, 5}, {3, 4}]  # fmt: skip


def test_weights_off_the_grid_are_named():
    with pytest.raises(ValueError, match=r"\[0.33 0.  \] are not on the simplex of step 0.05"):
        simplex_coordinates(np.array([[0.5, 0.5], [0.33, 0.0]]), 0.05)
    with pytest.raises(ValueError, match="not on the simplex"):
        simplex_coordinates(np.array([[0.6, 0.5]]), 0.1)


def test_rounding_of_decimal_weights_is_forgiven():
    weights = np.array([[0.1 + 0.2, 0.7]])
    assert simplex_coordinates(weights, 0.1).tolist() == [[3, 7, 0]]


def test_grid_by_hand():
    # 25, 50, 100 are neighbours in turn, though 100 is twice as far away.
    found = grid_coordinates([[25, 50, 100, 25, 50, 100], [0.4, 0.4, 0.4, 0.6, 0.6, 0.6]])
    assert found.tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    assert listed(grid_neighbours(found)) == [{1, 3}, {0, 2, 4}, {1, 5}, {0, 4}, {1, 3, 5}, {2, 4}]


@given(seed=st.integers(0, 1000), axes=st.integers(1, 4), simplex=st.booleans())
def test_tables_hold_all_pairs_one_move_apart(seed, axes, simplex):
    # Random holes and order; one move is a distance of 1 on a grid and of 2 on a simplex.
    rng = np.random.default_rng(seed)
    points = np.unique(rng.integers(-2, 4, (60, axes)), axis=0)
    rng.shuffle(points)
    if simplex:
        points = np.column_stack([points, 9 - points.sum(axis=1)])
    apart = np.abs(points[:, None] - points[None]).sum(axis=2)
    near = apart == (2 if simplex else 1)
    if simplex:
        # Two units on one axis are two moves, and cannot keep the sum.
        assert (np.abs(points[:, None] - points[None]).max(axis=2)[near] == 1).all()
    table = (simplex_neighbours if simplex else grid_neighbours)(points)
    assert listed(table) == [set(np.flatnonzero(row).tolist()) for row in near]


def test_the_second_half_of_the_moves_undoes_the_first():
    points = grid_coordinates(np.indices((4, 5)).reshape(2, -1))
    table = grid_neighbours(points)
    for start, move in zip(*np.nonzero(table[:, :2] >= 0), strict=True):
        assert table[table[start, move], move + 2] == start


def test_two_candidates_on_one_point_are_an_error():
    with pytest.raises(ValueError, match="two candidates"):
        grid_neighbours(np.array([[0, 1], [1, 1], [0, 1]]))


def test_a_lattice_too_large_to_number_is_an_error():
    with pytest.raises(ValueError, match="too large"):
        grid_neighbours(np.array([[0] * 8, [1000] * 8]))
