"""The kernel with bands and cash flows on a few rows, calculated by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from backtests.engine.candidates import Candidates, make_panel
from backtests.engine.costs import Costs
from backtests.engine.own_steps import PAYMENTS
from backtests.engine.own_sweep import STAMP, _made, prepare, run_own
from backtests.engine.simulate import CAPITAL
from backtests.engine.sweep import SUMS
from backtests.engine.with_sweep import run_own_block
from tests.conftest import market_of

FUND = [10.0, 10.0, 11.0, 13.2, 13.2, 12.0, 12.0, 12.0]
FREE = Costs(0, 0, 1)


@pytest.fixture(scope="module")
def panel():
    """Eight days of one fund; cash earns nothing and trades are free."""
    days = pd.bdate_range("2021-03-01", periods=len(FUND))
    return make_panel(market_of(pd.DataFrame({"A": FUND}, days)), ("A",), FREE)


def halves(rows=range(1, 8)) -> Candidates:
    return Candidates(np.array([[0.5, 0.5]]), np.array(rows, np.int64))


def values(panel, candidates):
    _, payments, unit, wealth = run_own_block(panel, candidates, keep_nav=True)
    return unit[:, 0], wealth[:, 0], dict(zip(PAYMENTS, payments[0], strict=True))


def test_a_band_lets_small_drift_be_and_trades_the_session_after_a_large_one(panel):
    """It is bought on row 1 at 10: 500 units, 5,000.

    At 11 the fund is 52.4 %, 2.4 points off: let be.
    At 13.2 (row 3) it is 6,600 of 11,600, 56.9 %: off by more than 5 points, so row 4 sells to
    half, 5,800 each. At 12 that is 5,800 / 13.2 x 12 + 5,800 = 11,072.73, 2.4 points off.
    """
    banded = halves().within(np.full((1, 2), 0.05), 1)
    unit, wealth, paid = values(panel, banded)
    expected = [10_000, 10_000, 10_500, 11_600, 11_600, *[5_800 / 13.2 * 12 + 5_800] * 3]
    np.testing.assert_allclose(unit, expected, rtol=1e-12)
    np.testing.assert_allclose(wealth, expected, rtol=1e-12)
    assert paid == {"wealth": pytest.approx(expected[-1]), "paid_in": 0.0, "taken_out": 0.0,
                    "ruined": -1.0}  # fmt: skip


def test_a_wide_band_never_trades_again(panel):
    unit, _, _ = values(panel, halves().within(np.full((1, 2), 0.2), 1))
    np.testing.assert_allclose(unit, 5_000 + 500 * np.array([10.0, *FUND[1:]]), rtol=1e-12)


def test_to_the_edge_it_goes_only_so_far(panel):
    """On row 4 to 54.5 % in place of half: 0.545 x 11,600 = 6,322 in the fund."""
    unit, _, _ = values(panel, halves().within(np.full((1, 2), 0.05), 1, to_edge=True))
    assert unit[5] == pytest.approx(6_322 / 13.2 * 12 + 0.455 * 11_600, rel=1e-12)


def test_a_payment_buys_what_is_held_and_the_unit_does_not_notice(panel):
    """1,050 on row 2 at 11, where 10,500 are there: a tenth more of everything, for ever."""
    amount = np.zeros(8)
    amount[2] = 1_050.0
    bought = halves([1])
    unit, wealth, paid = values(panel, bought.paid(amount, np.zeros(8)))
    plain = 5_000 + 500 * np.array([10.0, *FUND[1:]])
    np.testing.assert_allclose(unit, plain, rtol=1e-12)
    np.testing.assert_allclose(wealth, plain * np.where(np.arange(8) < 2, 1.0, 1.1), rtol=1e-12)
    assert (paid["paid_in"], paid["taken_out"]) == (1_050.0, 0.0)


def test_a_share_is_of_the_value_before_it_and_a_factor_belongs_to_its_lane(panel):
    """A tenth of 10,500 on row 2, or twice that; the third lane is paid from row 3 on alone."""
    share = np.zeros(8)
    share[2] = -0.1
    three = Candidates(np.full((3, 2), 0.5), np.array([1]))
    asked = three.paid(np.zeros(8), share, np.array([1.0, 2.0, 1.0]), first=np.array([0, 0, 3]))
    _, payments, unit, wealth = run_own_block(panel, asked, keep_nav=True)
    assert payments[:, 2].tolist() == pytest.approx([1_050.0, 2_100.0, 0.0])
    assert wealth[2].tolist() == pytest.approx([9_450.0, 8_400.0, 10_500.0])
    np.testing.assert_allclose(unit - unit[:, :1], 0.0, atol=1e-9)


def test_a_payout_of_all_there_is_ruins_and_leaves_no_number_behind(panel):
    amount = np.zeros(8)
    amount[3] = -12_000.0  # of 11,600
    sums, payments, unit, wealth = run_own_block(
        panel, halves([1]).paid(amount, np.zeros(8)), keep_nav=True
    )
    assert np.isnan(sums).all()
    assert payments[0].tolist() == pytest.approx([0.0, 0.0, 11_600.0, 3.0])
    assert unit[2, 0] == pytest.approx(10_500.0)
    assert np.isnan(unit[3:]).all()
    assert wealth[3:, 0].tolist() == [0.0] * 5


def test_statistics_are_of_the_unit_value(panel):
    """One fall, from 11,600 to 11,000; with a payment at its bottom the same."""
    amount = np.zeros(8)
    amount[5] = 4_000.0
    bought = halves([1])
    with_it, without = bought.paid(amount, np.zeros(8)), bought.paid(np.zeros(8), np.zeros(8))
    sums = [run_own_block(panel, each)[0][0] for each in (with_it, without)]
    traded = list(SUMS).index("traded")
    assert sums[0][traded] == pytest.approx(4_000 / 2 / 15_000)
    assert sums[1][traded] == 0.0
    rest = np.arange(len(SUMS)) != traded
    np.testing.assert_allclose(sums[0][rest], sums[1][rest], rtol=1e-9, atol=1e-12)
    assert sums[0][0] == pytest.approx(11_000 / 10_000 * CAPITAL)
    assert sums[0][5] == pytest.approx(11_000 / 11_600)  # the deepest fall, of the peak


def test_code_that_was_kept_of_another_sweep_is_never_used():
    """What it was made of is part of the function, and so of the key under which it is kept."""
    prepare()
    assert run_own.signatures
    assert _made(STAMP).__closure__[0].cell_contents == STAMP
    assert not math.isnan(STAMP)
