"""The trial of the article in a terminal: one row a claim."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.analysis.claims import Claim, Trial
from backtests.report.claims.words import (
    ARTICLE_DATE,
    deciding,
    facts,
    headline,
    interval_text,
    leading,
    reconciled,
    sample_text,
    sureness,
    value_text,
)


def print_claims(console: Console, trial: Trial) -> None:
    """Print what came of each claim, the figure that decides it, and what came after.

    Parameters
    ----------
    console
        Where to; 80 columns are enough.
    trial
        With its claims in order.
    """
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_lines=False)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Claim", ratio=24)
    table.add_column("Judgement", ratio=13)
    table.add_column("Deciding figure", ratio=24)
    table.add_column(f"After {ARTICLE_DATE}", ratio=18)
    for claim in trial.claims:
        table.add_row(
            str(claim.number),
            Text(claim.title),
            Text(claim.judgement),
            Text(_decided(claim)),
            Text(_after(claim)),
        )
    console.print(Text(f"{headline(trial)}."))
    console.print(Text(reconciled(trial)))
    console.print(Text(sureness(trial)))
    console.print()
    console.print(table)
    for fact in (*facts(trial), *([trial.days_missing] if trial.days_missing else [])):
        console.print(Text(fact))


def _decided(claim: Claim) -> str:
    """The first figure that decides: itself, its interval, n and what it is."""
    for measure in deciding(claim):
        told = interval_text(measure)
        small = filter(None, (told and f"({told})", sample_text(measure)))
        return f"{' '.join((value_text(measure), *small))}: {measure.what}"
    return f"- {claim.missing}".rstrip() if claim.missing else "- no figure decides it"


def _after(claim: Claim) -> str:
    for measure in leading(claim.after):
        return f"{value_text(measure)}: {measure.what}"
    return "-"
