"""Runs side by side: one page, one CSV, in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from backtests.engine.config import short_hash
from backtests.report.comparison import cash_flows, charts, grids, table, words
from backtests.report.comparison.aligned import FEWEST, AlignedRuns
from backtests.report.comparison.names import Tag, tags_of
from backtests.report.comparison.scatter import risk_pictures
from backtests.report.comparison.table import Comparison
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.manifest import ComparisonManifest
from backtests.report.page import render_page
from backtests.report.pages import OVERVIEW, address_of, pages_of_run, trail_of
from backtests.report.text import BASIS_POINT, CVAR, FREQUENCIES, costs_text, source_words
from backtests.report.verdict.payoffs import payoff_note
from data.spreadsheet import write_csv

Links = Mapping[str, str]  # addresses by what they are


def write_comparison(out: Path, comparison: Comparison, *, standalone: bool = False) -> Path:
    """Write ``compare-<hash>`` (``index.html``, ``metrics.csv``, ``years.csv``) and return it.

    ``standalone``: its page has its charts without any other file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    aligned = comparison.aligned
    tables = {"metrics.csv": table.metrics_csv(comparison), "years.csv": aligned.years}

    def write_page(path: Path, place: Path) -> None:
        _write_page(path, place, comparison, standalone=standalone)

    return write_side_by_side(out, aligned, tables, words.finding(comparison), write_page)


def write_side_by_side(
    out: Path,
    aligned: AlignedRuns,
    tables: Mapping[str, pd.DataFrame],
    finding: str,
    write_page: Callable[[Path, Path], None],
    kind: Sequence[str] = (),
) -> Path:
    """Write the folder ``compare-<hash>`` of runs side by side, and list it in the index.

    Parameters
    ----------
    out
        The results folder.
    aligned
        The runs.
    tables
        By file name; the index of years is called ``year``.
    finding
        What came of it, for the index.
    write_page
        Called with the file to write, and with the folder where it will be.
    kind
        What tells this kind of page of the same runs from another.
    """
    runs = tuple(run.name for run in aligned.runs)
    names = [run.called for run in aligned.runs]
    given = [names] if any(names) else []
    name = f"compare-{short_hash([list(runs), *kind, *aligned.notes, *given])}"
    with new_folder(out, name) as folder:
        for file, frame in tables.items():
            write_csv(frame, folder / file, index_label=str(frame.index.name or "year"))
        write_page(folder / OVERVIEW.file, out / name)
        labels = tuple(aligned.labels)
        about = ComparisonManifest(
            title=" · ".join(labels), finding=finding, runs=runs, labels=labels
        )
        write_manifest(folder, about)
    rebuild_index(out)
    return out / name


def pages_by_run(aligned: AlignedRuns, tags: Sequence[Tag], place: Path) -> dict[str, Links]:
    """Addresses of each run's pages from a folder, by word, by the run's label."""
    return {
        tag.name: {
            page.word: address_of(page, run.folder, place) for page in pages_of_run(run.folder)
        }
        for tag, run in zip(tags, aligned.runs, strict=True)
    }


def _write_page(path: Path, place: Path, comparison: Comparison, *, standalone: bool) -> None:
    aligned = comparison.aligned
    summaries = [run.summary for run in aligned.runs]
    days = aligned.values.index
    tags = tags_of(aligned.labels)
    pages = pages_by_run(aligned, tags, place)
    # The first page of a run is its verdict, else its tear sheet.
    links = {name: next(iter(own.values())) for name, own in pages.items() if own}
    recent, earlier = grids.years_grids(comparison)
    title = f"{len(aligned.labels)} portfolios compared: {aligned.labels[0]} and others"
    if len(aligned.labels) == FEWEST:
        title = " against ".join(aligned.labels)
    render_page(
        "comparison.html",
        path,
        [figure for figure in charts.figures(comparison) if not figure.is_empty],
        trail=trail_of(f"{len(aligned.labels)} portfolios compared"),
        standalone=standalone,
        title=title,
        finding=words.finding(comparison),
        lead=words.lead(comparison),
        bad_months=words.BAD_MONTHS,
        noise=words.NOISE,
        span=f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, {FREQUENCIES[aligned.ppy]}",
        source=" and ".join(dict.fromkeys(map(source_words, summaries))),
        costs="; ".join(dict.fromkeys(costs_text(summary.costs) for summary in summaries)),
        terms=f"{CVAR} {BASIS_POINT} {payoff_note(cash=comparison.cash)}",
        first=aligned.labels[0],
        equity=summaries[0].benchmark.ticker,
        notes=aligned.notes,
        cut=aligned.cut,
        data_notes=list(dict.fromkeys(note for summary in summaries for note in summary.notes)),
        risks=risk_pictures(comparison),
        risk_title=words.risk_title(comparison),
        core=grids.core_grid(comparison, links),
        own_money=cash_flows.flows_grid(aligned),
        own_money_title=cash_flows.flows_title(aligned),
        own_money_note=cash_flows.flows_note(aligned),
        more=grids.more_grid(comparison),
        members=charts.members_of(aligned),
        recent_years=recent,
        earlier_years=earlier,
        year_steps=[f"{step:g}" for step in grids.YEAR_STEPS],
        years_title=words.years_title(aligned.years[aligned.labels]),
        hedges=grids.hedges_grid(comparison),
        payoff=payoff_note(cash=comparison.cash),
        cash=comparison.cash.whole,
        differences=grids.differences_grid(comparison),
        crises=grids.crises_grid(comparison),
        rows_are="month-end to month-end" if aligned.ppy == 12 else "from close to close",
        crises_title=words.crises_title(comparison) or "Crises",
        runs=[{"label": tag.whole, "pages": pages[tag.name]} for tag in tags],
    )
