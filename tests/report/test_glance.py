"""A run at a glance: named by what it holds, its growth as a line of forty points."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.engine.roles import KNOWN, Roles
from backtests.report.glance import curve_of, fixed_mix, glance_of, mix_name
from tests.report.helpers import make_run


@pytest.fixture(scope="module")
def rule():
    return make_run("attack_defend", "2015-01-30", params={"step_bp": 25.0}).summary


@pytest.mark.parametrize(
    ("weights", "roles", "name"),
    [
        ({"SPY": 0.6, "IEF": 0.4}, KNOWN, "SPY 60 %, IEF 40 %"),
        ({"IEF": 0.4, "SPY": 0.6}, KNOWN, "SPY 60 %, IEF 40 %"),
        ({"TLT": 0.1, "QQQ": 0.2, "SPY": 0.3, "IEF": 0.2}, KNOWN,
         "QQQ 20 %, SPY 30 %, TLT 10 %, IEF 20 %, cash 20 %"),
        ({"SPY": 0.605, "IEF": 0.395}, KNOWN, "SPY 60.5 %, IEF 39.5 %"),
        ({"SPY": 1.0, "IEF": 0.0}, KNOWN, "SPY 100 %"),
        ({"GLD": 0.5, "SPY": 0.5}, Roles(hedge=("GLD",)), "SPY 50 %, GLD 50 %"),
        ({"IEF": 0.5, "GLD": 0.5}, Roles(equity=("IEF",)), "IEF 50 %, GLD 50 %"),
        ({"SPY": 0.5, "CASH": 0.5}, KNOWN, "SPY 50 %, cash 50 %"),
        ({"SPY": 0.3, "IEF": 0.7 + 1e-12}, KNOWN, "SPY 30 %, IEF 70 %"),
        (dict.fromkeys("ABCDEF", 0.1), KNOWN, "A 10 %, B 10 %, C 10 %, D 10 %, and 3 more"),
    ],
)  # fmt: skip
def test_a_mix_is_named_by_equity_then_hedge_then_cash(weights, roles, name):
    assert mix_name(weights, roles) == name


def test_a_fixed_mix_has_its_other_settings_beside_its_name(run):
    values = run.simulation.nav.tolist()
    glance = glance_of(run.summary, values, KNOWN)
    assert (glance.name, glance.settings, glance.held) == ("SPY 60 %, IEF 40 %", "", "")
    changed = {**run.summary.params, "rebalance": "never"}
    glance = glance_of(replace(run.summary, params=changed), values, KNOWN)
    assert (glance.name, glance.settings) == ("SPY 60 %, IEF 40 %", "rebalance=never")


def test_a_rule_is_named_by_what_differs_and_tells_what_it_holds(rule):
    glance = glance_of(rule, [], KNOWN)
    assert (glance.name, glance.settings) == ("attack_defend step_bp=25", "")
    assert glance.held == mix_name(rule.latest.held, KNOWN)
    assert glance.held.startswith("SPY ")
    assert fixed_mix(rule) is None


def test_a_single_ticker_is_a_mix_of_one():
    summary = make_run("equity_only", "2015-01-30").summary
    assert fixed_mix(summary) == summary.latest.target
    assert glance_of(summary, [], KNOWN).name == "SPY 100 %"


def test_its_figures_are_those_of_the_summary_and_no_folder_is_named(run):
    files = replace(run.summary, source="files:/home/me/prices", source_title="files:/home/me")
    glance = glance_of(files, [], KNOWN)
    numbers = run.summary.metrics
    assert (glance.growth, glance.deepest) == (numbers.cagr, numbers.max_drawdown)
    assert glance.total == numbers.total_return
    assert (glance.start, glance.end, glance.daily) == ("1995-01-31", "2025-12-31", False)
    assert glance.costs == "fee 2 bp, slippage 1 bp, lag 1"
    assert glance.source == "price files of your own"


def test_the_small_line_is_logarithmic():
    # 1, 10, 100: the middle of a logarithmic scale is 10. A fall to a tenth is as far as the rise.
    assert curve_of([1.0, 10.0, 100.0, 10.0]) == (0, 50, 100, 50)
    assert curve_of([5.0, 5.0, 5.0]) == (50, 50)


def test_a_fall_between_two_of_its_moments_is_drawn():
    values = [1.0 + row / 1000 for row in range(1000)]
    values[503] = 0.5  # a single row
    drawn = curve_of(values)
    assert min(drawn) == 0
    assert drawn.index(0) in range(18, 23)  # in the middle of time
    assert len(drawn) <= 40


@given(st.lists(st.floats(1e-6, 1e9), min_size=2, max_size=300))
def test_it_lies_between_its_ends_whatever_the_values(values):
    drawn = curve_of(values)
    assert 2 <= len(drawn) <= 40
    assert all(0 <= height <= 100 for height in drawn)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 0.0], [1.0, -1.0], [1.0, math.nan],
                                    [1.0, math.inf]])  # fmt: skip
def test_impossible_values_have_no_line(values):
    assert curve_of(values) == ()
