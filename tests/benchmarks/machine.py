"""What a benchmark ran on: machine, versions, commit, and who else was busy."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from backtests.engine.scores import cores

ROOT = Path(__file__).parents[2]
LIBRARIES = (
    "numpy", "pandas", "scipy", "numba", "vectorbt", "vectorbt-rust", "quantstats", "bt",
    "streamlit",
)  # fmt: skip
STAT = Path("/proc/stat")
BUSY = 0.1  # of all cores: with more than this the machine is not quiet
PAGE = (":!docs/benchmark.md", ":!docs/benchmark.json")  # what a run of the benchmarks changes


@dataclass(frozen=True)
class Machine:
    """Where figures come from; no name and no path of it."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    libraries: tuple[str, ...]

    @property
    def line(self) -> str:
        """All but the libraries, in one line."""
        memory = f"{self.memory_gb:.0f} GB, " if self.memory_gb else ""
        return f"{self.processor}, {self.cores} cores, {memory}{self.system}, Python {self.python}"


def this_machine() -> Machine:
    """The machine and versions that this process runs on."""
    host = platform.uname()
    return Machine(
        processor=_processor(),
        cores=cores(),
        memory_gb=_memory(),
        system=f"{host.system} {host.release.split('-')[0]}",
        python=platform.python_version(),
        libraries=tuple(_versions()),
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError):  # a system without these names
        return 0.0


def _versions() -> list[str]:
    made = []
    for name in LIBRARIES:
        try:
            made.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            made.append(f"{name}: not installed")
    return made


def commit(root: Path = ROOT) -> str:
    """Short name of the commit; with ``+`` if files differ from it, empty without git."""
    try:
        name = _git(root, "rev-parse", "--short=8", "HEAD")
        return name + ("+" if _git(root, "status", "--porcelain", "--", ".", *PAGE) else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=root, check=True, capture_output=True, text=True
    )  # fmt: skip
    return done.stdout.strip()


def others_busy(span: float = 1.0) -> float | None:
    """Share of all cores that others use while this process waits; None where nobody tells."""
    before = _ticks()
    if before is None:
        return None
    time.sleep(span)
    after = _ticks() or before
    total, idle = (late - early for late, early in zip(after, before, strict=True))
    return 1.0 - idle / total if total else None


def _ticks() -> tuple[int, int] | None:
    """Ticks of all cores so far: all, and idle."""
    if not STAT.is_file():
        return None
    numbers = [int(word) for word in STAT.read_text().splitlines()[0].split()[1:9]]
    return sum(numbers), numbers[3] + numbers[4]
