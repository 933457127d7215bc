"""The tables of a comparison as pages show them: what counts first, then all that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backtests.analysis.comparison import is_beyond_noise
from backtests.analysis.numbers import Metric
from backtests.analysis.resampling import Estimate
from backtests.report.comparison.aligned import BENCHMARK
from backtests.report.comparison.names import tags_of
from backtests.report.comparison.table import (
    DIFFERENCES,
    HISTORIES,
    INITIAL,
    Compared,
    Comparison,
    ShownDifference,
    fall_columns,
)
from backtests.report.falls import called
from backtests.report.intervals import Interval
from backtests.report.page import Cell, Grid, metric_cell
from backtests.report.sheet_tables import shade_of
from backtests.report.text import HEDGES, percent, two_digits, weights_text
from backtests.report.verdict.payoffs import (
    SETS,
    payoff_cell,
    payoffs_of,
    placebo_text,
    short_word,
    signed_text,
)

# The metrics of the first table and what they are called there, beside the word and the payoff.
CORE = {
    "cagr": "CAGR",
    "total_return": "Return in all",  # in place of it where a year is not over
    "volatility": "Volatility",
    "max_drawdown": "Deepest fall",
    "cvar_95_monthly": "CVaR 95, months",
    "sharpe": "Sharpe",
    "days_under_water": "Under water, days",
}
PAYOFF_HEAD = "Payoff, a month"
MOST_HELD = 3  # tickers named below a run
YEAR_STEPS, FALL_STEPS = (5.0, 20.0), (10.0, 25.0)  # percent from which a cell is darker
RECENT = 20  # calendar years that are not folded
FEW = 8  # runs whose names have room above their columns on paper
Links = Mapping[str, str]  # address of a run's page, by label
NOTHING = Cell("-", "")


def metrics_grid(comparison: Comparison) -> Grid:
    """Every metric, one run a row."""
    metrics = comparison.metrics
    rows = [
        [
            Cell(name),
            Cell(short_word(run.word, comparison.cash)),
            *_cells(comparison, metrics, name),
        ]
        for name, run in comparison.table.items()
    ]
    heads = ["", HEDGES, *(comparison.label(metric).strip() for metric in metrics)]
    return Grid(heads, rows, wide=True)


def core_grid(comparison: Comparison, links: Links) -> Grid:
    """Eight columns that decide, one run a row, and the first run's benchmark below.

    A name opens the run's page; below it stands what the run held last.
    """
    by_key = {metric.key: metric for metric in comparison.metrics}
    metrics = [by_key[key] for key in CORE if key in by_key]
    rows = []
    aligned = comparison.aligned
    heads = judged_heads(comparison.table)
    for tag, run in zip(tags_of(aligned.labels), aligned.runs, strict=True):
        compared = comparison.table[tag.name]
        judged = [Cell(short_word(compared.word, comparison.cash)), payoff_of(compared)]
        rows.append(
            [
                replace(
                    _name(tag.number, tag.name, links),
                    small=weights_text(run.summary.latest.held, MOST_HELD),
                ),
                *judged[: len(heads)],
                *_cells(comparison, metrics, tag.name),
            ]
        )
    if aligned.twin is None:
        ticker = aligned.runs[0].summary.benchmark.ticker
        cells = (
            metric_cell(metric, comparison.equity, INITIAL, comparison.money) for metric in metrics
        )
        rows.append(
            [Cell(f"{ticker} 100 %", len(rows) + 1, small="equity"),
             *[NOTHING] * len(heads), *cells]
        )  # fmt: skip
    named = ["", *heads, *(CORE[metric.key] for metric in metrics)]
    return Grid(named, rows, wide=True, kind="core judged" if heads else "core")


def judged_heads(table: Mapping[str, Compared]) -> list[str]:
    """Heads of the columns of word and payoff; none where no run has a verdict of these rows."""
    return [HEDGES, PAYOFF_HEAD] if any(run.verdict for run in table.values()) else []


def more_grid(comparison: Comparison) -> Grid:
    """The metrics that the first table leaves out, one run a row."""
    metrics = [metric for metric in comparison.metrics if metric.key not in CORE]
    rows = [
        [Cell(tag.whole, tag.number), *_cells(comparison, metrics, tag.name)]
        for tag in tags_of(comparison.aligned.labels)
    ]
    return Grid(["", *(_told(comparison, metric) for metric in metrics)], rows, wide=True)


def hedges_grid(comparison: Comparison) -> Grid | None:
    """What decides each run's word, beside the deepest fall; None where no run has a verdict."""
    if all(run.verdict is None for run in comparison.table.values()):
        return None
    rows = []
    for tag in tags_of(comparison.aligned.labels):
        run = comparison.table[tag.name]
        evidence = run.evidence
        cells = [NOTHING] * (len(SETS) + 2)
        if evidence is not None:
            share = evidence.placebo_share
            cells = [
                *(payoff_cell(payoff.estimate) for payoff in payoffs_of(evidence).values()),
                payoff_cell(evidence.difference),
                Cell(placebo_text(run.word, evidence), "" if share is None else share),
            ]
        own, equity = (NOTHING if fall is None else Cell(percent(fall), fall) for fall in run.falls)
        rows.append(
            [
                Cell(tag.whole, tag.number),
                Cell(short_word(run.word, comparison.cash)),
                *cells,
                own,
                equity,
            ]
        )
    heads = ["", HEDGES, *(f"Payoff, {name}" for name in SETS.values()),
             "After negative less after positive", "Placebo share", "Deepest fall",
             "Of 100 % equity"]  # fmt: skip
    return Grid(heads, rows, wide=True)


