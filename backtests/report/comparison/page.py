"""Runs side by side: one table, one page, one CSV."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.analysis.comparison import (
    ROLLING_MONTHS,
    calendar_years,
    differences,
    figures,
    rolling_growth,
    traded_in,
)
from backtests.analysis.crises import APRIL_2025, all_episodes, episode_table
from backtests.analysis.months import month_ends
from backtests.analysis.resampling import Estimate
from backtests.engine.config import short_hash
from backtests.report.comparison.footing import WORDS, Footing, costs_text
from backtests.report.figures import (
    Figure,
    Line,
    chooser,
    growth_axis,
    heat_map,
    layout,
    rounded,
    thinned,
    time_chart,
)
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.page import Cell, Grid, render_page
from backtests.report.text import day, percent, ratio, whole

COLOURS = tuple(f"--c{number}" for number in range(1, 11))
DASHES = ("solid", "dot")
ALLOCATION_POINTS = 250


@dataclass(frozen=True)
class Metric:
    """One metric: where it is found, what it is called, how it is shown, which is better.

    ``better`` is 1 where more is better, -1 where less is, 0 where neither.
    """

    key: str
    label: str
    show: Callable[[Any], str]
    better: int


METRICS = (
    Metric("verdict", "Does it hedge?", str, 0),
    Metric("cagr", "CAGR", percent, 1),
    Metric("volatility", "Volatility", percent, -1),
    Metric("sharpe", "Sharpe over bills", ratio, 1),
    Metric("sortino", "Sortino over bills", ratio, 1),
    Metric("max_drawdown", "Max drawdown", percent, 1),
    Metric("days_under_water", "Longest under water, days", whole, -1),
    Metric("calmar", "Calmar", ratio, 1),
    Metric("cvar_95", "CVaR 95, per row", percent, 1),
    Metric("cvar_95_monthly", "CVaR 95, monthly", percent, 1),
    Metric("best_year", "Best complete year", percent, 1),
    Metric("worst_year", "Worst complete year", percent, 1),
    Metric("turnover_per_year", "Turnover a year", percent, -1),
    Metric("costs_paid", "Costs paid, of 1 at the start", lambda value: f"{value:.4f}", -1),
    Metric("final_value", "Final value of 1", ratio, 1),
    Metric("max_drawdown_start", "Drawdown peak", day, 0),
    Metric("max_drawdown_end", "Drawdown trough", day, 0),
)
DIFFERENCES = {"cagr_monthly": "CAGR points", "sharpe_monthly": "Sharpe"}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several runs' numbers over their common rows.

    Attributes
    ----------
    footing
        The runs and their rows.
    table
        By label: every key of ``METRICS``.
    differences
        By label, without the first: CAGR and Sharpe less the first's, with intervals.
    crises
        As :func:`~backtests.analysis.crises.episode_table`, a column a run.
    """

    footing: Footing
    table: dict[str, dict[str, Any]]
    differences: dict[str, dict[str, Estimate]]
    crises: pd.DataFrame

    def best(self, metric: Metric) -> list[str]:
        """Labels with the best value of a row; none where it has no better."""
        known = {
            name: one[metric.key]
            for name, one in self.table.items()
            if isinstance(one[metric.key], int | float)
        }
        if not metric.better or len(known) < 2:
            return []
        top = max(metric.better * value for value in known.values())
        found = [name for name, value in known.items() if metric.better * value == top]
        return found if len(found) < len(known) else []


def compare(footing: Footing) -> Comparison:
    """Work out everything that a comparison shows."""
    table = {}
    for name, run in zip(footing.labels, footing.runs, strict=True):
        values, own = footing.values[name], run.values["strategy"]
        # Of a run's own rows: orders fall on days that month-ends do not show.
        begin = own.index[own.index.searchsorted(values.index[0], side="right") - 1]
        rows = own.loc[begin : values.index[-1]]
        lag = None if footing.cut else run.lag
        turnover, costs = traded_in(run.orders, rows, lag, run.summary["periods_per_year"])
        table[name] = {
            **figures(values, footing.cash, footing.ppy),
            "turnover_per_year": turnover,
            "costs_paid": costs / float(rows.iloc[0]),
            "verdict": run.verdict["word"] if run.verdict and not footing.cut else "-",
        }
    levels = footing.values.assign(equity=footing.benchmark)
    april = episode_table(APRIL_2025 if footing.ppy != 12 else (), levels, None, footing.ppy)
    crises = pd.concat([all_episodes(levels, None, footing.ppy), april], ignore_index=True)
    return Comparison(footing, table, differences(footing.values, footing.cash), crises)


