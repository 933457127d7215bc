"""``make licences``: the licence of every pinned dependency, as its installed files name it."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)
MIT = "Permission is hereby granted, free of charge"  # the sentence that all its forms begin with
LONGEST = 60
CLASSIFIER = "License :: "
ABSENT = "not installed on this system"
UNNAMED = "names no licence"


def pins(constraints: str) -> list[tuple[str, str]]:
    """Names and versions of a file of constraints, in its order, once each."""
    return list(dict.fromkeys(PIN.findall(constraints)))


def licence(package: Distribution) -> str:
    """What a package says of its licence: in its metadata, else in its licence file.

    Packages name it in one of three fields, of which the newest is the most exact; the oldest may
    hold the whole text.
    """
    fields = package.metadata
    classified = [
        text.rpartition(" :: ")[2]
        for text in fields.get_all("Classifier", [])
        if text.startswith(CLASSIFIER) and not text.endswith("OSI Approved")
    ]
    written = str(fields.get("License") or "").strip()
    short = written if written and "\n" not in written and len(written) <= LONGEST else ""
    named = [str(fields.get("License-Expression") or ""), " and ".join(classified), short]
    return next((text for text in [*named, _in_its_file(package)] if text), UNNAMED)


def _in_its_file(package: Distribution) -> str:
    """MIT, or else the first line with text of a package's licence file; empty without one."""
    for path in package.files or ():
        if re.match(r"(?i)licen[cs]e|copying", path.name) and ".dist-info" in str(path):
            text = path.read_text(encoding="utf-8")
            if MIT in " ".join(text.split()):
                return "MIT, by its text"
            return next((line.strip()[:LONGEST] for line in text.splitlines() if line.strip()), "")
    return ""


def rows(constraints: str) -> list[tuple[str, str, str]]:
    """Name, version and licence of every pin; of another version than the pin nothing is read."""
    table = []
    for name, version in pins(constraints):
        try:
            package = distribution(name)
        except PackageNotFoundError:
            table.append((name, version, ABSENT))
            continue
        is_pinned = package.version == version
        table.append((name, version, licence(package) if is_pinned else ABSENT))
    return table


def main(constraints: Path = CONSTRAINTS) -> int:
    """Print a line for each dependency; 1 if an installed one names no licence, else 0."""
    table = rows(constraints.read_text(encoding="utf-8"))
    width = [max(len(row[column]) for row in table) for column in (0, 1)]
    for name, version, text in table:
        print(f"{name:{width[0]}}  {version:{width[1]}}  {text}")
    unnamed = [name for name, _, text in table if text == UNNAMED]
    absent = sum(text == ABSENT for *_, text in table)
    print(f"{len(table)} dependencies, {absent} of them {ABSENT}, {len(unnamed)} without a licence")
    return 1 if unnamed else 0


if __name__ == "__main__":
    sys.exit(main())
