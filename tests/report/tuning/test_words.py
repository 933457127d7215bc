"""Numbers of a search in their units."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from backtests.analysis.reliability import Edge
from backtests.analysis.resampling import Estimate
from backtests.report.tuning.words import edge_text, figure, survived


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (math.nan, "-"),
        (-0.4, "none"),
        (0.0, "none"),
        (0.354, "35 %"),
        (1.0, "100 %"),
        (1.2, "all of it and more"),
    ],
)
def test_what_remained_of_a_lead_is_a_share_of_it(share, text):
    assert survived(SimpleNamespace(survived=share)) == text


@pytest.mark.parametrize(
    ("value", "metric", "sign", "text"),
    [
        (0.0123, "cagr", False, "1.23 points"),
        (0.0123, "cagr", True, "+1.23 points"),
        (-0.5, "sharpe", True, "-0.50"),
        (None, "cagr", True, "not defined"),
        (math.nan, "sharpe", False, "not defined"),
    ],
)
def test_a_score_is_told_in_its_unit(value, metric, sign, text):
    assert figure(value, metric, sign=sign) == text


@pytest.mark.parametrize("value", [None, math.nan])
def test_a_lead_that_does_not_exist_says_so(value):
    edge = Edge(Estimate(value, None, None), math.nan)
    assert edge_text(edge, "cagr") == "not defined (no interval: too few months)"
    whole = Edge(Estimate(0.01, -0.005, 0.02), 0.006)
    assert edge_text(whole, "cagr") == "+1.00 points (-0.50 to +2.00)"
