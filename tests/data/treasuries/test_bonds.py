"""Bond arithmetic against published and independently computed figures (GROUND_TRUTH)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.treasuries import bonds


@pytest.mark.parametrize(
    ("maturity", "yield_", "duration", "convexity"),
    [
        (2, 0.04, 1.903864, 4.620136),
        (10, 0.04, 8.175717, 78.897925),
        (20, 0.045, 13.096761, 225.092017),
        (30, 0.045, 16.374476, 384.610500),
    ],
)
def test_duration_and_convexity_of_par_bonds(maturity, yield_, duration, convexity):
    assert bonds.modified_duration(yield_, maturity) == pytest.approx(duration, abs=1e-6)
    assert bonds.convexity(yield_, maturity) == pytest.approx(convexity, abs=1e-6)


def test_price_of_ten_year_after_a_quarter_point():
    assert bonds.price(0.04, 0.0425, 10) == pytest.approx(0.9798051345, abs=1e-10)


def test_ten_year_over_one_month_aged():
    result = bonds.par_bond_return(0.04, 0.0425, 10, 1 / 12)
    assert result * 100 == pytest.approx(-1.67551, abs=1e-5)


@pytest.mark.parametrize(("y0", "y1", "percent"), [(0.01, 0.03, -17.169), (0.15, 0.13, 11.019)])
def test_large_moves_of_the_ten_year_price(y0, y1, percent):
    assert (bonds.price(y0, y1, 10) - 1) * 100 == pytest.approx(percent, abs=5e-4)


def test_bill_of_91_days_as_published():
    assert bonds.bill_price(0.04975, 91) == pytest.approx(98.742431, abs=1e-6)
    assert bonds.bill_bond_equivalent(0.04975, 91) * 100 == pytest.approx(5.108, abs=5e-4)


def test_price_by_discounting_each_coupon():
    # The schedule written out: twenty half-yearly coupons and the face value.
    periods = np.arange(1, 21)
    by_hand = np.sum(0.02 / 1.03**periods) + 1 / 1.03**20
    assert bonds.price(0.04, 0.06, 10) == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize("yield_", [0.0, -0.0005, 1e-12])
def test_yields_at_and_below_zero_have_their_limit(yield_):
    periods = np.arange(1, 21)
    by_hand = np.sum(0.02 / (1 + yield_ / 2) ** periods) + (1 + yield_ / 2) ** -20.0
    assert bonds.price(0.04, yield_, 10) == pytest.approx(by_hand, rel=1e-9)
    assert np.isfinite(bonds.convexity(yield_, 10))


@given(st.floats(0.001, 0.2), st.floats(0.5, 30), st.floats(1 / 365, 1 / 12))
def test_par_bond_at_an_unchanged_yield_earns_its_yield(yield_, maturity, dt):
    # Law: with the same yield throughout, the return is the yield compounded.
    expected = (1 + yield_ / 2) ** (2 * dt) - 1
    assert bonds.par_bond_return(yield_, yield_, maturity, dt) == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.002, 0.15), st.floats(1, 30))
def test_duration_and_convexity_are_the_derivatives_of_the_price(yield_, maturity):
    step = 1e-4
    up, down = (bonds.price(yield_, yield_ + move, maturity) for move in (step, -step))
    assert (down - up) / (2 * step) == pytest.approx(
        bonds.modified_duration(yield_, maturity), rel=1e-4
    )
    assert (up + down - 2) / step**2 == pytest.approx(bonds.convexity(yield_, maturity), rel=1e-3)
