"""The lab's controls of one's own money without a page: their values, and the plan they make."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.engine.bands import GOALS, Rebalancing
from backtests.engine.config import RunConfig
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import PLAIN, Plan
from backtests.lab.own_money import follow_bands, has_bands, periods, plan_of, plan_state
from backtests.lab.state import from_state, keep, to_state
from data.errors import UsageError
from strategies.schedule import PERIODS

LIMIT = st.none() | st.floats(0, 1) | st.just(1 / 3)
FLOWS = (
    st.builds(
        AskedFlows,
        st.builds("{:.10g}/{}".format, st.floats(-1e6, 1e6), st.sampled_from(PERIODS)),
    )
    | st.builds(AskedFlows, st.sampled_from(["-4%/year", "0.1%/week", "33.3333%/half-year"]))
    | st.builds(AskedFlows, st.just("500/month"), st.booleans())
    | st.just(AskedFlows(dated="2020-01-15=500,2021-01-15=-0.1", indexed=True))
)


@given(
    st.builds(Rebalancing, st.floats(0, 1), LIMIT, st.sampled_from(GOALS))
    | st.builds(Rebalancing, LIMIT),
    FLOWS,
    st.booleans(),
)
def test_controls_hold_every_plan_to_the_letter(bands, flows, real):
    config = RunConfig("hedge_mix", source="bundled", plan=Plan(bands, flows), real=real)
    state = to_state(config)
    keep(state)
    assert json.dumps(from_state(state).as_dict()) == json.dumps(config.as_dict())


def test_without_a_plan_the_controls_say_nothing_and_are_folded():
    state = plan_state(PLAIN, real=False)
    assert plan_of(state) == PLAIN
    assert not state["plan.open"]
    for plan, real in ((PLAIN, True), (Plan(Rebalancing(0.0)), False)):
        assert plan_state(plan, real=real)["plan.open"]


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        ({"flow": "pay in"}, {"flow": "500/month"}),
        ({"flow": "take out", "amount": 1250.5, "period": "quarter"}, {"flow": "-1250.5/quarter"}),
        ({"flow": "take out", "unit": "share", "period": "year"}, {"flow": "-4%/year"}),
        ({"flow": "pay in", "indexed": True}, {"flow": "500/month", "flow_indexed": True}),
        # What is hidden says nothing.
        ({"flow": "pay in", "unit": "share", "indexed": True}, {"flow": "4%/month"}),
        ({"flow": "pay in", "amount": 0.0, "indexed": True}, {}),
        ({"indexed": True, "dated": "2020-01-15=500", "band_to": "edge"}, {}),
        ({"flow": "on dates", "indexed": True, "dated": " "}, {}),
        (
            {"flow": "on dates", "dated": "2021-01-15=-300\n2020-01-15 = 500,\n"},
            {"flows": {"2020-01-15": 500.0, "2021-01-15": -300.0}},
        ),
        ({"band": 5.0}, {"band": 0.05}),
        ({"band": 0.0}, {"band": 0.0}),
        ({"band_relative": 25.0, "band_to": "edge"}, {"band_relative": 0.25, "band_to": "edge"}),
    ],
)
def test_what_is_chosen_is_what_the_command_line_has(chosen, asked):
    state = plan_state(PLAIN, real=False)
    state |= {f"plan.{name}": value for name, value in chosen.items()}
    assert plan_of(state).table == asked


def test_a_band_keeps_its_digits_until_it_is_changed():
    state = plan_state(Plan(Rebalancing(1 / 3, 0.1)), real=False)
    assert plan_of(state).rebalancing == Rebalancing(1 / 3, 0.1)
    state["plan.band"] = 7.0
    assert plan_of(state).rebalancing == Rebalancing(0.07, 0.1)
    state["plan.band"] = state["plan.band_relative"] = None
    assert plan_of(state) == PLAIN
    assert not has_bands(state)


@pytest.mark.parametrize(
    ("dated", "words"),
    [
        ("500", "takes dates and amounts such as 2020-01-15=500.*got '500'"),
        ("2020-13-01=5", "2020-13-01"),
        ("2020-01-15=x", "takes an amount such as -300, got 'x'"),
        ("2020-01-15=1\n2020-01-15", "takes dates and amounts such as .*got '2020-01-15'"),
    ],
)
def test_dates_that_cannot_be_read_are_one_line(dated, words):
    state = plan_state(PLAIN, real=False)
    state |= {"plan.flow": "on dates", "plan.dated": dated}
    with pytest.raises(UsageError, match=words) as told:
        plan_of(state)
    assert "\n" not in str(told.value)


def test_no_period_is_shorter_than_a_row_where_rows_are_months():
    state = to_state(RunConfig("hedge_mix", source="bundled"))
    assert periods(state) == ["month", "quarter", "half-year", "year"]
    state["source"] = "auto"
    assert periods(state) == ["week", "month", "quarter", "half-year", "year"]
    state["plan.period"] = "day"  # of a link, which keeps what it says
    assert periods(state)[-1] == "day"


def test_a_mix_is_watched_daily_while_it_has_a_band_as_on_the_command_line():
    asked = RunConfig("hedge_mix", source="bundled", plan=Plan(Rebalancing(0.05)))
    state = to_state(RunConfig("hedge_mix", source="bundled"))
    keys = ("set.hedge_mix.rebalance", "set.hedge_mix.offset")
    state["plan.band"] = 5.0
    follow_bands(state, *keys)
    assert from_state(state).as_dict() == asked.as_dict()
    assert state[keys[0]] == "daily"
    state["plan.band_relative"] = 25.0
    follow_bands(state, *keys)
    state["plan.band"] = None
    follow_bands(state, *keys)
    assert state[keys[0]] == "daily"
    state["plan.band_relative"] = None
    follow_bands(state, *keys)
    assert state[keys[0]] == "monthly"


@pytest.mark.parametrize("chosen", [{"rebalance": "quarterly"}, {"offset": 5}])
def test_a_calendar_of_ones_own_choice_stays_with_a_band(chosen):
    state = to_state(RunConfig("hedge_mix", chosen, source="auto"))
    before = dict(state)
    for band in (5.0, None):
        state["plan.band"] = band
        follow_bands(state, "set.hedge_mix.rebalance", "set.hedge_mix.offset")
        assert {**state, "plan.band": None} == before
    # One that was chosen while there is a band stays when it is taken away.
    state = to_state(RunConfig("hedge_mix", source="auto"))
    state["plan.band"] = 5.0
    follow_bands(state, "set.hedge_mix.rebalance", "set.hedge_mix.offset")
    state["set.hedge_mix.rebalance"], state["plan.band"] = "weekly", None
    follow_bands(state, "set.hedge_mix.rebalance", "set.hedge_mix.offset")
    assert state["set.hedge_mix.rebalance"] == "weekly"


def test_a_rule_without_a_calendar_has_bands_too():
    state = to_state(RunConfig("attack_defend", source="bundled"))
    state["plan.band"] = 5.0
    follow_bands(state, "set.attack_defend.rebalance", "set.attack_defend.offset")
    assert "set.attack_defend.rebalance" not in state
    assert from_state(state).plan == Plan(Rebalancing(0.05))
