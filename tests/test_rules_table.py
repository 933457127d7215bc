"""The table of docs/rules.md: its page, what bills are in it, and whose durations."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.references import StaticDuration, held_duration
from backtests.engine.simulate import simulate
from docs import rules_table
from strategies.hedge_mix import HedgeMix
from strategies.risk_parity import RiskParity
from tests.conftest import ROOT, SHARED, random_market
from tests.strategies.helpers import month_ends, path_market

PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        [],
        pytest.param(
            ["--source", f"files:{SHARED}", "--extend"],
            marks=pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there"),
        ),
    ],
)
def test_the_page_has_what_the_command_prints(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["rules_table", *words])
    rules_table.main()
    printed = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("<!--")]
    assert "\n".join(printed) in PAGE


def test_bills_are_cash_and_no_fund():
    market = random_market(3, ("SPY", "BIL", "IEF"), rows=900)
    mix = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4})
    done = simulate(market, mix, Costs(), engine=ledger.fill)
    bills = rules_table.in_bills(market, mix, done)
    assert list(bills.weights) == ["SPY", "CASH"]
    expected = simulate(market, HedgeMix(weights={"SPY": 0.6}), Costs(), engine=ledger.fill)
    np.testing.assert_allclose(bills.nav, expected.nav, rtol=1e-9)


def test_bills_have_the_equity_weight_that_a_strategy_held():
    market = random_market(4, rows=1500)
    parity = RiskParity()
    done = simulate(market, parity, Costs(), engine=ledger.fill)
    bills = rules_table.in_bills(market, parity, done)
    ours, theirs = (each.weights["SPY"].iloc[1:] for each in (done, bills))
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.002)
    assert abs(ours.mean() - 0.6) > 0.05


@pytest.mark.parametrize(("target", "held"), [(20.0, 16.0), (16.0, 16.0), (11.6, 11.6), (0.2, 0.2)])
def test_the_duration_held_is_at_most_that_of_the_longest_fund(target, held):
    # Funds that stand still, of 0.2, 1.9, 7.2 and 16 years: of a target of 20 years 16 are held.
    market = path_market(month_ends(6))
    done = simulate(market, StaticDuration(duration=target), Costs(0, 0), engine=ledger.fill)
    assert held_duration(market, done) == pytest.approx(held)


def test_the_duration_held_is_an_average_over_the_rows_from_the_first_fill_on():
    class Half(StaticDuration):
        def target_duration(self, market):
            return pd.Series([16.0] * 3 + [0.2] * 3, market.sessions)

    market = path_market(month_ends(6))
    done = simulate(market, Half(), Costs(0, 0), engine=ledger.fill)
    # Decided on row 0 and traded on row 1: long on rows 1 to 3, short on rows 4 and 5.
    assert held_duration(market, done) == pytest.approx((3 * 16.0 + 2 * 0.2) / 5)
    without = StaticDuration(equity_weight=1.0)
    assert held_duration(market, simulate(market, without, Costs(), engine=ledger.fill)) is None
