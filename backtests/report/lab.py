"""How the lab shows a run: charts and tables as on the pages, in the colours of its theme."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from backtests.analysis.months import month_ends
from backtests.report.figures import Figure, Line, growth_axis, layout, rounded, thinned, time_chart
from backtests.report.page import TEMPLATES, Cell, Grid, environment
from backtests.report.text import metric_rows
from backtests.report.verdict.page import LEADS, NAMES, answer_of

COLOURS = tuple(f"--c{number}" for number in range(1, 11))
PORTFOLIOS = ("portfolio", "equity", "bills", "matched")
ALLOCATION_POINTS = 300
MESSAGE = 300  # characters of a message
# Punctuation that Markdown may read as more than itself.
MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


@cache
def palette(*, dark: bool) -> dict[str, str]:
    """Colours of the pages by the name of their style-sheet variable."""
    page = (TEMPLATES / "page.html").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    read = [dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block)) for block in blocks]
    return {**read[0], **read[1]} if dark else read[0]


def theme() -> dict[str, str]:
    """Streamlit's colours by those of the pages, light and dark."""
    names = {
        "primaryColor": "--c1",
        "backgroundColor": "--paper",
        "secondaryBackgroundColor": "--shade",
        "textColor": "--ink",
        "borderColor": "--line",
        "linkColor": "--link",
    }
    return {
        f"theme.{side}.{option}": palette(dark=side == "dark")[name]
        for side in ("light", "dark")
        for option, name in names.items()
    }


def coloured(value: Any, colours: Mapping[str, str]) -> Any:
    """A figure's data or layout with its colours looked up."""
    if isinstance(value, str):
        return colours.get(value, value)
    if isinstance(value, Mapping):
        return {key: coloured(one, colours) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [coloured(one, colours) for one in value]
    return value


def render(template: str, **values: Any) -> str:
    """HTML of a template beside this file; every value is escaped."""
    page: dict[str, Any] = {"figures": [], "chart_of": {}, "plotly": ""}
    return environment().get_template(template).render(**page, **values)


def table(grid: Grid) -> str:
    """HTML of a table."""
    return render("lab_table.html", table=grid)


def message(lines: Sequence[str], kind: str = "quiet") -> str:
    """HTML of lines for the reader: ``error``, ``warn``, ``done`` or ``quiet``."""
    if kind in ("error", "warn"):  # what was given stands in them, however long it is
        lines = [shortened(line) for line in lines]
    return render("lab_message.html", lines=lines, kind=kind)


def shortened(text: str, most: int = MESSAGE) -> str:
    """Text without its middle where it is long: the end of a message says what to do."""
    if len(text) <= most:
        return text
    half = (most - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


def verdict_box(verdict: Mapping[str, Any]) -> str:
    """HTML of the verdict's word and sentences."""
    told = [(LEADS[key], text) for key, text in verdict["sentences"].items()]
    return render(
        "lab_verdict.html", word=verdict["word"], answer=answer_of(verdict), sentences=told
    )


def literal(text: str) -> str:
    """Text for a place that reads Markdown, to be shown as it is."""
    return MARKDOWN.sub(r"\\\1", text)


def metrics_grid(summary: Mapping[str, Any], verdict: Mapping[str, Any]) -> Grid:
    """Headline numbers of the run, its benchmark and its references, one a column."""
    ours = {
        **summary["metrics"],
        "turnover_per_year": summary["turnover_per_year"],
        "costs_paid": summary["costs_paid"],
    }
    benchmark = summary["benchmark"]
    others = [row for row in verdict["portfolios"] if row["key"] in PORTFOLIOS[1:]]
    heads = ["", "Portfolio", f"Benchmark: {benchmark['ticker']} 100 %"]
    heads += [NAMES[row["key"]] for row in others]
    rows = metric_rows([ours, benchmark, *others], summary["periods_per_year"], summary["initial"])
    return Grid(heads, [[Cell(text) for text in row] for row in rows], wide=True)


def allocation_chart(weights: pd.DataFrame) -> Figure:
    """What was held at month-ends, stacked.

    Parameters
    ----------
    weights
        Sessions x columns, fractions, ``CASH`` last.
    """
    months = month_ends(weights)
    kept = months.iloc[thinned(len(months), ALLOCATION_POINTS)]
    days = [f"{month.end_time:%Y-%m-%d}" for month in kept.index]
    columns = [str(column) for column in kept if (kept[column] > 0).any()]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": column,
            "stackgroup": "held",
            "x": days,
            "y": rounded([round(float(value), 4) for value in kept[column]]),
            "line": {"width": 0.5, "color": "--c3" if column == "CASH" else colour},
            "hovertemplate": "%{y:.1%}",
        }
        for column, colour in zip(columns, (c for c in COLOURS * 3 if c != "--c3"), strict=False)
    ]
    return Figure(
        "allocation",
        data,
        layout(
            yaxis={"tickformat": ".0%", "range": [0, 1]},
            xaxis={"type": "date", "hoverformat": "%b %Y"},
        ),
        "What the portfolio held at month-ends.",
        "Allocation over time",
        240,
    )


def compared_chart(runs: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Growth of several runs, each from 1 at its own first month-end.

    Parameters
    ----------
    runs
        Verdicts by label.
    """
    lines = [
        Line(
            name,
            one["series"]["growth"]["portfolio"],
            COLOURS[number % len(COLOURS)],
            dates=one["series"]["months"],
        )
        for number, (name, one) in enumerate(runs.items())
    ]
    return time_chart(
        "compared",
        [],
        lines,
        caption="Growth of 1, month-ends, after costs, logarithmic. Each line begins at 1 on its "
        "own first month-end.",
        alt="Growth of the compared portfolios",
        y=growth_axis(lines),
        height=340,
    )


def compared_grid(runs: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Grid:
    """Headline numbers of several runs, one a column.

    Parameters
    ----------
    runs
        Summary and verdict by label.
    """
    summaries = [summary for summary, _ in runs.values()]
    ours = [
        {**one["metrics"], "turnover_per_year": one["turnover_per_year"],
         "costs_paid": one["costs_paid"]}
        for one in summaries
    ]  # fmt: skip
    initial = max(one["initial"] for one in summaries)
    rows = metric_rows(ours, max(one["periods_per_year"] for one in summaries), initial)
    if len({(one["periods_per_year"], one["initial"]) for one in summaries}) > 1:
        rows = [row for row in rows if not row[0].startswith(("CVaR", "Costs", "Final value"))]
    spans = [["Period", *[f"{one['start']} to {one['end']}" for one in summaries]]]
    words = [["Does it hedge?", *[verdict["word"] for _, verdict in runs.values()]]]
    body = [[Cell(text) for text in row] for row in [*spans, *words, *rows]]
    costs = [_costs_text(one["costs"]) for one in summaries]
    sources = [Cell(one["source_title"], tone="text") for one in summaries]
    body[1:1] = [
        [Cell("Source"), *sources],
        [Cell("Fee / slippage / lag"), *[Cell(text) for text in costs]],
    ]
    return Grid(["", *runs], body, wide=True)


def _costs_text(costs: Mapping[str, Any]) -> str:
    return f"{costs['fee_bps']:g} bp / {costs['slippage_bps']:g} bp / {costs['lag']}"
