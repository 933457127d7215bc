"""``which-hedge.html``: the hedge of a run in another currency than dollars, held in four ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backtests.analysis.record import Tickers, Verdict
from backtests.analysis.ways import WayKey, Ways
from backtests.engine.run import Run
from backtests.report.charts import Line, growth_axis, time_chart
from backtests.report.figures import Figure
from backtests.report.listing import run_files
from backtests.report.page import render_page
from backtests.report.pages import WHICH_HEDGE, pages_in, trail_of_run
from backtests.report.paid_words import terms_of
from backtests.report.text import (
    CVAR,
    amount,
    capital,
    costs_text,
    hedge_words,
    rule_label,
    source_words,
)
from backtests.report.verdict.charts import falls_of_equity
from backtests.report.which_hedge import tables
from backtests.report.which_hedge.falls_picture import falls_picture
from backtests.report.which_hedge.now import now_lines
from backtests.report.which_hedge.words import (
    equity_terms,
    first_screen,
    hedged_won,
    judged_falls,
    names_of,
    reading,
)
from backtests.report.withheld_table import no_rates_words, withheld_grid, withheld_words
from data.currency.currencies import SIGNS, name_of
from data.treasuries.instruments import CATALOGUE

ROWS = {252: "daily closes", 12: "month-ends"}
# Colour, dash and width of each way in the chart of growth.
LOOKS: dict[WayKey, tuple[str, str, float]] = {
    "unhedged": ("--treasuries", "dot", 1.6),
    "hedged": ("--treasuries", "solid", 2.0),
    "dollar_bills": ("--bills", "dot", 1.6),
    "home_cash": ("--bills", "solid", 1.6),
}


def write_which_hedge(
    path: Path, run: Run, ways: Ways, *, files: Sequence[str], standalone: bool = False
) -> None:
    """Write the page of a run.

    Parameters
    ----------
    path
        The file to write.
    run, ways
        With its verdict, and the ways to hold its hedge.
    files
        Names of the files that its folder has or will have.
    standalone
        As for :func:`backtests.report.page.render_page`.
    """
    verdict, summary = run.judged, run.summary
    tickers, daily = verdict.tickers, verdict.series.drawdown.daily
    label, currency = rule_label(summary), name_of(ways.currency)
    hedge = hedge_words(tickers.hedge)
    figures = [growth_chart(verdict, ways)]
    render_page(
        "which_hedge.html",
        path,
        [figure for figure in figures if not figure.is_empty],
        trail=trail_of_run(label, WHICH_HEDGE, pages_in(files) or [WHICH_HEDGE]),
        standalone=standalone,
        title=f"{label}: which hedge in {ways.currency}",
        screen=first_screen(ways, tickers),
        hero=falls_picture(ways, tickers, falls_title(ways), daily=daily),
        facts=[
            f"{capital(hedge)}: {funds_text(tickers.hedge)}",
            f"equity {funds_text(tickers.equity)}",
            f"{capital(ROWS[summary.periods_per_year])} from {summary.start} to {summary.end}",
            f"in {ways.currency}",
            *terms_of(summary),
            costs_text(summary.costs),
            source_words(summary),
        ],
        ways=tables.ways_grid(ways, tickers, daily=daily),
        cvar=CVAR,
        falls=tables.falls_grid(ways, tickers),
        split=tables.split_grid(ways, tickers, currency, is_real=summary.is_real),
        bases=tables.basis_grid(ways),
        withheld=withheld_grid(verdict.withheld),
        withheld_words=withheld_words(tickers.hedge),
        no_rates=no_rates_words(verdict.withheld, tickers.hedge, run.market.in_dollars.payments),
        hedge=hedge,
        daily=daily,
        sold=sold_text(ways, tickers),
        now=now_lines(ways, verdict),
        reading=reading(ways, tickers, daily=daily),
        notes=summary.notes,
        files=run_files(files),
    )


def funds_text(tickers: Sequence[str]) -> str:
    """Funds with what they hold: ``IEF, 7-10 year Treasuries``."""
    return "; ".join(
        f"{ticker}, {CATALOGUE[ticker].title}" if ticker in CATALOGUE else ticker
        for ticker in tickers
    )


def sold_text(ways: Ways, tickers: Tickers) -> str:
    """What the currency hedge of the page sells, and what it leaves as it is."""
    hedge = hedge_words(tickers.hedge)
    return f"Only the dollars of {hedge} are sold forward. {equity_terms(ways)}."


def falls_title(ways: Ways) -> str:
    """In how many falls of equity hedged did better."""
    falls = judged_falls(ways)
    won = sum(bool(hedged_won(fall, ways)) for fall in falls)
    if len(falls) == 1:
        return f"In the only fall of equity {'hedged' if won else 'unhedged'} did better"
    return f"Hedged did better than unhedged in {won} of {len(falls)} falls of equity"


def growth_chart(verdict: Verdict, ways: Ways) -> Figure:
    """Growth of the hedge alone in each of the four ways, logarithmic."""
    names, hedge = names_of(ways, verdict.tickers), hedge_words(verdict.tickers.hedge)
    lines = [
        Line(names[way.key], path, colour, dash, width)
        for way, path in zip(ways.ways, ways.growth.paths, strict=True)
        if way.key in LOOKS
        for colour, dash, width in (LOOKS[way.key],)
    ]
    grown = ", ".join(
        f"{drawn.name} {amount(drawn.values[-1])}" for drawn in lines if len(drawn.values) > 1
    )
    return time_chart(
        "growth",
        ways.growth.months,
        lines,
        title=f"Growth of {SIGNS[ways.currency]}1: {grown}" if grown else "",
        caption=f"{capital(hedge)} alone, at month-ends, after costs, logarithmic. Dotted: the "
        "dollar is open. Grey: falls of equity.",
        alt=f"Growth of {hedge} alone in four ways, logarithmic scale",
        y=replace(growth_axis(lines), title=f"growth of {SIGNS[ways.currency]}1"),
        height=360,
        bands=falls_of_equity(verdict),
    )
