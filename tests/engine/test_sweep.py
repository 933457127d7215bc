"""The sweep against the ledger, vectorbt and hand calculation, and what it does to a machine."""

from __future__ import annotations

import ast
import math
import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtests.analysis.metrics import returns_of
from backtests.analysis.numbers import declared
from backtests.engine import ledger
from backtests.engine.candidates import make_panel, schedules, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.scores import METRICS, paths, score
from backtests.engine.simulate import simulate, trade
from backtests.engine.sweep import prepare
from backtests.engine.with_sweep import fill_with_sweep
from backtests.engine.with_vectorbt import fill_with_vectorbt
from data.load import load_market
from strategies import registry
from strategies.base import Strategy
from strategies.hedge_mix import HedgeMix
from strategies.schedule import REBALANCE
from tests.conftest import ROOT, SOAK, random_market
from tests.engine.helpers import TICKERS, mixes


def expected(market, done):
    """The metrics of a simulation as every report shows them."""
    cash = market.cash.loc[done.nav.index]
    returns = returns_of(done.nav).to_numpy()
    excess = returns - returns_of(cash).to_numpy()
    portfolio = done.portfolio(market)
    downside = math.sqrt(portfolio.ppy * np.mean(np.minimum(excess, 0) ** 2))
    # Computed here over any span: over less than a year no report shows a figure a year.
    values = {metric.key: metric.of(portfolio) for metric in declared()}
    values["downside_deviation"] = downside
    return {name: np.nan if values[name] is None else values[name] for name in METRICS}


def agree(scores, market, done):
    """Hold scores of a candidate against its simulation, to 1e-9 relative.

    The absolute part is the rounding of a return or a ratio of values (1e-16 a row); money of
    10,000 is rounded to 1e-12.
    """
    for name, value in expected(market, done).items():
        limit = 1e-9 if name == "costs_paid" else 1e-14
        assert scores[name] == pytest.approx(value, rel=1e-9, abs=limit, nan_ok=True), name


class Given(Strategy):
    """Decisions made elsewhere."""

    name = "given"
    tickers = list(TICKERS)  # noqa: RUF012 - a stand-in

    def __init__(self, frame):
        object.__setattr__(self, "frame", frame)

    def target_weights(self, market):
        return self.frame


COSTS = st.builds(
    Costs,
    fee_bps=st.sampled_from([0.0, 2.0, 100.0, 1000.0]),
    slippage_bps=st.sampled_from([0.0, 1.0, 200.0]),
    lag=st.integers(1, 5),
)


@settings(max_examples=300 if SOAK else 70)
@given(
    seed=st.integers(0, 10_000),
    tickers=st.integers(1, 5),
    rows=st.integers(7, 400 if SOAK else 150),
    ppy=st.sampled_from([12, 252]),
    volatility=st.sampled_from([0.001, 0.01, 0.08]),
    costs=COSTS,
    rebalance=st.sampled_from(REBALANCE),
)
def test_mixes_agree_with_the_ledger(seed, tickers, rows, ppy, volatility, costs, rebalance):
    market = random_market(seed, TICKERS[:tickers], rows, ppy, volatility)
    weights = mixes(np.random.default_rng(seed), 5, tickers)
    panel = make_panel(market, TICKERS[:tickers], costs, initial=5_000)
    candidates = static_mixes(panel, weights, rebalance)
    scores, navs = score(panel, candidates, threads=1), paths(panel, candidates)
    for mix, row in enumerate(weights.tolist()):
        strategy = HedgeMix(weights=dict(zip(TICKERS, row, strict=False)), rebalance=rebalance)
        done = simulate(market, strategy, costs, initial=5_000, engine=ledger.fill)
        agree(scores.loc[mix], market, done)
        np.testing.assert_allclose(navs[mix], done.nav, rtol=1e-11)


