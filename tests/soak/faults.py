"""The full counts, in some twenty minutes: ``python -m tests.soak.faults``.

Prints a Markdown table of what was tried and what went wrong, then each complaint; exits 1
where there is one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def figures(module: str) -> list[dict[str, Any]]:
    """Run a module of this package in full and read the lines it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.soak.{module}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> None:
    """Print the table."""
    rows, complaints = [], []
    by_fault = defaultdict(list)
    for each in figures("storage"):
        by_fault[each["fault"] or each["scenario"]].append(each)
    for fault, tries in by_fault.items():
        tried = sum(each["trials"] for each in tries)
        at = f"at {tried} write points" if tries[0]["fault"] else f"({tried} in all)"
        rows.append((f"{fault} {at}", tries))
    for each in figures("commands"):
        late = f" ({each['too_late']} more fell after its end)" if each["too_late"] else ""
        killed = f" killed at {each['kills']} moments{late}" if each["kills"] else ""
        rows.append((f"{each['command']}{killed}", [each]))
    print("| tried | seconds | complaints |\n|---|---|---|")
    for what, tries in rows:
        wrong = [line for each in tries for line in each["complaints"]]
        complaints += wrong
        print(f"| {what} | {sum(each['seconds'] for each in tries):.0f} | {len(wrong)} |")
    print(*complaints, sep="\n")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
