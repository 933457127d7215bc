"""Moves that are too large: each bound tested from both sides by hand-made moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.moves import (
    CONSUMER_PRICES,
    DOLLAR,
    RETURNS,
    YIELDS,
    odd_moves,
    unchanged,
    usual_moves,
)

DAYS = pd.bdate_range("2020-01-01", periods=60)


def quiet(size: float) -> pd.Series:
    """Moves of one size, alternately up and down."""
    return pd.Series(np.resize([size, -size], 60), DAYS)


def test_the_usual_move_is_the_median_size_around_and_never_below_its_floor():
    moves = quiet(0.01)
    moves.iloc[30] = 0.5  # one of 41 moves no median
    np.testing.assert_allclose(usual_moves(moves, 1e-4), 0.01)
    np.testing.assert_allclose(usual_moves(quiet(1e-6), 1e-4), 1e-4)


def test_where_too_few_moves_are_known_none_is_odd():
    short = quiet(0.01).iloc[:9]
    assert np.isinf(usual_moves(short, 1e-4)).all()
    short.iloc[4] = 3.0
    assert odd_moves("X", short, RETURNS) == []


@pytest.mark.parametrize(("size", "named"), [(0.159, False), (0.161, True)])
def test_a_return_that_stays_is_odd_from_sixteen_times_the_usual(size, named):
    moves = quiet(0.01)
    moves.iloc[30] = size
    lines = odd_moves("X", moves, RETURNS)
    # exp(0.161) - 1 = 17.5 %, 16.1 times 1 %.
    assert (
        lines == ["X: moves +17.5% on 2020-02-12, 16 times the usual move there; check it"] * named
    )


@pytest.mark.parametrize(
    ("bounds", "size", "named"),
    [
        (YIELDS, 1.99, False), (YIELDS, 2.01, True),
        (DOLLAR, 0.059, False), (DOLLAR, 0.061, True),
        (CONSUMER_PRICES, 0.029, False), (CONSUMER_PRICES, 0.031, True),
    ],
)  # fmt: skip
def test_a_move_of_rates_that_stays_is_odd_by_its_size_alone(bounds, size, named):
    moves = quiet(0.0)
    moves.iloc[30] = -size
    assert len(odd_moves("X", moves, bounds, "points")) == named


@pytest.mark.parametrize(("apart", "named"), [(10, True), (11, False)])
def test_what_goes_back_does_so_within_ten_rows(apart, named):
    moves = quiet(0.01)
    moves.iloc[20], moves.iloc[20 + apart] = 0.1, -0.1
    (line, *others) = odd_moves("X", moves, RETURNS) or [""]
    assert ("and back on" in line) is named
    assert others == []


@pytest.mark.parametrize(("back", "named"), [(-0.13, True), (-0.12, False)])
def test_going_back_takes_three_quarters(back, named):
    moves = quiet(0.01)
    moves.iloc[30], moves.iloc[33] = 0.165, back  # a quarter of 0.165 is 0.041 left
    assert any("and back on" in line for line in odd_moves("X", moves, RETURNS)) is named


def test_what_is_named_elsewhere_is_not_named_again_unless_it_goes_back():
    moves = quiet(0.01)
    moves.iloc[30] = 0.3
    assert odd_moves("X", moves, RETURNS, already_named=DAYS[[30]]) == []
    moves.iloc[31] = -0.3
    (line,) = odd_moves("X", moves, RETURNS, already_named=DAYS[[30]])
    assert "and back on" in line


def test_points_are_said_as_they_are():
    moves = quiet(0.02)
    moves.iloc[30] = -2.5
    (line,) = odd_moves("DGS10", moves, YIELDS, "points")
    assert line.startswith("DGS10: moves -2.50 points on 2020-02-12, 125 times the usual move")


def test_the_moves_around_are_twenty_on_either_side():
    # Thirty of 1 % and then thirty of 2 %: of the 41 around row 29, 21 are of 1 %; of row 30's, 20.
    usual = usual_moves(pd.Series(np.repeat([0.01, 0.02], 30), DAYS), 1e-4)
    assert usual[29] == 0.01
    assert usual[30] == 0.02


def test_ten_moves_are_enough_to_judge_by():
    assert np.isfinite(usual_moves(quiet(0.01).iloc[:10], 1e-4)).all()


@pytest.mark.parametrize(
    ("bounds", "usual", "size", "named"),
    [
        # Among moves of 0.1 % the multiples are reached long before the smallest size is.
        (RETURNS, 0.001, 0.0099, False), (RETURNS, 0.001, 0.0101, True),
        (DOLLAR, 0.001, 0.0099, False), (DOLLAR, 0.001, 0.0101, True),
        (CONSUMER_PRICES, 0.001, 0.0295, False), (CONSUMER_PRICES, 0.001, 0.0305, True),
        (RETURNS, 0.01, 0.084, False), (RETURNS, 0.01, 0.086, True),  # 8.5 times
        (YIELDS, 0.02, 0.239, False), (YIELDS, 0.02, 0.241, True),  # 12 times
        (YIELDS, 0.0, 0.239, False), (YIELDS, 0.0, 0.241, True),  # 12 times the floor
    ],
)  # fmt: skip
def test_what_goes_back_is_odd_by_its_size_and_its_multiple(bounds, usual, size, named):
    moves = quiet(usual)
    moves.iloc[30], moves.iloc[32] = size, -size
    assert any("and back on" in line for line in odd_moves("X", moves, bounds, "points")) is named


@pytest.mark.parametrize(("size", "named"), [(0.0199, False), (0.0201, True)])
def test_a_return_that_stays_is_odd_from_two_percent(size, named):
    moves = quiet(0.0)
    moves.iloc[30] = size
    assert bool(odd_moves("X", moves, RETURNS)) is named


def test_a_move_belongs_to_one_pair():
    moves = quiet(0.01)
    moves.iloc[[30, 31, 32]] = [0.2, -0.2, 0.2]
    first, second = odd_moves("X", moves, RETURNS)
    assert "on 2020-02-12 and back on 2020-02-13" in first
    assert second.startswith("X: moves +22.1% on 2020-02-14, 20 times")


@pytest.mark.parametrize(("rows", "named"), [(24, False), (25, True)])
def test_a_yield_that_stands_still_is_named_from_25_days_on(rows, named):
    values = pd.Series(np.resize([4.0, 4.01], 60), DAYS)
    values.iloc[20 : 20 + rows] = 3.9
    lines = unchanged("X", values)
    assert lines == ["X: is 3.9 on all 25 days from 2020-01-29 to 2020-03-03; check it"] * named
