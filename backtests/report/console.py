"""What a run prints: the comparison table, what the rule says today, where the results lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.report.text import day, mix_text, money, percent, ratio, recovery, weights_text


def print_run(console: Console, summary: dict[str, Any], folder: Path) -> None:
    """Print a run for its reader."""
    console.print()
    console.print(_metrics_table(summary))
    console.print()
    console.print(_today(summary))
    console.print()
    console.print(Text(f"results in {folder}", no_wrap=True))
    for name in ("tearsheet.html",):
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
    rows = (
        ("CAGR", percent, "cagr"),
        ("Volatility", percent, "volatility"),
        ("Sharpe (over bills)", ratio, "sharpe"),
        ("Sortino (over bills)", ratio, "sortino"),
        ("Max drawdown", percent, "max_drawdown"),
        ("  from", day, "max_drawdown_start"),
        ("  to", day, "max_drawdown_end"),
        ("Calmar", ratio, "calmar"),
        ("Best year", percent, "best_year"),
        ("Worst year", percent, "worst_year"),
        (f"CVaR 95, {'daily' if summary['periods_per_year'] == 252 else 'monthly'}", percent,
         "cvar_95"),
    )  # fmt: skip
    for label, shown, key in rows:
        table.add_row(label, shown(ours[key]), shown(theirs[key]))
        if key == "max_drawdown_end":
            table.add_row("  recovered", recovery(ours), recovery(theirs))
    table.add_row(
        "Turnover a year",
        percent(summary["turnover_per_year"]),
        percent(theirs["turnover_per_year"]),
    )
    table.add_row("Costs paid", money(summary["costs_paid"]), money(theirs["costs_paid"]))
    table.add_row(
        f"Final value of {summary['initial']:,.0f}",
        money(ours["final_value"]),
        money(theirs["final_value"]),
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
