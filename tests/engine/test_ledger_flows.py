"""The ledger with bands and cash flows, against calculations by hand."""

import numpy as np
import pytest

from backtests.engine.ledger import Bands, Fills, Flows, fill

FREE = np.zeros(2)
NONE = np.nan


def targets(*rows):
    return np.array([[NONE, NONE] if row is None else row for row in rows], dtype=float)


def flows(amount=None, share=None, rows=4):
    made = np.zeros(rows), np.zeros(rows)
    for where, given in zip(made, (amount, share), strict=True):
        for row, paid in (given or {}).items():
            where[row] = paid
    return Flows(*made)


def banded(asked, band, lag=1, *, new=(), edge=False):
    is_new = np.zeros(len(asked), bool)
    is_new[list(new)] = True
    return Bands(lag, np.full(asked.shape, band), is_new, edge)


def weights(fills: Fills, prices, row):
    return fills.units[row] * prices[row] / fills.nav[row]


FLAT = np.full((4, 2), 100.0)
HALF = [0.5, 0.5]


def test_money_paid_in_buys_what_is_held_in_proportion():
    # 1000 in halves: 5 units each; 100 in: 0.5 units more of each.
    done = fill(FLAT, targets(HALF, None, None, None), FREE, FREE, 1000.0, None, flows({2: 100.0}))
    assert done.nav == pytest.approx([1000, 1000, 1100, 1100])
    assert done.units[2] == pytest.approx([5.5, 5.5])
    assert done.flow == pytest.approx([0, 0, 100, 0])
    assert done.ruined is None


def test_a_decision_on_the_row_has_its_targets_of_value_and_flow():
    asked = targets(HALF, None, [0.8, 0.2], None)
    done = fill(FLAT, asked, FREE, FREE, 1000.0, None, flows({2: -200.0}))
    assert done.units[2] == pytest.approx([6.4, 1.6])  # 80 and 20 % of 800


def test_a_share_is_of_the_value_at_the_row_before_the_flow():
    prices = np.array([[100.0, 100.0], [100, 100], [120, 100], [120, 100]])
    done = fill(prices, targets(HALF, None, None, None), FREE, FREE, 1000.0, None,
                flows(share={2: -0.04}))  # fmt: skip
    assert done.flow[2] == pytest.approx(-44.0)  # 4 % of 600 + 500
    assert done.nav[2] == pytest.approx(1056.0)
    assert weights(done, prices, 2) == pytest.approx([600 / 1100, 500 / 1100])


def test_costs_of_selling_for_a_payout_come_out_of_it():
    fee, slippage = np.array([0.01, 0.0]), np.array([0.02, 0.0])
    asked = targets([1.0, 0.0], None, None, None)
    done = fill(FLAT, asked, np.zeros(2), np.zeros(2), 1000.0, None, flows({2: -100.0}))
    assert done.flow[2] == -100.0
    done = fill(FLAT, asked, fee, slippage, 1000.0, None, flows({2: -100.0}))
    bought = 1000 / 1.01 / 102  # units, all the money
    taken = 100 * bought * 100 / (bought * 100)  # 100 of value is sold
    assert done.nav[2] == pytest.approx(bought * 100 - taken)
    assert done.flow[2] == pytest.approx(-taken * 0.98 * 0.99)


def test_costs_of_buying_with_a_payment_lower_what_it_buys():
    fee = np.array([0.01, 0.0])
    asked = targets([1.0, 0.0], None, None, None)
    done = fill(FLAT, asked, fee, FREE, 1010.0, None, flows({1: 101.0}))
    assert done.units[1] == pytest.approx([11.0, 0.0])  # 10 of 1010, and 101 / 1.01 / 100 more
    assert done.flow[1] == 101.0
    # The return of the row is that of what was held, less the cost: (1100 - 101) / 1000.
    assert (done.nav[1] - done.flow[1]) / done.nav[0] == pytest.approx(0.999)


def test_a_payout_of_all_there_is_ruins():
    done = fill(FLAT, targets(HALF, None, HALF, None), np.array([0.01, 0.0]), FREE, 1000.0, None,
                flows({2: -5000.0, 3: 400.0}))  # fmt: skip
    assert done.ruined == 2
    assert done.nav[2:] == pytest.approx([0.0, 0.0])
    assert (done.units[2:] == 0.0).all()
    # 4.95... units of the first sold at a fee of 1 %, the rest free: no more is paid than comes in.
    first = done.units[1, 0]
    assert done.flow[2] == pytest.approx(-(first * 99 + done.nav[1] - first * 100))
    assert done.flow[3] == 0.0


def test_a_payout_of_exactly_all_ruins_and_of_a_little_less_does_not():
    asked = targets(HALF, None, None, None)
    assert fill(FLAT, asked, FREE, FREE, 1000.0, None, flows({2: -1000.0})).ruined == 2
    left = fill(FLAT, asked, FREE, FREE, 1000.0, None, flows({2: -999.0}))
    assert left.ruined is None
    assert left.nav[2:] == pytest.approx([1.0, 1.0])


def test_a_payout_of_all_but_what_rounding_leaves_ruins():
    """No portfolio goes on that is worth 0: its weights and its next return are none."""
    rng = np.random.default_rng(0)
    asked = targets([0.37, 0.63], None, None, None)
    for _ in range(300):
        prices = 100 * np.cumprod(1 + rng.normal(0, 0.02, (4, 2)), axis=0)
        value = fill(prices, asked, FREE, FREE, 1e4).nav[2]
        done = fill(prices, asked, FREE, FREE, 1e4, None, flows({2: -np.nextafter(value, 0)}))
        assert done.ruined == 2


