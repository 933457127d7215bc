"""What the runs of a comparison are called where there is little room: by number and short name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHORT = 16  # characters of a name beside a point or a line's end
IN_SENTENCE = 26  # characters of a name in a headline


@dataclass(frozen=True)
class Tag:
    """A run's number, from 1 in the order asked for, and its name, whole and short.

    ``is_alone``: no other run of the comparison begins with the same word, its strategy.
    """

    number: int
    name: str
    is_alone: bool = True

    @property
    def short(self) -> str:
        """Number and shortened name, for a chart.

        Where others are of the same strategy, settings tell more: ``SPY=0.7,IEF=0.3``. No name
        that a user gives has a ``=``.
        """
        settings = self.name.partition(" ")[2]
        tells = "=" in settings and len(self.name) > SHORT and not self.is_alone
        return f"{self.number} {clipped(settings if tells else self.name, SHORT)}"

    @property
    def whole(self) -> str:
        """Number and whole name, for a legend."""
        return f"{self.number} {self.name}"


def tags_of(labels: Sequence[str]) -> list[Tag]:
    """The tags of runs in the order asked for."""
    first_words = [label.partition(" ")[0] for label in labels]
    return [
        Tag(number, name, is_alone=first_words.count(word) == 1)
        for number, (name, word) in enumerate(zip(labels, first_words, strict=True), 1)
    ]


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters, an ellipsis where some were left out."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
