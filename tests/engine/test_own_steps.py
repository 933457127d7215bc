"""What the kernel does on single rows, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.engine.ledger import NOISE
from backtests.engine.own_steps import (
    LIVING,
    OWN_STATE,
    PAID,
    STRETCH,
    aim_at_edge,
    copy_lane,
    fill_up,
    gather,
    judge,
    mark_near,
    scan,
    scatter,
    spread_of,
)
from backtests.engine.sweep import COSTS, GROSS, LOST, MONEY, REST, STATE, TRADED, TRADING, VALUE

CASH = 1  # the column: one fund at 10, cash at 1


def lanes_of(*funds: float, limit: float = 0.05):
    """Lanes with a target of half fund, half cash, worth 100, by what the fund is worth."""
    count = len(funds)
    units = np.zeros((4, count))
    units[0], units[1] = np.array(funds) / 10.0, 100.0 - np.array(funds)
    goal, limits = np.zeros((4, count)), np.ones((4, count))
    goal[:2], limits[:2] = 0.5, limit + NOISE
    return units, goal, limits, np.zeros((OWN_STATE, count)), np.zeros(count, np.int64)


@pytest.mark.parametrize("fund", [45.0, 50.0, 55.0])
def test_a_weight_at_its_limit_is_within_it(fund):
    units, goal, limit, s, off = lanes_of(fund)
    assert judge(np.array([10.0, 1.0, 0.0, 0.0]), CASH, units, goal, limit, s, off, 1) == 0


def test_a_weight_beyond_its_limit_is_off_in_its_lane_alone():
    units, goal, limit, s, off = lanes_of(55.1, 50.0, 44.8)
    assert judge(np.array([10.0, 1.0, 0.0, 0.0]), CASH, units, goal, limit, s, off, 3) == 2
    assert off.tolist() == [1, 0, 1]
    assert s[VALUE].tolist() == pytest.approx([100.0] * 3)


def test_money_that_no_order_spent_counts_as_cash():
    units, goal, limit, s, off = lanes_of(50.0)
    units[1] = 44.0
    s[MONEY] = 6.0  # else cash were 44 of 94, 3.2 points off; so all is at its target
    assert judge(np.array([10.0, 1.0, 0.0, 0.0]), CASH, units, goal, limit, s, off, 1) == 0
    assert s[VALUE, 0] == 100.0


@pytest.mark.parametrize("first", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("columns", [2, 5])
def test_the_first_row_on_which_a_lane_is_off(first, columns):
    """At 12.3 the fund is 61.5 of 111.5: 5.2 points off; at 12.2 it is 61 of 111, 4.95 off."""
    units, goal, limit, s, off = lanes_of(50.0, 30.0)
    units[0, 1], units[1, 1] = 5.0, 50.0
    if columns == 5:  # beyond the columns that are looked at together
        units, goal, limit = (np.vstack([each, np.zeros((4, 2))]) for each in (units, goal, limit))
        units[4], units[1] = units[1].copy(), 0.0
        goal[4], goal[1] = 0.5, 0.0
        limit[4], limit[1] = limit[0], 1.0
    limit[:, 1] = 1.0  # the other lane is never off
    prices = np.zeros((5, len(units)))
    prices[:, 0] = 12.2
    prices[first:, 0] = 12.3
    cash = columns - 1
    prices[:, cash] = 1.0
    assert scan(prices, cash, 0, 5, units, goal, limit, s, off, 2) == first
    assert off.tolist() == [1, 0]
    assert scan(prices, cash, 0, first, units, goal, limit, s, off, 2) == first  # none before


def near(price, spread, units, goal, limit, s, cash=CASH):
    off = np.zeros(units.shape[1], np.int64)
    mark_near(np.array(price), cash, spread, units, goal, limit, s, off, len(off))
    return off.tolist()


def test_a_lane_exactly_at_its_limit_is_looked_at_though_prices_stand_still():
    units, goal, limit, s, _ = lanes_of(55.0, 45.0, 54.9, 50.0)
    limit[:2] = 0.05
    assert near([10.0, 1.0, 0.0, 0.0], 1.0, units, goal, limit, s) == [1, 1, 0, 0]


def test_how_far_prices_must_part_until_a_lane_at_its_target_can_become_off():
    """Half and half moves at most 0.25 of what prices part: 5 points need 20 %."""
    units, goal, limit, s, _ = lanes_of(50.0)
    assert near([10.0, 1.0, 0.0, 0.0], 1.19, units, goal, limit, s) == [0]
    assert near([10.0, 1.0, 0.0, 0.0], 1.21, units, goal, limit, s) == [1]


def test_money_that_no_order_spent_counts_as_cash_for_what_can_become_off():
    units, goal, limit, s, _ = lanes_of(50.0)
    units[1], s[MONEY] = 40.0, 10.0
    assert near([10.0, 1.0, 0.0, 0.0], 1.19, units, goal, limit, s) == [0]


@pytest.mark.parametrize(
    ("fund", "spread"),
    [([10.0] * 7 + [15.0], 1.5), ([10.0, 1.0, 10.0], 10.0), ([10.0, 12.0, 8.0], 1.25)],
    ids=["a jump on the last row", "a fall by nine tenths", "there and back"],
)
def test_how_far_prices_part(fund, spread):
    prices = np.zeros((len(fund) + 1, 4))
    prices[:, 0], prices[:, 1] = [*fund, 1_000.0], 1.0  # the row after the last does not count
    assert spread_of(prices, CASH, 0, len(fund)) == pytest.approx(spread)


def test_prices_part_by_the_widest_pair():
    """One fund up by a tenth, the other down by a fifth on the same row: 1.1 / 0.8."""
    prices = np.array([[10.0, 10.0, 1.0, 0.0], [11.0, 8.0, 1.0, 0.0], [10.0, 9.0, 1.0, 0.0]])
    assert spread_of(prices, 2, 0, 3) == pytest.approx(1.375)


@pytest.mark.parametrize("columns", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("size", [0.003, 0.02, 0.5])
def test_no_lane_that_is_not_near_becomes_off(columns, size):
    """The law that allows not to look, on any prices; without large moves it saves most lanes."""
    rng = np.random.default_rng(columns)
    width, lanes, cash, marked = 8 if columns > 4 else 4, 64, columns - 1, 0
    for _ in range(40):
        prices = np.zeros((STRETCH, width))
        moves = rng.normal(0.0, size, (STRETCH, columns)).cumsum(axis=0)
        prices[:, :columns] = rng.uniform(1.0, 90.0, columns) * np.exp(moves)
        goal, units, limit = np.zeros((3, width, lanes))
        goal[:columns] = rng.dirichlet(np.full(columns, 0.5), lanes).T
        held = goal[:columns] * np.exp(rng.normal(0.0, 0.1, (columns, lanes)))
        units[:columns] = held * 100.0 / prices[0, :columns, None]
        limit[:columns] = rng.choice([0.0, 0.02, 0.05, 0.2], (columns, lanes)) + NOISE
        s, off = np.zeros((OWN_STATE, lanes)), np.zeros(lanes, np.int64)
        s[MONEY] = rng.choice([0.0, 3.0], lanes)
        spread = spread_of(prices, cash, 0, STRETCH)
        looked_at = np.array(near(prices[0], spread, units, goal, limit, s, cash))
        for price in prices:
            judge(price, cash, units, goal, limit, s, off, lanes)
            assert not (off & ~looked_at & 1).any()
        marked += looked_at.sum()
    assert marked > 0


def test_near_lanes_stand_side_by_side_and_what_fills_up_is_never_off():
    units, goal, limit, s, _ = lanes_of(50.0, 45.0, 61.0)
    s[MONEY, 2] = 7.0
    some = (np.full((4, 4), 9.0), np.zeros((4, 4)), np.zeros((4, 4)), np.full((OWN_STATE, 4), 9.0))
    copy_lane(2, 0, CASH, units, goal, limit, s, *some)
    assert [some[0][0, 0], some[0][1, 0], some[3][MONEY, 0]] == pytest.approx([6.1, 39.0, 7.0])
    assert [some[1][0, 0], some[2][0, 0]] == [0.5, 0.05 + NOISE]
    assert fill_up(1, 3, some[0], some[3]) == 4
    prices, off = np.array([[10.0, 1.0, 0.0, 0.0]] * 2), np.zeros(4, np.int64)
    assert scan(prices, CASH, 0, 2, some[0], *some[1:], off, 4) == 0
    assert off.tolist() == [1, 0, 0, 0]
    assert (fill_up(0, 3, some[0], some[3]), fill_up(4, 3, some[0], some[3])) == (0, 4)


def test_the_edge_is_nine_tenths_of_the_limit_from_the_target():
    """A fund of 60 %, 10 points off a band of 5: it goes to 54.5 %, cash to 45.5 %."""
    units, goal, limit, _, _ = lanes_of(60.0)
    edge = np.zeros((4, 1))
    aim_at_edge(np.array([10.0, 1.0, 0.0, 0.0]), CASH, units, goal, limit, 0.0, 100.0, 0, edge)
    assert edge[:2, 0].tolist() == pytest.approx([0.545, 0.455])


def test_the_widest_gap_decides_how_far_all_go():
    """With a limit of 2.5 points for cash it is cash that decides: to 52.25 % and 47.75 %."""
    units, goal, limit, _, _ = lanes_of(60.0)
    limit[1] = 0.025 + NOISE
    edge = np.zeros((4, 1))
    aim_at_edge(np.array([10.0, 1.0, 0.0, 0.0]), CASH, units, goal, limit, 0.0, 100.0, 0, edge)
    assert edge[:2, 0].tolist() == pytest.approx([0.5225, 0.4775])


def test_lanes_that_trade_stand_side_by_side_and_go_back_to_their_places():
    units = np.arange(12.0).reshape(4, 3)
    s, lane = np.zeros((OWN_STATE, 3)), np.array([2, 0])
    s[MONEY], s[PAID], s[LIVING] = [1.0, 2.0, 3.0], [0.0, 0.0, -5.0], [1.0, 1.0, 0.0]
    some_units, some = np.zeros((4, 3)), np.ones((STATE, 3))
    gather(lane, 0, 2, units, s, some_units, some)
    assert some_units[:, :2].tolist() == [[2.0, 0.0], [5.0, 3.0], [8.0, 6.0], [11.0, 9.0]]
    assert some[MONEY, :2].tolist() == [-2.0, 1.0]  # of a payout of 5 from 3 in money
    assert some[TRADING, :2].tolist() == [0.0, 1.0]  # a ruined lane does not trade
    assert some[[COSTS, TRADED], :2].tolist() == [[0.0, 0.0], [0.0, 0.0]]

    some_units[0, 0] = 70.0
    some[[MONEY, VALUE, LOST, GROSS, REST], 0] = [4.0, 100.0, 2.0, 49.0, 0.0]
    some[[MONEY, VALUE, LOST, GROSS, REST], 1] = [0.0, 50.0, 0.0, 25.0, -1.0]
    scatter(lane, 0, 2, units, s, some_units, some)
    assert units[0].tolist() == [0.0, 1.0, 70.0]
    assert s[MONEY].tolist() == [0.0, 2.0, 4.0]
    # Costs of 1 that the sale could not pay come out of the payout of the first lane.
    assert s[PAID].tolist() == [1.0, 0.0, -5.0]
    assert s[COSTS].tolist() == [0.0, 0.0, 2.0]
    # One-way turnover: half of what is traded, of what is left after costs (50 + 1, 100 - 2).
    assert s[TRADED].tolist() == pytest.approx([25.0 / 2 / 51.0, 0.0, 49.0 / 2 / 98.0])
