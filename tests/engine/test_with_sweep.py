"""The sweep with bands and flows against the ledger, and laws that need no referee."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.candidates import Candidates, make_panel, schedules, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import METRICS, own_money, paths, score, wealth_paths
from backtests.engine.simulate import CAPITAL
from backtests.engine.sweep import run_block
from backtests.engine.with_sweep import run_own_block
from data.errors import UsageError
from tests.conftest import random_market
from tests.engine.flow_cases import apart
from tests.engine.helpers import TICKERS, mixes

ROWS = 400
COSTS = Costs(2, 1)


@pytest.fixture(scope="module")
def panel():
    return make_panel(random_market(4, TICKERS[:3], ROWS), TICKERS[:3], COSTS, initial=CAPITAL)


@pytest.fixture(scope="module")
def daily(panel):
    mixed = static_mixes(panel, mixes(np.random.default_rng(4), 150, 3))
    return Candidates(mixed.targets, np.arange(1, ROWS))


@pytest.fixture(scope="module")
def monthly(panel):
    return static_mixes(panel, mixes(np.random.default_rng(4), 150, 3))


def withdrawals(size, every=21):
    amount = np.zeros(ROWS)
    amount[every::every] = size
    return amount, np.zeros(ROWS)


def test_nav_units_and_orders_are_those_of_the_ledger():
    ruined = 0
    for seed in range(60):
        difference, theirs = apart(seed)
        assert difference <= 1e-9, seed
        ruined += theirs.ruined is not None
    assert ruined > 3


@pytest.mark.parametrize("to_edge", [False, True])
def test_every_lane_has_the_values_of_the_ledger(panel, daily, to_edge):
    limits = np.full(daily.targets.shape, 0.03)
    limits[1::2] = 0.01  # bands of its own for each candidate
    amount, share = withdrawals(-60.0)
    share[10::50] = 0.02
    asked = daily.within(limits, 1, to_edge=to_edge).paid(
        amount, share, np.linspace(0, 3, len(daily)), 0, np.arange(len(daily)) + 200
    )
    values, money = wealth_paths(panel, asked), own_money(panel, asked)
    for mix in (0, 1, 63, 64, 77, 128, 149):
        targets = np.tile(daily.targets[mix], (ROWS, 1))
        targets[0] = [0, 0, 0, 1]
        is_new = np.arange(ROWS) < 2
        factor = np.where(np.arange(ROWS) <= mix + 200, asked.flows.factor[mix], 0.0)
        theirs = ledger.fill(
            panel.prices, targets, panel.fee, panel.slippage, CAPITAL,
            ledger.Bands(1, np.tile(limits[mix], (ROWS, 1)), is_new, to_edge),
            ledger.Flows(amount * factor, share * factor),
        )  # fmt: skip
        np.testing.assert_allclose(values[mix], theirs.nav, rtol=1e-9, atol=1e-9)
        assert money.loc[mix, "paid_in"] == pytest.approx(theirs.flow[theirs.flow > 0].sum())
        assert money.loc[mix, "taken_out"] == pytest.approx(-theirs.flow[theirs.flow < 0].sum())
        assert money.loc[mix, "ruined"] == (-1 if theirs.ruined is None else theirs.ruined)


def test_unit_value_is_the_chain_of_returns_without_flows(monthly):
    # Free of costs, which a payout of a mix without cash would have to pay.
    market = random_market(4, TICKERS[:3], ROWS)
    panel = make_panel(market, TICKERS[:3], Costs(0, 0), initial=CAPITAL)
    asked = monthly.paid(*withdrawals(-150.0))
    unit, wealth = paths(panel, asked), wealth_paths(panel, asked)
    flow = np.where(np.arange(ROWS) % 21 == 0, -150.0, 0.0)
    flow[0] = 0.0
    for mix in (0, 70):
        chain = ((wealth[mix] - flow).to_numpy()[1:] / wealth[mix].to_numpy()[:-1]).cumprod()
        np.testing.assert_allclose(unit[mix].to_numpy()[1:], CAPITAL * chain, rtol=1e-11)
        assert score(panel, asked).loc[mix, "final_value"] == pytest.approx(CAPITAL * chain[-1])


def test_without_costs_no_metric_depends_on_flows():
    # Rebalanced never, what is paid in buys what is held in proportion: every return stays.
    market = random_market(4, TICKERS[:3], ROWS)
    free = make_panel(market, TICKERS[:3], Costs(0, 0))
    held = static_mixes(free, mixes(np.random.default_rng(4), 70, 3), "never")
    names = ["cagr", "volatility", "sharpe", "sortino", "max_drawdown", "worst_year"]
    plain = score(free, held)[names]
    paid = score(free, held.paid(*withdrawals(900.0)))[names]
    np.testing.assert_allclose(paid, plain, rtol=1e-9, atol=1e-12)


def test_a_flow_of_nothing_is_the_plain_sweep_to_the_bit(panel, monthly):
    plain, nav = run_block(panel, monthly, keep_nav=True)
    sums, payments, unit, wealth = run_own_block(
        panel, monthly.paid(np.zeros(ROWS), np.zeros(ROWS)), keep_nav=True
    )
    np.testing.assert_array_equal(sums, plain)
    for each in (unit, wealth):
        np.testing.assert_array_equal(each, nav)
    assert (payments[:, 1:3] == 0.0).all()


def test_no_band_at_all_on_every_day_is_daily_rebalancing(panel, daily):
    # Within 1e-9 of its target nothing trades: orders that small are below this difference.
    limits = np.zeros(daily.targets.shape)
    np.testing.assert_allclose(
        score(panel, daily.within(limits, 1)), score(panel, daily), rtol=1e-6, atol=1e-9
    )


def test_order_and_neighbours_change_no_digit(panel, daily):
    asked = daily.within(np.full(daily.targets.shape, 0.02), 1).paid(*withdrawals(-500.0))
    whole = score(panel, asked)
    pieces = [score(panel, asked[at : at + 7]) for at in range(0, len(asked), 7)]
    np.testing.assert_array_equal(whole, np.concatenate(pieces))
    turned = Candidates(daily.targets[::-1].copy(), daily.rows)
    back = turned.within(np.full(daily.targets.shape, 0.02), 1).paid(*withdrawals(-500.0))
    np.testing.assert_array_equal(whole, score(panel, back)[::-1])


def test_a_ruined_lane_is_none_of_its_neighbours_business(panel, monthly):
    factor = np.ones(len(monthly))
    alone = score(panel, monthly.paid(*withdrawals(-100.0), factor))
    factor[70] = 40.0
    asked = monthly.paid(*withdrawals(-100.0), factor)
    beside = score(panel, asked)
    assert beside.loc[70, list(METRICS)].isna().all()
    np.testing.assert_array_equal(beside.drop(70), alone.drop(70))
    # 4000 each time: the third takes what is left.
    assert own_money(panel, asked).loc[70, ["wealth", "ruined"]].tolist() == [0.0, 63]
    assert (wealth_paths(panel, asked).to_numpy()[63:, 70] == 0.0).all()
    assert np.isnan(paths(panel, asked).to_numpy()[63:, 70]).all()


def test_schedules_with_bands_are_the_mixes_they_repeat(panel, daily):
    market = random_market(4, TICKERS[:3], ROWS)
    few = daily[0:5]
    frames = [
        pd.DataFrame(np.tile(mix[:-1], (ROWS, 1)), market.sessions, list(TICKERS[:3]))
        for mix in few.targets
    ]
    own = schedules(panel, market, frames)
    banded = own.within(np.full(own.targets.shape, 0.02), 1)
    mixed = few.within(np.full(few.targets.shape, 0.02), 1)
    np.testing.assert_allclose(score(panel, banded), score(panel, mixed), rtol=1e-12, atol=1e-14)


def test_what_does_not_fit_is_refused(panel, daily):
    with pytest.raises(UsageError, match="limits of bands"):
        daily.within(np.zeros((2, 2)), 1)
    with pytest.raises(UsageError, match="amounts of flows"):
        daily.paid(np.zeros(3), np.zeros(4))
    with pytest.raises(UsageError, match="flows have 3 rows"):
        score(panel, daily.paid(np.zeros(3), np.zeros(3)))
