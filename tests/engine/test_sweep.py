"""The sweep against the ledger, vectorbt and hand calculation, and what it does to a machine."""

from __future__ import annotations

import math
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtests.analysis.metrics import headline, returns_of
from backtests.engine import ledger
from backtests.engine.candidates import make_course, schedules, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import METRICS, paths, score, score_block, score_in_chunks
from backtests.engine.simulate import fill_with_vectorbt, simulate, trade
from backtests.engine.sweep import fill_with_sweep
from data.errors import DataError, UsageError, WeightError
from data.load import load_market
from strategies import registry
from strategies.base import Strategy
from strategies.hedge_mix import HedgeMix
from strategies.schedule import REBALANCE
from tests.conftest import ROOT, market_of, random_market

TICKERS = ("A", "B", "C", "D", "E")


def expected(market, done):
    """The metrics of a simulation as every report shows them."""
    cash = market.cash.loc[done.nav.index]
    returns = returns_of(done.nav).to_numpy()
    excess = returns - returns_of(cash).to_numpy()
    ppy = market.periods_per_year
    found = headline(done.nav, cash, ppy).__dict__
    found["downside_deviation"] = math.sqrt(ppy * np.mean(np.minimum(excess, 0) ** 2))
    found["turnover_per_year"] = done.traded.sum() * ppy / len(returns)
    found["costs_paid"] = done.costs_paid
    return {name: np.nan if found[name] is None else found[name] for name in METRICS}


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


def mixes(rng, count, tickers):
    """Weights that leave cash, that leave none, of one ticker, of none, and equal ones."""
    weights = rng.dirichlet(np.ones(tickers + 1), count)[:, :-1]
    weights[1::5] = rng.dirichlet(np.ones(tickers), len(weights[1::5]))
    weights[2::5] = np.eye(tickers)[rng.integers(0, tickers, len(weights[2::5]))]
    weights[3::5] = 0.0
    weights[4::5] = 1.0 / (tickers + 1)
    return weights


COSTS = st.builds(
    Costs,
    fee_bps=st.sampled_from([0.0, 2.0, 100.0, 1000.0]),
    slippage_bps=st.sampled_from([0.0, 1.0, 200.0]),
    lag=st.integers(1, 5),
)


@settings(max_examples=300)
@given(
    seed=st.integers(0, 10_000),
    tickers=st.integers(1, 5),
    rows=st.integers(7, 400),
    ppy=st.sampled_from([12, 252]),
    volatility=st.sampled_from([0.001, 0.01, 0.08]),
    costs=COSTS,
    rebalance=st.sampled_from(REBALANCE),
)
def test_mixes_agree_with_the_ledger(seed, tickers, rows, ppy, volatility, costs, rebalance):
    market = random_market(seed, TICKERS[:tickers], rows, ppy, volatility)
    weights = mixes(np.random.default_rng(seed), 5, tickers)
    course = make_course(market, TICKERS[:tickers], costs, initial=5_000)
    candidates = static_mixes(course, weights, rebalance)
    scores, navs = score(course, candidates, threads=1), paths(course, candidates)
    for mix, row in enumerate(weights.tolist()):
        strategy = HedgeMix(weights=dict(zip(TICKERS, row, strict=False)), rebalance=rebalance)
        done = simulate(market, strategy, costs, initial=5_000, engine=ledger.fill)
        agree(scores.loc[mix], market, done)
        np.testing.assert_allclose(navs[mix], done.nav, rtol=1e-11)


@settings(max_examples=100)
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
    start = market.sessions[rng.integers(0, 100)]
    course = make_course(market, TICKERS, costs, start=start)
    scores = score(course, schedules(course, market, frames), threads=1)
    for number, frame in enumerate(frames):
        wide = frame.reindex(columns=TICKERS, fill_value=0.0)
        done = simulate(market, Given(wide), costs, start=start, engine=ledger.fill)
        agree(scores.loc[number], market, done)


