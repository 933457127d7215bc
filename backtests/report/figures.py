"""Charts as plain plotly figures, and the page that carries them.

A figure is data, layout and words; plotly's script, inlined once, draws it in the reader's
browser. Colours are names of style-sheet variables (``--c1``), which the page resolves, so
that one figure serves light, dark and print.
"""

from __future__ import annotations

import calendar
import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

MOST_POINTS = 1_500
EVEN_STEPS, PLAIN_STEPS = 7.0, 3.0  # highest over lowest growth, for the ticks of its axis
DIGITS = 6


@dataclass(frozen=True)
class Figure:
    """One chart: its name on the page, plotly's data and layout, and what it shows in words."""

    name: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    caption: str
    alt: str
    height: int = 330


@dataclass(frozen=True)
class Line:
    """One line of a time chart."""

    name: str
    values: Sequence[float | None]
    colour: str
    dash: str = "solid"
    width: float = 1.6
    dates: Sequence[str] | None = field(default=None)


def as_text(value: Any, key: str = "") -> Any:
    """Keep plotly from reading names as its subset of HTML; its templates are ours alone."""
    if isinstance(value, str) and not key.endswith("template"):
        return html.escape(value, quote=False)
    if isinstance(value, Mapping):
        return {name: as_text(one, name) for name, one in value.items()}
    if isinstance(value, list | tuple) and not (value and isinstance(value[0], float)):
        return [as_text(one, key) for one in value]
    return value


def layout(**changes: Any) -> dict[str, Any]:
    """Axes, fonts and margins shared by all charts; ``changes`` replace whole entries."""
    axis = {
        "gridcolor": "--line",
        "zerolinecolor": "--rule",
        "linecolor": "--rule",
        "automargin": True,
    }
    base: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, Helvetica Neue, Arial, sans-serif", "size": 12,
                 "color": "--ink"},
        "margin": {"l": 56, "r": 14, "t": 10, "b": 34},
        "legend": {"orientation": "h", "y": -0.14, "x": 0, "font": {"size": 12}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "--rule", "activecolor": "--ink"},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "--paper", "bordercolor": "--rule", "font": {"color": "--ink"}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }  # fmt: skip
    for name, change in changes.items():
        both = isinstance(change, Mapping) and isinstance(base.get(name), dict)
        base[name] = {**base[name], **change} if both else change
    return base


def thinned(count: int, most: int = MOST_POINTS) -> list[int]:
    """Row numbers to draw of a long series: evenly spaced, first and last included."""
    if count <= most:
        return list(range(count))
    return [round(number * (count - 1) / (most - 1)) for number in range(most)]


def rounded(values: Sequence[float | None]) -> list[float | None]:
    """Numbers for drawing: six digits."""
    return [None if value is None else float(f"{value:.{DIGITS}g}") for value in values]


