"""The charts of a search: the frontier, the maps with the plateau, the walk-forward."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.engine.tuned import MIDDLE, RECOMMENDED, Tuned
from backtests.report.charts import MOST_POINTS, PERCENT, Line, growth_axis, time_chart
from backtests.report.figures import Axis, Figure, Margin, Menu, chart
from backtests.report.traces import Hover, Trace, cells, dots, line, mark
from backtests.report.tuning.words import SHOWN, WORDS

MOST_LEVELS = 61  # cells along an axis of a map; on a finer axis several values share a cell
MOST_TICKS = 11
MARKS = {
    RECOMMENDED: ("star", "--portfolio"),
    MIDDLE: ("star", "--portfolio"),
    "Best single cell": ("diamond-open", "--portfolio"),
    "Default": ("square", "--accent"),
    "Default with bills": ("square-open", "--accent"),
    "100 % equity": ("triangle-up", "--equity"),
}
HOVERED = ("cagr", "volatility", "max_drawdown", "sharpe")
REGION = "widest good region"


def figures(tuned: Tuned) -> list[Figure]:
    """All charts of the page."""
    maps = _map_of_pairs(tuned) if len(tuned.space.axes) > 1 else _line_of_axis(tuned)
    walk = _walk(tuned)
    return [_frontier(tuned), maps, *([walk] if walk else [])]


def _frontier(tuned: Tuned) -> Figure:
    table = tuned.metrics
    efficient = _efficient(table)
    efficient = efficient[_places(len(efficient), MOST_POINTS)]
    allowed = table["eligible"].to_numpy(bool)
    limits = tuned.limits
    parts = {
        f"keep {limits}" if limits else "candidates": (np.flatnonzero(allowed), "--rest", 0.8),
        "break a limit": (np.flatnonzero(~allowed), "--rest", 0.3),
    }
    traces: list[Trace] = []
    shown = 0
    for name, (numbers, colour, opacity) in parts.items():
        if len(numbers):
            drawn = _thinned(numbers, np.intersect1d(numbers, efficient))
            traces.append(_candidates(tuned, drawn, name, colour, opacity))
            shown += len(drawn)
    traces.append(
        line(
            "efficient frontier",
            _numbers(table["volatility"], efficient),
            _numbers(table["cagr"], efficient),
            colour="--ink",
            width=1,
            dash="dot",
            hover="",
        )
    )
    traces += [
        _mark(
            each.name,
            float(each.metrics["volatility"]),
            float(each.metrics["cagr"]),
            each.holds,
            each.metrics,
        )
        for each in tuned.portfolios
    ]
    thinned = "" if shown >= len(table) else f" {shown:,} of {len(table):,} are drawn."
    return chart(
        "frontier",
        traces,
        x=Axis("volatility a year", format=".0%"),
        y=Axis("CAGR", format=".1%"),
        caption="Every candidate after costs; hover for weights and metrics. On the dotted line, "
        "the efficient frontier, lie those that no other candidate outgrows at the same or a lower "
        f"volatility.{thinned}",
        alt="Scatter of growth against volatility of all candidates; marked: "
        + ", ".join(each.name for each in tuned.portfolios),
        height=460,
        margin=Margin(left=64, bottom=48),
    )


def _efficient(table: pd.DataFrame) -> NDArray[np.int64]:
    """Candidates with the highest growth at their volatility or less, calmest first."""
    growth = table["cagr"].to_numpy(float)
    order = np.lexsort((-growth, table["volatility"].to_numpy(float)))
    highest = np.maximum.accumulate(growth[order])
    first = np.append(True, highest[1:] > highest[:-1])
    return np.asarray(order[first])


def _thinned(numbers: NDArray[np.int64], always: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most ``MOST_POINTS`` points of a trace: some always, the rest evenly spaced."""
    always = always[_places(len(always), MOST_POINTS // 2)]
    rest = np.setdiff1d(numbers, always)
    return np.union1d(always, rest[_places(len(rest), MOST_POINTS - len(always))])


def _places(count: int, most: int) -> NDArray[np.int64]:
    spread = np.linspace(0, max(count - 1, 0), min(count, most))
    return np.rint(spread).astype(np.int64)


def _candidates(
    tuned: Tuned, numbers: NDArray[np.int64], name: str, colour: str, opacity: float
) -> Trace:
    table = tuned.metrics
    return dots(
        name,
        _numbers(table["volatility"], numbers),
        _numbers(table["cagr"], numbers),
        _hover(
            [tuned.label(int(number)) for number in numbers],
            [table.iloc[int(number)] for number in numbers],
        ),
        colour=colour,
        size=5,
        opacity=opacity,
    )


def _numbers(column: pd.Series, numbers: NDArray[np.int64]) -> list[float]:
    return [float(value) for value in column.to_numpy(float)[numbers]]


def _hover(labels: list[str], rows: list[pd.Series]) -> Hover:
    """What a trace of portfolios shows under the pointer."""
    return Hover.of_facts(
        labels,
        [SHOWN[key][0] for key in HOVERED],
        [[SHOWN[key][1](float(row[key])) for key in HOVERED] for row in rows],
    )


def _mark(name: str, x: float | str, y: float, label: str, row: pd.Series) -> Trace:
    """One portfolio with its own symbol."""
    symbol, colour = MARKS[name]
    return mark(name, x, y, _hover([f"{name}: {label}"], [row]), symbol=symbol, colour=colour)


# Maps


def _map_of_pairs(tuned: Tuned) -> Figure:
    """The objective over each pair of axes, at its best over the others, the plateau outlined."""
    names = list(tuned.space.axes)
    pairs = list(itertools.combinations(range(len(names)), 2))
    labels = [f"{names[column]} and {names[row]}" for column, row in pairs]
    maps = [_map(tuned, column, row) for column, row in pairs]
    axes = [(_map_axis(tuned, column), _map_axis(tuned, row)) for column, row in pairs]
    owners = [label for label, traces in zip(labels, maps, strict=True) for _ in traces]
    word = WORDS[tuned.objective.maximise]
    others = "" if len(names) == 2 else " at its best over the others"
    keep = f" that keep {tuned.limits}" if tuned.limits else ""
    return chart(
        "map",
        [trace for traces in maps for trace in traces],
        x=axes[0][0],
        y=axes[0][1],
        caption=f"{word} of the candidates{keep}, by two axes{others}. Outlined: the widest good "
        "region; the star is its middle, not the best cell. Empty: no candidate has these "
        "values, or none of them keeps the limit.",
        alt=f"Map of the {word} over pairs of axes with the plateau outlined",
        height=520,
        margin=Margin(left=70, top=46 if len(pairs) > 1 else 14, bottom=56),
        menu=Menu(labels, owners, axes),
    )


def _map_axis(tuned: Tuned, axis: int) -> Axis:
    """An axis of a map: its cells are numbered, its ticks show their values."""
    name, values = list(tuned.space.axes.items())[axis]
    words = [_value_text(value, tuned) for value in values][:: _bin(len(values))]
    places = _places(len(words), MOST_TICKS).tolist()
    ticks = [(place, words[place]) for place in places]
    return Axis(name, ticks=ticks, grid=False, zero=False)


def _map(tuned: Tuned, column: int, row: int) -> list[Trace]:
    """Cells, outline and marks of one pair of axes."""
    names, values = zip(*tuned.space.axes.items(), strict=True)
    codes, region = tuned.space.codes, tuned.region
    bins = [_bin(len(values[axis])) for axis in (column, row)]
    x, y = codes[:, column] // bins[0], codes[:, row] // bins[1]
    goal = tuned.metrics[tuned.objective.maximise].where(tuned.metrics["eligible"])
    score = np.full((y.max() + 1, x.max() + 1), -np.inf)
    np.maximum.at(score, (y, x), goal.fillna(-np.inf).to_numpy(float))
    inside = np.zeros(score.shape, dtype=bool)
    inside[y[region.members], x[region.members]] = True
    across, up = (
        [f"{names[axis]} {_value_text(values[axis][place * width], tuned)}"
         for place in range(score.shape[side])]
        for axis, width, side in ((column, bins[0], 1), (row, bins[1], 0))
    )  # fmt: skip
    fractions = tuned.objective.maximise == "cagr"
    heat = cells(
        [
            [None if math.isinf(v) else v * (100.0 if fractions else 1.0) for v in each]
            for each in score
        ],
        f"%{{customdata}}: %{{z:.2f}}{PERCENT if fractions else ''}<extra></extra>",
        facts=[[f"{left}, {right}" for left in across] for right in up],
        suffix=PERCENT if fractions else "",
    )
    outline = line(REGION, *_outline(inside), colour="--ink", width=2, hover="")
    marks = [
        _mark(name, int(x[number]), int(y[number]), tuned.label(number),
              tuned.metrics.iloc[number])
        for name, number in ((tuned.choice, region.centre), ("Best single cell", region.peak))
    ]  # fmt: skip
    return [heat, outline, *marks]


def _bin(levels: int) -> int:
    """How many values of a fine axis share a cell."""
    return -(-levels // MOST_LEVELS)


def _value_text(value: float | str, tuned: Tuned) -> str:
    if isinstance(value, str):
        return value
    return f"{100 * value:.4g} %" if tuned.space.is_simplex else f"{value:g}"


def _outline(inside: NDArray[np.bool_]) -> tuple[list[float | None], list[float | None]]:
    """Edges between cells inside and outside, as one broken line in cell coordinates."""
    edges = list(_edges(inside))
    return [x for across, _ in edges for x in (*across, None)], [
        y for _, up in edges for y in (*up, None)
    ]


def _edges(inside: NDArray[np.bool_]) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Ends of each edge, across and up: the upright edges first."""
    padded = np.pad(inside, 1)
    for j, i in np.argwhere(padded[:, 1:] != padded[:, :-1]).tolist():
        yield (i - 0.5, i - 0.5), (j - 1.5, j - 0.5)
    for j, i in np.argwhere(padded[1:] != padded[:-1]).tolist():
        yield (i - 1.5, i - 0.5), (j - 0.5, j - 0.5)


def _line_of_axis(tuned: Tuned) -> Figure:
    """The objective along a single axis, the plateau marked."""
    ((name, values),) = tuned.space.axes.items()
    metric, table, region = tuned.objective.maximise, tuned.metrics, tuned.region
    codes = tuned.space.codes[:, 0]
    order = np.argsort(codes)
    marked = np.flatnonzero(np.isin(order, [region.centre, region.peak]))
    # Evenly spaced points and the marked ones: plotly puts a category that the line lacks last.
    order = order[np.union1d(_places(len(order), MOST_POINTS - 2), marked)]
    keeps = table["eligible"].to_numpy(bool)[order]
    words = [_value_text(values[code], tuned) for code in codes[order]]
    heights = _numbers(table[metric], order)
    good = zip(heights, np.isin(order, region.members), strict=True)
    opacities = [1.0 if keep else 0.35 for keep in keeps]
    traces = [
        line(WORDS[metric], words, heights, colour="--rest", width=1.2, dotted=opacities),
        line(REGION, words, [height if inside else None for height, inside in good],
             colour="--portfolio", width=3, dotted=True),
    ]  # fmt: skip
    for mark_name, number in ((tuned.choice, region.centre), ("Best single cell", region.peak)):
        word = _value_text(values[codes[number]], tuned)
        row = table.iloc[number]
        traces.append(_mark(mark_name, word, float(row[metric]), tuned.label(number), row))
    return chart(
        "map",
        traces,
        x=Axis(name, kind="category"),
        y=Axis(WORDS[metric], format=".1%" if metric == "cagr" else ""),
        caption=f"{WORDS[metric]} by {name}; pale points break a limit. The star is the middle "
        "of the widest good region, not the best point.",
        alt=f"{WORDS[metric]} by {name} with the plateau marked",
        height=380,
        margin=Margin(left=64, bottom=56),
        nearest=False,
    )


# Walk-forward


def _walk(tuned: Tuned) -> Figure | None:
    expanding, rolling = tuned.reliability.expanding, tuned.reliability.rolling
    if expanding is None or rolling is None:
        return None
    dates = [f"{date:%Y-%m}" for date in expanding.dates]
    equity = tuned.equity_returns[-len(dates) :]
    series = {
        "tuned each year, all the past": (expanding.tuned, "--portfolio", "solid"),
        f"tuned each year, {tuned.reliability.look_back} months": (
            rolling.tuned,
            "--portfolio",
            "dot",
        ),
        "never tuned": (expanding.untuned, "--accent", "solid"),
        f"100 % {tuned.benchmark}": (equity, "--equity", "solid"),
    }
    lines = [
        Line(name, [1.0, *np.cumprod(1.0 + returns).tolist()], colour, dash)
        for name, (returns, colour, dash) in series.items()
    ]
    start = f"{expanding.dates[0] - pd.offsets.MonthEnd(1):%Y-%m}"
    return time_chart(
        "walk",
        [start, *dates],
        lines,
        caption="Growth of 1 out of sample, month-ends, logarithmic, after each candidate's own "
        "costs (a change from one candidate to the next is free).",
        alt="Growth of the portfolio tuned each year against the one never tuned and equity",
        y=growth_axis(lines),
        height=380,
    )
