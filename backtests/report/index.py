"""``results/index.html``: every run, comparison and search, newest first."""

from __future__ import annotations

from pathlib import Path

from backtests.report.index_cache import now_ns, read_cache, remember
from backtests.report.index_page import write_index
from backtests.report.index_rows import Listed, Stamp, read_listed, result_folders
from backtests.report.pages import OVERVIEW
from data.durable import locked, replacing
from data.errors import OutputError


def rebuild_index(out: Path) -> None:
    """Write the list of what lies in a results folder, whole or not at all.

    Folders that cannot be read are named; they never make it fail. What has not changed since the
    last list is not read again.

    Raises
    ------
    OutputError
        If the list cannot be written; the previous list and every result stay as they are.
    """
    try:
        with locked(out):
            _rebuild(out)
    except OSError as error:
        raise OutputError(
            f"{out / OVERVIEW.file} cannot be written: {error.strerror or error}; the results it "
            "lists are finished, make room or give access and run again to list them"
        ) from error


def _rebuild(out: Path) -> None:
    began_ns = now_ns()
    before = read_cache(out)
    rows: dict[str, tuple[Stamp, Listed]] = {}
    damaged = []
    for name, stamp in result_folders(out):
        try:
            rows[name] = stamp, before.get(name, stamp) or read_listed(out / name)
        except Exception:  # a damaged folder must not keep the others from being listed
            damaged.append(name)
    newest_first = sorted((row for _, row in rows.values()), key=_written, reverse=True)
    with replacing(out / OVERVIEW.file) as temporary:
        write_index(temporary, newest_first, damaged)
    remember(out, rows, before, began_ns)


def _written(row: Listed) -> tuple[str, str]:
    return row.created, row.folder
