"""Plateaus by hand: the wide one wins over the lonely peak."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from backtests.analysis.lattice import (
    grid_coordinates,
    grid_neighbours,
    simplex_coordinates,
    simplex_neighbours,
)
from backtests.analysis.plateau import Region, plateau_scores, widest_good_region


def line(*scores: float, eligible=None, tolerance: float = 0.5) -> Region:
    """Widest good region of candidates in a row."""
    points = np.arange(len(scores))[:, None]
    allowed = np.ones(len(scores), bool) if eligible is None else np.array(eligible, bool)
    return widest_good_region(
        np.array(scores, float),
        grid_neighbours(points),
        points,
        eligible=allowed,
        tolerance=tolerance,
    )


def test_plateau_scores_by_hand():
    points = np.arange(5)[:, None]
    found = plateau_scores(np.array([1.0, 4.0, math.nan, 2.0, 6.0]), grid_neighbours(points))
    assert found.tolist() == pytest.approx([2.5, 2.5, math.nan, 4.0, 4.0], nan_ok=True)


def test_plateau_scores_on_a_simplex_by_hand():
    # Corners have two neighbours, the middles of the edges four.
    weights = np.array([[0, 0], [0.5, 0], [1, 0], [0, 0.5], [0.5, 0.5], [0, 1]])
    table = simplex_neighbours(simplex_coordinates(weights, 0.5))
    found = plateau_scores(np.array([0.0, 10.0, 20.0, 30.0, 40.0, 50.0]), table)
    assert found.tolist() == [40 / 3, 20, 70 / 3, 26, 30, 40]


def test_the_plateau_wins_over_the_lonely_peak():
    region = line(0, 0, 9, 0, 0, 5, 5, 5, 5, 5, 0)
    assert region.peak == 2
    # The peak's mean is 3, the plateau's 5; its rims have 10/3.
    assert region.members.tolist() == [6, 7, 8]
    assert (region.centre, region.best, region.regions) == (7, 5.0, 1)


def test_the_widest_of_two_regions_wins_though_the_other_is_higher():
    found = line(0, 5.2, 5.2, 5.2, 0, 0, 5, 5, 5, 5, 5, 0, tolerance=0.3)
    assert (found.members.tolist(), found.centre, found.regions) == ([7, 8, 9], 8, 2)


def test_of_equal_regions_the_higher_and_then_the_first_wins():
    higher = line(0, 5, 5, 5, 0, 0, 6, 6, 6, 0, tolerance=1.0)
    assert higher.members.tolist() == [7]
    first = line(0, 6, 6, 6, 0, 0, 6, 6, 6, 0, tolerance=1.0)
    assert first.members.tolist() == [2]


def test_an_even_region_takes_the_higher_and_then_the_first_of_its_middles():
    flat = line(5, 5, 5, 5, tolerance=0.5)
    assert flat.centre == 1
    rising = line(5.0, 5.1, 5.2, 5.3, tolerance=0.5)
    assert rising.centre == 2


def test_what_is_not_eligible_neither_counts_nor_joins():
    # The hole splits the plateau, and its neighbours' means do not feel its 100.
    region = line(5, 5, 5, 100, 5, 5, eligible=[1, 1, 1, 0, 1, 1])
    assert region.members.tolist() == [0, 1, 2]
    assert (region.centre, region.peak, region.regions, region.best) == (1, 0, 2, 5.0)
    assert math.isnan(region.plateau[3])


def test_a_score_that_is_not_a_number_is_not_eligible():
    found = line(5, 5, 5, math.nan, math.inf, 5)
    assert found.members.tolist() == [0, 1, 2]


def test_nothing_eligible_recommends_nothing():
    with pytest.raises(ValueError, match="no candidate is eligible"):
        line(1, 2, 3, eligible=[0, 0, 0])
    with pytest.raises(ValueError, match="no candidate is eligible"):
        line(math.nan, math.nan)


def test_a_single_candidate_is_its_own_plateau():
    found = line(3.0, tolerance=0.0)
    assert (found.centre, found.best, found.regions) == (0, 3.0, 1)


@pytest.mark.parametrize("tolerance", [-0.1, math.nan])
def test_a_tolerance_below_zero_is_an_error(tolerance):
    with pytest.raises(ValueError, match="tolerance must be 0 or more"):
        line(1, 2, 3, tolerance=tolerance)


def test_the_middle_of_a_simplex_is_its_middle():
    units = np.array([(a, b) for a in range(7) for b in range(7 - a)])
    points = simplex_coordinates(units / 6, 1 / 6)
    region = widest_good_region(
        np.ones(len(points)),
        simplex_neighbours(points),
        points,
        eligible=np.ones(len(points), bool),
        tolerance=0.1,
    )
    assert points[region.centre].tolist() == [2, 2, 2]
    assert len(region.members) == len(points)


@given(seed=st.integers(0, 1000), tolerance=st.floats(0.0, 1.5))
def test_order_of_candidates_does_not_matter(seed, tolerance):
    rng = np.random.default_rng(seed)
    points = np.indices((6, 7)).reshape(2, -1).T
    scores, allowed = rng.normal(size=42), rng.random(42) < 0.8
    order = rng.permutation(42)

    def region_of(rows: np.ndarray) -> Region:
        table = grid_neighbours(points[rows])
        return widest_good_region(
            scores[rows], table, points[rows], eligible=allowed[rows], tolerance=tolerance
        )

    one, other = region_of(np.arange(42)), region_of(order)
    assert order[other.centre] == one.centre
    assert set(order[other.members]) == set(one.members)


@given(seed=st.integers(0, 1000))
def test_a_region_is_what_its_definition_says(seed):
    rng = np.random.default_rng(seed)
    points = grid_coordinates(np.indices((5, 4, 3)).reshape(3, -1))
    scores, allowed = rng.normal(size=60), rng.random(60) < 0.7
    table = grid_neighbours(points)
    widest = widest_good_region(scores, table, points, eligible=allowed, tolerance=0.4)

    # Slow: flood fill of the good candidates, and all pairs of distances.
    good = {k for k in range(60) if allowed[k] and widest.plateau[k] >= widest.best - 0.4}
    regions, left = [], set(good)
    while left:
        region, front = set(), {min(left)}
        while front:
            region |= front
            near = {int(k) for member in front for k in table[member] if k >= 0}
            front = (near & good) - region
        regions.append(region)
        left -= region
    assert len(regions) == widest.regions
    assert set(widest.members) in regions
    assert len(widest.members) == max(map(len, regions))
    apart = cdist(points[widest.members], points[widest.members], "cityblock").sum(axis=1)
    assert apart[widest.members.tolist().index(widest.centre)] == apart.min()


def test_half_a_million_candidates():
    # 80 ^ 3 points with a broad hill at (50, 30, 20): no loop over candidates may hide here.
    points = np.indices((80, 80, 80)).reshape(3, -1).T
    hill = -((points - [50, 30, 20]) ** 2).sum(axis=1).astype(float)
    region = widest_good_region(
        hill,
        grid_neighbours(points),
        points,
        eligible=np.ones(len(points), bool),
        tolerance=100.0,
    )
    assert points[region.centre].tolist() == [50, 30, 20]


def test_ties_are_not_told_apart_by_rounding():
    found = line(0.5, 0.5 + 2e-15, 0.5 - 1e-15, 0.5 + 3e-15, tolerance=0.0)
    assert found.members.tolist() == [0, 1, 2, 3]
    assert found.peak == 0


def test_choices_without_an_order_are_not_next_to_each_other():
    # Two numbers x three tickers: only the numbers have neighbours.
    points = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2]])
    table = grid_neighbours(points, [True, False])
    assert [sorted(set(row) - {-1}) for row in table.tolist()] == [[1], [0], [3], [2], [5], [4]]
    scores = np.array([1.0, 3.0, 9.0, 9.0, 0.0, 0.0])
    assert plateau_scores(scores, table).tolist() == [2.0, 2.0, 9.0, 9.0, 0.0, 0.0]
    none = grid_neighbours(points[:, 1:][::2], [False])
    assert plateau_scores(np.array([1.0, 5.0, 2.0]), none).tolist() == [1.0, 5.0, 2.0]
