"""Static pictures for notebooks: SVG without script or style sheet, readable on white and dark.

A picture does not know the theme of its notebook, and cannot bring a style sheet: text and grid
take the colour of the text around them, and lines have tones with enough contrast on both grounds.
A picture is worked out as records, in the units of its view box, and written by a template.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backtests.report.charts import (
    Line,
    extremes,
    growth_steps,
    last_day,
    nudged,
    percent_steps,
    thinned,
)
from backtests.report.lettering import (
    Box,
    Tick,
    between,
    fit,
    short,
    ticks_apart,
    time_ticks,
    wide,
    wrapped,
)
from backtests.report.page import environment
from backtests.report.style import EITHER
from backtests.report.text import amount

WIDTH, HEIGHT = 640, 300  # of the view box; pixels at full size
FONT = 14
LINE = 16.0  # from one line of a label to the next
TOP, BOTTOM, EDGE = 10.0, 26.0, 14.0  # around the plot
LEADER = 20.0  # from the plot to the label at a line's end
TICK_GAP = 24.0  # between two ticks of the upright axis
WORD_GAP = 22.0  # between two words below the plot
MOST_POINTS, ALL_POINTS = 400, 2_600  # of a line, and of all lines of a picture
MOST_LABELS = 6  # lines named at their ends; more are listed below
LABEL_SIGNS, LABEL_LINES = 20, 2  # characters and lines of a label
LONGEST = 26  # characters of a word, which is never divided

# Used in turn, so that lines differ even without colour; with ten colours there are sixty styles.
DASHES = ("", "7 3", "2 3", "9 3 2 3", "14 4", "5 2 2 2 2 2")

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A path and how it is drawn: a line, or dots where its caps are round."""

    path: str
    colour: str
    width: float
    dash: str = ""
    cap: str = "butt"
    fill: str = "none"


@dataclass(frozen=True)
class Label:
    """A name at the right of the plot: its lines of text, and its middle."""

    lines: tuple[str, ...]
    x: float
    y: float

    @property
    def baselines(self) -> list[tuple[str, float]]:
        """Each line of text with the height that it stands on."""
        first = self.y - LINE * (len(self.lines) - 1) / 2 + 0.35 * FONT
        return [(text, round(first + LINE * row, 1)) for row, text in enumerate(self.lines)]


@dataclass(frozen=True)
class Picture:
    """All that is drawn, in units of the view box; see :func:`growth_picture`.

    ``width`` and ``height`` are of the view box, ``box`` is the plot inside it; strokes stand from
    back to front; names are labels at the right of the plot, or entries of a list below it.
    """

    alt: str
    caption: str
    width: float
    height: float
    box: Box
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    strokes: tuple[Stroke, ...]
    labels: tuple[Label, ...]
    entries: tuple[tuple[Stroke, str], ...] = ()
    titles: tuple[str, str] = ("", "")

    def render(self) -> str:
        """The picture as a ``<figure>`` that is HTML and XML alike; every text is escaped."""
        template = environment().get_template("notebook_picture.html")
        return fit(template.render(picture=self, colours=EITHER))


# Growth over time


