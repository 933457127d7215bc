"""A sheet of a notebook: an answer, a picture, tables and notes, as HTML without script or style.

A notebook may drop both; see :mod:`backtests.report.notebook`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backtests.report.lettering import fit
from backtests.report.page import Cell, Grid, environment
from backtests.report.svg import Picture


@dataclass(frozen=True)
class Table:
    """A table of a sheet: its heading, its cells, and what to know of it."""

    title: str
    grid: Grid
    note: str = ""

    @property
    def sides(self) -> list[str]:
        """Where the text of each column stands: figures at the right, words at the left."""
        columns = list(zip(*self.grid.rows, strict=True))
        return ["left", *("right" if _has_figures(column) else "left" for column in columns[1:])]


@dataclass(frozen=True)
class Answer:
    """An answer in large letters, and its sentences, each with its lead words.

    ``question`` stands above it; ``tone`` is ``good``, ``bad`` or empty.
    """

    text: str
    sentences: Sequence[tuple[str, str]]
    question: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Sheet:
    """All that a notebook shows of a result, in this order; empty parts are left out.

    Attributes
    ----------
    title, facts
        What it is; its dates, costs and source.
    answer
        None where there is no question.
    picture
        If None, a line says that there is none.
    tables
        Of numbers and texts.
    notes
        In small print.
    """

    title: str
    facts: Sequence[str]
    answer: Answer | None
    picture: Picture | None
    tables: Sequence[Table]
    notes: Sequence[str]

    def render(self) -> str:
        """The sheet as HTML; every text is escaped."""
        return fit(environment().get_template("notebook.html").render(sheet=self))


def _has_figures(column: Iterable[Cell]) -> bool:
    cells = list(column)
    has_digit = any(sign.isdigit() for cell in cells for sign in cell.text)
    return has_digit and not any(cell.tone == "text" for cell in cells)
