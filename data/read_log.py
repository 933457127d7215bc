"""What a run reads from outside the project, noted while it reads.

An answer may be given again only where all that it was made of is the same. So the doors through
which files come in (:mod:`data.regular`, :mod:`data.sources.folders`, the cache of snapshots) tell
a log what they gave, if one is open; :mod:`data.unchanged` looks later whether they would give the
same again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from immutabledict import immutabledict

ABSENT = ""  # in place of the hash of a file that was not there


@dataclass(frozen=True)
class Reading:
    """What was read, by absolute path.

    Attributes
    ----------
    files
        SHA-256 of each file's bytes; ``ABSENT`` of one that was looked for and not there.
    folders
        SHA-256 of the names of the CSV files in each folder that was searched for some.
    tickers
        SHA-256 of the tickers that each folder was asked for, which the heads of its files decide.
    """

    files: Mapping[str, str] = immutabledict()
    folders: Mapping[str, str] = immutabledict()
    tickers: Mapping[str, str] = immutabledict()


class ReadLog:
    """Notes of one run; :meth:`reading` is what they come to."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._tickers: dict[str, str] = {}
        self._is_lasting = True

    def reading(self) -> Reading | None:
        """All that was read; None where the same cannot be read again, or was not settled."""
        if not self._is_lasting:
            return None
        return Reading(
            immutabledict(self._files), immutabledict(self._folders), immutabledict(self._tickers)
        )

    def note_file(self, path: Path, sha256: str) -> None:
        """Note what was read; a file that had two states within one run is of neither."""
        self._note(self._files, path, sha256)

    def note_written(self, path: Path, content: bytes) -> None:
        """Note what this run wrote itself, in the place of whatever it read there before."""
        self._files[os.path.abspath(path)] = sha256_of(content)

    def note_folder(self, folder: Path, names: Iterable[str]) -> None:
        """Note which files were there, by their paths."""
        self._note(self._folders, folder, sha256_of_names(map(os.path.abspath, names)))

    def note_tickers(self, folder: Path, names: Iterable[str]) -> None:
        """Note which tickers a folder was taken to have."""
        self._note(self._tickers, folder, sha256_of_names(names))

    def note_passing(self) -> None:
        """Note that what was read, or said of it, is of this moment: it is not answered again."""
        self._is_lasting = False

    def _note(self, notes: dict[str, str], path: Path, sha256: str) -> None:
        if notes.setdefault(os.path.abspath(path), sha256) != sha256:
            self.note_passing()


_OPEN: ContextVar[ReadLog | None] = ContextVar("read log", default=None)


@contextlib.contextmanager
def recording() -> Iterator[ReadLog]:
    """Open a log; what is read meanwhile, in this thread, is noted in it."""
    log = ReadLog()
    token = _OPEN.set(log)
    try:
        yield log
    finally:
        _OPEN.reset(token)


def note_read(path: Path, content: bytes) -> None:
    """Note the bytes of a file that was read whole."""
    if (log := _OPEN.get()) is not None:
        log.note_file(path, sha256_of(content))


def note_unread(path: Path, error: OSError) -> None:
    """Note a file that could not be read: not there, which can be told again, or else."""
    if (log := _OPEN.get()) is not None:
        if isinstance(error, FileNotFoundError):
            log.note_file(path, ABSENT)
        else:
            log.note_passing()


def note_written(path: Path, content: bytes) -> None:
    """Note a file that this process wrote and goes on to use."""
    if (log := _OPEN.get()) is not None:
        log.note_written(path, content)


def note_folder(folder: Path, names: Iterable[str]) -> None:
    """Note the files that a folder has."""
    if (log := _OPEN.get()) is not None:
        log.note_folder(folder, names)


def note_tickers(folder: Path, names: Iterable[str]) -> None:
    """Note the tickers that a folder has."""
    if (log := _OPEN.get()) is not None:
        log.note_tickers(folder, names)


def note_passing() -> None:
    """Note that the data depend on the moment: on a server that failed, or on today's date."""
    if (log := _OPEN.get()) is not None:
        log.note_passing()


def sha256_of(content: bytes) -> str:
    """SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_names(names: Iterable[str]) -> str:
    """SHA-256 of names in any order; no name holds the sign between them."""
    return sha256_of("\0".join(sorted(names)).encode(errors="surrogatepass"))
