"""The tear sheet: quantstats draws its charts; of its numbers only the right ones are shown.

quantstats fills a bare template of ours, from which charts and rows are read back. Its charts go
into the page, its metric rows only if ``analysis/metrics.py`` gives the same number (a test checks
each of them). A metric that it defines differently is shown by our definition or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from backtests.analysis.metrics import drawdown_list
from backtests.analysis.numbers import declared
from backtests.engine.simulation import Simulation
from backtests.engine.summary import Summary
from backtests.engine.with_quantstats import draw
from backtests.report.page import environment
from backtests.report.text import (
    BASIS_POINT,
    CVAR,
    FREQUENCIES,
    costs_text,
    label_of,
    percent,
    shown,
)
from data.market import Market
from strategies.weights import mix_text

if TYPE_CHECKING:
    import pandas as pd

# Left out: the volatility-matched chart leverages the strategy; the logarithmic chart takes the
# logarithm of the gain, not of wealth; the yearly chart misplaces its bars over long periods.
CHARTS = {
    "returns": "Cumulative return of strategy and benchmark",
    "dd_plot": "Loss from the highest value so far",
    "monthly_heatmap": "Return of each month in percent; a month outside the period shows 0.00",
    "monthly_dist": "Distribution of monthly returns",
    "rolling_vol": "Rolling six-month volatility, annualised",
    "rolling_beta": "Rolling beta to the benchmark over six and twelve months",
    "rolling_sharpe": "Rolling six-month Sharpe ratio against a rate of zero, not against bills",
}


A_YEAR = ("rolling_vol", "rolling_sharpe")  # charts of annualised figures


@dataclass(frozen=True)
class QuantstatsRow:
    """A row of quantstats that is right: its name there and here.

    ``daily_only`` says that it is for days only, ``is_annual`` that it is a figure a year.
    """

    theirs: str
    label: str
    daily_only: bool = False
    is_annual: bool = False


QUANTSTATS_ROWS = {
    "Return": (
        QuantstatsRow("Cumulative Return", "Cumulative return"),
        QuantstatsRow("CAGR﹪", "CAGR", is_annual=True),
        QuantstatsRow("MTD", "Month to date"),
        QuantstatsRow("YTD", "Year to date"),
    ),
    "Risk": (
        QuantstatsRow("Volatility (ann.)", "Volatility (annualised)", is_annual=True),
        QuantstatsRow("Skew", "Skewness of {rows}"),
        QuantstatsRow("Kurtosis", "Excess kurtosis of {rows}"),
    ),
    "Good and bad times": (
        QuantstatsRow("Best Day", "Best day", daily_only=True),
        QuantstatsRow("Worst Day", "Worst day", daily_only=True),
        QuantstatsRow("Best Month", "Best month"),
        QuantstatsRow("Worst Month", "Worst month"),
        QuantstatsRow("Win Days", "Winning days", daily_only=True),
        QuantstatsRow("Win Month", "Winning months"),
    ),
    "Against the benchmark": (
        QuantstatsRow("Beta", "Beta"),
        QuantstatsRow("Correlation", "Correlation"),
    ),
}


@dataclass(frozen=True)
class Row:
    """One line of a table: strategy and benchmark."""

    label: str
    ours: str
    theirs: str


def write_tearsheet(
    path: Path,
    market: Market,
    simulation: Simulation,
    benchmark: pd.Series,
    summary: Summary,
) -> None:
    """Write the tear sheet of a run as one self-contained page.

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
    """
    is_short = summary.metrics.cagr is None
    charts = [name for name in CHARTS if not (is_short and name in A_YEAR)]
    drawn = draw(simulation.nav, benchmark, summary.rows_per_year, charts)
    falls = [
        {
            "start": f"{fall.start:%Y-%m-%d}",
            "end": f"{fall.end:%Y-%m-%d}",
            "recovered": f"{fall.recovered:%Y-%m-%d}" if fall.recovered else "not yet",
            "depth": percent(fall.depth),
        }
        for fall in drawdown_list(simulation.nav)[:10]
    ]
    text = (
        environment()
        .get_template("tearsheet.html")
        .render(
            heading=heading(summary),
            terms=f"{CVAR} {BASIS_POINT}",
            span=f"{summary.start} to {summary.end}",
            costs=costs_text(simulation.costs),
            strategy=summary.strategy,
            benchmark=summary.benchmark.ticker,
            notes=market.notes,
            frequency=FREQUENCIES[summary.periods_per_year],
            charts=[{"svg": svg, "caption": CHARTS[name]} for name, svg in drawn.charts.items()],
            failure=drawn.failure,
            metrics=metric_groups(summary, drawn.rows),
            years=[
                Row(str(year.year), percent(year.strategy), percent(year.benchmark))
                for year in reversed(summary.years)
            ],
            falls=falls,
            version=version("quantstats"),
        )
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def heading(summary: Summary) -> str:
    """Title of the page: what was run, on which data."""
    what = f" ({mix_text(summary.weights)})" if summary.weights else ""
    return f"{summary.strategy}{what} on {summary.source_title}"


# Our own rows, by the group that they stand in.
OWN_ROWS = {
    "Return": ("best_year", "worst_year"),
    "Risk": ("max_drawdown", "max_drawdown_start", "max_drawdown_end", "max_drawdown_recovered",
             "cvar_95"),
    "Reward for risk": ("sharpe", "sortino", "calmar"),
}  # fmt: skip


def metric_groups(
    summary: Summary, quantstats_rows: Mapping[str, tuple[str, str]]
) -> list[tuple[str, list[Row]]]:
    """Rows of the metrics table by group: those of quantstats that are right, then ours."""
    mine, theirs = summary.metrics, summary.benchmark.metrics
    daily = summary.periods_per_year == 252
    is_short = mine.cagr is None
    by_key = {
        metric.key: metric for metric in declared(type(mine)) if not (is_short and metric.is_annual)
    }

    def own(key: str) -> Row:
        metric = by_key[key]
        label = label_of(metric, summary.periods_per_year, summary.initial)
        both = (shown(metric, numbers, summary.initial) for numbers in (mine, theirs))
        return Row(label, *both)

    def ours(name: str) -> list[Row]:
        return [own(key) for key in OWN_ROWS.get(name, ()) if key in by_key]

    groups = []
    for name, wanted in QUANTSTATS_ROWS.items():
        rows = [
            Row(
                row.label.format(rows="days" if daily else "months") + " †",
                *quantstats_rows[row.theirs],
            )
            for row in wanted
            if row.theirs in quantstats_rows
            and (daily or not row.daily_only)
            and not (is_short and row.is_annual)
        ]
        groups.append((name, rows + ours(name)))
        if name == "Risk":
            groups.append(("Reward for risk", ours("Reward for risk")))
    return [(name, rows) for name, rows in groups if rows]
