"""The page of a verdict."""

from __future__ import annotations

from pathlib import Path

from backtests.analysis.record import Verdict
from backtests.engine.summary import Summary
from backtests.report.page import render_page
from backtests.report.pages import VERDICT, trail_of_run
from backtests.report.state import state_notes, state_table
from backtests.report.text import BASIS_POINT, DURATION, costs_text, run_label
from backtests.report.verdict import charts, tables, words
from backtests.report.verdict.evidence import episodes_grid, payoff_grid
from strategies.weights import mix_text

RULE = (
    "The word follows the hedge's payoff: its return less that of bills, a month of the money in "
    "the hedge, in equity's worst tenth of the months, whatever its weight. A set of months is "
    "the same as bills where the interval of its payoff lies within half a percent a month of "
    "zero, else it works where that lies above zero, fails where below, and is unclear otherwise. "
    "Over all months no interval can be trusted below 480 of them: docs/coverage.md. It depends "
    "where the months after negative stock-bond correlation and those after positive say opposite "
    "words and truly differ; it depended where one of these words rests on a single episode."
)
CVAR_OF_MONTHS = "CVaR(95) is the average loss in the worst 5 % of months."
FIRST = (
    "By the rule of the first edition, which looked at the CVaR(95) of single months saved against "
    "bills at the same equity weight and decides nothing any more, the word would be: "
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
    april, long = verdict.april_2025, verdict.long_view
    render_page(
        "verdict.html",
        path,
        charts.figures(verdict),
        trail=trail_of_run(run_label(summary.strategy, summary.params), VERDICT, [VERDICT]),
        heading=f"Does it hedge? {summary.strategy}{what}",
        span=f"{summary.start} to {summary.end}",
        costs=costs_text(summary.costs),
        hedge=", ".join(verdict.tickers.hedge) or "none",
        equity=", ".join(verdict.tickers.equity),
        tone=words.tone_of(verdict.word),
        holds_hedge=verdict.holds_hedge,
        answer=words.answer_of(verdict),
        sentences=words.sentences(verdict).with_leads,
        rule=f"{RULE} {BASIS_POINT}",
        duration=DURATION,
        matched=words.matched_text(verdict),
        portfolios=tables.portfolio_grid(verdict, summary, tables.shown_keys(verdict)),
        controls=tables.controls_grid(verdict, summary),
        payoffs=None if verdict.evidence is None else payoff_grid(verdict.evidence),
        episodes=None if verdict.evidence is None else episodes_grid(verdict.evidence),
        states=words.states_note(verdict),
        long=long.evidence and payoff_grid(long.evidence) if long else None,
        long_episodes=long.evidence and episodes_grid(long.evidence) if long else None,
        long_note=words.long_note(long),
        state=verdict.state and state_table(verdict.state),
        state_notes=() if verdict.state is None else state_notes(verdict.state),
        first=f"{CVAR_OF_MONTHS} {FIRST}{verdict.first_edition_word}.",
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
