"""Drawings: ticks by hand, and nothing in the SVG that its page does not decide."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.engine import drawing
from tests.drawings import COLOURS, number, reading


@pytest.fixture
def figure() -> Iterator[Any]:
    """A figure as quantstats leaves one: titles, a legend, lines that nobody asked for."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none"}):
        made = Figure()
        FigureCanvasAgg(made)
        axes = made.subplots()
        axes.plot([0.0, 10.0], [-0.05, 0.1], label="strategy", color="red")
        axes.axhline(0.02, ls="--", color="red", label="Average")
        axes.set_title("1 Jan '70 - 11 Jan '70")
        made.suptitle("Underwater Plot")
        axes.set_ylabel("Drawdown")
        axes.legend()
        yield made


def mended(figure: Any) -> str:
    line = drawing.styled(drawing.line_named(figure, "strategy"), "strategy")
    axes = drawing.bare_axes(figure, [line])
    values = np.array([-0.05, 0.1])
    drawing.set_axes(axes, (0.0, 10.0, [(0.0, "1970"), (5.0, "1971")]),
                     drawing.even_axis(values, "percent"))  # fmt: skip
    return drawing.svg_of(figure, COLOURS)


# Words


@pytest.mark.parametrize(
    ("value", "unit", "digits", "word"),
    [(-0.05, "percent", 2, "−5\u202f%"), (0.0, "percent", 2, "0\u202f%"),
     (-0.0004, "percent", 2, "0\u202f%"), (0.125, "percent", 3, "12.5\u202f%"),
     (1000.0, "number", -3, "1,000"), (0.5, "number", 1, "0.5"), (-2.0, "number", 0, "−2"),
     (40.0, "count", -1, "40")],
)  # fmt: skip
def test_a_tick_is_written_as_the_pages_write_numbers(value, unit, digits, word):
    """The library cuts -5 % to -4 %, since -0.05 is a little less than that in binary."""
    assert drawing.tick_word(value, unit, digits) == word


def test_every_tick_of_an_even_axis_says_where_it_stands():
    for low, high in ((-0.51, 0.0), (0.0, 0.223), (-0.2264, 0.1661), (0.94, 1.03)):
        axis = drawing.even_axis(np.array([low, high]), "percent")
        words = axis[2]
        assert 3 <= len(words) <= 8
        assert [number(word) for _, word in words] == pytest.approx([at for at, _ in words])
        assert len({word for _, word in words}) == len(words)
        assert axis[0] < low <= high < axis[1]


def test_growth_over_decades_has_ticks_at_1_2_and_5():
    low, high, words = drawing.growth_axis(np.array([0.84, 11.2]))
    assert [word for _, word in words] == ["1", "2", "5", "10"]
    assert low < 0.84 < 11.2 < high
    # as far apart as their ratios
    spread = [math.log(b / a) for (a, _), (b, _) in itertools.pairwise(words)]
    assert spread == pytest.approx([math.log(2.0), math.log(2.5), math.log(2.0)])


def test_growth_of_many_decades_has_powers_of_ten_and_little_growth_even_steps():
    words = [word for _, word in drawing.growth_axis(np.array([0.8, 604.0]))[2]]
    assert words == ["1", "10", "100"]
    words = [word for _, word in drawing.growth_axis(np.array([0.77, 1.02]))[2]]
    assert words == ["0.80", "0.85", "0.90", "0.95", "1.00"]


def test_what_never_moves_still_has_an_axis():
    flat = np.full(5, 1.0)
    for low, high, words in (
        drawing.even_axis(flat, "number"),
        drawing.growth_axis(flat),
        drawing.even_axis(np.zeros(5), "percent", from_zero=True),
    ):
        assert low < high
        assert len({word for _, word in words}) == len(words) >= 2


def test_counts_have_whole_ticks():
    words = drawing.even_axis(np.array([0.0, 2.0]), "count", from_zero=True)[2]
    assert [word for _, word in words] == ["0", "1", "2"]


def test_time_has_years_or_months_and_a_short_one_its_ends():
    def words(first: str, last: str) -> list[str]:
        return [word for _, word in drawing.time_axis(pd.Timestamp(first), pd.Timestamp(last))[2]]

    assert words("1962-01-31", "2025-12-31") == ["1970", "1980", "1990", "2000", "2010", "2020"]
    assert words("2002-07-30", "2025-09-26") == ["2005", "2010", "2015", "2020", "2025"]
    assert words("2007-11-30", "2008-12-31") == ["2008-01", "2008-04", "2008-07", "2008-10"]
    assert words("2020-02-14", "2020-02-27") == ["2020-02-14", "2020-02-27"]


