"""Dot and whisker beside a number with an interval: where it lies against zero."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from backtests.analysis.resampling import Estimate
from backtests.report.lettering import between

WIDTH, HEIGHT = 110, 12  # of the drawing, in pixels
EDGE = 4.0  # within which half a dot has room


@dataclass(frozen=True)
class Interval:
    """A number and the ends of its interval, all in one unit.

    Intervals of a column share a scale, but for those of another ``unit``.
    """

    low: float
    value: float
    high: float
    unit: str = ""

    @classmethod
    def of(cls, estimate: Estimate, unit: str = "") -> Interval | None:
        """The interval of an estimate; None where it lacks an end or a value."""
        low, value, high = estimate.low, estimate.value, estimate.high
        if low is None or value is None or high is None:
            return None
        interval = cls(low, value, high, unit)
        return interval if all(map(math.isfinite, (low, value, high))) else None


@dataclass(frozen=True)
class Whisker:
    """Where zero, the ends of an interval and its number lie, in pixels from the left."""

    zero: float
    low: float
    value: float
    high: float


def whiskers(column: Sequence[Interval | None]) -> list[Whisker | None]:
    """The drawings of a column of a table, on one scale for each unit.

    A scale holds zero and every interval of its unit as a whole.
    """
    places: dict[str, list[float]] = defaultdict(lambda: [0.0])
    for interval in filter(None, column):
        places[interval.unit] += [interval.low, interval.value, interval.high]
    limits = {unit: (min(values), max(values)) for unit, values in places.items()}
    return [
        None if interval is None else _whisker(interval, limits[interval.unit])
        for interval in column
    ]


def _whisker(interval: Interval, limits: tuple[float, float]) -> Whisker:
    every = (0.0, interval.low, interval.value, interval.high)
    return Whisker(*(round(between(value, limits, (EDGE, WIDTH - EDGE)), 1) for value in every))
