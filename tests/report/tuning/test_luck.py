"""Luck in words: an expected number of tries, told so that an investor reads it."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from backtests.report.tuning.luck import luck_figure, luck_sentence


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
        (0.25, "hardly one is this good by luck alone: 1 in 4 such searches would show one"),
        (0.0101, "hardly one is this good by luck alone: 1 in 99 such searches would show one"),
        (0.0099, "hardly one is this good by luck alone: fewer than 1 in 100 such searches would "
         "show one"),
        (0.0, "hardly one is this good by luck alone: fewer than 1 in 100 such searches would show "
         "one"),
        (math.nan, "how many would be this good by luck is unknown: too few tries differ"),
    ],
)  # fmt: skip
def test_an_expected_number_of_tries_is_told_in_words(expected, told):
    assert luck_sentence(decides(expected)) == f"Of 10,626 tries, {told}."


def test_a_single_try_is_one():
    assert luck_sentence(decides(0.6, 1)).startswith("Of 1 try, one this good is expected")


def test_the_same_as_the_default_is_no_luck():
    assert "there is no lead that could be luck" in luck_sentence(None)


@pytest.mark.parametrize(
    ("expected", "figure"),
    [
        (10_583.8, ("Nearly all", "of 10,626 tries expected")),
        (3_187.0, ("3,200", "of 10,626 tries expected")),
        (5.69, ("About 6", "of 10,626 tries expected")),
        (1.0, ("One", "of 10,626 tries expected")),
        (0.25, ("1 in 4", "such searches would show one")),
        (0.001, ("Fewer than 1 in 100", "such searches would show one")),
        (math.nan, ("Unknown", "since too few tries differ")),
    ],
)
def test_a_tile_shows_the_same_number(expected, figure):
    assert luck_figure(decides(expected)) == figure
