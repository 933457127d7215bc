"""The trial of the article in a terminal: one row a claim."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtests.analysis.claims import Claim, Trial
from backtests.report.claims.tables import NO_FIGURE
from backtests.report.claims.words import (
    ARTICLE_DATE,
    abridged,
    deciding,
    facts,
    headline,
    interval_text,
    is_forecast,
    leading,
    reconciled,
    sample_text,
    sureness,
    value_text,
)

MOST_REASON = 90  # characters of why no figure stands there


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
        value = f"{value_text(measure)} ({told})" if told else value_text(measure)
        return f"{', '.join(filter(None, (value, sample_text(measure))))}: {measure.what}"
    return f"- {abridged(claim.missing or NO_FIGURE, MOST_REASON)}"


def _after(claim: Claim) -> str:
    """The first figure since the article; of a forecast the next after that which decides."""
    for measure in leading(claim.after)[is_forecast(claim) and len(claim.after) > 1 :]:
        return f"{value_text(measure)}: {measure.what}"
    return "-"
