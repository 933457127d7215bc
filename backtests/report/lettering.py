"""Texts and ticks of pictures that plotly does not draw: what has room, and where.

Nobody measures a text before a browser shows it: widths are those of a wide font, so that what
does not collide here collides nowhere.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backtests.report.charts import Ladder, month_steps

# Widths of characters in a wide font, in font heights; for letters see :func:`wide`.
SIGNS = {
    **dict.fromkeys(" \u202f.,:;'|!iljft()[]/-", 0.42),
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys("%@MWmw=+<>~", 1.0),
}
# Characters that XML cannot hold, and those that change the direction of the text after them.
UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True)
class Box:
    """A rectangle in units of a view box; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Tick:
    """A place on an axis and its word; ``anchor`` is the part of the word that stands there."""

    at: float
    text: str
    anchor: str = "middle"


def fit(markup: str) -> str:
    """Markup with every character of ``UNFIT`` replaced by its escape."""
    return UNFIT.sub(lambda sign: sign[0].encode("unicode_escape").decode(), markup)


def wide(text: str, size: float) -> float:
    """How wide a text of a font size is at most, in the unit of the size."""
    others = (0.63 if sign.islower() else 0.75 if sign.isascii() else 1.0 for sign in text)
    return size * sum(map(SIGNS.get, text, others))


def wrapped(text: str, signs: int) -> tuple[str, ...]:
    """Lines of at most so many characters; a longer word has a line of its own."""
    return tuple(textwrap.wrap(text, signs, break_long_words=False, break_on_hyphens=False))


def short(number: float) -> str:
    """A coordinate as SVG has it, to a tenth of a unit."""
    return f"{round(number, 1) + 0.0:g}"


def between(value: float, limits: tuple[float, float], places: tuple[float, float]) -> float:
    """The place of a value on an axis with these limits; its start where both are the same."""
    (low, high), (start, end) = limits, places
    return start if low == high else start + (value - low) / (high - low) * (end - start)


def ticks_apart(
    ladders: Iterable[Ladder],
    place: Callable[[float], float],
    room: Callable[[str], float],
) -> tuple[Tick, ...]:
    """The finest of several ladders of (value, word) whose ticks do not collide.

    Parameters
    ----------
    ladders
        From fine to coarse; the last one is taken as it is.
    place
        Of a value, in units of the view box.
    room
        How far from the next one a tick of a word has to be.
    """
    steps: Ladder = []
    for ladder in ladders:
        steps = ladder
        places = ((round(place(value), 1), word) for value, word in ladder)
        if all(abs(b - a) >= room(word) for (a, _), (b, word) in itertools.pairwise(places)):
            break
    return tuple(Tick(round(place(value), 1), word) for value, word in steps)


def time_ticks(
    first: int, last: int, across: Callable[[float], float], size: float, gap: float
) -> tuple[Tick, ...]:
    """Years, or months of a short time; of a very short one its two ends.

    Parameters
    ----------
    first, last
        Days, counted from the year 1.
    across
        The place of a day.
    size, gap
        Of the font, and between two words.
    """
    start, end = dt.date.fromordinal(first), dt.date.fromordinal(last)
    ladders = month_steps(start, end)
    chosen = ticks_apart(ladders, across, lambda text: wide(text, size) + gap)
    if len(chosen) > 1 or first == last:
        return chosen or (Tick(across(first), f"{start}", "start"),)
    return Tick(across(first), f"{start}", "start"), Tick(across(last), f"{end}", "end")
