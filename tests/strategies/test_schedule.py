"""Calendars of decisions."""

from __future__ import annotations

import pandas as pd

from strategies.schedule import REBALANCE, decision_rows


def test_decisions_fall_on_first_sessions():
    sessions = pd.bdate_range("2020-01-15", "2021-02-10")
    picked = {
        name: [f"{day:%Y-%m-%d}" for day in sessions[decision_rows(sessions, name)]]
        for name in REBALANCE
    }
    assert picked["never"] == ["2020-01-15"]
    assert picked["annually"] == ["2020-01-15", "2021-01-01"]
    assert picked["quarterly"] == ["2020-01-15", "2020-04-01", "2020-07-01", "2020-10-01",
                                   "2021-01-01"]  # fmt: skip
    assert picked["monthly"][:3] == ["2020-01-15", "2020-02-03", "2020-03-02"]
    assert len(picked["monthly"]) == 14
