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
    for one in figures("storage"):
        by_fault[one["fault"] or one["scenario"]].append(one)
    for fault, found in by_fault.items():
        tried = sum(one["trials"] for one in found)
        at = f"at {tried} write points" if found[0]["fault"] else f"({tried} in all)"
        rows.append((f"{fault} {at}", found))
    for one in figures("commands"):
        late = f" ({one['too_late']} more fell after its end)" if one["too_late"] else ""
        killed = f" killed at {one['kills']} moments{late}" if one["kills"] else ""
        rows.append((f"{one['command']}{killed}", [one]))
    print("| tried | seconds | complaints |\n|---|---|---|")
    for what, found in rows:
        wrong = [line for one in found for line in one["complaints"]]
        complaints += wrong
        print(f"| {what} | {sum(one['seconds'] for one in found):.0f} | {len(wrong)} |")
    print(*complaints, sep="\n")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