def growth_picture(
    dates: Sequence[str],
    lines: Sequence[Line],
    *,
    alt: str,
    caption: str = "",
    width: float = WIDTH,
    height: float = HEIGHT,
) -> Picture | None:
    """Growth over time on a logarithmic axis; None where no line has anything to draw.

    Lines are told apart by dash and by colour: their own ``dash`` is not used. Up to six are
    named at their ends with their last value; of more the numbers, or what each has as its ``end``,
    stand there, and the names in a list below the picture, which is as high as they need.

    Parameters
    ----------
    dates
        ``YYYY-MM`` (drawn at the month's last day) or ``YYYY-MM-DD``, for the lines without
        their own.
    lines
        What to draw, the first on top; colours are names of the pages' (``--equity``). None, what
        is not positive and what is not finite break a line.
    alt
        The picture in words, for readers who cannot see it.
    caption
        What it shows, below it.
    width, height
        Of the view box; in pixels at most as much, less where there is less room.
    """
    curves = _curves(dates, lines)
    if not curves:
        return None
    values = [value for curve in curves for value in curve.values if value is not None]
    days = [day for curve in curves for day in curve.days]
    low, high = min(values), max(values)
    if low == high:
        low, high = low / 1.01, high * 1.01
    texts = [wrapped(curve.text, LABEL_SIGNS) for curve in curves]
    is_direct = (
        len(curves) <= MOST_LABELS
        and all(len(text) <= LABEL_LINES for text in texts)
        and all(len(part) <= LONGEST for text in texts for part in text)
        and sum(map(_room, texts)) <= height
    )

    signs = [curve.line.end or f"{number}" for number, curve in enumerate(curves, 1)]
    if not is_direct:
        texts = [(sign,) for sign in signs]
        height = max(height, sum(map(_room, texts)))

    def up(value: float) -> float:
        return between(math.log(value), (math.log(low), math.log(high)), (height - BOTTOM, TOP))

    ticks = ticks_apart(growth_steps(low, high), up, lambda _: TICK_GAP)
    box = _box(ticks, texts, width, height)

    def across(day: float) -> float:
        return between(day, (min(days), max(days)), (box.left, box.right))

    strokes, ends = [], []
    for number, curve in enumerate(curves):
        places = [
            None if value is None else (across(day), up(value))
            for day, value in zip(curve.days, curve.values, strict=True)
        ]
        colour, dash = EITHER[curve.line.colour], DASHES[number % len(DASHES)]
        strokes.append(Stroke(path_of(places), colour, curve.line.width, dash))
        ends.append([place for place in places if place is not None][-1])
    labels, leaders = _named(ends, texts, strokes, box, height)
    told = (
        curve.text if curve.text.startswith(f"{sign} ") else f"{sign} {curve.text}"
        for sign, curve in zip(signs, curves, strict=True)
    )
    entries = zip(strokes, told, strict=True)
    return Picture(
        alt=alt,
        caption=caption,
        width=width,
        height=height,
        box=box,
        across=time_ticks(min(days), max(days), across, FONT, WORD_GAP),
        up=ticks,
        strokes=(*reversed(strokes), *leaders),
        labels=labels,
        entries=() if is_direct else tuple(entries),
    )


@dataclass(frozen=True)
class _Curve:
    """What is drawn of a line: its days, counted from the year 1, and its values or gaps."""

    line: Line
    text: str  # its name and its last value
    days: tuple[int, ...]
    values: tuple[float | None, ...]


