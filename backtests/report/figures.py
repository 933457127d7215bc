"""Figures for plotly: axes, menus, layout. With ``traces.py`` all that knows plotly's format.

A figure is traces, axes and words; plotly's script draws it in the reader's browser. Colours are
names of style-sheet variables (``--equity``), which the page resolves, so that the same figure
serves light, dark and print.
"""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from backtests.report.style import CHART_FONT, CLEAR, FONT, as_text
from backtests.report.text import typeset
from backtests.report.traces import DIGITS, Payload, Trace


@dataclass(frozen=True)
class Figure:
    """One chart: its name on the page, traces, layout, caption, and a description in words.

    Charts of one ``group`` have one legend on the page and show the same stretch of time; ``ends``
    are the members whose names stand at the ends of their lines there, in order.
    """

    name: str
    traces: tuple[Trace, ...]
    layout: Payload
    caption: str
    alt: str
    height: int = 330
    title: str = ""
    menu: Menu | None = None
    group: str = ""
    ends: tuple[int, ...] = ()

    @property
    def choices(self) -> Sequence[str]:
        """What a list above the chart offers; empty where there is nothing to choose."""
        return self.menu.choices if self.menu and len(self.menu.choices) > 1 else ()

    @property
    def is_empty(self) -> bool:
        """Whether none of its traces has anything to draw."""
        return all(trace.is_empty for trace in self.traces)

    def without_page(self) -> Figure:
        """The same for places without a page of ours around it, as a notebook or the lab.

        It has its height, its list and a legend in its layout, and as many ticks on the horizontal
        axis as there is room for; traces with nothing to draw are left out.
        """
        axis = {key: value for key, value in self.layout["xaxis"].items() if key != "dtick"}
        layout = {**self.layout, "xaxis": axis, "height": self.height}
        if self.choices and self.menu is not None:
            layout["updatemenus"] = self.menu.payload
            margin = layout["margin"]
            layout["margin"] = {**margin, "t": max(margin["t"], Menu.ROOM)}
            layout["legend"] = {**layout["legend"], "y": Menu.LEGEND, "yanchor": "top"}
        if self.group:
            layout["showlegend"] = True
        if ends := [label for label in layout.get("annotations", ()) if "name" in label]:
            others = [label for label in layout["annotations"] if label not in ends]
            layout |= {"annotations": others, "showlegend": True}
            layout["margin"] = {**layout["margin"], "r": Margin().right}
        # A list of choices counts the traces.
        drawn = self.traces if self.choices else [t for t in self.traces if not t.is_empty]
        return dataclasses.replace(self, traces=tuple(drawn), layout=layout)

    def payload(
        self, colours: Mapping[str, str] | None = None, *, typesets: bool = True
    ) -> Payload:
        """Data and layout as plotly takes them, names as text.

        Parameters
        ----------
        colours
            Colours by the name of their style-sheet variable, where no page resolves these.
        typesets
            Whether texts have the signs of a page; a program looks for ``100 % equity`` as it is.
        """
        payload: Payload = {
            "data": [trace.payload for trace in self.traces],
            "layout": self.layout,
        }
        if colours is None and self.choices and self.menu is not None:
            payload["choices"] = self.menu.changes
        if colours is None and self.group:
            payload |= {"group": self.group, "ends": list(self.ends)}
        change = _escaped if typesets else _plain
        drawn: Payload = _with_texts(payload, change, colours or {})
        return drawn


