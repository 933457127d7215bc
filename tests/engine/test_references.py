"""The portfolios a run is judged against: laws and hand-made cases."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.months import month_ends
from backtests.analysis.payoff import without_rounding
from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.judge import judge_run
from backtests.engine.references import (
    alone,
    always_invested,
    bought_once,
    make_references,
    make_sides,
    one_step,
)
from backtests.engine.roles import Roles
from backtests.engine.simulate import simulate
from data import bundled
from data.records import to_json
from strategies.attack_defend import AttackDefend
from strategies.equity_only import EquityOnly
from strategies.hedge_mix import HedgeMix
from strategies.risk_parity import RiskParity
from strategies.schedule import decision_rows
from tests.conftest import market_of, random_market

FREE = Costs(fee_bps=0, slippage_bps=0, lag=1)


def monthly_volatility(simulation) -> float:
    levels = month_ends(simulation.nav.iloc[simulation.costs.lag :].to_frame()).iloc[:, 0]
    return float(levels.pct_change(fill_method=None).std() * np.sqrt(12))


@pytest.fixture(scope="module")
def mix():
    market = random_market(3, rows=1500)
    strategy = HedgeMix(weights={"SPY": 0.5, "IEF": 0.3})
    simulation = simulate(market, strategy, Costs())
    return market, strategy, simulation, make_references(market, strategy, simulation, "SPY")


def test_bills_take_the_place_of_treasuries_and_equity_stays(mix):
    market, _, _, references = mix
    assert references.equity_tickers == ["SPY"]
    assert references.hedge_tickers == ["IEF"]
    expected = simulate(market, HedgeMix(weights={"SPY": 0.5}), Costs(), engine=ledger.fill)
    pd.testing.assert_series_equal(references.bills.nav, expected.nav, rtol=1e-9, check_names=False)


def test_a_leg_is_that_of_its_own_costs_whatever_was_asked_before():
    market = random_market(5, rows=600)
    strategy = HedgeMix(weights={"SPY": 0.5, "IEF": 0.4})
    legs = []
    for fee in (0.0, 50.0, 0.0):
        simulation = simulate(market, strategy, Costs(fee, 0.0), engine=ledger.fill)
        legs.append(make_sides(market, strategy, simulation, "SPY", engine=ledger.fill).hedge_leg)
    pd.testing.assert_series_equal(legs[0], legs[2], check_exact=True)
    assert legs[1].iloc[-1] < legs[0].iloc[-1]
    fresh = random_market(5, rows=600)
    alone_at_cost = make_sides(
        fresh, strategy, simulate(fresh, strategy, Costs(50.0, 0.0), engine=ledger.fill), "SPY",
        engine=ledger.fill,
    )  # fmt: skip
    pd.testing.assert_series_equal(legs[1], alone_at_cost.hedge_leg, check_exact=True)


def test_all_equity_is_the_benchmark(mix):
    market, _, _, references = mix
    expected = simulate(market, EquityOnly(ticker="SPY"), Costs(), engine=ledger.fill)
    pd.testing.assert_series_equal(
        references.equity.nav, expected.nav, rtol=1e-9, check_names=False
    )


def test_matched_volatility_matches_and_is_rebalanced_like_the_run(mix):
    _, _, simulation, references = mix
    gap = monthly_volatility(references.matched) - monthly_volatility(simulation)
    assert abs(gap) <= 1e-6
    assert 0 < references.matched_weight < 1
    assert list(references.matched.decisions.index) == list(simulation.decisions.index)


def test_matched_volatility_never_levers():
    market = random_market(5, tickers=("SPY", "TLT"), rows=800)
    wild = market.prices["TLT"].to_numpy() ** 4
    from tests.conftest import market_of

    prices = market.prices.assign(TLT=wild)
    market = market_of(prices, market.cash)
    strategy = HedgeMix(weights={"SPY": 0.5, "TLT": 0.5})
    simulation = simulate(market, strategy, FREE, engine=ledger.fill)
    references = make_references(market, strategy, simulation, "SPY")
    assert references.matched_weight == 1.0
    assert monthly_volatility(references.matched) < monthly_volatility(simulation)


def test_legs_reach_back_before_the_run(mix):
    market, strategy, _, _ = mix
    late = simulate(market, strategy, Costs(), start=market.sessions[700])
    references = make_references(market, strategy, late, "SPY")
    assert references.hedge_leg.index[0] == market.sessions[0]
    assert references.equity.nav.index[0] == late.nav.index[0]
    # Bought on the second session, the leg is the fund from there on.
    leg = references.hedge_leg.iloc[1:] / references.hedge_leg.iloc[1]
    fund = market.prices["IEF"].iloc[1:] / market.prices["IEF"].iloc[1]
    np.testing.assert_allclose(leg, fund, rtol=1e-9)


def test_a_rule_that_steps_out_is_measured_against_equity():
    # Half A and half B, then a quarter and three quarters, then out of both, then in again.
    index = pd.bdate_range("2020-01-01", periods=5)
    decided = pd.DataFrame(
        {
            "A": [0.0, 0.3, 0.25, 0.0, 0.6],
            "B": [0.0, 0.3, 0.75, 0.0, 0.2],
            "IEF": [1.0, 0.4, 0.0, 1.0, 0.2],
        },
        index,
    )
    shares = always_invested(decided, ["A", "B"])
    expected = [[0.5, 0.5], [0.5, 0.5], [0.25, 0.75], [0.25, 0.75], [0.75, 0.25]]
    np.testing.assert_allclose(shares.to_numpy(), expected)
    # A rule in SPY on some months and in IEF on the others: 100 % equity is SPY, bought once.
    market = random_market(8, rows=900)
    months = market.sessions[decision_rows(market.sessions, "monthly")]
    is_in = (np.arange(len(months)) % 2).astype(float)

    class Switching(HedgeMix):
        def target_weights(self, market):
            return pd.DataFrame({"SPY": is_in, "IEF": 1 - is_in}, months)

    rule = Switching()
    simulation = simulate(market, rule, FREE, engine=ledger.fill)
    references = make_references(market, rule, simulation, "SPY", engine=ledger.fill)
    held = simulate(market, EquityOnly(), FREE, engine=ledger.fill)
    np.testing.assert_allclose(references.equity.nav, held.nav, rtol=1e-12)
    assert references.equity.weights["SPY"].iloc[1:].min() == pytest.approx(1.0)
    assert 0.4 < references.bills.weights["SPY"].mean() < 0.6  # bills at the weight it held


def test_a_hedge_of_weight_zero_is_cash_and_earns_nothing_over_bills():
    """Out of the hedge from 1990 on: these months count, with a payoff of 0 to the last bit."""
    market = bundled.load(["SPY", "IEF"])

    class Leaving(HedgeMix):
        def target_weights(self, market):
            weights = super().target_weights(market).copy()
            weights.loc["1990":, "IEF"] = 0.0
            return weights

    rule = Leaving()
    simulation = simulate(market, rule, Costs(), engine=ledger.fill)
    sides = make_sides(market, rule, simulation, "SPY", engine=ledger.fill)
    levels = pd.DataFrame(
        {"equity": sides.equity_leg, "hedge": sides.hedge_leg, "cash": market.cash}
    )
    returns = month_ends(levels).pct_change(fill_method=None).iloc[2:]
    _, excess = without_rounding(*returns.to_numpy(float).T)
    out = returns.index >= pd.Period("1990-03", "M")  # decided in January, filled in February
    assert out.sum() > 400
    assert (excess[out] == 0.0).all()
    assert (excess[~out] != 0.0).mean() > 0.99


def test_named_hedges_replace_the_known_funds():
    market = random_market(8, ("SPY", "IEF", "GLD"), rows=900)
    mix = HedgeMix(weights={"SPY": 0.5, "IEF": 0.3, "GLD": 0.2})
    simulation = simulate(market, mix, FREE, engine=ledger.fill)
    usual = make_references(market, mix, simulation, "SPY", engine=ledger.fill)
    assert (usual.equity_tickers, usual.hedge_tickers) == (["SPY", "GLD"], ["IEF"])
    roles = Roles(hedge=("GLD",))
    gold = make_references(market, mix, simulation, "SPY", roles=roles, engine=ledger.fill)
    assert (gold.equity_tickers, gold.hedge_tickers) == (["SPY", "IEF"], ["GLD"])
    # The hedge's own leg is gold, from the day after the first decision.
    leg = gold.hedge_leg.iloc[1:] / gold.hedge_leg.iloc[1]
    fund = market.prices["GLD"].iloc[1:] / market.prices["GLD"].iloc[1]
    np.testing.assert_allclose(leg, fund, rtol=1e-9)


def test_alone_keeps_proportions_and_falls_back_to_cash():
    index = pd.bdate_range("2020-01-01", periods=3)
    decided = pd.DataFrame(
        {"SPY": [0.4, 0.5, 0.0], "VXUS": [0.2, 0.0, 0.0], "IEF": [0.4, 0.5, 1.0]}, index=index
    )
    shares = alone(decided, ["SPY", "VXUS"])
    np.testing.assert_allclose(shares.to_numpy(), [[2 / 3, 1 / 3], [1, 0], [0, 0]])
    assert len(bought_once(shares)) == 3
    assert len(bought_once(alone(decided, ["IEF"]))) == 1


def test_a_portfolio_without_treasuries_has_nothing_to_judge():
    market = random_market(8, rows=900)
    strategy = EquityOnly(ticker="SPY")
    simulation = simulate(market, strategy, Costs())
    verdict = judge_run(market, strategy, simulation, "SPY")
    assert verdict.word == "no hedge"
    assert verdict.holds_hedge is False
    assert verdict.attribution is None
    json.dumps(to_json(verdict), allow_nan=False)


def test_a_portfolio_without_equity_is_judged_against_the_benchmark():
    market = random_market(8, rows=900)
    strategy = HedgeMix(weights={"IEF": 1.0})
    simulation = simulate(market, strategy, Costs())
    references = make_references(market, strategy, simulation, "SPY")
    assert references.equity_tickers == ["SPY"]
    cash = market.cash / market.cash.iloc[0] * 10_000.0
    np.testing.assert_allclose(references.bills.nav, cash, rtol=1e-12)


def test_changing_equity_weights_are_kept_in_the_bills_mix():
    market = bundled.load(["SPY", "IEF"])
    strategy = RiskParity()
    simulation = simulate(market, strategy, Costs())
    references = make_references(market, strategy, simulation, "SPY")
    np.testing.assert_array_equal(references.bills.decisions["SPY"], simulation.decisions["SPY"])
    assert list(references.bills.decisions) == ["SPY", "CASH"]


@pytest.mark.parametrize("rebalance", ["monthly", "quarterly", "annually", "never"])
@pytest.mark.parametrize("lag", [1, 3])
def test_bills_hold_the_equity_weight_that_the_run_held(rebalance, lag):
    """Between decisions weights drift, and apart: the control follows the run's own."""
    market = random_market(6, rows=2500)
    strategy = HedgeMix(rebalance=rebalance)
    simulation = simulate(market, strategy, Costs(lag=lag))
    references = make_references(market, strategy, simulation, "SPY")
    after = simulation.nav.index[lag:]
    ours, theirs = (each.weights["SPY"].loc[after] for each in (simulation, references.bills))
    assert abs(ours.mean() - theirs.mean()) < 0.002
    assert (ours - theirs).abs().max() < 0.05


