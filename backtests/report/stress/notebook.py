"""A stress test as it shows itself in a notebook and in a terminal."""

from __future__ import annotations

from backtests.analysis.stress import Stress
from backtests.report.sheet import Sheet, Table
from backtests.report.stress.details import facts_of, method, reading
from backtests.report.stress.names import HYPHEN, columns_of, dated_name
from backtests.report.stress.tables import replays_grid, scenarios_grid
from backtests.report.stress.words import first_screen
from backtests.report.text import percent
from data.terminal import printable


def stress_html(stress: Stress) -> str:
    """The first screen of the page, its replays and scenarios, and its definitions."""
    replays, scenarios = replays_grid(stress), scenarios_grid(stress)
    return Sheet(
        title="",
        facts=facts_of(stress),
        screen=first_screen(stress),
        picture=None,
        is_pictured=False,
        tables=[
            Table("Falls of history, once more", replays, reading(stress)),
            Table("Scenarios of the article", scenarios, scenarios.caption),
        ],
        notes=[f"{lead} {words}" for lead, words in method(stress)],
    ).render()


def stress_text(stress: Stress) -> str:
    """The first screen in a few lines, and a line for each fall of history."""
    screen, shown = first_screen(stress), columns_of(stress)
    lines = [f"{screen.headline}.", screen.line]
    for replay in stress.replays:
        values = [(each.name, each.of(replay.now)) for each in shown]
        told = [f"{name} {percent(value)}" for name, value in values if value is not None]
        lines.append(f"{dated_name(replay)}: {', '.join(told)}")
    # A terminal may lack the hyphen at which no line breaks.
    text = "\n".join(printable(line) for line in lines)
    return text.replace("\u00a0", " ").replace(HYPHEN, "-")
