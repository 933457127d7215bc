"""Walk-forward: hand-made histories, the law that the future cannot change a past choice."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.analysis import scores
from backtests.analysis.walkforward import WalkForward, walk_forward
from data.errors import DataError


def mean(returns: np.ndarray, cash: np.ndarray) -> np.ndarray:
    return returns.mean(axis=0)


def walk(returns: np.ndarray, score=mean, **options) -> WalkForward:
    dates = pd.date_range("2000-01-31", periods=len(returns), freq="ME")
    options = {"default": 0, "first": 4, "step": 2} | options
    return walk_forward(returns, np.zeros(len(returns)), dates, score, **options)


def steps(*columns: tuple[float, ...]) -> np.ndarray:
    return np.array(columns).T / 100


def test_by_hand():
    # Column 1 leads until row 4 and then loses; column 0 is the default. Choices after rows
    # 4, 6, 8 on everything before; each is held from one row later.
    returns = steps((1, 1, 1, 1, 1, 1, 1, 1, 1, 1), (3, 3, 3, 3, -4, -4, -4, 0, 0, 0))
    walked = walk(returns)
    choices = walked.choices
    assert [choice.column for choice in choices] == [1, 0, 0]
    assert [f"{choice.date:%Y-%m}" for choice in choices] == ["2000-04", "2000-06", "2000-08"]
    assert not any(choice.fell_back for choice in choices)
    # Row 4 trades the first choice; rows 5 and 6 earn it; row 6 trades the second.
    assert walked.tuned.tolist() == [-0.04, -0.04, 0.01, 0.01, 0.01]
    assert walked.untuned.tolist() == [0.01] * 5
    assert [f"{day:%Y-%m}" for day in walked.dates[[0, -1]]] == ["2000-06", "2000-10"]
    assert [choice.edge_in_sample for choice in choices] == pytest.approx([0.02, 0, 0])
    assert [choice.edge_out_of_sample for choice in choices] == pytest.approx([-0.05, 0, 0])
    assert walked.edge_in_sample == pytest.approx(0.02 / 3)
    assert walked.edge_out_of_sample == pytest.approx(-0.02)
    assert walked.survived == pytest.approx(-3.0)


def test_rolling_forgets_what_expanding_remembers():
    returns = steps((0,) * 12, (9, 9, 9, 9, -1, -1, -1, -1, -1, -1, -1, -1))
    assert [choice.column for choice in walk(returns).choices] == [1, 1, 1, 1]
    assert [choice.column for choice in walk(returns, window=4).choices] == [1, 1, 0, 0]


def test_a_lasting_edge_survives_whole():
    found = walk(np.tile([0.001, 0.004], (40, 1)))
    assert found.survived == pytest.approx(1.0)


def test_without_an_edge_in_sample_nothing_can_survive():
    found = walk(np.tile([0.004, 0.001], (40, 1)))
    assert found.edge_in_sample == 0.0
    assert math.isnan(found.survived)


def test_no_eligible_candidate_falls_back_and_says_so():
    # Column 1 loses 30 % in row 5: from then on nothing meets the constraint on all the past.
    returns = steps((1, -30, 1, 1, 1, 1, 1, 1, 1, 1), (2, 2, 2, 2, 2, -30, 2, 2, 2, 2))

    def shallow(past: np.ndarray, cash: np.ndarray) -> np.ndarray:
        return scores.max_drawdown(past, cash, 12) > -0.25

    choices = walk(returns, eligible=shallow).choices
    assert [choice.column for choice in choices] == [1, 0, 0]
    assert [choice.fell_back for choice in choices] == [False, True, True]
    assert [choice.edge_in_sample for choice in choices[1:]] == [0.0, 0.0]


def test_a_constraint_beats_a_higher_score():
    returns = steps((1,) * 10, (2,) * 10, (9, -5) * 5)
    found = walk(returns, eligible=lambda past, cash: past.min(axis=0) > -0.01)
    assert {choice.column for choice in found.choices} == {1}


def test_a_score_that_is_not_a_number_is_never_chosen():
    # The constant column has no Sharpe ratio; where no column has one, the default is held.
    rng = np.random.default_rng(0)
    returns = np.column_stack([rng.normal(0.0, 0.01, 12), np.full(12, 0.05)])
    sharpe = partial(scores.sharpe, ppy=12)
    assert [choice.column for choice in walk(returns, sharpe).choices] == [0, 0, 0, 0]
    constant = walk(np.full((12, 2), 0.05), sharpe)
    assert all(choice.fell_back for choice in constant.choices)
    assert math.isnan(constant.survived)


@given(
    seed=st.integers(0, 1000),
    row=st.integers(4, 39),
    window=st.sampled_from([None, 6]),
    lag=st.integers(1, 3),
)
def test_the_future_changes_no_past_choice(seed, row, window, lag):
    rng = np.random.default_rng(seed)
    returns = rng.normal(0.0, 0.02, (40, 5))
    changed = returns.copy()
    changed[row:] = rng.normal(0.0, 0.05, (40 - row, 5))
    options = {
        "score": partial(scores.calmar, ppy=12),
        "window": window,
        "lag": lag,
        "eligible": lambda past, cash: scores.max_drawdown(past, cash, 12) > -0.1,
    }
    before, after = walk(returns, **options), walk(changed, **options)
    date = pd.date_range("2000-01-31", periods=40, freq="ME")[row]
    is_past = [choice.date < date for choice in before.choices]
    for choice, other, past in zip(before.choices, after.choices, is_past, strict=True):
        if past:
            assert (choice.column, choice.fell_back) == (other.column, other.fell_back)
            assert choice.edge_in_sample == pytest.approx(other.edge_in_sample, nan_ok=True)
    assert any(is_past)


@given(seed=st.integers(0, 1000), lag=st.integers(1, 3), step=st.integers(1, 7))
def test_each_row_earns_the_last_choice_that_could_trade(seed, lag, step):
    returns = np.random.default_rng(seed).normal(0.0, 0.02, (30, 4))
    walked = walk(returns, lag=lag, step=step)
    dates = pd.date_range("2000-01-31", periods=30, freq="ME")
    assert len(walked.dates) == len(walked.tuned) == 30 - 4 - lag
    for day, earned in zip(walked.dates, walked.tuned, strict=True):
        row = dates.get_loc(day)
        # Chosen at the close of row c, traded at the close of c + lag, earned after it.
        last = [c for c in walked.choices if dates.get_loc(c.date) + lag < row][-1]
        assert earned == returns[row, last.column]


def test_too_short_a_history_says_what_is_missing():
    with pytest.raises(DataError, match="more than 5 rows .* the returns have 5"):
        walk(np.zeros((5, 2)))
    assert len(walk(np.zeros((6, 2))).tuned) == 1


def test_nobody_moves_for_a_difference_of_rounding():
    # Any share of one asset beside bills has its Sharpe ratio; the default is the last column.
    asset = np.random.default_rng(3).normal(0.01, 0.04, 60)
    returns = np.column_stack([share * asset for share in (0.1, 0.3, 0.7, 1.0, 0.6)])
    score = partial(scores.sharpe, ppy=12)
    found = walk(returns, score, default=4)
    assert {choice.column for choice in found.choices} == {4}
    assert found.edge_out_of_sample == 0.0
    # Where the default is not allowed, the first of equals is taken.
    barred = walk(returns, score, default=4, eligible=lambda *_: np.arange(5) < 4)
    assert {choice.column for choice in barred.choices} == {0}
