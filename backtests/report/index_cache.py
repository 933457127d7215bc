"""What the list of results showed last time, so that only changed folders are read again.

It is as trustworthy as any file of the folder: it is shown, escaped, and used for nothing else. A
damaged one, or one of another version, counts as none.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from immutabledict import immutabledict

from backtests.report.files import FORMAT
from backtests.report.index_rows import Listed, ListedOther, ListedRun, Stamp
from data.durable import replacing
from data.errors import OutputError
from data.regular import MOST_PAGE, read_regular

CACHE = ".index.json"
LAYOUT = 7  # raised whenever what is read of a folder changes
# Folders of another format are listed otherwise, whatever was remembered of them.
VERSION = f"{LAYOUT} of format {FORMAT}"
# A file that changed so shortly before it was read may change again within the same tick.
SETTLED_NS = 2_500_000_000
MOST = MOST_PAGE
BEYOND_ASCII = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True)
class Remembered:
    """Rows by folder, each with the stamp of the files that it was made of."""

    version: str = VERSION
    runs: Mapping[str, tuple[Stamp, ListedRun]] = immutabledict()
    others: Mapping[str, tuple[Stamp, ListedOther]] = immutabledict()

    def get(self, folder: str, stamp: Stamp) -> Listed | None:
        """The row of a folder; None if it has changed or is unknown."""
        there = self.runs.get(folder) or self.others.get(folder)
        return there[1] if there is not None and there[0] == stamp else None


def read_cache(out: Path) -> Remembered:
    """What was remembered in a results folder; nothing where it cannot be used."""
    import msgspec

    try:
        content = read_regular(out / CACHE, MOST)
        remembered = msgspec.json.decode(content, type=Remembered)
    except (OSError, ValueError, RecursionError):
        return Remembered()
    if remembered.version != VERSION:
        return Remembered()
    for rows in (remembered.runs, remembered.others):
        if any(name != row.folder for name, (_, row) in rows.items()):
            return Remembered()
    return remembered


def remember(
    out: Path, rows: Mapping[str, tuple[Stamp, Listed]], before: Remembered, began_ns: int
) -> None:
    """Write what the next list need not read again; the caller holds the lock of the folder.

    Parameters
    ----------
    out
        The results folder.
    rows
        By folder, all that is listed.
    before
        What is remembered there now.
    began_ns
        When reading began. What had changed shortly before is left out, and so are names that are
        no text.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    import msgspec

    place = out / CACHE
    if place.is_dir() and not place.is_symlink():
        return  # not ours, and no file takes its place
    lasting = {
        name: (stamp, row)
        for name, (stamp, row) in rows.items()
        if _is_text(name) and _latest(stamp) < began_ns - SETTLED_NS
    }
    runs, others = {}, {}
    for name, (stamp, row) in lasting.items():
        if isinstance(row, ListedRun):
            runs[name] = stamp, row
        else:
            others[name] = stamp, row
    lasting_now = Remembered(VERSION, runs, others)
    if lasting_now == before:
        return
    content = msgspec.json.encode(lasting_now)
    try:
        with replacing(place) as temporary:
            temporary.write_text(_plain(content.decode()), encoding="ascii", newline="\n")
    except OSError as error:
        raise OutputError(
            f"{place} cannot be written: {error.strerror or error}; the list itself is finished, "
            "make room or give access"
        ) from error


def now_ns() -> int:
    """The time, in the unit of a file's time of change."""
    return time.time_ns()


def _plain(content: str) -> str:
    """The same JSON in ASCII: a name may hold what a terminal that shows the file would obey."""
    return BEYOND_ASCII.sub(lambda sign: json.dumps(sign[0])[1:-1], content)


def _latest(stamp: Stamp) -> int:
    """The latest of the times of a stamp, which has two for each file."""
    return max(time for at in range(0, len(stamp), 4) for time in stamp[at : at + 2])


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
