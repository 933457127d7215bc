"""The pages' charts as figures of plotly, to be drawn in a notebook."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from backtests.report.figures import Figure
from backtests.report.style import palette
from backtests.report.traces import Payload

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure

SIGNS, LINE = 80, 17  # characters of a caption line beside plotly's buttons; its height in pixels
ABOVE = 12  # pixels above the caption


def plotly_figure(figure: Figure, *, dark: bool = False) -> PlotlyFigure:
    """Make a figure of plotly that looks like those of the pages, with its caption above the plot.

    Parameters
    ----------
    figure
        A chart of the pages.
    dark
        Whether to use the pages' dark colours. The background is coloured too, so that the figure
        is readable in a light and in a dark notebook.

    Returns
    -------
    plotly.graph_objects.Figure
        Validated by plotly. ``layout.meta`` has the plain ``name``, ``caption`` and ``alt``.

    Raises
    ------
    ValueError
        If plotly does not accept the payload.
    """
    from plotly.graph_objects import Figure as PlotlyFigure

    colours = palette(dark=dark)
    drawn = figure.without_page().payload(colours, typesets=False)
    lines = [html.escape(line, quote=False) for line in textwrap.wrap(figure.caption, SIGNS)]
    caption = LINE * len(lines) + ABOVE
    layout = drawn["layout"]
    margin = layout["margin"]
    layout |= {
        "title": {
            "text": "<br>".join(lines),
            "font": {"size": 13},
            "x": 0.01,
            "xanchor": "left",
            "yref": "container",
            "y": 1.0,
            "yanchor": "top",
            "pad": {"t": ABOVE},
        },
        "margin": {**margin, "t": margin["t"] + caption},
        "height": figure.height + caption,
        "paper_bgcolor": colours["--paper"],
        "plot_bgcolor": colours["--paper"],
        "meta": {"name": figure.name, "caption": figure.caption, "alt": figure.alt},
    }
    return PlotlyFigure(drawn)


def as_drawn(figure: Figure, colours: Mapping[str, str]) -> Any:
    """A chart as the pages draw it, in these colours, as what takes plotly's figures has it.

    Plotly does not check it here, which takes longer than to make it: the tests let plotly check
    each kind of chart.
    """
    return _kind()(figure.without_page().payload(colours))


@cache
def _kind() -> type:
    from plotly.basedatatypes import BaseFigure

    class Drawn(BaseFigure):  # type: ignore[misc]
        """A payload that passes for a figure."""

        def __init__(self, payload: Payload) -> None:
            object.__setattr__(self, "_payload", payload)

        def to_dict(self) -> Payload:
            return self._payload  # type: ignore[no-any-return]

    return Drawn
