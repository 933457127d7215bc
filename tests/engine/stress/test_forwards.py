"""From dollars to the investor's money: market laws and one forward by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.engine.money import Money
from backtests.engine.stress.forwards import forwards_of, in_home_money
from data.bundled import world
from data.currency.conversion import Investor
from tests.engine.stress.made import abroad, run_of


def one_row(dollars: float, exchange: float, paid: float, hedged: float) -> float:
    made = in_home_money(
        np.array([[dollars]]), np.array([exchange]), np.array([paid]), np.array([hedged])
    )
    return float(made[0, 0])


@pytest.mark.parametrize(("earned", "turned"), [(0.05, -0.1), (-0.3, 0.2), (0.0, 0.3)])
def test_unhedged_both_returns_multiply(earned, turned):
    assert one_row(earned, 1.0 + turned, 1.0, 0.0) == pytest.approx(
        (1.0 + earned) * (1.0 + turned) - 1.0
    )


def test_hedged_only_what_was_earned_since_moves_with_the_dollar():
    """A dollar sold at 1 pays 0.998; 2 % earned on it falls by 10 % with the dollar."""
    assert one_row(0.02, 0.9, 0.998, 1.0) == pytest.approx(0.998 - 1.0 + 0.02 * 0.9)
    assert one_row(0.0, 0.7, 0.998, 1.0) == pytest.approx(-0.002)


def test_nothing_happens_exactly_where_nothing_moves():
    assert one_row(0.0, 1.0, 1.0, 0.4) == 0.0


def test_a_forward_of_36_days_by_hand():
    """2 % at home, 4 % in dollars, a basis of 25 bp: all of 36 days out of 360."""
    forwards = abroad(basis=25.0)
    assert float(forwards.paid(36.0 / 365.25)) == pytest.approx(1.002 / 1.004 * 0.99975)
    assert float(forwards.paid(36.0 / 365.25, dollar=0.03)) == pytest.approx(
        1.002 / 1.003 * 0.99975
    )
    assert float(forwards.cash(36.0 / 365.25)) == pytest.approx(1.002)
    assert float(forwards.paid(0.0)) == 1.0


def test_in_dollars_there_are_none():
    assert forwards_of(run_of().market) is None


def test_rates_are_the_last_published_ones():
    market = run_of(money=Money("EUR", fx_basis_bp=10.0, cash="usd"), end="2020-06-30").market
    forwards = forwards_of(market)
    table = world.rate_table()
    assert forwards.home == pytest.approx(table.loc["2020-06", "de_ez"] / 100.0)
    assert forwards.dollar == pytest.approx(table.loc["2020-06", "us_3m"] / 100.0)
    assert (forwards.days_a_year, forwards.basis_bp) == (360, 10.0)
    assert forwards.investor == Investor("EUR", "usd")