@dataclass(frozen=True)
class Axis:
    """One axis of a chart; what is not given is left to plotly.

    Attributes
    ----------
    title
        What it measures.
    suffix
        After each number of a tick and of a value under the pointer.
    kind
        ``date``, ``log`` or ``category``.
    format, hover
        How d3 writes a tick, and a value under the pointer.
    limits
        Lowest and highest value shown.
    step
        Between two ticks.
    ticks, angle
        Place and word of each tick, and by how many degrees words are turned clockwise.
    grid, zero, downwards
        Whether it has grid lines and a line at zero, and whether it begins at the top.
    """

    title: str | None = None
    kind: str = ""
    format: str = ""
    hover: str = ""
    limits: tuple[float, float] | tuple[str, str] | None = None
    step: float | str | None = None
    ticks: Sequence[tuple[float, str]] | None = None
    grid: bool = True
    zero: bool = True
    downwards: bool = False
    angle: float | None = None
    suffix: str = ""

    @property
    def payload(self) -> Payload:
        """As plotly takes it."""
        wanted: Payload = {
            "title": None
            if self.title is None
            else {"text": self.title, "font": {"size": CHART_FONT}},
            "type": self.kind or None,
            "tickformat": self.format or None,
            "ticksuffix": self.suffix or None,
            "hoverformat": self.hover or None,
            "range": None if self.limits is None else list(self.limits),
            "dtick": self.step,
            "tickvals": None if self.ticks is None else [place for place, _ in self.ticks],
            "ticktext": None if self.ticks is None else [word for _, word in self.ticks],
            "showgrid": None if self.grid else False,
            "zeroline": None if self.zero else False,
            "autorange": "reversed" if self.downwards else None,
            "tickangle": self.angle,
        }
        return {key: value for key, value in wanted.items() if value is not None}

    def change(self, name: str) -> Payload:
        """What a list above the chart sends to make an axis this one: title and ticks."""
        own = self.payload
        return {
            f"{name}.title.text": self.title,
            f"{name}.tickvals": own["tickvals"],
            f"{name}.ticktext": own["ticktext"],
        }


FREE = Axis()


class Margin(NamedTuple):
    """Pixels around a chart's plot."""

    left: int = 56
    right: int = 14
    top: int = 10
    bottom: int = 34


@dataclass(frozen=True)
class Menu:
    """A list above a chart from which the reader chooses whose traces are shown.

    Attributes
    ----------
    choices
        What the list offers; a single one needs no list.
    owners
        For each trace, the choice that it belongs to.
    axes
        Both axes of each choice, where they change with it.
    """

    choices: Sequence[str]
    owners: Sequence[str]
    axes: Sequence[tuple[Axis, Axis]] = ()

    ROOM: ClassVar[int] = 46  # pixels above a plot that has its list inside the chart
    LEGEND: ClassVar[float] = -0.14  # height of the legend, in plots' heights, under such a plot

    @property
    def payload(self) -> list[Payload]:
        """As plotly takes it, for a list inside the chart."""
        buttons = [
            {"method": "update", "label": choice, "args": change}
            for choice, change in zip(self.choices, self.changes, strict=True)
        ]
        return [
            {"buttons": buttons, "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom",
             "bgcolor": "--paper", "bordercolor": "--rule", "font": {"color": "--ink", "size": 12}}
        ]  # fmt: skip

    @property
    def changes(self) -> list[list[Payload]]:
        """For each choice, what of the traces and of the layout changes with it."""
        changed = []
        for number, choice in enumerate(self.choices):
            layout: Payload = {}
            if self.axes:
                x, y = self.axes[number]
                layout = {**x.change("xaxis"), **y.change("yaxis")}
            changed.append([{"visible": [owner == choice for owner in self.owners]}, layout])
        return changed


@dataclass(frozen=True)
class Band:
    """A stretch of time shaded behind the lines of a time chart."""

    start: str
    end: str
    colour: str

    @property
    def payload(self) -> Payload:
        """As plotly takes it."""
        return {
            "type": "rect", "xref": "x", "yref": "paper", "x0": self.start, "x1": self.end,
            "y0": 0, "y1": 1, "fillcolor": self.colour, "line": {"width": 0}, "layer": "below",
        }  # fmt: skip


@dataclass(frozen=True)
class EndName:
    """A name at the right end of a line.

    ``value`` is where the line ends, in units of the axis (of a logarithmic one the power of ten);
    ``raised`` by how many pixels the name stands higher, so that names do not collide.
    """

    name: str
    value: float
    colour: str
    raised: float
    member: int | None = None

    @property
    def payload(self) -> Payload:
        """As plotly takes it; a page that has no room for it knows it by its ``name``."""
        return {
            "name": "end", "text": self.name, "xref": "paper", "x": 1, "xanchor": "left",
            "yref": "y", "y": float(f"{self.value:.{DIGITS}g}"), "yanchor": "middle",
            "xshift": 6, "yshift": round(self.raised, 1), "showarrow": False, "align": "left",
            "font": {"color": as_text(self.colour)},
        }  # fmt: skip


# Charts


