"""What docs/reliability.md says of the full count, from the record of it and from the fuzz itself.

A cell or a paragraph between ``<!-- count: WHAT -->`` and ``<!-- /count -->`` is the count of that
name in ``tests/soak/counted.json``; ``<!-- made: NAME -->`` begins a table made here. Nothing
between such marks is typed: ``python -m tests.soak --document`` writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.soak.counts import Count
from tests.soak.matrix import matrix

ROOT = Path(__file__).parents[2]
RECORD = Path(__file__).with_name("counted.json")
PAGE = ROOT / "docs" / "reliability.md"
COUNTED = re.compile(r"(<!-- count: (.+?) -->)(.*?)(<!-- /count -->)", re.DOTALL)
MADE = re.compile(r"(<!-- made: (.+?) -->)(.*?)(<!-- /made -->)", re.DOTALL)
CORRUPTIONS = "corruptions of good histories"
NOT_YET = "not counted yet"
WORDS = ("refused", "reported", "harmless", "silent")
Record = Mapping[str, Any]


def read_record() -> Record:
    """The last count that was recorded; one of nothing where there is none."""
    if not RECORD.exists():
        return {"counts": [], "parts": []}
    record: Record = json.loads(RECORD.read_text("utf-8"))
    return record


def counts_of(record: Record) -> dict[str, Count]:
    """Its counts, by what was tried."""
    return {each["what"]: Count(**each) for each in record["counts"]}


def rendered(page: str, record: Record) -> str:
    """The page with what the record and the fuzz say between its marks.

    What is not in the record is said not to be counted yet.
    """
    counts = counts_of(record)
    made: Mapping[str, Callable[[], str]] = {
        "full count": lambda: full_count(record),
        "corruptions": lambda: (
            corruptions(counts[CORRUPTIONS]) if CORRUPTIONS in counts else f"({NOT_YET})"
        ),
        "doors": matrix,
    }
    page = COUNTED.sub(lambda m: f"{m[1]}{counts.get(m[2], NOT_YET)}{m[4]}", page)
    return MADE.sub(lambda m: f"{m[1]}\n{made[m[2]]()}\n{m[4]}", page)


def write_document() -> None:
    """Write the page anew."""
    PAGE.write_text(rendered(PAGE.read_text("utf-8"), read_record()), "utf-8")


def full_count(record: Record) -> str:
    """What was counted when, and what each part took."""
    if not record["parts"]:
        return f"({NOT_YET})"
    fraction = float(record["fraction"])
    how_much = "in full" if fraction == 1.0 else f"a sample, {100 * fraction:g} % of the full count"
    seconds = sum(part["seconds"] for part in record["parts"])
    complaints = len(record["complaints"])
    lines = [
        f"Last counted on {record['date']} at commit `{record['commit']}`, {how_much}: "
        f"{complaints} complaints; the parts took {seconds / 60:.0f} minutes, "
        f"{record['lanes']} at a time.",
        "",
        "| counted | complaints |",
        "|---|---|",
    ]
    for each in counts_of(record).values():
        if each.what != CORRUPTIONS:
            told = str(each).rpartition(":")[0]
            lines.append(f"| {told} | {len(each.complaints)} |")
    lines += ["", "| part | seconds | seconds of CPU | complaints |", "|---|---|---|---|"]
    lines += [
        f"| {part['name']} | {part['seconds']:.0f} | {part['cpu']:.0f} | {part['complaints']} |"
        for part in record["parts"]
    ]
    return "\n".join(lines)


def corruptions(count: Count) -> str:
    """What became of each kind of wrong cell and history, and of how many anything was noticed."""
    kinds: dict[tuple[str, str], dict[str, int]] = {}
    for name, number in count.sums.items():
        figures, kind, word = name.split(" | ")
        kinds.setdefault((figures, kind), {})[word] = number
    lines = ["| kind | figures | refused | reported | harmless | silent | caught |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    totals: dict[str, list[int]] = {}
    for (figures, kind), words in sorted(kinds.items(), key=lambda item: item[0][0] == "all alike"):
        ends = [words.get(word, 0) for word in WORDS]
        beyond = sum(ends) - words.get("harmless", 0) - words.get("within", 0)
        caught = f"{100 * (1 - words.get('silent', 0) / beyond):.1f} %" if beyond else "-"
        numbers = " | ".join(map(str, ends))
        lines.append(f"| {kind} | {figures} | {numbers} | {caught} |")
        total = totals.setdefault(figures, [0, 0])
        total[0] += beyond - words.get("silent", 0)
        total[1] += beyond
    lines.append("")
    for figures, words_of in (
        ("contradicted", "*Contradicted* by another figure of the same answer"),
        ("all alike", "*All alike*, so that nothing in the row contradicts"),
    ):
        noticed, of = totals.get(figures, [0, 0])
        share = f" ({100 * noticed / of:.1f} %)" if of else ""
        lines.append(f"- {words_of}: {noticed:,} of {of:,}{share}.")
    return "\n".join(lines)
