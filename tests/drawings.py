"""Drawings of quantstats that several tests look at, each made once, and read back as numbers.

The same series are the same drawing, to the byte: tests/engine/test_with_quantstats.py. So two
tear sheets still differ wherever what they draw does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import lxml.etree
import pytest

from backtests.engine.with_quantstats import Drawn, Levels, draw

_MADE: dict[tuple[object, ...], Drawn] = {}
# Names stand for colours, so that a reader can tell what each path is.
COLOURS = {"strategy": "A", "benchmark": "B", "grid": "G", "zero": "Z", "text": "T"}


def begun_once(
    levels: Levels, charts: Sequence[str], colours: Mapping[str, str]
) -> Callable[[], Drawn]:
    """Stand in for ``begin_drawing``: draws once of the same values, days, names and charts."""
    return partial(drawn_once, levels, charts, colours)


def drawn_once(levels: Levels, charts: Sequence[str], colours: Mapping[str, str]) -> Drawn:
    """Draw, or return what was drawn of the very same values, days, names and charts."""
    asked = [(one.to_numpy().tobytes(), one.index.asi8.tobytes(), str(one.index.dtype),
              str(one.index.freq), one.name)
             for one in (levels.nav, levels.benchmark, levels.cash)]  # fmt: skip
    key = (*asked, levels.ppy, levels.window, *charts, *colours.items())
    if key not in _MADE:
        _MADE[key] = draw(levels, charts, colours)
    return _MADE[key]


def draw_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tear sheets of this process be drawn so."""
    monkeypatch.setattr("backtests.report.tearsheet.begin_drawing", begun_once)


@dataclass(frozen=True)
class Reading:
    """What a reader sees in a drawing.

    Attributes
    ----------
    words_across, words_up
        Ticks: place in units, and word.
    lines
        Points of each path by its colour's name, in units, in the order of drawing.
    plot
        Left and right of the plot, in units.
    """

    words_across: list[tuple[float, str]]
    words_up: list[tuple[float, str]]
    lines: dict[str, list[list[tuple[float, float]]]]
    plot: tuple[float, float]

    def height(self, y: float, *, logarithmic: bool = False) -> float:
        """The value at a height, by the two outermost ticks."""
        (low, first), (high, last) = self.words_up[0], self.words_up[-1]
        a, b = number(first), number(last)
        share = (y - low) / (high - low)
        return (
            math.exp(math.log(a) + share * math.log(b / a)) if logarithmic else a + share * (b - a)
        )

    def across(self, x: float) -> float:
        """The value at a place on a level axis of percent, by the two outermost ticks."""
        (low, first), (high, last) = self.words_across[0], self.words_across[-1]
        return number(first) + (x - low) / (high - low) * (number(last) - number(first))


def number(word: str) -> float:
    """A tick's word as a number; percent as a fraction."""
    text = word.replace("\N{MINUS SIGN}", "-").replace(",", "")
    if text.endswith("\N{NARROW NO-BREAK SPACE}%"):
        return float(text[:-2]) / 100.0
    return float(text)


def reading(svg: str) -> Reading:
    """Read a drawing that names :data:`COLOURS`."""
    root = lxml.etree.fromstring(svg)
    lines: dict[str, list[list[tuple[float, float]]]] = {}
    words: list[tuple[float, float, str, str]] = []
    for element in root:
        if lxml.etree.QName(element).localname == "text":
            anchor = element.get("text-anchor", "start")
            words.append((float(element.get("x")), float(element.get("y")), anchor, element.text))
            continue
        colour = re.search("stroke: ([A-Z])", element.get("style"))
        numbers = [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", element.get("d"))]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        lines.setdefault("" if colour is None else colour[1], []).append(points)
    grid = lines["G"]
    up = [word for word in words if word[2] == "end" and word[0] < grid[0][0][0]]
    assert len(up) == len(grid)
    return Reading(
        [(x, text) for x, y, anchor, text in words if (x, y, anchor, text) not in up],
        [(line[0][1], text) for line, (*_, text) in zip(grid, up, strict=True)],
        lines,
        (grid[0][0][0], grid[0][-1][0]),
    )
