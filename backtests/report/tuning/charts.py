"""The charts of a search: the frontier, the maps with the plateau, the walk-forward."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.report.figures import (
    MOST_POINTS,
    Figure,
    Line,
    chooser,
    growth_axis,
    layout,
    rounded,
    time_chart,
)
from backtests.report.tuning.result import SHOWN, WORDS, Tuned

MOST_LEVELS = 61  # of an axis of a map; finer ones are drawn by every so many
MOST_TICKS = 11
MARKS = {
    "Recommended": ("star", "--c2"),
    "Best single cell": ("diamond", "--c6"),
    "Default": ("square", "--c5"),
    "Default with bills": ("square-open", "--c5"),
    "100 % equity": ("triangle-up", "--c4"),
}
SCALE = [[0, "--scale-low"], [0.5, "--scale-mid"], [1, "--scale-high"]]


def figures(tuned: Tuned) -> list[Figure]:
    """All charts of the page."""
    names = list(tuned.space.axes)
    maps = _map_of_pairs(tuned) if len(names) > 1 else _line_of_axis(tuned)
    walk = _walk(tuned)
    return [_frontier(tuned), maps, *([walk] if walk else [])]


def _frontier(tuned: Tuned) -> Figure:
    table = tuned.metrics
    efficient = _efficient(table)
    efficient = efficient[_places(len(efficient), MOST_POINTS)]
    allowed = table["eligible"].to_numpy(bool)
    data: list[dict[str, Any]] = []
    shown = 0
    limits = tuned.limits
    parts = {
        f"keep {limits}" if limits else "candidates": (np.flatnonzero(allowed), "--c1", 0.75),
        "break a limit": (np.flatnonzero(~allowed), "--c3", 0.45),
    }
    for name, (numbers, colour, opacity) in parts.items():
        if not len(numbers):
            continue
        kept = _thinned(numbers, np.intersect1d(numbers, efficient))
        data.append(_points(tuned, kept, name, colour, opacity))
        shown += len(kept)
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "efficient frontier",
            "x": _rounded(table["volatility"], efficient),
            "y": _rounded(table["cagr"], efficient),
            "line": {"color": "--ink", "width": 1, "dash": "dot"},
            "hoverinfo": "skip",
        }
    )
    for name, (label, row) in tuned.portfolios.items():
        x, y = rounded([row["volatility"], row["cagr"]])
        data.append(_mark(name, x, y, label, row))
    thinned = "" if shown >= len(table) else f" {shown:,} of {len(table):,} are drawn."
    return Figure(
        "frontier",
        data,
        layout(
            hovermode="closest",
            xaxis={"title": {"text": "volatility a year"}, "tickformat": ".0%"},
            yaxis={"title": {"text": "CAGR"}, "tickformat": ".1%"},
            margin={"l": 64, "b": 48},
            legend={"y": -0.2},
        ),
        "Every candidate after costs; hover for weights and metrics. The dotted line joins those "
        f"that none beats in both.{thinned}",
        "Scatter of growth against volatility of all candidates, the recommended, the default "
        "and 100 % equity marked",
        460,
    )


def _efficient(table: pd.DataFrame) -> NDArray[np.int64]:
    """Candidates that no other beats in growth at their volatility or less, calmest first."""
    growth = table["cagr"].to_numpy(float)
    order = np.lexsort((-growth, table["volatility"].to_numpy(float)))
    highest = np.maximum.accumulate(growth[order])
    first = np.append(True, highest[1:] > highest[:-1])
    return np.asarray(order[first])


def _thinned(numbers: NDArray[np.int64], always: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most so many points of a trace: some always, the rest evenly spaced."""
    always = always[_places(len(always), MOST_POINTS // 2)]
    rest = np.setdiff1d(numbers, always)
    return np.union1d(always, rest[_places(len(rest), MOST_POINTS - len(always))])


def _places(count: int, most: int) -> NDArray[np.int64]:
    spread = np.linspace(0, max(count - 1, 0), min(count, most))
    return np.rint(spread).astype(np.int64)


def _points(
    tuned: Tuned, numbers: NDArray[np.int64], name: str, colour: str, opacity: float
) -> dict[str, Any]:
    table = tuned.metrics
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": _rounded(table["volatility"], numbers),
        "y": _rounded(table["cagr"], numbers),
        **_hover(
            [tuned.label(int(one)) for one in numbers], [table.iloc[int(one)] for one in numbers]
        ),
        "marker": {"size": 5, "color": colour, "opacity": opacity},
    }


def _rounded(column: pd.Series, numbers: NDArray[np.int64]) -> list[float | None]:
    return rounded([float(value) for value in column.to_numpy(float)[numbers]])


HOVERED = ("cagr", "volatility", "max_drawdown", "sharpe")
HOVER = "<br>".join(
    ["%{text}", *(f"{SHOWN[key][0]} %{{customdata[{n}]}}" for n, key in enumerate(HOVERED))]
)


def _hover(labels: list[str], rows: list[pd.Series]) -> dict[str, Any]:
    """What a trace of portfolios shows under the pointer."""
    return {
        "text": labels,
        "customdata": [[SHOWN[key][1](float(row[key])) for key in HOVERED] for row in rows],
        "hovertemplate": f"{HOVER}<extra></extra>",
    }


def _mark(
    name: str, x: float | str | None, y: float | None, label: str, row: pd.Series
) -> dict[str, Any]:
    """One portfolio with its own sign."""
    symbol, colour = MARKS[name]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [x],
        "y": [y],
        **_hover([f"{name}: {label}"], [row]),
        "marker": {
            "symbol": symbol,
            "size": 13,
            "color": colour,
            "line": {"width": 1, "color": "--paper"},
        },
    }


