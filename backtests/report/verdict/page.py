"""The page of a verdict."""

from __future__ import annotations

from pathlib import Path

from backtests.analysis.record import Verdict
from backtests.engine.summary import Summary
from backtests.report.page import render_page
from backtests.report.text import BASIS_POINT, DURATION, costs_text
from backtests.report.verdict import charts, tables, words
from strategies.weights import mix_text

RULE = (
    "CVaR(95) is the average loss in the worst 5 % of months. The answer compares how much of it "
    "the Treasuries save with how much bills at the same equity weight save: it works if the whole "
    "90 % interval of the difference lies above zero, it fails if the whole interval lies below "
    "zero, and it is unclear otherwise."
)


def write_verdict(path: Path, verdict: Verdict, summary: Summary) -> None:
    """Write the page of a run.

    Parameters
    ----------
    path
        The file to write.
    verdict, summary
        Of the run.
    """
    what = f" ({mix_text(summary.weights)})" if summary.weights else ""
    april = verdict.april_2025
    render_page(
        "verdict.html",
        path,
        charts.figures(verdict),
        heading=f"Does it hedge? {summary.strategy}{what}",
        span=f"{summary.start} to {summary.end}",
        costs=costs_text(summary.costs),
        hedge=", ".join(verdict.tickers.hedge) or "none",
        equity=", ".join(verdict.tickers.equity),
        word=verdict.word,
        holds_hedge=verdict.holds_hedge,
        answer=words.answer_of(verdict),
        sentences=words.sentences(verdict).with_leads,
        rule=f"{RULE} {BASIS_POINT}",
        duration=DURATION,
        matched=words.matched_text(verdict),
        portfolios=tables.portfolio_grid(verdict, summary, tables.shown_keys(verdict)),
        controls=tables.controls_grid(verdict, summary),
        works=tables.works_grid(verdict),
        worst=-(-verdict.sample.months // 10),
        method=words.method_text(verdict.sample),
        crises=tables.crisis_grid(verdict.crises),
        april=tables.crisis_grid(april) if april else None,
        crisis_note=words.crisis_note(summary.periods_per_year),
        regimes=tables.regimes_grid(verdict),
        regime_note=words.regime_note(verdict),
        cost=tables.cost_grid(verdict),
        attribution=tables.attribution_grid(verdict),
        attribution_note=words.attribution_note(verdict),
        holding=tables.holding_grid(verdict),
        check=tables.check_grid(verdict),
        source=f"{summary.source_title} ({summary.source}).",
        notes=summary.notes,
        tracking=tables.tracking_grid(verdict),
    )
