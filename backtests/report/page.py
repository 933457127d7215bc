"""Pages: templates, tables that sort, and where they have plotly's script from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtests.analysis.numbers import Metric, PortfolioNumbers
from backtests.report.figures import Figure
from backtests.report.intervals import Interval, Whisker, whiskers
from backtests.report.pages import Trail
from backtests.report.script import FOLDER, beside_results, inside_page
from backtests.report.style import favicon, variables
from backtests.report.text import shown, typeset
from data.regular import MOST_PAGE, read_regular_text

if TYPE_CHECKING:
    import jinja2

    from backtests.engine.money import MoneyTable

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, what it sorts by (None: its text), small print, tone.

    ``links`` are (relative address, words); ``interval`` is drawn beside its numbers.
    """

    text: str
    sort: float | str | None = None
    small: str = ""
    tone: str = ""
    links: tuple[tuple[str, str], ...] = ()
    interval: Interval | None = None


@dataclass(frozen=True)
class Grid:
    """A table that sorts.

    ``kind`` names the style of a table of its own sort: ``map`` has figures in tinted cells;
    ``head_notes`` stand in small print below the heads, which may be numbers.
    """

    heads: list[str]
    rows: list[list[Cell]]
    caption: str = ""
    wide: bool = False
    kind: str = ""
    head_notes: Sequence[str] = ()

    @property
    def whiskers(self) -> list[list[Whisker | None]]:
        """The drawing of each cell's interval, rows x columns; None without one."""
        columns = itertools.zip_longest(*self.rows, fillvalue=Cell(""))
        drawn = [whiskers([cell.interval for cell in column]) for column in columns]
        return [list(row) for row in zip(*drawn, strict=True)]


def metric_cell(
    metric: Metric,
    numbers: PortfolioNumbers,
    initial: float,
    money: MoneyTable | None = None,
    tone: str = "",
) -> Cell:
    """A metric of a portfolio as a cell that sorts by its number, or by its text.

    ``money`` is what amounts are counted in; None in dollars.
    """
    value = getattr(numbers, metric.key)
    sort = "" if value is None else value if isinstance(value, int | float) else None
    return Cell(shown(metric, numbers, initial, money), sort, tone=tone)


def render_page(
    template: str | jinja2.Template,
    path: Path,
    figures: Sequence[Figure] = (),
    *,
    trail: Trail,
    standalone: bool = False,
    **values: Any,
) -> None:
    """Write a page from a template of :data:`TEMPLATES`; every value is escaped and typeset.

    Parameters
    ----------
    template
        File name, or one of :func:`environment`; it extends ``page.html``.
    path
        Where to write. A page with charts lies in a folder of the results.
    figures
        Charts that the template places by name.
    trail
        The way to it.
    standalone
        Whether plotly's script stands in the page itself, so that the page alone can be sent.
    values
        What else the template uses.
    """
    script = None
    if figures:
        script = inside_page() if standalone else beside_results(path.parent.parent)
    text = (
        environment()
        .get_template(template)
        .render(
            figures=[{"name": figure.name, **figure.payload()} for figure in figures],
            chart_of={figure.name: figure for figure in figures},
            script=script,
            trail=trail,
            **values,
        )
    )
    # A file name may contain bytes that are not valid text.
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def stands_alone(page: Path) -> bool:
    """Whether a written page has its charts without any other file."""
    text = read_regular_text(page, MOST_PAGE)
    return f'<script src="../{FOLDER}/' not in text


@cache
def environment() -> jinja2.Environment:
    """The templates of :data:`TEMPLATES`.

    Every value is escaped, and typeset but for what the filter ``exact`` passes: addresses,
    commands, what a script reads. A missing value is an error.
    """
    import jinja2
    from markupsafe import Markup, escape

    def typeset_text(value: object) -> object:
        return typeset(value) if type(value) is str else value

    def exact(value: object) -> Markup:
        return escape(value)

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=typeset_text,
        auto_reload=False,  # it would look at the file of a template each time one is made
    )
    made.filters["exact"] = exact
    made.globals |= {"style_variables": Markup(variables()), "favicon": favicon()}  # noqa: S704
    return made