def test_a_day_stands_where_it_lies():
    left, right, words = drawing.time_axis(pd.Timestamp("1970-01-11"), pd.Timestamp("1973-05-01"))
    assert (left, right) == (10.0, (dt.date(1973, 5, 1) - dt.date(1970, 1, 1)).days)
    assert (365.0 + 365.0, "1972") in words


# SVG


def test_a_drawing_keeps_what_is_named_and_nothing_else(figure):
    svg = mended(figure)
    read = reading(svg)
    assert list(read.lines) == ["G", "Z", "A"]
    assert [len(paths) for paths in read.lines.values()] == [len(read.words_up), 1, 1]
    words = re.findall("<text[^>]*>([^<]*)", svg)
    assert words == ["1970", "1971", *(word for _, word in read.words_up)]
    assert "dasharray" not in svg


def test_a_line_stands_where_its_axes_say(figure):
    read = reading(mended(figure))
    (line,) = read.lines["A"]
    assert [read.height(y) for _, y in line] == pytest.approx([-0.05, 0.1], abs=1e-3)
    assert line[0][0] == read.words_across[0][0]
    # the zero line
    ((_, zero), _) = read.lines["Z"][0]
    assert read.height(zero) == pytest.approx(0.0, abs=1e-3)


def test_a_drawing_names_no_colour_font_or_place_of_its_own(figure):
    svg = mended(figure)
    assert not re.search(r"#[0-9a-f]|\bid=|url\(|href|font-family|<style|<defs|metadata|rgb", svg)
    assert svg.startswith('<svg viewBox="0 0 460.8 208.8">')


def test_a_colour_without_a_role_is_no_drawing(figure):
    (axes,) = figure.axes
    (line,) = axes.plot([0.0, 10.0], [0.0, 0.1], color="#123456")
    drawing.set_axes(drawing.bare_axes(figure, [line]), (0.0, 10.0, []), (-0.1, 0.2, []))
    with pytest.raises(ValueError, match="colours without a role: #123456"):
        drawing.svg_of(figure, COLOURS)


def test_what_is_clipped_needs_an_id_and_is_no_drawing(figure):
    line = drawing.styled(drawing.line_named(figure, "strategy"), "strategy")
    axes = drawing.bare_axes(figure, [line])
    drawing.set_axes(axes, (0.0, 10.0, []), (-0.1, 0.2, []))
    line.set_clip_on(True)
    with pytest.raises(ValueError, match="a drawing with clipPath"):
        drawing.svg_of(figure, COLOURS)


def test_a_word_is_escaped(figure):
    line = drawing.styled(drawing.line_named(figure, "strategy"), "strategy")
    axes = drawing.bare_axes(figure, [line])
    drawing.set_axes(axes, (0.0, 10.0, [(1.0, "<b>&"), (2.0, "x")]), (-0.1, 0.2, []))
    assert ">&lt;b&gt;&amp;</text>" in drawing.svg_of(figure, COLOURS)


def test_a_line_that_is_not_there_or_has_no_two_points_is_none(figure):
    with pytest.raises(ValueError, match="no line benchmark"):
        drawing.line_named(figure, "benchmark")
    line = drawing.line_named(figure, "strategy")
    with pytest.raises(ValueError, match="nothing to draw"):
        drawing.set_values(line, np.array([np.nan, 1.0]))
    drawing.set_values(line, np.array([np.inf, 1.0, 2.0]))
    assert np.isnan(line.get_ydata()[0])


def test_long_words_of_the_upright_axis_have_room(figure):
    line = drawing.styled(drawing.line_named(figure, "strategy"), "strategy")
    axes = drawing.bare_axes(figure, [line])
    drawing.set_axes(axes, (0.0, 10.0, []), (0.0, 1.0, [(0.5, "1,000,000,000")]))
    read = reading(drawing.svg_of(figure, COLOURS))
    # thirteen digits of two thirds of the font's height
    assert read.plot[0] > 13 * drawing.FONT * 0.6
