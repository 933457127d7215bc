"""How much a soak does, and what it counted: a sample in CI, the full count with ``HEDGE_SOAK=1``.

``HEDGE_SOAK_SHARD=2/5`` does the second of five parts of it, on random numbers of its own, and
``HEDGE_SOAK_FRACTION=0.02`` a fiftieth of all. ``python -m tests.soak`` sets them; what is counted
goes to the file that ``HEDGE_SOAK_COUNTS`` names, a line of JSON each.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

FULL = os.environ.get("HEDGE_SOAK") == "1"
FRACTION = float(os.environ.get("HEDGE_SOAK_FRACTION", "1"))
SHARD, SHARDS = map(int, os.environ.get("HEDGE_SOAK_SHARD", "1/1").split("/"))
COUNTS = os.environ.get("HEDGE_SOAK_COUNTS")
T = TypeVar("T")


@dataclass
class Count:
    """What was tried and what came of it.

    Attributes
    ----------
    what
        What was tried, in words; counts of the same words are added up.
    tried
        How often.
    sums
        Further numbers that add up, such as exit codes.
    worst
        Numbers of which the largest is told.
    complaints
        What went wrong.
    """

    what: str
    tried: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    worst: dict[str, float] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def __add__(self, other: Count) -> Count:
        """Both together."""
        sums, worst = dict(self.sums), dict(self.worst)
        for name, number in other.sums.items():
            sums[name] = sums.get(name, 0) + number
        for name, value in other.worst.items():
            worst[name] = max(worst.get(name, value), value)
        return Count(
            self.what, self.tried + other.tried, sums, worst, self.complaints + other.complaints
        )

    def __str__(self) -> str:
        """In a line, as docs/reliability.md has it."""
        parts = [f"{self.tried:,} {self.what}"]
        parts += [f"{name} {number:,}" for name, number in self.sums.items()]
        parts += [f"{name} {value:.2g}" for name, value in self.worst.items()]
        wrong = len(self.complaints)
        return f"{', '.join(parts)}: {wrong} complaint{'s' if wrong != 1 else ''}"


def added(counts: Iterable[Count]) -> list[Count]:
    """Counts of the same words added up, in the order of their first ones."""
    together: dict[str, Count] = {}
    for each in counts:
        before = together.get(each.what)
        together[each.what] = each if before is None else before + each
    return list(together.values())


def read_counts(path: Path) -> list[Count]:
    """What the parts of a soak wrote to a file."""
    if not path.exists():
        return []
    return [Count(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def count(sample: int, full: int) -> int:
    """The number of cases to try."""
    if not FULL:
        return sample
    whole = max(math.ceil(full * FRACTION), SHARDS)
    return whole // SHARDS + int(whole % SHARDS >= SHARD)


def mine(cases: Sequence[T], least: int = 1) -> list[T]:
    """Of a list of cases those that this shard tries, spread evenly, ``least`` at least."""
    own = list(cases[SHARD - 1 :: SHARDS]) if FULL else list(cases)
    if FULL and FRACTION < 1.0 and own:
        wanted = min(len(own), max(least, math.ceil(len(own) * FRACTION)))
        own = [own[number * len(own) // wanted] for number in range(wanted)]
    return own


def seed(base: int) -> int:
    """A seed of this shard's own."""
    return base + 1_000_003 * (SHARD - 1)


def tell(
    what: str,
    tried: int,
    complaints: Sequence[str] = (),
    sums: Mapping[Any, int] | None = None,
    worst: Mapping[str, float] | None = None,
) -> None:
    """Write down what was counted, and print it (``pytest -s`` shows it)."""
    told = Count(
        what,
        tried,
        {str(name): int(number) for name, number in (sums or {}).items()},
        {name: float(value) for name, value in (worst or {}).items()},
        [line[:2_000] for line in complaints[:50]],
    )
    print(f"\nsoak: {told}")
    if COUNTS:
        with open(COUNTS, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(vars(told)) + "\n")
