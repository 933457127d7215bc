"""The charts of a comparison: every portfolio in the same colour throughout."""

from __future__ import annotations

import pandas as pd

from backtests.analysis.comparison import ROLLING_MONTHS, rolling_growth
from backtests.analysis.months import month_ends
from backtests.report.charts import (
    Line,
    Stack,
    growth_axis,
    heat_map,
    stacked_chart,
    thinned,
    time_chart,
)
from backtests.report.comparison.aligned import AlignedRuns
from backtests.report.figures import Axis, Figure
from backtests.report.finished_run import FinishedRun
from backtests.report.style import compared_looks, holding_colours
from data.market import CASH
from data.treasuries.instruments import is_treasury_fund

ALLOCATION_POINTS = 250


def figures(aligned: AlignedRuns) -> list[Figure]:
    """All charts of the page."""
    months = month_ends(aligned.values)
    months = months / months.iloc[:1].to_numpy() if len(months) else months
    return [
        _growth(months),
        _falls(months),
        _rolling(months),
        _correlations(aligned),
        _years(aligned),
        _allocation(aligned),
    ]


def _growth(months: pd.DataFrame) -> Figure:
    lines = _lines(months)
    return time_chart(
        "growth",
        [str(month) for month in months.index],
        lines,
        caption="Growth of 1, month-ends, after costs, logarithmic.",
        alt="Growth of every portfolio, logarithmic scale",
        y=growth_axis(lines),
        height=400,
    )


def _falls(months: pd.DataFrame) -> Figure:
    return time_chart(
        "falls",
        [str(month) for month in months.index],
        _lines(months / months.cummax() - 1.0),
        caption="Loss from the highest month-end so far.",
        alt="Drawdowns of every portfolio",
        percent=True,
        height=300,
    )


def _rolling(months: pd.DataFrame) -> Figure:
    rolling = rolling_growth(months)
    return time_chart(
        "rolling",
        [str(month) for month in rolling.index],
        _lines(rolling),
        caption=f"Return a year over the {ROLLING_MONTHS} months up to each month.",
        alt="Rolling three-year return of every portfolio",
        percent=True,
        height=300,
    )


def _years(aligned: AlignedRuns) -> Figure:
    years = aligned.years[aligned.labels]
    return heat_map(
        "years",
        [str(year) for year in years.index],
        list(years.columns),
        {"Return": years.T.to_numpy(dtype=float).tolist()},
        x_title="year",
        y_title="",
        caption="Returns of complete calendar years.",
        alt="Map of calendar-year returns by portfolio",
        height=130 + 26 * len(years.columns),
        names_rows=True,
    )


def _correlations(aligned: AlignedRuns) -> Figure:
    lines = []
    span = [f"{end:%Y-%m}" for end in (aligned.values.index[0], aligned.values.index[-1])]
    looks = compared_looks(len(aligned.labels))
    for name, run, (colour, width) in zip(aligned.labels, aligned.runs, looks, strict=True):
        if run.verdict is None or not run.verdict.holds_hedge:
            continue
        trailing = run.verdict.series.correlation
        inside = [
            (month, value)
            for month, value in zip(trailing.months, trailing.values, strict=True)
            if span[0] <= month <= span[1]
        ]
        months, values = zip(*inside, strict=True) if inside else ((), ())
        lines.append(Line(name, values, colour, width=width, dates=months))
    return time_chart(
        "correlation",
        [],
        lines,
        caption="Correlation of each portfolio's equity with its Treasuries over the 36 months "
        "before each month, from its verdict.",
        alt="Trailing stock-bond correlation of every portfolio that holds Treasuries",
        y=Axis(limits=(-1, 1)),
        height=280,
    )


def _allocation(aligned: AlignedRuns) -> Figure:
    """Weights over time of one run at a time, chosen from a list."""
    stacks = []
    for name, run in zip(aligned.labels, aligned.runs, strict=True):
        weights = run.weights.loc[aligned.values.index[0] : aligned.values.index[-1]]
        months = month_ends(weights)
        drawn = months.iloc[thinned(len(months), ALLOCATION_POINTS)]
        stacks.append(
            Stack(
                name,
                [str(month) for month in drawn.index],
                {name: drawn[name].astype(float).tolist() for name in _colours(run, drawn)},
                list(_colours(run, drawn).values()),
            )
        )
    return stacked_chart(
        "allocation",
        stacks,
        caption="What each portfolio held at month-ends; choose one from the list.",
        alt="Allocation over time of the chosen portfolio",
    )


def _lines(table: pd.DataFrame) -> list[Line]:
    return [
        Line(
            str(name),
            [None if value != value else float(value) for value in table[name]],
            colour,
            width=width,
        )
        for name, (colour, width) in zip(table, compared_looks(table.shape[1]), strict=True)
    ]


def _colours(run: FinishedRun, weights: pd.DataFrame) -> dict[str, str]:
    """The role of each thing that a run held, in the order of a stack."""
    names = [str(column) for column in weights]
    if run.verdict is not None:
        hedge = list(run.verdict.tickers.hedge)
    else:
        hedge = [name for name in names if is_treasury_fund(name)]
    equity = [name for name in names if name not in (*hedge, CASH)]
    return holding_colours(names, equity, hedge)
