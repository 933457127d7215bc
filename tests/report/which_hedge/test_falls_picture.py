"""The picture of falls: a row a fall, a dot a way, on a scale that holds all of them."""

from __future__ import annotations

import re

import pytest

from backtests.report.hero_drawing import ON_PAGE
from backtests.report.which_hedge.falls_picture import falls_picture
from tests.report.which_hedge.helpers import TICKERS, make_fall, make_ways

DOT = re.compile(r"M([\d.-]+) ([\d.-]+)a")


def picture(**changes):
    hero = falls_picture(make_ways(**changes), TICKERS, "What was found", daily=False)
    assert hero is not None
    return hero


@pytest.mark.parametrize("number", range(len(ON_PAGE)))
def test_every_fall_has_its_name_and_five_dots_inside_the_picture(number):
    drawing = picture().drawings[number]
    dots = [line for line in drawing.lines if DOT.match(line.path)]
    assert len(dots) == 5 + 2 * 5  # the legend's, and those of two falls in which equity fell
    texts = [words.text for words in drawing.words]
    assert {"Crisis 2008", "Earlier 2000"} <= set(texts)
    assert "Equity rose 2008" not in texts
    for dot in dots:
        x, y = map(float, DOT.match(dot.path).groups())
        assert 0 <= x <= drawing.width - 9
        assert 0 <= y <= drawing.height


def test_dots_stand_in_the_order_of_their_returns():
    """-50 % equity, -13 % bills, -2 % unhedged, 1 % cash, 13 % hedged."""
    drawing = picture(falls=(make_fall(-0.5, -0.02, 0.13, -0.13, 0.01),)).drawings[0]
    dots = [line for line in drawing.lines if DOT.match(line.path)][5:]
    ordered = sorted(dots, key=lambda line: float(DOT.match(line.path)[1]))
    assert [(dot.role, dot.is_filled) for dot in ordered] == [
        ("--equity", True), ("--bills", False), ("--treasuries", False), ("--bills", True),
        ("--treasuries", True),
    ]  # fmt: skip


def test_rings_are_drawn_over_full_dots():
    """A ring around a full dot is seen; a full dot hides a ring below it."""
    drawing = picture(falls=(make_fall(-0.5, 0.0, 0.0, 0.0, 0.0),)).drawings[0]
    dots = [line for line in drawing.lines if DOT.match(line.path)][5:]
    assert [dot.is_filled for dot in dots] == [True, True, True, False, False]


def test_a_fall_found_in_the_data_has_its_year_once():
    drawing = picture(falls=(make_fall(-0.2, 0.0, 0.1, 0.0, 0.0, detected=True),)).drawings[0]
    assert "Fall of 2008" in [words.text for words in drawing.words]


def test_the_picture_is_told_in_words():
    told = picture().told
    assert "Crisis, 2008-01-31 to 2009-01-31: equity -50.00 %" in told
    assert "Treasuries, hedged 13.00 %" in told


def test_without_a_fall_there_is_no_picture():
    assert falls_picture(make_ways(falls=()), TICKERS, "x", daily=True) is None
