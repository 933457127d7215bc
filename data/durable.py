"""Atomic writes: a file is written under a temporary name, synced, then renamed.

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
from typing import TYPE_CHECKING

from data.errors import OutputError

if TYPE_CHECKING:
    from filelock import FileLock

TEMPORARY = ".writing-"
LOCK = ".lock"
LOCK_TIMEOUT_SECONDS = 60
TO_SYNC = os.O_RDWR if os.name == "nt" else os.O_RDONLY  # Windows syncs what is open for writing
# What file systems without locks answer: some of the network, of containers and in user space.
NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
# Errors of a file system that cannot sync folders at all.
NOT_FOR_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF}


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all; the caller holds the lock of its folder.

    Yields
    ------
    pathlib.Path
        A temporary name beside it to write to. If the block raises, ``path`` is as it was.

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
    """Make up a temporary name in the folder of ``path``, to be renamed to it later."""
    return path.with_name(f"{TEMPORARY}{path.name}-{secrets.token_hex(4)}")


def remove_left_behind(path: Path) -> None:
    """Remove temporary files of ``path`` that killed processes left; only under its lock.

    Who holds the lock knows that no other process is writing. The age of a file would not tell,
    since clocks can be set back.
    """
    for left in path.parent.glob(f"{TEMPORARY}{glob.escape(path.name)}-*"):
        with contextlib.suppress(OSError):
            left.unlink()


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk.

    Where the system or the file system cannot sync folders, as on Windows, a folder is skipped.

    Raises
    ------
    OSError
        If syncing fails; for a folder only where folders can be synced.
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


def file_lock(path: Path) -> FileLock:
    """Make a lock that the system releases when its process ends, however it ends.

    Where a file system has no such locks, the library's stand-in would be a file that a killed
    process leaves behind for ever; a number of a process in it tells nothing to another host. So
    there is no stand-in: to acquire it is an OSError of ``NO_LOCKS``.
    """
    from filelock import FileLock

    return FileLock(path, fallback_to_soft=False)


def lacks_locks(error: Exception) -> str:
    """Say that a folder's file system has no locks."""
    reason = error.strerror if isinstance(error, OSError) else None
    return f"is on a file system without locks that end with their process ({reason or error})"


def try_lock(number: int) -> None:
    """Try the kind of lock that results are written under, on an open file that nobody shares.

    Raises
    ------
    OSError
        One of ``NO_LOCKS`` if its file system has none.
    """
    from filelock import lock_descriptor

    lock_descriptor(number, blocking=False)


@contextlib.contextmanager
def locked(folder: Path, name: str = LOCK) -> Iterator[None]:
    """Hold a folder's exclusive lock, which the system releases when its process ends.

    Parameters
    ----------
    folder
        Where the lock file is.
    name
        Name of the lock file. Hold the default one to add, rename or remove what the folder lists.

    Raises
    ------
    OutputError
        If another process holds the lock for a minute, or it cannot be made.
    """
    from filelock import Timeout

    lock = file_lock(folder / name)
    try:
        lock.acquire(timeout=LOCK_TIMEOUT_SECONDS)
    except Timeout:
        raise OutputError(
            f"{folder / name} has been held by another process for {LOCK_TIMEOUT_SECONDS} "
            "seconds; wait for that run to end"
        ) from None
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise OutputError(
                f"{folder} {lacks_locks(error)}; choose a folder on another one"
            ) from error
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}; make room or give access"
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_held(lock: Path) -> bool:
    """Whether a running process holds a lock file of a random name; a free one is removed.

    A lock that cannot be tried counts as held: its process may still be working. Callers hold the
    folder's own lock, so that no lock file is removed between its making and its use.
    """
    trial = file_lock(lock)
    try:
        trial.acquire(blocking=False)
        trial.release()
    except OSError:  # filelock's Timeout, of a lock that is held, is an OSError as well
        return True
    with contextlib.suppress(OSError):
        lock.unlink(missing_ok=True)
    return False