# Maps


def _map_of_pairs(tuned: Tuned) -> Figure:
    """The objective over each pair of axes, at its best over the others, the plateau outlined."""
    names = list(tuned.space.axes)
    pairs = list(itertools.combinations(range(len(names)), 2))
    labels = [f"{names[one]} and {names[other]}" for one, other in pairs]
    data: list[dict[str, Any]] = []
    owners: list[str] = []
    axes = []
    for label, (one, other) in zip(labels, pairs, strict=True):
        traces, ticks = _map(tuned, one, other)
        for trace in traces:
            trace["visible"] = label == labels[0]
        data += traces
        owners += [label] * len(traces)
        axes.append(ticks)
    menu = chooser(labels, owners)
    for button, ticks in zip(menu["buttons"], axes, strict=True):
        visible = button["args"][1]
        button["method"], button["args"] = "update", [{"visible": visible}, ticks]
    first = axes[0]
    word = WORDS[tuned.objective.maximise]
    others = "" if len(names) == 2 else " at its best over the others"
    kept = f" that keep {tuned.limits}" if tuned.limits else ""
    return Figure(
        "map",
        data,
        layout(
            hovermode="closest",
            margin={"l": 70, "t": 46 if len(pairs) > 1 else 14, "b": 56},
            xaxis={**_axis(first, "xaxis"), "showgrid": False, "zeroline": False},
            yaxis={**_axis(first, "yaxis"), "showgrid": False, "zeroline": False},
            updatemenus=[menu] if len(pairs) > 1 else [],
            legend={"y": -0.2},
        ),
        f"{word} of the candidates{kept}, by two axes{others}. Outlined: the widest good region; "
        "its middle is recommended, not the best cell. Empty: no candidate there, or none that "
        "keeps the limit.",
        f"Map of the {word} over pairs of axes with the plateau outlined",
        520,
    )


def _axis(ticks: dict[str, Any], axis: str) -> dict[str, Any]:
    return {
        "title": {"text": ticks[f"{axis}.title.text"]},
        "tickvals": ticks[f"{axis}.tickvals"],
        "ticktext": ticks[f"{axis}.ticktext"],
    }


