"""What a notebook shows of a run, a verdict, a comparison or a search.

HTML without script, style sheet or request, since a notebook may drop all of them, in the text
colour around it; and a few lines of plain text for a terminal. Both are made from the records, in
the words and numbers of the pages.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from backtests.analysis.months import month_ends
from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.record import Verdict
from backtests.engine.run import Run
from backtests.engine.summary import Latest, Summary
from backtests.engine.tuned import MIDDLE, Tuned
from backtests.report.charts import Line, growth_axis, time_chart
from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.comparison.charts import WIDTHS, members_of
from backtests.report.comparison.grids import differences_grid, hedges_grid
from backtests.report.comparison.grids import metrics_grid as comparison_grid
from backtests.report.comparison.table import INITIAL, Comparison
from backtests.report.comparison.words import NOISE, finding, lead
from backtests.report.currency import cash_words, one_of
from backtests.report.figures import Figure
from backtests.report.hero import hero_picture
from backtests.report.holdings import hedge_weight
from backtests.report.lab import metrics_grid as run_grid
from backtests.report.page import Cell, Grid, metric_cell
from backtests.report.paid_words import own_money_told
from backtests.report.sheet import Sheet, Table
from backtests.report.style import OTHER_LINE, PORTFOLIO_LINE
from backtests.report.svg import MOST_POINTS, Dots, Mark, Picture, dot_picture, growth_picture
from backtests.report.text import (
    BASIS_POINT,
    CVAR,
    FREQUENCIES,
    HEDGES,
    capital,
    costs_text,
    plain_label,
    shown,
    summary_label,
    summary_rows,
    weights_text,
)
from backtests.report.tuning import words as tuning
from backtests.report.tuning.advice import headline, luck_of
from backtests.report.tuning.charts import MARKS
from backtests.report.tuning.first_screen import first_screen as screen_of_search
from backtests.report.tuning.sentences import sentences as sentences_of_search
from backtests.report.verdict import charts as verdict_charts
from backtests.report.verdict.evidence import payoff_grid
from backtests.report.verdict.first_screen import FirstScreen, first_screen
from backtests.report.verdict.payoffs import payoff_note
from backtests.report.verdict.tables import hundredths, number_cell, shown_keys
from backtests.report.verdict.words import answer_of, long_note, name_of, sentences
from data.currency.conversion import Investor
from data.terminal import printable
from strategies.weights import mix_text

FEW = 4  # portfolios shown side by side; more are shown one a row, with their core metrics only
TERMS = f"{CVAR} {BASIS_POINT}"
WORST = "In equity's worst months"
MOST_HELD = 8  # tickers named in a line of text
CORE = {Place.TILE, Place.VERDICT}
Growth = tuple[Sequence[str], Sequence[Line]]  # months, and what grew over them
GROWTH = "Growth of {one}, month-ends, after costs, logarithmic; at each name its last value."


# HTML


def run_html(run: Run) -> str:
    """A run for a notebook: the first screen of its verdict, growth, what it holds, numbers."""
    summary, verdict, market = run.summary, run.verdict, run.market
    mix = [mix_text(summary.weights)] if summary.weights else []
    return Sheet(
        title=summary_label(summary),
        facts=[*mix, _span_of(summary), costs_text(summary.costs), market.plain_title],
        screen=None if verdict is None else first_screen(verdict, summary),
        hero=None if verdict is None else hero_picture(verdict, hedge_weight=hedge_weight(run)),
        told=[*own_money_told(summary), *(() if verdict is None else _beside(verdict))],
        picture=_picture(
            *(_growth_of_run(run) if verdict is None else _growth_of_verdict(verdict)),
            summary.investor,
        ),
        tables=[_today(summary.latest), Table("Numbers", _numbers(summary, verdict), TERMS)],
        notes=[*filter(None, (market.origin.remark, *market.remarks)), *market.notes],
    ).render()


def verdict_html(verdict: Verdict) -> str:
    """A verdict for a notebook: its first screen, growth, what decides it, and the portfolios."""
    return Sheet(
        title="",
        facts=(),
        screen=first_screen(verdict),
        hero=hero_picture(verdict),
        told=_beside(verdict),
        picture=_picture(*_growth_of_verdict(verdict), verdict.investor),
        tables=[*_payoffs(verdict), Table("The portfolios", _judged(verdict), CVAR)],
        notes=(),
    ).render()


def comparison_html(comparison: Comparison) -> str:
    """A comparison for a notebook: growth, metrics, differences to the first with intervals."""
    aligned = comparison.aligned
    summaries = [run.summary for run in aligned.runs]
    sources = dict.fromkeys(summary.source_title for summary in summaries)
    data_notes = dict.fromkeys(note for summary in summaries for note in summary.notes)
    is_few, hedges = len(aligned.labels) <= FEW, hedges_grid(comparison)
    note_on_payoff = payoff_note(cash=comparison.cash)
    note = f"* the best of its {'row' if is_few else 'column'}. Each portfolio starts at 1. {CVAR}"
    return Sheet(
        title=f"{len(aligned.labels)} portfolios compared",
        screen=FirstScreen(finding(comparison), chip="", tone="", line=lead(comparison), tiles=()),
        facts=[_span(comparison), _costs(comparison), " and ".join(sources)],
        picture=_picture(*_growth_of_runs(aligned), aligned.investor),
        tables=[
            Table("", _compared(comparison, is_few=is_few), note),
            *([Table(HEDGES, hedges, note_on_payoff)] if is_few and hedges is not None else []),
            Table(
                "Which differences are more than noise",
                differences_grid(comparison),
                f"From month-end returns. {NOISE}",
            ),
        ],
        notes=[*aligned.notes, *data_notes],
    ).render()


def search_html(tuned: Tuned) -> str:
    """A search for a notebook: its first screen, all candidates, what the choice has to beat."""
    limits = f" subject to {tuned.limits}" if tuned.limits else ""
    leads = ("What to hold.", "How sure.", "If you had tuned each year.")
    return Sheet(
        title=f"Tuning {tuning.searched_in(tuned)}",
        facts=[
            _searched(tuned),
            f"maximised: {tuning.WORDS[tuned.objective.maximise]}{limits}",
            _span_of_search(tuned),
            costs_text(tuned.config.costs),
            tuned.market.title,
        ],
        screen=screen_of_search(tuned),
        told=[
            *zip(leads, sentences_of_search(tuned), strict=True),
            *((tuning.hedge_lead(name), line) for name, line in tuning.hedge_lines(tuned)),
        ],
        picture=_candidates(tuned),
        tables=[Table("", _searched_grid(tuned))],
        notes=tuned.market.notes,
    ).render()


# Text


def run_text(run: Run) -> str:
    """A run in a few lines: what was run, its headline numbers, the verdict, what is held."""
    summary = run.summary
    benchmark = f"{summary.benchmark.ticker} 100 %"
    cash = cash_words(summary.investor)
    both = {"portfolio": summary.metrics, benchmark: summary.benchmark.metrics}
    rows = {
        name: [
            (plain_label(metric, cash), shown(metric, numbers, summary.initial, summary.money))
            for metric in shown_in(Place.TILE, numbers)
        ]
        for name, numbers in both.items()
    }
    label = summary_label(summary)
    return _text(
        f"{label}, {_span_of(summary)}, {summary.source_title}",
        *_columns(rows),
        *([] if run.verdict is None else _told(run.verdict)),
        *(line for _, line in own_money_told(summary)),
        f"held on {summary.latest.as_of}: {weights_text(summary.latest.held, MOST_HELD)}",
    )


def verdict_text(verdict: Verdict) -> str:
    """A verdict in a few lines: the answer and its sentences."""
    return _text(f"{HEDGES} {answer_of(verdict)}.", *sentences(verdict).in_order)


def comparison_text(comparison: Comparison) -> str:
    """A comparison in a few lines: what was compared, and the best in each metric."""
    labels = comparison.aligned.labels
    metrics = shown_in(Place.TILE, *(comparison.table[label].numbers for label in labels))
    best = [
        f"best {plain_label(metric, comparison.cash)}: {' and '.join(names)} "
        f"{shown(metric, comparison.table[names[0]].numbers, INITIAL, comparison.money)}"
        for metric in metrics
        if (names := comparison.best(metric))
    ]
    return _text(
        f"{len(labels)} portfolios compared, {_span(comparison)}, {_costs(comparison)}",
        f"first: {labels[0]}",
        f"{finding(comparison)}.",
        *best,
    )


def search_text(tuned: Tuned) -> str:
    """A search in a few lines: what was searched, the answer, and the portfolios to compare."""
    shown = tuning.shown_of(tuned)
    keys = [metric.key for metric in shown_in(Place.TILE) if metric.key in shown]
    rows = {
        each.name: [(shown[key][0], tuning.score(tuned, each, key)) for key in keys]
        for each in tuned.portfolios
        if each.name in (MIDDLE, "Default", "100 % equity")
    }
    return _text(
        f"Tuning {tuning.searched_in(tuned)}: {_searched(tuned)}, {_span_of_search(tuned)}",
        f"{headline(tuned)}.",
        luck_of(tuned),
        *_columns(rows),
        *(f"{tuning.hedge_lead(name)} {line}" for name, line in tuning.hedge_lines(tuned)),
    )


# Parts


def _beside(verdict: Verdict) -> list[tuple[str, str]]:
    """What the first screen leaves out, with its leads: how sure, the long view, and today."""
    told = sentences(verdict)
    parts = [line.partition(": ") for line in (told.cash, told.long, told.state) if line]
    return [(f"{lead}:", line) for lead, _, line in parts]


def _told(verdict: Verdict) -> list[str]:
    """The answer, and of its sentences those that say what it rests on."""
    told = sentences(verdict)
    lines = [told.equity, told.cash, told.long, told.state] if verdict.holds_hedge else []
    return [f"{HEDGES} {answer_of(verdict)}.", *(f"  {line}" for line in lines if line)]


def _payoffs(verdict: Verdict) -> list[Table]:
    """What decides the word, and that of the long view; none without a hedge."""
    tables = []
    cash = cash_words(verdict.investor)
    if verdict.evidence is not None:
        tables.append(Table(WORST, payoff_grid(verdict.evidence, cash), payoff_note(cash=cash)))
    if verdict.long_view is not None and verdict.long_view.evidence is not None:
        note = long_note(verdict.long_view)
        tables.append(Table("The long view", payoff_grid(verdict.long_view.evidence, cash), note))
    return tables


def _numbers(summary: Summary, verdict: Verdict | None) -> Grid:
    """Headline numbers as in the lab; without references if the run has no verdict."""
    if verdict is not None:
        return _without_twins(run_grid(summary, verdict))
    both = [summary.metrics, summary.benchmark.metrics]
    rows = summary_rows(summary, both)
    heads = ["", "Portfolio", f"Benchmark: {summary.benchmark.ticker} 100 %"]
    return Grid(heads, [[Cell(text) for text in row] for row in rows])


def _judged(verdict: Verdict) -> Grid:
    """The judged portfolios, one a column; no amounts, since a verdict does not hold the start."""
    keys = shown_keys(verdict)
    cash = cash_words(verdict.investor)
    judged = [(row, row.numbers) for row in verdict.portfolios if row.key in keys and row.numbers]
    metrics = [
        metric
        for metric in shown_in(Place.VERDICT, *(numbers for _, numbers in judged))
        if not metric.is_of_one_kind
    ]
    rows = [
        [
            Cell(plain_label(metric, cash)),
            *(metric_cell(metric, numbers, INITIAL) for _, numbers in judged),
        ]
        for metric in metrics
    ]
    rows.append(
        [Cell("Mean equity weight"), *(number_cell(row.equity_weight) for row, _ in judged)]
    )
    if verdict.holds_hedge:
        saved = (number_cell(row.cvar_saved_against_bills_monthly, hundredths) for row, _ in judged)
        rows.append([Cell(f"CVaR saved against {cash.name}, points"), *saved])
    return Grid(["", *(name_of(row, verdict) for row, _ in judged)], rows)


def _today(latest: Latest) -> Table:
    rows = [
        (f"last decision, {latest.decided}", weights_text(latest.target)),
        ("held now", weights_text(latest.held)),
        ("pending", weights_text(latest.pending) if latest.pending else "nothing"),
    ]
    cells = [[Cell(what), Cell(words, tone="text")] for what, words in rows]
    return Table(f"What the rule says on {latest.as_of}", Grid(["", ""], cells))


def _searched_grid(tuned: Tuned) -> Grid:
    """The portfolios that every page of a search compares, one a row."""
    shown = tuning.shown_of(tuned)
    rows = [
        [Cell(each.name, small=each.holds), *(Cell(tuning.score(tuned, each, k)) for k in shown)]
        for each in tuned.portfolios
    ]
    return Grid(["", *(label for label, _ in shown.values())], rows)


def _compared(comparison: Comparison, *, is_few: bool) -> Grid:
    """The metrics of a few portfolios, one a column; of many the core of them, one a row."""
    labels = ["", HEDGES, *map(comparison.label, comparison.metrics)]
    grid = dataclasses.replace(comparison_grid(comparison), heads=labels)
    if is_few:
        return _turned(grid)
    is_core = [True, True, *(bool(CORE & {*metric.places}) for metric in comparison.metrics)]
    rows = [list(itertools.compress(row, is_core)) for row in grid.rows]
    return Grid(list(itertools.compress(grid.heads, is_core)), rows)


def _without_twins(grid: Grid) -> Grid:
    """A table in which columns with the same texts are one column, under all their heads."""
    heads: dict[tuple[str, ...], list[str]] = {}
    for head, *cells in zip(grid.heads, *grid.rows, strict=True):
        heads.setdefault(tuple(cell.text for cell in cells), []).append(head)
    rows = [[Cell(text) for text in row] for row in zip(*heads, strict=True)]
    return Grid([" = ".join(names) for names in heads.values()], rows)


def _turned(grid: Grid) -> Grid:
    """A table with its rows as columns."""
    columns = list(zip(*grid.rows, strict=True))
    heads = [grid.heads[0], *(cell.text for cell in columns[0])]
    rows = [[Cell(head), *column] for head, column in zip(grid.heads[1:], columns[1:], strict=True)]
    return Grid(heads, rows)


# Pictures


def growth_chart(run: Run) -> Figure:
    """Growth of a run as plotly draws it; without a verdict, beside benchmark and bills."""
    if run.verdict is not None:
        return verdict_charts.growth_chart(run.verdict)
    months, lines = _growth_of_run(run)
    return time_chart(
        "growth",
        months,
        lines,
        caption=f"Growth of {one_of(run.summary.investor)}, month-ends, after costs, logarithmic.",
        alt="Growth of the portfolio, its benchmark and cash, logarithmic scale",
        y=growth_axis(lines),
        height=380,
    )


def _growth_of_verdict(verdict: Verdict) -> Growth:
    return verdict.series.months, verdict_charts.growth_lines(verdict)


def _growth_of_run(run: Run) -> Growth:
    """Growth of a run without a verdict, of its benchmark and of bills."""
    sessions = run.simulation.nav.index
    levels = {
        "Portfolio": run.simulation.nav,
        f"{run.summary.benchmark.ticker} 100 %": run.benchmark.nav,
        capital(cash_words(run.summary.investor).name): run.market.cash.loc[sessions],
    }
    return _growth_of(
        pd.DataFrame(levels),
        [("--portfolio", PORTFOLIO_LINE), ("--equity", OTHER_LINE), ("--bills", OTHER_LINE)],
    )


def _growth_of_runs(aligned: AlignedRuns) -> Growth:
    """Growth of compared runs, by number where there are many, and of equity."""
    members = members_of(aligned)
    columns = [*(aligned.values[name] for name in aligned.labels), aligned.benchmark]
    names = [*aligned.labels, members[-1].name]
    levels = pd.concat(columns[: len(members)], axis=1)
    months, lines = _growth_of(
        levels.set_axis(range(len(members)), axis=1),
        [(member.colour, WIDTHS[member.colour]) for member in members],
    )
    return months, [
        dataclasses.replace(line, name=name, end=member.end.partition(" ")[0])
        for line, name, member in zip(lines, names, members, strict=False)
    ]


def _growth_of(levels: pd.DataFrame, looks: Iterable[tuple[str, float]]) -> Growth:
    """Growth of levels, sessions x names, from their first month-end; colour and width of each."""
    months = month_ends(levels)
    growth = months / months.iloc[:1].to_numpy() if len(months) else months
    lines = [
        Line(str(name), growth[name].tolist(), colour, width=width)
        for name, (colour, width) in zip(growth, looks, strict=False)
    ]
    return [str(month) for month in months.index], lines


def _picture(months: Sequence[str], lines: Sequence[Line], who: Investor | None) -> Picture | None:
    """The picture of growth; None with fewer than two months."""
    if len(months) < 2:
        return None
    names, one = ", ".join(line.name for line in lines), one_of(who)
    alt = f"Growth of {one} from {months[0]} to {months[-1]}, logarithmic scale: {names}"
    return growth_picture(months, lines, alt=alt, caption=GROWTH.format(one=one))


def _candidates(tuned: Tuned) -> Picture | None:
    """Growth against the deepest fall of every candidate, the compared portfolios marked."""
    table = tuned.metrics
    falls, growth = (-table["max_drawdown"].to_numpy(float), table["cagr"].to_numpy(float))
    allowed = table["eligible"].to_numpy(bool)
    dots = [
        Dots(falls[rows].tolist(), growth[rows].tolist(), colour, size)
        for rows, colour, size in ((~allowed, "--rest", 2.0), (allowed, "--rest", 3.6))
        if rows.any()
    ]
    marks = [
        Mark(
            each.name,
            -float(each.metrics["max_drawdown"]),
            float(each.metrics["cagr"]),
            *MARKS[each.name],
        )
        for each in tuned.portfolios
    ]
    some = "" if len(table) <= MOST_POINTS else f", a sample of {len(table):,}"
    pale = "" if allowed.all() else f"; small and grey: those that do not keep {tuned.limits}"
    return dot_picture(
        dots,
        marks,
        titles=("deepest fall", "growth a year"),
        alt="Growth a year against the deepest fall of all candidates; marked: "
        + ", ".join(mark.name for mark in marks),
        caption=f"Candidates after costs{some}{pale}.",
    )


# Words


def _span_of(summary: Summary) -> str:
    return f"{summary.start} to {summary.end}, {FREQUENCIES[summary.periods_per_year]}"


def _span(comparison: Comparison) -> str:
    days = comparison.aligned.values.index
    return f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, {FREQUENCIES[comparison.aligned.ppy]}"


def _span_of_search(tuned: Tuned) -> str:
    frequency = FREQUENCIES[tuned.market.periods_per_year]
    return f"{tuned.sessions[0]:%Y-%m-%d} to {tuned.sessions[-1]:%Y-%m-%d}, {frequency}"


def _searched(tuned: Tuned) -> str:
    return f"{len(tuned.space):,} candidates over {', '.join(tuned.space.axis_names)}"


def _costs(comparison: Comparison) -> str:
    return "; ".join(
        dict.fromkeys(costs_text(run.summary.costs) for run in comparison.aligned.runs)
    )


def _columns(rows: Mapping[str, Sequence[tuple[str, str]]]) -> list[str]:
    """Lines of a name and of labelled figures, one below the other."""
    first = max(map(len, rows))
    widths = [max(len(text) for _, text in column) for column in zip(*rows.values(), strict=True)]
    return [
        "  ".join(
            [
                name.ljust(first),
                *(
                    f"{label} {text:>{width}}"
                    for (label, text), width in zip(row, widths, strict=True)
                ),
            ]
        )
        for name, row in rows.items()
    ]


def _text(*lines: str) -> str:
    """Lines for a terminal: control characters are escaped, and no line is broken."""
    return "\n".join(printable(" ".join(line.splitlines())).rstrip() for line in lines)
