"""A plan: bands and cash flows together."""

import pytest

from backtests.engine.bands import Rebalancing
from backtests.engine.config import RunConfig
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import PLAIN, PLAN, Plan
from data.errors import UsageError

FULL = {"band": 0.05, "band_relative": 0.25, "band_to": "edge", "flow": "500/month",
        "flow_indexed": True}  # fmt: skip
PLANS = [
    {},
    FULL,
    {"flow": "-4%/year"},
    {"flows": {"2020-01-15": 500.0, "2021-01-15": -300.0}, "flow_indexed": True},
]


@pytest.mark.parametrize("table", PLANS)
def test_a_table_comes_back(table):
    plan = Plan.of(table)
    assert plan.table == table
    assert Plan.of(plan.table) == plan
    assert Plan.of({**dict.fromkeys(PLAN), **table}) == plan  # as a configuration's table has it


def test_none_is_plain():
    assert Plan.of({}) == PLAIN
    assert PLAIN.table == {}
    assert not PLAIN.rebalancing
    assert not PLAIN.flows


def test_one_half_can_be_left_out():
    plan = Plan.of(FULL)
    assert plan.without_flows() == Plan(Rebalancing(0.05, 0.25, "edge"))
    assert plan.without_bands() == Plan(flows=AskedFlows("500/month", True))


def test_a_plan_is_one():
    with pytest.raises(UsageError, match="plan= takes Plan"):
        RunConfig("hedge_mix", plan={"band": 0.05})
