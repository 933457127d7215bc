"""attack_defend by hand: its steps, its band, and the median it is held against."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from data.errors import UsageError
from data.market import Market
from strategies.attack_defend import AttackDefend
from strategies.causality import made_market
from strategies.dial import DIAL
from tests.strategies.helpers import (
    month_ends,
    path_market,
    require_decisions,
    weekdays,
    yields_market,
)


def steps(*distances: float, hysteresis_bp: float = 10.0, step_bp: float = 50.0) -> list[float]:
    rule = AttackDefend(hysteresis_bp=hysteresis_bp, step_bp=step_bp)
    share = [math.nan] * len(distances)
    rule.step([x * step_bp for x in distances], rule.settings, share)
    return [round(6 * each - 3, 12) for each in share]


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
    # The even step of these would be 2.
    assert steps(2.5, hysteresis_bp=0) == [3]
    assert steps(-2.5, hysteresis_bp=0) == [-3]


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


# A dial from BIL (0.2 years) to SHY (1.9), beside 40 % equity: n of -3 to 3 puts 0.1 (n + 3) of
# the value into SHY, and the rest of 0.6 into BIL. With the 10-year yield alone these two have
# their usual durations.
BIL_TO_SHY = AttackDefend(
    lookback_years=1, duration_min=0.2, duration_max=1.9, equity_weight=0.4
)  # fmt: skip


def at(n: int) -> list[float]:
    """SPY, BIL, SHY, IEF and TLT at a step count."""
    return [0.4, 0.6 - 0.1 * (n + 3), 0.1 * (n + 3), 0.0, 0.0]


def test_weights_of_a_path_of_yields_by_hand():
    # A year of 4.00 %: the first median, 4.00, is that of December. Each median below is 4.00,
    # since six or more of the last twelve yields are, with others on both sides of them.
    yields = [4.0] * 12 + [4.40, 4.65, 4.90, 6.00, 4.10, 3.60, 2.00]
    weights = BIL_TO_SHY.target_weights(path_market(month_ends(19), yields={10.0: yields}))
    require_decisions(
        weights,
        {
            "2020-12-31": at(0),
            "2021-01-31": at(1),  # x = 0.40 / 0.50 = 0.8: more than 0.7 from n = 0
            "2021-02-28": at(1),  # x = 1.3: only 0.3 from n = 1
            "2021-03-31": at(2),  # x = 1.8: 0.8 from n = 1
            "2021-04-30": at(3),  # x = 4, clipped
            "2021-05-31": at(0),  # x = 0.2: 2.8 from n = 3, and its nearest step is 0
            "2021-06-30": at(-1),  # x = -0.8
            "2021-07-31": at(-3),  # x = -4, clipped: all bills
        },
    )


def test_by_day_it_acts_on_first_sessions_and_where_the_step_changes():
    # A quarter of a year is 63 rows, so the first median is that of row 62, 27 March. Row 65 is
    # 1 April, row 68 (6 April) brings 4.40 % (n = 1), row 87 is 1 May.
    rule = dataclasses.replace(BIL_TO_SHY, lookback_years=0.25)
    yields = [4.0] * 68 + [4.4] * 22
    weights = rule.target_weights(path_market(weekdays(90), ppy=252, yields={10.0: yields}))
    require_decisions(
        weights,
        {"2020-03-27": at(0), "2020-04-01": at(0), "2020-04-06": at(1), "2020-05-01": at(1)},
    )


def test_the_middle_of_the_whole_dial_lies_between_ief_and_tlt():
    # n = 0 of 0.2 to 16 years is 8.1. IEF at 4 %: the mean of (1 - 1.02^-2M) / 0.04 at
    # M = 7, 7.5, ..., 10, which is 6.05312, 6.42463, 6.78885, 7.14594, 7.49602, 7.83923 and
    # 8.17572, so 7.131930; TLT without a 20-year yield 16. Its share is
    # (8.1 - 7.131930) / (16 - 7.131930) = 0.109163, of 40 % of the value.
    market = path_market(month_ends(12), yields={10.0: [4.0] * 12})
    (row,) = AttackDefend(lookback_years=1).target_weights(market).to_numpy()
    assert row == pytest.approx([0.6, 0, 0, 0.4 * 0.890837, 0.4 * 0.109163], abs=1e-6)
