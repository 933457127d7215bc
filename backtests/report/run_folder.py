"""What a run's folder holds: summary, equity, weights, orders, tear sheet, manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from backtests.analysis.stress import Stress
from backtests.engine.config_file import STRATEGY, write_config
from backtests.engine.run import Run
from backtests.engine.summary import CalendarYear
from backtests.report.files import (
    CONFIG,
    MANIFEST,
    SUMMARY,
    VERDICT,
    WITHDRAWALS,
    file_sha256,
    write_json,
)
from backtests.report.folder import new_folder, require_intact, write_manifest
from backtests.report.glance import glance_of
from backtests.report.manifest import RunManifest, SeriesOrigin, read_run_manifest
from backtests.report.page import stands_alone
from backtests.report.pages import STRESS as STRESS_PAGE
from backtests.report.pages import TEARSHEET, WHICH_HEDGE
from backtests.report.pages import VERDICT as VERDICT_PAGE
from backtests.report.pages import WITHDRAWALS as WITHDRAWALS_PAGE
from backtests.report.stress.folder import write_stress_numbers, write_stress_page
from backtests.report.stress.words import first_screen
from backtests.report.verdict.document import document
from backtests.report.verdict.page import write_verdict
from backtests.report.verdict.payoffs import DEPENDS
from backtests.report.versions import versions
from backtests.report.which_hedge.page import write_which_hedge
from data.errors import OutputError
from data.market import Market
from data.provenance import content_sha256
from data.records import fields_of
from data.spreadsheet import write_csv
from data.strictness import age_in_days
from strategies.base import Strategy

if TYPE_CHECKING:
    from backtests.engine.with_quantstats import Drawn


def write_run(
    out: Path,
    run: Run,
    *,
    with_tearsheet: bool,
    standalone: bool = False,
    drawing: Callable[[], Drawn] | None = None,
) -> Path:
    """Write a run into ``out`` under its name and return that folder.

    ``drawing`` as for :func:`backtests.report.tearsheet.write_tearsheet`.
    ``standalone``: its pages have all that they need in themselves, and can be sent alone; those
    that do already stay so.

    Raises
    ------
    OutputError
        If it cannot be written; a folder that was there before is untouched.
    """
    place = out / run.name
    with new_folder(out, run.name) as folder:
        _write_numbers(folder, run)
        pages = [TEARSHEET.file] * with_tearsheet
        pages += [VERDICT, VERDICT_PAGE.file] * (run.verdict is not None)
        pages += [WHICH_HEDGE.file] * (run.verdict is not None and run.verdict.ways is not None)
        pages += [WITHDRAWALS_PAGE.file] * (run.withdrawals is not None)
        pages += [STRESS_PAGE.file] * isinstance(run.stress, Stress)
        files = {*_fingerprints(folder), *pages, MANIFEST}
        there = _same_run(place, folder)
        page = VERDICT_PAGE.file
        alone = standalone or (page in there and stands_alone(place / page))
        # Pages name each other: those of a folder that has more of them are made as they are there,
        # and if they are the same, it stays.
        listed = sorted(files | there.keys())
        _write_pages(folder, run, pages, listed, standalone=alone, drawing=drawing)
        if there and not _fingerprints(folder).items() <= there.items():
            _write_pages(folder, run, pages, sorted(files), standalone=alone, drawing=drawing)
        write_manifest(folder, _manifest(run))
    return place


def _write_numbers(folder: Path, run: Run) -> None:
    simulation = run.simulation
    write_json(folder / SUMMARY, run.summary)
    write_config(folder / CONFIG, run.resolved)
    write_strategy(folder, type(run.config.make_strategy()))
    levels = {
        "strategy": simulation.nav,
        "benchmark": run.benchmark_values,
        "cash": run.market.cash.loc[simulation.nav.index],
    }
    if run.config.plan.flows:  # where nothing is paid, wealth is the unit value
        levels["wealth"] = simulation.wealth
    _write_csv(pd.DataFrame(levels), folder / "equity.csv")
    _write_csv(simulation.weights, folder / "weights.csv")
    _write_years(run.summary.years, folder / "years.csv")
    _write_csv(simulation.orders.set_index("date"), folder / "orders.csv")
    if run.config.plan.flows:
        paid = {"flow": simulation.flows, "wealth": simulation.wealth}
        _write_csv(pd.DataFrame(paid)[simulation.flows != 0.0], folder / "flows.csv")
    if run.withdrawals is not None:
        write_json(folder / WITHDRAWALS, run.withdrawals)
    if isinstance(run.stress, Stress):
        write_stress_numbers(folder, run.stress)
    if run.sleeve is not None:
        _write_csv(run.sleeve.switches.set_index("date"), folder / "switches.csv")
        write_csv(run.sleeve.attribution, folder / "attribution.csv")


def _write_pages(
    folder: Path,
    run: Run,
    pages: Sequence[str],
    files: Sequence[str],
    *,
    standalone: bool,
    drawing: Callable[[], Drawn] | None,
) -> None:
    """Write some pages, which list these files."""
    if run.verdict is not None:
        write_json(folder / VERDICT, document(run.verdict, run.summary))
        write_verdict(folder / VERDICT_PAGE.file, run, files=files, standalone=standalone)
        if run.verdict.ways is not None:
            path = folder / WHICH_HEDGE.file
            write_which_hedge(path, run, run.verdict.ways, files=files, standalone=standalone)
    if run.withdrawals is not None:
        from backtests.report.withdrawals.page import write_withdrawals

        path = folder / WITHDRAWALS_PAGE.file
        write_withdrawals(path, run, run.withdrawals, files=files, standalone=standalone)
    if isinstance(run.stress, Stress):
        write_stress_page(folder, run, run.stress, files, standalone=standalone)
    if TEARSHEET.file in pages:  # last: its charts may be drawn meanwhile
        from backtests.report.tearsheet import write_tearsheet

        path, benchmark = folder / TEARSHEET.file, run.benchmark_values
        simulation, summary = run.simulation, run.summary
        write_tearsheet(path, run.market, simulation, benchmark, summary, files, drawing)


def _same_run(place: Path, folder: Path) -> Mapping[str, str]:
    """Files of the folder that is there, if it is whole and of the very same numbers; else none."""
    try:
        there = read_run_manifest(place).files
        require_intact(place, there)
    except OutputError:
        return {}
    return there if _fingerprints(folder).items() <= there.items() else {}


def _fingerprints(folder: Path) -> dict[str, str]:
    return {path.name: file_sha256(path) for path in folder.iterdir()}


def write_strategy(folder: Path, kind: type[Strategy]) -> None:
    """Copy the source of a strategy from outside the repository: its file may change or go."""
    if kind.file is not None:
        (folder / STRATEGY).write_bytes(kind.file.source)


def _manifest(run: Run) -> RunManifest:
    market = run.market
    evidence = None if run.verdict is None else run.verdict.evidence
    ways = None if run.verdict is None else run.verdict.ways
    return RunManifest(
        finding=first_screen(run.stress).headline if isinstance(run.stress, Stress) else "",
        verdict=None if run.verdict is None else run.verdict.word,
        payoff=None if evidence is None or run.judged.word in DEPENDS else evidence.every.estimate,
        strategy=run.config.strategy,
        config=run.config.table,
        source=market.source,
        source_title=market.title,
        origin=market.origin,
        remarks=tuple(text for text in (market.origin.remark, *market.remarks) if text),
        notes=market.notes,
        age_days=age_in_days(run.summary.data.last),
        data={
            series: _series_origin(held, series, sha256)
            for held in (run.shared, market)  # the first where the benchmark lacks sessions
            if held is not None
            for series, sha256 in held.fingerprints().items()
        },
        versions=versions(),
        which_hedge=None if ways is None else ways.answer,
        glance=glance_of(run.summary, run.simulation.nav.tolist(), run.config.roles),
    )


def _series_origin(market: Market, series: str, sha256: str) -> SeriesOrigin:
    where = market.provenance.get(series)
    if where is None:
        rate = market.vintage.series.get("yields" if series.startswith("yield_") else series)
        if rate is None:
            return SeriesOrigin(market.source, sha256)
        return SeriesOrigin(rate.source, sha256, last=rate.last, fetched=rate.fetched)
    own = None
    if where.own_first is not None:
        own = content_sha256(market.in_dollars.prices[series].loc[where.own_first :])
    return SeriesOrigin(
        where.source, sha256, where.what, where.first, where.last, where.fetched, own
    )


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    write_csv(frame, path, index_label="date")


def _write_years(years: Sequence[CalendarYear], path: Path) -> None:
    columns = ["year", "strategy", "benchmark"]
    table = pd.DataFrame([fields_of(year) for year in years], columns=columns)
    write_csv(table, path)
