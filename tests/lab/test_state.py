"""The lab's controls without a page: their values, and the configuration that they make."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import CASHES, MOST_BASIS_BP, Money
from backtests.lab.state import (
    PRESETS,
    apply,
    complete,
    from_state,
    idle_in,
    idle_of,
    is_applied,
    is_moved,
    keep,
    make_room,
    ratio_step,
    slider_step,
    to_state,
    values_of,
    weight_step,
)
from data.currency.currencies import CODES
from data.errors import UsageError
from strategies.registry import STRATEGIES, strategy_class


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_controls_hold_every_configuration(strategy):
    config = RunConfig(strategy, source="files:a b", start="2001-02-03", benchmark="IEF")
    assert from_state(to_state(config)) == config


@given(
    st.builds(
        Money,
        st.sampled_from(CODES[1:]),
        st.sampled_from(CASHES),
        st.floats(0, 1) | st.just({"IEF": 1 / 3, "GC=F": 0.5}),
        st.floats(0, 1) | st.just("SPY=0.25"),
        st.floats(0, MOST_BASIS_BP),
        st.booleans(),
    )
)
def test_controls_hold_every_currency_and_hedge_to_the_letter(money):
    config = RunConfig("hedge_mix", source="bundled", money=money)
    assert json.dumps(from_state(to_state(config)).as_dict()) == json.dumps(config.as_dict())


@pytest.mark.parametrize("given", [None, 0.15, 1 / 3, "SPY=0.15,TLT=0.3@2025-05-01", "0.1,QQQ=0"])
def test_controls_hold_what_is_withheld_to_the_letter(given):
    config = RunConfig("hedge_mix", source="bundled", withholding=given)
    state = to_state(config)
    assert json.dumps(from_state(state).as_dict()) == json.dumps(config.as_dict())
    assert state["withholding"] == ("" if given is None else str(given))
    state["withholding"] = " 15 "
    with pytest.raises(UsageError, match="^Withheld takes a rate from 0 to 1.*15 % is 0.15"):
        from_state(state)


def test_a_ratio_that_is_moved_is_what_its_slider_says():
    money = Money("JPY", fx_hedge=1 / 3, fx_hedge_equity={"SPY": 0.5})
    state = to_state(RunConfig("hedge_mix", source="bundled", money=money))
    assert ratio_step(state, "fx_hedge") == 0.1
    assert ratio_step(state, "fx_hedge_equity") == 1.0
    state["money.fx_hedge"] = 40.0
    assert from_state(state).money == Money("JPY", fx_hedge=0.4, fx_hedge_equity={"SPY": 0.5})
    state["money.fx_hedge_equity.by_ticker"] = " "  # emptied: the slider again
    state["money.fx_hedge_equity"] = 25.0
    assert from_state(state).money == Money("JPY", fx_hedge=0.4, fx_hedge_equity=0.25)
    state["money.fx_hedge.by_ticker"] = "IEF=2"
    with pytest.raises(UsageError, match="--fx-hedge takes a ratio from 0 to 1.*got 2"):
        from_state(state)


def test_dollars_hide_the_hedge_and_bring_it_back():
    money = Money("CHF", "usd", 1, 0.5, 50, carry_rates=True)
    state = to_state(RunConfig("hedge_mix", source="bundled", money=money))
    state["money.currency"] = "USD"
    keep(state)
    assert from_state(state).money == Money()
    state["money.currency"] = "CHF"
    assert from_state(state).money == money


@pytest.mark.parametrize("extend", [None, True, False])
def test_the_control_of_histories_carried_back_has_all_three_answers(extend):
    config = RunConfig("carry", source="bundled", extend=extend)
    assert from_state(to_state(config)).extend is extend
    assert isinstance(to_state(config)["extend"], str)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_brings_its_own_controls(strategy):
    """A strategy chosen from the list begins at its declared defaults."""
    state = to_state(RunConfig("equity_only", source="bundled"))
    state["strategy"] = strategy
    complete(state)
    assert from_state(state) == RunConfig(strategy, source="bundled")


def test_an_empty_folder_and_no_tickers_are_refused():
    state = to_state(RunConfig("hedge_mix"))
    with pytest.raises(UsageError, match="folder of files"):
        from_state({**state, "source": "files"})
    with pytest.raises(Exception, match="has no weights"):
        from_state({**state, "tickers": []})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_both_ends_and_the_default_lie_on_the_slider(strategy):
    for declared in strategy_class(strategy).parameters():
        if declared.low is None or isinstance(declared.default, str):
            continue
        step = slider_step(declared)
        for value in (declared.default, declared.high):
            notches = (value - declared.low) / step
            assert notches == pytest.approx(round(notches), abs=1e-6), declared.name
        assert 10 <= (declared.high - declared.low) / step <= 1_000


def test_room_comes_out_of_cash_first_then_out_of_the_others():
    assert make_room({"A": 70.0, "B": 20.0}, "A") == {"A": 70.0, "B": 20.0}
    assert make_room({"A": 80.0, "B": 30.0, "C": 10.0}, "A") == {"A": 80.0, "B": 15.0, "C": 5.0}
    assert make_room({"A": 100.0, "B": 40.0}, "A") == {"A": 100.0, "B": 0.0}


@given(
    weights=st.dictionaries(st.sampled_from("ABCDEF"), st.floats(0, 100), min_size=1),
    data=st.data(),
)
def test_weights_never_pass_the_whole(weights, data):
    moved = data.draw(st.sampled_from(sorted(weights)))
    others = sum(weights.values()) - weights[moved]
    if others > 100:
        weights = {k: w if k == moved else w * 100 / others for k, w in weights.items()}
    fitted = make_room(weights, moved)
    assert fitted[moved] == weights[moved]
    assert sum(fitted.values()) <= 100 + 1e-6
    assert all(0 <= fitted[name] <= weights[name] + 1.0 for name in weights)
    if sum(weights.values()) > 100:
        assert sum(fitted.values()) > 99.0  # what is freed is given away but for a fraction


def test_cash_is_what_the_weights_leave():
    state = to_state(RunConfig("hedge_mix", {"weights": {"SPY": 0.6, "IEF": 0.125}}))
    complete(state)
    assert (state["weight.SPY"], state["weight.IEF"], state["cash"]) == (60.0, 12.5, 27.5)
    # A notch is a whole percent, or a tenth for what was given in parts of one.
    assert (weight_step(state, "SPY"), weight_step(state, "IEF")) == (1.0, 0.1)
    assert weight_step(state, "TLT") == 1.0


def test_a_page_is_moved_by_its_controls_and_buttons_alone():
    drawn = values_of(to_state(RunConfig("hedge_mix")))
    assert not is_moved(drawn, {**drawn, "saved": "x", "set.attack_defend.step_bp": 25.0})
    assert not is_moved({**drawn, "gone": 1}, drawn)  # a control that is no longer drawn
    assert is_moved(drawn, {**drawn, "weight.SPY": 61.0})
    assert is_moved(drawn, {**drawn, "save": True})


def test_a_weight_keeps_its_digits_until_its_slider_moves():
    config = RunConfig("hedge_mix", {"weights": {"SPY": 0.123456789012345, "IEF": 1 / 3}})
    state = to_state(config)
    assert from_state(state) == config
    state["weight.SPY"] = 20.0
    assert from_state(state).params["weights"] == {"SPY": 0.2, "IEF": 1 / 3}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("SPY,IEF", "one ticker at a time, such as SPY, and 'SPY,IEF' holds a comma; take it out"),
        ("  ", "'  ' is nothing but spaces; take it out"),
        ("", "'' is nothing but spaces; take it out"),
        (" SPY", "has SPY twice, one as ' SPY'; take one out"),
    ],
)
def test_a_ticker_that_no_command_can_say_is_refused(typed, words):
    state = to_state(RunConfig("hedge_mix", source="bundled"))
    state["tickers"].append(typed)
    complete(state)
    with pytest.raises(UsageError, match=re.escape(words)):
        from_state(state)


def test_spaces_around_a_typed_ticker_are_left_out():
    state = to_state(RunConfig("hedge_mix", {"weights": {"SPY": 0.6}}))
    state["tickers"].append(" GC=F ")
    state["weight. GC=F "] = 10.0
    assert from_state(state).params["weights"] == {"SPY": 0.6, "GC=F": 0.1}


def test_a_ticker_at_0_is_no_part_of_the_run_and_keeps_its_slider():
    config = RunConfig("hedge_mix", {"weights": {"SPY": 0.6}})
    state = to_state(config, ["TLT", "GLD"])
    assert (state["tickers"], state["weight.TLT"]) == (["SPY", "TLT", "GLD"], 0.0)
    assert from_state(state) == config
    assert idle_of(state, config) == ["TLT", "GLD"]
    state["weight.TLT"] = 10.0
    assert from_state(state).params["weights"] == {"SPY": 0.6, "TLT": 0.1}
    with pytest.raises(UsageError, match="at most 50"):
        to_state(config, [f"T{number}" for number in range(50)])


def test_all_at_0_are_cash_alone():
    """A run needs sessions: those of the first ticker, as --weights SPY=0 has it."""
    state = to_state(RunConfig("hedge_mix", {"weights": {"SPY": 0.0, "TLT": 0.0}}))
    assert from_state(state) == RunConfig("hedge_mix", {"weights": {"SPY": 0.0}})


def test_a_link_names_tickers_at_0_once():
    assert idle_in("TLT, GLD") == ["TLT", "GLD"]
    for wrong in ("", "TLT,", "TLT,TLT"):
        with pytest.raises(UsageError, match="write each ticker at 0 % once"):
            idle_in(wrong)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.label)
def test_a_preset_sets_the_mix_or_the_rule_that_it_names_and_no_other_setting(preset):
    params = {"weights": {"GLD": 1 / 3}, "rebalance": "never"}
    costs = Costs(7.5, 2.0, 3)
    money = Money("JPY", "usd", 1, {"SPY": 0.5}, 50, carry_rates=True)
    before = RunConfig(
        "hedge_mix", params, source="bundled", start="1990-01-31", costs=costs, money=money
    )
    state = to_state(before)
    complete(state)
    assert not is_applied(preset, state)
    apply(preset, state)
    complete(state)
    after = from_state(state)
    assert [one.label for one in PRESETS if is_applied(one, state)] == [preset.label]
    assert (after.source, after.start, after.costs) == (before.source, before.start, before.costs)
    assert after.money == money
    if preset.weights:
        assert after.params == {"weights": preset.weights, "rebalance": "never"}
    else:
        assert after.params == RunConfig(preset.strategy).params
    moved = "weight.SPY" if preset.weights else "set.attack_defend.step_bp"
    assert not is_applied(preset, {**state, moved: state[moved] + 1.0})


def test_presets_by_their_label():
    assert {one.label: dict(one.weights) for one in PRESETS} == {
        "60/40": {"SPY": 0.6, "IEF": 0.4},
        "80/20": {"SPY": 0.8, "IEF": 0.2},
        "60/40 long": {"SPY": 0.6, "TLT": 0.4},
        "Three funds": {"SPY": 0.6, "IEF": 0.2, "TLT": 0.2},
        "attack_defend": {},
    }
    assert not is_moved({}, {"preset.60/40": False})
    assert is_moved({}, {"preset.60/40": True})
