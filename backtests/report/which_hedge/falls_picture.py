"""The picture that the page opens with: what each way made in each fall of equity, a row a fall.

A dot a way. Its colour is what is held, equity, Treasuries or cash; it is hollow where the dollar
is open, and full where it is hedged or there is none. A line joins unhedged and hedged. An SVG of
ours, so that it needs no script, in the widths of :mod:`backtests.report.hero_drawing`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backtests.analysis.record import Tickers
from backtests.analysis.ways import FallByWay, WayKey, Ways
from backtests.report.charts import percent_steps
from backtests.report.falls import name_of_fall
from backtests.report.hero import Hero
from backtests.report.hero_drawing import NARROW, ON_PAGE, Drawing, Line, Shape, Words
from backtests.report.lettering import between, short, ticks_apart, wide
from backtests.report.text import basis, percent, typeset
from backtests.report.which_hedge.words import by_key, dated_name, judged_falls, names_of

DOT, RADIUS = 4.0, 5.5  # of a full dot and of a ring, which is seen around one, in pixels
ROW, ROW_BELOW_NAME = 21.0, 38.0  # height of a row, and of one whose name stands above its dots


@dataclass(frozen=True)
class Mark:
    """How a way is drawn: its role's colour, and whether the dot is full."""

    role: str
    is_full: bool


EQUITY = Mark("--equity", is_full=True)
MARKS: dict[WayKey, Mark] = {
    "home_cash": Mark("--bills", is_full=True),
    "hedged": Mark("--treasuries", is_full=True),
    "dollar_bills": Mark("--bills", is_full=False),
    "unhedged": Mark("--treasuries", is_full=False),
}  # in the order in which they are drawn: a ring over a full dot is seen, a ring below is not


def falls_picture(
    ways: Ways, tickers: Tickers, title: str, *, daily: bool, shapes: Sequence[Shape] = ON_PAGE
) -> Hero | None:
    """The picture for a page; None where equity did not fall while the hedge had a price.

    Parameters
    ----------
    ways, tickers
        What is shown.
    title
        What was found.
    daily
        Whether the run's rows are days.
    shapes
        Widths, of which a page shows one.
    """
    falls = judged_falls(ways)
    if not falls:
        return None
    names = names_of(ways, tickers)
    return Hero(
        title=title,
        subtitle=(
            f"Total return in each fall of equity, in {ways.currency}, {basis(daily=daily)}. Full: "
            "no open dollar. Hollow: the dollar is open. The line is what hedging changed."
        ),
        note="",
        told="; ".join(_told(fall, ways, names) for fall in falls),
        drawings=tuple(_drawing(ways, falls, names, shape) for shape in shapes),
        on_page=True,
    )


def _told(fall: FallByWay, ways: Ways, names: dict[WayKey, str]) -> str:
    made = by_key(ways, fall)
    each = ", ".join(f"{name} {percent(made[key])}" for key, name in names.items())
    return (
        f"{name_of_fall(fall)}, {fall.start} to {fall.end}: equity {percent(fall.equity)}, {each}"
    )


def _dot(x: float, y: float, mark: Mark) -> Line:
    """A circle, as a path."""
    radius = DOT if mark.is_full else RADIUS
    turn = f"a{radius} {radius} 0 1 0"
    path = f"M{short(x - radius)} {short(y)}{turn} {2 * radius:g} 0{turn} {-2 * radius:g} 0z"
    return Line(path, mark.role, is_filled=mark.is_full)


def _drawing(
    ways: Ways, falls: Sequence[FallByWay], names: dict[WayKey, str], shape: Shape
) -> Drawing:
    size, is_narrow = shape.size, shape.width <= NARROW
    labels = [typeset(dated_name(fall)) for fall in falls]
    left = 0.0 if is_narrow else max(wide(label, size) for label in labels) + 12.0
    values = [
        value
        for fall in falls
        for value in (0.0, fall.equity, *(by_key(ways, fall)[key] for key in MARKS))
        if value is not None
    ]
    limits = min(values), max(values)

    def across(value: float) -> float:
        return between(value, limits, (left + RADIUS + 2.0, shape.width - RADIUS - 14.0))

    lines: list[Line] = []
    words: list[Words] = []
    top = _legend(lines, words, names, shape) + 0.8 * size
    row = ROW_BELOW_NAME if is_narrow else ROW
    bottom = top + row * len(falls)
    ticks = ticks_apart(
        percent_steps(*limits), across, lambda text: wide(typeset(text), size) + 1.5 * size
    )
    grid = "".join(f"M{short(tick.at)} {short(top)}V{short(bottom)}" for tick in ticks)
    lines.append(Line(grid, "--line"))
    lines.append(Line(f"M{short(across(0.0))} {short(top)}V{short(bottom)}", "--rule"))
    for number, (fall, label) in enumerate(zip(falls, labels, strict=True)):
        y = top + row * (number + 0.5)
        if is_narrow:
            words.append(Words("0", short(y - 0.35 * size), label))
            y += 0.6 * size
        else:
            words.append(Words(short(left - 12.0), short(y + 0.35 * size), label, "end"))
        made = by_key(ways, fall)
        ends = [across(made[key] or 0.0) for key in ("unhedged", "hedged")]
        lines.append(Line(f"M{short(ends[0])} {short(y)}H{short(ends[1])}", "--treasuries"))
        lines.append(_dot(across(fall.equity), y, EQUITY))
        lines += [
            _dot(across(value), y, mark)
            for key, mark in MARKS.items()
            if (value := made[key]) is not None
        ]
    baseline = bottom + 1.3 * size
    for tick in ticks:
        half = wide(typeset(tick.text), size) / 2
        x = min(max(tick.at, half), shape.width - half)
        words.append(Words(short(x), short(baseline), tick.text, "middle", "--quiet"))
    height = math.ceil(baseline + 0.5 * size)
    return Drawing(shape.name, shape.width, height, size, tuple(lines), (), tuple(words))


def _legend(lines: list[Line], words: list[Words], names: dict[WayKey, str], shape: Shape) -> float:
    """The dots with their words, in as many rows as they need; returns where it ends."""
    size = shape.size
    entries = [
        (EQUITY, "100 % equity"),
        *((MARKS[key], names[key]) for key in ("unhedged", "hedged", "dollar_bills", "home_cash")),
    ]
    x, y = 0.0, 1.1 * size
    for mark, text in entries:
        room = wide(typeset(text), size) + 2.75 * size
        if x > 0.0 and x + room - 1.2 * size > shape.width:
            x, y = 0.0, y + 1.6 * size
        lines.append(_dot(x + RADIUS + 1.0, y - 0.35 * size, mark))
        words.append(Words(short(x + 1.35 * size), short(y), text, role="--quiet"))
        x += room
    return y
