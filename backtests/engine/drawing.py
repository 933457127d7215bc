"""Figures of matplotlib, mended: only what is explained stays, in colours by role, as bare SVG.

A figure comes with titles, legends and lines that nobody asked for, in fixed colours, and with
ticks of its library's choice. Here it keeps what the caller names, gets ticks that neither collide
nor lie, and is written without ids, fonts and colours of its own, so that several figures fit into
one page and follow its style sheet.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WIDTH, HEIGHT = 6.4, 2.9  # inches of 72 units
# Large enough to be read where the picture is as narrow as a phone.
FONT = 14.5
DIGIT = 0.66  # width of a character of a tick, at most, in heights of the font
TICK_GAP, WORD_GAP = 26.0, 16.0  # between ticks of the upright axis; between words below it
TOP, RIGHT, BOTTOM, PAD = 10.0, 34.0, 30.0, 5.0  # around the plot, in units
STRATEGY_LINE, BENCHMARK_LINE, THIN_LINE = 1.9, 1.4, 0.8
EVEN_STEPS = 7.0  # highest over lowest growth up to which ticks are evenly spaced
ROOM = 0.04  # of the height, above and below what is drawn
# What has a colour; a stylesheet decides which.
ROLES = ("strategy", "benchmark", "grid", "zero", "text")
EPOCH = pd.Timestamp("1970-01-01")  # matplotlib counts days from it
MINUS, THIN = "\u2212", "\u202f"
COLOUR = re.compile("#[0-9a-f]{6}")
NUMBER = re.compile(r"-?\d+\.\d+")
UNIT = Literal["percent", "number", "count"]
Ladder = list[tuple[float, str]]  # ticks of an axis: place and word
Places = NDArray[np.float64]


def ink(role: str) -> tuple[float, float, float]:
    """The colour that stands for a role until the SVG is written."""
    number = (ROLES.index(role) + 1) / 255.0
    return (number, 0.0, number)


# What stays


def bare_axes(figure: Any, keep: Iterable[Any]) -> Any:
    """Take titles, legend and everything drawn off a figure's axes, but for what is named."""
    (axes,) = figure.axes
    figure.suptitle("")
    axes.set_title("")
    axes.set_xlabel("")
    axes.set_ylabel("")
    if axes.get_legend() is not None:
        axes.get_legend().remove()
    left = list(keep)
    for artist in [*axes.lines, *axes.patches, *axes.collections, *axes.texts]:
        if not any(artist is each for each in left):
            artist.remove()
    for artist in left:
        artist.set_clip_on(False)  # the axes hold it all; a clip would need an id
    axes.spines[:].set_visible(False)
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    figure.set_size_inches(WIDTH, HEIGHT)
    return axes


def line_named(figure: Any, label: str) -> Any:
    """The line of that label.

    Raises
    ------
    ValueError
        If there is none, or nothing of it is finite.
    """
    (axes,) = figure.axes
    lines = [line for line in axes.lines if line.get_label() == label]
    if not lines:
        raise ValueError(f"no line {label}")
    return lines[0]


def set_values(line: Any, values: Places) -> None:
    """Give a line its values, broken where they are not finite.

    Raises
    ------
    ValueError
        If fewer than two are.
    """
    finite = np.isfinite(values)
    if finite.sum() < 2:
        raise ValueError("nothing to draw")
    line.set_ydata(np.where(finite, values, np.nan))


def styled(line: Any, role: str) -> Any:
    """Give a line the colour and width of its role; the strategy lies on top."""
    is_strategy = role == "strategy"
    line.set(
        color=ink(role),
        alpha=1.0,
        linestyle="-",
        linewidth=STRATEGY_LINE if is_strategy else BENCHMARK_LINE,
        zorder=4 if is_strategy else 3,
        solid_capstyle="butt",
        solid_joinstyle="round",
    )
    return line


# Axes