@settings(max_examples=150)
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
    course = make_course(market, TICKERS[:3], costs)
    scores = score(course, static_mixes(course, weights, rebalance), threads=1)
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
    start = max(frame.index[0] for frame in decided)
    course = make_course(market, tickers, costs, start=start, optional=rules[0].optional)
    scores = score(course, schedules(course, market, decided), threads=1)
    for number, rule in enumerate(rules):
        done = simulate(market, rule, costs, start=start, engine=ledger.fill)
        agree(scores.loc[number], market, done)


def test_a_start_within_a_month_trades_the_standing_decision():
    market, start = random_market(6, TICKERS[:2], 300), pd.Timestamp("2001-03-14")
    course = make_course(market, TICKERS[:2], Costs(), start=start)
    scores = score(course, static_mixes(course, [[0.6, 0.3]], "quarterly"), threads=1)
    strategy = HedgeMix(weights={"A": 0.6, "B": 0.3}, rebalance="quarterly")
    done = simulate(market, strategy, Costs(), start=start, engine=ledger.fill)
    agree(scores.loc[0], market, done)


def test_a_mix_by_hand():
    # Monthly rows, half A and half cash, no costs. A goes 100 100 200 200 150: 1,000 become 1,500,
    # which are halved (3.75 units of 200, 750 in cash), then 3.75 x 150 + 750 = 1,312.50.
    months = pd.date_range("2020-10-31", periods=5, freq="ME")
    market = market_of(pd.DataFrame({"A": [100.0, 100, 200, 200, 150]}, index=months), ppy=12)
    course = make_course(market, ["A"], Costs(0, 0), initial=1_000)
    mix = static_mixes(course, [[0.5]])
    assert paths(course, mix)[0].tolist() == pytest.approx([1000, 1000, 1500, 1500, 1312.5])
    found = score(course, mix, threads=1).loc[0]
    assert found["final_value"] == pytest.approx(1312.5)
    assert found["cagr"] == pytest.approx(1.3125**3 - 1)
    assert found["max_drawdown"] == pytest.approx(-0.125)
    assert found["calmar"] == pytest.approx((1.3125**3 - 1) / 0.125)
    # Returns 0, 1/2, 0, -1/8 with mean 3/32; bills return nothing.
    squares = 0.5**2 + 0.125**2 - 4 * (3 / 32) ** 2
    assert found["volatility"] == pytest.approx(math.sqrt(squares / 3 * 12))
    assert found["downside_deviation"] == pytest.approx(math.sqrt(0.125**2 / 4 * 12))
    assert found["sharpe"] == pytest.approx(3 / 32 / math.sqrt(squares / 3) * math.sqrt(12))
    assert found["sortino"] == pytest.approx(3 / 32 / 0.0625 * math.sqrt(12))
    # In December 250 of 1,500 leave A; in February 93.75 of 1,312.50 return: four months of trade.
    assert found["turnover_per_year"] == pytest.approx((250 / 1500 + 93.75 / 1312.5) * 12 / 4)
    # 2020 has no close of 2019, 2021 no close of its own.
    assert math.isnan(found["worst_year"])


def test_cash_alone_has_no_risk_and_no_ratios():
    market = random_market(2, TICKERS[:2])
    course = make_course(market, TICKERS[:2], Costs())
    found = score(course, static_mixes(course, [[0.0, 0.0]]), threads=1).loc[0]
    assert found["final_value"] == pytest.approx(10_000 * 1.0001**599)
    assert found[["max_drawdown", "turnover_per_year", "costs_paid"]].tolist() == [0, 0, 0]
    assert found[["sharpe", "sortino", "calmar"]].isna().all()


