"""What a stress test prints: the finding, the falls of history, scenarios, break-evens."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.analysis.stress import Returns, Stress
from backtests.report.stress.details import (
    as_equity_words,
    facts_of,
    pending_words,
    unmoved_words,
)
from backtests.report.stress.names import (
    HYPHEN,
    Column,
    bills_of,
    cash_of,
    columns_of,
    dated_name,
    difference_of,
    falls_of,
    is_all_equity,
    is_plural,
    months_text,
    moved_of,
    one_digit,
    points,
    rise,
)
from backtests.report.stress.words import (
    first_screen,
)
from backtests.report.text import capital
from data.terminal import printable

WIDEST_NAME = 26  # columns that the name of a fall or of a scenario may take; more goes on below


def print_stress(console: Console, label: str, stress: Stress) -> None:
    """Print a stress test for its reader.

    Parameters
    ----------
    console
        Where to.
    label
        The run in a few words.
    stress
        What is shown.
    """
    screen = first_screen(stress)
    console.print(Text(printable(f"{label}: {', '.join(facts_of(stress))}")))
    console.print()
    console.print(Text(_shown(f"{capital(screen.headline)}.")))
    console.print(Text(printable(screen.line)))
    if pending := pending_words(stress):
        console.print(Text(pending))
    for told in filter(None, (as_equity_words(stress), unmoved_words(stress))):
        console.print(Text(printable(told)))
    earns = not is_all_equity(stress)
    if falls := falls_of(stress):
        console.print()
        table = _table(f"{len(falls)} falls of history, once more", "Fall", stress)
        for head in ("then", "months") * earns:
            table.add_column(head, justify="right")
        for fall in falls:
            ending = (one_digit(fall.then.portfolio), months_text(fall.recovery.portfolio))
            table.add_row(_shown(dated_name(fall)), *_figures(fall.now, stress), *ending * earns)
        console.print(table)
    if stress.scenarios:
        console.print()
        table = _table("Scenarios", "Scenario", stress)
        table.add_column("after", justify="right")
        for head in ("months",) * earns:
            table.add_column(head, justify="right")
        for scenario in stress.scenarios:
            for stage in scenario.stages:
                table.add_row(
                    printable(scenario.name),
                    *_figures(stage.returns, stress),
                    f"{stage.months} m" if stage.months else "shock",
                    *(months_text(stage.recovery.portfolio),) * earns,
                )
        console.print(table)
    for line in _endings(stress):
        console.print(Text(printable(line)))


def _shown(text: str) -> str:
    """A text as a terminal shows it, with the hyphens that it knows."""
    return printable(text.replace(HYPHEN, "-"))


def _endings(stress: Stress) -> list[str]:
    """What columns are, and the break-evens."""
    if is_all_equity(stress):
        return []
    told = ["", "Then: what is held, at the yields of the time. Months: until interest earns the "
            "loss back."]  # fmt: skip
    evens = [
        f"{each.months} months {rise(each.bp)}"
        for each in stress.break_evens
        if each.bp is not None
    ]
    if (moved := moved_of(stress)) and evens:
        told.append(
            f"Rise of yields, in points, at which {moved} only earn"
            f"{'' if is_plural(moved) else 's'} as much as {bills_of(stress)}: {', '.join(evens)}."
        )
    return told


def _table(title: str, first: str, stress: Stress) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(first, max_width=WIDEST_NAME)
    for name in _heads(columns_of(stress), stress):
        table.add_column(name, justify="right")
    return table


def _heads(shown: Sequence[Column], stress: Stress) -> list[str]:
    short = {"portfolio": "held", "bills": cash_of(stress), "equity": "equity"}
    heads = [short[each.key] for each in shown]
    return [*heads[:2], "diff.", *heads[2:]] if stress.hedge else heads


def _figures(returns: Returns, stress: Stress) -> list[str]:
    values = [each.of(returns) for each in columns_of(stress)]
    texts = ["-" if value is None else one_digit(value) for value in values]
    if stress.hedge:
        texts.insert(2, points(difference_of(returns)))
    return texts
