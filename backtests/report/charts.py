"""The charts that several pages draw: lines over time, shares over time, maps of returns."""

from __future__ import annotations

import calendar
import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backtests.report.figures import (
    FREE,
    Axis,
    Band,
    Figure,
    Margin,
    Menu,
    Numbers,
    Place,
    cells,
    chart,
    layer,
    line,
)

MOST_POINTS = 1_500
EVEN_STEPS, PLAIN_STEPS = 7.0, 3.0  # highest over lowest growth, for the ticks of its axis
MONTH = "%b %Y"  # how a date is told under the pointer


@dataclass(frozen=True)
class Line:
    """One line of a time chart."""

    name: str
    values: Numbers
    colour: str
    dash: str = "solid"
    width: float = 1.6
    dates: Sequence[str] | None = None


@dataclass(frozen=True)
class Stack:
    """Shares of one whole over time, by what they are shares of; ``name`` is whose they are."""

    name: str
    dates: Sequence[str]
    shares: Mapping[str, Numbers]
    colours: Sequence[str]


def time_chart(
    name: str,
    dates: Sequence[str],
    lines: Sequence[Line],
    *,
    caption: str,
    alt: str,
    y: Axis = FREE,
    percent: bool = False,
    height: int = 330,
    bands: Sequence[Band] = (),
) -> Figure:
    """Lines over time.

    Parameters
    ----------
    name, caption, alt, height
        As in :class:`Figure`.
    dates
        ``YYYY-MM`` or ``YYYY-MM-DD``, for the lines without their own.
    lines
        What to draw.
    y
        The vertical axis.
    percent
        Whether values are fractions to show as percent.
    bands
        Stretches of time shaded behind the lines.
    """
    traces = []
    for drawn in lines:
        own = drawn.dates if drawn.dates is not None else dates
        rows = thinned(len(own))
        traces.append(
            line(
                drawn.name,
                [_last_day(own[row]) for row in rows],
                [drawn.values[row] for row in rows],
                colour=drawn.colour,
                width=drawn.width,
                dash=drawn.dash,
                hover="%{y:.2%}" if percent else "%{y:,.2f}",
            )
        )
    return chart(
        name,
        traces,
        x=Axis(kind="date", hover=MONTH),
        y=dataclasses.replace(y, format=y.format or ".0%") if percent else y,
        caption=caption,
        alt=alt,
        height=height,
        nearest=False,
        bands=bands,
    )


def heat_map(
    name: str,
    columns: Sequence[Place],
    rows: Sequence[Place],
    values: Mapping[str, Sequence[Numbers]],
    *,
    x_title: str,
    y_title: str,
    caption: str,
    alt: str,
    height: int = 520,
) -> Figure:
    """A map of fractions, white at zero, with a choice of what it shows.

    Parameters
    ----------
    columns, rows
        Labels of the two axes.
    values
        Rows x columns by what they are; the first is shown.
    x_title, y_title
        Of the axes.
    name, caption, alt, height
        As in :class:`Figure`.
    """
    names = list(values)
    hover = f"{y_title} %{{y}}, {x_title} %{{x}}: %{{z:.2%}}<extra></extra>"
    maps = [
        cells(table, hover, columns=columns, rows=rows, format=".0%", middle=0, gap=1)
        for table in values.values()
    ]
    return chart(
        name,
        maps,
        x=Axis(x_title, step=1, grid=False),
        y=Axis(y_title, grid=False, downwards=True),
        caption=caption,
        alt=alt,
        height=height,
        margin=Margin(top=46, bottom=52),
        menu=Menu(names, names),
    )


def stacked_chart(
    name: str, stacks: Sequence[Stack], *, caption: str, alt: str, height: int = 330
) -> Figure:
    """Shares over time, one upon the other; of several wholes one at a time, chosen from a list."""
    several = len(stacks) > 1
    traces, owners = [], []
    for number, stack in enumerate(stacks):
        for place, (column, shares) in enumerate(stack.shares.items()):
            owners.append(stack.name)
            colour = stack.colours[place % len(stack.colours)]
            group = str(number) if several else "held"
            traces.append(layer(column, stack.dates, shares, colour=colour, group=group))
    return chart(
        name,
        traces,
        x=Axis(kind="date", hover="" if several else MONTH),
        y=Axis(format=".0%", limits=(0, 1)),
        caption=caption,
        alt=alt,
        height=height,
        margin=Margin(top=46) if several else None,
        nearest=False,
        menu=Menu([stack.name for stack in stacks], owners) if several else None,
    )


def thinned(count: int, most: int = MOST_POINTS) -> list[int]:
    """Row numbers to draw of a long series: evenly spaced, first and last included."""
    if count <= most:
        return list(range(count))
    return [round(number * (count - 1) / (most - 1)) for number in range(most)]


def growth_axis(lines: Sequence[Line]) -> Axis:
    """A logarithmic axis whose every tick says its whole number.

    Plotly labels what lies between powers of ten by a bare digit, 5 for 0.5, unless it is told a
    format. Within a decade its own choice of ticks is even steps; across several, 1, 2 and 5.
    """
    values = [
        value for drawn in lines for value in drawn.values if value is not None and value > 0
    ]  # fmt: skip
    low, high = min(values, default=1.0), max(values, default=1.0)
    axis = Axis("growth of 1", kind="log", format=",~f")
    if high / low >= EVEN_STEPS:
        return dataclasses.replace(axis, step="D2")
    if high / low < PLAIN_STEPS:
        # About ten ticks: as many digits as tell them apart, and two where there is but one value.
        step = (high - low) / 10 or 0.01
        digits = max(2, math.ceil(-math.log10(step)))
        return dataclasses.replace(axis, format=f".{digits}f")
    return axis


def _last_day(date: str) -> str:
    """The last day of a month (``YYYY-MM``); a day as it is."""
    year, _, month = date.partition("-")
    if not (year.isdigit() and month.isdigit()):
        return date
    return f"{date}-{calendar.monthrange(int(year), int(month))[1]}"


def spans(dates: Sequence[str], inside: Sequence[bool], colour: str) -> list[Band]:
    """Shade the stretches of time in which a condition holds."""
    bands: list[Band] = []
    start: str | None = None
    for position, now in enumerate([*inside, False]):
        if now and start is None:
            start = dates[position]
        if not now and start is not None:
            bands.append(Band(start, dates[min(position, len(dates) - 1)], colour))
            start = None
    return bands