def test_sharpe_of_a_tiny_volatility_agrees_with_exact_sums():
    # Squares of the returns themselves would lose six digits here.
    n = 4_000
    deviation = 1e-6 * np.random.default_rng(0).normal(size=n)
    sessions = pd.bdate_range("2001-01-02", periods=n + 1)
    levels = np.cumprod(np.append(1.0, 1.0004 + deviation))
    # Cash is what the portfolio holds on the first row, so it moves just as A does there.
    cash = np.append(1.0, np.cumprod(np.append(levels[1], np.full(n - 1, 1.0001))))
    market = market_of(
        pd.DataFrame({"A": levels}, index=sessions), pd.Series(cash, sessions, name="CASH")
    )
    course = make_course(market, ["A"], Costs(0, 0))
    found = score(course, static_mixes(course, [[1.0]], "never"), threads=1).loc[0]
    returns = levels[1:] / levels[:-1] - 1.0
    excess = np.append(0.0, returns[1:] - (cash[2:] / cash[1:-1] - 1.0))
    for name, series in (("volatility", returns), ("sharpe", excess)):
        mean = math.fsum(series) / n
        spread = math.sqrt(math.fsum((series - mean) ** 2) / (n - 1))
        exact = {"volatility": spread * math.sqrt(252), "sharpe": mean / spread * math.sqrt(252)}
        assert found[name] == pytest.approx(exact[name], rel=1e-9)


# --- blocks, threads, processes -----------------------------------------------------------


@pytest.fixture(scope="module")
def crowd():
    market = random_market(4, TICKERS[:3], 300)
    course = make_course(market, TICKERS[:3], Costs())
    return course, static_mixes(course, mixes(np.random.default_rng(4), 333, 3))


def test_chunks_blocks_and_threads_change_no_digit(crowd):
    course, candidates = crowd
    whole = score_block(course, candidates)
    for size in (1, 3, 63, 64, 65, 200):
        parts = [score_block(course, candidates[at : at + size]) for at in range(0, 333, size)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    for threads in (1, 2):
        chunks = score_in_chunks(course, candidates, threads=threads, chunk=100)
        np.testing.assert_array_equal(pd.concat(chunks), whole)


def test_slices_of_schedules_change_no_digit():
    market = random_market(5, TICKERS[:2], 200)
    rng = np.random.default_rng(5)
    frames = [
        pd.DataFrame(mixes(rng, len(rows), 2), market.sessions[rows], TICKERS[:2])
        for rows in (np.unique(np.append(0, rng.integers(0, 200, 9))) for _ in range(70))
    ]
    course = make_course(market, TICKERS[:2], Costs())
    candidates = schedules(course, market, frames)
    whole = score_block(course, candidates)
    parts = [score_block(course, candidates[at : at + 9]) for at in range(0, 70, 9)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(candidates[70:]) == 0


def test_a_block_travels_to_another_process(crowd):
    course, candidates = crowd
    function, *arguments = pickle.loads(pickle.dumps((score_block, course, candidates[:70])))  # noqa: S301 - our own
    for array in (arguments[0].prices, arguments[1].targets):
        array.flags.writeable = False  # as out of a message
    np.testing.assert_array_equal(function(*arguments), score_block(course, candidates[:70]))


def test_a_caller_that_stops_keeps_what_is_done(crowd):
    course, candidates = crowd
    chunks = score_in_chunks(course, candidates, threads=1, chunk=100)
    first = next(chunks)
    chunks.close()
    assert first.index.tolist() == list(range(100))
    np.testing.assert_array_equal(first, score_block(course, candidates[:100]))


def test_the_report_counts_up_to_the_total(crowd):
    course, candidates = crowd
    seen = []
    score(course, candidates, chunk=100, report=lambda done, total: seen.append((done, total)))
    assert seen == [(100, 333), (200, 333), (300, 333), (333, 333)]


# --- the cache of compiled code -----------------------------------------------------------

USE = """
from contextlib import contextmanager
import numpy as np
import tests.conftest as made
from backtests.engine.candidates import make_course, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import score

@contextmanager
def progress(step):
    print("said:", step)
    yield

course = make_course(made.random_market(1), ["SPY"], Costs())
for _ in range(2):
    print(score(course, static_mixes(course, [[0.5]]), progress=progress).shape)
"""


def use(folder, cache):
    home = {"HOME": str(cache), "XDG_CACHE_HOME": str(cache), "NUMBA_CACHE_DIR": str(cache)}
    home["NUMBA_OPT"] = "1"  # compiled in half the time: this looks at the cache, not at speed
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=folder, capture_output=True, text=True, check=True,
        env={**os.environ, **home},
    )  # fmt: skip
    return done.stdout.splitlines()


COMPILES = "said: compiling the sweep, once on this machine"
WORKS = ["(1, 11)", "(1, 11)"]


def test_the_first_use_says_that_it_compiles_and_later_ones_do_not(tmp_path):
    assert use(ROOT, tmp_path) == [COMPILES, *WORKS]
    assert use(ROOT, tmp_path) == WORKS


def test_without_any_folder_to_cache_in_it_still_works(tmp_path):
    for package in ("backtests", "data", "strategies", "tests"):
        shutil.copytree(ROOT / package, tmp_path / package,
                        ignore=shutil.ignore_patterns("__pycache__", "cache"))  # fmt: skip
    # Files where folders would have to be made: nobody, root included, can write there.
    blocked = Path(tmp_path, "blocked")
    blocked.touch()
    (tmp_path / "backtests" / "engine" / "__pycache__").touch()
    assert use(tmp_path, blocked / "cache") == [COMPILES, *WORKS]


# --- refusals -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course():
    return make_course(random_market(1), ["SPY", "IEF"], Costs())


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([[0.5, 0.5], [0.8, 0.4]], WeightError, "weights of mix 1 sum to 1.2 .SPY 0.8, IEF 0.4"),
        ([[-0.1, 0.5]], WeightError, "mix 0: the weight of SPY is -0.1"),
        ([[np.nan, 0.5]], WeightError, "mix 0: the weight of SPY is nan"),
        (np.empty((0, 2)), UsageError, "shape .0, 2.; give one row a mix"),
        ([0.5, 0.5], UsageError, "shape .2,.; give one row a mix and 2 columns .SPY, IEF"),
    ],
)
def test_weights_that_cannot_be_are_refused(course, weights, error, message):
    with pytest.raises(error, match=message):
        static_mixes(course, np.array(weights))


