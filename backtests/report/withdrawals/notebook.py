"""Withdrawals as they show themselves in a notebook and in a terminal."""

from __future__ import annotations

from backtests.analysis.withdrawals import Withdrawals
from backtests.report.sheet import Sheet, Table
from backtests.report.withdrawals.tables import horizons_grid
from backtests.report.withdrawals.words import (
    first_screen,
    method,
    plain_names,
    share_text,
    survived_text,
)
from data.terminal import printable


def withdrawals_html(withdrawals: Withdrawals) -> str:
    """The first screen of the page, its table of horizons and its definitions."""
    names = plain_names(withdrawals)
    grid = horizons_grid(withdrawals, names)
    return Sheet(
        title="",
        facts=(),
        screen=first_screen(withdrawals, names),
        picture=None,
        is_pictured=False,
        tables=[Table("Horizons", grid, grid.caption)],
        notes=[f"{lead} {words}" for lead, words in method(withdrawals)],
    ).render()


def withdrawals_text(withdrawals: Withdrawals) -> str:
    """The first screen in a few lines, and a line for each horizon."""
    names = plain_names(withdrawals)
    screen = first_screen(withdrawals, names)
    lines = [f"{screen.headline}.", screen.line]
    for own in withdrawals.run.horizons:
        told = [
            f"{names[each.key].partition(',')[0]} {share_text(each.over(own.years).lasted)} "
            f"(every start {survived_text(each.over(own.years).worst.rate)})"
            for each in withdrawals.portfolios
        ]
        lines.append(f"{own.years} years, {own.starts} starts: {', '.join(told)}")
    return "\n".join(printable(line).replace("\u00a0", " ") for line in lines)
