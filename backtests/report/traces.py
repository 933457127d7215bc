"""What charts draw, in plotly's format: lines, points, bars, maps, layers of a stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]  # in plotly's format; written only here and in figures.py
Place = float | str | None  # of a point on an axis
Numbers = Sequence[float | None]

DIGITS = 6
# Colours of a map: away from zero on both sides, or from the least to the most.
DIVERGING = [[0, "--scale-low"], [0.5, "--scale-mid"], [1, "--scale-high"]]
SEQUENTIAL = [[0, "--scale-mid"], [1, "--scale-high"]]


@dataclass(frozen=True)
class Trace:
    """One thing drawn in a chart; :func:`line`, :func:`dots`, :func:`bars`, ... make it."""

    payload: Payload

    def of_member(self, member: int | None) -> Trace:
        """The same as that of a member of a group of linked charts; None leaves it as it is."""
        return self if member is None else Trace({**self.payload, "meta": member})

    @property
    def name(self) -> str:
        """What the legend calls it."""
        return str(self.payload.get("name", ""))

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to draw."""
        drawn = self.payload["x"] if "x" in self.payload else self.payload["z"]
        return not len(drawn)


@dataclass(frozen=True)
class Hover:
    """What a trace of points shows under the pointer.

    ``template`` in plotly's terms (``%{text}``, ``%{x:.2%}``), where ``%{customdata[0]}`` is the
    first of a point's ``facts``.
    """

    texts: Sequence[str]
    template: str
    facts: Sequence[Sequence[str]] | None = None

    @classmethod
    def of_facts(
        cls, texts: Sequence[str], names: Sequence[str], facts: Sequence[Sequence[str]]
    ) -> Hover:
        """Text of each point, then a line for each of its facts, named."""
        lines = [f"{name} %{{customdata[{number}]}}" for number, name in enumerate(names)]
        return cls(texts, "<br>".join(["%{text}", *lines]), facts)

    @property
    def payload(self) -> Payload:
        """As plotly takes it."""
        told: Payload = {
            "text": list(self.texts),
            "hovertemplate": f"{self.template}<extra></extra>",
        }
        if self.facts is not None:
            told["customdata"] = [list(row) for row in self.facts]
        return told


