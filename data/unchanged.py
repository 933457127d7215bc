"""Whether what a run has read would be read the same now (:mod:`data.read_log`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from data.read_log import ABSENT, Reading, sha256_of, sha256_of_names
from data.regular import MOST_TABLE, read_regular
from data.sources import files
from data.sources.folders import csv_paths
from data.sources.snapshots import SUFFIX, fetched_of


def is_unchanged(reading: Reading) -> bool:
    """Whether every file, every list of files and of tickers is what it was.

    Raises
    ------
    OSError
        If a file that could be read cannot.
    """
    return (
        all(_sha256(Path(path)) == sha256 for path, sha256 in reading.files.items())
        and all(
            sha256_of_names(csv_paths(Path(folder))) == sha256
            for folder, sha256 in reading.folders.items()
        )
        and all(
            sha256_of_names(files.tickers(Path(folder))) == sha256
            for folder, sha256 in reading.tickers.items()
        )
    )


def snapshots_of(reading: Reading) -> Mapping[str, dt.datetime]:
    """When each snapshot that was read was fetched, by its file.

    Raises
    ------
    OSError, ValueError, KeyError
        If a file cannot be read, or is no snapshot.
    """
    return {
        path: fetched_of(read_regular(Path(path), MOST_TABLE))
        for path, sha256 in reading.files.items()
        if path.endswith(SUFFIX) and sha256 != ABSENT
    }


def _sha256(path: Path) -> str:
    try:
        return sha256_of(read_regular(path, MOST_TABLE))
    except FileNotFoundError:
        return ABSENT
