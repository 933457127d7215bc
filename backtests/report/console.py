"""What a run prints: the comparison table, what the rule says today, where the results lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.report.text import metric_rows, mix_text, money, percent, weights_text

if TYPE_CHECKING:
    import pandas as pd

LATEST_SWITCHES = 8


def print_run(
    console: Console,
    summary: dict[str, Any],
    folder: Path,
    switches: pd.DataFrame | None = None,
    verdict: dict[str, Any] | None = None,
) -> None:
    """Print a run for its reader; of a duration rule also its latest switches."""
    console.print()
    console.print(_metrics_table(summary))
    if switches is not None:
        console.print()
        console.print(_switch_table(switches))
    if verdict is not None:
        console.print()
        console.print(Text(f"Does it hedge? {verdict['word'].capitalize()}."))
        for sentence in verdict["sentences"].values():
            console.print(Text(f"  {sentence}"))
    console.print()
    console.print(_today(summary))
    console.print()
    console.print(Text(f"results in {folder}", no_wrap=True))
    for name in ("verdict.html", "tearsheet.html"):
        if (folder / name).is_file():
            console.print(Text(f"open {folder / name}", no_wrap=True))


def _metrics_table(summary: dict[str, Any]) -> Table:
    ours, theirs = summary["metrics"], summary["benchmark"]
    span = f"{summary['start']} to {summary['end']}"
    table = Table(
        title=f"{summary['strategy']}, {span}, after costs", title_justify="left", box=SIMPLE_HEAD
    )
    table.add_column("")
    table.add_column(_holding(summary), justify="right")
    table.add_column(f"{theirs['ticker']} 100 %", justify="right")
    turnover, costs = summary["turnover_per_year"], summary["costs_paid"]
    one = {**ours, "turnover_per_year": turnover, "costs_paid": costs}
    for row in metric_rows([one, theirs], summary["periods_per_year"], summary["initial"]):
        table.add_row(*row)
    return table


def _switch_table(switches: pd.DataFrame) -> Table:
    shown = switches.tail(LATEST_SWITCHES)
    table = Table(
        title=f"Switches of duration: {len(switches)} in all, the last {len(shown)} below",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for heading in ("filled", "years", "entry yield", "price move", "banked", "held", "nothing"):
        table.add_column(heading, justify="left" if heading == "filled" else "right")
    for row in shown.to_dict("records"):
        known = row["entry_yield"] == row["entry_yield"]  # NaN without a curve
        table.add_row(
            f"{row['date']:%Y-%m-%d}",
            f"{row['from_years']:.1f} to {row['to_years']:.1f}",
            percent(row["entry_yield"]) if known else "-",
            percent(row["price_move"]) if known else "-",
            money(row["premium_banked"]) if known else "-",
            percent(row["held_return"]),
            percent(row["nothing_return"]),
        )
    return table


def _holding(summary: dict[str, Any]) -> str:
    weights = summary["params"].get("weights")
    return mix_text(weights) if weights else str(summary["strategy"])


def _today(summary: dict[str, Any]) -> Text:
    latest = summary["latest"]
    lines = [
        f"What the rule says on {latest['as_of']}",
        f"  last decision  {latest['decided']}: {weights_text(latest['target'])}",
        f"  held now       {weights_text(latest['held'])}",
        f"  pending        {weights_text(latest['pending']) if latest['pending'] else 'nothing'}",
    ]
    return Text("\n".join(lines))