def test_one_step_stays_within_the_declared_ranges():
    steps = dict(one_step(AttackDefend(step_bp=10.0)))
    assert steps["step_bp 35"].step_bp == 35
    assert steps["step_bp -15"] is None
    assert not any("equity_weight" in label for label in steps)
    assert {"lookback_years 4", "lookback_years 6", "hysteresis_bp 5"} <= set(steps)
    for label, rule in one_step(AttackDefend()):
        name, value = label.split()
        assert rule is None or getattr(rule, name) == float(value)


def test_a_duration_rule_meets_its_static_mix_and_its_neighbours():
    market = bundled.load(["SPY", "BIL", "SHY", "IEF", "TLT"])
    rule = AttackDefend()
    simulation = simulate(market, rule, Costs())
    verdict = judge_run(market, rule, simulation, "SPY")
    keys = [row.key for row in verdict.portfolios]
    assert keys.count("static") == 1
    assert keys.count("variant") >= 8
    parts = {row.part: row.currency for row in verdict.attribution.parts}
    total = parts.pop("total")
    assert sum(parts.values()) == pytest.approx(total, rel=1e-9)
    # What came in and went out of the sleeve is in the value, not in the profit.
    longer = next(row for row in verdict.portfolios if row.label == "lookback_years 6")
    assert longer.missing == "no decision yet on the first day"


def test_states_reach_back_to_the_first_prices_of_equity():
    """Equity had prices two years before the hedge: its correlation is known from then on."""
    both = random_market(9, ("SPY", "IEF"), rows=1500)
    prices = both.prices.copy()
    prices.iloc[:500, 1] = np.nan  # as with SPY from 1993 and IEF from 2002
    market = market_of(prices, both.cash)
    mix = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4})
    simulation = simulate(market, mix, Costs(), engine=ledger.fill)
    sides = make_sides(market, mix, simulation, "SPY", engine=ledger.fill)
    assert sides.hedge_leg.index[0] == market.sessions[500]
    assert sides.equity_leg.index[0] == market.sessions[0]
    ours = sides.equity_leg.pct_change().iloc[3:]
    theirs = market.prices["SPY"].pct_change().loc[ours.index]
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
