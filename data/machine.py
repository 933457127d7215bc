"""Faults of this machine, told apart from those of a server: no room, memory or files left.

Whoever asks a server and gets no answer may use older prices instead. A fault of the machine is
no such reason: it is named, with what helps against it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from data.errors import HedgeError, LocalError, OutputError

ROOM = "make room, or set TMPDIR to a folder that can be written"
FILES = "close programs, or raise the limit (ulimit -n)"
MEMORY = "close programs"
# Errors of the system that no server causes, and what helps. A refused or unreachable address, a
# firewall's no included, is the network's.
CURES = {
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.ENOMEM: MEMORY,
    errno.ENOBUFS: MEMORY,
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EROFS: ROOM,
    errno.EIO: "check the disk",
}
# libcurl's numbers of what it lacks on this machine.
NO_START, NO_MEMORY = 2, 27
NO_CERTIFICATES = {58, 77, 82}
CERTIFICATES = "install the package certifi again"
PROBE_BYTES = 1 << 16


@contextlib.contextmanager
def naming_faults_of_this_machine(asked: str) -> Iterator[None]:
    """Turn an error that this machine caused into one that says so; others pass.

    Parameters
    ----------
    asked
        What could not be asked for, such as ``SPY: Yahoo``.

    Raises
    ------
    LocalError
        Naming what is missing, and what helps.
    """
    try:
        yield
    except HedgeError:
        raise
    except Exception as error:
        fault = local_fault(error, asked)
        if fault is None:
            raise
        raise fault from error


def local_fault(error: BaseException, asked: str) -> LocalError | None:
    """The error to raise where this machine caused one, itself or what it followed; else None."""
    met: list[BaseException] = []
    link: BaseException | None = error
    # An error of ours has been told already: what followed it is no fault of the asking.
    while link is not None and link not in met and not isinstance(link, HedgeError):
        met.append(link)
        link = link.__cause__ or link.__context__
    for each in met:
        reason = _reason(each)
        if reason is not None:
            return LocalError(f"{asked} cannot be asked by this machine: {reason}")
    return None


def _reason(error: BaseException) -> str | None:
    """What this machine lacks and what helps, where that is the cause of an error."""
    if isinstance(error, MemoryError):
        return f"its memory is full; {MEMORY}"
    if type(error).__module__.partition(".")[0] in ("sqlite3", "peewee"):
        return f"a file of the temporary folder {_temporary()} cannot be used ({error}); {ROOM}"
    if str(error).startswith("can't start new thread"):
        return f"no thread can be started; {MEMORY}"
    if not isinstance(error, OSError):
        return None
    code = getattr(error, "code", None)
    if code is None:  # of the system, not of libcurl
        return _of_system(error)
    if int(code) in NO_CERTIFICATES:
        return f"its list of certificates cannot be read; {CERTIFICATES}"
    # libcurl tells no reason where it can open no socket.
    try:
        with socket.socket():
            pass
    except OSError as refused:
        return _of_system(refused)
    if int(code) in (NO_START, NO_MEMORY):
        return f"its memory is full; {MEMORY}"
    return None


def _of_system(error: OSError) -> str | None:
    cure = CURES.get(error.errno or 0)
    if cure is None:
        return None
    place = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{place}; {cure}"


def _temporary() -> str:
    """The folder of temporary files; where there is none, the one that was asked for."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - named, not used


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a private folder for files that are gone afterwards.

    Raises
    ------
    LocalError
        If there is no folder for temporary files, or no room in it; names it.
    """
    try:
        scratch = tempfile.TemporaryDirectory(prefix="hedge-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _no_scratch(error) from error
    with scratch as name:
        _require_room(Path(name))
        try:
            yield Path(name)
        except (OSError, OutputError):
            _require_room(Path(name))  # who wrote there does not know that it is no place of theirs
            raise


def _require_room(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as error:
        raise _no_scratch(error) from error


def _no_scratch(error: OSError) -> LocalError:
    return LocalError(
        f"the temporary folder {_temporary()} cannot be written: {error.strerror or error}; {ROOM}"
    )