def _map(tuned: Tuned, one: int, other: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Traces of one pair, and the words of its axes."""
    names, values = zip(*tuned.space.axes.items(), strict=True)
    codes, region = tuned.space.codes, tuned.region
    bins = [_bin(len(values[axis])) for axis in (one, other)]
    x, y = codes[:, one] // bins[0], codes[:, other] // bins[1]
    goal = tuned.metrics[tuned.objective.maximise].where(tuned.metrics["eligible"])
    score = np.full((y.max() + 1, x.max() + 1), -np.inf)
    np.maximum.at(score, (y, x), goal.fillna(-np.inf).to_numpy(float))
    inside = np.zeros(score.shape, dtype=bool)
    inside[y[region.members], x[region.members]] = True
    ticks: dict[str, Any] = {}
    for axis, at, width in (("xaxis", one, bins[0]), ("yaxis", other, bins[1])):
        words = [_value_text(value, tuned) for value in values[at]][::width]
        some = _places(len(words), MOST_TICKS)
        ticks[f"{axis}.title.text"] = names[at]
        ticks[f"{axis}.tickvals"] = some.tolist()
        ticks[f"{axis}.ticktext"] = [words[place] for place in some]
    fractions = tuned.objective.maximise == "cagr"
    heat = {
        "type": "heatmap",
        "z": [[None if math.isinf(cell) else float(f"{cell:.5g}") for cell in row]
              for row in score],
        "text": [[f"{names[one]} {_value_text(values[one][i * bins[0]], tuned)}, "
                  f"{names[other]} {_value_text(values[other][j * bins[1]], tuned)}"
                  for i in range(score.shape[1])] for j in range(score.shape[0])],
        "hoverongaps": False,
        "colorscale": SCALE,
        "colorbar": {"thickness": 10, "outlinewidth": 0,
                     **({"tickformat": ".1%"} if fractions else {})},
        "hovertemplate": "%{text}: %{z:.2%}<extra></extra>" if fractions
        else "%{text}: %{z:.2f}<extra></extra>",
    }  # fmt: skip
    edges_x, edges_y = _outline(inside)
    outline = {
        "type": "scatter",
        "mode": "lines",
        "name": "widest good region",
        "x": edges_x,
        "y": edges_y,
        "line": {"color": "--ink", "width": 2},
        "hoverinfo": "skip",
    }
    marks: list[dict[str, Any]] = [heat, outline]
    for name, number in (("Recommended", region.centre), ("Best single cell", region.peak)):
        row = tuned.metrics.iloc[number]
        marks.append(_mark(name, int(x[number]), int(y[number]), tuned.label(number), row))
    return marks, ticks


def _bin(levels: int) -> int:
    """How many values of a fine axis share a cell."""
    return -(-levels // MOST_LEVELS)


def _value_text(value: Any, tuned: Tuned) -> str:
    if tuned.space.is_simplex:
        return f"{100 * value:.4g} %"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _outline(inside: NDArray[np.bool_]) -> tuple[list[float | None], list[float | None]]:
    """Edges between cells inside and outside, as one broken line in cell coordinates."""
    padded = np.pad(inside, 1)
    x: list[float | None] = []
    y: list[float | None] = []
    for j, i in np.argwhere(padded[:, 1:] != padded[:, :-1]):
        x += [i - 0.5, i - 0.5, None]
        y += [j - 1.5, j - 0.5, None]
    for j, i in np.argwhere(padded[1:] != padded[:-1]):
        x += [i - 1.5, i - 0.5, None]
        y += [j - 0.5, j - 0.5, None]
    return [None if one is None else float(one) for one in x], [
        None if one is None else float(one) for one in y
    ]


def _line_of_axis(tuned: Tuned) -> Figure:
    """The objective along a single axis, the plateau marked."""
    ((name, values),) = tuned.space.axes.items()
    metric, table, region = tuned.objective.maximise, tuned.metrics, tuned.region
    order = np.argsort(tuned.space.codes[:, 0])
    words = [_value_text(values[code], tuned) for code in tuned.space.codes[order, 0]]
    percent = metric == "cagr"
    inside = np.isin(order, region.members)
    keeps = table["eligible"].to_numpy(bool)[order]
    marked = np.flatnonzero(np.isin(order, [region.centre, region.peak]))
    # Evenly spaced, and the marked ones: a category that no line has would stand at the end.
    kept = np.union1d(_places(len(order), MOST_POINTS - 2), marked)
    order, inside, keeps = order[kept], inside[kept], keeps[kept]
    words = [words[place] for place in kept]
    y = _rounded(table[metric], order)
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": WORDS[metric],
            "x": words,
            "y": y,
            "line": {"color": "--c3", "width": 1.2},
            "marker": {"size": 5, "opacity": [1.0 if kept else 0.35 for kept in keeps]},
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "widest good region",
            "x": words,
            "y": [value if here else None for value, here in zip(y, inside, strict=True)],
            "line": {"color": "--c1", "width": 3},
        },
    ]
    for mark, number in (("Recommended", region.centre), ("Best single cell", region.peak)):
        word = _value_text(values[tuned.space.codes[number, 0]], tuned)
        (height,) = _rounded(table[metric], np.array([number]))
        data.append(_mark(mark, word, height, tuned.label(number), table.iloc[number]))
    return Figure(
        "map",
        data,
        layout(
            xaxis={"title": {"text": name}, "type": "category"},
            yaxis={"title": {"text": WORDS[metric]}, **({"tickformat": ".1%"} if percent else {})},
            margin={"l": 64, "b": 56},
            legend={"y": -0.25},
        ),
        f"{WORDS[metric]} by {name}; pale points break a limit. The recommendation is the middle "
        "of the widest good region, not the best point.",
        f"{WORDS[metric]} by {name} with the plateau marked",
        380,
    )


# Walk-forward


def _walk(tuned: Tuned) -> Figure | None:
    expanding, rolling = tuned.honesty.expanding, tuned.honesty.rolling
    if expanding is None or rolling is None:
        return None
    dates = [f"{date:%Y-%m}" for date in expanding.dates]
    equity = tuned.equity_returns[-len(dates) :]
    series = {
        "tuned each year, all the past": (expanding.tuned, "--c1", "solid"),
        f"tuned each year, {tuned.honesty.look_back} months": (rolling.tuned, "--c1", "dot"),
        "never tuned": (expanding.untuned, "--c2", "solid"),
        f"100 % {tuned.benchmark}": (equity, "--c3", "solid"),
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
        caption="Growth of 1 out of sample, month-ends, after each candidate's own costs "
        "(changing from one to the next is not charged), logarithmic.",
        alt="Growth of the portfolio tuned each year against the one never tuned and equity",
        y=growth_axis(lines),
        height=380,
    )
