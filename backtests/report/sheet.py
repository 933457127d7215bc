"""A sheet of a notebook: first screen, pictures, tables, notes, as HTML without script or style.

A notebook may drop both; see :mod:`backtests.report.notebook`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from backtests.report.lettering import fit
from backtests.report.page import Cell, Grid, environment
from backtests.report.style import EITHER, FONT, SIZES
from backtests.report.svg import Picture
from backtests.report.verdict.first_screen import FirstScreen

OUTCOMES = {"good": "--worked", "works": "--worked", "bad": "--lost", "fails": "--lost"}


class Drawing(Protocol):
    """A picture of its own kind, such as the bars of equity's falls."""

    def render(self) -> str:
        """The drawing as markup in which every text is escaped."""


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
class Sheet:
    """All that a notebook shows of a result, in this order; empty parts are left out.

    Attributes
    ----------
    title, facts
        What it is; its dates, costs and source.
    screen
        The first screen of a verdict, where one was judged, or of a search.
    hero
        The picture that belongs to it.
    told
        Sentences below it, each with its lead words.
    picture
        If None, a line says that there is none, but where ``is_pictured`` is false.
    tables
        Of numbers and texts.
    notes
        In small print.
    """

    title: str
    facts: Sequence[str]
    picture: Picture | None
    tables: Sequence[Table]
    notes: Sequence[str]
    screen: FirstScreen | None = None
    hero: Drawing | None = None
    told: Sequence[tuple[str, str]] = ()
    is_pictured: bool = True

    def render(self) -> str:
        """The sheet as HTML; every text is escaped."""
        from markupsafe import Markup

        template = environment().get_template("notebook.html")
        markup = template.render(
            sheet=self,
            hero=None if self.hero is None else Markup(self.hero.render()),  # noqa: S704
            colours=EITHER,
            sizes={name: screen for name, (screen, _) in SIZES.items()},
            font=FONT,
            tones=OUTCOMES,
        )
        return fit(markup)


def _has_figures(column: Iterable[Cell]) -> bool:
    cells = list(column)
    has_digit = any(sign.isdigit() for cell in cells for sign in cell.text)
    return has_digit and not any(cell.tone == "text" for cell in cells)
