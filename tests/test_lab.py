"""The lab without a page: its numbers, its shelves, its controls."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.engine.config import RunConfig
from backtests.jobs import execute
from backtests.lab import look as lab
from backtests.lab.state import complete, from_state, make_room, slider_step, to_state
from data.errors import DataError, UsageError
from data.load import load_market
from data.origin import How, Origin
from strategies.registry import STRATEGIES, strategy_class


@pytest.fixture(autouse=True)
def empty_shelves():
    lab.forget()
    yield
    lab.forget()


def same(found, expected):
    """Plain values that differ by rounding at most: two engines that agree to 1e-9."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            same(found[key], value)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("strategy", "params", "extend"),
    [
        ("hedge_mix", {}, False),
        ("attack_defend", {}, False),
        ("equity_only", {}, False),
        ("hedge_mix", {"weights": {"SPY": 0.0}}, False),  # nothing but bills, flat for months
        ("hedge_mix", {"weights": {"IEF": 1.0}}, True),
    ],
)
def test_the_lab_shows_what_the_command_line_writes(strategy, params, extend):
    config = RunConfig(strategy, params, source="bundled", start="1975-01-31", extend=extend)
    shown, written = lab.look(config), execute(config)
    assert shown.summary.keys() == written.summary.keys()
    for key, value in written.summary.items():
        same(shown.summary[key], value)
    for key in ("word", "sentences", "holds_treasuries", "sample"):
        assert shown.verdict[key] == written.verdict[key]
    of = {row["key"]: row for row in written.verdict["portfolios"]}
    for row in shown.verdict["portfolios"]:
        same(row, of[row["key"]])
    assert len(shown.verdict["crises"]) == len(written.verdict["crises"]) > 10


def test_the_same_question_is_worked_out_once():
    config = RunConfig("hedge_mix", source="bundled")
    first = lab.look(config)
    assert lab.look(RunConfig("hedge_mix", source="bundled")) is first
    other = lab.look(RunConfig("hedge_mix", {"rebalance": "never"}, source="bundled"))
    assert other.verdict["crises"] != []
    assert lab.loaded_for(config)[1] is lab.loaded_for(other.config)[1]


def test_a_changed_file_is_read_again(price_folder):
    rows = "".join(f"20{y:02d}-{m:02d}-28,{100 + y + m}\n" for y in range(8) for m in range(1, 13))
    folder = price_folder(SPY="date,value\n" + rows)
    config = RunConfig("equity_only", source=f"files:{folder}")
    before = lab.look(config).summary["metrics"]["final_value"]
    price_folder(SPY="date,value\n" + rows.replace("2007-12-28,119", "2007-12-28,219"))
    assert lab.look(config).summary["metrics"]["final_value"] > 1.5 * before


def test_a_refusal_is_kept_for_a_while(monkeypatch):
    asked = []

    def refuse():
        asked.append(1)
        raise DataError("no")

    shelf = lab.Cache(2)
    for _ in range(3):
        with pytest.raises(DataError, match="no"):
            shelf.get("a", refuse)
    assert len(asked) == 1
    monkeypatch.setattr(lab, "PATIENCE", 0.0)
    with pytest.raises(DataError):
        shelf.get("a", refuse)
    assert len(asked) == 2
    assert shelf.get("a", lambda: 7) == 7


def test_a_shelf_forgets_the_oldest():
    shelf = lab.Cache(2)
    made = []
    for key in ("a", "b", "c", "b", "a"):
        shelf.get(key, lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "a"]


def test_two_tabs_ask_once():
    shelf, made, gate = lab.Cache(2), [], threading.Event()

    def slow():
        gate.wait(5)
        made.append(1)
        return len(made)

    answers = []
    tabs = [threading.Thread(target=lambda: answers.append(shelf.get("a", slow))) for _ in range(4)]
    for tab in tabs:
        tab.start()
    gate.set()
    for tab in tabs:
        tab.join()
    assert answers == [1, 1, 1, 1]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_controls_hold_every_configuration(strategy):
    config = RunConfig(strategy, source="files:a b", start="2001-02-03", benchmark="IEF")
    assert from_state(to_state(config)) == config


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
    for known in strategy_class(strategy).parameters():
        if known.low is None or isinstance(known.default, str):
            continue
        step = slider_step(known)
        for value in (known.default, known.high):
            notches = (value - known.low) / step
            assert notches == pytest.approx(round(notches), abs=1e-6), known.name
        assert 10 <= (known.high - known.low) / step <= 1_000


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


def test_what_stood_in_for_a_source_is_asked_for_again(monkeypatch):
    asked = []
    market = load_market("bundled", ["SPY"])
    instead = Origin(How.BUNDLED, failure="Yahoo is silent", short="Yahoo cannot be reached")
    for origin, calls in ((market.origin, 1), (instead, 2)):
        shelf = lab.Cache(2, lab.is_first_choice)
        found = market.relabelled(origin=origin)
        asked.clear()
        monkeypatch.setattr(lab, "PATIENCE", -1.0)
        for _ in range(2):
            assert shelf.get("key", lambda found=found: asked.append(1) or found) is found
        assert len(asked) == calls


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


def test_older_snapshots_are_said_to_stand_in():
    market = load_market("bundled", ["SPY"]).relabelled(
        title="prices from Yahoo, fetched 2024-01-02, older snapshots",
        remarks=["another"],
        origin=Origin(
            How.OLDER,
            "2024-01-02",
            dt.timedelta(days=3),
            failure="Yahoo cannot be reached (refused)",
            short="Yahoo cannot be reached",
        ),
    )
    first, why = lab.stood_in(RunConfig("hedge_mix"), market)
    assert first.startswith(
        "In place of new prices from Yahoo: prices from Yahoo, fetched 2024-01-02, "
        "older snapshots: 7"
    )
    assert why == "Yahoo cannot be reached (refused); snapshots kept, up to 3 days old."
