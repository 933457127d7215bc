"""A run's folder under ``results/``: complete or absent, and never overwritten in place.

A folder is written beside its place under a temporary name, synced, and renamed into it under
a lock. One that is already there and holds the same bytes is kept; a different or damaged one
is moved aside, not deleted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from backtests.report.files import MANIFEST, file_sha256, write_json
from backtests.report.manifest import Manifest, read_manifest, read_whole_manifest
from data.durable import (
    LOCK,
    NO_LOCKS,
    TEMPORARY,
    beside,
    is_held,
    lacks_locks,
    locked,
    sync,
    try_lock,
)
from data.errors import OutputError
from data.regular import NotReadError


def require_writable(out: Path) -> None:
    """Make the results folder, or say why it cannot be used, before any work is done.

    Raises
    ------
    OutputError
        If a file could not be created in it.
    """
    if str(out) == ".":
        raise OutputError("--out takes a folder, got the current one; give for example results")
    if str(out).startswith("~"):
        raise OutputError(
            f"--out {out} begins with ~, which a shell replaces only outside quotes; give the path"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Nameless where systems allow it.
        with tempfile.TemporaryFile(dir=out, prefix=TEMPORARY) as probe:
            try_lock(probe.fileno())
    except (OSError, ValueError) as error:  # ValueError: a name that no system allows
        if getattr(error, "errno", None) in NO_LOCKS:
            raise OutputError(
                f"--out {out} {lacks_locks(error)}; choose a folder on another one"
            ) from error
        reason = getattr(error, "strerror", None) or error
        raise OutputError(
            f"--out {out} cannot be written: {reason}; choose another folder"
        ) from error


@contextlib.contextmanager
def new_folder(out: Path, name: str) -> Iterator[Path]:
    """Fill a folder, then move it into place as ``out/name``.

    Parameters
    ----------
    out
        The results folder; made if it is not there.
    name
        The folder's name, a plain file name.

    Yields
    ------
    pathlib.Path
        A temporary folder to write into. If the block raises, it is removed and nothing
        else has changed.

    Raises
    ------
    OutputError
        If something cannot be written, the disk is full, or another process holds the lock.
    """
    require_writable(out)
    place = out / name
    temporary = beside(place)
    try:
        with _among_writers(out):
            try:
                temporary.mkdir()
                yield temporary
                with locked(out):
                    _move_into_place(temporary, place)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        named = Path(str(error.filename or place))
        is_ours = any(part.startswith(TEMPORARY) for part in named.parts)
        raise OutputError(
            f"{place if is_ours else named} cannot be written: {error.strerror or error}; "
            "what was finished is intact, make room or give access"
        ) from error


@contextlib.contextmanager
def _among_writers(out: Path) -> Iterator[None]:
    """Hold a lock while writing; a process that finds itself alone removes what killed runs left.

    Each writer holds a lock file of its own, which the system releases when its process ends, in
    whatever way. So nobody has to judge by ages or clocks which temporary folders are still in
    use. Only some systems can lock a folder itself; all can lock a file.
    """
    mine = beside(out / LOCK)
    with contextlib.ExitStack() as afterwards:
        with locked(out):
            afterwards.callback(_remove, mine)  # after its release: Windows removes no open file
            afterwards.enter_context(locked(out, mine.name))
            others = (lock for lock in out.glob(f"{TEMPORARY}{LOCK}-*") if lock != mine)
            if not any(map(is_held, others)):
                for left in out.glob(f"{TEMPORARY}*"):
                    if left != mine:
                        _remove(left)
        yield


def _remove(left: Path) -> None:
    """Remove a left-over file or folder; if that fails, the next lone writer tries again."""
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            left.unlink(missing_ok=True)


def _move_into_place(temporary: Path, place: Path) -> None:
    if place.exists() and covers(place, temporary):
        return
    for path in (*temporary.iterdir(), temporary):
        sync(path)
    if not os.path.lexists(place):  # a broken link occupies the place too
        temporary.rename(place)
    else:
        _replace(temporary, place)
    sync(place.parent)


def _replace(temporary: Path, place: Path) -> None:
    """Move a folder aside and another one into its place; if that fails, move it back."""
    number = 1
    while os.path.lexists(aside := place.with_name(f"{place.name}.replaced-{number}")):
        number += 1
    place.rename(aside)
    try:
        temporary.rename(place)
    except OSError:
        aside.rename(place)
        raise


def covers(place: Path, other: Path) -> bool:
    """Whether ``place`` verifies and holds, byte for byte, all that ``other`` would put there.

    A run with its tear sheet covers the same run without. A folder whose manifest this version
    cannot read covers nothing, so that running it again replaces it by a readable folder.
    """
    try:
        have, want = read_whole_manifest(place).files, read_manifest(other).files
        require_intact(place, have)
    except (OutputError, OSError):
        return False
    return want.items() <= have.items()


def write_manifest(folder: Path, about: Manifest) -> None:
    """Write the manifest, after all other files: what the folder is, the time, their SHA-256.

    Parameters
    ----------
    folder
        With all other files in it.
    about
        The manifest without time and files.
    """
    files = {
        path.name: file_sha256(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST
    }
    created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    write_json(folder / MANIFEST, replace(about, created=created, files=files))


def require_intact(folder: Path, files: Mapping[str, str]) -> None:
    """Refuse a folder whose files are not those that its manifest lists.

    Raises
    ------
    OutputError
        Naming the first file that is missing or differs.
    """
    for name, sha256 in files.items():
        path = folder / name
        if Path(name).name != name or _sha256(path) != sha256:
            raise OutputError(f"{path} is missing or damaged; run again to replace it")


def _sha256(path: Path) -> str | None:
    """SHA-256 of a file; None of what is none, such as a pipe, or too large."""
    try:
        return file_sha256(path) if path.is_file() else None
    except NotReadError:
        return None


def is_complete(folder: Path, names: Sequence[str]) -> bool:
    """Whether a folder verifies, is of this version, and has all the files named."""
    try:
        files = read_whole_manifest(folder).files
        require_intact(folder, files)
    except (OutputError, OSError):
        return False
    return set(names) <= set(files)
