"""Texts of pictures: widths that no browser exceeds, ticks that do not collide."""

from __future__ import annotations

import pytest

from backtests.report.lettering import Tick, between, fit, short, ticks_apart, wide, wrapped


def test_a_width_is_the_sum_of_its_signs():
    # One capital, two small letters, a blank, a sign, two digits, a point: at a size of 10.
    assert wide("Abc +1.2", 10) == pytest.approx(7.5 + 2 * 6.3 + 4.2 + 10 + 2 * 6.4 + 4.2)
    assert wide("", 10) == 0
    assert wide("\u6f22", 10) == 10  # as wide as high


def test_a_true_minus_is_as_wide_as_a_plus():
    assert wide("\u2212", 12) == wide("+", 12)


def test_lines_break_between_words_only():
    assert wrapped("Downgrade of the US +5.0", 14) == ("Downgrade of", "the US +5.0")
    assert wrapped("Unbreakable-word-of-32-characters", 14) == (
        "Unbreakable-word-of-32-characters",
    )


def test_a_coordinate_has_one_digit_and_no_minus_before_zero():
    assert [short(1.26), short(-0.04), short(100.0)] == ["1.3", "0", "100"]


def test_a_place_is_as_far_along_as_its_value():
    assert between(2.5, (0.0, 10.0), (100.0, 200.0)) == 125.0
    assert between(2.5, (0.0, 10.0), (200.0, 100.0)) == 175.0
    assert between(3.0, (3.0, 3.0), (7.0, 9.0)) == 7.0


def test_the_finest_ladder_without_a_collision_is_taken():
    fine, coarse = ([(float(at), str(at)) for at in range(0, 11, step)] for step in (1, 5))
    assert ticks_apart([fine, coarse], lambda value: 10 * value, lambda _: 10) == tuple(
        Tick(10.0 * at, str(at)) for at in range(11)
    )
    taken = ticks_apart([fine, coarse], lambda value: 10 * value, lambda _: 10.1)
    assert [tick.text for tick in taken] == ["0", "5", "10"]


def test_signs_that_no_xml_holds_are_written_as_escapes():
    assert fit("a\x00b\x1b[31m\ud800\u202etxt\tx\n\u00e9 \u00b5 ") == (
        "a\\x00b\\x1b[31m\\ud800\\u202etxt\tx\n\u00e9 \u00b5 "
    )
