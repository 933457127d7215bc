"""Candidates of a sweep: what they may hold and when, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.candidates import Candidates, make_panel, schedules, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.scores import score, score_block
from backtests.engine.simulate import simulate
from data.errors import DataError, UsageError, WeightError
from strategies.hedge_mix import HedgeMix
from tests.conftest import market_of, random_market
from tests.engine.helpers import TICKERS, mixes


@pytest.fixture(scope="module")
def panel():
    return make_panel(random_market(1), ["SPY", "IEF"], Costs())


def test_a_panel_by_hand():
    # Six months from November; bills earn 1, 2, 3, 4 and 5 % in those after the first.
    months = pd.date_range("2020-11-30", periods=6, freq="ME")
    cash = pd.Series([100.0, 101, 103.02, 106.1106, 110.355024, 115.8727752], months, name="CASH")
    prices = pd.DataFrame({"A": [50.0, 55, 60, 45, 50, 100]}, months)
    made = make_panel(market_of(prices, cash, 12), ["A"], Costs(3, 2, 1), initial=7.0)
    assert made.bills.tolist() == pytest.approx([1, 1.01, 1.02, 1.03, 1.04, 1.05])
    # At 100 each on the first row.
    assert made.prices[:, 0].tolist() == pytest.approx([100, 110, 120, 90, 100, 200])
    assert made.prices[:, 1].tolist() == pytest.approx(cash.tolist())
    assert made.fee.tolist() == [0.0003, 0.0]  # cash trades free
    assert made.slippage.tolist() == [0.0002, 0.0]
    # December ends a year that did not begin here; April ends none, but is the last row of 2021.
    assert made.closes.tolist() == [0, 1, 0, 0, 0, 1]
    assert (made.initial, made.ppy, made.tickers) == (7.0, 12, ("A",))


def test_a_whole_calendar_year_closes_as_complete():
    months = pd.date_range("2020-12-31", periods=14, freq="ME")
    made = make_panel(market_of(pd.DataFrame({"A": 1.0}, months), ppy=12), ["A"], Costs())
    assert made.closes.tolist() == [1, *[0] * 11, 2, 1]


def test_mixes_trade_the_lag_after_each_decision_of_the_calendar():
    months = pd.date_range("2020-11-30", periods=9, freq="ME")
    made = make_panel(market_of(pd.DataFrame({"A": 1.0}, months), ppy=12), ["A"], Costs(lag=2))
    mixes = static_mixes(made, np.array([[0.25]]), "quarterly")
    # Row 0 decides, then the first rows of 2021's quarters, rows 2 and 5; each trades two later.
    assert mixes.rows.tolist() == [2, 4, 7]
    assert mixes.targets.tolist() == [[0.25, 0.75]]


def test_mixes_decide_on_the_session_of_the_period_as_their_runs_do():
    """B has its first price on 9 February, the seventh session of the month of the market's rows.

    The mix begins there and decides again on the month's tenth session, the 14th (lag 1: the 15th).
    """
    prices = random_market(7, ("A", "B"), 300).prices.copy()
    prices.loc[:"2001-02-08", "B"] = np.nan
    market = market_of(prices)
    panel = make_panel(market, ["A", "B"], Costs())
    candidates = static_mixes(panel, np.array([[0.6, 0.3]]), "monthly", 10)
    assert [f"{panel.sessions[row]:%m-%d}" for row in candidates.rows[:3]] == [
        "02-12", "02-15", "03-15",
    ]  # fmt: skip
    strategy = HedgeMix(weights={"A": 0.6, "B": 0.3}, offset=10)
    done = simulate(market, strategy, Costs(), engine=ledger.fill)
    assert candidates.rows.tolist() == done.fill_rows.tolist()
    scores = score(panel, candidates, threads=1)
    assert scores.loc[0, "final_value"] == pytest.approx(done.nav.iloc[-1], rel=1e-12)
    with pytest.raises(UsageError, match="offset of a weekly calendar takes 1 to 5"):
        static_mixes(panel, np.array([[0.6, 0.3]]), "weekly", 6)
    months = make_panel(random_market(1, ("A", "B"), 60, ppy=12), ["A", "B"], Costs())
    with pytest.raises(UsageError, match="quarterly calendar on monthly rows takes 1 to 3"):
        static_mixes(months, np.array([[0.6, 0.3]]), "quarterly", 4)


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
    with pytest.raises(UsageError, match="has 1 session from .* for a lag of 1; give a longer"):
        make_panel(market, ["SPY"], Costs(), opening=Opening(market.sessions[-1], False))
    with pytest.raises(DataError, match="SPYY is not in made.*did you mean SPY"):
        make_panel(market, ["SPYY"], Costs())


def test_candidates_of_schedules_are_taken_as_often_as_they_are_named():
    # Three with one, two and three decisions.
    targets, rows = np.arange(12.0).reshape(6, 2), np.array([1, 1, 2, 1, 2, 3])
    made = Candidates(targets, rows, np.array([0, 1, 3, 6]))
    taken = made.taken(np.array([2, 0, 0]))
    assert taken.rows.tolist() == [1, 2, 3, 1, 1]
    assert taken.targets[:, 0].tolist() == [6, 8, 10, 0, 0]
    assert taken.offsets.tolist() == [0, 3, 4, 5]
    assert made.taken(np.arange(3)) is made
    static = Candidates(targets, rows[:1])
    for other in (static, made.paid(np.zeros(4), np.zeros(4))):
        with pytest.raises(IndexError, match="only plain candidates of schedules"):
            other.taken(np.array([0]))
