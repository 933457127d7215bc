"""What a notebook and a terminal show of runs in different currencies."""

from __future__ import annotations

from backtests.report.comparison.own_money import FINDING, NOTE, OwnMoney, finding, lead
from backtests.report.comparison.own_page import core_grid
from backtests.report.sheet import Sheet, Table
from backtests.report.text import CVAR, FREQUENCIES, costs_text, percent
from backtests.report.verdict.first_screen import FirstScreen
from data.terminal import printable


def own_html(own: OwnMoney) -> str:
    """The figures of each investor for a notebook."""
    summaries = [run.summary for run in own.aligned.runs]
    notes = dict.fromkeys(note for summary in summaries for note in summary.notes)
    return Sheet(
        title=_title(own),
        screen=FirstScreen(
            finding(own), chip="", tone="", line=f"{FINDING}. {lead(own)}", tiles=()
        ),
        facts=[
            _span(own),
            "; ".join(dict.fromkeys(costs_text(summary.costs) for summary in summaries)),
            " and ".join(dict.fromkeys(summary.source_title for summary in summaries)),
        ],
        picture=None,
        tables=[Table("", core_grid(own, {}), f"{NOTE} {CVAR}")],
        notes=[*own.aligned.notes, *notes],
        is_pictured=False,  # one money a chart: the page has them
    ).render()


def own_text(own: OwnMoney) -> str:
    """The same in a few lines."""
    lines = [f"{_title(own)}, {_span(own)}", f"{FINDING}."]
    for name, run in own.table.items():
        grew = run.numbers.cagr
        told = percent(run.numbers.total_return if grew is None else grew)
        kind = "in all" if grew is None else "a year"
        lines.append(f"  {name} in {own.currency(name)}: {told} {kind}")
    return "\n".join(printable(" ".join(line.splitlines())).rstrip() for line in lines)


def _title(own: OwnMoney) -> str:
    return f"{len(own.aligned.labels)} portfolios, each in its own money"


def _span(own: OwnMoney) -> str:
    days = own.aligned.values.index
    return f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, {FREQUENCIES[own.aligned.ppy]}"
