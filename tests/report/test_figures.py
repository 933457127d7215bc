"""Charts: every entry of what plotly is given."""

from __future__ import annotations

import dataclasses
import json

import pytest

from backtests.report.charts import (
    Line,
    time_chart,
)
from backtests.report.figures import Axis, Margin, Menu, chart
from backtests.report.traces import Hover, cells, dots, line

WORDS = {"caption": "What it shows.", "alt": "In words"}
PLAIN = Axis()


def payloads(figure):
    return [trace.payload for trace in figure.traces]


def test_an_axis_says_only_what_it_was_told():
    assert PLAIN.payload == {}
    axis = Axis("bills", kind="date", format=".0%", hover="%b", limits=(0, 1), step=1,
                ticks=[(0, "none"), (5, "half")], grid=False, zero=False,
                downwards=True)  # fmt: skip
    assert axis.payload == {
        "title": {"text": "bills", "font": {"size": 13}}, "type": "date", "tickformat": ".0%",
        "hoverformat": "%b",
        "range": [0, 1], "dtick": 1, "tickvals": [0, 5], "ticktext": ["none", "half"],
        "showgrid": False, "zeroline": False, "autorange": "reversed",
    }  # fmt: skip


def test_only_the_first_choice_of_a_list_is_shown_and_the_axes_follow_it():
    traces = [line(name, [1], [1], colour="--equity", width=1) for name in "abc"]
    axes = [(Axis(f"x{n}", ticks=[(0, "0")]), Axis(f"y{n}", ticks=[])) for n in (1, 2)]
    drawn = chart("map", traces, x=axes[0][0], y=axes[0][1], **WORDS,
                  menu=Menu(["one", "two"], ["one", "one", "two"], axes))  # fmt: skip
    assert [trace["visible"] for trace in payloads(drawn)] == [True, True, False]
    assert drawn.choices == ["one", "two"]
    assert "updatemenus" not in drawn.layout  # a page has its own list
    (menu,) = drawn.without_page().layout["updatemenus"]
    second = menu["buttons"][1]
    assert drawn.payload()["choices"][1] == second["args"] == [
        {"visible": [False, False, True]},
        {"xaxis.title.text": "x2", "xaxis.tickvals": [0], "xaxis.ticktext": ["0"],
         "yaxis.title.text": "y2", "yaxis.tickvals": [], "yaxis.ticktext": []},
    ]  # fmt: skip


def test_a_figure_without_points_is_empty():
    lines = [Line("a", [], "--equity", dates=[]), Line("b", [1.0], "--equity", dates=["2001-01"])]
    assert time_chart("t", [], lines[:1], **WORDS).is_empty
    both = time_chart("t", [], lines, **WORDS)
    assert not both.is_empty
    assert [trace["name"] for trace in payloads(both.without_page())] == ["b"]
    assert not chart("c", [cells([[1.0]], "%{z}")], x=PLAIN, y=PLAIN, **WORDS).is_empty


def test_a_figure_of_the_lab_has_height_colours_and_free_ticks():
    drawn = chart("c", [line("--equity", [1], [1], colour="--equity", width=1)],
                  x=Axis(step=1), y=PLAIN, margin=Margin(top=46), height=200, **WORDS)  # fmt: skip
    told = drawn.without_page().payload({"--equity": "#123456"})
    assert "dtick" in drawn.layout["xaxis"]
    assert "dtick" not in told["layout"]["xaxis"]
    assert told["layout"]["height"] == 200
    assert told["layout"]["margin"] == {"l": 56, "r": 14, "t": 46, "b": 34}
    assert told["data"][0]["line"]["color"] == "#123456"


def test_names_are_text_and_templates_are_ours():
    hover = Hover(["<i>x</i>"], "%{text}<br>second")
    drawn = dots("<b>A</b>", [1], [1], hover, colour="--equity", size=5, opacity=1)
    payload = chart("c", [drawn], x=Axis("<u>t</u>"), y=PLAIN, **WORDS).payload()
    text = json.dumps(payload)
    assert all(tag not in text for tag in ("<b>", "<i>", "<u>"))
    assert payload["data"][0]["hovertemplate"] == "%{text}<br>second<extra></extra>"


def test_a_figure_cannot_be_changed():
    drawn = time_chart("t", ["2001-01"], [Line("a", [1.0], "--equity")], **WORDS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        drawn.caption = "another"
