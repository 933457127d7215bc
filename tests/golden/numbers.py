"""Values by key path: read from a folder of results, recorded, compared to the last digit."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

Value = str | int | float | bool | None
Flat = dict[str, Value]
FILES = ("summary.json", "verdict.json", "stress.json", "claims.json", "tuning.json", "equity.csv",
         "weights.csv", "orders.csv", "switches.csv", "attribution.csv", "metrics.csv",
         "best.csv", "best.toml", "run.toml")  # fmt: skip
# Month by month from third-party prices: of daily runs these are kept as a hash.
SERIES = ("series", "holding_map", "holding_three_years")
# Names of runs and hashes of code: they may change with any line of the project.
EXEMPT = re.compile(r"\b((?:compare|tune|[a-z]+(?:_[a-z]+)?)-)[0-9a-f]{10}\b")


def flat(value: object, path: str = "") -> Iterator[tuple[str, Value]]:
    """Every value of a nest of plain values with its path, ``works[0].bills.value``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        yield from ((f"{path}.length", len(value)),)
        for number, inner in enumerate(value):
            yield from flat(inner, f"{path}[{number}]")
    else:
        yield path, value  # type: ignore[misc]


def read_folder(folder: Path, *, private: bool) -> dict[str, object]:
    """The content of a results folder by file name.

    Parameters
    ----------
    folder
        Of a run, a comparison or a search.
    private
        Whether it stands on third-party prices: then each CSV is kept as its SHA-256, and so is
        each series of the verdict.
    """
    content: dict[str, object] = {}
    for name in FILES:
        path = folder / name
        if not path.is_file():
            continue
        if path.suffix == ".json":
            content[name] = json.loads(path.read_text("utf-8"))
        elif path.suffix == ".toml":
            content[name] = tomllib.loads(path.read_text("utf-8"))
        elif name == "metrics.csv":
            content[name] = _by_metric(path)
        elif private:
            content[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            content[name] = _columns(path)
    verdict = content.get("verdict.json")
    if private and isinstance(verdict, dict):
        for name in SERIES:
            if name in verdict:
                verdict[name] = _hash(verdict[name])
    return content


def _by_metric(path: Path) -> dict[str, dict[str, Value]]:
    """A comparison's table by run and metric: rows are identified by name, not by position."""
    (_, keys), *columns = _columns(path).items()
    return {name: dict(zip(map(str, keys), cells, strict=True)) for name, cells in columns}


def _columns(path: Path) -> dict[str, list[Value]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    return {name: [_cell(row[number]) for row in rows[1:]] for number, name in enumerate(rows[0])}


def _cell(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text


def _hash(value: object) -> str:
    """Hash the values in order, whatever the names of their keys."""
    leaves = [leaf for path, leaf in flat(value) if not path.endswith(".length")]
    return hashlib.sha256(json.dumps(leaves).encode()).hexdigest()


def screen_lines(text: str) -> list[str]:
    """What a command printed, without names of folders."""
    return [EXEMPT.sub(r"\1HASH", line).rstrip() for line in text.splitlines()]


@dataclass(frozen=True)
class Rule:
    """An allowed change: paths as ``case/file:path`` with ``*`` and ``?``, and the reason.

    ``kind`` is ``moved`` (``to`` replaces ``path``, both regular expressions of ``re.sub``),
    ``changed``, ``removed`` or ``added``.
    """

    kind: str
    path: str
    reason: str
    to: str = ""


def read_rules(path: Path) -> list[Rule]:
    """The allowed changes of ``allowed.toml``; each has a reason."""
    table = tomllib.loads(path.read_text("utf-8"))
    rules = [Rule(kind, **entry) for kind, entries in table.items() for entry in entries]
    for rule in rules:
        if not rule.reason.strip():
            raise ValueError(f"{path}: {rule.path} is allowed without a reason")
        if rule.kind not in ("moved", "changed", "removed", "added"):
            raise ValueError(f"{path}: {rule.kind} is no kind of change")
    return rules


def compare(recorded: Flat, now: Flat, rules: list[Rule], digits: int | None = None) -> list[str]:
    """Every difference that no rule allows, one line each.

    Parameters
    ----------
    recorded, now
        Values by ``case/file:path``.
    rules
        What may differ, and why.
    digits
        Compare numbers to so many significant digits; None for all of them.
    """
    moved = [rule for rule in rules if rule.kind == "moved"]
    wanted = {_moved(path, moved): (path, value) for path, value in recorded.items()}
    lines = []
    for path, (before, value) in wanted.items():
        if path not in now:
            if not _allowed(before, rules, "removed"):
                lines.append(f"{before}: {value!r} is gone")
        elif not _same(value, now[path], digits) and not _allowed(before, rules, "changed"):
            lines.append(f"{before}: {value!r} became {now[path]!r}")
    lines += [
        f"{path}: {now[path]!r} is new"
        for path in now
        if path not in wanted and not _allowed(path, rules, "added")
    ]
    return lines


def _moved(path: str, rules: list[Rule]) -> str:
    for rule in rules:
        path = re.sub(rule.path, rule.to, path)
    return path


def _allowed(path: str, rules: list[Rule], kind: str) -> bool:
    return any(rule.kind == kind and fnmatchcase(path, rule.path) for rule in rules)


def _same(value: Value, other: Value, digits: int | None) -> bool:
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (value, other))
    if numbers and digits is not None:
        first, second = float(value or 0.0), float(other or 0.0)
        return math.isclose(first, second, rel_tol=10.0**-digits, abs_tol=10.0 ** -(digits + 2))
    return value == other and isinstance(value, bool) == isinstance(other, bool)
