"""The steps of rules by hand, as plain functions."""

from __future__ import annotations

import inspect
import math

import pytest

from strategies import registry, steps
from strategies.stepped import SteppedRule

NAN = math.nan


def shares(step: steps.Step, signal: list[float], *settings: float) -> list[float | None]:
    """What a step answers, None for NaN."""
    share = [7.0] * len(signal)
    step(signal, settings, share)
    return [None if math.isnan(each) else each for each in share]


def test_whole_steps_turn_the_dial_by_sixths():
    # Steps of 50 basis points, left at more than 0.7 of them: at 60 it is one step up, 4/6; at 20
    # it has not left that (1 - 0.4 = 0.6); at 10 (0.8) it is back in the middle.
    asked = [0.0, 35.0, 60.0, 20.0, 10.0, -400.0, NAN, -400.0]
    told = shares(steps.whole_steps, asked, 50.0, 0.7)
    assert told == [0.5, 0.5, 4 / 6, 4 / 6, 0.5, 0.0, None, 0.0]


def test_a_day_without_a_signal_changes_no_step():
    # 1 step up, then nothing known; 30 (0.6) is 0.4 from that step and 0.6 from the middle.
    assert shares(steps.whole_steps, [50.0, NAN, 30.0], 50.0, 0.7) == [4 / 6, None, 4 / 6]


def test_in_proportion_between_nothing_and_the_whole():
    asked = [-3.0, 0.0, 5.0, 20.0, 25.0, NAN]
    assert shares(steps.in_proportion, asked, 20.0) == [0.0, 0.0, 0.25, 1.0, 1.0, None]


def test_above_zero_is_all_and_zero_itself_nothing():
    assert shares(steps.above_zero, [0.1, 0.0, -0.1, NAN]) == [1.0, 0.0, 0.0, None]


def test_the_last_call_stands_until_the_other_comes():
    # A threshold of 25: 25 itself is no call. Before the first call it is short.
    asked = [25.0, -25.0, -26.0, 10.0, NAN, 25.0, 26.0, 0.0]
    told = shares(steps.last_call, asked, 25.0)
    assert told == [0.0, 0.0, 1.0, 1.0, None, 1.0, 0.0, 0.0]


STEPPED = [
    kind for name in registry.STRATEGIES
    if issubclass(kind := registry.strategy_class(name), SteppedRule)
]  # fmt: skip


def test_each_step_is_one_rules_own():
    # Compiled code is kept by the name of the function: no two may share one.
    plain = [step for _, step in inspect.getmembers(steps, inspect.isfunction)]
    assert sorted(step.__name__ for step in plain) == sorted(kind.step.__name__ for kind in STEPPED)
    assert {kind.name for kind in STEPPED} == {
        "attack_defend", "carry", "duration_trend", "rate_cycle",
    }  # fmt: skip


@pytest.mark.parametrize("kind", STEPPED, ids=lambda kind: kind.name)
def test_a_step_reads_no_row_after_its_own(kind):
    """Asked with a signal that only has the rows up to t, it answers the same up to t."""
    signal = [float((37 * row) % 101 - 50) for row in range(60)]
    rule = kind()
    whole = [NAN] * 60
    kind.step(signal, rule.settings, whole)
    for cut in range(1, 60):
        part = [NAN] * cut
        kind.step(signal[:cut], rule.settings, part)
        assert part == whole[:cut]
