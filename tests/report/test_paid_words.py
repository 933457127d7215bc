"""What is said of an investor's own money."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from backtests.engine.own_money import Outcome, OwnMoney
from backtests.report.paid_words import own_money_line, own_money_lines, own_money_told, ruin_line


def test_it_says_what_was_paid_and_when_it_was_ruined_and_nothing_without_flows() -> None:
    own = OwnMoney(1000.0, 900.0, None, Outcome(0.0, None, "2009-03-02"), Outcome(5.0, 0.1, None))
    summary = SimpleNamespace(own_money=own, currency="USD", start="2000-01-03")
    told = dict(own_money_lines(cast("Any", summary)))
    assert told["paid in"] == "$1,000"
    assert told["taken out"] == "$900"
    assert "2009-03-02" in told["ruined"]
    assert "real wealth" not in told
    summary.own_money = None
    assert own_money_lines(cast("Any", summary)) == []


def told_of(own: OwnMoney | None, **fields: Any) -> Any:
    """A summary that says no more than what came of its money."""
    every = {"own_money": own, "currency": "USD", "start": "2000-01-03", "end": "2010-12-31",
             "is_real": False}  # fmt: skip
    return SimpleNamespace(**every | fields)


LEFT = OwnMoney(1000.0, 900.0, 400.0, Outcome(500.0, 0.0512, None), Outcome(5.0, 0.1, None))
RUINED = OwnMoney(1000.0, 900.0, 0.0, Outcome(0.0, -0.01, "2009-03-02"), Outcome(5.0, 0.1, None))


def test_the_line_says_what_was_left_and_that_other_figures_have_nothing_paid() -> None:
    assert own_money_line(told_of(LEFT)) == (
        "$1,000 was paid in, $900 taken out, and on 2010-12-31 $500 ($400 in money of 2000-01-03) "
        "was left. That is 5.12 % a year, money-weighted. Every other figure here is of the unit "
        "value: what the same money would have done with nothing paid in or out."
    )
    assert own_money_told(told_of(LEFT))[0][0] == "Own money:"
    assert own_money_line(told_of(None)) == ""
    assert own_money_told(told_of(None)) == []


def test_of_a_real_run_the_other_money_is_that_of_the_day() -> None:
    real = replace(LEFT, nominal_final_wealth=650.0)
    assert "$500 ($650 in money of the day) was left" in own_money_line(told_of(real, is_real=True))
    lines = dict(own_money_lines(told_of(real, is_real=True)))
    assert lines["nominal wealth"] == "$650 in money of the day"
    assert "real wealth" not in lines


def test_a_ruin_comes_first_with_its_date() -> None:
    told = "The money ran out on 2009-03-02: the payout of that day took all there was, and the run"
    assert ruin_line(told_of(RUINED)).startswith(told)
    assert own_money_line(told_of(RUINED)).startswith(told)
    assert "was left" not in own_money_line(told_of(RUINED))
    assert ruin_line(told_of(LEFT)) == ruin_line(told_of(None)) == ""
