"""A run's folder under ``results/``: complete or absent, and never overwritten in place.

A folder is written beside its place under a temporary name and renamed into it under a lock.
One that is already there and holds the same bytes is kept; a different or damaged one is
moved aside, not deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data.errors import OutputError

LOCK_TIMEOUT_SECONDS = 60
STALE_SECONDS = 24 * 3600
TEMPORARY = ".writing-"
MANIFEST = "manifest.json"
SUMMARY = "summary.json"
FORMAT = 2  # of a run's folder; raised when readers of older folders would go wrong


def require_writable(out: Path) -> None:
    """Make the results folder, or say why it cannot be used, before any work is done.

    Raises
    ------
    OutputError
        If a file could not be created in it.
    """
    if str(out) == ".":
        raise OutputError("--out takes a folder, got the current one; give for example results")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=out, prefix=TEMPORARY):
            pass
    except OSError as error:
        raise OutputError(
            f"--out {out} cannot be written: {error.strerror or error}; choose another folder"
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
    try:
        temporary = Path(tempfile.mkdtemp(dir=out, prefix=TEMPORARY))
        try:
            yield temporary
            with locked(out):
                _remove_stale(out, keep=temporary)
                _move_into_place(temporary, out / name)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"{out / name} cannot be written: {error.strerror or error}; nothing was changed"
        ) from error


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Be the only process that changes what a results folder lists.

    Raises
    ------
    OutputError
        If another process holds the lock for a minute.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(out / ".lock", timeout=LOCK_TIMEOUT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"{out / '.lock'} has been held by another process for {LOCK_TIMEOUT_SECONDS} seconds; "
            "wait for that run to end"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _move_into_place(temporary: Path, place: Path) -> None:
    os.chmod(temporary, 0o755)  # noqa: S103 - mkdtemp makes it private; results are for reading
    if place.exists():
        if covers(place, temporary):
            return
        aside = 1
        while (kept := place.with_name(f"{place.name}.replaced-{aside}")).exists():
            aside += 1
        place.rename(kept)
    temporary.rename(place)


def _remove_stale(out: Path, keep: Path) -> None:
    """Clear what killed runs left; a day's age tells them from runs still writing."""
    for left in out.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if left != keep and time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def covers(place: Path, other: Path) -> bool:
    """Tell whether ``place`` verifies and holds, byte for byte, all that ``other`` would put there.

    A run with its tear sheet covers the same run without.
    """
    try:
        have, want = read_manifest(place)["files"], read_manifest(other)["files"]
        intact = all(file_sha256(place / name) == sha for name, sha in have.items())
    except (OutputError, OSError):
        return False
    return intact and want.items() <= have.items()


def write_manifest(folder: Path, about: dict[str, Any], created: str) -> None:
    """Write the manifest last: what the run was, and the SHA-256 of every other file."""
    files = {
        path.name: file_sha256(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST
    }
    write_json(folder / MANIFEST, {"created": created, **about, "files": files})


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run.

    Raises
    ------
    OutputError
        If it is missing or damaged.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(manifest["files"], dict):
            return dict(manifest)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise OutputError(f"{path} is missing or damaged; run again to write {folder.name} anew")


def require_intact(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder whose files are not those that its manifest lists.

    Raises
    ------
    OutputError
        Naming the first file that is missing or differs.
    """
    for name, sha256 in manifest["files"].items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or file_sha256(path) != sha256:
            raise OutputError(f"{path} is missing or damaged; run again to write it anew")


def is_complete(folder: Path, names: Sequence[str]) -> bool:
    """Whether a folder verifies, is of this version, and has some files."""
    try:
        manifest = read_manifest(folder)
        require_intact(folder, manifest)
    except (OutputError, OSError):
        return False
    return manifest.get("format") == FORMAT and set(names) <= set(manifest["files"])


def read_json(path: Path) -> dict[str, Any]:
    """Read an object back; ValueError where it is none."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no object")  # noqa: TRY004 - as for broken JSON
    return content


def write_json(path: Path, content: Any) -> None:
    """Write plain values as indented JSON; NaN is refused, since JSON has none."""
    path.write_text(_json(content), encoding="utf-8")


def holds_json(path: Path, content: Any) -> bool:
    """Whether a file holds what :func:`write_json` would write."""
    try:
        return path.read_text(encoding="utf-8") == _json(content)
    except (OSError, ValueError):
        return False


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
