"""What the runs of a comparison are called where there is little room: by number and short name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHORT = 16  # characters of a name beside a point or a line's end
IN_SENTENCE = 26  # characters of a name in a headline


@dataclass(frozen=True)
class Tag:
    """A run's number, from 1 in the order asked for, and its name, whole and short."""

    number: int
    name: str

    @property
    def short(self) -> str:
        """Number and shortened name, for a chart.

        Settings tell more than the strategy that many share: ``SPY=0.7,IEF=0.3``. No name that a
        user gives has a ``=``.
        """
        settings = self.name.partition(" ")[2]
        told = settings if "=" in settings and len(self.name) > SHORT else self.name
        return f"{self.number} {clipped(told, SHORT)}"

    @property
    def whole(self) -> str:
        """Number and whole name, for a legend."""
        return f"{self.number} {self.name}"


def tags_of(labels: Sequence[str]) -> list[Tag]:
    """The tags of runs in the order asked for."""
    return [Tag(number, name) for number, name in enumerate(labels, 1)]


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters, an ellipsis where some were left out."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
