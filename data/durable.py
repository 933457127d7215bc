"""Files that are whole or absent: written beside their place, synced, then renamed into it.

A name appears only once its content is on the disk, and the folder that holds the name is
synced after it. So neither a killed process nor, on a disk that honours fsync, a power cut
leaves half a file under a name, and what was reported as written stays.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from data.errors import OutputError

TEMPORARY = ".writing-"
LOCK = ".lock"
LOCK_TIMEOUT_SECONDS = 60
TO_SYNC = os.O_RDWR if os.name == "nt" else os.O_RDONLY  # Windows syncs what is open for writing
# What a file system answers that has no such thing as syncing a folder.
NOT_FOR_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF}


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
    """Have the disk hold a file's content, or a folder's names, before going on.

    A folder is left as it is where the system or its file system syncs none, as on Windows.

    Raises
    ------
    OSError
        If it cannot be synced; of a folder, where it could be.
    """
    is_folder = path.is_dir()
    try:
        handle = os.open(path, os.O_RDONLY if is_folder else TO_SYNC)
    except PermissionError:
        if is_folder and os.access(path, os.R_OK):  # Windows opens no folder, readable or not
            return
        raise
    try:
        os.fsync(handle)
    except OSError as error:
        if not (is_folder and error.errno in NOT_FOR_FOLDERS):
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(folder: Path, name: str = LOCK) -> Iterator[None]:
    """Hold a folder's lock, alone among processes and threads; it ends with its process.

    Parameters
    ----------
    folder
        Where the lock lies.
    name
        Its file. Whoever changes what the folder lists holds the one that is named here.

    Raises
    ------
    OutputError
        If another process holds the lock for a minute, or it cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / name, timeout=LOCK_TIMEOUT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"{folder / name} has been held by another process for {LOCK_TIMEOUT_SECONDS} "
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


def is_held(lock: Path) -> bool:
    """Whether a living process holds a lock of a made-up name; one that is free is removed.

    One that cannot be tried counts as held: its process may be at work. Whoever makes or tries
    such locks holds that of their folder, so that none is removed between its making and its use.
    """
    from filelock import FileLock

    trial = FileLock(lock)
    try:
        trial.acquire(blocking=False)
        trial.release()
    except OSError:  # a lock that is held, too: filelock's Timeout is one
        return True
    with contextlib.suppress(OSError):
        lock.unlink(missing_ok=True)
    return False