def chart(
    name: str,
    traces: Sequence[Trace],
    *,
    x: Axis,
    y: Axis,
    caption: str,
    alt: str,
    height: int = 330,
    margin: Margin | None = None,
    legend: float | None = None,
    nearest: bool = True,
    menu: Menu | None = None,
    bands: Sequence[Band] | None = None,
    title: str = "",
    ends: Sequence[EndName] = (),
    group: str = "",
) -> Figure:
    """Put traces into one chart.

    Parameters
    ----------
    name, caption, alt, height, title
        As in :class:`Figure`.
    traces
        What to draw, from back to front.
    x, y
        Its axes.
    margin
        Around the plot.
    legend
        Height of the legend in plots' heights, below the plot where negative.
    nearest
        Whether the pointer tells the nearest point alone, not all at the same ``x``.
    menu
        The list that chooses among the traces; the first choice is shown.
    bands
        Stretches of time shaded behind the traces.
    ends
        Names at the right ends of lines, in place of a legend.
    group
        What links it with other charts: the page has a legend for all of them.
    """
    changes: Payload = {"xaxis": x.payload, "yaxis": y.payload}
    if nearest:
        changes["hovermode"] = "closest"
    if margin is not None:
        changes["margin"] = dict(zip("lrtb", margin, strict=True))
    if legend is not None:
        changes["legend"] = {"y": legend}
    if bands is not None:
        changes["shapes"] = [band.payload for band in bands]
    if menu is not None:
        traces = [
            Trace({**trace.payload, "visible": owner == menu.choices[0]})
            for trace, owner in zip(traces, menu.owners, strict=True)
        ]
    if ends:
        changes |= {"annotations": [end.payload for end in ends], "showlegend": False}
    if group:
        changes["showlegend"] = False
    members = tuple(end.member for end in ends if end.member is not None)
    layout = _layout(**changes)
    return Figure(name, tuple(traces), layout, caption, alt, height, title, menu, group, members)


# Parts


def _layout(**changes: Any) -> Payload:
    """Axes, fonts and margins shared by all charts; ``changes`` replace whole entries."""
    axis = {
        "gridcolor": "--line",
        "zerolinecolor": "--rule",
        "linecolor": "--rule",
        "tickcolor": "--rule",
        "automargin": True,
    }
    base: Payload = {
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": CHART_FONT, "color": "--ink"},
        "margin": {"l": 56, "r": 14, "t": 10, "b": 34},
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        "modebar": {"bgcolor": CLEAR, "color": "--rule", "activecolor": "--ink"},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "--paper", "bordercolor": "--rule", "font": {"color": "--ink"}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }  # fmt: skip
    for name, change in changes.items():
        both = isinstance(change, Mapping) and isinstance(base.get(name), dict)
        base[name] = {**base[name], **change} if both else change
    return base


@lru_cache(maxsize=1 << 15)  # the dates of one run are those of the next
def _escaped(text: str, key: str) -> str:
    """Typeset and escape what plotly would read as HTML; templates are ours and stay as they are.

    Formats, and names by which a list and a script find things, are no text.
    """
    return _plain(text if key.endswith(("template", "format")) else typeset(text), key)


def _plain(text: str, key: str) -> str:
    return text if key.endswith(("template", "format")) else html.escape(text, quote=False)


def _with_texts(
    value: Any, change: Callable[[str, str], str], colours: Mapping[str, str], key: str = ""
) -> Any:
    """A payload with every text in it changed, by the text and the key it stands under.

    What is the name of a colour then becomes the colour.
    """
    if isinstance(value, str):
        shown = change(value, key)
        return colours.get(shown, shown)
    if isinstance(value, Mapping):
        return {name: _with_texts(inner, change, colours, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], float) and isinstance(value[-1], float):
            return value  # long rows of numbers hold no text
        if set(map(type, value)) == {str}:
            shown_row = _row_with_texts(tuple(value), change, key)
            return [colours.get(shown, shown) for shown in shown_row]
        return [_with_texts(inner, change, colours, key) for inner in value]
    return value


@lru_cache(maxsize=64)  # the dates of one run are those of the next
def _row_with_texts(
    row: tuple[str, ...], change: Callable[[str, str], str], key: str
) -> tuple[str, ...]:
    return tuple([change(text, key) for text in row])