def _curves(dates: Sequence[str], lines: Sequence[Line]) -> list[_Curve]:
    """The lines that have anything to draw, thinned to what a picture needs."""
    most = min(MOST_POINTS, ALL_POINTS // max(len(lines), 1))
    curves = []
    for line in lines:
        own = dates if line.dates is None else line.dates
        values = [
            None if value is None or not 0.0 < value < math.inf else value for value in line.values
        ]
        there = [value for value in values if value is not None]
        if not there:
            continue
        rows = extremes(values, most)
        curves.append(
            _Curve(
                line,
                f"{line.name} {amount(there[-1])}",
                tuple(dt.date.fromisoformat(last_day(own[row])).toordinal() for row in rows),
                tuple(values[row] for row in rows),
            )
        )
    return curves


# Points in a plane


@dataclass(frozen=True)
class Dots:
    """Points that look alike: fractions across and up, a colour of the pages, a diameter."""

    x: Sequence[float]
    y: Sequence[float]
    colour: str
    size: float


@dataclass(frozen=True)
class Mark:
    """One point with its name: fractions, a symbol as plotly names it, a colour of the pages."""

    name: str
    x: float
    y: float
    symbol: str
    colour: str


def dot_picture(
    groups: Sequence[Dots],
    marks: Sequence[Mark],
    *,
    titles: tuple[str, str],
    alt: str,
    caption: str = "",
) -> Picture | None:
    """Points in a plane of two fractions, in percent, some named; None where there is no point.

    What is not finite is left out.

    Parameters
    ----------
    groups
        From back to front; of more than 400 points in all, evenly spaced ones are drawn.
    marks
        Above them, each named at the right of the plot.
    titles
        Of the axes, across and up.
    alt, caption
        As for :func:`growth_picture`.
    """
    clouds = [_finite(group, MOST_POINTS // len(groups)) for group in groups]
    marks = [mark for mark in marks if math.isfinite(mark.x) and math.isfinite(mark.y)]
    points = [*itertools.chain(*clouds), *((mark.x, mark.y) for mark in marks)]
    if not points:
        return None
    (left, right), (low, high) = (_widened(places) for places in zip(*points, strict=True))
    texts = [wrapped(mark.name, LABEL_SIGNS) for mark in marks]
    bottom = HEIGHT - BOTTOM - LINE

    def up(value: float) -> float:
        return between(value, (low, high), (bottom, TOP + LINE))

    ticks = ticks_apart(percent_steps(low, high), up, lambda _: TICK_GAP)
    box = dataclasses.replace(_box(ticks, texts, WIDTH, HEIGHT), top=TOP + LINE, bottom=bottom)

    def across(value: float) -> float:
        return between(value, (left, right), (box.left, box.right))

    strokes = [
        Stroke(
            "".join(f"M{short(across(x))} {short(up(y))}h0" for x, y in cloud),
            EITHER[group.colour],
            group.size,
            cap="round",
        )
        for group, cloud in zip(groups, clouds, strict=True)
        if cloud
    ]
    ends = [(across(mark.x), up(mark.y)) for mark in marks]
    signs = [
        _sign(mark.symbol, *end, EITHER[mark.colour]) for mark, end in zip(marks, ends, strict=True)
    ]
    labels, leaders = _named(ends, texts, signs, box, HEIGHT)
    return Picture(
        alt=alt,
        caption=caption,
        width=WIDTH,
        height=HEIGHT,
        box=box,
        across=ticks_apart(
            percent_steps(left, right), across, lambda text: wide(text, FONT) + WORD_GAP
        ),
        up=ticks,
        strokes=(*strokes, *leaders, *signs),
        labels=labels,
        titles=titles,
    )


def _finite(group: Dots, most: int) -> list[Point]:
    """The points of a group that can be drawn, evenly spaced where there are too many."""
    points = [
        (x, y)
        for x, y in zip(group.x, group.y, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]
    return [points[row] for row in thinned(len(points), most)]


def _sign(symbol: str, x: float, y: float, colour: str) -> Stroke:
    """A symbol, named as in plotly, around a point."""
    corners = {
        "star": [(90 + 36 * k, 7.0 if k % 2 == 0 else 3.0) for k in range(10)],
        "diamond": [(90 * k, 6.0) for k in range(4)],
        "triangle-up": [(90 + 120 * k, 6.5) for k in range(3)],
        "square": [(45 + 90 * k, 6.5) for k in range(4)],
    }[symbol.removesuffix("-open")]
    places = [
        (x + radius * math.cos(math.radians(angle)), y - radius * math.sin(math.radians(angle)))
        for angle, radius in corners
    ]
    fill = "none" if symbol.endswith("-open") else colour
    return Stroke(path_of(places) + "z", colour, 1.6, fill=fill)


# Parts


def path_of(places: Iterable[Point | None]) -> str:
    """A line through places in SVG's notation, to a tenth of a unit, broken at None.

    A single place between two gaps becomes a short stroke, so that it is visible.
    """
    pieces = []
    for is_gap, group in itertools.groupby(places, key=lambda place: place is None):
        inside = [] if is_gap else [place for place in group if place is not None]
        if len(inside) == 1:
            pieces.append(f"M{short(inside[0][0] - 1)} {short(inside[0][1])}h2")
        elif inside:
            pieces.append("M" + " ".join(f"{short(x)},{short(y)}" for x, y in inside))
    return "".join(pieces)


def _widened(values: Sequence[float]) -> Point:
    """Limits of an even axis, with some room at both ends."""
    low, high = min(values), max(values)
    room = 0.03 * (high - low) or 0.01
    return low - room, high + room


def _box(ticks: Sequence[Tick], names: Iterable[Sequence[str]], width: float, height: float) -> Box:
    """The plot between the words of the upright axis and the names at its right."""
    beside = [LEADER + 4 + wide(line, FONT) for name in names for line in name]
    left = 8 + max(wide(tick.text, FONT) for tick in ticks)
    return Box(round(left, 1), TOP, round(width - max(beside, default=EDGE), 1), height - BOTTOM)


def _room(lines: Sequence[str]) -> float:
    """Height that a label takes."""
    return LINE * len(lines) + 3


def _named(
    ends: Sequence[Point],
    names: Sequence[tuple[str, ...]],
    strokes: Sequence[Stroke],
    box: Box,
    height: float,
) -> tuple[tuple[Label, ...], tuple[Stroke, ...]]:
    """Names at the right of the plot, and the thin lines that lead there from each end."""
    middles = nudged([y for _, y in ends], list(map(_room, names)), (0.0, height))
    x = box.right + LEADER
    labels = [Label(name, x, round(y, 1)) for name, y in zip(names, middles, strict=True)]
    leaders = [
        Stroke(path_of([end, (x - 3, label.y)]), stroke.colour, 1.0)
        for end, label, stroke in zip(ends, labels, strokes, strict=True)
    ]
    return tuple(labels), tuple(leaders)
