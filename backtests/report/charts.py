"""The charts that several pages draw: lines over time, shares over time, maps of returns."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from backtests.report.figures import FREE, Axis, Band, EndName, Figure, Margin, Menu, chart
from backtests.report.text import percent as percent_text
from backtests.report.traces import Numbers, Place, Trace, cells, layer, line

MOST_POINTS = 1_600
MOST_NAMED = 4  # lines with their name at the end; more have a legend
NAME_ROOM, LETTER = 17.0, 7.4  # height of a name at a line's end, and width of a letter, in pixels
CELL = 16  # height of a row of a map, in pixels: that of its label
PERCENT = "\u202f%"
EVEN_STEPS, PLAIN_STEPS = 7.0, 3.0  # highest over lowest growth, which decides the ticks
Ladder = list[tuple[float, str]]  # ticks of an axis: value and word
REST = "--rest"  # of lines that have no colour of their own
MONTH = "%b %Y"  # how a date is written under the pointer


@dataclass(frozen=True)
class Line:
    """One line of a time chart.

    ``member`` is its number in a group of linked charts; ``end`` what its right end is called
    there.
    """

    name: str
    values: Numbers
    colour: str
    dash: str = "solid"
    width: float = 1.6
    dates: Sequence[str] | None = None
    member: int | None = None
    end: str = ""


@dataclass(frozen=True)
class Stack:
    """Shares of a whole over time, by their name; ``name`` is that of the whole."""

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
    title: str = "",
    y: Axis = FREE,
    percent: bool = False,
    height: int = 330,
    bands: Sequence[Band] = (),
    group: str = "",
    span: tuple[str, str] | None = None,
    names_all: bool = False,
    beside: int = 0,
    marks: Sequence[Trace] = (),
) -> Figure:
    """Lines over time, up to four with their names at their ends, more with a legend.

    In a group of linked charts a name stands at the end of the lines with a colour of their own;
    at that of every line where ``names_all`` and all have room.

    Parameters
    ----------
    name, caption, alt, height, title
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
    group
        What links it with other charts.
    span
        First and last day shown; those of the lines where None.
    names_all
        Whether grey lines of a group are named too.
    beside
        Characters for which there is room at the lines' ends, so that plots of a group line up.
    marks
        Points on the lines.
    """
    if percent:
        y = dataclasses.replace(y, suffix=PERCENT, hover=".2f")
        lines = [dataclasses.replace(each, values=hundredfold(each.values)) for each in lines]
    elif not y.hover:
        y = dataclasses.replace(y, hover=",.2f")
    traces = []
    for drawn in lines:
        own = drawn.dates if drawn.dates is not None else dates
        rows = thinned(len(own))
        traces.append(
            line(
                drawn.name,
                [last_day(own[row]) for row in rows],
                [drawn.values[row] for row in rows],
                colour=drawn.colour,
                width=drawn.width,
                dash=drawn.dash,
                hover="%{fullData.name}<br>%{x}: %{y}<extra></extra>" if group else "%{y}",
            ).of_member(drawn.member)
        )
    traces += marks
    ends: Sequence[EndName] = ()
    margin = Margin()
    if group or 1 < len(lines) <= MOST_NAMED:
        plot = height - margin.top - margin.bottom
        names_all = not group or (names_all and NAME_ROOM * len(lines) <= plot + NAME_ROOM)
        named = [names_all or each.colour != REST for each in lines]
        y, ends = _named_ends(lines, named, y, plot)
        longest = max((len(end.name) for end in ends), default=0)
        margin = margin._replace(right=round(LETTER * max(longest, beside)) + 14)
    return chart(
        name,
        traces,
        x=Axis(kind="date", hover=MONTH, limits=span),
        y=y,
        caption=caption,
        alt=alt,
        height=height,
        margin=margin,
        nearest=bool(group),
        bands=bands,
        title=title,
        ends=ends,
        group=group,
    )


def hundredfold(values: Numbers) -> list[float | None]:
    """Fractions as percent."""
    return [None if value is None else 100.0 * value for value in values]


def _named_ends(
    lines: Sequence[Line], named: Sequence[bool], y: Axis, plot_height: float
) -> tuple[Axis, Sequence[EndName]]:
    """The names at the ends of lines, moved apart, on an axis with the limits that this needs.

    ``named`` says which lines have one.
    """

    def on_axis(value: float) -> float:
        return math.log10(value) if y.kind == "log" else value

    paths = [
        [on_axis(value) for value in drawn.values if value is not None]  # ends at its last value
        for drawn in lines
    ]
    values = [value for path in paths for value in path]
    if not values:
        return y, ()
    low, high = map(float, y.limits or (min(values), max(values)))
    if y.limits is None:
        pad = 0.05 * (high - low) or 0.05 * abs(high) or 0.05
        low, high = low - pad, high + pad
    there = [
        (drawn, path[-1])
        for drawn, path, has_name in zip(lines, paths, named, strict=True)
        if path and has_name
    ]
    wanted = [(high - end) / (high - low) * plot_height for _, end in there]
    places = nudged(wanted, [NAME_ROOM] * len(there), (-NAME_ROOM / 2, plot_height + NAME_ROOM / 2))
    ends = [
        EndName(drawn.end or drawn.name, end, drawn.colour, at - place, drawn.member)
        for (drawn, end), at, place in zip(there, wanted, places, strict=True)
    ]
    return dataclasses.replace(y, limits=(low, high)), ends


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
    title: str = "",
    height: int = 520,
    names_rows: bool = False,
) -> Figure:
    """A map of fractions in percent, white at zero, with a list to choose what it shows.

    Numbers stand in the cells; colours are those of the largest distance from zero in any table.

    Parameters
    ----------
    columns, rows
        Labels of the two axes.
    values
        Tables of rows x columns by name; the first is shown.
    x_title, y_title
        Of the axes.
    names_rows
        Whether rows are names: ``60`` is then a word, no number.
    name, caption, alt, height, title
        As in :class:`Figure`; the height is at least what the labels of the rows need.
    """
    names = list(values)
    margin = Margin(bottom=52)
    height = max(height, margin.top + margin.bottom + CELL * len(rows))
    hover = f"{y_title} %{{y}}, {x_title} %{{x}}: %{{customdata}}<extra></extra>"
    every = (abs(v) for table in values.values() for row in table for v in row if v is not None)
    widest = 100.0 * max(every, default=0.0)
    maps = [
        cells(
            [hundredfold(row) for row in table],
            hover,
            columns=columns,
            rows=rows,
            texts=[[_in_cell(value) for value in row] for row in table],
            facts=[[percent_text(value) for value in row] for row in table],
            suffix=PERCENT,
            limits=(-widest, widest),
            gap=1,
        )
        for table in values.values()
    ]
    return chart(
        name,
        maps,
        x=Axis(x_title, step=1, grid=False),
        y=Axis(y_title, "category" if names_rows else "", grid=False, downwards=True, step=1),
        caption=caption,
        alt=alt,
        height=height,
        margin=margin,
        menu=Menu(names, names),
        title=title,
    )


def _in_cell(value: float | None) -> str:
    """A fraction as whole percent, without the sign for it: what has room in a cell."""
    return "" if value is None else f"{round(100.0 * value) + 0.0:.0f}"


def stacked_chart(
    name: str,
    stacks: Sequence[Stack],
    *,
    caption: str,
    alt: str,
    title: str = "",
    height: int = 330,
) -> Figure:
    """Stacked shares over time; of several wholes one at a time, chosen from a list."""
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
        y=Axis(suffix=PERCENT, hover=".1f", limits=(0, 100)),
        caption=caption,
        alt=alt,
        height=height,
        nearest=False,
        title=title,
        menu=Menu([stack.name for stack in stacks], owners) if several else None,
    )


def thinned(count: int, most: int = MOST_POINTS) -> list[int]:
    """Row numbers to draw of a long series: evenly spaced, first and last included."""
    if count <= most:
        return list(range(count))
    return [round(number * (count - 1) / (most - 1)) for number in range(most)]


def growth_axis(lines: Sequence[Line]) -> Axis:
    """A logarithmic axis on which every tick is labelled with its full number.

    Unless it is given a format, plotly labels ticks between powers of ten by a single digit, 5 for
    0.5. Within a decade it chooses even steps by itself; across several decades 1, 2 and 5.
    """
    values = [
        value for drawn in lines for value in drawn.values if value is not None and value > 0
    ]  # fmt: skip
    low, high = min(values, default=1.0), max(values, default=1.0)
    axis = Axis("growth of 1", kind="log", format=",~f")
    if high / low >= EVEN_STEPS:
        return dataclasses.replace(axis, step="D2")
    if high / low < PLAIN_STEPS:
        # About ten ticks: as many digits as tell them apart, and two if there is only one value.
        step = (high - low) / 10 or 0.01
        digits = max(2, math.ceil(-math.log10(step)))
        return dataclasses.replace(axis, format=f".{digits}f")
    return axis


@lru_cache(maxsize=1 << 15)  # the dates of one run are those of the next
def last_day(date: str) -> str:
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


def extremes(values: Sequence[float | None], most: int) -> list[int]:
    """Row numbers to draw of a long line: of each stretch its lowest and its highest.

    Evenly spaced rows could leave out the bottom of a fall. The first and the last row stay, and of
    each stretch with gaps its first gap, which breaks the line.

    Parameters
    ----------
    values
        Of the line; None is a gap.
    most
        How many rows may be drawn, 4 or more; rows of gaps are not counted.
    """
    count = len(values)
    if count <= most:
        return list(range(count))
    stretches = (most - 2) // 2
    edges = [number * count // stretches for number in range(stretches + 1)]
    rows = {0, count - 1}
    for start, stop in itertools.pairwise(edges):
        there = [(value, row) for row in range(start, stop) if (value := values[row]) is not None]
        rows |= {min(there)[1], max(there)[1]} if there else set()
        rows |= set([row for row in range(start, stop) if values[row] is None][:1])
    return sorted(rows)


# Ticks and names of pictures that plotly does not draw


def growth_steps(low: float, high: float) -> Iterator[Ladder]:
    """Ticks of a logarithmic axis from fine to coarse: even steps, or 1, 2, 5 across decades."""
    if high / low < EVEN_STEPS:
        for step, digits in _even_steps(low, high):
            yield [(value, f"{value:,.{digits}f}") for value in _multiples(low, high, step)]
        return
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for leading, apart in (
        ((1, 2, 5), 1),
        *(((1,), apart) for apart in range(1, last - first + 2)),
    ):
        yield [
            (value, f"{value:,.{max(0, -power)}f}")
            for power in range(first, last + 1)
            for digit in leading
            if power % apart == 0 and low <= (value := digit * 10.0**power) <= high
        ]


def percent_steps(low: float, high: float) -> Iterator[Ladder]:
    """Ticks of an even axis of fractions, from fine to coarse."""
    for step, digits in _even_steps(low, high):
        yield [
            (value, f"{100 * value:.{max(0, digits - 2)}f} %")
            for value in _multiples(low, high, step)
        ]


def point_steps(low: float, high: float) -> Iterator[Ladder]:
    """Ticks of an even axis of fractions in percentage points, signed but for zero; as above."""
    for step, digits in _even_steps(low, high):
        yield [
            (value, f"{100 * value:+.{max(0, digits - 2)}f}" if value else "0")
            for value in _multiples(low, high, step)
        ]


def month_steps(start: dt.date, end: dt.date) -> Iterator[Ladder]:
    """Ticks of a time axis from fine to coarse: first days of months, then of years."""
    for months in (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200):
        days = [
            dt.date(number // 12, number % 12 + 1, 1)
            for number in range(start.year * 12, end.year * 12 + 12)
            if number % months == 0
        ]
        yield [
            (day.toordinal(), f"{day.year}" if months >= 12 else f"{day:%Y-%m}")
            for day in days
            if start <= day <= end
        ]


def _even_steps(low: float, high: float) -> Iterator[tuple[float, int]]:
    """Steps of 1, 2 and 5 from fine to coarse, and the digits that tell them apart."""
    power = math.floor(math.log10(high - low)) - 2
    for exponent in range(power, power + 4):
        for digit in (1, 2, 5):
            yield digit * 10.0**exponent, max(0, -exponent)


def _multiples(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step from low to high."""
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def nudged(
    wanted: Sequence[float], rooms: Sequence[float], limits: tuple[float, float]
) -> list[float]:
    """Move labels apart as little as possible, so that none overlaps or leaves the limits.

    Parameters
    ----------
    wanted
        The preferred middle of each label.
    rooms
        The height of each label; their sum fits within the limits.
    limits
        Top and bottom of the space for labels.

    Returns
    -------
    list of float
        The middle of each label, in the order of ``wanted``. The sum of squared moves is the
        smallest possible (isotonic regression by pooling neighbours).
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    ahead = [0.0, *itertools.accumulate(rooms[number] for number in order)]
    offsets = [ahead[at] + rooms[number] / 2 for at, number in enumerate(order)]
    pools: list[list[float]] = []  # where stacked labels would best begin
    for offset, number in zip(offsets, order, strict=True):
        pools.append([wanted[number] - offset])
        while len(pools) > 1 and _mean(pools[-2]) >= _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    starts = [_mean(pool) for pool in pools for _ in pool]
    top, bottom = limits
    middles = [
        min(max(start, top), bottom - ahead[-1]) + offset
        for start, offset in zip(starts, offsets, strict=True)
    ]
    places = dict(zip(order, middles, strict=True))
    return [places[number] for number in range(len(wanted))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
