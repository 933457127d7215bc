"""The summary: numbers of a run and its benchmark, and what the rule says today."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from backtests.analysis.numbers import numbers_of
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.simulate import simulate
from backtests.engine.summary import latest, summarise
from data.vintage import StandIn, StandInKind
from strategies.equity_only import EquityOnly
from strategies.hedge_mix import HedgeMix
from tests.conftest import market_of, random_market

FREE = Costs(0, 0, 1)


def test_turnover_a_year_is_annualised_by_the_rows_of_the_data():
    for ppy in (12, 252):
        market = random_market(8, rows=121 if ppy == 12 else 301, ppy=ppy)
        done = simulate(market, HedgeMix(), FREE, engine=ledger.fill)
        summary = summarise(RunConfig("hedge_mix"), market, done, done, "SPY")
        # 300 weekdays are 420 days: 260.9 a year.
        years = 10 if ppy == 12 else 420 / 365.25
        assert summary.metrics.turnover_per_year == pytest.approx(done.traded.sum() / years)
        assert summary.rows_per_year == pytest.approx(12 if ppy == 12 else 300 * 365.25 / 420)


def test_a_run_and_its_benchmark_have_the_same_numbers():
    market = random_market(8, rows=300).relabelled(notes=["a note"])
    done = simulate(market, HedgeMix(), Costs(), engine=ledger.fill)
    other = simulate(market, EquityOnly(), Costs(), engine=ledger.fill)
    summary = summarise(RunConfig("hedge_mix", initial=5.0), market, done, other, "SPY")
    assert summary.metrics == numbers_of(done.portfolio(market))
    assert summary.benchmark.metrics == numbers_of(other.portfolio(market))
    assert summary.benchmark.ticker == "SPY"
    assert (summary.metrics.costs_paid, summary.metrics.final_value) == (
        done.costs_paid, done.nav.iloc[-1],
    )  # fmt: skip
    sessions = market.sessions
    assert (summary.start, summary.end) == (f"{sessions[0]:%Y-%m-%d}", f"{sessions[-1]:%Y-%m-%d}")
    assert (summary.first_return, summary.first_fill) == ("2001-01-03", "2001-01-03")
    assert (summary.periods, summary.periods_per_year) == (299, 252)
    assert (summary.source, summary.source_title) == ("made", "made prices")
    assert summary.notes == ("a note",)
    assert (summary.costs, summary.initial, summary.strategy) == (Costs(), 5.0, "hedge_mix")


def test_a_mix_has_weights_and_a_rule_has_none():
    market = random_market(8, rows=100)
    done = simulate(market, HedgeMix(), FREE, engine=ledger.fill)
    mix = summarise(RunConfig("hedge_mix"), market, done, done, "SPY")
    assert mix.weights == mix.params["weights"] == {"SPY": 0.6, "IEF": 0.4}
    rule = replace(mix, strategy="equity_only", params=RunConfig("equity_only").params)
    assert rule.weights is None


def test_latest_is_what_was_decided_and_what_is_held():
    market = random_market(6, rows=200)
    first_of_month = market.sessions[market.sessions >= "2001-08-01"][0]
    done = simulate(market.until(first_of_month), HedgeMix(weights={"SPY": 0.5, "IEF": 0.3}), FREE,
                    engine=ledger.fill)  # fmt: skip
    now = latest(done)
    assert (now.as_of, now.decided) == ("2001-08-01", "2001-08-01")
    assert now.target == pytest.approx({"SPY": 0.5, "IEF": 0.3, "CASH": 0.2})
    assert now.pending == now.target
    assert now.held == pytest.approx(done.weights.iloc[-1].to_dict())
    assert now.held != pytest.approx(now.target)  # drifted since July
    held = simulate(market, HedgeMix(rebalance="never"), FREE, engine=ledger.fill)
    assert latest(held).pending is None
    assert latest(held).decided == f"{market.sessions[0]:%Y-%m-%d}"


def test_held_now_is_what_has_drifted_since_the_last_fill():
    # Half A and half cash, decided in January and bought in February at 100: 50 units, 5,000 in
    # cash. In March A stands at 300: 15,000 of 20,000, three quarters. Cash returns nothing.
    months = pd.date_range("2020-01-31", periods=3, freq="ME")
    market = market_of(pd.DataFrame({"A": [80.0, 100.0, 300.0]}, index=months), ppy=12)
    mix = HedgeMix(weights={"A": 0.5}, rebalance="never")
    now = latest(simulate(market, mix, FREE, engine=ledger.fill))
    assert (now.as_of, now.decided, now.pending) == ("2020-03-31", "2020-01-31", None)
    assert dict(now.target) == {"A": 0.5, "CASH": 0.5}
    assert dict(now.held) == pytest.approx({"A": 0.75, "CASH": 0.25})


def test_a_summary_says_how_old_its_data_are():
    market = random_market(8, rows=300)
    half = StandIn(("SPY",), StandInKind.PROXY, "SPY", "an index", False, None, "2001-06-29")
    market = market.relabelled(stood_in=[half])
    done = simulate(market, HedgeMix(), Costs(), engine=ledger.fill)
    summary = summarise(RunConfig("hedge_mix"), market, done, done, "SPY")
    assert summary.data == market.vintage
    assert summary.data.last == summary.end
    assert summary.data.stood_in == (half,)
    assert summary.data.series["IEF"].last == summary.end
