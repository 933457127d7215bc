"""Scores by hand, and the same to the last digit however candidates are divided."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pandas as pd
import pytest

from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import paths, score, score_block, score_in_chunks
from tests.conftest import market_of, random_market
from tests.engine.helpers import TICKERS, mixes


@pytest.fixture(scope="module")
def crowd():
    market = random_market(4, TICKERS[:3], 300)
    panel = make_panel(market, TICKERS[:3], Costs())
    return panel, static_mixes(panel, mixes(np.random.default_rng(4), 333, 3))


def test_a_mix_by_hand():
    # Monthly rows, half A and half cash, no costs. A goes 100 100 200 200 150: 1,000 become 1,500,
    # which are halved (3.75 units of 200, 750 in cash), then 3.75 x 150 + 750 = 1,312.50.
    months = pd.date_range("2020-10-31", periods=5, freq="ME")
    market = market_of(pd.DataFrame({"A": [100.0, 100, 200, 200, 150]}, index=months), ppy=12)
    panel = make_panel(market, ["A"], Costs(0, 0), initial=1_000)
    mix = static_mixes(panel, [[0.5]])
    assert paths(panel, mix)[0].tolist() == pytest.approx([1000, 1000, 1500, 1500, 1312.5])
    row = score(panel, mix, threads=1).loc[0]
    assert row["final_value"] == pytest.approx(1312.5)
    assert row["cagr"] == pytest.approx(1.3125**3 - 1)
    assert row["max_drawdown"] == pytest.approx(-0.125)
    assert row["calmar"] == pytest.approx((1.3125**3 - 1) / 0.125)
    # Returns 0, 1/2, 0, -1/8 with mean 3/32; bills return nothing.
    squares = 0.5**2 + 0.125**2 - 4 * (3 / 32) ** 2
    assert row["volatility"] == pytest.approx(math.sqrt(squares / 3 * 12))
    assert row["downside_deviation"] == pytest.approx(math.sqrt(0.125**2 / 4 * 12))
    assert row["sharpe"] == pytest.approx(3 / 32 / math.sqrt(squares / 3) * math.sqrt(12))
    assert row["sortino"] == pytest.approx(3 / 32 / 0.0625 * math.sqrt(12))
    # In December 250 of 1,500 leave A; in February 93.75 of 1,312.50 return: four months of trade.
    assert row["turnover_per_year"] == pytest.approx((250 / 1500 + 93.75 / 1312.5) * 12 / 4)
    # 2020 has no close of 2019, 2021 no close of its own.
    assert math.isnan(row["worst_year"])


def test_cash_alone_has_no_risk_and_no_ratios():
    market = random_market(2, TICKERS[:2])
    panel = make_panel(market, TICKERS[:2], Costs())
    row = score(panel, static_mixes(panel, [[0.0, 0.0]]), threads=1).loc[0]
    assert row["final_value"] == pytest.approx(10_000 * 1.0001**599)
    assert row[["max_drawdown", "turnover_per_year", "costs_paid"]].tolist() == [0, 0, 0]
    assert row[["sharpe", "sortino", "calmar"]].isna().all()


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
    panel = make_panel(market, ["A"], Costs(0, 0))
    row = score(panel, static_mixes(panel, [[1.0]], "never"), threads=1).loc[0]
    returns = levels[1:] / levels[:-1] - 1.0
    excess = np.append(0.0, returns[1:] - (cash[2:] / cash[1:-1] - 1.0))
    year = math.sqrt(n * 365.25 / (sessions[-1] - sessions[0]).days)  # weekdays, holidays too
    for name, series in (("volatility", returns), ("sharpe", excess)):
        mean = math.fsum(series) / n
        spread = math.sqrt(math.fsum((series - mean) ** 2) / (n - 1))
        exact = {"volatility": spread * year, "sharpe": mean / spread * year}
        assert row[name] == pytest.approx(exact[name], rel=1e-9)


def test_chunks_blocks_and_threads_change_no_digit(crowd):
    panel, candidates = crowd
    whole = score_block(panel, candidates)
    for size in (1, 3, 63, 64, 65, 200):
        parts = [score_block(panel, candidates[at : at + size]) for at in range(0, 333, size)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    for threads in (1, 2):
        chunks = score_in_chunks(panel, candidates, threads=threads, chunk=100)
        np.testing.assert_array_equal(pd.concat(chunks), whole)


def test_a_block_travels_to_another_process(crowd):
    panel, candidates = crowd
    function, *arguments = pickle.loads(pickle.dumps((score_block, panel, candidates[:70])))  # noqa: S301 - our own
    for array in (arguments[0].prices, arguments[1].targets):
        array.flags.writeable = False  # as out of a message
    np.testing.assert_array_equal(function(*arguments), score_block(panel, candidates[:70]))


def test_a_caller_that_stops_keeps_what_is_done(crowd):
    panel, candidates = crowd
    chunks = score_in_chunks(panel, candidates, threads=1, chunk=100)
    first = next(chunks)
    chunks.close()
    assert first.index.tolist() == list(range(100))
    np.testing.assert_array_equal(first, score_block(panel, candidates[:100]))


def test_the_report_counts_up_to_the_total(crowd):
    panel, candidates = crowd
    seen = []
    score(panel, candidates, chunk=100, report=lambda done, total: seen.append((done, total)))
    assert seen == [(100, 333), (200, 333), (300, 333), (333, 333)]
