"""The tear sheet: quantstats counts and draws, and only what is right is shown.

Its figures are mended before they are written (``engine/with_quantstats.py``); its metric rows are
shown only if ``analysis/metrics.py`` gives the same number (a test checks each of them). A metric
that it defines differently is shown by our definition or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.analysis.metrics import month_returns
from backtests.engine.simulation import Simulation
from backtests.engine.summary import Summary
from backtests.engine.with_quantstats import Drawn, Levels, begin_drawing
from backtests.report.currency import cash_words, in_money, one_of
from backtests.report.listing import run_files
from backtests.report.page import render_page
from backtests.report.pages import TEARSHEET, pages_in, trail_of_run
from backtests.report.paid_words import own_money_line, terms_of
from backtests.report.sheet_tables import (
    DAILY,
    MAP_STEPS,
    MONTH_NAMES,
    benchmark_name,
    falls_grid,
    metric_groups,
    month_map,
    years_grid,
)
from backtests.report.text import (
    BASIS_POINT,
    CVAR,
    FREQUENCIES,
    amount,
    basis,
    costs_text,
    percent,
    plan_of,
    ratio,
    ruin_of,
    source_words,
    summary_label,
)
from data.market import Market
from strategies.weights import mix_text

# Roles of the pages by what has a colour in a drawing.
COLOURS = {
    "strategy": "var(--portfolio)",
    "benchmark": "var(--equity)",
    "grid": "var(--line)",
    "zero": "var(--rule)",
    "text": "currentColor",
}
# Rows that each point of a rolling figure looks back on, and what that is in words.
WINDOWS = {DAILY: (252, "252 sessions (a year)"), 12: (36, "36 months")}
LEAST_MONTHS = 24  # of a distribution: fewer are read one by one, in the table


@dataclass(frozen=True)
class Chart:
    """A chart of the sheet.

    Attributes
    ----------
    name
        Of what is not drawn, in a sentence.
    title
        What it shows of a run, by its figures.
    meaning
        Its definition; ``{basis}``, ``{benchmark}`` and ``{window}`` are filled in.
    """

    name: str
    title: Callable[[Figures], str]
    meaning: str


@dataclass(frozen=True)
class Figures:
    """What the titles of charts tell: the run's summary, its rows and its months.

    ``is_benchmark`` says that the portfolio is its own benchmark, which is then not told twice.
    """

    summary: Summary
    rows: Mapping[str, tuple[float | None, float | None]]
    months: pd.Series
    is_benchmark: bool

    @property
    def benchmark(self) -> str:
        """The benchmark as the page names it."""
        return benchmark_name(self.summary)

    def told(self, mine: str, theirs: str) -> str:
        """What is told of the portfolio, and the benchmark's after it."""
        return mine if self.is_benchmark else f"{mine}, {self.benchmark} {theirs}"

    def both(self, first: str, key: str, show: Callable[[float | None], str]) -> str:
        """A metric of the portfolio in a phrase, and the benchmark's after it."""
        own, other = self.summary.metrics, self.summary.benchmark.metrics
        mine, theirs = (show(getattr(numbers, key)) for numbers in (own, other))
        return self.told(first.format(mine), theirs)


def _growth_title(figures: Figures) -> str:
    grown = (figures.summary.metrics, figures.summary.benchmark.metrics)
    mine, theirs = (amount(1.0 + numbers.total_return) for numbers in grown)
    return figures.told(f"{one_of(figures.summary.investor)} grew to {mine}", f"to {theirs}")


def _beta_title(figures: Figures) -> str:
    beta, _ = figures.rows.get("Beta", (None, None))
    return f"Beta {'' if beta is None else f'{ratio(beta)} '}to {figures.benchmark}"


def _months_title(figures: Figures) -> str:
    months = figures.months
    return f"Best month {percent(months.max())}, worst {percent(months.min())}"


CHARTS = {
    "growth": Chart(
        "growth",
        _growth_title,
        "Growth of {one} over time, {basis}, after costs. Logarithmic: equal heights are equal "
        "percentages.",
    ),
    "drawdown": Chart(
        "falls",
        lambda figures: figures.both("Deepest fall {}", "max_drawdown", percent),
        "Loss from the highest value so far, {basis}.",
    ),
    "volatility": Chart(
        "rolling volatility",
        lambda figures: figures.both("Volatility {} a year", "volatility", percent),
        "A year, {basis}, over {window} up to each date. The title is of the whole run.",
    ),
    "sharpe": Chart(
        "rolling Sharpe ratio",
        lambda figures: figures.both("Sharpe ratio {}", "sharpe", ratio),
        "Return over {cash} by volatility, a year, {basis}, over {window} up to each date. The "
        "title is of the whole run.",
    ),
    "beta": Chart(
        "rolling beta",
        _beta_title,
        "Percent that the portfolio moved with a percent of {benchmark}, {basis}, over {window} "
        "up to each date. The title is of the whole run.",
    ),
    "months": Chart(
        "distribution of months",
        _months_title,
        "How many months had which return. Bars: the portfolio. Line: {benchmark}.",
    ),
}
ROLLING = ("volatility", "sharpe", "beta")


def begin_sheet(
    market: Market, simulation: Simulation, benchmark: pd.Series, summary: Summary
) -> Callable[[], Drawn]:
    """Have the charts of a tear sheet drawn, without waiting; parameters as there.

    Returns
    -------
    callable
        Waits for the charts.
    """
    nav = simulation.nav
    window, _ = WINDOWS[summary.periods_per_year]
    missing = too_short(summary, len(nav) - 1, len(month_returns(nav)))
    levels = Levels(nav, benchmark, market.cash.loc[nav.index], summary.rows_per_year, window)
    return begin_drawing(levels, [name for name in CHARTS if name not in missing], COLOURS)


