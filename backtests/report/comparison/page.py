"""Runs side by side: one page, one CSV, in a folder of their own."""

from __future__ import annotations

from pathlib import Path

from backtests.engine.config import short_hash
from backtests.report.comparison import charts, table
from backtests.report.comparison.table import Comparison
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.manifest import ComparisonManifest
from backtests.report.page import render_page
from backtests.report.pages import OVERVIEW, address_of, pages_of_run, trail_of
from backtests.report.text import BASIS_POINT, CVAR, FREQUENCIES, costs_text
from backtests.report.verdict.payoffs import PAYOFF
from data.spreadsheet import write_csv


def write_comparison(out: Path, comparison: Comparison, *, standalone: bool = False) -> Path:
    """Write ``compare-<hash>`` (``index.html``, ``metrics.csv``, ``years.csv``) and return it.

    ``standalone``: its page has its charts without any other file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    aligned = comparison.aligned
    runs = tuple(run.name for run in aligned.runs)
    names = [run.called for run in aligned.runs]
    given = [names] if any(names) else []
    name = f"compare-{short_hash([list(runs), *aligned.notes, *given])}"
    with new_folder(out, name) as folder:
        metrics = table.metrics_csv(comparison)
        write_csv(metrics, folder / "metrics.csv", index_label=str(metrics.index.name))
        write_csv(aligned.years, folder / "years.csv", index_label="year")
        _write_page(folder / OVERVIEW.file, out / name, comparison, standalone=standalone)
        labels = tuple(aligned.labels)
        about = ComparisonManifest(title=" · ".join(labels), runs=runs, labels=labels)
        write_manifest(folder, about)
    rebuild_index(out)
    return out / name


def _write_page(path: Path, place: Path, comparison: Comparison, *, standalone: bool) -> None:
    aligned = comparison.aligned
    summaries = [run.summary for run in aligned.runs]
    days = aligned.values.index
    runs = [
        {
            "label": name,
            "pages": {
                page.word: address_of(page, run.folder, place) for page in pages_of_run(run.folder)
            },
        }
        for name, run in zip(aligned.labels, aligned.runs, strict=True)
    ]
    render_page(
        "comparison.html",
        path,
        [figure for figure in charts.figures(aligned) if not figure.is_empty],
        trail=trail_of(f"{len(aligned.labels)} portfolios compared"),
        standalone=standalone,
        title=f"{len(aligned.labels)} portfolios compared",
        span=f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, {FREQUENCIES[aligned.ppy]}",
        source=" and ".join(dict.fromkeys(summary.source_title for summary in summaries)),
        costs="; ".join(dict.fromkeys(costs_text(summary.costs) for summary in summaries)),
        terms=f"{CVAR} {BASIS_POINT}",
        equity=summaries[0].benchmark.ticker,
        notes=aligned.notes,
        cut=aligned.cut,
        data_notes=list(dict.fromkeys(note for summary in summaries for note in summary.notes)),
        metrics=table.metrics_grid(comparison),
        hedges=table.hedges_grid(comparison),
        payoff=PAYOFF,
        differences=table.differences_grid(comparison),
        crises=table.crises_grid(comparison),
        runs=runs,
    )
