"""Dot and whisker: places worked out by hand, on one scale a column that cuts nothing."""

from __future__ import annotations

import math
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.analysis.resampling import Estimate
from backtests.report.intervals import EDGE, HEIGHT, WIDTH, Interval, Whisker, whiskers
from backtests.report.page import Cell, Grid
from backtests.report.pages import trail_of
from backtests.report.verdict.payoffs import payoff_cell
from backtests.report.verdict.tables import hundredths, works_grid
from tests.report.helpers import plain_page
from tests.report.verdict.helpers import make_verdict

NUMBERS = st.floats(-1e6, 1e6)


def drawings(path: Path, *cells: Cell) -> list[list[lxml.html.HtmlElement]]:
    """What a page draws in the cells of a table of a single row."""
    grid = Grid(["" for _ in cells], [[*cells]])
    plain_page(path, trail=trail_of("x"), tables=[grid], damaged=[])
    row = lxml.html.parse(path).find(".//tbody/tr")
    return [cell.findall("svg") for cell in row.findall("td")]


def test_all_of_a_column_lie_on_one_scale_that_holds_zero():
    # From 0 to 4 in 102 pixels after an edge of 4: 25.5 a unit.
    first, nothing, second = whiskers([Interval(1.0, 2.0, 3.0), None, Interval(2.0, 3.0, 4.0)])
    assert nothing is None
    assert first == Whisker(zero=4.0, low=29.5, value=55.0, high=80.5)
    assert second == Whisker(zero=4.0, low=55.0, value=80.5, high=106.0)


def test_zero_lies_where_the_signs_change():
    (drawn,) = whiskers([Interval(-0.01, 0.01, 0.03)])
    assert drawn == Whisker(zero=29.5, low=4.0, value=55.0, high=106.0)


def test_units_of_a_column_have_their_own_scales():
    months = Interval(0.0, 17.0, 34.0, "months")
    in_points, in_months = whiskers([Interval(0.0, 0.01, 0.02), months])
    assert in_points == in_months


def test_a_number_beyond_its_own_interval_is_not_cut():
    (drawn,) = whiskers([Interval(1.0, 5.0, 2.0)])
    assert drawn.value == 106.0
    assert drawn.high == pytest.approx(4 + 102 * 2 / 5, abs=0.05)


def test_an_interval_of_nothing_but_zero_is_a_dot_on_the_line():
    assert whiskers([Interval(0.0, 0.0, 0.0)]) == [Whisker(EDGE, EDGE, EDGE, EDGE)]


@given(column=st.lists(st.none() | st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted)))
def test_no_interval_is_cut_and_none_changes_sides(column):
    intervals = [None if ends is None else Interval(*ends) for ends in column]
    for interval, drawn in zip(intervals, whiskers(intervals), strict=True):
        assert (interval is None) == (drawn is None)
        if interval is not None:
            places = (drawn.zero, drawn.low, drawn.value, drawn.high)
            assert all(EDGE <= place <= WIDTH - EDGE for place in places)
            assert drawn.low <= drawn.value <= drawn.high
            assert drawn.low >= drawn.zero or interval.low < 0
            assert drawn.high <= drawn.zero or interval.high > 0


@pytest.mark.parametrize(
    "lacking",
    [
        Estimate(1.0, None, None),
        Estimate(None, 1.0, 2.0),
        Estimate(None, None, None),
        Estimate(1.0, -math.inf, 2.0),
    ],
)
def test_without_both_ends_and_a_number_nothing_is_drawn(lacking, tmp_path):
    assert Interval.of(lacking) is None
    assert drawings(tmp_path / "x.html", Cell("x"), Cell("1", interval=None)) == [[], []]


def test_the_page_draws_a_payoff_beside_its_numbers(tmp_path):
    payoff = payoff_cell(Estimate(0.02, 0.01, 0.04))
    nothing, (svg,) = drawings(tmp_path / "x.html", Cell("x"), payoff)
    assert nothing == []
    assert svg.get("aria-hidden") == "true"
    assert (svg.get("width"), svg.get("height")) == (str(WIDTH), str(HEIGHT))
    zero, whisker = (path.get("d") for path in svg.findall("path"))
    assert zero == "M4.0 0v12"
    assert whisker == "M29.5 6H106.0M29.5 3v6M106.0 3v6"
    assert svg.find("circle").get("cx") == "55.0"


def test_measures_of_a_verdict_are_drawn_by_unit_and_kind():
    rows = works_grid(make_verdict()).rows
    saved = rows[0]
    assert saved[2].text == hundredths(0.0301)
    assert saved[2].interval == Interval(0.02, 0.0301, 0.04, "points interval")
    assert saved[1].interval == Interval(0.0011, 0.0099, 0.0188, "points interval")
    assert [cell.interval for cell in rows[1]] == [None] * 4
