"""Labels of bars, put where they collide with nothing; what finds no place has none."""

from __future__ import annotations

import itertools
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
