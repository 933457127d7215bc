"""Differences in sentences."""

from __future__ import annotations

import pytest

from backtests.analysis.claims import Measure
from backtests.analysis.resampling import Estimate
from backtests.engine.claims.sentences import in_points


def test_points_have_two_digits_and_their_interval():
    assert in_points(Estimate(0.0048, -0.0006, 0.0097)) == "+0.48 points (-0.06 to +0.97)"
    assert in_points(Measure("", -0.0108, "points")) == "-1.08 points"


def test_an_end_near_zero_shows_on_which_side_it_lies():
    assert in_points(Estimate(-0.0018, -0.0035, -0.00001)).endswith("(-0.35 to -0.001)")


def test_no_value_has_no_words():
    with pytest.raises(ValueError, match="leave its sentence out"):
        in_points(Estimate(None, None, None))
