"""How the lab shows a run: charts and tables as on the pages, in the colours of its theme."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.record import Verdict
from backtests.engine.costs import Costs
from backtests.engine.summary import Summary
from backtests.report.charts import (
    Line,
    growth_axis,
    time_chart,
)
from backtests.report.currency import cash_words
from backtests.report.figures import Figure
from backtests.report.hero import Hero, hero_figure
from backtests.report.hero_drawing import IN_LAB
from backtests.report.lettering import fit
from backtests.report.page import Cell, Grid, environment
from backtests.report.pages import VERDICT, Trail
from backtests.report.paid_words import own_money_lines
from backtests.report.style import FONT, SIZES, compared_looks, palette
from backtests.report.text import HEDGES, capital, metric_rows, plain_label, shown
from backtests.report.verdict.first_screen import first_screen
from backtests.report.verdict.payoffs import short_word
from backtests.report.verdict.tables import shown_keys
from backtests.report.verdict.words import name_of, sentences

# What is said where amounts of money stand beside returns.
UNIT_VALUE = "What follows is of the unit value too: as if nothing were paid in or out."
MESSAGE = 300  # longest message, in characters
SVG = "http://www.w3.org/2000/svg"
VARIABLE = re.compile(r"var\((--[\w-]+)\)")
# Punctuation that may have a meaning in Markdown.
MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def theme() -> dict[str, str]:
    """Streamlit's colours by those of the pages, light and dark."""
    names = {
        "primaryColor": "--link",
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


def render(template: str, **values: Any) -> str:
    """HTML of a template of the pages; every value is escaped."""
    made = environment().get_template(template)
    return made.render(figures=[], chart_of={}, script=None, trail=Trail(()), **values)


@dataclass(frozen=True)
class Section:
    """A part of the lab: its heading, sentences with their lead words, tables, and notes."""

    title: str
    tables: Sequence[Grid] = ()
    notes: Sequence[str] = ()
    told: Sequence[tuple[str, str]] = ()


def sections(parts: Sequence[Section], *, is_last: bool = False) -> str:
    """HTML of some parts; tables without a row are left out.

    ``is_last``: they belong to the last answer, not to what the controls say.
    """
    return render("lab_sections.html", sections=parts, is_last=is_last)


def message(lines: Sequence[str], kind: str = "quiet") -> str:
    """HTML of lines for the reader: ``error``, ``warn``, ``done`` or ``quiet``."""
    if kind in ("error", "warn"):  # they quote the input, which may be long
        lines = [shortened(line) for line in lines]
    return render("lab_message.html", lines=lines, kind=kind)


def shortened(text: str, most: int = MESSAGE) -> str:
    """Text with its middle left out if it is long: the end of a message says what to do."""
    if len(text) <= most:
        return text
    half = (most - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


def answer(
    summary: Summary,
    verdict: Verdict,
    hedge_weight: float | None,
    colours: Mapping[str, str],
    *,
    is_last: bool = False,
) -> str:
    """HTML of the first screen of a verdict, with its picture and a few numbers.

    Parameters
    ----------
    summary, verdict
        Of a run; the verdict may be brief.
    hedge_weight
        Weight of the hedge, a fraction, where it is the same throughout.
    colours
        Of the theme, by role.
    is_last
        Whether it is the last answer, not that to what the controls say.
    """
    hero = hero_figure(verdict, hedge_weight=hedge_weight, shapes=IN_LAB)
    return render(
        "lab_answer.html",
        screen=first_screen(verdict, summary),
        numbers=tiles(summary, verdict),
        own=own_figures(summary),
        own_note=UNIT_VALUE,
        hero=hero,
        drawings=[] if hero is None else _pictures(hero, colours),
        is_last=is_last,
    )


def _pictures(hero: Hero, colours: Mapping[str, str]) -> list[tuple[str, float, float, str]]:
    """Each width of the picture: its name, its size, and the picture as an address.

    Streamlit lets no SVG into a page, but as the file of a picture, which has neither the fonts nor
    the colours of the page around it.
    """
    pictures: list[tuple[str, float, float, str]] = []
    for drawing in hero.drawings:
        svg = render("hero_drawing.html", hero=hero, drawing=drawing)
        svg = VARIABLE.sub(lambda name: colours[name[1]], fit(svg))
        svg = svg.replace("<svg ", f'<svg xmlns="{SVG}" font-family="{FONT}" ', 1)
        coded = base64.b64encode(svg.encode()).decode()
        address = f"data:image/svg+xml;base64,{coded}"
        pictures.append((drawing.name, drawing.width, drawing.height, address))
    return pictures


def facts(told: Sequence[str]) -> str:
    """HTML of a line of facts, the first of which is the name of what is shown."""
    return render("lab_facts.html", facts=told)


def in_detail(verdict: Verdict) -> Section:
    """The verdict's sentences."""
    return Section("In detail", told=sentences(verdict).with_leads)


def beside_word(verdict: Verdict) -> str:
    """HTML of what the same mix did since 1962, and of what holds today; empty without both."""
    told = sentences(verdict)
    pairs = [line.partition(": ") for line in (told.state, told.long) if line]
    if not pairs:
        return ""
    return sections([Section("", told=[(f"{lead}:", told) for lead, _, told in pairs])])


def saved(folder: Path, links: Sequence[tuple[str, str]]) -> str:
    """HTML that says where a run was saved.

    Parameters
    ----------
    folder
        What was written.
    links
        Addresses of its pages, with their words; without any the path of the first page is told.
    """
    page = str(folder / VERDICT.file)
    return render("lab_links.html", folder=str(folder), links=links, page=page)


def count_of_compared(count: int, most: int) -> str:
    """HTML that says how many runs are compared, and leads to them."""
    return render("lab_count.html", count=count, most=most)


@lru_cache(maxsize=2)
def style(*, dark: bool) -> str:
    """HTML of the style sheet of what the lab draws itself."""
    sizes = {name: screen for name, (screen, _) in SIZES.items()}
    return render("lab_style.html", variables={**palette(dark=dark), **sizes})


def literal(text: str) -> str:
    """Text escaped for a place that reads Markdown, so that it shows as it is."""
    return MARKDOWN.sub(r"\\\1", text)


def metrics_grid(summary: Summary, verdict: Verdict) -> Grid:
    """Headline numbers of the run, its benchmark and its references, one a column."""
    benchmark = summary.benchmark
    keys = [key for key in shown_keys(verdict) if key != "portfolio"]
    others = [row for row in verdict.portfolios if row.key in keys and row.numbers]
    names = (name_of(row, verdict) for row in others)
    heads = ["", "Portfolio", f"Benchmark: {benchmark.ticker} 100 %", *names]
    columns = [summary.metrics, benchmark.metrics, *(row.numbers for row in others if row.numbers)]
    rows = metric_rows(
        columns,
        summary.periods_per_year,
        summary.initial,
        money=summary.money,
        is_unit=summary.own_money is not None,
    )
    return Grid(heads, [[Cell(text) for text in row] for row in rows], wide=True)


def tiles(summary: Summary, verdict: Verdict) -> list[tuple[str, str, str]]:
    """A few numbers: label, the run's, and that of 100 % equity."""
    numbers, equity = summary.metrics, verdict.portfolio("equity")
    cash = cash_words(summary.investor)
    return [
        (
            plain_label(metric, cash),
            shown(metric, numbers, summary.initial, summary.money),
            shown(metric, equity, summary.initial, summary.money),
        )
        for metric in shown_in(Place.TILE, numbers)
    ]


def own_figures(summary: Summary) -> list[tuple[str, str]]:
    """What a run with cash flows came to in money: labels and figures; none without flows."""
    # What a line explains after its figure stands once below them, as UNIT_VALUE.
    lines = [(name, told.partition("; ")[0]) for name, told in own_money_lines(summary)]
    return [(capital(name), figure) for name, figure in lines]


def compared_chart(runs: Mapping[str, Verdict]) -> Figure:
    """Growth of several runs, each starting at 1 on its own first day.

    Parameters
    ----------
    runs
        Verdicts by label.
    """
    looks = compared_looks(len(runs))
    lines = [
        Line(
            name,
            verdict.series.growth.portfolio,
            colour,
            width=width,
            dates=verdict.series.months,
        )
        for (name, verdict), (colour, width) in zip(runs.items(), looks, strict=True)
    ]
    return time_chart(
        "compared",
        [],
        lines,
        caption="Growth of 1, month-ends, after costs, logarithmic. Each line begins at 1 on its "
        "own first day.",
        alt="Growth of the compared portfolios",
        y=growth_axis(lines),
        height=340,
    )


def compared_grid(runs: Mapping[str, tuple[Summary, Verdict]]) -> Grid:
    """Headline numbers of several runs, one a column.

    Parameters
    ----------
    runs
        Summary and verdict by label.
    """
    summaries = [summary for summary, _ in runs.values()]
    rows = metric_rows(
        [summary.metrics for summary in summaries],
        max(summary.periods_per_year for summary in summaries),
        max(summary.initial for summary in summaries),
        money=next((summary.money for summary in summaries if summary.money is not None), None),
        of_one_kind=len(
            {(each.periods_per_year, each.initial, each.currency) for each in summaries}
        )
        == 1,
        is_unit=any(summary.own_money is not None for summary in summaries),
    )
    texts = [
        ["Fee / slippage / lag", *[_costs_text(summary.costs) for summary in summaries]],
        ["Period", *[f"{summary.start} to {summary.end}" for summary in summaries]],
        [
            HEDGES,
            *[
                short_word(verdict.word, cash_words(verdict.investor))
                for _, verdict in runs.values()
            ],
        ],
        *rows,
        *_own_rows(summaries),
    ]
    sources = [Cell(summary.source_title, tone="text") for summary in summaries]
    body = [[Cell("Source"), *sources], *([Cell(text) for text in row] for row in texts)]
    return Grid(["", *runs], body, wide=True)


def _own_rows(summaries: Sequence[Summary]) -> list[list[str]]:
    """What each run came to in money; a run without flows has none of it."""
    figures = [dict(own_figures(summary)) for summary in summaries]
    names = dict.fromkeys(name for own in figures for name in own)
    return [
        [f"Own money: {name.lower()}", *[own.get(name, "") for own in figures]] for name in names
    ]


def _costs_text(costs: Costs) -> str:
    return f"{costs.fee_bps:g} bp / {costs.slippage_bps:g} bp / {costs.lag}"
