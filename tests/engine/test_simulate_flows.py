"""Simulations with bands and cash flows: laws, time, and ruin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.bands import Rebalancing
from backtests.engine.costs import Costs
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import PLAIN, Plan
from backtests.engine.simulate import simulate
from strategies.hedge_mix import HedgeMix
from tests.conftest import market_of, random_market

MARKET = random_market(3, rows=400)
FREE = Costs(0, 0, 1)
BANDS = [Rebalancing(0.01), Rebalancing(None, 0.05), Rebalancing(0.02, 0.04),
         Rebalancing(0.01, None, "edge")]  # fmt: skip


def run(plan=PLAIN, costs=FREE, market=MARKET, rebalance="daily", **options):
    strategy = HedgeMix(weights={"SPY": 0.6, "IEF": 0.3}, rebalance=rebalance)
    return simulate(market, strategy, costs, plan=plan, **options)


def same(one, other, tolerance=1e-9):
    np.testing.assert_allclose(one, other, rtol=tolerance)


@pytest.mark.parametrize("flow", ["500/month", "-100/month", "-4%/quarter"])
def test_unit_value_is_the_chain_of_returns_without_the_flow(flow):
    done = run(Plan(flows=AskedFlows(flow)), Costs(10, 5, 2), rebalance="monthly")
    chain = [1e4]
    for row in range(1, len(done.nav)):
        grown = (done.wealth.iloc[row] - done.flows.iloc[row]) / done.wealth.iloc[row - 1]
        chain.append(chain[-1] * grown)
    same(done.nav, chain, 1e-12)
    assert (done.flows != 0).sum() > 4
    assert done.wealth.iloc[-1] != pytest.approx(done.nav.iloc[-1])


@pytest.mark.parametrize("flow", ["500/month", "-100/month", "-4%/quarter"])
def test_at_no_cost_flows_leave_the_unit_value_as_it_is(flow):
    for rebalance in ("never", "monthly"):
        with_flows = run(Plan(flows=AskedFlows(flow)), rebalance=rebalance)
        same(with_flows.nav, run(rebalance=rebalance, engine=ledger.fill).nav, 1e-12)


@pytest.mark.parametrize("lag", [1, 2, 5])
@pytest.mark.parametrize("rebalancing", BANDS)
def test_vectorbt_fills_what_stood_as_the_ledger_does(rebalancing, lag):
    plan = Plan(rebalancing)
    for seed in (5, 6):
        market = random_market(seed, rows=500)
        ours = run(plan, Costs(10, 5, lag), market, engine=ledger.fill)
        other = run(plan, Costs(10, 5, lag), market)
        same(ours.nav, other.nav)
        assert (ours.fill_rows == other.fill_rows).all()
        assert 2 < len(ours.decisions) < 400


@pytest.mark.parametrize("plan", [Plan(BANDS[2], AskedFlows("-100/month")), Plan(BANDS[3])])
def test_the_scale_of_prices_and_of_money_changes_nothing(plan):
    costs = Costs(10, 5, 2)
    plain = run(plan, costs)
    scaled = run(plan, costs, market_of(MARKET.levels(["SPY", "IEF"])[["SPY", "IEF"]] * 1e3,
                                        MARKET.cash))  # fmt: skip
    same(plain.nav, scaled.nav)
    share = Plan(plan.rebalancing, AskedFlows("-1%/month"))
    same(run(share, costs, initial=1e12).nav, run(share, costs).nav * 1e8)


def test_nothing_earlier_changes_with_what_comes_later():
    plan, costs = Plan(BANDS[2], AskedFlows("-100/month")), Costs(10, 5, 2)
    whole, cut = run(plan, costs), run(plan, costs, MARKET.until(MARKET.sessions[250]))
    rows = len(cut.nav)
    assert rows < len(whole.nav)
    for of in ("nav", "wealth", "flows"):
        same(getattr(whole, of).iloc[:rows], getattr(cut, of), 1e-12)
    orders = whole.orders[whole.orders["date"] <= cut.nav.index[-1]]
    pd.testing.assert_frame_equal(orders, cut.orders)


def test_decisions_before_row_0_that_repeat_are_dropped():
    done = run(Plan(Rebalancing(0.9)), Costs(0, 0, 5), start=MARKET.sessions[100])
    assert len(done.decisions) == 1
    assert done.fill_rows.tolist() == [0]


def test_a_decision_beyond_its_band_on_the_last_row_is_pending():
    levels = pd.DataFrame({"SPY": 100.0, "IEF": 100.0}, pd.bdate_range("2020-01-01", periods=30))
    levels.loc[levels.index[-1], "SPY"] = 200.0
    assert run(Plan(Rebalancing(0.05)), market=market_of(levels)).pending
    assert not run(Plan(Rebalancing(0.5)), market=market_of(levels)).pending


def test_a_run_ends_with_its_ruin():
    done = run(Plan(BANDS[0], AskedFlows("-4000/month")))
    assert done.ruined == done.nav.index[-1] < MARKET.sessions[-1]
    assert done.wealth.iloc[-1] == 0.0
    assert (done.wealth.iloc[:-1] > 0.0).all()
    assert done.nav.iloc[-1] > 5000.0  # what was paid out is no loss
    # Each payout but the last one is whole; that takes what is left.
    paid = done.flows[done.flows != 0]
    assert paid.iloc[:-1].to_numpy() == pytest.approx(-4000.0)
    assert -4000.0 < paid.iloc[-1] < 0.0
    assert not done.pending
    assert done.decisions.index[-1] <= done.asked.index[-1] <= done.ruined
    unpaid = run(Plan(BANDS[0]))
    assert done.continued(unpaid).nav.index.equals(unpaid.nav.index)


def test_what_is_dated_after_a_ruin_is_not_part_of_the_run():
    days = [f"{MARKET.sessions[row]:%Y-%m-%d}" for row in (20, 200, 300)]
    amounts = (-100.0, -1e6, 700.0)
    done = run(Plan(flows=AskedFlows(dated=dict(zip(days, amounts, strict=True)))))
    assert done.ruined == MARKET.sessions[201]  # the lag
    assert list(done.plan.flows.by_day) == days[:2]
    again = run(done.plan, market=MARKET.until(done.ruined))
    assert again.wealth.equals(done.wealth)


def test_flows_that_are_all_nothing_change_no_bit():
    assert not AskedFlows("0/month")
    plain = run(engine=ledger.fill)
    none = run(Plan(flows=AskedFlows("0/month")), engine=ledger.fill)
    assert (plain.nav.to_numpy() == none.nav.to_numpy()).all()
    assert (none.wealth == none.nav).all()
