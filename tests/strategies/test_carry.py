"""carry by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.market import Market
from data.treasuries.bonds import modified_duration
from strategies.carry import Carry
from tests.strategies.helpers import yields_market


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
