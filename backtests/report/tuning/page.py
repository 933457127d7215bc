"""The page of a search."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from backtests.analysis.objective import MONTHS
from backtests.analysis.reliability import RARE_BY_CHANCE, SURE_OF_SKILL
from backtests.analysis.selection import ChosenSharpe
from backtests.analysis.walkforward import WalkForward
from backtests.engine.money import HEDGES as RATIOS
from backtests.engine.settings import SETTINGS, setting_words
from backtests.engine.tuned import MIDDLE, Diluted, Tuned, params_text
from backtests.report.currency import hedge_terms, in_real
from backtests.report.page import Cell, Grid, render_page
from backtests.report.pages import trail_of
from backtests.report.text import (
    BASIS_POINT,
    CVAR,
    DEFLATED_SHARPE,
    HEDGES,
    costs_text,
    percent,
)
from backtests.report.tuning.advice import with_bills
from backtests.report.tuning.charts import figures
from backtests.report.tuning.first_screen import first_screen
from backtests.report.tuning.mixes import mix_bars
from backtests.report.tuning.sentences import sentences
from backtests.report.tuning.words import (
    SHOWN,
    WORDS,
    banded_notes,
    cash_of,
    edge_text,
    figure,
    hedge_lines,
    plan_lines,
    probability,
    ruined_equity,
    ruined_line,
    run_command_of,
    searched_in,
    shown_of,
    survived,
)
from backtests.report.verdict.payoffs import payoff_note
from backtests.report.withholding import withheld_terms
from data.load import OWN_FILES

TOP = 20
MOST_ON_PHONE = 8  # cells along an axis of a map whose figures can be read on a phone
FIRST = ("cagr", "max_drawdown")  # metrics beside a candidate's bar; the others follow
LEADS = ("What it is.", "How sure.", "If you had tuned each year.")


def write_page(path: Path, tuned: Tuned, *, standalone: bool = False) -> None:
    """Write ``index.html``: the first screen, the charts, how far to trust it, the best twenty."""
    best = [int(number) for number in tuned.best_numbers[:TOP]]
    render_page(
        "tuning.html",
        path,
        figures(tuned),
        trail=trail_of(f"Tuning {searched_in(tuned)}"),
        standalone=standalone,
        title=f"Tuning {searched_in(tuned)}",
        screen=first_screen(tuned),
        facts=_facts(tuned),
        sentences=list(zip(LEADS, sentences(tuned), strict=True)),
        terms=" ".join((CVAR, BASIS_POINT, DEFLATED_SHARPE)),
        command=run_command_of(tuned, Path("results") / tuned.name),
        choice=MIDDLE,
        recommends=tuned.recommends,
        portfolios=_portfolios(tuned),
        hedges=HEDGES,
        hedge_lines=hedge_lines(tuned),
        payoff=payoff_note(cash=cash_of(tuned))
        if any(each.evidence for each in tuned.judged.values())
        else "",
        panel=_measures(tuned),
        walks=_walks(tuned),
        top=_top(tuned, best),
        bars=mix_bars(tuned, best),
        crowded=max(map(len, tuned.space.axes.values())) > MOST_ON_PHONE,
        notes=[*tuned.market.notes, *_notes(tuned)],
        has_walk=tuned.reliability.expanding is not None,
    )


def _facts(tuned: Tuned) -> list[str]:
    """What was searched, for what, over which data, at which costs."""
    searched = params_text(tuned.space.fixed, tuned.space)
    over = f"{len(tuned.space):,} candidates over {', '.join(tuned.space.axis_names)}"
    limits = f" subject to {tuned.limits}" if tuned.limits else ""
    money = tuned.config.money.table
    return [
        over + (f" ({searched})" if searched else ""),
        f"maximised: {WORDS[tuned.objective.maximise]}{limits}",
        f"{tuned.sessions[0]:%Y-%m-%d} to {tuned.sessions[-1]:%Y-%m-%d}",
        costs_text(tuned.config.costs),
        *plan_lines(tuned),
        *([] if money is None else [hedge_terms(money)]),
        *filter(
            None,
            [
                withheld_terms(tuned.config.withholding.value),
                in_real(
                    tuned.config.money.currency,
                    f"{tuned.sessions[0]:%Y-%m-%d}" if tuned.config.real else "",
                ),
            ],
        ),
        OWN_FILES if tuned.market.source.startswith("files:") else tuned.market.title,
    ]


def _notes(tuned: Tuned) -> list[str]:
    notes = [f"{setting_words(name)}: {SETTINGS[name].doc}" for name in tuned.space.settings]
    if RATIOS[1] in tuned.space.settings:
        notes.append("100 % equity is hedged as the default is, whatever a candidate hedges")
    notes += [*banded_notes(tuned), *filter(None, [ruined_line(tuned), ruined_equity(tuned)])]
    left_out = tuned.space.left_out
    if left_out.count:
        notes.append(
            f"{left_out.count:,} combinations are left out because the rule refuses them: "
            f"{left_out.why}"
        )
    if tuned.market.periods_per_year != MONTHS and tuned.objective.limits:
        notes.append("the walk-forward keeps its limits on month-ends, the search on every session")
    if unseen := tuned.objective.unseen:
        notes.append(
            f"the walk-forward chooses without the limit {' and '.join(map(str, unseen))}, which "
            "cannot be worked out from month-end returns"
        )
    return notes


def _metric_cells(tuned: Tuned, row: pd.Series, keys: Iterable[str]) -> list[Cell]:
    cells, shown = [], shown_of(tuned)
    for key in keys:
        show = shown[key][1]
        value = float(row[key])
        cells.append(Cell(show(value), value) if math.isfinite(value) else Cell(show(None), ""))
    return cells


def _portfolios(tuned: Tuned) -> Grid:
    shown = shown_of(tuned)
    rows = [
        [
            Cell(portfolio.name, small=portfolio.holds),
            *_metric_cells(tuned, portfolio.metrics, shown),
        ]
        for portfolio in tuned.portfolios
    ]
    return Grid(["", *(label for label, _ in shown.values())], rows, wide=True)


def _top(tuned: Tuned, numbers: Sequence[int]) -> Grid:
    shown = shown_of(tuned)
    keys = [*FIRST, *(key for key in shown if key not in FIRST)]
    rows = []
    for rank, number in enumerate(numbers, 1):
        row = tuned.metrics.loc[number]
        tail = float(row["cvar_95_monthly"])
        rows.append(
            [
                Cell(tuned.label(number), float(rank)),
                *_metric_cells(tuned, row, keys),
                Cell(percent(tail), tail),
                Cell(figure_of(float(row["plateau"]), tuned), float(row["plateau"])),
            ]
        )
    heads = ["Candidate", *(shown[key][0] for key in keys), "CVaR 95, monthly",
             "With its neighbours"]  # fmt: skip
    return Grid(heads, rows, wide=True)


def figure_of(value: float, tuned: Tuned) -> str:
    """A score in the unit of its column."""
    return SHOWN[tuned.objective.maximise][1](value)


def _walks(tuned: Tuned) -> Grid:
    metric = tuned.objective.maximise
    walks: dict[str, WalkForward | None] = {
        "All months before": tuned.reliability.expanding,
        f"The {tuned.reliability.look_back} months before": tuned.reliability.rolling,
    }
    rows = [
        [
            Cell(name),
            Cell(str(len(walk.choices))),
            Cell(figure(walk.edge_in_sample, metric, sign=True)),
            Cell(figure(walk.edge_out_of_sample, metric, sign=True)),
            Cell(survived(walk)),
            Cell(str(walk.fell_back)),
        ]
        for name, walk in walks.items()
        if walk is not None
    ]
    word = WORDS[metric]
    heads = ["Chosen from", "Choices", f"{word} over the default, in sample", "out of sample",
             "share that remained", "years without a choice"]  # fmt: skip
    return Grid(heads, rows)


def _measures(tuned: Tuned) -> Grid:
    """Each measure with how to read it, and its figure."""
    reliability, metric = tuned.reliability, tuned.objective.maximise
    word = WORDS[metric]
    lines = [
        (f"{word} of the {MIDDLE.lower()} over the default",
         edge_text(reliability.chosen, metric),
         "90 % interval by the stationary bootstrap of month-ends; it does not count that the "
         "candidate was chosen among many"),
        (f"{word} of the best single cell over the default", edge_text(reliability.peak, metric),
         "what a search for the best single candidate would return"),
    ]  # fmt: skip
    if tuned.diluted is not None:
        lines += _against_bills(tuned, tuned.diluted)
    for words, sharpe in (
        ("returns minus the default's", reliability.sharpe),
        ("the same at equal volatility, which decides here", reliability.same_risk),
    ):
        if sharpe is not None:
            lines += _sharpe_lines(words, sharpe)
    if reliability.decides is not None:
        record = reliability.record_years
        lines.append(
            ("Years of data needed to be sure of it",
             f"{record:,.0f} years" if math.isfinite(record) else "never",
             f"minimum track record at 95 %; there are {reliability.months / 12:.0f} years")
        )  # fmt: skip
    over = reliability.overfitting
    if over is not None:
        low, high = over.by_chance
        measure = "growth" if reliability.ranked_by == "cagr" else "the Sharpe ratio"
        lines.append(
            ("Probability of backtest overfitting",
             f"{100 * over.probability:.0f} % ± {100 * over.standard_error:.0f} points",
             "how often the best candidate of one half of the past is no better than the median in "
             f"the other half, ranked by {measure}; candidates without skill show "
             f"{100 * low:.0f} to {100 * high:.0f} %")
        )  # fmt: skip
    reality = reliability.reality
    value = f"p = {reality.spa_consistent:.3f}"
    bounds = f"bounds {reality.spa_lower:.3f} to {reality.spa_upper:.3f}"
    lines += [
        ("Hansen's SPA", value,
         f"chance of such a lead if no candidate beats the default ({bounds}); below "
         f"{RARE_BY_CHANCE} at least one candidate does")
        if reality.statistic > 0.0 else
        ("Hansen's SPA", "no difference", "no candidate differs from the default in any month")
        if reality.draws == 0 else
        ("Hansen's SPA", "no lead",
         "no candidate's mean is above the default's; the share of resamples in which one is "
         f"({value}, {bounds}) is then no evidence, however small"),
        ("White's reality check", f"p = {reality.white:.3f}" if reality.draws else "no difference",
         f"the same for the largest mean lead; {reality.draws:,} resamples in blocks of "
         f"{reality.block} months"),
    ]  # fmt: skip
    rows = [[Cell(name), Cell(value), Cell(reading, tone="text")] for name, value, reading in lines]
    return Grid(["", "", "How to read it"], rows)


def _sharpe_lines(words: str, sharpe: ChosenSharpe) -> list[tuple[str, str, str]]:
    lines = [
        (f"Sharpe ratio a year of {words}", f"{sharpe.sharpe_annual:.2f}",
         "over the default, not over zero: almost any mix of these assets would beat zero"),
        ("Its probabilistic Sharpe ratio", probability(sharpe.psr),
         "chance that it is above 0, had this been the only trial"),
        (f"Its deflated Sharpe ratio, {sharpe.trials:,} trials", probability(sharpe.dsr),
         f"chance that it is above {_a_year(sharpe.best_by_luck)}, what the best of so many tries "
         "would show by luck, by the spread of the trials at equal volatility; above "
         f"{100 * SURE_OF_SKILL:.0f} % counts as skill; every trial ever logged here on this "
         "market is counted"),
        _luck_line(sharpe),
        (f"Its deflated Sharpe ratio, {sharpe.effective_trials:.1f} effective trials",
         probability(sharpe.dsr_effective),
         "trials resemble each other; this counts them as so many independent ones"),
    ]  # fmt: skip
    if sharpe.best_by_luck_as_held is not None and sharpe.dsr_as_held is not None:
        lines.append(
            (f"The same of {sharpe.trials:,} trials as held", probability(sharpe.dsr_as_held),
             f"chance that it is above {_a_year(sharpe.best_by_luck_as_held)}; mixes of less risk "
             "trail the default by construction, and their spread is no luck: shown beside the "
             "other, it decides nothing")
        )  # fmt: skip
    return lines


def _luck_line(sharpe: ChosenSharpe) -> tuple[str, str, str]:
    return (
        f"Of {sharpe.trials:,} tries, as good by luck",
        _expected(sharpe.as_good_by_luck),
        "tries without skill that are expected to show such a Sharpe ratio or a higher one: their "
        "number times the chance of one, which is 1 - the probabilistic Sharpe ratio, or that by "
        "the spread of the trials at equal volatility where it is larger",
    )


def _against_bills(tuned: Tuned, diluted: Diluted) -> list[tuple[str, str, str]]:
    """The default breaks a limit: the same measures against what keeps it."""
    metric, against = tuned.objective.maximise, diluted.against
    bills = f"the default with {with_bills(tuned)} in {cash_of(tuned).name}"
    lines = [
        (f"{WORDS[metric]} of the {MIDDLE.lower()} over {bills}", edge_text(against.chosen, metric),
         "the default itself breaks the limit: this keeps it, and is what headline and tiles "
         "compare with"),
    ]  # fmt: skip
    if against.decides is not None:
        name, value, reading = _luck_line(against.decides)
        lines += [
            (f"{name}, over {bills}", value, reading),
            (f"Its deflated Sharpe ratio over {bills}", probability(against.decides.dsr),
             f"as below; above {100 * SURE_OF_SKILL:.0f} % counts as skill"),
        ]  # fmt: skip
    reality = against.reality
    ahead = reality.statistic > 0.0
    lines.append(
        (f"Hansen's SPA over {bills}",
         f"p = {reality.spa_consistent:.3f}" if ahead else "no lead",
         f"chance of such a lead if no candidate beats it; below {RARE_BY_CHANCE} at least one does"
         if ahead else "no candidate's mean is above its mean")
    )  # fmt: skip
    return lines


def _a_year(sharpe: float) -> str:
    """A month's Sharpe ratio as that of a year."""
    return f"{math.sqrt(MONTHS) * sharpe:.2f} a year" if math.isfinite(sharpe) else "an unknown bar"


def _expected(number: float) -> str:
    """An expected number of tries."""
    if not math.isfinite(number):
        return "unknown"
    return f"{number:,.0f}" if number >= 10.0 else f"{number:.2g}"
