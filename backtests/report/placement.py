"""Labels of bars and of points, put where they collide with nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backtests.report.lettering import Box, wide

LINE = 1.3  # from one line of a label to the next, in font sizes
GAP = 3.0  # around a label, in units of the view box
FAR = 3.0  # font sizes between a bar and its label at most
SHIFTS = (0.0, 0.25, -0.25, 0.45, -0.45)  # of a label to the side, in widths


@dataclass(frozen=True)
class Wish:
    """A bar that would like a label at its end.

    Attributes
    ----------
    bar
        The bar.
    upwards
        Whether its end, and the label, are above; else below.
    texts
        Ways to write the label, the best first: lines of text.
    """

    bar: Box
    upwards: bool
    texts: tuple[tuple[str, ...], ...]

    @property
    def end(self) -> tuple[float, float]:
        """The middle of the bar's end."""
        return (self.bar.left + self.bar.right) / 2, self.bar.top if self.upwards else (
            self.bar.bottom
        )


@dataclass(frozen=True)
class Label:
    """A label in its place: its lines, the box around them, and the line that leads to its bar."""

    lines: tuple[str, ...]
    box: Box
    leader: Box | None = None

    @property
    def middle(self) -> float:
        """Where its lines are centred."""
        return (self.box.left + self.box.right) / 2

    def baselines(self, size: float) -> list[tuple[str, float]]:
        """Each line of text of a font size with the height that it stands on."""
        first = self.box.top + (LINE / 2 + 0.35) * size
        return [(text, first + LINE * size * row) for row, text in enumerate(self.lines)]


def placed(wishes: Sequence[Wish], frame: Box, size: float, most: int) -> list[Label | None]:
    """A label for each wish, the first ones first, or None where it finds no place.

    No label overlaps a bar, another label or a line that leads to one, and none leaves the frame.

    Parameters
    ----------
    wishes
        In order of importance.
    frame
        Within which labels stand.
    size
        Of the font, in units of the view box.
    most
        Labels at most.
    """
    labels: list[Label | None] = []
    full = [wish.bar for wish in wishes]
    for wish in wishes:
        if sum(label is not None for label in labels) >= most:
            labels.append(None)
            continue
        places = sorted(_places(wish, wishes, frame, size), key=lambda place: place[0])
        label = next((label for _, label in places if _is_free(label, full)), None)
        labels.append(label)
        if label is not None:
            full += [label.box, *([label.leader] if label.leader else [])]
    return labels


def overlap(box: Box, other: Box, gap: float = 0.0) -> bool:
    """Whether two rectangles share any area, or lie closer than a gap."""
    return (
        box.left < other.right + gap
        and other.left < box.right + gap
        and box.top < other.bottom + gap
        and other.top < box.bottom + gap
    )


def _places(
    wish: Wish, wishes: Sequence[Wish], frame: Box, size: float
) -> Iterator[tuple[float, Label]]:
    """Where a label could stand, each with how bad that is, in units of the view box."""
    x, y = wish.end
    away_from = -1 if wish.upwards else 1
    beside = [
        (other.bar.left, other.bar.right, other.end[1])
        for other in wishes
        if other.upwards == wish.upwards and other is not wish
    ]
    for lines in wish.texts:
        width = max(wide(line, size) for line in lines)
        height = LINE * size * len(lines)
        for lane, shift in itertools.product(range(int(2 * FAR) + 1), SHIFTS):
            away = lane * size / 2
            near = y + away_from * (GAP + away)
            top = near - height if wish.upwards else near
            left = max(frame.left, min(x - width / 2 + shift * width, frame.right - width))
            box = Box(left, top, left + width, top + height)
            if not _is_within(box, frame):
                continue
            start = y + away_from
            leader = Box(x, min(near, start), x, max(near, start)) if away else None
            # How easily it is taken for the label of another bar below it.
            doubt = sum(
                max(0.0, 4 * size - abs(end - near))
                for first, last, end in beside
                if first <= box.right and box.left <= last
            )
            yield away + size * (0.5 * len(lines) + abs(shift)) + doubt, Label(lines, box, leader)


def _is_within(box: Box, frame: Box) -> bool:
    return (
        frame.left <= box.left
        and box.right <= frame.right
        and frame.top <= box.top
        and box.bottom <= frame.bottom
    )


