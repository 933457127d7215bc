"""The charts of a search: the frontier, the maps with the plateau, the walk-forward."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.scores import TIE
from backtests.engine.tuned import MIDDLE, Tuned
from backtests.report.charts import (
    MOST_POINTS,
    PERCENT,
    Line,
    growth_axis,
    percent_steps,
    time_chart,
)
from backtests.report.figures import Axis, Figure, Margin, Menu, chart
from backtests.report.traces import Hover, Trace, cells, dots, line, mark
from backtests.report.tuning.labels import NamedPoint, named_plot
from backtests.report.tuning.words import SHOWN, WORDS, labels_of

MOST_LEVELS = 61  # cells along an axis of a map; on a finer axis several values share a cell
MOST_TICKS, MOST_VOLATILITIES = 11, 7
MARKS = {
    MIDDLE: ("star", "--portfolio"),
    "Best single cell": ("diamond-open", "--portfolio"),
    "Default": ("square", "--accent"),
    **dict.fromkeys(
        ("Default with bills", "Default with cash", "Default with dollar bills"),
        ("square-open", "--accent"),
    ),
    "100 % equity": ("triangle-up", "--equity"),
}
FRONTIER = "efficient frontier"
SMALLEST_GAP = 0.005  # points of growth a year: what rounds to less is none
HOVERED = ("cagr", "volatility", "max_drawdown", "sharpe")
REGION = "good region"
LEAST_RANGE = 0.01  # half of a scale on which all cells are the same
MOST_WITH_FIGURES = 24  # cells along an axis of a map: in more of them figures are too small


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
        "break a limit" if limits else f"no {WORDS[tuned.objective.maximise]}": (
            np.flatnonzero(~allowed & table["cagr"].notna().to_numpy()),
            "--rest",
            0.3,
        ),
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
            FRONTIER,
            _numbers(100 * table["volatility"], efficient),
            _numbers(100 * table["cagr"], efficient),
            colour="--ink",
            width=1,
            dash="dot",
            hover="",
        )
    )
    traces += [
        _mark(
            tuned,
            each.name,
            100 * float(each.metrics["volatility"]),
            100 * float(each.metrics["cagr"]),
            each.holds,
            each.metrics,
        )
        for each in tuned.portfolios
    ]
    height, margin = 460, Margin(left=64, bottom=48)
    marks = [
        NamedPoint(
            each.name,
            100 * float(each.metrics["volatility"]),
            100 * float(each.metrics["cagr"]),
            MARKS[each.name][1],
        )
        for each in tuned.portfolios
    ]
    across = table["volatility"].to_numpy(float)
    centre = (np.nanmin(across) + np.nanmax(across)) / 2
    at = table.iloc[int(efficient[np.abs(across[efficient] - centre).argmin()])]
    on_it = NamedPoint(FRONTIER, 100 * float(at["volatility"]), 100 * float(at["cagr"]), "--ink")
    plot = named_plot(
        [*marks, on_it],
        [*(100 * table["volatility"].dropna()).to_list(), *(each.x for each in marks)],
        [*(100 * table["cagr"].dropna()).to_list(), *(each.y for each in marks)],
        height - margin.top - margin.bottom,
    )
    thinned = "" if shown >= table["cagr"].count() else f" {shown:,} of {len(table):,} are drawn."
    return chart(
        "frontier",
        traces,
        x=Axis("volatility a year", limits=plot.x, ticks=_volatilities(plot.x)),
        y=Axis("CAGR", suffix=PERCENT, limits=plot.y),
        title=_gap(tuned),
        caption="Every candidate after costs. On the dotted line lie those that no other candidate "
        f"outgrows at the same or a lower volatility.{_pale(tuned)}{thinned}",
        alt="Scatter of growth against volatility of all candidates; marked: "
        + ", ".join(each.name for each in tuned.portfolios),
        height=height,
        margin=margin,
        ends=plot.names,
    )


def _volatilities(limits: tuple[float, float]) -> list[tuple[float, str]]:
    """Ticks from zero on: below it there is nothing but room for names."""
    low, high = max(limits[0], 0.0) / 100, limits[1] / 100
    ladder = next(steps for steps in percent_steps(low, high) if len(steps) <= MOST_VOLATILITIES)
    return [(100 * value, word) for value, word in ladder]


def _pale(tuned: Tuned) -> str:
    """What pale points are; nothing where there are none."""
    if tuned.metrics["eligible"].all():
        return ""
    without = f"have no {WORDS[tuned.objective.maximise]}"
    return f" Pale: those that {f'do not keep {tuned.limits}' if tuned.limits else without}."


def _gap(tuned: Tuned) -> str:
    """How far the default lies below the best candidate of its volatility or less."""
    table, default = tuned.metrics, tuned.default
    calm = table[table["volatility"] <= float(default["volatility"])]
    gap = 100 * (float(calm["cagr"].max()) - float(default["cagr"])) if len(calm) else 0.0
    if gap < SMALLEST_GAP:
        return "No candidate of the default's volatility or less grew more than it"
    return (
        f"With hindsight, the best of {len(table):,} candidates grew {gap:.2f} points a year more "
        "than the default at no more volatility"
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
        _numbers(100 * table["volatility"], numbers),
        _numbers(100 * table["cagr"], numbers),
        _hover(
            tuned,
            [tuned.label(int(number)) for number in numbers],
            [table.iloc[int(number)] for number in numbers],
        ),
        colour=colour,
        size=5,
        opacity=opacity,
    )


def _numbers(column: pd.Series, numbers: NDArray[np.int64]) -> list[float | None]:
    """Values of some candidates; None for what does not exist, as a ratio of bills alone."""
    values = column.to_numpy(float)[numbers].tolist()
    return [value if math.isfinite(value) else None for value in values]


def _hover(tuned: Tuned, labels: list[str], rows: list[pd.Series]) -> Hover:
    """What a trace of portfolios shows under the pointer."""
    called = labels_of(tuned)
    return Hover.of_facts(
        labels,
        [called[key] for key in HOVERED],
        [[SHOWN[key][1](float(row[key])) for key in HOVERED] for row in rows],
    )


def _mark(tuned: Tuned, name: str, x: float | str, y: float, label: str, row: pd.Series) -> Trace:
    """One portfolio with its own symbol."""
    symbol, colour = MARKS[name]
    hover = _hover(tuned, [f"{name}: {label}"], [row])
    return mark(name, x, y, hover, symbol=symbol, colour=colour)


# Maps


def _map_of_pairs(tuned: Tuned) -> Figure:
    """The objective over each pair of axes, at its best over the others, the plateau outlined."""
    names = tuned.space.axis_names
    pairs = list(itertools.combinations(range(len(names)), 2))
    labels = [f"{names[column]} and {names[row]}" for column, row in pairs]
    maps = _maps(tuned, pairs)
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
        title=_region_title(tuned),
        caption=f"{word}{_unit(tuned)} of the candidates{keep}{others}. Outlined: the good region; "
        f"the star is its middle ({_figure(tuned, tuned.region.centre)}), the diamond the best "
        f"single cell ({_figure(tuned, tuned.region.peak)}). Empty: no candidate has these "
        f"values{' or keeps the limit' if tuned.limits else ''}.{_without_figures(maps)}",
        alt=f"Map of the {word} over pairs of axes with the plateau outlined",
        height=520,
        margin=Margin(left=70, top=46 if len(pairs) > 1 else 14, bottom=56),
        menu=Menu(labels, owners, axes),
    )


def _map_axis(tuned: Tuned, axis: int) -> Axis:
    """An axis of a map: its cells are numbered, its ticks show their values."""
    name, values = tuned.space.axis_names[axis], list(tuned.space.axes.values())[axis]
    words = [_value_text(value, tuned) for value in values][:: _bin(len(values))]
    places = _places(len(words), MOST_TICKS).tolist()
    ticks = [(place, words[place]) for place in places]
    return Axis(name, ticks=ticks, grid=False, zero=False)


def _maps(tuned: Tuned, pairs: Sequence[tuple[int, int]]) -> list[list[Trace]]:
    """Cells, outline and marks of each pair of axes; all on one scale."""
    scores = [_scores(tuned, column, row) for column, row in pairs]
    there = np.concatenate([score[np.isfinite(score)] for score in scores])
    low, high = float(there.min()), float(there.max())
    limits = (low, high) if high > low else (low - LEAST_RANGE, high + LEAST_RANGE)
    are_told = all(max(score.shape) <= MOST_WITH_FIGURES for score in scores)
    return [
        _map(tuned, pair, score, limits, are_told=are_told)
        for pair, score in zip(pairs, scores, strict=True)
    ]


def _places_on_map(tuned: Tuned, axis: int) -> NDArray[np.int64]:
    """Each candidate's cell along an axis of a map."""
    return np.asarray(
        tuned.space.codes[:, axis] // _bin(len(list(tuned.space.axes.values())[axis]))
    )


