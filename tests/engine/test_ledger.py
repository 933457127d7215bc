"""The ledger: a case worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.engine import ledger


def test_ledger_by_hand():
    # 1,000 into half A, half B; fee 1 %, slippage 2 %. Prices 10 and 20.
    prices = np.array([[10.0, 20.0], [20.0, 20.0]])
    targets = np.array([[0.5, 0.5], [0.5, 0.5]])
    cost = np.array([0.01, 0.01]), np.array([0.02, 0.02])
    done = ledger.fill(prices, targets, *cost, 1000.0)
    # Both orders are worth 500; A comes first. 50 units at 10.20, fee 5.10: 515.10 leaves 484.90.
    # B wants 25 units at 20.40 plus fee, 515.10; what is there buys 484.90 / 1.01 / 20.40.
    b_units = 484.90 / 1.01 / 20.40
    assert done.order_units[:2] == pytest.approx([50, b_units])
    assert done.order_fee[:2] == pytest.approx([5.10, 484.90 - 484.90 / 1.01])
    assert done.nav[0] == pytest.approx(500 + b_units * 20)
    # Then A doubles. Value 1000 + 20 b; A sells down to half of it at 19.60 less 1 %.
    value = 1000 + 20 * b_units
    sold = 50 - value / 2 / 20
    proceeds = sold * 19.60 * 0.99
    bought = proceeds / 1.01 / 20.40  # less than it wants: clipped to the proceeds
    assert bought < value / 2 / 20 - b_units
    assert done.order_units[2:] == pytest.approx([-sold, bought])
    assert done.nav[1] == pytest.approx((50 - sold) * 20 + (b_units + bought) * 20)


def test_sells_come_before_buys_and_equal_orders_in_the_order_of_columns():
    # All in B at 10; then a half each for A and C. Without the sale there is no money for A.
    prices = np.full((2, 3), 10.0)
    targets = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    none = np.zeros(3)
    done = ledger.fill(prices, targets, none, none, 1000.0)
    assert done.order_row.tolist() == [0, 1, 1, 1]
    assert done.order_column.tolist() == [1, 1, 0, 2]
    assert done.order_units.tolist() == [100, -100, 50, 50]
    assert done.units[1].tolist() == [50, 0, 50]


def test_between_two_trades_units_and_money_that_no_order_spent_stay():
    # Half of 100 buys 0.5 units at 100; the other 50 are money. At 110 and 120: 55 + 50, 60 + 50.
    prices = np.array([[100.0], [110.0], [120.0], [100.0], [90.0]])
    targets = np.array([[0.5], [np.nan], [np.nan], [1.0], [np.nan]])
    done = ledger.fill(prices, targets, np.zeros(1), np.zeros(1), 100.0)
    assert done.nav.tolist() == [100.0, 105.0, 110.0, 100.0, 90.0]
    assert done.units[:, 0].tolist() == [0.5, 0.5, 0.5, 1.0, 1.0]