def set_axes(
    axes: Any,
    across: tuple[float, float, Ladder],
    up: tuple[float, float, Ladder],
) -> None:
    """Set limits, ticks and grid of both axes, and the room that their words take.

    Parameters
    ----------
    axes
        Of matplotlib.
    across, up
        Lowest and highest value drawn, and the ticks.
    """
    left, right, words_across = across
    low, high, words_up = up
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.minorticks_off()
    axes.set_xticks([at for at, _ in words_across], [word for _, word in words_across])
    axes.set_yticks([at for at, _ in words_up], [word for _, word in words_up])
    axes.tick_params(axis="both", length=0, labelsize=FONT, labelcolor=ink("text"))
    axes.tick_params(axis="x", pad=PAD + 3, labelrotation=0)
    axes.tick_params(axis="y", pad=PAD)
    for label in axes.get_xticklabels():
        label.set(horizontalalignment="center", rotation=0)
    if len(words_across) == 2 and (left, right) == (words_across[0][0], words_across[1][0]):
        first, last = axes.get_xticklabels()
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")
    axes.grid(visible=False)
    axes.yaxis.grid(visible=True, color=ink("grid"), linewidth=THIN_LINE, linestyle="-")
    for line in axes.get_ygridlines():
        line.set_clip_on(False)
    if low <= 0.0 <= high:
        axes.axhline(0.0, color=ink("zero"), linewidth=1.0, zorder=2, clip_on=False)
    words = max((len(word) for _, word in words_up), default=0)
    side = max(44.0, DIGIT * FONT * words + PAD + 3)
    axes.figure.subplots_adjust(
        left=side / (72 * WIDTH),
        right=1 - RIGHT / (72 * WIDTH),
        bottom=BOTTOM / (72 * HEIGHT),
        top=1 - TOP / (72 * HEIGHT),
    )


def even_axis(
    values: Places, unit: UNIT, *, from_zero: bool = False
) -> tuple[float, float, Ladder]:
    """Limits and ticks of an even upright axis for values, of which some are finite."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    least = 0.02 if unit == "percent" else 0.2  # a line that hardly moves is no mountain
    if high - low < least:
        middle = (low + high) / 2
        room = least / 2
        if from_zero and low == 0.0:
            high = least
        elif from_zero and high == 0.0:
            low = -least
        else:
            low, high = middle - room, middle + room
    room = ROOM * (high - low)
    low, high = (low if from_zero and low == 0.0 else low - room,
                 high if from_zero and high == 0.0 else high + room)  # fmt: skip
    height = 72 * HEIGHT - TOP - BOTTOM

    def place(value: float) -> float:
        return (value - low) / (high - low) * height

    return low, high, finest(even_ladders(low, high, unit), place, lambda _: TICK_GAP)


def growth_axis(values: Places) -> tuple[float, float, Ladder]:
    """Limits and ticks of a logarithmic axis for positive values, ticks as plain numbers."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if high / low < 1.02:
        low, high = low / 1.01, high * 1.01
    room = (high / low) ** ROOM
    low, high = low / room, high * room
    height = 72 * HEIGHT - TOP - BOTTOM

    def place(value: float) -> float:
        return math.log(value / low) / math.log(high / low) * height

    return low, high, finest(growth_ladders(low, high), place, lambda _: TICK_GAP)


def time_axis(first: pd.Timestamp, last: pd.Timestamp) -> tuple[float, float, Ladder]:
    """Limits and ticks of a time axis, in days since 1970: years or months, or both ends."""
    left, right = (float((day - EPOCH) / pd.Timedelta(days=1)) for day in (first, last))
    width = 72 * WIDTH - RIGHT - 60.0

    def place(day: float) -> float:
        return (day - left) / (right - left) * width

    ticks = finest(month_ladders(first.date(), last.date()), place, _wide)
    if len(ticks) < 2:
        ticks = [(left, f"{first:%Y-%m-%d}"), (right, f"{last:%Y-%m-%d}")]
    return left, right, ticks


def across_axis(low: float, high: float) -> tuple[float, float, Ladder]:
    """Limits and ticks of a level axis of fractions in percent."""
    width = 72 * WIDTH - RIGHT - 44.0

    def place(value: float) -> float:
        return (value - low) / (high - low) * width

    return low, high, finest(even_ladders(low, high, "percent"), place, _wide)


def finest(
    ladders: Iterable[Ladder], place: Callable[[float], float], room: Callable[[str], float]
) -> Ladder:
    """The finest ladder whose ticks do not collide; the last one as it is.

    Parameters
    ----------
    ladders
        From fine to coarse.
    place
        Of a tick on its axis, in units.
    room
        That a word needs from the one before it, in units.
    """
    ticks: Ladder = []
    for ticks in ladders:
        if all(
            place(b) - place(a) >= room(word) for (a, _), (b, word) in itertools.pairwise(ticks)
        ):
            break
    return ticks


def _wide(word: str) -> float:
    return DIGIT * FONT * len(word) + WORD_GAP


def even_ladders(low: float, high: float, unit: UNIT) -> Iterator[Ladder]:
    """Ticks in steps of 1, 2 and 5, from fine to coarse."""
    power = math.floor(math.log10(high - low)) - 2
    for exponent in range(power, power + 4):
        if unit == "count" and exponent < 0:
            continue
        for digit in (1, 2, 5):
            step = digit * 10.0**exponent
            numbers = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
            yield [(number * step, tick_word(number * step, unit, -exponent)) for number in numbers]


