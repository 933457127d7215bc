"""What the runs of a comparison are called where there is little room: by number and short name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

SHORT = 16  # characters of a name beside a point or a line's end
IN_SENTENCE = 26  # characters of a name in a headline
# A word of a name, and words that say nothing alone: "band 5 %", "-4 % a year", "-$400 a year".
TERM = re.compile(
    r"(?:(?:relative )?band |withheld )?[+\-\d.,]+ %,?(?: a [\w-]+,?)?|[+-]\S+ a [\w-]+,?|\S+"
)
HEDGED = "hedged"  # the word of a currency's hedge in the names of runs


@dataclass(frozen=True)
class Tag:
    """A run's number, from 1 in the order asked for, and its name, whole and short.

    Attributes
    ----------
    is_alone
        No other run of the comparison begins with the same word, its strategy.
    differs
        What of the name is its own, where all names share words and one of them is too long for a
        chart; else empty.
    """

    number: int
    name: str
    is_alone: bool = True
    differs: str = ""

    @property
    def brief(self) -> str:
        """Shortened name, for the head of a column.

        What all runs share is left out, not the end. Where only some are of the same strategy,
        settings tell more: ``SPY=0.7,IEF=0.3``. No name that a user gives has a ``=``.
        """
        settings = self.name.partition(" ")[2]
        tells = "=" in settings and len(self.name) > SHORT and not self.is_alone
        return clipped(self.differs or (settings if tells else self.name), SHORT)

    @property
    def short(self) -> str:
        """Number and shortened name, for a chart."""
        return f"{self.number} {self.brief}"

    @property
    def whole(self) -> str:
        """Number and whole name, for a legend."""
        return f"{self.number} {self.name}"


def tags_of(labels: Sequence[str]) -> list[Tag]:
    """The tags of runs in the order asked for."""
    first_words = [label.partition(" ")[0] for label in labels]
    return [
        Tag(number, name, is_alone=first_words.count(word) == 1, differs=own)
        for number, (name, word, own) in enumerate(
            zip(labels, first_words, _differing(labels), strict=True), 1
        )
    ]


def _differing(labels: Sequence[str]) -> list[str]:
    """What of each name the others do not share; empty texts where nothing has to give way."""
    if len(labels) < 2 or all(len(label) <= SHORT for label in labels):
        return [""] * len(labels)
    words = [TERM.findall(label) for label in labels]
    before = _shared(words)
    rests = [each[before:] for each in words]
    behind = _shared([each[::-1] for each in rests])
    if not before + behind:
        return [""] * len(labels)
    # A comma before words that all share, as those of an indexed flow, ends nothing any more.
    own = [" ".join(each[: len(each) - behind]).removesuffix(",") for each in rests]
    # Beside a run that is hedged, the one that has no word of its own is the unhedged.
    is_hedged = any(each == HEDGED or each.endswith(f"% {HEDGED}") for each in own)
    return [each or (f"un{HEDGED}" if is_hedged else "") for each in own]


def _shared(words: Sequence[Sequence[str]]) -> int:
    """How many words all of some names begin with."""
    alike = (len(set(column)) == 1 for column in zip(*words, strict=False))
    return sum(1 for _ in itertools.takewhile(bool, alike))


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters, an ellipsis where some were left out."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
