"""Of what this program consists: its own sources, the libraries it uses, Python and the machine.

Two processes of the same program make the same run of the same data. So what a process has at hand
of that is put into one hash; any other one may make another run.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.regular import MOST_PAGE, read_regular

ROOT = Path(__file__).parents[2]
PACKAGES = tuple(ROOT / name for name in ("backtests", "data", "strategies"))
NOT_SOURCES = {"__pycache__"}
CACHE = ROOT / "data" / "cache"  # of snapshots, unless the user names another
LIBRARY = (".dist-info", ".egg-info", ".egg-link", ".pth")
# By these variables libraries and this project are told what to do. Where snapshots lie and whom
# to ask is among them.
TOLD_BY = ("HEDGE_", "NUMBA_", "OMP_", "MKL_", "OPENBLAS_", "PYTHON")


@dataclass(frozen=True)
class Sources:
    """The project's own files: SHA-256 of all, and when the latest changed, ns since 1970."""

    sha256: str
    changed_ns: int


def sources(packages: Sequence[Path] = PACKAGES) -> Sources:
    """Hash every file of the project's packages: code, templates, bundled data.

    Raises
    ------
    OSError
        If they cannot be read, as within an archive.
    """
    digest, latest = hashlib.sha256(), 0
    for package in packages:
        for path in sorted(_files(package)):
            about = os.stat(path)
            latest = max(latest, about.st_mtime_ns, about.st_ctime_ns)
            name = os.path.relpath(path, package.parent)
            content = read_regular(Path(path), MOST_PAGE)
            digest.update(f"{name}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    if not latest:
        raise FileNotFoundError("the project's own sources are in no folder")
    return Sources(digest.hexdigest(), latest)


def _files(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in NOT_SOURCES or Path(entry.path) == CACHE:  # or a link to one
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield entry.path
            else:
                yield from _files(Path(entry.path))


def libraries(places: Sequence[str]) -> list[str]:
    """Names with versions of what is installed in some folders, as the folders list it."""
    names = []
    for place in dict.fromkeys(places):
        try:
            with os.scandir(place or ".") as entries:
                names += [entry.name for entry in entries if entry.name.endswith(LIBRARY)]
        except OSError:  # an archive, or a folder that is not there
            continue
    return sorted(names)


def surroundings(environment: Mapping[str, str], places: Sequence[str]) -> str:
    """SHA-256 of all that is around the sources, by ``os.environ`` and ``sys.path``.

    Python and its flags, the libraries, the system and its processor, the variables that libraries
    read, the folder in which relative paths begin.

    Raises
    ------
    OSError
        If that folder is gone.
    """
    told = {name: value for name, value in environment.items() if name.startswith(TOLD_BY)}
    around = {
        "python": [sys.version, list(sys.flags)],
        "machine": [platform.platform(), platform.machine(), os.cpu_count()],
        "libraries": libraries(places),
        "places": list(places),
        "told": sorted(told.items()),
        "here": os.getcwd(),
    }
    return hashlib.sha256(json.dumps(around).encode()).hexdigest()
