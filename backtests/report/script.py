"""plotly's script: once beside all results, or inside a page that has to stand alone."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.durable import beside, sync
from data.regular import MOST_PAGE, read_regular

FOLDER = "assets"  # of the results; its files are never changed, and named by their content


@dataclass(frozen=True)
class Script:
    """Where a page of ``results/NAME/`` has plotly's script from: an address, or its text."""

    address: str
    text: str = ""

    @property
    def folder(self) -> str:
        """The folder without which the page has no charts."""
        return self.address.rpartition("/")[0]


def beside_results(out: Path) -> Script:
    """Put plotly's script into the results folder, where it is not there yet.

    Called by a writer of that folder, so that its temporary file is cleared like all others.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = _plotly()
    name = f"plotly-{hashlib.sha256(content).hexdigest()[:16]}.min.js"
    place = out / FOLDER / name
    if not _holds(place, content):
        try:
            place.parent.mkdir(exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(
                errno.ENOTDIR, "a file stands where this folder belongs", str(place.parent)
            ) from None
        temporary = beside(out / name)
        temporary.write_bytes(content)
        sync(temporary)
        os.replace(temporary, place)
        sync(place.parent)
    return Script(f"../{FOLDER}/{name}")


def inside_page() -> Script:
    """Plotly's script as text, for a page that stands alone."""
    return Script("", _plotly().decode())


def _holds(place: Path, content: bytes) -> bool:
    try:
        return read_regular(place, MOST_PAGE) == content
    except OSError:
        return False


@cache
def _plotly() -> bytes:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).encode()
