"""A run: its name is all that determines it, and asking for it again is the same run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import MONEY, Money
from data.origin import How, Origin
from tests.conftest import ROOT
from tests.report.verdict.helpers import make_verdict


def made(config: RunConfig):
    return simulated(load_inputs(config), ledger.fill)


CONFIG = RunConfig("hedge_mix", source="bundled", start="2000-01-31")


@pytest.fixture(scope="module")
def run():
    return made(CONFIG)


def test_a_run_asked_for_by_what_came_out_is_the_same_run(run):
    resolved = run.resolved
    assert (resolved.start, resolved.end) == ("2000-01-31", "2025-12-31")
    assert (resolved.source, resolved.benchmark) == ("bundled", "SPY")
    again = made(replace(resolved, start=None, end=None)), made(resolved)
    assert again[1].resolved == resolved
    assert again[1].summary == run.summary
    assert again[0].resolved.start == "1962-01-31"


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"weights": {"SPY": 0.6, "IEF": 0.3}}},
        {"params": {"rebalance": "never"}},
        {"start": "2000-02-29"},
        {"end": "2025-06-30"},
        {"costs": Costs(2.0, 1.0, 2)},
        {"benchmark": "TLT"},
        {"initial": 1.0},
    ],
)
def test_whatever_determines_a_run_is_in_its_name(run, change):
    assert made(replace(CONFIG, **change)).name != run.name


def test_a_currency_its_cash_and_its_hedge_are_in_the_name_and_dollars_are_not(run):
    moneys = (
        Money("JPY"),
        Money("GBP"),
        Money("JPY", cash="usd"),
        Money("JPY", fx_hedge=1),
        Money("JPY", fx_hedge={"IEF": 0.5}),
        Money("JPY", fx_hedge_equity=1),
        Money("JPY", fx_hedge=1, fx_basis_bp=0),
        Money("JPY", carry_rates=True),
    )
    names = {made(replace(CONFIG, money=money)).name for money in moneys}
    assert len({run.name, *names}) == len(moneys) + 1
    assert made(replace(CONFIG, money=Money("USD", fx_hedge=0))).name == run.name
    assert not set(MONEY) & set(CONFIG.as_dict())


def test_the_data_and_their_notes_are_in_the_name_and_the_day_is_not(run):
    market = run.market
    assert replace(run, market=market.relabelled(notes=["another"])).name != run.name
    assert replace(run, market=market.relabelled(title="another")).name != run.name
    prices = market.prices
    prices.iloc[-1, 0] *= 1 + 1e-15
    bumped = type(market)(
        source=market.source, title=market.title, prices=prices, cash=market.cash,
        periods_per_year=12, provenance=market.provenance, notes=market.notes,
        yields=market.yields, policy_rate=market.policy_rate, cpi=market.cpi, usd=market.usd,
    )  # fmt: skip
    assert replace(run, market=bumped).name != run.name
    # How prices came to be used that day is no part of what was run.
    assert replace(run, market=market.relabelled(remarks=["said"])).name == run.name
    kept = market.relabelled(origin=Origin(How.KEPT, "2025-08-01"))
    assert replace(run, market=kept).name == run.name
    assert replace(run, verdict=make_verdict()).name == run.name


def test_the_name_is_the_same_in_another_process(run):
    """No hash of Python's own, which differs from process to process."""
    script = (
        "from backtests.engine import ledger\n"
        "from backtests.engine.backtest import load_inputs, simulated\n"
        "from backtests.engine.config import RunConfig\n"
        "config = RunConfig('hedge_mix', source='bundled', start='2000-01-31')\n"
        "print(simulated(load_inputs(config), ledger.fill).name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert done.stdout.strip() == run.name
    assert run.name.startswith("hedge_mix-")
    assert len(run.name) == len("hedge_mix-") + 10


def test_a_run_that_was_not_judged_says_so(run):
    with pytest.raises(ValueError, match="hedge_mix was run without a verdict"):
        _ = run.judged
    verdict = make_verdict()
    assert replace(run, verdict=verdict).judged is verdict


def test_plain_values_of_a_run_are_its_name_whole(run):
    """The folder's name is made of JSON: every value of the configuration has to be plain."""
    assert json.loads(json.dumps(run.config.as_dict())) == run.config.as_dict()


def test_how_old_the_data_are_and_what_stood_in_is_in_the_name(run):
    """Folders of one name hold the same bytes, and the summary says it."""
    market = run.market
    assert replace(run, market=market.relabelled(stood_in=[])).name != run.name
    assert replace(run, market=market.relabelled()).name == run.name
