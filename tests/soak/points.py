"""Every point at which a process changes a folder, counted, and a fault at the n-th.

:func:`install` has Python's own file functions report what they are about to do below some
folders. ``open`` for writing becomes that of ``_pyio``, the same in Python, so that each write
to the system passes ``os.write``. A trace of the system's calls proves that none is missed
(``test_faults.py``).
"""

from __future__ import annotations

import _pyio
import builtins
import errno
import io
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
KILL = "SIGKILL"
# What fails: that one point, all from then on, or all from then on that need space.
FAULTS = {"EIO": "once", "EACCES": "once", "EROFS": "all", "ENOSPC": "space"}
NEED_SPACE = {"probe", "create", "write", "mkdir", "fsync"}
# Who is killed: the process that reached the point, or its whole group.
GROUP = "SIGKILL group"


class Points:
    """Counts points and raises the fault at one of them.

    Parameters
    ----------
    roots
        Folders whose changes count.
    fault
        ``SIGKILL``, ``SIGKILL group``, a key of ``FAULTS``, or empty to count only.
    at
        Number of the point, from 1.
    """

    def __init__(self, roots: Iterable[Path], fault: str = "", at: int = 0) -> None:
        self.roots = [os.path.realpath(root) for root in roots]
        self.fault, self.at = fault, at
        self.seen: list[tuple[str, str]] = []
        self.paths: dict[int, str] = {}

    def watched(self, path: Any, dir_fd: int | None = None) -> str | None:
        """The full path, if it lies in or is a watched folder."""
        if isinstance(path, int):
            return self.paths.get(path)
        text = os.fsdecode(path)
        if dir_fd is not None:
            text = os.path.join(self.paths.get(dir_fd, "/nowhere"), text)
        text = os.path.abspath(text)
        full = os.path.join(os.path.realpath(os.path.dirname(text)), os.path.basename(text))
        inside = any(full == root or full.startswith(root + os.sep) for root in self.roots)
        return full if inside else None

    def reach(self, kind: str, path: str, before: Callable[[], object] = lambda: None) -> None:
        """Pass a point: count it, and fail or die there. ``before`` does half of a write."""
        self.seen.append((kind, path))
        number = len(self.seen)
        if self.fault in FAULTS:
            extent = FAULTS[self.fault]
            hit = number == self.at if extent == "once" else number >= self.at
            if hit and (extent != "space" or kind in NEED_SPACE):
                before()
                code = getattr(errno, self.fault)
                raise OSError(code, os.strerror(code), path)
        elif self.fault and number == self.at:
            before()
            if self.fault == GROUP:
                os.killpg(0, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)


def install(points: Points) -> None:
    """Put the counting functions in the place of Python's own, for this process."""
    real: dict[str, Any] = {name: getattr(os, name) for name in ("open", "close", "write")}

    def opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        full = points.watched(path, dir_fd)
        if full is not None and flags & WRITING:
            nameless = flags & os.O_TMPFILE == os.O_TMPFILE
            new = nameless or (flags & os.O_CREAT and not os.path.lexists(full))
            exclusive = flags & os.O_CREAT and flags & os.O_EXCL and not new
            if not exclusive:  # that one changes nothing: it fails
                points.reach("probe" if nameless else "create" if new else "open", full)
        handle = int(real["open"](path, flags, mode, dir_fd=dir_fd))
        if full is not None:
            points.paths[handle] = full
        return handle

    def closed(handle: int) -> None:
        points.paths.pop(handle, None)
        real["close"](handle)

    def written(handle: int, data: Any) -> int:
        path = points.watched(handle)
        if path is not None:
            half = bytes(data[: len(data) // 2])
            points.reach("write", path, lambda: real["write"](handle, half))
        return int(real["write"](handle, data))

    os.open, os.close, os.write = opened, closed, written  # type: ignore[assignment]
    for kind, name, place in (
        ("fsync", "fsync", 0), ("mkdir", "mkdir", 0), ("rename", "rename", 1),
        ("rename", "replace", 1), ("unlink", "unlink", 0), ("unlink", "remove", 0),
        ("rmdir", "rmdir", 0), ("chmod", "chmod", 0), ("chmod", "fchmod", 0),
        ("link", "link", 1), ("link", "symlink", 1), ("truncate", "truncate", 0),
        ("truncate", "ftruncate", 0), ("utime", "utime", 0),
    ):  # fmt: skip
        setattr(os, name, _counted(points, kind, getattr(os, name), place))
    python_open = io.open

    def open_file(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        writing = set(mode) & set("wax+")
        kind = _pyio.open if writing and points.watched(file) else python_open
        return kind(file, mode, *rest, **options)

    builtins.open = io.open = open_file


def _counted(points: Points, kind: str, function: Callable[..., Any], place: int) -> Any:
    def counting(*words: Any, **options: Any) -> Any:
        path = points.watched(words[place], options.get("dir_fd"))
        # Making a folder that is there, or removing what is not, changes nothing.
        idle = path is not None and (
            (kind == "mkdir" and os.path.lexists(path))
            or (kind in ("unlink", "rmdir") and not os.path.lexists(path))
        )
        if path is not None and not idle:
            points.reach(kind, path)
        return function(*words, **options)

    return counting
