"""``results/index.html``: every run, comparison and search, newest first."""

from __future__ import annotations

from pathlib import Path

from backtests.analysis.numbers import Place, shown_in
from backtests.engine.summary import Summary
from backtests.report.files import FORMAT, MANIFEST, SUMMARY, read_json
from backtests.report.manifest import Manifest, read_manifest, read_run_manifest
from backtests.report.page import Cell, Grid, metric_cell, render_page
from backtests.report.pages import ALL_RESULTS, OVERVIEW, Crumb, Trail, pages_in
from backtests.report.text import HEDGES, plain_label, run_label
from backtests.report.verdict.payoffs import signed_text
from data.durable import TEMPORARY, locked, replacing
from data.errors import OutputError
from data.records import from_json


def rebuild_index(out: Path) -> None:
    """Write the list of what lies in a results folder, whole or not at all.

    Folders that cannot be read are named; they never make it fail.

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
    runs: list[tuple[str, str, list[Cell]]] = []
    others: list[tuple[str, str, list[Cell]]] = []
    damaged = []
    for path in sorted(out.glob(f"*/{MANIFEST}")):
        folder = path.parent
        if folder.name.startswith(TEMPORARY) or ".replaced-" in folder.name:
            continue
        try:
            manifest = read_manifest(folder)
            is_run = SUMMARY in manifest.files
            cells = _run_cells(folder, manifest) if is_run else _other_cells(folder, manifest)
        except Exception:  # a damaged folder must not keep the others from being listed
            damaged.append(folder.name)
            continue
        (runs if is_run else others).append((manifest.created, folder.name, cells))
    tables = [Grid(HEADS, [cells for *_, cells in sorted(runs, reverse=True)], wide=True)]
    if others:
        rows = [cells for *_, cells in sorted(others, reverse=True)]
        tables.append(Grid(["Comparison or search", "Pages", "Of", "Written (UTC)"], rows))
    with replacing(out / OVERVIEW.file) as temporary:
        render_page(
            "index.html",
            temporary,
            trail=Trail((Crumb(ALL_RESULTS),)),
            tables=tables,
            damaged=damaged,
        )


METRICS = shown_in(Place.INDEX)
HEADS = ["Run", "Pages", HEDGES, *map(plain_label, METRICS), "From", "To", "Written (UTC)",
         "Source"]  # fmt: skip


def _run_cells(folder: Path, manifest: Manifest) -> list[Cell]:
    if manifest.format != FORMAT:
        # Its pages can still be opened; its numbers are in another format.
        older = Cell(folder.name, small="written by another version: run it again")
        dashes = [Cell("-", "") for _ in HEADS[3:-2]]
        return [older, _links(folder, manifest), Cell("-"), *dashes, _when(manifest), Cell("-")]
    table = read_run_manifest(folder)
    summary = from_json(Summary, read_json(folder / SUMMARY))
    return [
        Cell(run_label(summary.strategy, summary.params), small=folder.name),
        _links(folder, manifest),
        Cell(table.verdict or "-", small=signed_text(table.payoff) if table.payoff else ""),
        *(metric_cell(metric, summary.metrics, summary.initial) for metric in METRICS),
        Cell(summary.start),
        Cell(summary.end),
        _when(manifest),
        Cell(summary.source_title, tone="text"),
    ]


def _other_cells(folder: Path, manifest: Manifest) -> list[Cell]:
    about = Cell(manifest.title, tone="text")
    return [Cell(folder.name), _links(folder, manifest), about, _when(manifest)]


def _links(folder: Path, manifest: Manifest) -> Cell:
    pages = pages_in(manifest.files)
    return Cell("", links=tuple((f"{folder.name}/{page.file}", page.word) for page in pages))


def _when(manifest: Manifest) -> Cell:
    return Cell(manifest.created[:16].replace("T", " "))
