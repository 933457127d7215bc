"""The tables of a tear sheet: metrics, calendar years, falls and the map of months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.analysis.metrics import drawdown_list
from backtests.analysis.numbers import Unit, declared
from backtests.engine.summary import Summary
from backtests.report.page import Cell, Grid
from backtests.report.text import label_of, percent, ratio, shown, two_digits

DAILY = 252
MAP_STEPS = (2.0, 5.0)  # percent a month from which a cell of the map is darker


def benchmark_name(summary: Summary) -> str:
    """The benchmark as the page names it."""
    return f"100 % {summary.benchmark.ticker}"


@dataclass(frozen=True)
class QuantstatsRow:
    """A row of quantstats that is right: its name there and here.

    ``daily_only`` says that it is for days only, ``is_annual`` that it is a figure a year,
    ``unit`` how it is shown.
    """

    theirs: str
    label: str
    daily_only: bool = False
    is_annual: bool = False
    unit: Unit = Unit.PERCENT


QUANTSTATS_ROWS = {
    "Return": (
        QuantstatsRow("Cumulative Return", "Cumulative return"),
        QuantstatsRow("CAGR﹪", "CAGR", is_annual=True),
        QuantstatsRow("MTD", "Month to date"),
        QuantstatsRow("YTD", "Year to date"),
    ),
    "Risk": (
        QuantstatsRow("Volatility (ann.)", "Volatility (annualised)", is_annual=True),
        QuantstatsRow("Skew", "Skewness of {rows}", unit=Unit.RATIO),
        QuantstatsRow("Kurtosis", "Excess kurtosis of {rows}", unit=Unit.RATIO),
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
        QuantstatsRow("Beta", "Beta", unit=Unit.RATIO),
        QuantstatsRow("Correlation", "Correlation"),
    ),
}


@dataclass(frozen=True)
class Row:
    """One line of the metrics: strategy and benchmark."""

    label: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class MapCell:
    """A cell of the monthly map: its text and its shade, both empty outside the run."""

    text: str = ""
    shade: str = ""


@dataclass(frozen=True)
class MapRow:
    """A year of the monthly map: twelve months, and what they came to."""

    year: str
    months: tuple[MapCell, ...]
    total: str


# Metrics

SHOWN = {Unit.PERCENT: percent, Unit.RATIO: ratio}
# Our own rows, by the group that they stand in.
OWN_ROWS = {
    "Return": ("best_year", "worst_year"),
    "Risk": ("max_drawdown", "max_drawdown_start", "max_drawdown_end", "max_drawdown_recovered",
             "cvar_95"),
    "Reward for risk": ("sharpe", "sortino", "calmar"),
}  # fmt: skip


def metric_groups(
    summary: Summary, quantstats_rows: Mapping[str, tuple[float | None, float | None]]
) -> list[tuple[str, list[Row]]]:
    """Rows of the metrics table by group: those of quantstats that are right, then ours."""
    mine, theirs = summary.metrics, summary.benchmark.metrics
    daily = summary.periods_per_year == DAILY
    is_short = mine.cagr is None
    by_key = {
        metric.key: metric for metric in declared(type(mine)) if not (is_short and metric.is_annual)
    }

    def own(key: str) -> Row:
        metric = by_key[key]
        is_unit = summary.own_money is not None
        label = label_of(
            metric, summary.periods_per_year, summary.initial, summary.money, is_unit=is_unit
        )
        both = (
            shown(metric, numbers, summary.initial, summary.money) for numbers in (mine, theirs)
        )
        return Row(label, *both)

    def ours(name: str) -> list[Row]:
        return [own(key) for key in OWN_ROWS.get(name, ()) if key in by_key]

    groups = []
    for name, wanted in QUANTSTATS_ROWS.items():
        rows = [
            Row(
                row.label.format(rows="days" if daily else "months") + " †",
                *(SHOWN[row.unit](value) for value in quantstats_rows[row.theirs]),
            )
            for row in wanted
            if row.theirs in quantstats_rows
            and (daily or not row.daily_only)
            and not (is_short and row.is_annual)
        ]
        groups.append((name, _told([*rows, *ours(name)])))
        if name == "Risk":
            groups.append(("Reward for risk", _told(ours("Reward for risk"))))
    return [(name, rows) for name, rows in groups if rows]


def _told(rows: list[Row]) -> list[Row]:
    """The rows in which either portfolio has a number."""
    return [row for row in rows if (row.ours, row.theirs) != ("-", "-")]


# Years, falls, months


def years_grid(summary: Summary) -> Grid:
    """The complete calendar years, newest first, beside those of the benchmark."""
    rows = []
    for year in reversed(summary.years):
        less = 100.0 * (year.strategy - year.benchmark)
        rows.append(
            [
                Cell(str(year.year), year.year),
                Cell(percent(year.strategy), year.strategy),
                Cell(percent(year.benchmark), year.benchmark),
                Cell(two_digits(less, "+"), less, tone=_tone(less)),
            ]
        )
    return Grid(
        ["Year", "Portfolio", benchmark_name(summary), "Difference, points"],
        rows,
        "Complete calendar years, after costs",
    )


def _tone(value: float) -> str:
    shown = round(value, 2)
    return "good" if shown > 0.0 else "bad" if shown < 0.0 else ""


def falls_grid(nav: pd.Series, basis: str) -> Grid:
    """The ten deepest falls."""
    rows = [
        [
            Cell(f"{fall.start:%Y-%m-%d}"),
            Cell(percent(fall.depth), fall.depth),
            Cell(f"{fall.end:%Y-%m-%d}"),
            Cell(f"{fall.recovered:%Y-%m-%d}" if fall.recovered else "not yet"),
        ]
        for fall in drawdown_list(nav)[:10]
    ]
    return Grid(["Peak", "Depth", "Trough", "Recovered"], rows, f"The ten deepest, {basis}")


MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


def month_map(months: pd.Series) -> list[MapRow]:
    """Returns of months in percent by year, newest first; empty outside the run.

    Parameters
    ----------
    months
        As :func:`backtests.analysis.metrics.month_returns` gives them.
    """
    index = pd.PeriodIndex(months.index)
    rows = []
    for year in sorted(set(index.year), reverse=True):
        own = months[index.year == year]
        by_number = dict(zip(index[index.year == year].month, own, strict=True))
        rows.append(
            MapRow(
                str(year),
                tuple(_map_cell(by_number.get(number)) for number in range(1, 13)),
                two_digits(100.0 * float(np.prod(1.0 + own) - 1.0)),
            )
        )
    return rows


def _map_cell(value: float | None) -> MapCell:
    if value is None:
        return MapCell()
    text = two_digits(100.0 * value)
    return MapCell(text, "" if float(text) == 0.0 else shade_of(value, MAP_STEPS))


def shade_of(value: float, steps: tuple[float, float]) -> str:
    """The tint of a cell of a map: ``up-1``, ``down-2``; empty at zero.

    Parameters
    ----------
    value
        A fraction.
    steps
        Percent from which a cell is darker, and darker again.
    """
    size = sum(abs(100.0 * value) >= step for step in steps)
    return f"{'down' if value < 0.0 else 'up'}-{size}" if value else ""
