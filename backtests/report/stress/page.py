"""``stress.html``: what shocks would do to what a run holds today, at today's yields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backtests.analysis.stress import Stress
from backtests.report.page import render_page
from backtests.report.pages import Trail
from backtests.report.stress import charts, tables
from backtests.report.stress.details import (
    as_equity_words,
    cash_flow_words,
    facts_of,
    method,
    pending_words,
    price_words,
    reading,
    unmoved_words,
)
from backtests.report.stress.names import (
    hedge_of,
)
from backtests.report.stress.words import (
    first_screen,
)
from backtests.report.text import BASIS_POINT


def write_stress(
    path: Path,
    label: str,
    stress: Stress,
    *,
    trail: Trail,
    files: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    standalone: bool = False,
) -> None:
    """Write the page of a stress test.

    Parameters
    ----------
    path
        The file to write; with charts its folder lies in one of results.
    label
        The run in a few words.
    stress
        What is shown.
    trail
        The way to the page.
    files
        Files of its folder with what they hold.
    notes
        On the data of the run, beside those of the stress test.
    standalone
        As for :func:`backtests.report.page.render_page`.
    """
    maps = [charts.yields_map(stress), charts.dollar_map(stress)]
    render_page(
        "stress.html",
        path,
        [figure for figure in maps if figure is not None],
        trail=trail,
        standalone=standalone,
        title=f"{label}: stress at today's yields",
        screen=first_screen(stress),
        facts=[label, *facts_of(stress)],
        pending=pending_words(stress),
        as_equity=as_equity_words(stress),
        unmoved=unmoved_words(stress),
        hero=charts.replays_picture(stress),
        replays=tables.replays_grid(stress),
        reading=reading(stress),
        basis_point=BASIS_POINT,
        moves=tables.moves_grid(stress),
        scenarios=tables.scenarios_grid(stress),
        stories=[(each.name, each.words) for each in stress.scenarios],
        hedge=hedge_of(stress),
        shocks=[
            (title, tables.shocks_grid(stress, shocks, head))
            for title, shocks, head in (
                ("All yields by as much", stress.parallels, "Yields"),
                ("The slope from 2 to 10 years", stress.twists, "Slope"),
                ("The dollar alone", stress.dollars, "Dollar"),
            )
            if any(shock.returns.portfolio or shock.returns.hedge for shock in shocks)
        ],
        break_evens=tables.break_evens_grid(stress) if stress.hedge else None,
        withheld=[told for told in (price_words(stress), cash_flow_words(stress)) if told],
        legs=tables.legs_grid(stress),
        curve=tables.curve_grid(stress),
        method=method(stress),
        notes=list(dict.fromkeys([*stress.notes, *notes])),
        files=files,
    )