def time_chart(
    name: str,
    dates: Sequence[str],
    lines: Sequence[Line],
    *,
    caption: str,
    alt: str,
    y: Mapping[str, Any],
    percent: bool = False,
    height: int = 330,
    bands: Sequence[Mapping[str, Any]] = (),
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
        Entries of the vertical axis.
    percent
        Whether values are fractions to show as percent.
    bands
        Plotly shapes behind the lines.
    """
    hover = "%{y:.2%}" if percent else "%{y:,.2f}"
    data = []
    for line in lines:
        own = line.dates if line.dates is not None else dates
        kept = thinned(len(own))
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": line.name,
                "x": [_last_day(own[row]) for row in kept],
                "y": rounded([line.values[row] for row in kept]),
                "line": {"color": line.colour, "width": line.width, "dash": line.dash},
                "hovertemplate": hover,
            }
        )
    shown = {"tickformat": ".0%", **y} if percent else dict(y)
    return Figure(
        name,
        data,
        layout(yaxis=shown, xaxis={"type": "date", "hoverformat": "%b %Y"}, shapes=list(bands)),
        caption,
        alt,
        height,
    )


def growth_axis(lines: Sequence[Line]) -> dict[str, Any]:
    """A logarithmic axis whose every tick says its whole number.

    Plotly labels what lies between powers of ten by a bare digit, 5 for 0.5, unless it is told a
    format. Within a decade its own choice of ticks is even steps; across several, 1, 2 and 5.
    """
    values = [value for line in lines for value in line.values if value is not None and value > 0]
    low, high = min(values, default=1.0), max(values, default=1.0)
    axis: dict[str, Any] = {"type": "log", "title": {"text": "growth of 1"}, "tickformat": ",~f"}
    if high / low >= EVEN_STEPS:
        return {**axis, "dtick": "D2"}
    if high / low < PLAIN_STEPS:
        # About ten ticks: as many digits as tell them apart, and two where there is but one value.
        step = (high - low) / 10 or 0.01
        axis["tickformat"] = f".{max(2, math.ceil(-math.log10(step)))}f"
    return axis


def _last_day(date: str) -> str:
    """The last day of a month (``YYYY-MM``); a day as it is."""
    year, _, month = date.partition("-")
    if not (year.isdigit() and month.isdigit()):
        return date
    return f"{date}-{calendar.monthrange(int(year), int(month))[1]}"


def spans(dates: Sequence[str], inside: Sequence[bool], colour: str) -> list[dict[str, Any]]:
    """Shade the stretches of time in which a condition holds, as plotly shapes."""
    shapes: list[dict[str, Any]] = []
    start: str | None = None
    for position, now in enumerate([*inside, False]):
        if now and start is None:
            start = dates[position]
        if not now and start is not None:
            shapes.append(
                {
                    "type": "rect",
                    "xref": "x",
                    "yref": "paper",
                    "x0": start,
                    "x1": dates[min(position, len(dates) - 1)],
                    "y0": 0,
                    "y1": 1,
                    "fillcolor": colour,
                    "line": {"width": 0},
                    "layer": "below",
                }
            )
            start = None
    return shapes


def chooser(choices: Sequence[str], owners: Sequence[str]) -> dict[str, Any]:
    """A list above a chart that shows the traces of one choice at a time.

    Parameters
    ----------
    choices
        What the list offers.
    owners
        For each trace, the choice that it belongs to.
    """
    buttons = [
        {"method": "restyle", "label": one, "args": ["visible", [owner == one for owner in owners]]}
        for one in choices
    ]
    return {
        "buttons": buttons,
        "x": 0,
        "y": 1.02,
        "xanchor": "left",
        "yanchor": "bottom",
        "bgcolor": "--paper",
        "bordercolor": "--rule",
        "font": {"color": "--ink", "size": 12},
    }


def heat_map(
    name: str,
    columns: Sequence[Any],
    rows: Sequence[Any],
    values: Mapping[str, Sequence[Sequence[float | None]]],
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
    data = [
        {
            "type": "heatmap",
            "x": list(columns),
            "y": list(rows),
            "z": [rounded(row) for row in values[one]],
            "xgap": 1,
            "ygap": 1,
            "zmid": 0,
            "visible": one == names[0],
            "hoverongaps": False,
            "colorscale": [[0, "--scale-low"], [0.5, "--scale-mid"], [1, "--scale-high"]],
            "colorbar": {"tickformat": ".0%", "thickness": 10, "outlinewidth": 0},
            "hovertemplate": f"{y_title} %{{y}}, {x_title} %{{x}}: %{{z:.2%}}<extra></extra>",
        }
        for one in names
    ]
    return Figure(
        name,
        data,
        layout(
            hovermode="closest",
            margin={"t": 46, "b": 52},
            xaxis={"title": {"text": x_title}, "dtick": 1, "showgrid": False},
            yaxis={"title": {"text": y_title}, "autorange": "reversed", "showgrid": False},
            updatemenus=[chooser(names, names)] if len(names) > 1 else [],
        ),
        caption,
        alt,
        height,
    )
