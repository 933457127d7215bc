"""Shocks at once: maps cell by cell, twists by maturity, the check by duration and convexity."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.engine.stress.shocks import (
    DOLLARS,
    EQUITIES,
    PARALLELS,
    between,
    dollar_by_equity,
    dollars,
    node_moves,
    parallel,
    parallels,
    shock,
    twists,
    yields_by_equity,
)
from tests.engine.stress.made import TEN, abroad, holdings, par_price

CURVE = {1.0: 4.0, 2.0: 4.0, 5.0: 4.0, 10.0: 4.0, 30.0: 4.0}


def mix(**options):
    return holdings({"SPY": 0.6, "BOND": 0.4}, {"BOND": TEN}, curve=CURVE, **options)


def test_the_map_has_the_moves_of_the_issue():
    assert PARALLELS == (-300, -200, -100, 0, 100, 200, 300, 400)
    assert EQUITIES == (-0.6, -0.45, -0.3, -0.15, 0.0, 0.15, 0.3)
    assert DOLLARS == (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)


def test_each_cell_of_the_map_is_the_weights_times_the_moves():
    made = yields_by_equity(mix())
    assert (made.rows, made.columns) == (PARALLELS, EQUITIES)
    for row, bp in enumerate(PARALLELS):
        bond = par_price(0.04, 0.04 + bp / 1e4, 10.0) - 1.0
        for column, equity in enumerate(EQUITIES):
            assert made.portfolio[row][column] == pytest.approx(0.6 * equity + 0.4 * bond)
            assert made.bills[row][column] == pytest.approx(0.6 * equity)


def test_each_cell_of_the_dollar_map_is_a_product():
    assert dollar_by_equity(mix()) is None
    made = dollar_by_equity(mix(forwards=abroad()))
    for row, dollar in enumerate(DOLLARS):
        for column, equity in enumerate(EQUITIES):
            both = 0.6 * ((1 + equity) * (1 + dollar) - 1)
            assert made.bills[row][column] == pytest.approx(both)
            assert made.portfolio[row][column] == pytest.approx(both + 0.4 * dollar)


def test_of_a_hedged_bond_the_dollar_takes_nothing():
    made = dollars(mix(forwards=abroad(), hedged=1.0))
    assert [each.dollar for each in made] == list(DOLLARS)
    assert [each.returns.hedge for each in made] == pytest.approx([0.0] * 7)
    free = dollars(mix(forwards=abroad()))
    assert [each.returns.portfolio for each in free] == pytest.approx(list(DOLLARS))
    assert dollars(mix()) == ()


def test_the_approximation_by_published_duration_and_convexity():
    """10 years at 4 %: D 8.175717, C 78.897925 (GROUND_TRUTH)."""
    for each in parallels(mix()):
        dy = each.moves[0].bp / 1e4
        assert each.approximate == pytest.approx(-8.175717 * dy + 78.897925 * dy**2 / 2, abs=2e-8)
        assert each.equity == each.dollar == 0.0
        assert (each.returns.equity, each.returns.bills) == (0.0, 0.0)


def test_exact_and_approximate_differ_by_less_than_the_third_order():
    """|third derivative| of a 10-year par bond at 4 % is below 1,000 years cubed."""
    for each in parallels(mix()):
        dy = abs(each.moves[0].bp) / 1e4
        assert abs(each.approximate - each.returns.hedge) <= 1000.0 * dy**3 / 6.0 + 1e-12


def test_no_move_is_exactly_nothing():
    still = next(each for each in parallels(mix()) if each.name == "No move")
    assert (still.returns.portfolio, still.returns.hedge, still.approximate) == (0.0, 0.0, 0.0)
    assert (still.recovery.portfolio, still.recovery.hedge) == (0, 0)


def test_twists_are_linear_from_two_to_ten_years_and_flat_beyond():
    by_name = {each.name: [move.bp for move in each.moves] for each in twists(mix())}
    assert by_name == {
        "Bull steepener": pytest.approx([-100.0, -100.0, -62.5, 0.0, 0.0]),
        "Bear steepener": pytest.approx([0.0, 0.0, 37.5, 100.0, 100.0]),
        "Bull flattener": pytest.approx([0.0, 0.0, -37.5, -100.0, -100.0]),
        "Bear flattener": pytest.approx([100.0, 100.0, 62.5, 0.0, 0.0]),
    }
    curve = mix().curve
    assert list(between(curve, -250.0, -150.0)) == pytest.approx(
        [-250.0, -250.0, -212.5, -150.0, -150.0]
    )


def test_the_floor_cuts_a_move_and_says_so():
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, curve={1.0: 1.5, 10.0: 2.5})
    low, high = node_moves(held.curve, parallel(held.curve, -300.0))
    assert (low.bp, low.floored, high.bp, high.floored) == (-250.0, True, -300.0, False)
    made = shock(held, "fall", "all fall", np.array([-300.0, -300.0]))
    assert made.returns.hedge == pytest.approx(par_price(0.025, -0.005, 10.0) - 1.0)


def test_without_a_ladder_there_is_no_approximation():
    made = shock(holdings({"SPY": 0.6, "GLD": 0.4}), "rise", "", np.array([100.0]))
    assert (made.approximate, made.returns.hedge) == (None, 0.0)


def test_after_a_rise_the_higher_yield_earns_the_loss_back():
    """A bond that falls by 15.4 % as yields go from 4 to 6 % earns 6 % a year from then on."""
    made = shock(mix(), "rise", "", parallel(mix().curve, 200.0))
    lost = par_price(0.04, 0.06, 10.0)
    month = 2.0 / 12.0 * np.log(1.03)
    assert made.recovery.hedge == int(np.ceil(-np.log(lost) / month))
    assert made.recovery.bills == 0
