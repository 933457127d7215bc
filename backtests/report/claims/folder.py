"""The folder of a trial: its page, its numbers, and what they rest on."""

from __future__ import annotations

from pathlib import Path

from backtests.analysis.claims import Trial
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.trial import fingerprints_of, trial_name
from backtests.report.claims.page import FILES, write_claims
from backtests.report.claims.words import finding
from backtests.report.files import CLAIMS, write_json
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.manifest import ClaimsManifest
from backtests.report.pages import CLAIMS as CLAIMS_PAGE
from backtests.report.pages import TRIAL, TRIAL_ON, trail_of
from backtests.report.versions import versions


def write_trial(out: Path, exhibits: Exhibits, trial: Trial, *, standalone: bool = False) -> Path:
    """Write the folder of a trial under ``out`` and return it; the list of results has it too.

    Parameters
    ----------
    out
        The results folder.
    exhibits, trial
        What was tried, and what came of it.
    standalone
        As for :func:`backtests.report.claims.page.write_claims`.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.
    """
    name = trial_name(exhibits)
    with new_folder(out, name) as folder:
        write_json(folder / CLAIMS, trial)
        write_claims(
            folder / CLAIMS_PAGE.file,
            trial,
            trail=trail_of(TRIAL),
            files=FILES,
            standalone=standalone,
        )
        write_manifest(folder, _manifest(exhibits, trial))
    rebuild_index(out)
    return out / name


def _manifest(exhibits: Exhibits, trial: Trial) -> ClaimsManifest:
    days = exhibits.days
    return ClaimsManifest(
        title=f"{TRIAL_ON}{trial.days_title or trial.months_title}",
        finding=finding(trial),
        source=exhibits.months.source if days is None else days.source,
        notes=() if days is None else tuple(days.notes),
        data=fingerprints_of(exhibits),
        versions=versions(),
    )