def growth_ladders(low: float, high: float) -> Iterator[Ladder]:
    """Ticks of a logarithmic axis, from fine to coarse: even steps, or 1, 2, 5 across decades."""
    if high / low < EVEN_STEPS:
        yield from even_ladders(low, high, "number")
        return
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for leading, apart in (((1, 2, 5), 1), *(((1,), apart) for apart in range(1, len(powers) + 1))):
        yield [
            (value, tick_word(value, "number", -power))
            for power in powers
            for digit in leading
            if power % apart == 0 and low <= (value := digit * 10.0**power) <= high
        ]


def month_ladders(first: dt.date, last: dt.date) -> Iterator[Ladder]:
    """Ticks of a time axis, in days since 1970, from fine to coarse: starts of months, of years."""
    since = EPOCH.date().toordinal()
    for months in (1, 3, 6, 12, 24, 60, 120, 240, 600):
        starts = (
            dt.date(number // 12, number % 12 + 1, 1)
            for number in range(first.year * 12, last.year * 12 + 12)
            if number % months == 0
        )
        yield [
            (float(day.toordinal() - since), f"{day.year}" if months >= 12 else f"{day:%Y-%m}")
            for day in starts
            if first <= day <= last
        ]


def tick_word(value: float, unit: UNIT, digits: int) -> str:
    """A tick as the pages write numbers: true minus, thin space before %.

    Parameters
    ----------
    value
        A fraction where the unit is percent.
    unit
        What it is shown in.
    digits
        After the point, of the value as it is; below zero there are none.
    """
    shown, digits = (100.0 * value, digits - 2) if unit == "percent" else (value, digits)
    text = f"{round(shown, max(digits, 0)) + 0.0:,.{max(digits, 0)}f}".replace("-", MINUS)
    return f"{text}{THIN}%" if unit == "percent" else text


# SVG


def svg_of(figure: Any, colours: Mapping[str, str]) -> str:
    """A mended figure as SVG for a page: paths and words alone, nothing of the library's.

    Words are text, in the font and size of the page that shows it.

    Parameters
    ----------
    figure
        Of matplotlib, with colours of :func:`ink` alone.
    colours
        What to write for each of :data:`ROLES`.

    Raises
    ------
    ValueError
        If anything has another colour, or is neither a path nor a word.
    """
    from lxml import etree

    file = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(file, format="svg", metadata=nothing)
    root = etree.fromstring(file.getvalue(), etree.XMLParser(no_network=True))
    written = {_hexadecimal(ink(role)): colours[role] for role in ROLES}
    parts = []
    for element in root.iter(etree.Element):
        kind = etree.QName(element).localname
        if kind == "path":
            parts.append(_path(element.get("d"), element.get("style", ""), written))
        elif kind == "text":
            parts.append(_word(element, written))
        elif kind not in ("svg", "g", "defs", "style"):
            raise ValueError(f"a drawing with {kind}")
    box = f"0 0 {72 * WIDTH:g} {72 * HEIGHT:g}"
    return f'<svg viewBox="{box}">\n{"".join(parts)}</svg>'


def _hexadecimal(colour: Sequence[float]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)


def _coloured(style: str, written: Mapping[str, str]) -> str:
    unknown = set(COLOUR.findall(style)) - written.keys()
    if unknown:
        raise ValueError(f"colours without a role: {', '.join(sorted(unknown))}")
    return COLOUR.sub(lambda colour: written[colour[0]], style)


def _path(places: str, style: str, written: Mapping[str, str]) -> str:
    """A path, to a tenth of a unit."""
    short = NUMBER.sub(lambda number: f"{round(float(number[0]), 1) + 0.0:g}", places)
    return f'<path d="{" ".join(short.split())}" style="{_coloured(style, written)}"/>\n'


def _word(element: Any, written: Mapping[str, str]) -> str:
    """A word, anchored as matplotlib placed it."""
    anchor = re.search("text-anchor: (middle|end)", element.get("style", ""))
    place = [f'{name}="{float(element.get(name)):.1f}"' for name in ("x", "y")]
    anchored = f' text-anchor="{anchor[1]}"' if anchor else ""
    colour = written[_hexadecimal(ink("text"))]
    word = escape(element.text)
    return f'<text {" ".join(place)} font-size="{FONT}"{anchored} fill="{colour}">{word}</text>\n'
