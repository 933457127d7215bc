"""Names of points in a scatter, in the empty corner above an efficient frontier.

Nothing lies above the frontier, so that names stand at the upper left, below each other, each with
a line to its point. In plotly's format, as :class:`~backtests.report.figures.EndName` is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from backtests.report.charts import NAME_ROOM
from backtests.report.figures import EndName
from backtests.report.style import as_text
from backtests.report.traces import DIGITS, Payload

COLUMN = 0.36  # of the plot's width: where names end; room for the longest in 600 pixels
EDGE = 10.0  # pixels above the first and below the last name
PAD = 0.04  # of a range, around the points
LEAST_GAIN = 1e-9  # of a line's length: what is less is rounding
LEAST = 1e-4  # half of a range without extent


Place = tuple[float, float]


@dataclass(frozen=True)
class NamedPoint:
    """A point to be named, in units of the axes."""

    name: str
    x: float
    y: float
    colour: str


@dataclass(frozen=True)
class PointName(EndName):
    """A name beside a plot's points with a line to its own.

    Attributes
    ----------
    x
        Of the point; ``value`` is its height.
    at
        Where the name ends, across and up.
    """

    x: float = 0.0
    at: Place = (0.0, 0.0)

    @property
    def payload(self) -> Payload:
        """As plotly takes it; a page that has no room for it knows it by its ``name``."""
        across, up = self.at
        return {
            "name": "end", "text": self.name, "xref": "x", "x": _short(self.x), "yref": "y",
            "y": _short(self.value), "axref": "x", "ax": _short(across), "ayref": "y",
            "ay": _short(up), "xanchor": "right", "yanchor": "middle", "showarrow": True,
            "arrowhead": 0, "arrowwidth": 1, "arrowcolor": "--rule", "standoff": 7,
            "font": {"color": as_text(self.colour)},
        }  # fmt: skip


@dataclass(frozen=True)
class NamedPlot:
    """The names of a plot, and the limits of its axes that leave room for them."""

    names: tuple[PointName, ...]
    x: tuple[float, float]
    y: tuple[float, float]


def named_plot(
    points: Sequence[NamedPoint], xs: Sequence[float], ys: Sequence[float], height: float
) -> NamedPlot:
    """Put the names of points above all that is drawn.

    Parameters
    ----------
    points
        To be named, one or more.
    xs, ys
        All that is drawn, these points among it.
    height
        Of the plot, in pixels.

    Returns
    -------
    NamedPlot
        Names at the left of their points, in an order in which their lines do not cross; the axis
        begins where the names have room.
    """
    (left, right), (bottom, top) = _padded(xs), _padded(ys)
    first_point = min(point.x for point in points) - PAD * (right - left)
    end = min(left + COLUMN * (right - left), first_point)
    left = min(left, (end - COLUMN * right) / (1.0 - COLUMN))  # the names have room
    below = [y for x, y in zip(xs, ys, strict=True) if x <= end]
    room = (NAME_ROOM * len(points) + 2 * EDGE) / height
    # The lowest name stands above all that is drawn below the names.
    top = max(top, (max(below, default=bottom) - room * bottom) / (1.0 - room))

    step = NAME_ROOM / height * (top - bottom)
    highest = top - EDGE / height * (top - bottom) - step / 2
    places = [(end, highest - step * place) for place in range(len(points))]
    ordered = _without_crossings(points, places, (right - left, top - bottom))
    names = tuple(
        PointName(point.name, point.y, point.colour, 0.0, x=point.x, at=at)
        for point, at in zip(ordered, places, strict=True)
    )
    return NamedPlot(names, (left, right), (bottom, top))


def _without_crossings(
    points: Sequence[NamedPoint], places: Sequence[Place], scale: Place
) -> list[NamedPoint]:
    """Points in the order of places to which their lines do not cross.

    Two lines that cross are longer together than those with their ends exchanged. So whatever
    exchange makes them shorter is made, until none does.
    """
    ordered = sorted(points, key=lambda point: -point.y)

    def length(point: NamedPoint, place: Place) -> float:
        return math.hypot((point.x - place[0]) / scale[0], (point.y - place[1]) / scale[1])

    def gain(first: int, second: int) -> float:
        """How much shorter two lines are with their ends exchanged."""
        one, other = ordered[first], ordered[second]
        as_is = length(one, places[first]) + length(other, places[second])
        return as_is - length(one, places[second]) - length(other, places[first])

    pairs = list(itertools.combinations(range(len(points)), 2))
    while longer := [pair for pair in pairs if gain(*pair) > LEAST_GAIN]:
        first, second = longer[0]
        ordered[first], ordered[second] = ordered[second], ordered[first]
    return ordered


def _padded(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = max(PAD * (high - low), LEAST)
    return low - pad, high + pad


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