def test_an_unknown_calendar_is_refused(course):
    with pytest.raises(UsageError, match="got 'monthy' .did you mean monthly"):
        static_mixes(course, np.array([[0.5, 0.5]]), "monthy")


def test_schedules_that_cannot_be_are_refused(course):
    market = random_market(1)
    frame = pd.DataFrame({"GLD": [0.5]}, index=market.sessions[:1])
    with pytest.raises(UsageError, match="candidate 0 holds GLD, .* .SPY, IEF.; add it"):
        schedules(course, market, [frame])
    with pytest.raises(UsageError, match="no candidates"):
        schedules(course, market, [])
    late = pd.DataFrame({"SPY": [0.5]}, index=market.sessions[5:6])
    with pytest.raises(UsageError, match="candidate 0 makes its first decision on"):
        schedules(course, market, [late])
    much = pd.DataFrame({"SPY": [1.5]}, index=market.sessions[:1])
    with pytest.raises(WeightError, match="candidate 0 sum to 1.5"):
        schedules(course, market, [much])


def test_a_late_ticker_is_refused_before_its_first_day_only():
    market = random_market(1, TICKERS[:2], 100)
    prices = market.prices
    prices.iloc[:50, 1] = np.nan
    market = market_of(prices, market.cash)
    course = make_course(market, TICKERS[:2], Costs(), optional=["B"])
    weights = {"A": [0.5, 0.5], "B": [0.0, 0.5]}
    allowed = pd.DataFrame(weights, index=market.sessions[[0, 50]])
    assert score(course, schedules(course, market, [allowed]), threads=1)["cagr"].notna().all()
    early = pd.DataFrame(weights, index=market.sessions[[0, 49]])
    with pytest.raises(WeightError, match="candidate 0 wants B on .*, before its first price"):
        schedules(course, market, [early])


def test_a_course_that_cannot_be_is_refused():
    market = random_market(1)
    with pytest.raises(UsageError, match="has 1 sessions from .* too few for a lag of 1"):
        make_course(market, ["SPY"], Costs(), start=market.sessions[-1])
    with pytest.raises(DataError, match="SPYY is not in made.*did you mean SPY"):
        make_course(market, ["SPYY"], Costs())
