"""Words for runs in purchasing power."""

from __future__ import annotations

from functools import cache

import pytest

from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.summary import Summary
from backtests.report.comparison.aligned import require_all_real
from backtests.report.currency import in_money, in_real
from backtests.report.real import nominal_line, real_terms
from data.errors import UsageError


@cache
def summary(*, real: bool) -> Summary:
    return simulated(load_inputs(RunConfig("hedge_mix", source="bundled", real=real))).summary


def test_a_real_run_says_in_whose_money_of_which_day_it_is():
    assert real_terms(summary(real=True)).startswith("real: in dollars of 1962-01-31 (")
    assert "In money of the day: 9.0 % a year, deepest fall -30.1 %." in nominal_line(
        summary(real=True)
    )
    assert in_money(None, "1962-01-31") == " in dollars of 1962-01-31"


def test_a_nominal_run_says_nothing_of_it():
    assert real_terms(summary(real=False)) == nominal_line(summary(real=False)) == ""
    assert in_money(None) == in_real("USD", "") == ""


def test_real_and_nominal_runs_are_not_compared():
    require_all_real([("a", True), ("b", True)])
    with pytest.raises(UsageError, match="b is in purchasing power, and a in money of the day"):
        require_all_real([("a", False), ("b", True)])
