"""Names of points in a scatter, in the empty corner above an efficient frontier.

Nothing lies above the frontier, so that names stand at the upper left, below each other, each with
a line to its point. In plotly's format, as :class:`~backtests.report.figures.EndName` is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backtests.report.charts import NAME_ROOM
from backtests.report.figures import EndName
from backtests.report.style import as_text
from backtests.report.traces import DIGITS, Payload

COLUMN = 0.36  # of the plot's width: where names end; room for the longest in 600 pixels
EDGE = 10.0  # pixels above the first and below the last name
PAD = 0.04  # of a range, around the points
LEAST = 1e-4  # half of a range without extent


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
    at: tuple[float, float] = (0.0, 0.0)

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
        Names at the left of their points, from the top in the order of the slopes of their lines,
        so that these do not cross; the axis begins where the names have room.
    """
    (left, right), (bottom, top) = _padded(xs), _padded(ys)
    first_point = min(point.x for point in points) - PAD * (right - left)
    end = min(left + COLUMN * (right - left), first_point)
    left = min(left, (end - COLUMN * right) / (1.0 - COLUMN))  # the names have room
    below = [y for x, y in zip(xs, ys, strict=True) if x <= end]
    room = (NAME_ROOM * len(points) + 2 * EDGE) / height
    # The lowest name stands above all that is drawn below the names.
    top = max(top, (max(below, default=bottom) - room * bottom) / (1.0 - room))

    def fall(point: NamedPoint) -> float:
        return (top - point.y) / (top - bottom) * (right - left) / (point.x - end)

    ranked = sorted(points, key=fall)
    step = NAME_ROOM / height * (top - bottom)
    first = top - EDGE / height * (top - bottom) - step / 2
    names = tuple(
        PointName(point.name, point.y, point.colour, 0.0, point.x, (end, first - step * place))
        for place, point in enumerate(ranked)
    )
    return NamedPlot(names, (left, right), (bottom, top))


def _padded(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = max(PAD * (high - low), LEAST)
    return low - pad, high + pad


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
