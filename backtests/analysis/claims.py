"""The article on trial: records of its claims, what would refute each, and what was measured.

The article was written for investors outside the United States in April 2025. A claim is judged by
a rule that stands in its function before any figure is known; nothing is softened for or against
the thesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ARTICLE_DAY = "2025-04-14"

Judgement = Literal["holds", "fails", "holds in part", "cannot be tested here"]
JUDGEMENTS: tuple[Judgement, ...] = ("holds", "holds in part", "fails", "cannot be tested here")
# How a value is shown. ``percent`` and ``points`` hold fractions (0.01 is 1 %, or one percentage
# point), ``bp`` basis points, ``share`` a fraction of a count, ``times`` a plain ratio.
Unit = Literal["percent", "points", "bp", "share", "months", "correlation", "times", "count", "day"]


@dataclass(frozen=True)
class Measure:
    """A figure of a claim.

    Attributes
    ----------
    what
        What is measured, in a few plain words.
    value, unit
        The figure, None where it cannot be worked out; a day as text is in :attr:`text`.
    low, high
        Its interval; None without one.
    interval
        What the interval is, such as ``90 %, resampled``; empty without one.
    n, n_of
        How many observations it rests on and of what: ``months``, ``falls``, ``first cuts``. None
        for a single observation that has no sample, such as a law.
    first, last
        Window, ``YYYY-MM`` or ``YYYY-MM-DD``.
    decides
        Whether the judgement rests on it.
    text
        What stands in place of a number: a day, a law; empty otherwise.
    """

    what: str
    value: float | None
    unit: Unit
    low: float | None = None
    high: float | None = None
    interval: str = ""
    n: int | None = None
    n_of: str = ""
    first: str = ""
    last: str = ""
    decides: bool = False
    text: str = ""


@dataclass(frozen=True)
class ClaimRow:
    """A line of a claim's own table: a name, and a value in each column (None: a dash)."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class ClaimTable:
    """Figures one by one, such as fall by fall.

    ``heads`` name the columns after the first, ``units`` say how each is shown, ``caption`` what
    the table is.
    """

    caption: str
    first_head: str
    heads: tuple[str, ...]
    units: tuple[Unit, ...]
    rows: tuple[ClaimRow, ...]


@dataclass(frozen=True)
class Claim:
    """A claim of the article, tried on data.

    Attributes
    ----------
    number, title
        1 to 14; and the claim in a few words.
    says
        What the article says, in our words.
    refuted_by
        What would prove it wrong: the rule by which it is judged.
    data
        What it is tried on, in words.
    judgement
        What came of it.
    because
        Why, in a sentence with its figure.
    measures
        On the history up to the article; the ones that decide first.
    after
        What happened from :data:`ARTICLE_DAY` on; empty where there are no data.
    after_words
        The same in a sentence; why there is nothing where there is nothing.
    table
        Figures one by one; None without.
    missing
        What the data at hand lack for a better answer; empty where they lack nothing.
    """

    number: int
    title: str
    says: str
    refuted_by: str
    data: str
    judgement: Judgement
    because: str
    measures: tuple[Measure, ...]
    after: tuple[Measure, ...]
    after_words: str
    table: ClaimTable | None = None
    missing: str = ""


@dataclass(frozen=True)
class Trial:
    """All claims, and what they were tried on.

    Attributes
    ----------
    months_title, months_first, months_last
        The bundled months: in words, first and last, ``YYYY-MM``.
    days_title, days_first, days_last
        The daily data: None where there are none.
    days_missing
        Why there are none, or what they lack; empty where nothing is lacking.
    claims
        In order of their numbers.
    """

    months_title: str
    months_first: str
    months_last: str
    days_title: str | None
    days_first: str | None
    days_last: str | None
    days_missing: str
    claims: tuple[Claim, ...]

    def judged(self, judgement: Judgement) -> tuple[Claim, ...]:
        """The claims of which this came."""
        return tuple(claim for claim in self.claims if claim.judgement == judgement)
