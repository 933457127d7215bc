"""Records of a stress test: which legs are hedge and equity."""

from __future__ import annotations

from backtests.engine.stress.stress import stress_of
from tests.engine.stress.made import run_of


def test_legs_by_role():
    weights = {"SPY": 0.5, "IEF": 0.2, "BIL": 0.2}
    stress = stress_of(run_of(params={"weights": weights}))
    assert [leg.ticker for leg in stress.legs] == ["SPY", "IEF", "BIL", "CASH"]
    assert [leg.ticker for leg in stress.hedge] == ["IEF", "BIL"]
    assert [leg.ticker for leg in stress.equity] == ["SPY"]
