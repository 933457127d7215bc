"""What a run prints: metrics beside the benchmark's, the verdict, today's weights, the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.analysis.record import Verdict
from backtests.engine.run import Run
from backtests.engine.summary import Latest, Summary
from backtests.report.pages import pages_of_run
from backtests.report.text import (
    CVAR,
    DURATION,
    HEDGES,
    metric_rows,
    money,
    percent,
    weights_text,
)
from backtests.report.verdict.words import sentences
from data.strictness import age_in_days
from data.vintage import Vintage
from strategies.weights import mix_text

if TYPE_CHECKING:
    import pandas as pd

LATEST_SWITCHES = 8
NO_SWITCH = (
    "No switch of duration: the target never moved by a quarter of a year or more from its first."
)


def print_run(console: Console, run: Run, folder: Path) -> None:
    """Print a run for its reader; of a duration rule also its latest switches."""
    console.print()
    console.print(_metrics_table(run.summary, run.verdict))
    console.print(Text(CVAR))
    if run.sleeve is not None:
        console.print()
        switches = run.sleeve.switches
        console.print(Text(NO_SWITCH) if switches.empty else _switch_table(switches))
        console.print(Text(DURATION))
    if run.verdict is not None:
        console.print()
        console.print(Text(f"{HEDGES} {run.verdict.word.capitalize()}."))
        for sentence in sentences(run.verdict).in_order:
            console.print(Text(f"  {sentence}"))
    console.print()
    console.print(_today(run.summary.latest))
    console.print()
    console.print(Text(f"results in {folder}"), soft_wrap=True)
    for page in pages_of_run(folder):
        console.print(Text(f"open {folder / page.file}"), soft_wrap=True)


def age_line(vintage: Vintage) -> str:
    """How old the data of a run are today, which its files do not say."""
    age = age_in_days(vintage.last)
    return f"data end on {vintage.last}, {age} {'day' if age == 1 else 'days'} ago"


def _metrics_table(summary: Summary, verdict: Verdict | None) -> Table:
    span = f"{summary.start} to {summary.end}"
    table = Table(
        title=f"{summary.strategy}, {span}, after costs", title_justify="left", box=SIMPLE_HEAD
    )
    table.add_column("")
    held = mix_text(summary.weights) if summary.weights else summary.strategy
    table.add_column(held, justify="right")
    both = [summary.metrics, summary.benchmark.metrics]
    heads = [f"{summary.benchmark.ticker} 100 %"]
    own = verdict.tickers.equity if verdict is not None and verdict.holds_hedge else None
    if verdict is not None and own not in (None, (summary.benchmark.ticker,)):
        # The sentences compare with the run's own equity, so the table names it too.
        both.insert(1, verdict.portfolio("equity"))
        heads.insert(0, f"100 % equity ({', '.join(verdict.tickers.equity)})")
    for head in heads:
        table.add_column(head, justify="right")
    for row in metric_rows(both, summary.periods_per_year, summary.initial):
        table.add_row(*row)
    return table


def _switch_table(switches: pd.DataFrame) -> Table:
    shown = switches.tail(LATEST_SWITCHES)
    table = Table(
        title=f"Switches of duration: {len(switches)} in all, the last {len(shown)} below",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for heading in (
        "filled", "years", "entry yield", "price move", "banked", "with switch", "without",
    ):  # fmt: skip
        table.add_column(heading, justify="left" if heading == "filled" else "right")
    for row in shown.to_dict("records"):
        has_curve = row["entry_yield"] == row["entry_yield"]  # NaN without a yield curve
        table.add_row(
            f"{row['date']:%Y-%m-%d}",
            f"{row['from_years']:.1f} to {row['to_years']:.1f}",
            percent(row["entry_yield"]) if has_curve else "-",
            percent(row["price_move"]) if has_curve else "-",
            money(row["premium_banked"]) if has_curve else "-",
            percent(row["held_return"]),
            percent(row["nothing_return"]),
        )
    return table


def _today(latest: Latest) -> Text:
    lines = [
        f"What the rule says on {latest.as_of}",
        f"  last decision  {latest.decided}: {weights_text(latest.target)}",
        f"  held now       {weights_text(latest.held)}",
        f"  pending        {weights_text(latest.pending) if latest.pending else 'nothing'}",
    ]
    return Text("\n".join(lines))
