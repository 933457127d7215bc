"""A picture of rows of dots: what several portfolios made in each of several falls.

An SVG of ours, so that it needs no script, in the widths of :mod:`backtests.report.hero_drawing`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backtests.report.charts import percent_steps
from backtests.report.hero_drawing import NARROW, Drawing, Line, Shape, Words
from backtests.report.lettering import between, short, ticks_apart, wide
from backtests.report.text import typeset

DOT, RADIUS = 4.0, 5.5  # of a full dot and of a ring, which is seen around one, in pixels
ROW, ROW_BELOW_NAME = 21.0, 38.0  # height of a row, and of one whose name stands above its dots
GAP = 12.0  # between the words of a row and its dots


@dataclass(frozen=True)
class Mark:
    """How a portfolio is drawn: its role's colour, and whether the dot is full."""

    role: str
    is_full: bool


@dataclass(frozen=True)
class DotRow:
    """One row.

    Attributes
    ----------
    name
        Typeset, as it is written.
    dots
        Marks with their values, fractions, from back to front: a ring over a full dot is seen, a
        ring below it is not.
    line
        The values that a line joins, and the role of its colour.
    note, note_role
        A few words at the right of the row, and their colour; empty for none.
    """

    name: str
    dots: tuple[tuple[Mark, float], ...]
    line: tuple[float, float, str]
    note: str = ""
    note_role: str = "--ink"


def dot_rows(
    rows: Sequence[DotRow], legend: Sequence[tuple[Mark, str]], shape: Shape, notes: str = ""
) -> Drawing:
    """The picture in one width, on a scale that holds zero and every dot.

    Parameters
    ----------
    rows
        From top to bottom, at least one.
    legend
        What each mark stands for.
    shape
        The width; a narrow one has names above the dots of their rows.
    notes
        What the notes of the rows tell, as their head; empty for none.
    """
    size, is_narrow = shape.size, shape.width <= NARROW
    left = 0.0 if is_narrow else max(wide(row.name, size) for row in rows) + GAP
    beside = max((wide(text, size) for text in (notes, *(row.note for row in rows))), default=0.0)
    right = shape.width - (beside + GAP if beside else 0.0)
    values = [0.0, *(value for row in rows for _, value in row.dots)]
    limits = min(values), max(values)

    def across(value: float) -> float:
        return between(value, limits, (left + RADIUS + 2.0, right - RADIUS - 14.0))

    lines: list[Line] = []
    words: list[Words] = []
    top = _legend(lines, words, legend, shape) + 0.8 * size
    if notes:
        top += size * (1.2 if is_narrow else 0.6)
        words.append(Words(short(shape.width), short(top - 0.4 * size), notes, "end", "--quiet"))
    height = ROW_BELOW_NAME if is_narrow else ROW
    bottom = top + height * len(rows)
    ticks = ticks_apart(
        percent_steps(*limits), across, lambda text: wide(typeset(text), size) + 1.5 * size
    )
    grid = "".join(f"M{short(tick.at)} {short(top)}V{short(bottom)}" for tick in ticks)
    lines.append(Line(grid, "--line"))
    lines.append(Line(f"M{short(across(0.0))} {short(top)}V{short(bottom)}", "--rule"))
    for number, row in enumerate(rows):
        y = top + height * (number + 0.5)
        beside_name = y - 0.35 * size if is_narrow else y + 0.35 * size
        if is_narrow:
            words.append(Words("0", short(beside_name), row.name))
            y += 0.6 * size
        else:
            words.append(Words(short(left - GAP), short(beside_name), row.name, "end"))
        if row.note:
            place = short(shape.width), short(beside_name)
            words.append(Words(*place, row.note, "end", row.note_role))
        start, end, role = row.line
        lines.append(Line(f"M{short(across(start))} {short(y)}H{short(across(end))}", role))
        lines += [_dot(across(value), y, mark) for mark, value in row.dots]
    baseline = bottom + 1.3 * size
    for tick in ticks:
        half = wide(typeset(tick.text), size) / 2
        x = min(max(tick.at, half), shape.width - half)
        words.append(Words(short(x), short(baseline), tick.text, "middle", "--quiet"))
    total = math.ceil(baseline + 0.5 * size)
    return Drawing(shape.name, shape.width, total, size, tuple(lines), (), tuple(words))


def _dot(x: float, y: float, mark: Mark) -> Line:
    """A circle, as a path."""
    radius = DOT if mark.is_full else RADIUS
    turn = f"a{radius} {radius} 0 1 0"
    path = f"M{short(x - radius)} {short(y)}{turn} {2 * radius:g} 0{turn} {-2 * radius:g} 0z"
    return Line(path, mark.role, is_filled=mark.is_full)


def _legend(
    lines: list[Line], words: list[Words], entries: Sequence[tuple[Mark, str]], shape: Shape
) -> float:
    """The dots with their words, in as many rows as they need; returns where it ends."""
    size = shape.size
    x, y = 0.0, 1.1 * size
    for mark, text in entries:
        room = wide(typeset(text), size) + 2.75 * size
        if x > 0.0 and x + room - 1.2 * size > shape.width:
            x, y = 0.0, y + 1.6 * size
        lines.append(_dot(x + RADIUS + 1.0, y - 0.35 * size, mark))
        words.append(Words(short(x + 1.35 * size), short(y), text, role="--quiet"))
        x += room
    return y
