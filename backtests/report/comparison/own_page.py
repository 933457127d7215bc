"""The page of runs in different currencies: a table, a chart for each, the calendar years."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from backtests.analysis.months import month_ends
from backtests.analysis.numbers import Metric, PortfolioNumbers
from backtests.report.charts import Line, growth_axis, time_chart
from backtests.report.comparison import cash_flows, own_money
from backtests.report.comparison.grids import (
    CORE,
    MOST_HELD,
    YEAR_STEPS,
    judged_heads,
    payoff_of,
    tinted,
)
from backtests.report.comparison.names import Tag, tags_of
from backtests.report.comparison.own_money import OwnMoney
from backtests.report.comparison.page import pages_by_run, write_side_by_side
from backtests.report.comparison.table import INITIAL
from backtests.report.currency import CashWords, cash_in_full, cash_words
from backtests.report.figures import Figure
from backtests.report.page import Cell, Grid, metric_cell, render_page
from backtests.report.pages import trail_of
from backtests.report.style import OTHER_LINE, PORTFOLIO_LINE
from backtests.report.text import (
    BASIS_POINT,
    CVAR,
    FREQUENCIES,
    costs_text,
    source_words,
    weights_text,
)
from backtests.report.verdict.payoffs import payoff_note, short_word
from data.currency.currencies import counted_in, name_of

OWN_PAYOFF = payoff_note(cash=CashWords(whole="the run's own cash"))
NO_RATIO = ("sharpe", "sortino", "calmar")  # of cash over itself
NOTHING = Cell("-", "")


def write_own_money(out: Path, own: OwnMoney, *, standalone: bool = False) -> Path:
    """Write ``compare-<hash>`` (``index.html``, ``metrics.csv``, ``years.csv``) and return it.

    ``standalone``: its page has its charts without any other file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    tables = {"metrics.csv": own_money.metrics_csv(own), "years.csv": own.years}

    def write_page(path: Path, place: Path) -> None:
        _write_page(path, place, own, standalone=standalone)

    kind = ["each in its own"]
    return write_side_by_side(out, own.aligned, tables, own_money.finding(own), write_page, kind)


def _write_page(path: Path, place: Path, own: OwnMoney, *, standalone: bool) -> None:
    aligned = own.aligned
    summaries = [run.summary for run in aligned.runs]
    days = aligned.values.index
    tags = tags_of(aligned.labels)
    pages = pages_by_run(aligned, tags, place)
    charts = figures(own)
    render_page(
        "own_money.html",
        path,
        charts,
        trail=trail_of(f"{len(tags)} portfolios, each in its own money"),
        standalone=standalone,
        title=f"{len(tags)} portfolios, each in its own money",
        finding=own_money.finding(own),
        lead=f"{own_money.FINDING}. {own_money.lead(own)}",
        span=f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, {FREQUENCIES[aligned.ppy]}",
        source=" and ".join(dict.fromkeys(map(source_words, summaries))),
        costs="; ".join(dict.fromkeys(costs_text(summary.costs) for summary in summaries)),
        table=core_grid(own, {name: next(iter(p.values())) for name, p in pages.items() if p}),
        note=own_money.NOTE,
        own_money=cash_flows.flows_grid(aligned),
        own_money_title=cash_flows.flows_title(aligned),
        own_money_note=cash_flows.flows_note(aligned),
        terms=" ".join([CVAR, BASIS_POINT, *([OWN_PAYOFF] if judged_heads(own.table) else [])]),
        charts=[chart.name for chart in charts],
        years=years_grid(own),
        year_steps=[f"{step:g}" for step in YEAR_STEPS],
        notes=aligned.notes,
        data_notes=list(dict.fromkeys(note for summary in summaries for note in summary.notes)),
        runs=[{"label": tag.whole, "pages": pages[tag.name]} for tag in tags],
    )


