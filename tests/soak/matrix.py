"""Which door meets which faults: the table of docs/reliability.md, from what the fuzz runs.

A door is a module that users start, found in the sources, or Python itself. A door that lacks a
fault has to say why here; a test walks over all of them, so that a new door cannot be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.soak.commands import COMMANDS
from tests.soak.grammar import DOORS
from tests.soak.hostile import SHOWN
from tests.soak.published import WRITTEN

ROOT = Path(__file__).parents[2]
PYTHON = "backtests"  # from backtests import ...
FAULTS = (
    "killed, disk full, I/O errors at each write point",
    "whole command killed",
    "random command lines or arguments",
    "damaged files",
    "hostile names on its pages",
)
# Scenarios that stand in the table by one word.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "fetches": ("first fetch", "fetch over an old snapshot", "fetch over a damaged snapshot"),
    "runs": ("first run", "another run", "the same run", "a run over one that differs"),
}
# What test_damage.py damages, and which doors are asked to read it.
READ: Mapping[str, tuple[str, ...]] = {
    "backtests.run": ("configurations", "prices and yields", "snapshots"),
    "backtests.compare": ("folders of runs",),
    "backtests.stress": ("folders of runs", "configurations"),
    "backtests.today": ("folders of runs", "configurations"),
    "backtests.tune": ("prices and yields",),
    "backtests.claims": ("prices and yields",),
    "data.cache": ("snapshots",),
    "data.history": ("prices and yields",),
    "backtests": ("folders of runs", "configurations"),
}
# Why a door does not meet a fault.
WHY_NOT: Mapping[tuple[str, str], str] = {
    ("data.cache", FAULTS[1]): "it takes milliseconds: each write point instead",
    ("data.cache", FAULTS[4]): "it writes no page",
    ("data.history", FAULTS[4]): "it writes no page; its tickers are its own",
    ("backtests.today", FAULTS[4]): "it writes no page; on the screen: `tests/test_terminal.py`",
    ("backtests.app", FAULTS[3]): "what it saves is a run's folder; an address is read by "
                                  "`tests/engine/test_address.py`",
    ("backtests.app", FAULTS[4]): "its page shows names as text: `tests/lab/test_page.py`",
}  # fmt: skip


def doors() -> list[str]:
    """Modules that are started by ``python -m``, and Python."""
    modules = []
    for package in ("backtests", "data"):
        for path in sorted((ROOT / package).glob("*.py")):
            text = path.read_text("utf-8")
            if re.search(r"^def main\(", text, re.MULTILINE) and "__main__" in text:
                modules.append(f"{package}.{path.stem}")
    return [*modules, PYTHON]


def door_of(words: tuple[str, ...]) -> str:
    """The door that a killed command goes through."""
    if words[0] != "tests.soak.python_doors":
        return words[0]
    return {"lab": "backtests.app", "face": PYTHON}[words[1]]


def met(door: str) -> dict[str, str]:
    """What a door meets, in words, by fault; empty where it meets nothing."""
    written = [name for name, of in WRITTEN.items() if door in of]
    for short, names in TOGETHER.items():
        if set(names) <= set(written):
            written = [short, *(name for name in written if name not in names)]
    killed = [name for name, (words, _) in COMMANDS.items() if door_of(words) == door]
    asked = ""
    if door in DOORS:
        asked = f"{len(DOORS[door][2])} options"
    elif door == PYTHON:
        asked = "every function"
    return dict(
        zip(
            FAULTS,
            (
                ", ".join(written),
                ", ".join(killed),
                asked,
                ", ".join(READ.get(door, ())),
                ", ".join(SHOWN.get(door, ())),
            ),
            strict=True,
        )
    )


def matrix() -> str:
    """The table in Markdown."""
    lines = [f"| door | {' | '.join(FAULTS)} |", "|---" * (len(FAULTS) + 1) + "|"]
    for door in doors():
        name = "`from backtests import ...`" if door == PYTHON else f"`python -m {door}`"
        cells = [words or f"- ({WHY_NOT[door, fault]})" for fault, words in met(door).items()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
