"""Scores of an unfinished search: saved as they come, so that the same search can continue."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.durable import replacing
from data.errors import OutputError
from data.regular import read_regular

UNFINISHED = ".tuning-"
FORGOTTEN_SECONDS = 30 * 24 * 3600
DIGEST_BYTES = 32

Array = NDArray[np.float64]


class Unfinished:
    """Scores of candidates by their number, in a hidden folder under ``out``.

    A part appears whole (:mod:`data.durable`). Its file begins with the SHA-256 of the rest; a
    part that does not verify is ignored.

    Parameters
    ----------
    out
        The results folder.
    key
        Hash of everything that determines the scores.
    count, columns
        Candidates, and scores of each.
    """

    def __init__(self, out: Path, key: str, count: int, columns: int) -> None:
        self.folder = out / f"{UNFINISHED}{key}"
        self.count, self.columns = count, columns
        _remove_forgotten(out, keep=self.folder)

    def read(self) -> tuple[Array, NDArray[np.bool_]]:
        """Read the saved scores.

        Returns
        -------
        tuple
            Scores, candidates x columns (NaN where none is saved), and which ones are saved.
        """
        scores = np.full((self.count, self.columns), np.nan)
        done = np.zeros(self.count, dtype=bool)
        for path in sorted(self.folder.glob("*.part")):
            name = re.fullmatch(r"(\d+)-(\d+)", path.stem)
            if not name or not 0 <= int(name[1]) < int(name[2]) <= self.count:
                continue
            first, stop = int(name[1]), int(name[2])
            with contextlib.suppress(OSError):
                size = (stop - first) * self.columns * 8
                content = read_regular(path, DIGEST_BYTES + size)
                body = content[DIGEST_BYTES:]
                whole = len(body) == size
                if whole and hashlib.sha256(body).digest() == content[:DIGEST_BYTES]:
                    scores[first:stop] = np.frombuffer(body, "<f8").reshape(-1, self.columns)
                    done[first:stop] = True
        return scores, done

    def keep(self, first: int, scores: Array) -> None:
        """Save the scores of consecutive candidates.

        Raises
        ------
        OutputError
            If they cannot be written.
        """
        body = np.ascontiguousarray(scores, "<f8").tobytes()
        place = self.folder / f"{first}-{first + len(scores)}.part"
        content = hashlib.sha256(body).digest() + body
        try:
            try:
                self._write(place, content)
            except FileNotFoundError:  # another process ended this search and removed the folder
                self._write(place, content)
        except OSError as error:
            raise OutputError(
                f"{place} cannot be written: {error.strerror or error}; make room and give the "
                "same command again: it goes on from there"
            ) from error

    def _write(self, place: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(place) as temporary:
            temporary.write_bytes(content)

    def discard(self) -> None:
        """Remove the saved scores: the search is done."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _remove_forgotten(out: Path, keep: Path) -> None:
    for left in out.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if left != keep and time.time() - left.stat().st_mtime > FORGOTTEN_SECONDS:
                shutil.rmtree(left)
