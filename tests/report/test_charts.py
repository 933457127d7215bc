"""The charts that several pages draw: thinned, shaded, stacked, mapped."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.report.charts import (
    MOST_POINTS,
    Line,
    Stack,
    extremes,
    growth_axis,
    heat_map,
    nudged,
    point_steps,
    spans,
    stacked_chart,
    thinned,
    time_chart,
)
from backtests.report.figures import Axis

WORDS = {"caption": "What it shows.", "alt": "In words"}


def payloads(figure):
    return [trace.payload for trace in figure.traces]


@pytest.mark.parametrize(
    ("values", "tickformat", "dtick"),
    [
        ([0.95, None, 1.08], ".2f", None),  # 0.95, 1.00, 1.05
        ([1.0, 1.0004], ".5f", None),
        ([1.0], ".2f", None),
        ([], ".2f", None),
        ([1.0, 0.0, 3.5], ",~f", None),  # 1, 1.5, 2, ...
        ([0.4, 9000.0], ",~f", "D2"),  # 0.5, 1, 2, ... 5,000
    ],
)
def test_a_growth_axis_fits_what_it_shows(values, tickformat, dtick):
    axis = growth_axis([Line("portfolio", values, "--equity")])
    assert (axis.format, axis.step) == (tickformat, dtick)


def test_thinning_keeps_both_ends():
    assert thinned(3) == [0, 1, 2]
    rows = thinned(16_000)
    assert (rows[0], rows[-1], len(rows)) == (0, 15_999, MOST_POINTS)


def test_shaded_spans_follow_the_condition():
    days = ["a", "b", "c", "d", "e"]
    bands = spans(days, [True, True, False, True, True], "--x")
    assert [(band.start, band.end) for band in bands] == [("a", "c"), ("d", "e")]


def test_a_single_choice_needs_no_list():
    drawn = heat_map("m", [1], [2], {"Return": [[0.1]]}, x_title="x", y_title="y", **WORDS)
    assert drawn.choices == ()
    assert "updatemenus" not in drawn.without_page().layout
    # As far below zero as above it: the middle of the scale is zero.
    assert (payloads(drawn)[0]["zmin"], payloads(drawn)[0]["zmax"]) == (-10.0, 10.0)
    assert payloads(drawn)[0]["text"] == [["10"]]


def test_the_stack_of_one_portfolio_has_no_list_and_those_of_two_have():
    stacks = [
        Stack(name, ["2001-01"], {"SPY": [0.61239], "CASH": [0.4]}, ["--equity", "--treasuries"])
        for name in ("a", "b")
    ]
    single = stacked_chart("held", stacks[:1], **WORDS)
    assert single.choices == ()
    assert [trace["y"] for trace in payloads(single)] == [[61.24], [40.0]]
    both = stacked_chart("held", stacks, **WORDS)
    assert [trace["visible"] for trace in payloads(both)] == [True, True, False, False]
    assert len({trace["stackgroup"] for trace in payloads(both)}) == 2
    assert both.choices == ["a", "b"]


def test_a_month_is_drawn_at_its_last_day_and_a_percentage_says_so():
    lines = [
        Line("a", [0.1, None], "--equity"),
        Line("b", [0.2], "--treasuries", dates=["2001-01-31"]),
    ]
    drawn = time_chart("t", ["2000-02", "2000-03"], lines, percent=True, **WORDS)
    assert [trace["x"] for trace in payloads(drawn)] == [
        ["2000-02-29", "2000-03-31"], ["2001-01-31"],
    ]  # fmt: skip
    assert [trace["y"] for trace in payloads(drawn)] == [[10.0, None], [20.0]]
    assert drawn.layout["yaxis"]["ticksuffix"] == "\u202f%"
    own = time_chart("t", ["2000-02"], lines[1:], percent=True, y=Axis(format=".1f"), **WORDS)
    assert own.layout["yaxis"]["tickformat"] == ".1f"


def test_bands_lie_behind_the_lines():
    bands = spans(["2000-01", "2000-02"], [True, False], "--negative")
    drawn = time_chart("t", ["2000-01"], [Line("a", [1.0], "--equity")], bands=bands, **WORDS)
    (shape,) = drawn.layout["shapes"]
    assert (shape["x0"], shape["x1"], shape["layer"]) == ("2000-01", "2000-02", "below")


# Of pictures that plotly does not draw


def test_a_long_line_keeps_the_extremes_of_each_stretch():
    # Four rows besides the two ends: of rows 0 to 4 and of rows 5 to 9 the lowest and the highest.
    values = [5.0, 4.0, 9.0, 1.0, 3.0, 2.0, 2.5, 8.0, 0.5, 4.0]
    assert extremes(values, 6) == [0, 2, 3, 7, 8, 9]
    assert extremes(values, 10) == list(range(10))
    assert extremes([None, *values[1:6], None, *values[7:]], 6) == [0, 2, 3, 6, 7, 8, 9]


@given(
    st.lists(st.none() | st.floats(0.1, 10.0), max_size=300),
    st.integers(4, 60),
)
def test_thinning_leaves_neither_extremes_nor_gaps_out(values, most):
    rows = extremes(values, most)
    assert rows == sorted(set(rows))
    assert len([row for row in rows if values[row] is not None]) <= max(most, 2)
    there = [value for value in values if value is not None]
    drawn = [values[row] for row in rows if values[row] is not None]
    if there:
        assert (min(drawn), max(drawn)) == (min(there), max(there))
    assert (None in values) == (None in [values[row] for row in rows])


def test_names_at_the_same_height_are_moved_apart_evenly():
    assert nudged([100.0, 100.0], [18.0, 18.0], (0.0, 300.0)) == [91.0, 109.0]
    assert nudged([50.0, 200.0], [18.0, 18.0], (0.0, 300.0)) == [50.0, 200.0]
    assert nudged([295.0, 2.0], [18.0, 18.0], (0.0, 300.0)) == [291.0, 9.0]
    # By hand: three of height 30 wanted at 100, 110 and 180; the first two share their way.
    assert nudged([100.0, 110.0, 180.0], [30.0] * 3, (0.0, 300.0)) == [90.0, 120.0, 180.0]
    assert nudged([], [], (0.0, 300.0)) == []


@given(st.lists(st.tuples(st.floats(-50, 350), st.floats(5, 30)), min_size=1, max_size=9))
def test_names_neither_overlap_nor_leave_the_picture_and_keep_their_order(labels):
    wanted, rooms = zip(*labels, strict=True)
    middles = nudged(wanted, rooms, (0.0, 300.0))
    placed = sorted(zip(middles, rooms, wanted, strict=True))
    assert placed[0][0] - placed[0][1] / 2 >= -1e-9
    assert placed[-1][0] + placed[-1][1] / 2 <= 300 + 1e-9
    for (above, room, first), (below, other, second) in itertools.pairwise(placed):
        assert below - above >= (room + other) / 2 - 1e-9
        assert first <= second


def test_ticks_in_points_are_signed_and_zero_is_not():
    ladders = [[word for _, word in ladder] for ladder in point_steps(-0.0577, 0.0734)]
    assert ["-5", "0", "+5"] in ladders
    assert ["-4", "-2", "0", "+2", "+4", "+6"] in ladders
    halves = [[word for _, word in ladder] for ladder in point_steps(-0.01, 0.01)]
    assert ["-1.0", "-0.5", "0", "+0.5", "+1.0"] in halves