def line(
    name: str,
    x: Sequence[Place],
    y: Numbers,
    *,
    colour: str,
    width: float,
    dash: str = "",
    hover: str | None = None,
    dotted: Sequence[float] | bool = False,
    shape: str = "",
) -> Trace:
    """A line through points.

    Parameters
    ----------
    name
        For the legend.
    x, y
        Of the points; None breaks the line.
    colour, width, dash
        Of the line.
    hover
        Plotly's template of what a point shows under the pointer, its own where None; "" for
        nothing at all.
    dotted
        Whether the points stand out, or how opaque each of them is.
    shape
        How points are joined, as plotly names it: ``hv`` for steps; straight where empty.
    """
    payload: Payload = {
        "type": "scatter",
        "mode": "lines" if dotted is False else "lines+markers",
        "name": name,
        "x": _rounded_places(x),
        "y": _rounded(y),
        "line": {"color": colour, "width": width, **({"dash": dash} if dash else {}),
                 **({"shape": shape} if shape else {})},
    }  # fmt: skip
    if hover is not None:
        payload |= {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    if not isinstance(dotted, bool):
        payload["marker"] = {"size": 5, "opacity": list(dotted)}
    return Trace(payload)


def dots(
    name: str,
    x: Sequence[Place],
    y: Numbers,
    hover: Hover,
    *,
    colour: str,
    size: float,
    opacity: float,
    symbol: str = "circle",
) -> Trace:
    """Points, each with what it shows under the pointer."""
    marker = {"size": size, "color": colour, "opacity": opacity, "symbol": symbol}
    places = _rounded_places(x), _rounded(y)
    return _scatter(name, "markers", *places, **hover.payload, marker=marker)


def bars(name: str, x: Sequence[Place], y: Numbers, hover: Hover, *, colour: str) -> Trace:
    """Upright bars from zero, of several traces side by side; None leaves a bar out."""
    places: Payload = {"x": _rounded_places(x), "y": _rounded(y)}
    look: Payload = {**hover.payload, "textposition": "none", "marker": {"color": colour}}
    return Trace({"type": "bar", "name": name, **places, **look})


def mark(name: str, x: Place, y: float | None, hover: Hover, *, symbol: str, colour: str) -> Trace:
    """One point with a sign of its own, ringed so that it stands out."""
    ring = {"width": 1, "color": "--paper"}
    marker = {"symbol": symbol, "size": 13, "color": colour, "line": ring}
    place = _rounded_places([x]), _rounded_places([y])
    return _scatter(name, "markers", *place, **hover.payload, marker=marker)


def cells(
    values: Sequence[Numbers],
    hover: str,
    *,
    columns: Sequence[Place] | None = None,
    rows: Sequence[Place] | None = None,
    texts: Sequence[Sequence[str]] | None = None,
    facts: Sequence[Sequence[str]] | None = None,
    suffix: str = "",
    limits: tuple[float, float] | None = None,
    diverging: bool = True,
    gap: int = 0,
    bar: bool = True,
) -> Trace:
    """A map of colours.

    Parameters
    ----------
    values
        Rows x columns; None is left empty.
    hover
        Plotly's template of what a cell shows under the pointer.
    columns, rows
        Labels of the two axes, numbers from 0 where None.
    texts
        What stands in each cell.
    facts
        Of each cell, for ``hover``: ``%{customdata}``.
    suffix
        After each number beside the scale.
    limits
        Ends of the scale.
    diverging
        Whether colours lie on both sides of the middle of the limits, else between their ends.
    gap
        Pixels between two cells.
    bar
        Whether the scale stands beside it.
    """
    payload: Payload = {
        "type": "heatmap",
        "x": None if columns is None else list(columns),
        "y": None if rows is None else list(rows),
        "z": [_rounded(row) for row in values],
        "text": None if texts is None else [list(row) for row in texts],
        "texttemplate": None if texts is None else "%{text}",
        "customdata": None if facts is None else [list(row) for row in facts],
        "xgap": gap or None,
        "ygap": gap or None,
        "zmin": None if limits is None else limits[0],
        "zmax": None if limits is None else limits[1],
        "hoverongaps": False,
        "showscale": None if bar else False,
        "colorscale": DIVERGING if diverging else SEQUENTIAL,
        "textfont": None if texts is None else {"color": "--ink"},
        "colorbar": {**({"ticksuffix": suffix} if suffix else {}), "thickness": 10,
                     "outlinewidth": 0},
        "hovertemplate": hover,
    }  # fmt: skip
    return Trace({key: value for key, value in payload.items() if value is not None})


def layer(name: str, x: Sequence[str], shares: Numbers, *, colour: str, group: str) -> Trace:
    """One layer of a stack of shares; those of one ``group`` lie upon each other."""
    y = [None if share is None else round(100.0 * share, 2) for share in shares]
    look = {
        "line": {"width": 0.5, "color": colour},
        "fillcolor": colour,
        "hovertemplate": "%{y}",
    }
    return _scatter(name, "lines", list(x), y, stackgroup=group, **look)


def _scatter(name: str, mode: str, x: Sequence[Place], y: Sequence[Place], **rest: Any) -> Trace:
    """A trace of points, joined or not."""
    return Trace({"type": "scatter", "mode": mode, "name": name, "x": x, "y": y, **rest})


def _rounded(values: Numbers) -> list[float | None]:
    """Numbers for drawing: six digits."""
    return [None if value is None else float(f"{value:.{DIGITS}g}") for value in values]


def _rounded_places(values: Sequence[Place]) -> list[Place]:
    """Places on an axis for drawing: six digits; dates, names and counts as they are."""
    return [float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value for value in values]