def _is_free(label: Label, full: Sequence[Box]) -> bool:
    box, leader = label.box, label.leader
    if any(overlap(box, other, GAP - 0.5) for other in full):
        return False
    return leader is None or not any(overlap(leader, other, 0.5) for other in full)


# Points


@dataclass(frozen=True)
class Spot:
    """A point that would like a label beside it; ``texts`` are ways to write it, the best first."""

    x: float
    y: float
    texts: tuple[str, ...]


@dataclass(frozen=True)
class SpotLabel:
    """A label in its place: the box around its line, and where a line leads to its point from."""

    text: str
    box: Box
    leader: tuple[float, float] | None = None


RADIUS = 6.0  # of a point, in units of the view box
# Where a label stands, in degrees from the right, the better places first.
BEST = (0, 180, 45, 315, 135, 225, 90, 270)
ANGLES = (*BEST, *(angle for angle in range(15, 360, 15) if angle not in BEST))
DIRECTIONS = [(math.cos(math.radians(each)), -math.sin(math.radians(each))) for each in ANGLES]
RINGS = 24  # distances from its point that are tried, each 0.7 font sizes further
SHORTER = 4  # distances further that a label may stand to be written in full


def beside(spots: Sequence[Spot], frame: Box, size: float) -> list[SpotLabel | None]:
    """A label for each point, the first ones first, or None where it finds no place.

    No label overlaps a point, another label or a line that leads to one, and none leaves the frame.
    Only where a crowd leaves no other way does a line pass below labels.

    Parameters
    ----------
    spots
        In order of importance.
    frame
        Within which labels stand.
    size
        Of the font, in units of the view box.
    """
    full = [
        Box(spot.x - RADIUS, spot.y - RADIUS, spot.x + RADIUS, spot.y + RADIUS) for spot in spots
    ]
    labels: list[SpotLabel | None] = []
    leaders: list[Box] = []
    for spot in spots:
        # Points may lie on each other: what covers the own point is in no leader's way.
        centre = Box(spot.x, spot.y, spot.x, spot.y)
        crossed = [box for box in full if not overlap(centre, box, 0.5)]
        spare: SpotLabel | None = None
        label: SpotLabel | None = None
        for place in _around(spot, size):
            if not _is_within(place.box, frame):
                continue
            if any(overlap(place.box, box, 1.0) for box in (*full, *leaders)):
                continue
            if place.leader is None or not _crosses(spot, place.leader, crossed):
                label = place
                break
            spare = spare or place
        label = label or spare
        labels.append(label)
        if label is not None:
            full.append(label.box)
            if label.leader is not None:
                leaders.extend(_steps(spot.x, spot.y, *label.leader))
    return labels


def _around(spot: Spot, size: float) -> Iterator[SpotLabel]:
    """Places around a point, the better ones first: near, and in full rather than short."""
    height = LINE * size
    for ring in range(RINGS + SHORTER * len(spot.texts)):
        for way, text in enumerate(spot.texts):
            step = ring - SHORTER * way
            if not 0 <= step < RINGS:
                continue
            width, far = wide(text, size), RADIUS + GAP + 0.7 * size * step
            for x, y in DIRECTIONS:
                side = 0.0 if abs(x) < 0.3 else math.copysign(1.0, x)
                middle = spot.x + x * far + side * width / 2
                centre = spot.y + y * (far + height / 2)
                box = Box(
                    middle - width / 2, centre - height / 2, middle + width / 2, centre + height / 2
                )
                end = (min(max(spot.x, box.left), box.right), min(max(spot.y, box.top), box.bottom))
                yield SpotLabel(text, box, end if step > 1 else None)


def _crosses(spot: Spot, end: tuple[float, float], full: Sequence[Box]) -> bool:
    """Whether the line from a point to its label runs through something."""
    return any(overlap(step, box) for step in _steps(spot.x, spot.y, *end) for box in full)


def _steps(x: float, y: float, to_x: float, to_y: float) -> Iterator[Box]:
    """A line as small boxes."""
    count = max(2, math.ceil(math.hypot(to_x - x, to_y - y) / 3.0))
    for number in range(count + 1):
        at = number / count
        here, there = x + at * (to_x - x), y + at * (to_y - y)
        yield Box(here - 0.5, there - 0.5, here + 0.5, there + 0.5)
