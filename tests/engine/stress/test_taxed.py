"""30 % withheld from coupons: one bond by hand, and parts of a portfolio."""

from __future__ import annotations

import pytest

from backtests.engine.stress.taxed import withheld_of
from data.treasuries.instruments import LADDERS
from tests.engine.stress.made import TEN, holdings, par_price


def test_a_ten_year_bond_of_four_percent():
    """Yields rise to 4 / 0.7 = 5.714 %: -12.9 %; the coupons lost are worth 1.2 % x 8.175717."""
    taxed = withheld_of(holdings({"SPY": 0.6, "BOND": 0.4}, {"BOND": TEN}))
    assert taxed.rate == 0.3
    assert taxed.price == pytest.approx(par_price(0.04, 0.04 / 0.7, 10.0) - 1.0)
    assert taxed.price == pytest.approx(-0.1292, abs=5e-5)
    assert taxed.coupons_lost == pytest.approx(-0.3 * 0.04 * 8.175717, abs=1e-8)
    assert taxed.a_year == pytest.approx(-0.012)
    assert taxed.portfolio_price == pytest.approx(0.4 * taxed.price)
    assert taxed.portfolio_a_year == pytest.approx(-0.0048)


def test_a_ladder_is_the_mean_of_its_rungs():
    taxed = withheld_of(holdings({"IEF": 1.0}, {"IEF": LADDERS[7, 10]}))
    rungs = [7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0]
    prices = [par_price(0.04, 0.04 / 0.7, years) for years in rungs]
    assert taxed.price == pytest.approx(sum(prices) / 7 - 1.0)


def test_bills_pay_no_coupons():
    """Half of the hedge: the hedge loses half as much, the portfolio what the bonds do."""
    alone = withheld_of(holdings({"BOND": 0.4, "SPY": 0.6}, {"BOND": TEN}))
    beside = withheld_of(holdings({"BOND": 0.4, "BIL": 0.4, "SPY": 0.2}, {"BOND": TEN}))
    assert beside.price == pytest.approx(alone.price / 2)
    assert beside.portfolio_price == pytest.approx(alone.portfolio_price)


def test_below_zero_there_is_nothing_to_tax():
    taxed = withheld_of(holdings({"BOND": 1.0}, {"BOND": TEN}, curve={10.0: -0.5}))
    assert (taxed.price, taxed.coupons_lost, taxed.a_year) == pytest.approx((0.0, 0.0, 0.0))


def test_without_bonds_there_is_none():
    assert withheld_of(holdings({"SPY": 0.5, "BIL": 0.5})) is None
