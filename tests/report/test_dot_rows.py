"""Rows of dots: where they stand, and that their words have room."""

from __future__ import annotations

import re

import pytest

from backtests.report.dot_rows import DotRow, Mark, dot_rows
from backtests.report.hero_drawing import ON_PAGE
from backtests.report.lettering import wide

OWN, OTHER = Mark("--portfolio", is_full=True), Mark("--bills", is_full=False)
DOT = re.compile(r"M([\d.-]+) ([\d.-]+)a")
ROWS = [
    DotRow("A fall", ((OWN, -0.3), (OTHER, 0.1)), (0.1, -0.3, "--lost"), "-40.0", "--lost"),
    DotRow("Another", ((OWN, -0.1),), (-0.1, -0.1, "--rest")),
]
LEGEND = [(OWN, "with the Treasuries"), (OTHER, "bills instead")]


def middles(drawing):
    """The middle across of each dot below the legend."""
    dots = [line for line in drawing.lines if DOT.match(line.path)][len(LEGEND) :]
    return [
        (float(DOT.match(dot.path)[1]) + (4.0 if dot.is_filled else 5.5), dot.is_filled)
        for dot in dots
    ]


@pytest.mark.parametrize("shape", ON_PAGE)
def test_dots_lie_on_one_scale(shape):
    """-30, 10 and -10 %: the last halfway between the others."""
    (low, _), (high, _), (middle, _) = middles(dot_rows(ROWS, LEGEND, shape, "points"))
    assert low < middle < high
    assert middle == pytest.approx((low + high) / 2, abs=0.2)


@pytest.mark.parametrize("shape", ON_PAGE)
def test_notes_stand_at_the_right_of_every_dot_with_their_head(shape):
    drawing = dot_rows(ROWS, LEGEND, shape, "points")
    (note,) = [words for words in drawing.words if words.text == "-40.0"]
    (head,) = [words for words in drawing.words if words.text == "points"]
    assert (note.anchor, note.role, float(note.x)) == ("end", "--lost", shape.width)
    assert (head.anchor, float(head.x)) == ("end", shape.width)
    ends = max(x for x, _ in middles(drawing)) + 5.5
    assert ends < shape.width - wide("-40.0", shape.size)


def test_without_notes_the_dots_take_the_whole_width():
    bare = [DotRow(row.name, row.dots, row.line) for row in ROWS]
    far = max(x for x, _ in middles(dot_rows(bare, LEGEND, ON_PAGE[0])))
    near = max(x for x, _ in middles(dot_rows(ROWS, LEGEND, ON_PAGE[0], "points")))
    assert far > near
    assert far == pytest.approx(ON_PAGE[0].width - 5.5 - 14.0, abs=0.1)
