"""``claims.html``: each claim of the article, what came of it, and what happened since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backtests.analysis.claims import Claim, Trial
from backtests.report.claims.tables import (
    FIGURE_HEADS,
    HEADS,
    claim_grid,
    claim_lines,
    measures_grid,
)
from backtests.report.claims.words import (
    ARTICLE_DATE,
    TONES,
    begun,
    facts,
    headline,
    method,
    reconciled,
    sureness,
    tiles,
)
from backtests.report.files import CLAIMS, MANIFEST
from backtests.report.page import Grid, render_page
from backtests.report.pages import CLAIMS as CLAIMS_PAGE
from backtests.report.pages import TRIAL, Trail

# What the files of the folder of a trial hold, in the order in which they are listed.
FILES = (
    (CLAIMS_PAGE.file, "what came of each claim, and on what it rests"),
    (CLAIMS, "every number of the trial"),
    (MANIFEST, "origin and fingerprints of the data, versions, and a checksum of each file"),
)


@dataclass(frozen=True)
class ClaimSection:
    """A claim with its tables, as its section shows it; None for a table that it lacks."""

    claim: Claim
    tone: str
    measures: Grid | None
    after: Grid | None
    table: Grid | None


def write_claims(
    path: Path,
    trial: Trial,
    *,
    trail: Trail,
    files: Sequence[tuple[str, str]] = (),
    standalone: bool = False,
) -> None:
    """Write the page of a trial.

    Parameters
    ----------
    path
        The file to write.
    trial
        With its claims in order.
    trail
        The way to it.
    files
        Name and contents of the files of its folder, such as :data:`FILES`.
    standalone
        As for :func:`backtests.report.page.render_page`: the page has no charts, so that it can be
        sent either way.
    """
    render_page(
        "claims.html",
        path,
        trail=trail,
        standalone=standalone,
        title=TRIAL,
        headline=headline(trial),
        line=reconciled(trial),
        sure=sureness(trial),
        tiles=tiles(trial),
        facts=facts(trial),
        missing=trial.days_missing,
        heads=HEADS,
        figure_heads=FIGURE_HEADS,
        lines=claim_lines(trial),
        sections=[_section(claim) for claim in trial.claims],
        after_head=f"After {ARTICLE_DATE}",
        method=method(),
        files=files,
    )


def _section(claim: Claim) -> ClaimSection:
    measured, since = "Up to the article", f"After {ARTICLE_DATE}"
    return ClaimSection(
        claim=replace(claim, data=begun(claim.data), missing=begun(claim.missing)),
        tone=TONES[claim.judgement],
        measures=measures_grid(claim.measures, measured) if claim.measures else None,
        after=measures_grid(claim.after, since) if claim.after else None,
        table=None if claim.table is None else claim_grid(claim.table),
    )
