"""Tables of the page of withdrawals."""

from __future__ import annotations

from collections.abc import Mapping

from backtests.analysis.withdrawals import (
    HorizonFigures,
    PortfolioWithdrawals,
    WithdrawalKey,
    Withdrawals,
    month_after,
)
from backtests.report.page import Cell, Grid
from backtests.report.withdrawals.words import (
    month_text,
    rate_text,
    share_text,
    survived_text,
)

SPARE = (0.0, 0.01, 0.02)  # of a rate beyond the asked one: where a tint begins


def horizons_grid(withdrawals: Withdrawals, names: Mapping[WithdrawalKey, str]) -> Grid:
    """Horizon x portfolio: share that lasted, the rate of every start, the worst start."""
    rows = []
    for own in withdrawals.run.horizons:
        first = Cell(f"{own.years} years", own.years, f"{own.starts} starts, {own.apart} apart")
        figures = [each.over(own.years) for each in withdrawals.portfolios]
        rows.append([first, *(_figures_cell(each) for each in figures)])
    rate = rate_text(withdrawals.rate)
    heads = ["Horizon", *(names[each.key] for each in withdrawals.portfolios)]
    return Grid(
        heads,
        rows,
        caption=f"Share of starts that lasted at {rate} a year; below it the largest rate that "
        "every start survived, and the worst start. Apart: periods that do not overlap.",
        kind="lasted",
    )


def _figures_cell(figures: HorizonFigures) -> Cell:
    worst = figures.worst
    return Cell(
        share_text(figures.lasted),
        figures.lasted,
        f"{survived_text(worst.rate)}, {month_text(worst.month)}",
    )


def years_grid(portfolio: PortfolioWithdrawals, withdrawals: Withdrawals, name: str) -> Grid:
    """Year of the start x horizon: the largest rate that all starts of that year survived."""
    by_year: dict[str, dict[int, float]] = {}
    for figures in portfolio.horizons:
        for at, rate in enumerate(figures.rates):
            year = by_year.setdefault(month_after(withdrawals.first_start, at)[:4], {})
            year[figures.years] = min(rate, year.get(figures.years, rate))
    lengths = [figures.years for figures in portfolio.horizons]
    rows = [
        [Cell(year, int(year)), *(_rate_cell(rates.get(n), withdrawals.rate) for n in lengths)]
        for year, rates in by_year.items()
    ]
    return Grid(
        ["Start in", *(f"{years} years" for years in lengths)],
        rows,
        caption=f"{name}: percent a year that the worst start of each year survived. Orange ran "
        f"dry at {rate_text(withdrawals.rate)}, blue lasted.",
        kind="map",
    )


def _rate_cell(rate: float | None, asked: float) -> Cell:
    if rate is None:
        return Cell("", "")
    if rate <= asked:
        return Cell(survived_text(rate).removesuffix(" %"), rate, tone="down-2")
    step = sum(rate - asked > spare for spare in SPARE) - 1
    return Cell(survived_text(rate).removesuffix(" %"), rate, tone=f"up-{step}")
