"""``results/index.html``: every run, comparison and search, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backtests.report.folder import read_json, read_manifest
from backtests.report.page import Cell, Grid, render_page
from backtests.report.text import money, percent, ratio, run_label
from data.durable import TEMPORARY, locked, replacing
from data.errors import OutputError

INDEX = "index.html"
PAGES = {"verdict.html": "verdict", "tearsheet.html": "tear sheet", INDEX: "open"}


def rebuild_index(out: Path) -> None:
    """Write the list of what lies in a results folder, whole or not at all.

    Folders that cannot be read are named, never a reason to fail: the results are there.

    Raises
    ------
    OutputError
        If the list cannot be written; the one before and every result stand.
    """
    try:
        with locked(out):
            _rebuild(out)
    except OSError as error:
        raise OutputError(
            f"{out / INDEX} cannot be written: {error.strerror or error}; the results it lists "
            "are finished, make room or give access and run again to list them"
        ) from error


def _rebuild(out: Path) -> None:
    runs: list[tuple[str, str, list[Cell]]] = []
    others: list[tuple[str, str, list[Cell]]] = []
    damaged = []
    for manifest_path in sorted(out.glob("*/manifest.json")):
        folder = manifest_path.parent
        if folder.name.startswith(TEMPORARY) or ".replaced-" in folder.name:
            continue
        try:
            manifest = read_manifest(folder)
            cells = _cells(folder, manifest)
            row = (str(manifest["created"]), folder.name, cells)
        except Exception:  # whatever is wrong with a neighbour, the results that were made stand
            damaged.append(folder.name)
            continue
        (runs if "summary.json" in manifest["files"] else others).append(row)
    heads = ["Run", "Pages", "Does it hedge?", "CAGR", "Volatility", "Sharpe", "Max drawdown",
             "Turnover a year", "Final value", "From", "To", "Written (UTC)",
             "Source"]  # fmt: skip
    tables = [Grid(heads, [cells for *_, cells in sorted(runs, reverse=True)], wide=True)]
    if others:
        rows = [cells for *_, cells in sorted(others, reverse=True)]
        tables.append(Grid(["Comparison or search", "Pages", "Of", "Written (UTC)"], rows))
    with replacing(out / INDEX) as temporary:
        render_page("index.html", temporary, tables=tables, damaged=damaged)


def _cells(folder: Path, manifest: dict[str, Any]) -> list[Cell]:
    when = str(manifest["created"])[:16].replace("T", " ")
    links = tuple(
        (f"{folder.name}/{page}", word) for page, word in PAGES.items() if page in manifest["files"]
    )
    if "summary.json" not in manifest["files"]:
        return [Cell(folder.name), Cell("", links=links),
                Cell(str(manifest["title"]), tone="text"), Cell(when)]  # fmt: skip
    summary = read_json(folder / "summary.json")
    found = summary["metrics"]
    return [
        Cell(run_label(summary), small=folder.name),
        Cell("", links=links),
        Cell(manifest.get("verdict") or "-"),
        Cell(percent(found["cagr"]), found["cagr"]),
        Cell(percent(found["volatility"]), found["volatility"]),
        Cell(ratio(found["sharpe"]), "" if found["sharpe"] is None else found["sharpe"]),
        Cell(percent(found["max_drawdown"]), found["max_drawdown"]),
        Cell(percent(summary["turnover_per_year"]), summary["turnover_per_year"]),
        Cell(money(found["final_value"]), found["final_value"]),
        Cell(summary["start"]),
        Cell(summary["end"]),
        Cell(when),
        Cell(summary["source_title"], tone="text"),
    ]