def test_a_decision_within_its_band_is_dropped_and_one_beyond_it_stands():
    prices = np.array([[100.0, 100.0], [120, 100], [121, 100], [121, 100]])
    asked = targets(HALF, HALF, HALF, HALF)  # decided on rows -1, 0, 1 and 2
    # On row 1 the weight is 600 / 1100 = .5454, on row 2 605 / 1105 = .5475.
    done = fill(prices, asked, FREE, FREE, 1000.0, banded(asked, 0.046, new=[0]))
    assert np.isnan(done.targets[:, 0]).tolist() == [False, True, True, False]
    assert done.units[2] == pytest.approx([5, 5])
    assert weights(done, prices, 3) == pytest.approx([0.5, 0.5])
    none = fill(prices, asked, FREE, FREE, 1000.0, banded(asked, 0.048, new=[0]))
    assert none.units[3] == pytest.approx([5, 5])


def test_a_weight_at_its_limit_is_within_it():
    prices = np.array([[100.0, 100.0], [100, 100], [150, 100], [150, 100]])
    asked = targets(HALF, None, None, HALF)  # 60 % held on row 2, where it is decided
    for band, stands in ((0.1, False), (0.1 - 3e-9, True)):
        done = fill(prices, asked, FREE, FREE, 1000.0, banded(asked, band, new=[0]))
        assert np.isnan(done.targets[3, 0]) != stands


def test_a_decision_that_asks_for_something_else_is_never_dropped():
    asked = targets(HALF, None, [0.51, 0.49], [0.51, 0.49])
    done = fill(FLAT, asked, FREE, FREE, 1000.0, banded(asked, 0.2, new=[0, 2]))
    assert weights(done, FLAT, 2) == pytest.approx([0.51, 0.49])


def test_while_a_decision_is_unfilled_later_ones_like_it_are_dropped():
    prices = np.array([[100.0, 100.0], [200, 100], [200, 100], [200, 100], [200, 100]])
    asked = targets(HALF, None, None, HALF, HALF)  # lag 2: decided on rows 1 and 2
    done = fill(prices, asked, FREE, FREE, 1000.0, banded(asked, 0.05, 2, new=[0]))
    assert np.isnan(done.targets[:, 0]).tolist() == [False, True, True, False, True]


def test_to_the_edge_goes_until_every_weight_is_within_nine_tenths_of_its_band():
    prices = np.array([[100.0, 100.0], [300, 100], [300, 100], [300, 100]])
    asked = targets(HALF, None, HALF, None)  # 75 % on row 1: off by .25
    done = fill(prices, asked, FREE, FREE, 1000.0, banded(asked, 0.1, new=[0], edge=True))
    assert weights(done, prices, 2) == pytest.approx([0.59, 0.41], abs=1e-12)


def test_a_first_purchase_goes_all_the_way_even_to_the_edge():
    asked = targets([0.0, 1.0], HALF, None, None)
    done = fill(FLAT, asked, FREE, FREE, 1000.0, banded(asked, 0.2, new=[0, 1], edge=True))
    assert weights(done, FLAT, 1) == pytest.approx(HALF)


def test_money_that_no_order_spent_counts_as_cash_for_the_band():
    # A fee of 10 % leaves the second column short of its target by itself; the first is on it.
    prices = np.full((3, 3), 100.0)
    asked = np.array([[0.5, 0.5, 0.0], [NONE] * 3, [0.5, 0.5, 0.0]])
    made = Bands(1, np.full((3, 3), 0.02), np.array([True, False, False]))
    done = fill(prices, asked, np.array([0.1, 0.1, 0.0]), np.zeros(3), 1000.0, made)
    held = weights(done, prices, 1)
    assert held.sum() == pytest.approx(1.0)
    assert abs(held - [0.5, 0.5, 0.0]).max() > 0.02
    assert not np.isnan(done.targets[2, 0])


def test_flows_are_seen_by_the_band_after_the_fills_of_their_row():
    # A payment to cash of all that is held: the weights stay, since it buys in proportion.
    asked = targets(HALF, None, HALF, HALF)
    done = fill(FLAT, asked, FREE, FREE, 1000.0, banded(asked, 0.05, new=[0]), flows({1: 1000.0}))
    assert np.isnan(done.targets[1:, 0]).all()
    assert done.nav[-1] == pytest.approx(2000.0)


def test_nothing_changes_without_flows_or_within_no_band_at_all():
    rng = np.random.default_rng(7)
    prices = 100 * np.cumprod(1 + rng.normal(0, 0.02, (60, 3)), axis=0)
    asked = np.full((60, 3), NONE)
    asked[::5] = [0.5, 0.3, 0.2]
    fee, slippage = np.array([2e-4, 2e-4, 0]), np.array([1e-4, 1e-4, 0])
    plain = fill(prices, asked, fee, slippage, 1e4)
    idle = fill(prices, asked, fee, slippage, 1e4, None, Flows(np.zeros(60), np.zeros(60)))
    is_new = ~np.isnan(asked[:, 0])
    all_new = fill(prices, asked, fee, slippage, 1e4, Bands(1, np.ones((60, 3)), is_new))
    for other in (idle, all_new):
        assert (other.nav == plain.nav).all()
        assert (other.units == plain.units).all()
