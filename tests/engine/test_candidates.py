"""Candidates of a sweep: what they may hold and when, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine.candidates import make_panel, schedules, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import score, score_block
from data.errors import DataError, UsageError, WeightError
from tests.conftest import market_of, random_market
from tests.engine.helpers import TICKERS, mixes


@pytest.fixture(scope="module")
def panel():
    return make_panel(random_market(1), ["SPY", "IEF"], Costs())


def test_slices_of_schedules_change_no_digit():
    market = random_market(5, TICKERS[:2], 200)
    rng = np.random.default_rng(5)
    frames = [
        pd.DataFrame(mixes(rng, len(rows), 2), market.sessions[rows], TICKERS[:2])
        for rows in (np.unique(np.append(0, rng.integers(0, 200, 9))) for _ in range(70))
    ]
    panel = make_panel(market, TICKERS[:2], Costs())
    candidates = schedules(panel, market, frames)
    whole = score_block(panel, candidates)
    parts = [score_block(panel, candidates[at : at + 9]) for at in range(0, 70, 9)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(candidates[70:]) == 0


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
def test_weights_that_cannot_be_are_refused(panel, weights, error, message):
    with pytest.raises(error, match=message):
        static_mixes(panel, np.array(weights))


def test_an_unknown_calendar_is_refused(panel):
    with pytest.raises(UsageError, match="got 'monthy' .did you mean monthly"):
        static_mixes(panel, np.array([[0.5, 0.5]]), "monthy")


def test_schedules_that_cannot_be_are_refused(panel):
    market = random_market(1)
    frame = pd.DataFrame({"GLD": [0.5]}, index=market.sessions[:1])
    with pytest.raises(UsageError, match="candidate 0 holds GLD, .* .SPY, IEF.; add it"):
        schedules(panel, market, [frame])
    with pytest.raises(UsageError, match="no candidates"):
        schedules(panel, market, [])
    late = pd.DataFrame({"SPY": [0.5]}, index=market.sessions[5:6])
    with pytest.raises(UsageError, match="candidate 0 makes its first decision on"):
        schedules(panel, market, [late])
    much = pd.DataFrame({"SPY": [1.5]}, index=market.sessions[:1])
    with pytest.raises(WeightError, match="candidate 0 sum to 1.5"):
        schedules(panel, market, [much])


def test_a_late_ticker_is_refused_before_its_first_day_only():
    market = random_market(1, TICKERS[:2], 100)
    prices = market.prices
    prices.iloc[:50, 1] = np.nan
    market = market_of(prices, market.cash)
    panel = make_panel(market, TICKERS[:2], Costs(), optional=["B"])
    weights = {"A": [0.5, 0.5], "B": [0.0, 0.5]}
    allowed = pd.DataFrame(weights, index=market.sessions[[0, 50]])
    assert score(panel, schedules(panel, market, [allowed]), threads=1)["cagr"].notna().all()
    early = pd.DataFrame(weights, index=market.sessions[[0, 49]])
    with pytest.raises(WeightError, match="candidate 0 wants B on .*, before its first price"):
        schedules(panel, market, [early])


def test_a_course_that_cannot_be_is_refused():
    market = random_market(1)
    with pytest.raises(UsageError, match="has 1 sessions from .* too few for a lag of 1"):
        make_panel(market, ["SPY"], Costs(), start=market.sessions[-1])
    with pytest.raises(DataError, match="SPYY is not in made.*did you mean SPY"):
        make_panel(market, ["SPYY"], Costs())
