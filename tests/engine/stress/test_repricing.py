"""Repricing rung by rung against figures worked out by hand and those of GROUND_TRUTH."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from backtests.engine.stress.repricing import (
    Grown,
    along,
    approximate,
    at_once,
    floored,
    hedge_return,
    path_of,
    recovery_of,
    returns_of,
)
from data.market import CASH
from data.treasuries.instruments import LADDERS, Ladder
from tests.engine.stress.made import TEN, abroad, holdings, par_price

STILL = np.ones(1)
MONTH = 1.0 / 12.0


def shocked(held, yields, equity: float = 0.0, dollar: float = 0.0) -> Grown:
    grown = at_once(
        held, np.atleast_2d(np.array(yields, float)), np.array([equity]), np.array([1.0 + dollar])
    )
    return Grown(grown.legs[0], grown.cash)


def test_one_par_bond_by_hand():
    """A 10-year of 4 % at 4.25 %: 0.9798051345."""
    held = holdings({"BOND": 1.0}, {"BOND": TEN})
    assert shocked(held, [4.25]).legs[0] == pytest.approx(0.9798051345, abs=1e-10)


@pytest.mark.parametrize(
    ("begun", "ended", "exact", "roughly"),
    [(1.0, 3.0, -17.169, -17.035), (15.0, 13.0, 11.019, 10.970)],
)
def test_large_moves_and_their_approximation(begun, ended, exact, roughly):
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, curve={10.0: begun})
    assert 100.0 * (shocked(held, [ended]).legs[0] - 1.0) == pytest.approx(exact, abs=5e-4)
    by_two = approximate(held, np.array([[ended]]), STILL).legs[0, 0] - 1.0
    assert 100.0 * by_two == pytest.approx(roughly, abs=5e-4)


def test_no_move_over_no_time_changes_nothing_at_all():
    curve = {1.0: 3.48, 2.0: 3.47, 5.0: 3.73, 10.0: 4.18, 20.0: 4.79, 30.0: 4.84}
    weights = {"SPY": 0.5, "IEF": 0.3, "TLT": 0.1, "BIL": 0.05, CASH: 0.05}
    ladders = {"IEF": LADDERS[7, 10], "TLT": LADDERS[20, 30]}
    for forwards in (None, abroad()):
        held = holdings(weights, ladders, curve=curve, expense=0.0015, forwards=forwards)
        returns = returns_of(held, shocked(held, list(curve.values())))
        assert (returns.portfolio, returns.equity, returns.bills, returns.hedge) == (0, 0, 0, 0)


def test_a_ladder_is_the_mean_of_its_rungs_repriced_one_by_one():
    curve = {2.0: 3.5, 5.0: 3.7, 10.0: 4.2, 20.0: 4.8, 30.0: 4.9}
    held = holdings({"IEF": 1.0}, {"IEF": LADDERS[7, 10]}, curve=curve)
    today = PchipInterpolator(list(curve), list(curve.values()))
    rungs = [7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0]
    prices = [par_price(today(m) / 100, (today(m) + 1.0) / 100, m) for m in rungs]
    after = [value + 1.0 for value in curve.values()]
    assert shocked(held, after).legs[0] == pytest.approx(sum(prices) / 7, abs=1e-12)


def test_equity_bills_and_gold_at_once():
    held = holdings({"SPY": 0.5, "BIL": 0.2, "GLD": 0.1, CASH: 0.2})
    assert list(shocked(held, [6.0], equity=-0.2).legs) == pytest.approx([0.8, 1.0, 1.0, 1.0])


def test_at_once_in_another_currency():
    """Unhedged (1 + r)(1 + x) - 1; hedged in full, of a bond the price alone moves with it."""
    bond = 0.9798051345
    free = holdings({"SPY": 0.6, "BOND": 0.4}, {"BOND": TEN}, forwards=abroad())
    assert list(shocked(free, [4.25], -0.2, -0.1).legs) == pytest.approx(
        [0.8 * 0.9, bond * 0.9, 1.0]
    )
    sold = holdings({"SPY": 0.6, "BOND": 0.4}, {"BOND": TEN}, hedged=1.0, forwards=abroad())
    assert list(shocked(sold, [4.25], -0.2, -0.1).legs) == pytest.approx(
        [0.8 * 0.9 + 0.1, bond * 0.9 + 0.1, 1.0]
    )


def test_cash_in_dollars_moves_with_the_dollar():
    held = holdings({"SPY": 0.6, CASH: 0.4}, forwards=abroad(cash="usd"))
    grown = shocked(held, [4.0], dollar=-0.25)
    assert list(grown.legs) == pytest.approx([0.75, 0.75])
    assert list(grown.cash) == pytest.approx([0.75])


def test_a_month_of_a_rising_yield():
    """A 10-year held a month from 4.00 to 4.25 %, aged: -1.67551 %."""
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, curve={5.0: 4.0, 10.0: 4.0})
    path = path_of(held, np.array([[4.0, 4.0], [4.25, 4.25]]), np.array([MONTH]))
    assert 100.0 * (along(held, path).legs[0] - 1.0) == pytest.approx(-1.67551, abs=5e-6)


def test_a_path_of_two_rows_rung_by_rung():
    """A curve that steepens and then falls: carry, roll-down and reset on each row, by hand."""
    curve = {1.0: 3.0, 30.0: 5.9}  # between two nodes a straight line: 2.9 + 0.1 M
    held = holdings({"TWO": 1.0}, {"TWO": Ladder(9, 10, 1)}, curve=curve, expense=0.0015)
    yields = np.array([[3.0, 5.9], [3.0, 8.8], [2.5, 5.4]])
    lines = [(2.9, 0.1), (2.8, 0.2), (2.4, 0.1)]
    years = [0.25, 0.5]
    worth = 1.0
    for before, after, dt in zip(lines, lines[1:], years, strict=False):
        rungs = []
        for maturity in (9.0, 10.0):
            coupon = (before[0] + before[1] * maturity) / 100
            yield_ = (after[0] + after[1] * (maturity - dt)) / 100
            rungs.append(par_price(coupon, yield_, maturity) * (1 + yield_ / 2) ** (2 * dt))
        worth *= sum(rungs) / 2 * 0.9985**dt
    assert along(held, path_of(held, yields, np.array(years))).legs[0] == pytest.approx(worth)


def test_bills_earn_the_yield_known_before_and_follow_the_shortest_maturity():
    """4 % on the first row, and 5 % on the second, after the shortest has risen by a point."""
    held = holdings({"BIL": 0.5, CASH: 0.5}, curve={1.0: 3.0, 10.0: 4.0})
    yields = np.array([[3.0, 4.0], [4.0, 4.0], [9.0, 9.0]])
    grown = along(held, path_of(held, yields, np.array([0.5, 0.5])))
    assert list(grown.legs) == pytest.approx([1.02 * 1.025, 1.02 * 1.025])


def test_the_floor_binds_below_minus_one_percent():
    assert list(floored([0.5, -0.9, -3.0], 2.0)) == [0.5, -0.9, -1.0]
    assert list(floored([-1.5, -2.0], -1.5)) == [-1.5, -1.5]  # one that begins below stays
    held = holdings({CASH: 1.0}, curve={1.0: 3.0, 10.0: 4.0}, bill_yield=2.0)
    path = path_of(held, np.array([[-1.0, 1.0], [-1.0, 1.0]]), np.array([0.5]))
    assert list(path.bills) == [-1.0]  # 2 % less 4 points


def test_what_is_withheld_is_its_share_of_the_yield():
    """A 10-year at 4 % that does not move: grows by z^(2 dt), and pays 30 % of 4 % dt away."""
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, withheld=0.3)
    path = path_of(held, np.array([[4.0], [4.0]]), np.array([0.5]))
    assert along(held, path).legs[0] == pytest.approx(1.02 - 0.3 * 0.04 * 0.5)


def test_own_returns_move_what_is_not_repriced_and_nothing_else():
    held = holdings({"SPY": 0.5, "GLD": 0.2, "BOND": 0.3}, {"BOND": TEN})
    own = {name: np.array([-0.1, 0.2]) for name in ("SPY", "GLD", "BOND")}
    path = path_of(held, np.full((3, 1), 4.0), np.array([0.5, 0.5]), own)
    assert list(along(held, path).legs) == pytest.approx([1.08, 1.08, 1.02**2, 1.02**2])


def test_a_hedge_of_currency_is_rolled_on_every_row():
    """Two rows of 90 days: each sells what is there at its start."""
    held = holdings({"SPY": 1.0}, hedged=1.0, forwards=abroad())
    years = np.full(2, 90.0 / 365.25)
    path = path_of(
        held, np.full((3, 1), 4.0), years, {"SPY": np.array([0.1, -0.1])}, np.array([0.9, 1.2])
    )
    paid = 1.005 / 1.01
    rows = [(1.1 - 1.0) * 0.9 + paid, (0.9 - 1.0) * 1.2 + paid]
    assert along(held, path).legs[0] == pytest.approx(rows[0] * rows[1])
    assert along(held, path).cash[0] == pytest.approx(1.005**2)


def test_portfolios_by_hand():
    held = holdings({"SPY": 0.5, "IEF": 0.3, CASH: 0.2}, {"IEF": TEN})
    returns = returns_of(held, Grown(np.array([0.7, 1.1, 1.01]), np.array([1.01])))
    assert returns.portfolio == pytest.approx(-0.15 + 0.03 + 0.002)
    assert (returns.equity, returns.hedge) == pytest.approx((-0.3, 0.1))
    assert returns.bills == pytest.approx(-0.15 + 0.005)
    bare = returns_of(holdings({CASH: 1.0}), Grown(np.array([1.01]), np.array([1.01])))
    assert (bare.equity, bare.hedge) == (None, None)
    assert (bare.portfolio, bare.bills) == pytest.approx((0.01, 0.01))


def test_two_funds_of_a_hedge_count_by_their_weights():
    held = holdings({"IEF": 0.3, "BIL": 0.1, "SPY": 0.6}, {"IEF": TEN})
    grown = Grown(np.array([0.9, 1.02, 1.0, 1.0]), np.array([1.0]))
    assert hedge_return(held, grown) == pytest.approx((0.3 * -0.1 + 0.1 * 0.02) / 0.4)


def test_a_loss_is_earned_back_month_by_month():
    """A bond that lost a tenth at a flat 4 %: ln(1 / 0.9) / (2/12 ln 1.02), rounded up."""
    held = holdings({"SPY": 0.5, "BOND": 0.5}, {"BOND": TEN})
    recovery = recovery_of(held, np.array([4.0]), Grown(np.array([1.0, 0.9, 1.0]), np.ones(1)))
    month = 2.0 / 12.0 * math.log(1.02)
    assert recovery.hedge == recovery.portfolio == math.ceil(math.log(1 / 0.9) / month) == 32
    assert recovery.bills == 0


def test_equity_that_fell_stays_down_and_the_rest_earns_it_back():
    """0.5 x 0.8 + 0.5 g^n = 1 at g^n = 1.2, for bonds and bills at 4 % alike."""
    held = holdings({"SPY": 0.5, "BOND": 0.5}, {"BOND": TEN})
    recovery = recovery_of(held, np.array([4.0]), Grown(np.array([0.8, 1.0, 1.0]), np.ones(1)))
    months = math.ceil(math.log(1.2) / (2.0 / 12.0 * math.log(1.02)))
    assert (recovery.portfolio, recovery.bills, recovery.hedge) == (months, months, 0)


def test_what_nothing_earns_back_is_never_recovered():
    held = holdings({"SPY": 1.0})
    recovery = recovery_of(held, np.array([4.0]), Grown(np.array([0.99, 1.0]), np.ones(1)))
    assert (recovery.portfolio, recovery.bills, recovery.hedge) == (None, None, None)
