"""The hedge with several rates withheld: against the run itself, and by a hand calculation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.withheld import AtRate
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.judge import judge_run
from backtests.engine.money import Money
from backtests.engine.run import Run
from backtests.engine.simulate import simulate
from backtests.engine.ways import four_ways
from backtests.engine.withheld import RATES, at_rates
from data.market import CASH, Market
from data.provenance import describe
from data.withholding.payouts import Payments, Payouts
from data.withholding.rates import Withheld, Withholding
from data.withholding.withhold import withhold
from strategies.hedge_mix import HedgeMix


def judged_in_brief(config: RunConfig) -> Run:
    run = simulated(load_inputs(config), ledger.fill)
    verdict = judge_run(
        run.market, config.make_strategy(), run.simulation, "SPY", engine=ledger.fill,
        searching=ledger.fill, brief=True,
    )  # fmt: skip
    return replace(run, verdict=verdict)


def rows_of(config: RunConfig) -> tuple[Run, tuple[AtRate, ...]]:
    run = judged_in_brief(config)
    return run, at_rates(run.market, config.make_strategy(), run.simulation, run.judged)


def test_the_row_of_the_runs_own_rate_is_the_run():
    taxed, rows = rows_of(RunConfig("hedge_mix", source="bundled", withholding="IEF=0.15"))
    assert [row.rate for row in rows] == list(RATES)
    assert [row.is_held for row in rows] == [False, True, False]
    assert rows[1].cagr == pytest.approx(taxed.summary.metrics.cagr, abs=1e-9)
    assert rows[1].max_drawdown == pytest.approx(taxed.summary.metrics.max_drawdown, abs=1e-9)
    plain = simulated(load_inputs(RunConfig("hedge_mix", source="bundled")), ledger.fill)
    assert rows[0].cagr == pytest.approx(plain.summary.metrics.cagr, abs=1e-9)
    assert rows[2].cagr < rows[1].cagr < rows[0].cagr


def test_a_rate_from_a_date_is_no_rate_throughout():
    _, rows = rows_of(RunConfig("hedge_mix", source="bundled", withholding="IEF=0.3@2000-01-01"))
    assert not any(row.is_held for row in rows)


@pytest.mark.parametrize("fx_hedge", [0, 1])
def test_in_yen_nothing_withheld_is_the_way_that_the_run_holds(fx_hedge):
    config = RunConfig("hedge_mix", source="bundled", money=Money("JPY", fx_hedge=fx_hedge))
    run, (first, *_) = rows_of(config)
    ways = four_ways(run.market, config.make_strategy(), run.simulation, run.judged)
    assert ways is not None
    way = ways.way("hedged" if fx_hedge else "unhedged")
    assert first.is_held
    assert (first.payoff, first.growth) == (way.payoff, way.growth)
    assert (first.cagr, first.max_drawdown) == (way.whole.cagr, way.whole.max_drawdown)


def made(shares: float | None) -> Market:
    """Sixteen months in which a fund pays out all that it earns, 1 % of its value a month."""
    months = pd.date_range("2020-01-31", periods=17, freq="ME")
    rows = np.arange(17)
    prices = pd.DataFrame(
        {"SPY": 100.0 * np.where(rows % 2, 0.99, 1.02).cumprod(), "IEF": 100.0 * 1.01**rows}, months
    )
    cash = pd.Series(100.0, months, name=CASH)
    share = 0.01 / 1.01 if shares is None else shares
    paid = pd.Series(share, months).where(rows > 0, 0.0)
    payouts = {"SPY": Payouts(pd.Series(0.0, months)), "IEF": Payouts(paid, "interest")}
    return Market(
        source="made",
        title="made months",
        prices=prices,
        cash=cash,
        periods_per_year=12,
        provenance={name: describe(prices.get(name, cash), "made", "made") for name in
                    ("SPY", "IEF", CASH)},
        payments=Payments(payouts, {name: prices[name] for name in prices}),
    )  # fmt: skip


def rows_of_made(market: Market) -> tuple[AtRate, ...]:
    strategy = HedgeMix({"SPY": 0.6, "IEF": 0.4})
    simulation = simulate(market, strategy, Costs(fee_bps=0, slippage_bps=0), engine=ledger.fill)
    verdict = judge_run(
        market, strategy, simulation, "SPY", engine=ledger.fill, searching=ledger.fill, brief=True
    )
    return at_rates(market, strategy, simulation, verdict)


def test_growth_by_hand():
    """1 % a month, of which 30 % is withheld, is 0.7 % a month."""
    market = withhold(made(None), Withholding({"IEF": Withheld(0.3)}))
    rows = rows_of_made(market)
    assert [row.growth for row in rows] == pytest.approx(
        [1.01**12 - 1, 1.0085**12 - 1, 1.007**12 - 1], abs=1e-9
    )
    assert [row.is_held for row in rows] == [False, False, True]


def test_no_rows_where_nothing_can_be_said():
    taxed = Withholding({"IEF": Withheld(0.3)})
    assert rows_of_made(made(None)) == ()  # in dollars, and nothing is withheld
    assert rows_of_made(withhold(made(0.0), taxed)) == ()  # it pays nothing out
    of_equity = withhold(made(np.nan), Withholding({"SPY": Withheld(0.3)}))
    assert rows_of_made(of_equity) == ()  # what it pays is not known
