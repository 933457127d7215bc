"""Files that are whole or absent: written beside their place, synced, then renamed into it.

A name appears only once its content is on the disk, and the folder that holds the name is
synced after it. So neither a killed process nor, on a disk that honours fsync, a power cut
leaves half a file under a name, and what was reported as written stays.
"""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from data.errors import OutputError

TEMPORARY = ".writing-"
LOCK_TIMEOUT_SECONDS = 60


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all, while holding a lock on its place.

    Yields
    ------
    pathlib.Path
        A name beside it to write to. If the block raises, what stood at ``path`` still does.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    temporary = beside(path)
    try:
        yield temporary
        sync(temporary)
        os.replace(temporary, path)
        sync(path.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Make up a name to write to before it becomes ``path``."""
    return path.with_name(f"{TEMPORARY}{path.name}-{secrets.token_hex(4)}")


def remove_left_behind(path: Path) -> None:
    """Clear what killed processes were writing to become ``path``; only under its lock.

    The lock, not an age, tells it from work in hand: clocks are set back.
    """
    for left in path.parent.glob(f"{TEMPORARY}{glob.escape(path.name)}-*"):
        with contextlib.suppress(OSError):
            left.unlink()


def sync(path: Path) -> None:
    """Have the disk hold a file's content, or a folder's names, before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only process that changes what a folder lists; the lock ends with its process.

    Raises
    ------
    OutputError
        If another process holds the lock for a minute, or it cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock", timeout=LOCK_TIMEOUT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"{folder / '.lock'} has been held by another process for {LOCK_TIMEOUT_SECONDS} "
            "seconds; wait for that run to end"
        ) from None
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}; make room or give access"
        ) from error
    try:
        yield
    finally:
        lock.release()
