"""A stress test's files: beside a run's other pages, or in a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backtests.analysis.stress import Stress
from backtests.engine.run import Run, fingerprints_of
from backtests.report.files import STRESS, STRESS_TABLE, holds_json, write_json
from backtests.report.folder import is_complete, new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.listing import run_files
from backtests.report.manifest import StressManifest
from backtests.report.page import stands_alone
from backtests.report.pages import STRESS as PAGE
from backtests.report.pages import STRESS_OF, Trail, pages_in, trail_of, trail_of_run
from backtests.report.stress.page import write_stress
from backtests.report.stress.spreadsheet import write_stress_csv
from backtests.report.stress.words import first_screen
from backtests.report.text import summary_label
from backtests.report.versions import versions
from data.strictness import age_in_days


def write_stress_numbers(folder: Path, stress: Stress) -> None:
    """Write the numbers of a stress test, as JSON and as a table, into a folder."""
    write_json(folder / STRESS, stress)
    write_stress_csv(folder / STRESS_TABLE, stress)


def write_stress_page(
    folder: Path, run: Run, stress: Stress, files: Sequence[str], *, standalone: bool
) -> None:
    """Write the page into the folder of its run, which has or will have these files."""
    label = summary_label(run.summary)
    trail = trail_of_run(label, PAGE, pages_in(files))
    _write_page(folder, run, stress, trail, files, standalone=standalone)


def publish_stress(out: Path, run: Run, stress: Stress, *, standalone: bool = False) -> Path:
    """Write a stress test under ``out`` and return its folder.

    That is the run's own folder, left as it is, where this test stands in it already; else a
    folder of its own.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.
    """
    of_run = out / run.name
    is_there = is_complete(of_run, [PAGE.file, STRESS]) and holds_json(of_run / STRESS, stress)
    if is_there and (not standalone or stands_alone(of_run / PAGE.file)):
        return of_run
    name = f"stress-{run.name}"
    label = summary_label(run.summary)
    with new_folder(out, name) as folder:
        write_stress_numbers(folder, stress)
        files = [PAGE.file, STRESS, STRESS_TABLE]
        trail = trail_of(f"{STRESS_OF}{label}")
        _write_page(folder, run, stress, trail, files, standalone=standalone)
        write_manifest(folder, _manifest(run, stress))
    rebuild_index(out)
    return out / name


def _write_page(
    folder: Path,
    run: Run,
    stress: Stress,
    trail: Trail,
    files: Sequence[str],
    *,
    standalone: bool,
) -> None:
    write_stress(
        folder / PAGE.file,
        summary_label(run.summary),
        stress,
        trail=trail,
        files=run_files(files),
        standalone=standalone,
    )


def _manifest(run: Run, stress: Stress) -> StressManifest:
    return StressManifest(
        title=f"{STRESS_OF}{summary_label(run.summary)}",
        finding=first_screen(stress).headline,
        config=run.config.table,
        source_title=run.market.title,
        notes=tuple(run.market.notes),
        age_days=age_in_days(run.summary.data.last),
        data=fingerprints_of(run.market, run.shared),
        versions=versions(),
    )
