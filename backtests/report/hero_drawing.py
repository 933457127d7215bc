"""The picture of the falls of equity in one width: bars, their labels, strips of states below.

Places are worked out here, in units of a view box; ``templates/hero.html`` writes them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backtests.analysis.record import Crisis
from backtests.report.charts import last_day, point_steps
from backtests.report.currency import BILLS
from backtests.report.falls import name_of_fall, outcome_of, outcomes_of, told
from backtests.report.lettering import (
    Box,
    Tick,
    between,
    short,
    ticks_apart,
    time_ticks,
    wide,
    wrapped,
)
from backtests.report.placement import LINE, Wish, placed
from backtests.report.text import difference, typeset

Lane = Literal["upper", "lower"]
EVEN = 0.01  # a fraction: falls of which none moved the portfolio as far are drawn as small ones
THIN, FLAT = 3.0, 1.5  # the least width and height of a bar
HALF = 7.0  # height of each of a strip's two lanes
TICK_ROOM = 30.0  # between two ticks of the upright axis
ROLES = ("--negative", "--positive")  # of a strip's two states, the first in the lower lane
LANES: tuple[Lane, Lane] = ("lower", "upper")
NARROW = 500  # width below which a label takes two lines where there is no other room
SIGNS = 14  # characters of a line of a label that takes two


@dataclass(frozen=True)
class Shape:
    """A width of the picture: its name, width, font size, height of its plot and most labels."""

    name: str
    width: int
    size: int
    plot: int
    labels: int


# A page shows the first on wide windows, the second on paper and middling ones, the third on
# phones; text of the first would be too small to read there.
ON_PAGE = (
    Shape("wide", 1040, 13, 262, 40),
    Shape("middle", 690, 13, 240, 24),
    Shape("narrow", 358, 12, 230, 12),
)
IN_LAB = (ON_PAGE[0], ON_PAGE[2])  # drawn again at each move of a slider
IN_NOTEBOOK = Shape("notebook", 860, 13, 250, 32)


@dataclass(frozen=True)
class Line:
    """A path of straight lines in the colour of a role: the lines, or the area within them."""

    path: str
    role: str
    is_filled: bool = False


@dataclass(frozen=True)
class Block:
    """A rectangle in the colour of a role; its numbers as SVG has them."""

    x: str
    y: str
    width: str
    height: str
    role: str
    hollow: bool = False
    title: str = ""

    @classmethod
    def of(cls, box: Box, role: str, *, hollow: bool = False, title: str = "") -> Block:
        """A rectangle; a hollow one has its line inside."""
        inside = 0.5 if hollow else 0.0
        return cls(
            short(box.left + inside),
            short(box.top + inside),
            short(max(box.right - box.left - 2 * inside, 0.5)),
            short(max(box.bottom - box.top - 2 * inside, 0.5)),
            role,
            hollow,
            title,
        )


@dataclass(frozen=True)
class Words:
    """A line of text; ``anchor`` is the part of it that stands at its place."""

    x: str
    y: str
    text: str
    anchor: str = "start"
    role: str = "--ink"


@dataclass(frozen=True)
class Drawing:
    """All that is drawn in one width: lines, then rectangles, then texts."""

    name: str
    width: int
    height: int
    size: int
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]
    words: tuple[Words, ...]


# What is drawn, before it has a width


@dataclass(frozen=True)
class Strip:
    """A state by month, one of two, of which the first has the lower lane.

    Attributes
    ----------
    name, states
        What it is of, and its two states.
    is_first
        By month (``YYYY-MM``) whether it is in the first; months without a figure are missing.
    today
        The last figure with its state and month, and without the state where there is less room.
    """

    name: str
    states: tuple[str, str]
    is_first: Mapping[str, bool]
    today: tuple[str, str]


@dataclass(frozen=True)
class Scene:
    """What a drawing shows, in whatever width.

    Attributes
    ----------
    falls
        In order of time, the hedge known in each.
    span
        First and last day, counted from the year 1; every fall lies within.
    strips
        From the top.
    cash
        What cash is called.
    """

    falls: Sequence[Crisis]
    span: tuple[int, int]
    strips: Sequence[Strip]
    cash: str = BILLS.name

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest value; zero lies within."""
        added = [0.0, *(fall.added for fall in self.falls)]
        low, high = min(added), max(added)
        return (low, high) if high - low >= 2 * EVEN else (min(low, -EVEN), max(high, EVEN))


def ordinal(day: str) -> int:
    """A day (``YYYY-MM-DD``) counted from the year 1."""
    return dt.date.fromisoformat(day).toordinal()


