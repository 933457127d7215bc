"""The table of a run's hedge with several rates of tax withheld from it."""

from __future__ import annotations

from collections.abc import Sequence

from backtests.analysis.withheld import AtRate
from backtests.report.page import Cell, Grid
from backtests.report.text import hedge_name, hedge_words
from backtests.report.verdict.tables import estimate_cell, hundredths, number_cell, signed
from data.withholding.payouts import Payments


def withheld_grid(rows: Sequence[AtRate]) -> Grid | None:
    """The hedge with several rates of tax withheld from it; None where that is not known."""
    if not rows:
        return None
    cells = [
        [
            Cell(f"{100 * row.rate:g} %", row.rate, small="as in this run" if row.is_held else ""),
            estimate_cell(row.payoff, signed(hundredths), "payoff"),
            number_cell(row.growth),
            number_cell(row.cagr),
            number_cell(row.max_drawdown),
        ]
        for row in rows
    ]
    heads = ["Withheld", "Payoff, % a month", "Growth a year", "Portfolio: CAGR",
             "Portfolio: deepest fall"]  # fmt: skip
    return Grid(heads, cells)


def withheld_words(hedge: Sequence[str]) -> str:
    """What the table of rates is, and what the law withholds."""
    name = hedge_words(hedge)
    return (
        f"That share of all that {name} paid, throughout; the hedge held as this run holds it. The "
        "United States withhold nothing from the interest of their Treasuries that is paid to "
        "investors abroad (portfolio interest); 30 % is what they withhold from dividends without "
        "a treaty, and 15 % what most treaties allow. Funds may withhold first and refund later. "
        "No advice: docs/withholding.md of the project."
    )


def no_rates_words(rows: Sequence[AtRate], hedge: Sequence[str], payments: Payments | None) -> str:
    """Why there is no table of rates; empty where there is one.

    Parameters
    ----------
    rows
        Of the table.
    hedge
        The tickers of the hedge.
    payments
        What the market in dollars pays out; None where it says nothing of that.
    """
    if rows:
        return ""
    name = hedge_name(hedge)
    pays_nothing = payments is not None and all(
        payments.payouts[ticker].pays_nothing for ticker in hedge
    )
    if pays_nothing:
        return f"Rates of tax are not shown: nothing is paid out by {name}."
    return f"Rates of tax are not shown: what {name} paid out is not known from these prices."
