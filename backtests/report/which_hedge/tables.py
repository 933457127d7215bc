"""The tables of the page: the ways, the falls, the split of the return, the basis."""

from __future__ import annotations

from collections.abc import Mapping

from backtests.analysis.record import Tickers
from backtests.analysis.ways import Split, WayKey, Ways
from backtests.report.comparison.grids import FALL_STEPS, tinted
from backtests.report.falls import name_of_fall
from backtests.report.page import Cell, Grid
from backtests.report.text import basis, capital, difference, hedge_words, ratio
from backtests.report.verdict.tables import estimate_cell, hundredths, number_cell, signed
from backtests.report.which_hedge.words import BILLS, names_of

POINTS = signed(hundredths)
# Heads where there is little room: of what they are is said above them.
SHORT: Mapping[WayKey, str] = {
    "unhedged": "Unhedged",
    "hedged": "Hedged",
    "dollar_bills": "US bills",
    "as_held": "Partly hedged",
}
# What each part of the return is called.
PARTS: Mapping[str, str] = {
    "treasury": "{hedge} in dollars",
    "currency": "The dollar's move against the {currency}",
    "carry": "Carry of the currency hedge: interest and basis",
    "cross": "Both at once: what {hedge} earned, times the dollar's move",
    "cash": "Cash, while the rule held no {hedge}",
    "costs": "Trading costs",
}


def ways_grid(ways: Ways, tickers: Tickers, *, daily: bool) -> Grid:
    """The hedge alone in each way, and the portfolio with it."""
    names = names_of(ways, tickers)
    rows = [
        [
            Cell(names[way.key], small="as this run holds it" if way.key == ways.held else ""),
            estimate_cell(way.payoff, POINTS, "payoff"),
            number_cell(way.growth),
            number_cell(way.volatility),
            number_cell(way.correlation, ratio),
            number_cell(way.whole.cagr),
            number_cell(way.whole.volatility_monthly),
            number_cell(way.whole.max_drawdown),
            number_cell(way.whole.cvar_95_monthly),
        ]
        for way in ways.ways
    ]
    hedged, unhedged = ways.way("hedged"), ways.way("unhedged")
    volatility = _less(hedged.volatility, unhedged.volatility)
    rows.append(
        [
            Cell("Hedged less unhedged"),
            estimate_cell(ways.difference.payoff, POINTS, "payoff"),
            estimate_cell(ways.difference.growth, POINTS, "growth"),
            number_cell(volatility, POINTS),
            number_cell(_less(hedged.correlation, unhedged.correlation), _signed_ratio),
            number_cell(_less(hedged.whole.cagr, unhedged.whole.cagr), POINTS),
            number_cell(
                _less(hedged.whole.volatility_monthly, unhedged.whole.volatility_monthly), POINTS
            ),
            number_cell(_less(hedged.whole.max_drawdown, unhedged.whole.max_drawdown), POINTS),
            number_cell(
                _less(hedged.whole.cvar_95_monthly, unhedged.whole.cvar_95_monthly), POINTS
            ),
        ]
    )
    heads = ["", "Payoff, % a month", "Growth a year", "Volatility", "Correlation with equity",
             "Portfolio: CAGR", "Portfolio: volatility", "Portfolio: deepest fall",
             "Portfolio: CVaR 95, months"]  # fmt: skip
    caption = (
        f"{capital(hedge_words(tickers.hedge))} alone, from month-ends; then the whole portfolio, "
        f"deepest fall from {basis(daily=daily)}. All in {ways.currency}, after costs."
    )
    return Grid(heads, rows, caption=caption, wide=True, kind="cards")


def _less(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or theirs is None else ours - theirs


def _signed_ratio(value: float | None) -> str:
    return "-" if value is None else difference(value, 2)


def falls_grid(ways: Ways, tickers: Tickers) -> Grid:
    """What each way made in each fall of equity, in tinted cells."""
    names = names_of(ways, tickers)
    rows = [
        [
            Cell(name_of_fall(fall), small=f"{fall.start} to {fall.end}"),
            tinted(fall.equity, FALL_STEPS),
            *(tinted(_or_nan(value), FALL_STEPS) for value in fall.made),
        ]
        for fall in ways.falls
    ]
    hedge = capital(hedge_words(tickers.hedge))
    heads = ["", "Equity", *(SHORT.get(key, name) for key, name in names.items())]
    caption = (
        f"Total returns in percent, in {ways.currency}: 100 % equity "
        f"({', '.join(tickers.equity)}); {hedge} unhedged and hedged; {BILLS}, unhedged; cash."
    )
    return Grid(heads, rows, kind="map falls", caption=caption)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def split_grid(
    ways: Ways, tickers: Tickers, currency: str, *, is_real: bool = False
) -> Grid | None:
    """The mean return a year of the hedge alone by its parts; None below a year."""
    if not ways.splits:
        return None
    names, hedge = names_of(ways, tickers), hedge_words(tickers.hedge)
    shown = [
        part
        for part in PARTS
        if part not in ("cash", "costs") or any(getattr(split, part) for split in ways.splits)
    ]
    rows = [
        [
            Cell(capital(PARTS[part].format(hedge=hedge, currency=currency))),
            *(number_cell(getattr(split, part), POINTS) for split in ways.splits),
        ]
        for part in shown
    ]
    rows.append([Cell("Sum: average return a year", tone="best"), *map(_total, ways.splits)])
    grown = [number_cell(ways.way(split.key).growth, POINTS) for split in ways.splits]
    rows.append([Cell(f"Growth a year, compounded{', real' if is_real else ''}"), *grown])
    heads = ["Points a year", *(names[split.key] for split in ways.splits)]
    caption = (
        "The parts and their sum are in money of the day, before inflation." if is_real else ""
    )
    return Grid(heads, rows, caption=caption)


def _total(split: Split) -> Cell:
    return number_cell(split.total, POINTS, "best")


def basis_grid(ways: Ways) -> Grid:
    """Hedged, at several bases."""
    rows = [
        [
            Cell(
                f"{row.basis_bp:g} bp",
                row.basis_bp,
                small="as in this run" if row.basis_bp == ways.basis_bp else "",
            ),
            estimate_cell(row.payoff, POINTS, "payoff"),
            number_cell(row.growth),
            number_cell(row.carry, POINTS),
        ]
        for row in ways.bases
    ]
    heads = ["Basis a year", "Payoff of hedged, % a month", "Growth a year", "Carry, points a year"]
    return Grid(heads, rows)