def write_tearsheet(
    path: Path,
    market: Market,
    simulation: Simulation,
    benchmark: pd.Series,
    summary: Summary,
    files: Sequence[str] = (TEARSHEET.file,),
    drawing: Callable[[], Drawn] | None = None,
) -> None:
    """Write the tear sheet of a run.

    Parameters
    ----------
    path
        The file to write.
    market
        The prices that the run used.
    simulation, benchmark
        The strategy, and its benchmark's value on the same sessions.
    summary
        The run's headline numbers.
    files
        Names of the files that its folder has or will have.
    drawing
        What :func:`begin_sheet` returned of the same; None to draw now.
    """
    nav = simulation.nav
    _, window_words = WINDOWS[summary.periods_per_year]
    months = month_returns(nav)
    missing = too_short(summary, len(nav) - 1, len(months))
    drawn = (drawing or begin_sheet(market, simulation, benchmark, summary))()
    is_benchmark = bool(np.allclose(nav, benchmark, rtol=1e-9))
    figures = Figures(summary, drawn.rows, months, is_benchmark)
    rows = basis(daily=summary.periods_per_year == DAILY)
    render_page(
        "tearsheet.html",
        path,
        trail=trail_of_run(
            summary_label(summary),
            TEARSHEET,
            pages_in(files) or [TEARSHEET],
        ),
        heading=heading(summary),
        lead=lead(summary, is_benchmark=is_benchmark),
        own_money=own_money_line(summary),
        facts=" · ".join(
            (
                f"{summary.start} to {summary.end}",
                rows,
                source_words(summary),
                costs_text(simulation.costs),
                *terms_of(summary),
            )
        ),
        benchmark=benchmark_name(summary),
        is_benchmark=is_benchmark,
        notes=market.notes,
        charts=drawings(drawn, figures, window_words),
        missing=[
            *dict.fromkeys(missing.values()),
            *(f"quantstats cannot {'draw the' if name in CHARTS else 'count'} "
              f"{CHARTS[name].name if name in CHARTS else name} of this series ({reason})."
              for name, reason in drawn.failures.items()),
        ],
        metrics=metric_groups(summary, drawn.rows),
        basis=rows,
        years=years_grid(summary),
        falls=falls_grid(nav, rows),
        months=month_map(months),
        month_names=MONTH_NAMES,
        is_daily=summary.periods_per_year == DAILY,
        steps=[f"{step:g} %" for step in MAP_STEPS],
        files=run_files(files),
        terms=f"{CVAR} {BASIS_POINT}",
        frequency=FREQUENCIES[summary.periods_per_year],
        version=version("quantstats"),
    )  # fmt: skip


# Words


def heading(summary: Summary) -> str:
    """What was run."""
    held = f" ({mix_text(summary.weights)})" if summary.weights else ""
    plan = plan_of(summary)
    money = in_money(summary.money, summary.base_date)
    ruined = ruin_of(summary)
    ended = "" if ruined is None else f": the money ran out on {ruined}"
    return f"{summary.strategy}{held}{money}{', ' * bool(plan)}{plan}{ended}"


def lead(summary: Summary, *, is_benchmark: bool) -> str:
    """The run in a sentence: growth and deepest fall beside the benchmark's."""
    own, other = summary.metrics, summary.benchmark.metrics
    grown = [
        f"{percent(numbers.total_return)} in all"
        if numbers.cagr is None
        else f"{percent(numbers.cagr)} a year"
        for numbers in (own, other)
    ]
    falls = [percent(numbers.max_drawdown) for numbers in (own, other)]
    rows, ticker = basis(daily=summary.periods_per_year == DAILY), benchmark_name(summary)
    if is_benchmark:
        return (
            f"The portfolio is {ticker}, its own benchmark: it made {grown[0]} after costs; its "
            f"deepest fall was {falls[0]} ({rows})."
        )
    return (
        f"The portfolio made {grown[0]} after costs, {ticker} {grown[1]}; its deepest fall was "
        f"{falls[0]} against {falls[1]} ({rows})."
    )


def too_short(summary: Summary, rows: int, months: int) -> dict[str, str]:
    """Charts that a run is too short for, with a sentence each or for several.

    Parameters
    ----------
    summary
        Of the run.
    rows, months
        How many returns of rows, and of months, it has.
    """
    window, words = WINDOWS[summary.periods_per_year]
    missing = {}
    if rows <= window or summary.metrics.cagr is None:
        missing = dict.fromkeys(
            ROLLING,
            f"Rolling volatility, Sharpe ratio and beta look back on {words}: this run is too "
            "short for them.",
        )
    if months < LEAST_MONTHS:
        missing["months"] = (
            f"A distribution of months needs {LEAST_MONTHS} of them; the table below has each."
        )
    return missing


# Charts


@dataclass(frozen=True)
class Drawing:
    """A chart as the page shows it: its SVG, what was found, and what is shown."""

    svg: str
    title: str
    meaning: str


def drawings(drawn: Drawn, figures: Figures, window: str) -> list[Drawing]:
    """What the page shows of each chart that was drawn."""
    words = {
        "basis": basis(daily=figures.summary.periods_per_year == DAILY),
        "benchmark": figures.benchmark,
        "window": window,
        "one": one_of(figures.summary.investor),
        "cash": cash_words(figures.summary.investor).name,
    }
    return [
        Drawing(svg, CHARTS[name].title(figures), CHARTS[name].meaning.format(**words))
        for name, svg in drawn.charts.items()
    ]