# Drawing


@dataclass(frozen=True)
class _Canvas:
    """What has been drawn so far in one width."""

    shape: Shape
    lines: list[Line]
    blocks: list[Block]
    words: list[Words]

    def write(self, x: float, y: float, text: str, anchor: str = "start", *, quiet: bool) -> None:
        """Add a line of text that stands on a height."""
        role = "--quiet" if quiet else "--ink"
        self.words.append(Words(short(x), short(y), text, anchor, role))

    def explain(self, swatches: Sequence[_Swatch], x: float, y: float) -> None:
        """Add colours with their words in a row that stands on a height."""
        size = self.shape.size
        side = 0.8 * size
        for swatch in swatches:
            height = side if swatch.lane == "both" else side / 2
            top = y - side / 2 if swatch.lane == "lower" else y - side
            box = Box(x, top, x + side, top + height)
            self.blocks.append(Block.of(box, swatch.role, hollow=swatch.role == "--less"))
            self.write(x + 1.3 * size, y, swatch.text, quiet=True)
            x += swatch.room(size)


@dataclass(frozen=True)
class _Swatch:
    """A colour and what it means; that of a strip lies in one of two lanes, as it does there."""

    role: str
    text: str
    lane: Lane | Literal["both"] = "both"

    def room(self, size: float) -> float:
        """Width that it takes, with the gap behind it."""
        return 2.1 * size + wide(typeset(self.text), size)


def drawing(scene: Scene, shape: Shape) -> Drawing:
    """The picture in one width."""
    size, (low, high), canvas = shape.size, scene.limits, _Canvas(shape, [], [], [])
    # Above and below the largest bars a label has room; in a narrow picture one of two lines.
    room = 12 + (1 if shape.width > NARROW else 2) * LINE * size
    top = room if high > 0.0 else max(6.0, 0.6 * size)  # half of the tick's own height
    bottom = shape.plot - (room if low < 0.0 else 6.0)

    def up(value: float) -> float:
        return between(value, (low, high), (bottom, top))

    heights = ticks_apart(point_steps(low, high), up, lambda _: TICK_ROOM)
    left = 8 + max(wide(typeset(tick.text), size) for tick in heights)
    plot = Box(left, 0.0, shape.width - 2.0, float(shape.plot))

    def across(day: float) -> float:
        return between(day, scene.span, (plot.left, plot.right))

    _axes(canvas, heights, time_ticks(*scene.span, across, size, 2.4 * size), plot)
    bars = [_bar(fall, across, up, plot) for fall in scene.falls]
    for fall, bar in zip(scene.falls, bars, strict=True):
        outcome = outcome_of(fall)
        block = Block.of(
            bar, f"--{outcome}", hollow=outcome == "less", title=told(fall, scene.cash)
        )
        canvas.blocks.append(block)
    canvas.lines.append(Line(f"M{short(plot.left)} {short(up(0.0))}H{short(plot.right)}", "--rule"))
    _labels(canvas, scene.falls, bars, plot)
    y = plot.bottom + 2.8 * size
    legend = [_Swatch(f"--{outcome}", text) for outcome, text in outcomes_of(scene.cash).items()]
    canvas.explain(legend, 0.0, y)
    y += 0.3 * size
    for strip in scene.strips:
        y = _strip(canvas, strip, scene.span, across, y)
    return Drawing(
        shape.name,
        shape.width,
        math.ceil(y) + 2,
        size,
        tuple(canvas.lines),
        tuple(canvas.blocks),
        tuple(canvas.words),
    )


def _axes(canvas: _Canvas, heights: Sequence[Tick], days: Sequence[Tick], plot: Box) -> None:
    """A light grid with points at its left, and time below it."""
    size = canvas.shape.size
    grid = "".join(f"M{short(plot.left)} {short(tick.at)}H{short(plot.right)}" for tick in heights)
    marks = "".join(f"M{short(tick.at)} {short(plot.bottom)}v4" for tick in days)
    canvas.lines.extend((Line(grid, "--line"), Line(marks, "--rule")))
    for tick in heights:
        canvas.write(plot.left - 6, tick.at + 0.35 * size, tick.text, "end", quiet=True)
    for tick in days:
        # The last word is moved a little where it would leave the picture.
        half = wide(tick.text, size) / 2 if tick.anchor == "middle" else 0.0
        x = min(tick.at, canvas.shape.width - half)
        canvas.write(x, plot.bottom + 4 + size, tick.text, tick.anchor, quiet=True)


