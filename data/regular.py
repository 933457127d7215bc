"""Bounded reads of the files that a user names, or that lie in a folder of the user's.

A pipe or a device of that name would wait for ever or never end, and a huge file would fill the
memory. So what is opened is a regular file of a size that its kind may have, or it is not read at
all. A link to such a file is one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from data.read_log import note_read, note_unread

# Most bytes of each kind of file. Of those that were ever written here the largest had:
MOST_CSV = 256 << 20  # 0.9 MB: the yields of 16,000 days
MOST_CONFIG = 1 << 20  # 0.5 MB: with 20,000 dated cash flows; 479 bytes without
MOST_FLOWS = 4 << 20  # 0.4 MB: 20,000 dated cash flows
MOST_STRATEGY = 1 << 20  # 11 KB
MOST_JSON = 8 << 20  # 0.4 MB: verdict.json; parsed, JSON may take 30 times its size in memory
MOST_TABLE = 1 << 30  # 0.9 MB: weights.csv; of 1,000 tickers over a century 550 MB
MOST_PAGE = 64 << 20  # 1.3 MB: a tear sheet
MOST_SNAPSHOT = 16 << 20  # 0.3 MB; an answer has at most 8 MiB (data/sources/transport.py)
MOST_RESULT = 1 << 30  # 100 MB: all candidates of a search of a million
MOST_LOG = 1 << 30  # 5.7 MB: the log of trials; a million trials have 10 to 20 MB

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotReadError(OSError):
    """A file that is not read, since it is none or too large; ``strerror`` says which."""


def read_regular(path: Path, most: int) -> bytes:
    """Read a file whole, and note it where a log is open (:mod:`data.read_log`).

    Parameters
    ----------
    path
        The file, or a link to it.
    most
        Most bytes that it may have.

    Raises
    ------
    NotReadError
        If it is no regular file, or larger.
    OSError
        If it cannot be opened or read.
    """
    try:
        content = _read(path, most)
    except OSError as error:
        note_unread(path, error)
        raise
    note_read(path, content)
    return content


def _read(path: Path, most: int) -> bytes:
    with open_regular(path, most) as stream:
        # A file may grow, and one of /proc has no size: the bound holds for what arrives as well.
        size = os.fstat(stream.fileno()).st_size
        content = stream.read(size + 1) or b""
        while len(content) > size and (more := stream.read(most + 1 - len(content))):
            content += more
            if len(content) > most:
                raise _too_large(path, len(content), most)
    return content


def read_regular_text(path: Path, most: int) -> str:
    """Read a file of UTF-8 text whole, each line ended by a line feed.

    Raises
    ------
    OSError
        As :func:`read_regular`.
    ValueError
        If it is no such text.
    """
    text = read_regular(path, most).decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


@contextlib.contextmanager
def open_regular(path: Path, most: int) -> Iterator[BufferedReader]:
    """Open a file for reading in parts, where it need not be whole in memory.

    No log notes what is read (:mod:`data.read_log`): a caller whose answer a run depends on notes
    that answer.

    Raises
    ------
    OSError
        As :func:`read_regular`; what is read from it is not bounded again.
    """
    # Before it is opened: some devices act on that alone.
    try:
        status = os.stat(path)
    except ValueError as error:
        raise NotReadError(errno.EINVAL, f"no file has that name ({error})", str(path)) from error
    _require_regular(path, status, most)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    # Should a pipe take its place meanwhile, opening it must not wait for somebody who writes.
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        _require_regular(path, os.fstat(stream.fileno()), most)
        yield stream


def _require_regular(path: Path, status: os.stat_result, most: int) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        what = KINDS.get(kind, "no regular file")
        cure = ", save what it gives as a file" if kind == stat.S_IFIFO else ""
        number = errno.EISDIR if kind == stat.S_IFDIR else errno.EINVAL
        raise NotReadError(number, f"it is {what}{cure}", str(path))
    if status.st_size > most:
        raise _too_large(path, status.st_size, most)


def _too_large(path: Path, size: int, most: int) -> NotReadError:
    bound = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most >> 10} KiB"
    if most < 1 << 10:
        bound = f"{most} bytes"
    return NotReadError(
        errno.EFBIG, f"it has {size:,} bytes, of which at most {bound} are read", str(path)
    )
