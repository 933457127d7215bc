"""The rise at which the hedge matches bills: plugged back, and by hand where nothing differs."""

from __future__ import annotations

import pytest

from backtests.engine.stress.break_even import break_evens, excess
from data.market import CASH
from data.treasuries.instruments import LADDERS
from tests.engine.stress.made import TEN, abroad, holdings, par_price

CURVE = {1.0: 3.5, 2.0: 3.5, 5.0: 3.7, 10.0: 4.2, 30.0: 4.8}


def test_plugged_back_both_earn_the_same():
    held = holdings({"IEF": 1.0}, {"IEF": LADDERS[7, 10]}, curve=CURVE, bill_yield=3.6)
    for each in break_evens(held):
        assert excess(held, each.months, each.bp) == pytest.approx(0.0, abs=1e-10)
        assert excess(held, each.months, each.bp + 10.0) < 0.0 < excess(held, each.months, 0.0)
        assert each.hedge - each.bills == pytest.approx(excess(held, each.months, 0.0))
    assert [each.months for each in break_evens(held)] == [3, 12, 36]


def test_bonds_that_yield_what_bills_do_break_even_where_nothing_moves():
    """A flat curve at the yield of bills: convexity alone tells them apart, by next to nothing."""
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, curve={1.0: 4.0, 30.0: 4.0})
    for each in break_evens(held):
        assert each.bp == pytest.approx(0.0, abs=0.5)
        assert each.hedge == pytest.approx(1.02 ** (each.months / 6.0) - 1.0)
        assert each.bills == pytest.approx(1.02 ** (each.months / 6.0) - 1.0)


def test_where_bills_earn_more_yields_would_have_to_fall():
    """3 months, a point a year less: 25 bp of carry over a duration of 8.2, so about 3 bp."""
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, curve={1.0: 4.0, 30.0: 4.0}, bill_yield=5.0)
    assert break_evens(held)[0].bp == pytest.approx(-25.0 / 8.18, abs=0.15)


def test_three_months_by_hand():
    """A flat curve that rises by b in three steps, repriced month by month."""
    held = holdings({"BOND": 1.0}, {"BOND": TEN}, curve={1.0: 5.0, 30.0: 5.0}, bill_yield=4.0)
    step = break_evens(held)[0].bp / 3.0 / 1e4
    bond, bills = 1.0, 1.0
    for month in range(3):
        before, after = 0.05 + step * month, 0.05 + step * (month + 1)
        bond *= par_price(before, after, 10.0) * (1 + after / 2) ** (1 / 6)
        bills *= (1 + (0.04 + step * month) / 2) ** (1 / 6)
    assert bond == pytest.approx(bills, abs=1e-10)


def test_equity_and_cash_do_not_change_it_nor_does_the_currency():
    alone = holdings({"BOND": 1.0}, {"BOND": TEN}, curve=CURVE)
    beside = holdings(
        {"SPY": 0.6, "BOND": 0.3, CASH: 0.1},
        {"BOND": TEN},
        curve=CURVE,
        hedged=1.0,
        forwards=abroad(),
    )
    assert break_evens(alone) == break_evens(beside)


def test_what_no_yield_moves_does_not_count_as_a_hedge_that_earns_nothing():
    """Gold and AGG beside bonds: the break-even is the bonds' own, with bills in the hedge too."""
    for fund in ({}, {"BIL": 0.2}):
        alone = holdings({"BOND": 0.2, **fund}, {"BOND": TEN}, curve=CURVE)
        beside = holdings({"SPY": 0.5, "BOND": 0.2, "GLD": 0.1, **fund}, {"BOND": TEN}, curve=CURVE)
        for one, other in zip(break_evens(alone), break_evens(beside), strict=True):
            assert other.bp == pytest.approx(one.bp)
            assert (other.hedge, other.bills) == pytest.approx((one.hedge, one.bills))


def test_what_no_yield_moves_has_none():
    for held in (holdings({"SPY": 1.0}), holdings({"SPY": 0.5, "BIL": 0.5}, expense=0.001)):
        assert {each.bp for each in break_evens(held)} == {None}
    assert break_evens(holdings({"SPY": 1.0}))[0].hedge is None
    assert break_evens(holdings({"SPY": 0.5, "GLD": 0.5}))[0].hedge is None
    bills = break_evens(holdings({"BIL": 1.0}, expense=0.001))[1]
    assert bills.hedge == pytest.approx(1.02**2 * 0.999 - 1.0)
