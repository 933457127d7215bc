"""Money-weighted returns, by hand and by the law of a constant return."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.own_money import money_of, money_weighted


def test_a_money_weighted_return_is_the_one_that_solves_it_by_hand() -> None:
    """100, and 110 four years on, are 121 + 121 = 242 where four years grow them by 1.1."""
    days = pd.DatetimeIndex(["2000-01-01", "2004-01-01", "2008-01-01"])  # 1461 days apart
    growth = 1.1**4
    wealth = pd.Series([100.0, 100.0 * growth + 110.0, (100.0 * growth + 110.0) * growth], days)
    flows = pd.Series([0.0, 110.0, 0.0], days)
    assert money_weighted(wealth, flows) == pytest.approx(0.10, abs=1e-9)
    # The same money from other returns: 100 becomes 90, with 110 it is 200, and ends at 242; with
    # x = growth of four years, 100 x^2 + 110 x = 242 has the root 1.1.
    other = pd.Series([100.0, 200.0, 242.0], days)
    assert money_weighted(other, flows) == pytest.approx(1.1**0.25 - 1.0, abs=1e-9)


def test_under_360_days_and_without_an_answer_there_is_none() -> None:
    days = pd.DatetimeIndex(["2001-01-01", "2001-12-20"])
    assert money_weighted(pd.Series([100.0, 110.0], days), pd.Series(0.0, days)) is None
    long = pd.DatetimeIndex(["2001-01-01", "2003-01-01"])
    assert money_weighted(pd.Series([100.0, 0.0], long), pd.Series(0.0, long)) is None


def test_real_wealth_is_that_of_the_same_run_in_real_money() -> None:
    """Amounts that grow with prices buy the same in both; so what is left is worth the same."""
    asked = {"strategy": "hedge_mix", "source": "bundled", "flow": "-300/year"}
    asked |= {"start": "1970-01-01", "end": "1999-12-31"}
    nominal, real = (
        simulated(load_inputs(RunConfig.from_dict({**asked, "real": is_real})), ledger.fill)
        for is_real in (False, True)
    )
    told, itself = nominal.summary.own_money, real.summary.own_money
    assert told is not None
    assert itself is not None
    assert told.real_final_wealth == pytest.approx(itself.real_final_wealth, rel=1e-12)
    assert itself.real_final_wealth == itself.strategy.final_wealth
    assert told.strategy.final_wealth > 2.0 * told.real_final_wealth
    # 30 payouts of 300 in money of each year: in money of 1969 they are fewer.
    assert 9000.0 * (1.0 - 3e-4) <= told.taken_out <= 9000.0  # less 3 basis points of what is sold
    assert itself.taken_out < 5000.0


def test_what_a_portfolio_took_gave_and_came_to_is_that_of_its_wealth() -> None:
    """In a real run both wealths are told: that in money of the day is the nominal run's own."""
    asked = {"strategy": "hedge_mix", "source": "bundled", "flow": "-300/year"}
    asked |= {"start": "1970-01-01", "end": "1999-12-31"}
    nominal, real = (
        simulated(load_inputs(RunConfig.from_dict({**asked, "real": is_real})), ledger.fill)
        for is_real in (False, True)
    )
    told, itself = (money_of(run.simulation, run.market) for run in (nominal, real))
    flows = nominal.simulation.flows
    assert (told.paid_in, told.taken_out) == (10_000.0, pytest.approx(-flows.sum()))
    assert told.nominal_final_wealth == told.final_wealth == nominal.simulation.wealth.iloc[-1]
    assert itself.nominal_final_wealth == pytest.approx(told.final_wealth, rel=1e-12)
    assert itself.real_final_wealth == itself.final_wealth
    assert nominal.summary.own_money is not None
    assert nominal.summary.own_money.nominal_final_wealth is None
    assert real.summary.own_money is not None
    assert real.summary.own_money.nominal_final_wealth == itself.nominal_final_wealth


def test_a_portfolio_without_payouts_took_nothing_and_not_minus_nothing() -> None:
    asked = {
        "strategy": "hedge_mix",
        "source": "bundled",
        "flow": "300/year",
        "start": "2000-01-31",
    }
    run = simulated(load_inputs(RunConfig.from_dict(asked)), ledger.fill)
    assert str(money_of(run.simulation, run.market).taken_out) == "0.0"


def test_what_is_dated_after_a_ruin_is_no_error_of_a_run_with_growing_amounts() -> None:
    asked = {"strategy": "hedge_mix", "source": "bundled", "start": "1970-01-01",
             "end": "1979-12-31", "flow_indexed": True,
             "flows": {"1972-03-15": -50_000.0, "1975-01-15": 100.0}}  # fmt: skip
    run = simulated(load_inputs(RunConfig.from_dict(asked)), ledger.fill)
    assert run.simulation.ruined == run.simulation.nav.index[-1] == pd.Timestamp("1972-04-30")
