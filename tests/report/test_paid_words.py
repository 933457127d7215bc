"""What is said of an investor's own money."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from backtests.engine.own_money import Outcome, OwnMoney
from backtests.report.paid_words import own_money_lines


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
