"""attack_defend by hand: its steps, its band, and the median it is held against."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import UsageError
from data.market import Market
from strategies.attack_defend import AttackDefend
from strategies.causality import made_market
from strategies.dial import DIAL
from tests.strategies.helpers import yields_market


def steps(*distances: float, hysteresis_bp: float = 10.0, step_bp: float = 50.0) -> list[float]:
    rule = AttackDefend(hysteresis_bp=hysteresis_bp, step_bp=step_bp)
    return rule.steps(pd.Series(distances, dtype=float)).tolist()


def test_one_step_up_and_one_down():
    # Slack is 1/2 + 10/50 = 0.7 steps: 0.7 itself does not move, 0.71 does.
    assert steps(0.0, 0.7, 0.71, 1.0, 0.31, 0.3, 0.29) == [0, 0, 1, 1, 1, 1, 0]


def test_a_staircase_climbs_and_is_clipped_at_three():
    assert steps(1, 2, 3, 4, 9) == [1, 2, 3, 3, 3]
    assert steps(-1, -2, -3, -4, -9) == [-1, -2, -3, -3, -3]


def test_a_whipsaw_inside_the_band_does_nothing():
    assert steps(0.6, -0.6, 0.65, -0.7, 0.69) == [0, 0, 0, 0, 0]
    # Around the first step: from 1 the band reaches from 0.3 to 1.7.
    assert steps(1.0, 0.35, 1.69, 0.31, 1.65) == [1, 1, 1, 1, 1]


def test_a_jump_goes_to_the_nearest_step_at_once():
    assert steps(2.6, -1.4) == [3, -1]
    assert steps(2.49) == [2]


def test_without_hysteresis_the_half_step_is_the_border():
    assert steps(0.5, 0.51, 0.49, hysteresis_bp=0) == [0, 1, 0]


def test_days_without_a_median_have_no_step():
    answer = steps(float("nan"), 1.0)
    assert np.isnan(answer[0])
    assert answer[1] == 1


def test_the_dial_follows_the_yield_against_its_median_today_included():
    # One year of 4 %, then 4.60: the median of the last 12 months is still 4, so x = 1.2 and
    # n = 1. After six more months at 4.60 half of the window is 4.60 and the median 4.30
    # (x = 0.6, inside the band); a month later it is 4.60: x = 0 and the dial goes back.
    rule = AttackDefend(lookback_years=1, duration_min=1, duration_max=13)
    ten_year = np.r_[np.full(12, 4.0), np.full(8, 4.6)]
    target = rule.target_duration(yields_market(ten_year))
    assert target.iloc[:11].isna().all()
    # n = 0 is the middle of 1 to 13 years, a step up 2 years more.
    assert target.iloc[11:].tolist() == [7, 9, 9, 9, 9, 9, 9, 7, 7]


def test_price_down_lengthens_and_price_up_shortens():
    rule = AttackDefend(lookback_years=1)
    for moved, sign in ((6.0, 1), (2.0, -1)):
        target = rule.target_duration(yields_market(np.r_[np.full(12, 4.0), moved]))
        assert np.sign(target.iloc[-1] - target.iloc[-2]) == sign


def test_ties_round_away_from_zero_either_way():
    assert steps(1.5, hysteresis_bp=0) == [2]
    assert steps(-1.5, hysteresis_bp=0) == [-2]


@pytest.mark.parametrize("constant", [-2.0, 0.37, 3.0])
def test_a_constant_added_to_every_yield_changes_no_relative_rule(constant):
    market = made_market(("SPY", *DIAL), 12)
    rule = AttackDefend()
    moved = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={}, yields=market.yields + constant,
    )  # fmt: skip
    ours, theirs = rule.target_duration(market), rule.target_duration(moved)
    pd.testing.assert_series_equal(ours, theirs)


def test_too_little_history_names_the_rule():
    market = made_market(("SPY", *DIAL), 12)
    with pytest.raises(UsageError, match="attack_defend has too little history in made up to"):
        AttackDefend().target_weights(market.until(market.sessions[20]))
