"""Saved results as web pages on a port of their own, to be read and nothing else.

The lab's page links to them. From the lab's own origin a page could drive the lab; from another
port it cannot, since the lab refuses what a page of another origin asks (``loopback.py``).

What is there to read: the list of all results, what the manifest of a results folder names, and
plotly's script. Bytes are not held against the manifest's SHA-256: who can change a file can change
its manifest too, and a page from disk is not held against it either.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from backtests.lab.loopback import NAMES, Application, LoopbackOnly, Message, Receive, Scope, Send
from backtests.report.files import MANIFEST
from backtests.report.manifest import KINDS, read_manifest
from backtests.report.pages import OVERVIEW, pages_in
from backtests.report.script import FOLDER
from data.errors import OutputError
from data.regular import (
    MOST_CONFIG,
    MOST_JSON,
    MOST_PAGE,
    MOST_RESULT,
    MOST_STRATEGY,
    MOST_TABLE,
    open_regular,
)

TEXT = "text/plain; charset=utf-8"
# By suffix: what the answer says that a file is, and the most bytes that it may have.
TYPES: Mapping[str, tuple[str, int]] = {
    ".html": ("text/html; charset=utf-8", MOST_PAGE),
    ".csv": ("text/csv; charset=utf-8", MOST_TABLE),
    ".json": ("application/json", MOST_JSON),
    ".toml": (TEXT, MOST_CONFIG),
    ".py": (TEXT, MOST_STRATEGY),
    ".parquet": ("application/octet-stream", MOST_RESULT),
}
SCRIPT = re.compile(r"plotly-[0-9a-f]{16}\.min\.js")
SCRIPT_TYPE = ("text/javascript; charset=utf-8", MOST_PAGE)
# That of the pages themselves (templates/page.html), and what only a header can say. A comparison
# shows pages of its runs in frames.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; frame-src 'self'; connect-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
METHODS = ("GET", "HEAD")
CHUNK = 1 << 20  # bytes read at a time: other requests are answered meanwhile
NOT_HERE = b"not found: only the results' list and files that a manifest names can be read here\n"
NOT_SO = b"refused: this server is for reading; use GET or HEAD\n"


@dataclass(frozen=True)
class _Place:
    """Where results are served in this process: their folder, all links resolved, and the port."""

    out: Path
    port: int


_SERVED: list[_Place] = []


@contextlib.contextmanager
def announced(out: Path, port: int) -> Iterator[None]:
    """Let :func:`link` know while a results folder is served on a port."""
    place = _Place(_real(out), port)
    _SERVED.append(place)
    try:
        yield
    finally:
        _SERVED.remove(place)


def link(folder: Path, page: str = "") -> str:
    """Web address of a page of a results folder.

    Parameters
    ----------
    folder
        Of a run, a comparison or a search.
    page
        Its file; empty for the folder's first page.

    Returns
    -------
    str
        The address, which any browser of this machine can open; empty where nothing is served, the
        folder does not lie directly in the served results, or its manifest names no such file.
    """
    if not _SERVED:
        return ""
    place = _SERVED[-1]
    name = folder.name
    if _real(folder) != place.out / name:
        return ""
    named = _named(place.out, name)
    first = [other.file for other in pages_in(named)]
    chosen = page or (first[0] if first else "")
    if chosen not in named or not _is_served(place.out, name, chosen):
        return ""
    return f"http://{NAMES[0]}:{place.port}/{quote(name, safe='')}/{quote(chosen, safe='')}"


def pages_app(out: Path, port: int) -> Application:
    """The web application that serves a results folder on a port, with its checks in front."""
    return LoopbackOnly(SavedPages(out), port, POLICY)


class SavedPages:
    """Answer with files of a results folder: GET and HEAD alone.

    Parameters
    ----------
    out
        The results folder. Read at each request, so that what is saved meanwhile is there.
    """

    def __init__(self, out: Path) -> None:
        self.out = _real(out)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": "only to be read"})
            return
        is_head = scope["method"] == "HEAD"
        if scope["method"] not in METHODS:
            await _say(send, 405, NOT_SO, is_head=False)
            return
        with contextlib.ExitStack() as stack:
            # In a thread: a disk may be slow, and the lab's sessions are answered by this loop.
            opened = await asyncio.to_thread(self._opened, scope.get("raw_path", b""), stack)
            if opened is None:
                await _say(send, 404, NOT_HERE, is_head=is_head)
                return
            stream, kind, name = opened
            size = os.fstat(stream.fileno()).st_size
            await send(_start(200, kind, size, name))
            while size and not is_head:
                content = await asyncio.to_thread(stream.read, min(size, CHUNK))
                if not content:  # cut short since: the server ends the connection, and says so
                    break
                size -= len(content)
                await send({"type": "http.response.body", "body": content, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _opened(
        self, raw_path: bytes, stack: contextlib.ExitStack
    ) -> tuple[BufferedReader, str, str] | None:
        """The file that an address names, its type and its name; None where none is served."""
        names = _names_of(raw_path)
        if names is None:
            return None
        try:
            asked = _file_of(self.out, names)
            if asked is None:
                return None
            path, (kind, most) = asked
            return stack.enter_context(open_regular(path, most)), kind, path.name
        except OSError:  # gone, no regular file, too large, no access
            return None


def _names_of(raw_path: bytes) -> list[str] | None:
    """The parts of an address, decoded once and after they were parted; None for odd ones."""
    if not raw_path.startswith(b"/"):
        return None
    try:
        parts = [unquote_to_bytes(part).decode() for part in raw_path[1:].split(b"/")]
    except UnicodeDecodeError:
        return None
    if parts == [""]:
        return [OVERVIEW.file]
    return parts if all(map(_is_plain, parts)) else None


def _is_plain(name: str) -> bool:
    """Whether a name stands for something in a folder on every system, and is not hidden there.

    What this project is still writing, and its locks, have a dot in front. What was replaced is
    not listed among the results either.
    """
    return (
        name.isprintable()
        and not any(sign in name for sign in '/\\:*?"<>|')
        and name == name.strip(" ")
        and not name.startswith(".")
        and not name.endswith(".")
        and ".replaced-" not in name
        and name != ""
    )


def _file_of(out: Path, names: list[str]) -> tuple[Path, tuple[str, int]] | None:
    """Path, type and most bytes of a file that is served; it may still be missing.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    path = out.joinpath(*names)
    if names == [OVERVIEW.file]:
        kind = TYPES[".html"]
    elif names[0] == FOLDER:
        if len(names) != 2 or not SCRIPT.fullmatch(names[1]):
            return None
        kind = SCRIPT_TYPE
    else:
        if len(names) != 2 or names[1] not in _named(out, names[0]):
            return None
        if path.suffix not in TYPES:
            return None
        kind = TYPES[path.suffix]
    return (path, kind) if _is_itself(path) else None


