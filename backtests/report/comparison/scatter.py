"""Risk and return of the runs as a picture: one point each, named beside it, in three widths.

Places are worked out here, in units of a view box; ``templates/risk.html`` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backtests.analysis.numbers import PortfolioNumbers
from backtests.report.charts import percent_steps
from backtests.report.comparison.names import tags_of
from backtests.report.comparison.table import Comparison
from backtests.report.lettering import Box, Tick, between, short, ticks_apart, wide
from backtests.report.placement import Spot, beside
from backtests.report.style import as_text
from backtests.report.text import percent, typeset

TICK_GAP = 26.0  # between two ticks, in units of the view box
ROOM = 0.06  # beyond the outermost points, as a share of their distance
WITH_NAMES = 500  # width from which points have names, else numbers alone
# What lies to the right, by metric: what the list calls it.
RISKS = {
    "volatility": "volatility",
    "max_drawdown": "deepest fall",
    "cvar_95_monthly": "CVaR 95 of months",
}


@dataclass(frozen=True)
class Point:
    """A portfolio in the plane: fractions, risk positive; what it is called and its colour."""

    member: int
    name: str
    number: str
    told: str
    role: str
    risk: float
    growth: float


@dataclass(frozen=True)
class Dot:
    """A point drawn: coordinates as SVG has them, its label, and the line that leads there."""

    member: int
    role: str
    text_role: str
    told: str
    x: str
    y: str
    text: str
    text_x: str
    text_y: str
    leader: str


@dataclass(frozen=True)
class RiskDrawing:
    """All that is drawn in one width."""

    name: str
    width: int
    height: int
    size: int
    box: Box
    across: tuple[Tick, ...]
    across_words: tuple[Tick, ...]
    up: tuple[Tick, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class RiskPicture:
    """Growth against one measure of risk, in every width."""

    key: str
    risk: str
    told: str
    drawings: tuple[RiskDrawing, ...]


# Name, width, height and size of the font.
SHAPES = (("wide", 1040, 400, 13), ("middle", 690, 360, 13), ("narrow", 358, 300, 12))


def risk_pictures(comparison: Comparison) -> list[RiskPicture]:
    """Growth against each measure of risk that every portfolio has; none without a full year."""
    pictures = []
    for key, risk in RISKS.items():
        points = _points(comparison, key)
        if points is not None:
            told = "; ".join(point.told for point in points)
            drawings = tuple(_drawn(points, risk, *shape) for shape in SHAPES)
            pictures.append(RiskPicture(key, risk, told, drawings))
    return pictures


def _points(comparison: Comparison, key: str) -> list[Point] | None:
    """The portfolios and equity; None where one of them lacks a number."""
    aligned = comparison.aligned
    roles = aligned.roles
    points = []

    def point(member: int, name: str, number: str, role: str, numbers: PortfolioNumbers) -> bool:
        risk = getattr(numbers, key)
        if risk is None or numbers.cagr is None:
            return False
        size = abs(risk)
        told = f"{name}: {percent(numbers.cagr)} a year, {RISKS[key]} {percent(size)}"
        points.append(Point(member, name, number, told, role, size, numbers.cagr))
        return True

    tags = tags_of(aligned.labels)
    complete = [
        point(tag.number, tag.short, str(tag.number), role, comparison.table[tag.name].numbers)
        for tag, role in zip(tags, roles, strict=True)
    ]
    if aligned.twin is None:
        ticker = aligned.runs[0].summary.benchmark.ticker
        complete.append(point(0, f"{ticker} 100 %", ticker, "--equity", comparison.equity))
    return points if all(complete) else None


def _drawn(
    points: Sequence[Point], risk: str, name: str, width: int, height: int, size: int
) -> RiskDrawing:
    (left, right), (low, high) = (
        _widened([getattr(point, axis) for point in points]) for axis in ("risk", "growth")
    )
    bottom = height - 2.9 * size

    def up(value: float) -> float:
        return between(value, (low, high), (bottom, 1.9 * size))

    heights = ticks_apart(percent_steps(low, high), up, lambda _: TICK_GAP)
    box = Box(
        8.0 + max(wide(typeset(tick.text), size) for tick in heights),
        1.9 * size,
        width - 4.0,
        bottom,
    )

    def across(value: float) -> float:
        return between(value, (left, right), (box.left, box.right))

    ticks = ticks_apart(
        percent_steps(left, right), across, lambda text: wide(typeset(text), size) + TICK_GAP
    )
    # The first run, equity, and then the others: the first ones have the best places.
    order = sorted(points, key=lambda point: (point.role == "--rest", point.member))
    spots = [
        Spot(
            across(point.risk),
            up(point.growth),
            tuple(
                dict.fromkeys(
                    (typeset(point.name), point.number) if width > WITH_NAMES else (point.number,)
                )
            ),
        )
        for point in order
    ]
    frame = Box(box.left + 2, 2.0 + 1.4 * size, float(width) - 2, bottom - 2)
    dots = []
    for point, spot, label in zip(order, spots, beside(spots, frame, size), strict=True):
        text, x, y, leader = "", "0", "0", ""
        if label is not None:
            text, x = label.text, short(label.box.left)
            y = short((label.box.top + label.box.bottom) / 2 + 0.35 * size)
            if label.leader is not None:
                end_x, end_y = label.leader
                leader = f"M{short(spot.x)} {short(spot.y)}L{short(end_x)} {short(end_y)}"
        dots.append(
            Dot(point.member, point.role, as_text(point.role), point.told, short(spot.x),
                short(spot.y), text, x, y, leader)
        )  # fmt: skip
    # The last word is moved a little where it would leave the picture.
    reach = [width - wide(typeset(tick.text), size) / 2 for tick in ticks]
    words = tuple(
        replace(tick, at=round(min(tick.at, most), 1))
        for tick, most in zip(ticks, reach, strict=True)
    )
    return RiskDrawing(name, width, height, size, box, ticks, words, heights, tuple(reversed(dots)))


def _widened(values: Sequence[float]) -> tuple[float, float]:
    """Limits of an axis, with room for points at its ends."""
    low, high = min(values), max(values)
    room = ROOM * (high - low) or 0.01
    return low - room, high + room