def _scores(tuned: Tuned, column: int, row: int) -> NDArray[np.float64]:
    """The best score of each cell, rows x columns, as it is shown; -inf where there is none."""
    x, y = _places_on_map(tuned, column), _places_on_map(tuned, row)
    goal = tuned.metrics[tuned.objective.maximise].where(tuned.metrics["eligible"])
    scale = 100.0 if tuned.objective.maximise == "cagr" else 1.0
    score = np.full((y.max() + 1, x.max() + 1), -np.inf)
    np.maximum.at(score, (y, x), scale * goal.fillna(-np.inf).to_numpy(float))
    return score


def _map(
    tuned: Tuned,
    pair: tuple[int, int],
    score: NDArray[np.float64],
    limits: tuple[float, float],
    *,
    are_told: bool,
) -> list[Trace]:
    """Cells, outline and marks of one pair of axes."""
    column, row = pair
    names, values = tuned.space.axis_names, list(tuned.space.axes.values())
    region = tuned.region
    x, y = _places_on_map(tuned, column), _places_on_map(tuned, row)
    inside = np.zeros(score.shape, dtype=bool)
    inside[y[region.members], x[region.members]] = True
    across, up = (
        [f"{names[axis]} {_value_text(values[axis][place * _bin(len(values[axis]))], tuned)}"
         for place in range(score.shape[side])]
        for axis, side in ((column, 1), (row, 0))
    )  # fmt: skip
    is_growth = tuned.objective.maximise == "cagr"
    marked = ((MIDDLE, region.centre), ("Best single cell", region.peak))
    texts = [
        [f"{value:.{1 if is_growth else 2}f}" if math.isfinite(value) else "" for value in each]
        for each in score.tolist()
    ]
    for _, number in marked:
        texts[int(y[number])][int(x[number])] = ""  # the mark stands there
    heat = cells(
        [[None if math.isinf(value) else value for value in each] for each in score.tolist()],
        f"%{{customdata}}: %{{z:.2f}}{PERCENT if is_growth else ''}<extra></extra>",
        facts=[[f"{left}, {right}" for left in across] for right in up],
        texts=texts if are_told else None,
        suffix=PERCENT if is_growth else "",
        limits=limits,
        diverging=False,
        gap=1 if are_told else 0,
    )
    outline = line(REGION, *_outline(inside), colour="--ink", width=2, hover="")
    marks = [
        _mark(tuned, name, int(x[number]), int(y[number]), tuned.label(number),
              tuned.metrics.iloc[number])
        for name, number in marked
    ]  # fmt: skip
    return [heat, outline, *marks]


