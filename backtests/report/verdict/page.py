"""The page of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backtests.engine.run import Run
from backtests.engine.summary import Latest, Summary
from backtests.report.currency import cash_words, hedge_terms
from backtests.report.figures import Figure
from backtests.report.hero import hero_figure
from backtests.report.holdings import allocation_of, duration_chart, hedge_weight
from backtests.report.listing import run_files
from backtests.report.page import render_page
from backtests.report.pages import VERDICT, WHICH_HEDGE, pages_in, trail_of_run
from backtests.report.paid_words import terms_of
from backtests.report.state import state_line, state_notes, state_table
from backtests.report.text import (
    BASIS_POINT,
    CVAR,
    DURATION,
    FREQUENCIES,
    basis,
    costs_text,
    hedge_words,
    ruin_of,
    source_words,
    summary_label,
    weights_text,
)
from backtests.report.verdict import charts, tables, words
from backtests.report.verdict.evidence import episodes_grid, pair_of, payoff_grid
from backtests.report.verdict.first_screen import first_screen
from backtests.report.verdict.luck import luck_grid, luck_words
from backtests.report.verdict.own_money import own_line, own_money_section
from backtests.report.verdict.payoffs import payoff_note, short_word
from backtests.report.which_hedge.words import link_line
from backtests.report.withheld_table import withheld_grid, withheld_words
from data.market import CASH

RULE = (
    "The word follows the hedge's payoff: its return less that of {cash}, a month of the money in "
    "the hedge, in equity's worst tenth of the months, whatever its weight. A set of months is "
    "the same as {name} where the interval of its payoff lies within half a percent a month of "
    "zero, else it works where that lies above zero, fails where below, and is unclear otherwise. "
    "Over all months no interval can be trusted below 480 of them: docs/coverage.md. It depends "
    "where the months after negative {pair} correlation and those after positive say opposite "
    "words and truly differ; it depended where one of these words rests on a single episode."
)
CVAR_OF_MONTHS = "CVaR(95) is the average loss in the worst 5 % of months."
FIRST = (
    "By the rule of the first edition, which looked at the CVaR(95) of single months saved against "
    "{name} at the same equity weight and decides nothing any more, the word would be: "
)


def write_verdict(
    path: Path, run: Run, *, files: Sequence[str] = (), standalone: bool = False
) -> None:
    """Write the page of a judged run.

    Parameters
    ----------
    path
        The file to write.
    run
        With its verdict.
    files
        Names of the files that its folder has or will have.
    standalone
        As for :func:`backtests.report.page.render_page`.
    """
    verdict, summary = run.judged, run.summary
    april, long = verdict.april_2025, verdict.long_view
    label = summary_label(summary)
    rows, pair = basis(daily=verdict.series.drawdown.daily), pair_of(verdict.evidence)
    cash = cash_words(verdict.investor)
    judged_long = None if long is None else long.evidence
    render_page(
        "verdict.html",
        path,
        [*charts.figures(verdict, own_line(run)), *holdings(run)],
        trail=trail_of_run(label, VERDICT, pages_in(files) or [VERDICT]),
        standalone=standalone,
        title=f"{label}: verdict",
        screen=first_screen(verdict, summary),
        which_hedge=link_line(verdict.tickers, verdict.ways, files),
        which_hedge_page=WHICH_HEDGE.file,
        hero=hero_figure(verdict, hedge_weight=hedge_weight(run)),
        facts=facts_of(run),
        beside="Its numbers"
        if tables.is_all_equity(verdict)
        else f"Beside {cash.name} and equity"
        if verdict.holds_hedge
        else "Beside 100 % equity",
        own_money=own_money_section(verdict, summary),
        latest=[*rule_line(run), *held_lines(summary)],
        holds_hedge=verdict.holds_hedge,
        sentences=replace(words.sentences(verdict), long="", state="").with_leads,
        rule=f"{RULE.format(pair=pair, cash=cash.whole, name=cash.name)} {BASIS_POINT}",
        duration=DURATION,
        matched=words.matched_text(verdict),
        portfolios=tables.portfolio_grid(verdict, summary, tables.shown_keys(verdict)),
        controls=tables.controls_grid(verdict, summary),
        payoff=payoff_note(pair, cash),
        payoffs=None if verdict.evidence is None else payoff_grid(verdict.evidence, cash),
        episodes=None if verdict.evidence is None else episodes_grid(verdict.evidence, cash),
        states=words.states_note(verdict),
        long=judged_long and payoff_grid(judged_long, cash),
        long_episodes=judged_long and episodes_grid(judged_long, cash),
        long_word=short_word(long.word, cash) if long and long.word else "",
        long_line=words.long_line(long, cash),
        long_note=words.long_note(long),
        state=verdict.state and state_table(verdict.state),
        state_line=verdict.state and state_line(verdict.state),
        state_notes=() if verdict.state is None else state_notes(verdict.state),
        first=f"{CVAR_OF_MONTHS} {FIRST.format(name=cash.name)}{verdict.first_edition_word}.",
        works=tables.works_grid(verdict),
        worst=-(-verdict.sample.months // 10),
        method=words.method_text(verdict.sample),
        crises=tables.crisis_grid(verdict.crises, f"Total returns from {rows}", verdict.investor),
        april=tables.crisis_grid(april, f"Total returns from {rows}", verdict.investor)
        if april
        else None,
        crisis_note=words.crisis_note(summary.periods_per_year, verdict.investor),
        regimes=tables.regimes_grid(verdict),
        regime_note=words.regime_note(verdict),
        cost=tables.cost_grid(verdict),
        cvar=CVAR,
        attribution=tables.attribution_grid(verdict),
        attribution_note=words.attribution_note(verdict),
        # Where there is a page on the ways to hold the hedge, it stands there.
        withheld=None if WHICH_HEDGE.file in files else withheld_grid(verdict.withheld),
        withheld_words=withheld_words(verdict.tickers.hedge),
        hedge=hedge_words(verdict.tickers.hedge),
        holding=tables.holding_grid(verdict, is_real=summary.is_real),
        luck=verdict.luck and luck_grid(verdict.luck),
        luck_words=verdict.luck and luck_words(verdict.luck, hedge_words(verdict.tickers.hedge)),
        check=tables.check_grid(verdict),
        source=f"{source_words(summary)}.",
        notes=summary.notes,
        tracking=tables.tracking_grid(verdict),
        files=run_files(files),
    )


def holdings(run: Run) -> list[Figure]:
    """What a rule held, and the duration that it asked for; a fixed mix has no such charts."""
    held = [ticker for ticker in run.simulation.weights if ticker != CASH]
    is_fixed = run.summary.weights is not None or len(held) < 2
    figures = [] if is_fixed else [allocation_of(run)]
    if run.sleeve is not None:
        figures.append(duration_chart(run.sleeve))
    return [figure for figure in figures if not figure.is_empty]


def rule_line(run: Run) -> list[tuple[str, str]]:
    """What a rule does, in its own words; nothing of a fixed mix."""
    kind = type(run.config.make_strategy())
    return [] if run.summary.weights is not None else [("the rule", kind.summary())]


def facts_of(run: Run) -> list[str]:
    """What was run on what, in a few words each."""
    verdict, summary = run.judged, run.summary
    return [
        f"{summary.start} to {summary.end}, {FREQUENCIES[summary.periods_per_year]}",
        costs_text(summary.costs),
        *([] if summary.money is None else [hedge_terms(summary.money)]),
        *terms_of(summary),
        f"hedge {', '.join(verdict.tickers.hedge) or 'none'}",
        f"equity {', '.join(verdict.tickers.equity)}",
        source_words(summary),
    ]


def held_lines(summary: Summary) -> list[tuple[str, str]]:
    """The same of a run: after its ruin nothing is held, and nothing decided."""
    ruined = ruin_of(summary)
    if ruined is None:
        return latest_lines(summary.latest)
    return [(f"held since {ruined}", "nothing: the payout of that day took all there was")]


def latest_lines(latest: Latest) -> list[tuple[str, str]]:
    """What a rule holds and has decided, as lines of a name and its words."""
    held = weights_text(latest.held)
    if not latest.pending and held == weights_text(latest.target):
        return [
            (f"held on {latest.as_of}", f"{held}, as decided {latest.decided}: nothing to trade")
        ]
    return [
        (f"held on {latest.as_of}", held),
        (f"decided {latest.decided}", weights_text(latest.target)),
        (
            "still to be traded",
            f"to {weights_text(latest.pending)}" if latest.pending else "nothing",
        ),
    ]
