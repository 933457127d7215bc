"""Luck in words: an expected number of tries, told so that an investor reads it."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from backtests.report.tuning.luck import luck_figure, luck_sentence
from tests.analysis.test_selection import without_skill


def decides(expected: float, trials: int = 10_626) -> SimpleNamespace:
    """What decides, as far as luck goes."""
    return SimpleNamespace(as_good_by_luck=expected, trials=trials)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (10_583.8, "nearly all are expected to be this good by luck alone"),
        (3_187.0, "some 3,200 this good are expected by luck alone"),
        (13.4, "some 13 this good are expected by luck alone"),
        (5.69, "about 6 this good are expected by luck alone"),
        (1.5, "about 2 this good are expected by luck alone"),
        (1.49, "one this good is expected by luck alone"),
        (0.5, "one this good is expected by luck alone"),
        (0.25, "fewer than one this good is expected by luck alone: at most 1 in 4 such searches "
         "would show one"),
        # 1 in 2.6 searches at most, so that "at most 1 in 3" would say too little of luck.
        (0.38, "fewer than one this good is expected by luck alone: at most 1 in 2 such searches "
         "would show one"),
        (0.0101, "fewer than one this good is expected by luck alone: at most 1 in 99 such "
         "searches would show one"),
        (0.0099, "fewer than one this good is expected by luck alone: fewer than 1 in 100 such "
         "searches would show one"),
        (0.0, "fewer than one this good is expected by luck alone: fewer than 1 in 100 such "
         "searches would show one"),
        (math.nan, "how many would be this good by luck is unknown"),
    ],
)  # fmt: skip
def test_an_expected_number_of_tries_is_told_in_words(expected, told):
    assert luck_sentence(decides(expected)) == f"Of 10,626 tries, {told}."


@pytest.mark.parametrize(
    ("chance", "told", "figure"),
    [
        (0.6, "It is the only try: the chance that one is this good by luck alone is 60 %.",
         "60 %"),
        (0.004, "It is the only try: the chance that one is this good by luck alone is below 1 %.",
         "below 1 %"),
        (math.nan, "It is the only try, and how often one would be this good by luck is unknown.",
         "Unknown"),
    ],
)  # fmt: skip
def test_a_single_try_has_a_chance_and_no_number(chance, told, figure):
    assert luck_sentence(decides(chance, 1)) == told
    assert luck_figure(decides(chance, 1))[0] == figure


def test_the_same_as_the_rival_is_no_luck():
    assert luck_sentence(None).startswith("It earns the same as the default: there is no lead")
    bills = "the default with 14 % in bills"
    assert luck_sentence(None, bills).startswith(f"It earns the same as {bills}: ")


@pytest.mark.parametrize(
    ("expected", "figure"),
    [
        (10_583.8, ("Nearly all", "of 10,626 tries expected")),
        (3_187.0, ("3,200", "of 10,626 tries expected")),
        (5.69, ("About 6", "of 10,626 tries expected")),
        (1.0, ("One", "of 10,626 tries expected")),
        (0.25, ("At most 1 in 4", "such searches would show one")),
        (0.001, ("Fewer than 1 in 100", "such searches would show one")),
        (math.nan, ("Unknown", "by luck alone")),
    ],
)
def test_a_tile_shows_the_same_number(expected, figure):
    assert luck_figure(decides(expected)) == figure


def test_words_count_and_never_contradict_the_deflated_ratio_beside_them():
    """Searches without skill whose tries share one bet: a third of them said "hardly one"."""
    rare = 0
    for seed in range(200):
        best = without_skill(seed, 0.002)
        told = luck_sentence(best)
        rare += "fewer than 1 in 100" in told
        if best.dsr <= 0.95:
            assert "hardly" not in told
            assert "1 in 100" not in told
    assert rare <= 7  # 2 at most are expected; more than 7 have a chance of 0.1 %