def _named(out: Path, name: str) -> frozenset[str]:
    """Files that the manifest of a results folder names, and itself; none where it is damaged."""
    try:
        if not _is_itself(out / name / MANIFEST):
            return frozenset()
        manifest = read_manifest(out / name)
    except (OutputError, OSError):
        return frozenset()
    if manifest.kind not in KINDS:
        return frozenset()
    return frozenset({*manifest.files, MANIFEST})


def _is_served(out: Path, name: str, file: str) -> bool:
    try:
        return all(map(_is_plain, (name, file))) and _file_of(out, [name, file]) is not None
    except OSError:
        return False


def _is_itself(path: Path) -> bool:
    """Whether no part of a path is a link: one could lead out of the results.

    Raises
    ------
    OSError
        If it is not there.
    """
    return os.path.realpath(path, strict=True) == os.fspath(path)


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _start(status: int, kind: str, size: int, name: str = "") -> Message:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(size).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == 405:
        headers.append((b"allow", ", ".join(METHODS).encode()))
    if name.endswith(".parquet"):  # nothing that a browser shows
        headers.append((b"content-disposition", b"attachment"))
    return {"type": "http.response.start", "status": status, "headers": headers}


async def _say(send: Send, status: int, text: bytes, *, is_head: bool) -> None:
    await send(_start(status, TEXT, len(text)))
    await send({"type": "http.response.body", "body": b"" if is_head else text})
