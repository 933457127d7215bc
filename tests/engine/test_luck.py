"""Rebalancing luck: each outcome is the run that one would have made with that offset."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.flows import AskedFlows
from backtests.engine.judge import judge_run
from backtests.engine.luck import payoff_of, rebalancing_luck
from backtests.engine.plan import Plan
from backtests.engine.run import Run
from tests.conftest import market_of, random_market

FUNDS = {"SPY": 0.5, "IEF": 0.3, "TLT": 0.15}


def daily(source, tickers, **_):
    return random_market(11, tuple(dict.fromkeys(tickers)), rows=1_700)


def monthly(source, tickers, **_):
    return random_market(12, tuple(dict.fromkeys(tickers)), rows=120, ppy=12)


def run_of(strategy="hedge_mix", params=None, *, load=daily, **options) -> Run:
    config = RunConfig(strategy, params or {}, source="yahoo", **options)
    run = simulated(load_inputs(config, load=load), ledger.fill)
    verdict = judge_run(
        run.market, config.make_strategy(), run.simulation, "SPY", engine=ledger.fill,
        roles=config.roles, brief=True,
    )  # fmt: skip
    return replace(run, verdict=verdict)


def luck_of(run: Run):
    rule = run.config.make_strategy()
    return rebalancing_luck(run.market, rule, run.simulation, run.judged, roles=run.config.roles)


@pytest.fixture(scope="module")
def run() -> Run:
    costs = Costs(fee_bps=5, slippage_bps=2, lag=2)
    return run_of(params={"weights": FUNDS, "offset": 3}, costs=costs, start="2001-05-15")


@pytest.fixture(scope="module")
def luck(run):
    return luck_of(run)


@pytest.mark.parametrize("offset", [1, 3, 15])
def test_each_outcome_is_the_run_with_that_offset(run, luck, offset):
    """From the same row 0, which is the session before 15 May 2001; filled by the ledger."""
    params = {"weights": FUNDS, "offset": offset}
    other = run_of(params=params, costs=run.config.costs, start="2001-05-15")
    assert other.simulation.opening == run.simulation.opening
    outcome = luck.outcomes[offset - 1]
    assert outcome.offset == offset
    assert outcome.cagr == pytest.approx(other.summary.metrics.cagr, abs=1e-9)
    assert outcome.max_drawdown == pytest.approx(other.summary.metrics.max_drawdown, abs=1e-9)
    paid = other.judged.evidence.every.estimate.number
    assert outcome.payoff == pytest.approx(paid, abs=1e-9)


def test_the_run_is_held_against_all_sessions_of_its_period(run, luck):
    assert [each.offset for each in luck.outcomes] == list(range(1, 16))
    assert (luck.calendar, luck.period, luck.unit, luck.offset) == (
        "monthly", "month", "session", 3,
    )  # fmt: skip
    assert luck.cagr.own == pytest.approx(run.summary.metrics.cagr, abs=1e-9)
    growths = [each.cagr for each in luck.outcomes]
    assert (luck.cagr.low, luck.cagr.high) == (min(growths), max(growths))
    assert luck.cagr.width > 0.0
    # The two funds of the hedge are brought back on that session, so that it matters to them.
    assert not luck.payoff.is_same


def test_a_single_fund_pays_the_same_whichever_session_decides():
    run = run_of()
    luck = luck_of(run)
    assert luck.payoff.is_same
    assert luck.payoff.own == pytest.approx(run.judged.evidence.every.estimate.number, abs=1e-9)
    rule = replace(run.config.make_strategy(), offset=9)
    paid = payoff_of(run.market, rule, run.simulation, "SPY", run.config.roles)
    assert paid == pytest.approx(luck.payoff.own, abs=1e-9)


def test_after_payouts_took_all_a_unit_goes_on():
    """Where nothing costs, flows do not change a unit: their run's outcomes are those without."""
    free = Costs(fee_bps=0, slippage_bps=0)
    paying = {"costs": free, "plan": Plan(flows=AskedFlows("-200/month"))}
    runs = {at: run_of(params={"weights": FUNDS, "offset": at}, **paying) for at in (1, 8, 15)}
    ends = {at: f"{made.simulation.ruined:%Y-%m-%d}" for at, made in runs.items()}
    assert ends[1] > ends[8] == ends[15]  # the run is the one that lasts longest
    luck = luck_of(runs[1])
    assert {at: luck.outcomes[at - 1].ruined for at in ends} == ends
    plain = luck_of(run_of(params={"weights": FUNDS}, costs=free, end=ends[1]))
    assert plain.ruined == ()
    for with_flows, without in zip(luck.outcomes, plain.outcomes, strict=True):
        assert with_flows.cagr == pytest.approx(without.cagr, abs=1e-12)
        assert with_flows.max_drawdown == pytest.approx(without.max_drawdown, abs=1e-12)


def test_a_week_has_five_sessions_and_a_quarter_of_months_three():
    weekly = luck_of(run_of(params={"rebalance": "weekly", "offset": 2}))
    assert (weekly.period, weekly.unit, len(weekly.outcomes)) == ("week", "session", 5)
    quarterly = luck_of(run_of(params={"rebalance": "quarterly"}, load=monthly))
    assert (quarterly.period, quarterly.unit, len(quarterly.outcomes)) == ("quarter", "month", 3)


def test_a_rule_is_decided_anew_on_each_session():
    params = {"lookback_months": 6.0, "offset": 5}
    luck = luck_of(run_of("risk_parity", params))
    other = run_of("risk_parity", {**params, "offset": 12})
    assert len(luck.outcomes) == 15
    assert luck.outcomes[11].cagr == pytest.approx(other.summary.metrics.cagr, abs=1e-9)


@pytest.mark.parametrize(
    ("strategy", "params", "load"),
    [
        ("hedge_mix", {"rebalance": "never"}, daily),
        ("hedge_mix", {"rebalance": "daily"}, daily),
        ("hedge_mix", {}, monthly),
        ("hedge_mix", {"rebalance": "weekly"}, monthly),
        ("equity_only", {}, daily),
        ("hedge_mix", {"weights": {"SPY": 1.0}}, daily),  # nothing to bring back
    ],
)
def test_there_is_no_luck_without_a_choice(strategy, params, load):
    assert luck_of(run_of(strategy, params, load=load)) is None


def test_over_less_than_a_year_there_is_none():
    def short(source, tickers, **_):
        days = pd.bdate_range("2020-01-01", periods=150)
        return market_of(random_market(3, tuple(dict.fromkeys(tickers)), 150).prices.set_axis(days))

    assert luck_of(run_of(load=short)) is None