@settings(max_examples=100 if SOAK else 50)
@given(seed=st.integers(0, 10_000), every=st.integers(1, 40), costs=COSTS)
def test_schedules_agree_with_the_ledger(seed, every, costs):
    # Each candidate decides on rows of its own, some of them on the last session.
    rng = np.random.default_rng(seed)
    market = random_market(seed, TICKERS, 150)
    frames = []
    for width in (1, 3, 5):
        rows = np.unique(np.append(0, rng.integers(0, 150, 150 // every)))
        frames.append(
            pd.DataFrame(mixes(rng, len(rows), width), market.sessions[rows], TICKERS[:width])
        )
    start = Opening(market.sessions[rng.integers(0, 100)], bool(rng.integers(0, 2)))
    panel = make_panel(market, TICKERS, costs, opening=start)
    scores = score(panel, schedules(panel, market, frames), threads=1)
    for number, frame in enumerate(frames):
        wide = frame.reindex(columns=TICKERS, fill_value=0.0)
        done = simulate(market, Given(wide), costs, opening=start, engine=ledger.fill)
        agree(scores.loc[number], market, done)


@settings(max_examples=150 if SOAK else 80)
@given(
    seed=st.integers(0, 10_000),
    width=st.integers(1, 6),
    every=st.integers(1, 40),
    initial=st.sampled_from([1.0, 10_000.0, 1e12]),
    costs=COSTS,
)
def test_the_books_of_one_portfolio_agree_with_the_ledger(seed, width, every, initial, costs):
    rng = np.random.default_rng(seed)
    tickers = (*TICKERS, "F")[:width]
    market = random_market(seed, tickers, 150)
    rows = np.unique(np.append(0, rng.integers(0, 150, 150 // every)))
    decided = pd.DataFrame(mixes(rng, len(rows), width), market.sessions[rows], list(tickers))

    def books(engine):
        return trade(market, decided, costs, name="given", initial=initial, engine=engine)

    ours, theirs = books(fill_with_sweep), books(ledger.fill)
    np.testing.assert_allclose(ours.nav, theirs.nav, rtol=1e-11)
    np.testing.assert_allclose(ours.weights, theirs.weights, rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours.traded, theirs.traded, rtol=0, atol=1e-11)
    assert ours.costs_paid == pytest.approx(theirs.costs_paid, rel=1e-9, abs=1e-12 * initial)
    assert ours.pending == theirs.pending
    # The same money changes hands on every day, whatever dust of an order one of them leaves out.
    spent = [one.orders.groupby("date")["value"].sum() for one in (ours, theirs)]
    both = pd.concat(spent, axis=1, sort=True).fillna(0.0)
    np.testing.assert_allclose(*both.to_numpy().T, rtol=1e-9, atol=1e-9 * initial)


def test_orders_of_one_portfolio_are_those_of_the_ledger():
    market = random_market(3, TICKERS[:3], 300)
    decided = HedgeMix(weights={"A": 0.5, "B": 0.3, "C": 0.1}).target_weights(market)
    ours, theirs = (
        trade(market, decided, Costs(2, 1), name="given", engine=engine).orders
        for engine in (fill_with_sweep, ledger.fill)
    )
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rebalance", REBALANCE)
@pytest.mark.parametrize("costs", [Costs(0, 0), Costs(2, 1), Costs(100, 50, 3)])
def test_mixes_agree_with_vectorbt(rebalance, costs):
    market = random_market(11, TICKERS[:3], 700)
    weights = mixes(np.random.default_rng(11), 5, 3)
    panel = make_panel(market, TICKERS[:3], costs)
    scores = score(panel, static_mixes(panel, weights, rebalance), threads=1)
    for mix, row in enumerate(weights.tolist()):
        strategy = HedgeMix(weights=dict(zip(TICKERS, row, strict=False)), rebalance=rebalance)
        agree(scores.loc[mix], market,
              simulate(market, strategy, costs, engine=fill_with_vectorbt))  # fmt: skip


@pytest.mark.parametrize("name", ["attack_defend", "duration_trend", "risk_parity"])
def test_rules_agree_with_the_ledger_on_the_bundled_history(name):
    rules = [registry.make(name, {"equity_weight": w} if name != "risk_parity" else {})
             for w in (0.4, 0.6)]  # fmt: skip
    tickers = rules[0].tickers
    market, costs = load_market("bundled", tickers), Costs()
    decided = [rule.target_weights(market) for rule in rules]
    start = Opening(max(frame.index[0] for frame in decided), is_invested=False)
    panel = make_panel(market, tickers, costs, opening=start, optional=rules[0].optional)
    scores = score(panel, schedules(panel, market, decided), threads=1)
    for number, rule in enumerate(rules):
        done = simulate(market, rule, costs, opening=start, engine=ledger.fill)
        agree(scores.loc[number], market, done)


def test_a_start_within_a_month_trades_the_standing_decision():
    market, asked = random_market(6, TICKERS[:2], 400), pd.Timestamp("2001-03-14")
    strategy = HedgeMix(weights={"A": 0.6, "B": 0.3}, rebalance="quarterly")
    done = simulate(market, strategy, Costs(), start=asked, engine=ledger.fill)
    assert done.opening == Opening(pd.Timestamp("2001-03-13"), is_invested=True)
    panel = make_panel(market, TICKERS[:2], Costs(), opening=done.opening)
    mixes = static_mixes(panel, [[0.6, 0.3]], "quarterly")
    # January's decision has traded by row 0, those of April, July and on a row after their own.
    assert mixes.rows[:2].tolist() == [0, 15]
    scores = score(panel, mixes, threads=1)
    agree(scores.loc[0], market, done)


# --- the cache of compiled code -----------------------------------------------------------

USE = """
from contextlib import contextmanager
import numpy as np
import tests.conftest as made
from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import score

@contextmanager
def progress(step):
    print("said:", step)
    yield

panel = make_panel(made.random_market(1), ["SPY"], Costs())
for _ in range(2):
    print(score(panel, static_mixes(panel, [[0.5]]), progress=progress).shape)
"""


def use(folder, **more):
    """Use the kernel in a process of its own; what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=folder, capture_output=True, text=True, check=True,
        env={**os.environ, **more},
    )  # fmt: skip
    return done.stdout.splitlines()


def without_a_body(text, name):
    """Let a function of a module do nothing.

    Compiling the kernel takes many seconds; where its code can be kept, and what is said, does
    not depend on what it does.
    """
    (function,) = (
        node for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )  # fmt: skip
    lines = text.splitlines()
    lines[function.body[0].lineno - 1 : function.end_lineno] = ["    return"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def without_a_cache(tmp_path_factory):
    """What a process prints that finds no folder to keep compiled code in."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("backtests", "data", "strategies", "tests"):
        shutil.copytree(ROOT / package, folder / package,
                        ignore=shutil.ignore_patterns("__pycache__", "cache"))  # fmt: skip
    kernel = folder / "backtests" / "engine" / "sweep.py"
    kernel.write_text(without_a_body(kernel.read_text("utf-8"), "_run"), "utf-8")
    # Files where folders would have to be made: nobody, root included, can write there.
    blocked = folder / "blocked"
    blocked.touch()
    (folder / "backtests" / "engine" / "__pycache__").touch()
    cache = str(blocked / "cache")
    return use(folder, HOME=cache, XDG_CACHE_HOME=cache, NUMBA_CACHE_DIR=cache)


WORKS = ["(1, 11)", "(1, 11)"]


def test_the_first_use_says_that_it_compiles_and_later_ones_do_not(without_a_cache):
    assert without_a_cache[0] == "said: compiling the sweep, once on this machine"
    prepare()  # writes the compiled code, unless an earlier process has
    assert use(ROOT) == WORKS


def test_without_any_folder_to_cache_in_it_still_works(without_a_cache):
    assert without_a_cache[1:] == WORKS
