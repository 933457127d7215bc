"""The CSV files of a folder and of its direct subfolders, and which of them is a name's."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import DataError
from data.read_log import note_folder

ENDING = ".csv"


def differ_by_case(names: set[str]) -> bool:
    """Whether two names differ by case alone."""
    return len({name.upper() for name in names}) < len(names)


def csv_files(folder: Path) -> list[Path]:
    """CSV files of a folder and of its direct subfolders."""
    return [Path(path) for path in csv_paths(folder)]


def csv_paths(folder: Path) -> list[str]:
    """The files as text, since a folder may have very many.

    What is no regular file, such as a pipe, is among them: reading it says so.
    """
    paths = _csv_paths(folder)
    note_folder(folder, paths)
    return paths


def _csv_paths(folder: Path) -> list[str]:
    entries = _entries(folder)
    for subfolder in [entry for entry in entries if _is_folder(entry)]:
        entries += _entries(subfolder)
    return [
        entry.path
        for entry in entries
        if len(entry.name) > len(ENDING)
        and entry.name[-len(ENDING) :].casefold() == ENDING
        and not _is_folder(entry)
        and (not entry.is_symlink() or os.path.exists(entry.path))
    ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _entries(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def stem_of(path: str) -> str:
    """The name of a file without its ending."""
    return os.path.basename(path)[: -len(ENDING)]


def find_file(folder: Path, name: str) -> Path | None:
    """Find ``name.csv`` in a folder, else in one of its subfolders; in any case of its letters.

    Raises
    ------
    DataError
        If two files are it, or the folder cannot be read.
    """
    plain = name and name == Path(name).name and name not in (".", "..") and "\0" not in name
    try:
        if not plain or not folder.is_dir():
            return None
        paths = csv_paths(folder)
        is_exact = differ_by_case({stem_of(path) for path in paths})
        there = [
            Path(path)
            for path in paths
            if stem_of(path) == name or (not is_exact and stem_of(path).upper() == name.upper())
        ]
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}; give access") from error
    nearest = [path for path in there if path.parent == folder] or there
    if len(nearest) > 1:
        raise DataError(f"{name}.csv is both {nearest[0]} and {nearest[1]}; keep one")
    return nearest[0] if nearest else None
