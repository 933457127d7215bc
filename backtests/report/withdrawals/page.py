"""``withdrawals.html``: how long a retiree's money lasted, from every start month."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from backtests.analysis.withdrawals import Withdrawals
from backtests.engine.run import Run
from backtests.report.listing import run_files
from backtests.report.page import render_page
from backtests.report.pages import WITHDRAWALS, pages_in, trail_of_run
from backtests.report.text import costs_text, source_words, summary_label
from backtests.report.withdrawals.charts import rates_chart, starts_map
from backtests.report.withdrawals.tables import horizons_grid, years_grid
from backtests.report.withdrawals.words import first_screen, method, names_of


def write_withdrawals(
    path: Path,
    run: Run,
    withdrawals: Withdrawals,
    *,
    files: Sequence[str],
    standalone: bool = False,
) -> None:
    """Write the page of a run.

    Parameters
    ----------
    path
        The file to write.
    run, withdrawals
        Of which the second is about the first.
    files
        Names of the files that its folder has or will have.
    standalone
        As for :func:`backtests.report.page.render_page`.
    """
    summary, names = run.summary, names_of(run, withdrawals)
    label = summary_label(summary)
    render_page(
        "withdrawals.html",
        path,
        [rates_chart(withdrawals, names), starts_map(withdrawals, names)],
        trail=trail_of_run(label, WITHDRAWALS, pages_in(files) or [WITHDRAWALS]),
        standalone=standalone,
        title=f"{label}: withdrawals",
        screen=first_screen(withdrawals, names),
        facts=facts_of(run, withdrawals),
        own_history=own_words(withdrawals),
        horizons=horizons_grid(withdrawals, names),
        years=years_grid(withdrawals.run, withdrawals, names["run"]),
        starts_note=starts_note(withdrawals),
        method=method(withdrawals),
        notes=summary.notes,
        files=run_files(files),
    )


def facts_of(run: Run, withdrawals: Withdrawals) -> list[str]:
    """On what it was counted, in a few words each."""
    rows = "month-ends" if withdrawals.monthly else "daily closes"
    own = bool(withdrawals.own_history)
    return [
        f"{withdrawals.first} to {withdrawals.last}, {rows}",
        f"payments grow with consumer prices, in {withdrawals.currency}",
        costs_text(run.summary.costs),
        f"hedge {', '.join(withdrawals.hedge) or 'none'}",
        f"equity {', '.join(withdrawals.equity)}",
        source_words(run.summary) if own else withdrawals.source_title,
    ]


def own_words(withdrawals: Withdrawals) -> str:
    """Why the page is about the run's own history alone; empty where it is not."""
    if not withdrawals.own_history:
        return ""
    return f"On the run's own history alone: {withdrawals.own_history}."


def starts_note(withdrawals: Withdrawals) -> str:
    """Which horizons are left out, and why a longer one may look the safer; empty without."""
    told = []
    if withdrawals.too_long:
        named = " and ".join(str(years) for years in withdrawals.too_long)
        told.append(f"Left out, since no start has so many years: {named} years.")
    rising = [
        (short.years, long.years)
        for each in withdrawals.portfolios
        for short, long in itertools.pairwise(each.horizons)
        if long.worst.rate > short.worst.rate
    ]
    if rising:
        short, long = rising[0]
        told.append(
            f"A rate over {long} years above that over {short} is one of other starts: fewer "
            f"months begin {long} known years, and the worst of them are not among them."
        )
    return " ".join(told)
