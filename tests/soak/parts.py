"""The parts of the full count: what each runs, and how it is done, one process a part."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.soak.commands import COMMANDS, TOGETHER
from tests.soak.counts import Count, read_counts
from tests.soak.points import FAULTS, KILL

ROOT = Path(__file__).parents[2]
PYTEST = ("pytest", "-s", "-p", "no:cacheprovider", "-o", "timeout=5400", "-n", "0")
LIMIT_SECONDS = 5_400
TAIL = 3_000  # characters of what a part printed that are kept
# A part is one process on one core; numba and the libraries for arrays take no more.
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


RUNNING: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes
    ----------
    name
        For progress, and by which it is resumed.
    words
        After ``python -m``.
    seconds
        About what the full count takes on an idle core: those that take longest begin first.
    shard, shards
        Which part of the counts of its tests it does.
    waits
        Whether it waits for servers most of its time, so that it runs beside the others.
    """

    name: str
    words: tuple[str, ...]
    seconds: float
    shard: int = 1
    shards: int = 1
    waits: bool = False


@dataclass
class Done:
    """What came of a part."""

    name: str
    seconds: float
    cpu: float
    code: int
    counts: list[Count] = field(default_factory=list)
    tail: str = ""

    @property
    def complaints(self) -> list[str]:
        """Everything that went wrong."""
        told = [line for each in self.counts for line in each.complaints]
        if self.code:
            told.append(f"{self.name} ended with {self.code}: {self.tail}")
        elif not self.counts:
            told.append(f"{self.name} counted nothing: {self.tail}")
        return told

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Done:
        """From what :meth:`plain` gave."""
        return cls(**{**told, "counts": [Count(**each) for each in told["counts"]]})


def stop_all() -> None:
    """End the parts that run."""
    for process in list(RUNNING):
        process.terminate()


def _in_shards(name: str, words: tuple[str, ...], seconds: float, shards: int) -> Iterator[Part]:
    for shard in range(1, shards + 1):
        label = f"{name} {shard}/{shards}" if shards > 1 else name
        yield Part(label, words, seconds / shards, shard, shards)


def _tests(file: str, test: str = "") -> tuple[str, ...]:
    return (*PYTEST, f"tests/{file}" + (f"::{test}" if test else ""))


def all_parts() -> list[Part]:
    """Every part, in the order of the table."""
    parts = [
        *_in_shards("random markets", _tests("soak/test_numbers.py"), 1200, 6),
        *_in_shards("flows", _tests("soak/test_flows.py"), 240, 2),
        *_in_shards(
            "command lines",
            _tests("soak/test_command_line.py", "test_no_command_line_ends_badly"), 700, 4,
        ),
        Part("command lines as processes",
             _tests("soak/test_command_line.py", "test_the_same_as_processes"), 300),
        *_in_shards("calls from Python", _tests("soak/test_python.py"), 300, 2),
        *_in_shards("damage", _tests("soak/test_damage.py"), 600, 3),
        Part("names", _tests("soak/test_names.py"), 60),
        *_in_shards("pages", _tests("soak/test_pages.py"), 300, 2),
        *(Part(f"write points {fault}", ("tests.soak.storage", "--faults", fault, "--rounds", "0"),
               340) for fault in (KILL, *FAULTS)),
        Part("processes at once", ("tests.soak.storage", "--only", "-"), 60),
        *(Part(f"kill {name}", ("tests.soak.commands", "--only", name), 90)
          for name in (*COMMANDS, TOGETHER)),
        *_in_shards("corruptions", ("tests.soak.yahoo",), 620, 3),
        *(Part(f"servers: {name}", _tests(f"data/sources/test_{name}.py"), 120, waits=True)
          for name in ("misbehaviour", "fred_misbehaviour", "bounds")),
    ]  # fmt: skip
    assert len({part.name for part in parts}) == len(parts)
    return parts


def run_part(part: Part, fraction: float) -> Done:
    """Run a part to its end; never raises for what goes wrong in it."""
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        place = Path(scratch)
        environment = {
            **os.environ, **ALONE, "HEDGE_SOAK": "1", "HEDGE_SOAK_FRACTION": repr(fraction),
            "HEDGE_SOAK_SHARD": f"{part.shard}/{part.shards}",
            "HEDGE_SOAK_COUNTS": str(place / "counts"), "TMPDIR": scratch,
        }  # fmt: skip
        began = time.monotonic()
        with (place / "printed").open("w+", encoding="utf-8", errors="replace") as printed:
            process = subprocess.Popen(
                [sys.executable, "-m", *part.words],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=printed,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
            RUNNING.append(process)
            code, usage = _ended(process, began + LIMIT_SECONDS)
            RUNNING.remove(process)
            seconds = time.monotonic() - began
            printed.seek(0)
            text = printed.read()
        counts = read_counts(place / "counts")
        if "pytest" in part.words and not counts and not code:
            counts = [Count(f"tests of {part.name}", _passed(text))]
    cpu = usage.ru_utime + usage.ru_stime
    return Done(part.name, round(seconds, 1), round(cpu, 1), code, counts, text[-TAIL:])


def _ended(process: subprocess.Popen[bytes], until: float) -> tuple[int, resource.struct_rusage]:
    """Wait for a process, and for what it used with its own children."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage
        if time.monotonic() > until:
            process.kill()
        time.sleep(0.1)


def _passed(text: str) -> int:
    """How many tests pytest says have passed."""
    words = text.split()
    return next((int(n) for n, word in pairwise(words)
                 if word.startswith("passed") and n.isdigit()), 0)  # fmt: skip