def _region_title(tuned: Tuned) -> str:
    """How many candidates are as good as the best for all that can be told."""
    members = tuned.metrics[tuned.objective.maximise].iloc[tuned.region.members]
    count, many = len(members), tuned.eligible_count
    low, high = (_shown(tuned, float(value)) for value in (members.min(), members.max()))
    if count == 1:
        return f"One of {many:,} candidates stands alone: {WORDS[tuned.objective.maximise]} {low}"
    ends = f"{WORDS[tuned.objective.maximise]} {low if low == high else f'from {low} to {high}'}"
    if count == many:
        return f"All {count:,} candidates are about as good as the best: {ends}"
    return f"{count:,} of {many:,} candidates are about as good as the best: {ends}"


def _shown(tuned: Tuned, value: float) -> str:
    return f"{100 * value:.1f} %" if tuned.objective.maximise == "cagr" else f"{value:.2f}"


def _figure(tuned: Tuned, number: int) -> str:
    return _shown(tuned, float(tuned.metrics[tuned.objective.maximise].iloc[number]))


def _unit(tuned: Tuned) -> str:
    return " in percent" if tuned.objective.maximise == "cagr" else ""


def _without_figures(maps: Sequence[Sequence[Trace]]) -> str:
    """Where cells are too many for figures, where these are."""
    if "texttemplate" in maps[0][0].payload:
        return ""
    return " Cells are too many for figures: the pointer shows them."


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
    (name,), (values,) = tuned.space.axis_names, tuned.space.axes.values()
    metric, table, region = tuned.objective.maximise, tuned.metrics, tuned.region
    codes = tuned.space.codes[:, 0]
    order = np.argsort(codes)
    marked = np.flatnonzero(np.isin(order, [region.centre, region.peak]))
    # Evenly spaced points and the marked ones: plotly puts a category that the line lacks last.
    order = order[np.union1d(_places(len(order), MOST_POINTS - 2), marked)]
    keeps = table["eligible"].to_numpy(bool)[order]
    words = [_value_text(values[code], tuned) for code in codes[order]]
    scale = 100.0 if metric == "cagr" else 1.0
    heights = _numbers(scale * table[metric], order)
    good = zip(heights, np.isin(order, region.members), strict=True)
    opacities = [1.0 if keep else 0.35 for keep in keeps]
    traces = [
        line(WORDS[metric], words, heights, colour="--rest", width=1.2, dotted=opacities),
        line(REGION, words, [height if inside else None for height, inside in good],
             colour="--portfolio", width=3, dotted=True),
    ]  # fmt: skip
    for mark_name, number in ((MIDDLE, region.centre), ("Best single cell", region.peak)):
        word = _value_text(values[codes[number]], tuned)
        row, label = table.iloc[number], tuned.label(number)
        traces.append(_mark(tuned, mark_name, word, scale * float(row[metric]), label, row))
    return chart(
        "map",
        traces,
        x=Axis(name, kind="category"),
        y=Axis(WORDS[metric], suffix=PERCENT if metric == "cagr" else ""),
        title=_region_title(tuned),
        caption=f"The star is the middle of the good region ({_figure(tuned, region.centre)}), "
        f"not the best point.{_pale(tuned)}",
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
        title=_walk_title(tuned),
        caption="Growth of 1 out of sample, month-ends, logarithmic, after each candidate's own "
        "costs (a change from one candidate to the next is free).",
        alt="Growth of the portfolio tuned each year against the one never tuned and equity",
        y=dataclasses.replace(growth_axis(lines), title=None),  # the caption says what it is
        height=380,
    )


def _walk_title(tuned: Tuned) -> str:
    """What choosing again each year earned more or less."""
    walk, metric = tuned.reliability.expanding, tuned.objective.maximise
    edge = math.nan if walk is None else walk.edge_out_of_sample
    if not math.isfinite(edge):
        return ""
    if abs(edge) < TIE:
        return "Tuned each year, it earned the same as never tuned"
    if metric == "cagr":
        more = "more" if edge > 0.0 else "less"
        return (
            f"Tuned each year, it grew {100 * abs(edge):.2f} points a year {more} than never tuned"
        )
    higher = "above" if edge > 0.0 else "below"
    return f"Tuned each year, its {WORDS[metric]} was {abs(edge):.2f} {higher} that of never tuning"