def differences_grid(comparison: Comparison) -> Grid:
    """Which differences to the first run are more than noise, a cell each with its word."""
    rows = [
        [
            Cell(tag.whole, tag.number),
            *(_difference(comparison, tag.name, of) for of in DIFFERENCES),
        ]
        for tag in tags_of(comparison.aligned.labels)
        if tag.name in comparison.differences
    ]
    heads = ["Less the first", *(of.name for of in DIFFERENCES)]
    return Grid(heads, rows, wide=True, kind="differences")


def years_grids(comparison: Comparison) -> tuple[Grid, Grid]:
    """Returns of the complete calendar years in tinted cells: recent ones, and those before.

    Years down, newest first; equity, then the runs by number.
    """
    aligned = comparison.aligned
    years = aligned.years
    columns = [BENCHMARK, *aligned.labels]
    rows = [
        [
            Cell(str(year), int(year)),
            *(tinted(years.at[year, name], YEAR_STEPS) for name in columns),
        ]
        for year in reversed(years.index)
    ]
    return _map(comparison, "Year", rows[:RECENT]), _map(comparison, "Year", rows[RECENT:])


def crises_grid(comparison: Comparison) -> Grid:
    """Returns of equity and of each portfolio in each crisis, in tinted cells."""
    rows = [
        [
            Cell(
                called(str(row["name"]), str(row["start"]), detected=bool(row["detected"])),
                small=f"{row['start']} to {row['end']}",
            ),
            tinted(row["equity"], FALL_STEPS),
            *(tinted(row[name], FALL_STEPS) for name in fall_columns(comparison.aligned.labels)),
        ]
        for row in comparison.crises.to_dict("records")
    ]
    return _map(comparison, "", rows)


# Parts


def _cells(
    comparison: Comparison, metrics: tuple[Metric, ...] | list[Metric], name: str
) -> list[Cell]:
    """The metrics of a run, the best of a column marked."""
    return [
        metric_cell(
            metric,
            comparison.table[name].numbers,
            INITIAL,
            comparison.money,
            tone="best" if name in comparison.best(metric) else "",
        )
        for metric in metrics
    ]


def _told(comparison: Comparison, metric: Metric) -> str:
    """What a metric is called; a date of the deepest fall says so."""
    label = comparison.label(metric)
    return f"Deepest fall {label.strip()}" if label.startswith(" ") else label


def _name(number: int, name: str, links: Links) -> Cell:
    if name not in links:
        return Cell(f"{number} {name}", number)
    return Cell(f"{number} ", number, links=((links[name], name),))


def payoff_of(run: Compared) -> Cell:
    """The payoff over all of equity's worst months, with its interval; a dash without evidence."""
    if run.evidence is None:
        return NOTHING
    estimate = run.evidence.every.estimate
    return Cell(signed_text(estimate), "" if estimate.value is None else estimate.value)


def _difference(comparison: Comparison, name: str, of: ShownDifference) -> Cell:
    """A difference with its word and its interval in small print, and the interval drawn.

    A range of resampled histories has neither: it says nothing about noise.
    """
    estimate: Estimate = getattr(comparison.differences[name], of.key)
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None:
        is_payoff = of.key == "payoff"
        return Cell("-", "", small=comparison.without_payoff(name) if is_payoff else "not defined")
    text, is_real = two_digits(of.scale * value, "+"), is_beyond_noise(estimate)
    if is_real is None or low is None or high is None:
        return Cell(text, value, small="no interval to be trusted")
    ends = " to ".join(two_digits(of.scale * end, "+") for end in (low, high))
    if of.ends == "range":
        return Cell(text, value, small=f"{ends} {HISTORIES}")
    word = "beyond noise" if is_real else "noise"
    tone = "good" if value * of.better > 0 else "bad"
    return Cell(
        text,
        value,
        small=f"{word}, {ends}",
        tone=tone if is_real else "",
        interval=Interval.of(estimate),
    )


def tinted(value: float, steps: tuple[float, float]) -> Cell:
    """A return in percent with one digit, its cell tinted by its sign and size."""
    if value != value:
        return Cell("", "")
    shown = round(100.0 * value, 1) + 0.0
    return Cell(f"{shown:.1f}", value, tone=shade_of(value, steps) if shown else "")


def _map(comparison: Comparison, first: str, rows: list[list[Cell]]) -> Grid:
    """A table with a run a column, by number and name: equity first."""
    aligned = comparison.aligned
    tags = tags_of(aligned.labels)
    return Grid(
        [first, aligned.runs[0].summary.benchmark.ticker, *(str(tag.number) for tag in tags)],
        rows,
        wide=True,
        kind="map" if len(tags) <= FEW else "map many",
        head_notes=["", "", *(tag.brief for tag in tags)],
    )