def core_grid(own: OwnMoney, links: dict[str, str]) -> Grid:
    """Each run, its own equity and its own cash, a row each; nothing is marked as best."""
    by_key = {metric.key: metric for metric in own.metrics}
    metrics = [by_key[key] for key in CORE if key in by_key]
    rows: list[list[Cell]] = []
    heads = judged_heads(own.table)
    for tag, run in zip(tags_of(own.aligned.labels), own.aligned.runs, strict=True):
        compared, code = own.table[tag.name], run.summary.currency
        word = short_word(compared.word, cash_words(run.summary.investor))
        judged = [Cell(word), payoff_of(compared)]
        held = weights_text(run.summary.latest.held, MOST_HELD)
        named = Cell(tag.whole, 3 * tag.number, small=held)
        if tag.name in links:
            address = ((links[tag.name], tag.name),)
            named = Cell(f"{tag.number} ", 3 * tag.number, small=held, links=address)
        rows.append([named, Cell(code), *judged[: len(heads)], *_cells(metrics, compared.numbers)])
        equity = f"{run.summary.benchmark.ticker} 100 %"
        for place, (what, small, numbers) in enumerate(
            (
                (equity, f"equity beside {tag.number}", own.equity[tag.name]),
                (cash_in_full(run.summary.investor), f"cash beside {tag.number}",
                 own.cash[tag.name]),
            ),
            1,
        ):  # fmt: skip
            without = NO_RATIO if place == 2 else ()
            rows.append(
                [Cell(what, 3 * tag.number + place, small=small), Cell(code),
                 *[NOTHING] * len(heads), *_cells(metrics, numbers, without)]
            )  # fmt: skip
    named_heads = ["", "Money", *heads, *(CORE[metric.key] for metric in metrics)]
    return Grid(named_heads, rows, wide=True, kind="core")


def _cells(
    metrics: list[Metric], numbers: PortfolioNumbers, without: tuple[str, ...] = ()
) -> list[Cell]:
    return [
        NOTHING if metric.key in without else metric_cell(metric, numbers, INITIAL)
        for metric in metrics
    ]


def years_grid(own: OwnMoney) -> Grid:
    """Returns of the complete calendar years, newest first, a run a column in its own money."""
    years, tags = own.years, tags_of(own.aligned.labels)
    rows = [
        [
            Cell(str(year), int(year)),
            *(tinted(years.loc[year, tag.name], YEAR_STEPS) for tag in tags),
        ]
        for year in reversed(years.index)
    ]
    return Grid(
        ["Year", *(tag.short for tag in tags)],
        rows,
        wide=True,
        kind="map",
        head_notes=["", *(f"in {own.currency(tag.name)}" for tag in tags)],
    )


def figures(own: OwnMoney) -> list[Figure]:
    """A chart of growth for each run with its own equity and cash: one money a chart."""
    return [
        chart
        for tag, run in zip(tags_of(own.aligned.labels), own.aligned.runs, strict=True)
        if not (chart := _growth(own, tag, run.summary.benchmark.ticker)).is_empty
    ]


def _growth(own: OwnMoney, tag: Tag, ticker: str) -> Figure:
    aligned, money = own.aligned, counted_in(own.currency(tag.name))
    unit = f"1 {name_of(own.currency(tag.name))}"
    levels = pd.DataFrame(
        {
            "portfolio": aligned.values[tag.name],
            f"{ticker} 100 %": aligned.own_benchmarks[tag.name],
            "cash": aligned.own_cash[tag.name],
        }
    )
    months = month_ends(levels)
    growth = months / months.iloc[:1].to_numpy() if len(months) else months
    looks = (("--portfolio", PORTFOLIO_LINE), ("--equity", OTHER_LINE), ("--bills", OTHER_LINE))
    lines = [
        Line(str(name), growth[name].astype(float).tolist(), colour, width=width)
        for name, (colour, width) in zip(growth, looks, strict=True)
    ]
    return time_chart(
        f"growth-{tag.number}",
        [str(month) for month in growth.index],
        lines,
        title=f"{tag.whole}: growth of {unit}",
        caption=f"In {money}, month-ends, after costs, logarithmic. "
        "Another chart's lines are in another money.",
        alt=f"Growth of {tag.name}, its equity and its cash in {money}",
        y=growth_axis(lines),
        height=340,
    )