def _bar(
    fall: Crisis, across: Callable[[float], float], up: Callable[[float], float], plot: Box
) -> Box:
    """A fall's bar, wide and high enough to be seen."""
    left, right = across(ordinal(fall.start)), across(ordinal(fall.end))
    if right - left < THIN:
        left = max(plot.left, min((left + right - THIN) / 2, plot.right - THIN))
        right = left + THIN
    zero, end = up(0.0), up(fall.added)
    if fall.added >= 0.0:
        return Box(left, min(end, zero - FLAT), right, zero)
    return Box(left, zero, right, max(end, zero + FLAT))


def _labels(canvas: _Canvas, falls: Sequence[Crisis], bars: Sequence[Box], plot: Box) -> None:
    """Names and values of the bars, those of the largest area first."""
    size = canvas.shape.size
    areas = [(bar.right - bar.left) * (bar.bottom - bar.top) for bar in bars]
    wishes = []
    for at in sorted(range(len(falls)), key=lambda at: (-areas[at], at)):
        text = typeset(f"{name_of_fall(falls[at])} {difference(100 * falls[at].added)}")
        texts = tuple(dict.fromkeys(((text,), wrapped(text, SIGNS))))
        wishes.append(Wish(bars[at], falls[at].added >= 0.0, texts))
    for label in filter(None, placed(wishes, plot, size, canvas.shape.labels)):
        for text, y in label.baselines(size):
            canvas.write(label.middle, y, text, "middle", quiet=False)
        if label.leader:
            x, top, bottom = label.leader.left, label.leader.top, label.leader.bottom
            canvas.lines.append(Line(f"M{short(x)} {short(top)}V{short(bottom)}", "--rule"))


def _strip(
    canvas: _Canvas,
    strip: Strip,
    span: tuple[int, int],
    across: Callable[[float], float],
    above: float,
) -> float:
    """A strip: months in its second state in the upper lane, those in the first in the lower.

    ``above`` is where what stands above it ends; returns where it ends itself.
    """
    top = _head(canvas, strip, above + 8 + 0.8 * canvas.shape.size) + 0.5 * canvas.shape.size
    middle = top + HALF
    areas, edges = ["", ""], ""
    for first, last, is_first in _runs(strip.is_first):
        days = max(ordinal(f"{first}-01"), span[0]), min(ordinal(last_day(last)) + 1, span[1])
        if days[0] >= days[1]:
            continue
        left, right = (short(across(day)) for day in days)
        outer = short(middle + HALF if is_first else top)
        areas[0 if is_first else 1] += f"M{left} {short(middle)}H{right}V{outer}H{left}z"
        edges += f"M{left} {outer}H{right}"
    drawn = [
        *(Line(area, role, is_filled=True) for area, role in zip(areas, ROLES, strict=True)),
        Line(edges, "--rule"),
        Line(f"M{short(across(span[0]))} {short(middle)}H{short(across(span[1]))}", "--rule"),
    ]
    canvas.lines.extend(drawn)
    return middle + HALF


def _head(canvas: _Canvas, strip: Strip, y: float) -> float:
    """A strip's name, its last figure at the right and its two states, in as few rows as it takes.

    ``y`` is what the first row stands on; returns the same of the last one.
    """
    size, right = canvas.shape.size, canvas.shape.width - 2.0
    swatches = [
        _Swatch(role, state, lane)
        for role, state, lane in zip(ROLES, strip.states, LANES, strict=True)
    ]
    left = wide(strip.name, size) + size
    legend = sum(swatch.room(size) for swatch in swatches)
    canvas.write(0.0, y, strip.name, quiet=False)
    fitting = [text for text in strip.today if left + wide(typeset(text), size) <= right]
    if not fitting:
        y += 1.5 * size
    today = (fitting or strip.today)[0]
    canvas.write(right, y, today, "end", quiet=False)
    is_single = fitting and left + legend + wide(typeset(today), size) <= right
    if not is_single:
        y, left = y + 1.5 * size, 0.0
    canvas.explain(swatches, left, y)
    return y


def _runs(is_first: Mapping[str, bool]) -> list[tuple[str, str, bool]]:
    """First and last month of each stretch of consecutive months in one state."""
    runs: list[tuple[str, str, bool]] = []
    for month in sorted(is_first):
        if runs and runs[-1][2] == is_first[month] and _after(runs[-1][1]) == month:
            runs[-1] = (runs[-1][0], month, is_first[month])
        else:
            runs.append((month, month, is_first[month]))
    return runs


@lru_cache(maxsize=4096)
def _after(month: str) -> str:
    """The month after a month."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:7]), 12)
    return f"{year:04}-{number + 1:02}"
