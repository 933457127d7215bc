"""carry by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.market import Market
from data.treasuries.bonds import modified_duration
from strategies.carry import Carry
from tests.strategies.helpers import month_ends, path_market, require_decisions, yields_market


def on_curve(**nodes: float) -> float:
    """The target duration on a curve of a few nodes, in percent; the last of three days."""
    base = yields_market(np.full(3, 4.0))
    years = {"m3": 0.25, "y1": 1.0, "y5": 5.0, "y10": 10.0}
    yields = pd.DataFrame({years[name]: value for name, value in nodes.items()}, base.sessions)
    market = Market(
        source="made", title="", prices=base.prices, cash=base.cash, periods_per_year=12,
        provenance={}, yields=yields[sorted(yields)],
    )  # fmt: skip
    rule = Carry(full_at_bp=25.0, duration_min=1.0, duration_max=11.0)
    return float(rule.target_duration(market).iloc[-1])


def test_a_flat_curve_is_the_shortest_and_a_steep_one_the_longest():
    assert on_curve(m3=4.0, y5=4.0, y10=4.0) == 1.0
    assert on_curve(m3=4.5, y5=4.2, y10=4.0) == 1.0  # inverted: less than nothing
    assert on_curve(m3=1.0, y5=3.0, y10=5.0) == 11.0


def test_carry_per_year_of_duration_by_hand():
    # 1 point over the bill, and a roll of 0.1 points a year times the duration, over that duration.
    duration = float(modified_duration(0.04, 10.0))
    per_year = (1.0 + 0.1 * duration) * 100.0 / duration
    assert 20 < per_year < 25
    assert on_curve(m3=3.0, y5=3.5, y10=4.0) == pytest.approx(1 + 10 * per_year / 25)


def test_the_shortest_node_there_is_stands_for_the_bill():
    assert on_curve(y1=3.0, y5=3.5, y10=4.0) == on_curve(m3=3.0, y5=3.5, y10=4.0)
    assert on_curve(m3=3.0, y1=2.0, y5=3.5, y10=4.0) == on_curve(m3=3.0, y5=3.5, y10=4.0)
    # Before the bill was published, the one-year stands in.
    assert on_curve(m3=np.nan, y1=3.0, y5=3.5, y10=4.0) == on_curve(m3=3.0, y5=3.5, y10=4.0)


def test_weights_of_a_path_of_curves_by_hand():
    # The 10-year at 4 % has a duration of (1 - 1.02^-20) / 0.04 = 8.175717 (a half of the annuity
    # 16.351433 of 20 periods at 2 %). With 3.1, 3.5 and 4 % at 1, 5 and 10 years:
    #   slope over the short end   4.0 - 3.1                      = 0.900000 points
    #   roll down over a year      (4.0 - 3.5) / 5 x 8.175717     = 0.817572 points
    #   per year of duration       171.7572 bp / 8.175717         = 21.008209 bp
    #   of 25 bp                                                  = 0.840328
    #   target duration            0.2 + 0.840328 x 15.8          = 13.477188 years
    # The curve is a line, 3 + 0.1 M: IEF is the mean of (1 - (1 + y/2)^-2M) / y over its seven
    # maturities, 6.11752, 6.48512, 6.84294, 7.19094, 7.52907, 7.85734 and 8.17572, so 7.171235;
    # TLT, without a 20-year yield, has its usual 16. TLT is (13.477188 - 7.171235) /
    # (16 - 7.171235) = 0.714251 of the Treasuries, which are 40 % of the value.
    curves = {1.0: [4.0, 3.1, 1.0, 4.5], 5.0: [4.0, 3.5, 3.0, 4.2], 10.0: [4.0] * 4}
    weights = Carry().target_weights(path_market(month_ends(4), yields=curves))
    expected = {
        "2020-01-31": [0.6, 0.4, 0, 0, 0],  # flat: nothing is paid for duration, all bills
        "2020-02-29": [0.6, 0, 0, 0.4 * 0.285749, 0.4 * 0.714251],
        "2020-03-31": [0.6, 0, 0, 0, 0.4],  # 3 points, and a roll of 0.2 a year: 57 bp
        "2020-04-30": [0.6, 0.4, 0, 0, 0],  # inverted
    }
    require_decisions(weights, expected, within=1e-6)


def test_the_roll_alone_by_hand():
    # 10-year and short end at 4 %, 5-year at 3.5 %: the roll is 0.1 points for each year of
    # duration whatever the duration is, so 10 bp, 0.4 of 25 bp: 1 + 0.4 x 10 = 5 years.
    assert on_curve(m3=4.0, y5=3.5, y10=4.0) == pytest.approx(5.0, abs=1e-9)
    # Its sign: with the 5-year at 4.5 % the roll is lost, and 1 point over the bill pays
    # 100 bp / 8.175717 - 10 bp = 2.231345 bp: 1 + 10 x 2.231345 / 25 = 1.892538 years.
    assert on_curve(m3=3.0, y5=4.5, y10=4.0) == pytest.approx(1.892538, abs=1e-6)