def write_comparison(out: Path, comparison: Comparison) -> Path:
    """Write ``compare-<hash>`` with ``index.html`` and ``metrics.csv`` and return it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    footing = comparison.footing
    determined_by = [[run.name for run in footing.runs], *footing.notes]
    name = f"compare-{short_hash(determined_by)}"
    title = " · ".join(footing.labels)
    with new_folder(out, name) as folder:
        metrics_csv(comparison).to_csv(folder / "metrics.csv", lineterminator="\n")
        _write_page(folder / "index.html", out / name, comparison)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        about = {"kind": "comparison", "title": title, "runs": [one.name for one in footing.runs]}
        write_manifest(folder, about, created=now)
    rebuild_index(out)
    return out / name


def metrics_csv(comparison: Comparison) -> pd.DataFrame:
    """The table for other programs: metrics x runs, fractions, with differences and intervals."""
    frame = pd.DataFrame(comparison.table).loc[[metric.key for metric in METRICS]]
    for key in DIFFERENCES:
        for part in ("value", "low", "high"):
            frame.loc[f"{key}_less_first_{part}"] = {
                name: getattr(found[key], part) for name, found in comparison.differences.items()
            }
    frame.index.name = "metric"
    return frame


def _write_page(path: Path, place: Path, comparison: Comparison) -> None:
    footing = comparison.footing
    runs = [
        {"label": name, "pages": _pages(run.folder, place)}
        for name, run in zip(footing.labels, footing.runs, strict=True)
    ]
    first = footing.runs[0].summary
    render_page(
        "comparison.html",
        path,
        [chart for chart in _figures(comparison) if any(trace["x"] for trace in chart.data)],
        title=f"{len(footing.labels)} portfolios compared",
        span=f"{footing.values.index[0]:%Y-%m-%d} to {footing.values.index[-1]:%Y-%m-%d}, "
        f"{WORDS[footing.ppy]}",
        source=" and ".join(dict.fromkeys(run.summary["source_title"] for run in footing.runs)),
        costs="; ".join(dict.fromkeys(map(costs_text, footing.runs))),
        equity=first["benchmark"]["ticker"],
        notes=footing.notes,
        cut=footing.cut,
        data_notes=list(dict.fromkeys(n for run in footing.runs for n in run.summary["notes"])),
        metrics=_metrics(comparison),
        differences=_differences(comparison),
        crises=_crises(comparison),
        runs=runs,
    )


def _pages(folder: Path, place: Path) -> dict[str, str]:
    """Addresses of a run's pages relative to the comparison's folder."""
    return {
        word: Path(os.path.relpath(folder / page, place)).as_posix()
        for page, word in (("verdict.html", "verdict"), ("tearsheet.html", "tear sheet"))
        if (folder / page).is_file()
    }


def _metrics(comparison: Comparison) -> Grid:
    rows = []
    for name, one in comparison.table.items():
        cells = [Cell(name)]
        for metric in METRICS:
            value = one[metric.key]
            sort = "" if value is None else value if isinstance(value, int | float) else None
            best = name in comparison.best(metric)
            cells.append(Cell(metric.show(value), sort, tone="best" if best else ""))
        rows.append(cells)
    return Grid(["", *(metric.label for metric in METRICS)], rows, wide=True)


def _differences(comparison: Comparison) -> Grid:
    def cells(found: Estimate, show: Callable[[float], str]) -> list[Cell]:
        if found.value != found.value:
            return [Cell("-", ""), Cell("not defined")]
        if found.low is None or found.high is None:
            return [Cell(show(found.value), found.value), Cell("too few months to say")]
        real = found.low > 0 or found.high < 0
        tone = "good" if found.value > 0 else "bad"
        limits = f"{show(found.low)} to {show(found.high)}"
        return [
            Cell(show(found.value), found.value, small=limits),
            Cell("beyond noise" if real else "noise", tone=tone if real else ""),
        ]

    rows = [
        [
            Cell(name),
            *cells(found["cagr_monthly"], lambda value: f"{100 * value:+.2f}"),
            *cells(found["sharpe_monthly"], lambda value: f"{value:+.2f}"),
        ]
        for name, found in comparison.differences.items()
    ]
    heads = [f"Less {comparison.footing.labels[0]}", "CAGR, points", "which is",
             "Sharpe", "which is"]  # fmt: skip
    return Grid(heads, rows)


def _crises(comparison: Comparison) -> Grid:
    names = comparison.footing.labels
    rows = [
        [
            Cell(str(row["name"])),
            Cell(str(row["start"])),
            Cell(str(row["end"])),
            Cell(percent(row["equity"]), row["equity"]),
            *[Cell(percent(row[name]), row[name]) for name in names],
        ]
        for row in comparison.crises.to_dict("records")
    ]
    return Grid(["", "From", "To", "Equity", *names], rows, wide=True)


# Charts


def _figures(comparison: Comparison) -> list[Figure]:
    footing = comparison.footing
    months = month_ends(footing.values)
    months = months / months.iloc[:1].to_numpy() if len(months) else months
    dates = [str(month) for month in months.index]
    falls = months / months.cummax() - 1.0
    rolling = rolling_growth(months)
    years = calendar_years(footing.values)
    found = [
        time_chart(
            "growth",
            dates,
            _lines(months),
            caption="Growth of 1, month-ends, after costs, logarithmic.",
            alt="Growth of every portfolio, logarithmic scale",
            y=growth_axis(_lines(months)),
            height=400,
        ),
        time_chart(
            "falls",
            dates,
            _lines(falls),
            caption="Loss from the highest month-end so far.",
            alt="Drawdowns of every portfolio",
            y={},
            percent=True,
            height=300,
        ),
        time_chart(
            "rolling",
            [str(month) for month in rolling.index],
            _lines(rolling),
            caption=f"Return a year over the {ROLLING_MONTHS} months before.",
            alt="Rolling three-year return of every portfolio",
            y={},
            percent=True,
            height=300,
        ),
        _correlations(footing),
        heat_map(
            "years",
            [str(year) for year in years.index],
            list(years.columns),
            {"Return": years.T.to_numpy(dtype=float).tolist()},
            x_title="year",
            y_title="",
            caption="Returns of the complete calendar years.",
            alt="Map of calendar-year returns by portfolio",
            height=130 + 26 * len(years.columns),
        ),
        _allocation(footing),
    ]
    return found


def _lines(table: pd.DataFrame) -> list[Line]:
    return [
        Line(
            str(name),
            [None if value != value else float(value) for value in table[name]],
            COLOURS[number % len(COLOURS)],
            DASHES[number // len(COLOURS)],
        )
        for number, name in enumerate(table)
    ]


def _correlations(footing: Footing) -> Figure:
    lines = []
    span = [f"{end:%Y-%m}" for end in (footing.values.index[0], footing.values.index[-1])]
    for number, (name, run) in enumerate(zip(footing.labels, footing.runs, strict=True)):
        if run.verdict is None or not run.verdict["holds_treasuries"]:
            continue
        found = run.verdict["series"]["correlation"]
        inside = [
            (month, value)
            for month, value in zip(found["months"], found["values"], strict=True)
            if span[0] <= month <= span[1]
        ]
        months, values = zip(*inside, strict=True) if inside else ((), ())
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS)]
        lines.append(Line(name, values, colour, dash, dates=months))
    return time_chart(
        "correlation",
        [],
        lines,
        caption="Correlation of each portfolio's equity with its Treasuries over the 36 months "
        "before, from its verdict.",
        alt="Trailing stock-bond correlation of every portfolio that holds Treasuries",
        y={"range": [-1, 1]},
        height=280,
    )


def _allocation(footing: Footing) -> Figure:
    """Weights over time of one run at a time, chosen from a list."""
    data: list[dict[str, Any]] = []
    owners = []
    for number, (name, run) in enumerate(zip(footing.labels, footing.runs, strict=True)):
        weights = run.weights.loc[footing.values.index[0] : footing.values.index[-1]]
        months = month_ends(weights)
        kept = months.iloc[thinned(len(months), ALLOCATION_POINTS)]
        for place, column in enumerate(kept):
            owners.append(name)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": str(column),
                    "stackgroup": str(number),
                    "x": [str(month) for month in kept.index],
                    "y": rounded([round(float(value), 4) for value in kept[column]]),
                    "line": {"width": 0.5, "color": COLOURS[place % len(COLOURS)]},
                    "visible": number == 0,
                    "hovertemplate": "%{y:.1%}",
                }
            )
    return Figure(
        "allocation",
        data,
        layout(
            margin={"t": 46},
            yaxis={"tickformat": ".0%", "range": [0, 1]},
            xaxis={"type": "date"},
            updatemenus=[chooser(footing.labels, owners)],
        ),
        "What each portfolio held at month-ends; choose one from the list.",
        "Allocation over time of the chosen portfolio",
        330,
    )


def console_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """The table of metrics as text, best values marked with a star."""
    rows = []
    for metric in METRICS:
        best: Sequence[str] = comparison.best(metric)
        shown = [
            metric.show(one[metric.key]) + (" *" if name in best else "  ")
            for name, one in comparison.table.items()
        ]
        rows.append((metric.label, shown))
    return rows


def difference_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Differences to the first run as text, with their intervals."""

    def show(key: str, found: Estimate) -> str:
        scale, unit = (100, "+.2f") if key == "cagr_monthly" else (1, "+.2f")
        if found.value != found.value:
            return "-"
        text = format(scale * found.value, unit)
        if found.low is None or found.high is None:
            return text
        return f"{text} ({scale * found.low:{unit}} to {scale * found.high:{unit}})"

    return [
        (f"{label} less the first, month-ends (90 %)", ["", *[
            show(key, found[key]) for found in comparison.differences.values()
        ]])
        for key, label in DIFFERENCES.items()
    ]  # fmt: skip
