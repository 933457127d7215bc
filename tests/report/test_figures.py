"""Charts: every entry of what plotly is given."""

from __future__ import annotations

import dataclasses
import json

import pytest

from backtests.report.charts import (
    Line,
    time_chart,
)
from backtests.report.figures import Axis, Hover, Margin, Menu, bars, cells, chart, dots, line, mark

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
        "title": {"text": "bills"}, "type": "date", "tickformat": ".0%", "hoverformat": "%b",
        "range": [0, 1], "dtick": 1, "tickvals": [0, 5], "ticktext": ["none", "half"],
        "showgrid": False, "zeroline": False, "autorange": "reversed",
    }  # fmt: skip


def test_numbers_are_drawn_with_six_digits_and_dates_as_they_are():
    drawn = line("a", ["2001-01", None], [1.23456789, None], colour="--c1", width=2).payload
    assert drawn == {
        "type": "scatter", "mode": "lines", "name": "a", "x": ["2001-01", None],
        "y": [1.23457, None], "line": {"color": "--c1", "width": 2},
    }  # fmt: skip
    quiet = line("a", [0.5], [1], colour="--c1", width=2, dash="dot", hover="", dotted=[0.3])
    assert quiet.payload["line"]["dash"] == "dot"
    assert quiet.payload["hoverinfo"] == "skip"
    assert quiet.payload["marker"] == {"size": 5, "opacity": [0.3]}
    assert quiet.payload["mode"] == "lines+markers"


def test_bars_stand_side_by_side_and_tell_their_text_under_the_pointer_alone():
    hover = Hover(["2008"], "%{text}: %{y:.2%}")
    drawn = bars("hedge", [0, 1], [0.123456789, None], hover, colour="--c1")
    assert drawn.payload == {
        "type": "bar", "name": "hedge", "x": [0, 1], "y": [0.123457, None], "text": ["2008"],
        "hovertemplate": "%{text}: %{y:.2%}<extra></extra>", "textposition": "none",
        "marker": {"color": "--c1"},
    }  # fmt: skip
    assert not drawn.is_empty
    assert bars("hedge", [], [], hover, colour="--c1").is_empty
    assert Axis(angle=-50).payload == {"tickangle": -50}


def test_points_tell_their_facts_each_on_a_line():
    hover = Hover.of_facts(["SPY 1"], ["CAGR", "Sharpe"], [["8 %", "0.5"]])
    points = dots("mixes", [0.1], [0.08], hover, colour="--c1", size=5, opacity=0.5).payload
    assert points["hovertemplate"] == (
        "%{text}<br>CAGR %{customdata[0]}<br>Sharpe %{customdata[1]}<extra></extra>"
    )
    assert points["customdata"] == [["8 %", "0.5"]]
    star = mark("best", "SPY", 0.08, hover, symbol="star", colour="--c2").payload
    assert (star["x"], star["y"], star["marker"]["symbol"]) == (["SPY"], [0.08], "star")


def test_only_the_first_choice_of_a_list_is_shown_and_the_axes_follow_it():
    traces = [line(name, [1], [1], colour="--c1", width=1) for name in "abc"]
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
    lines = [Line("a", [], "--c1", dates=[]), Line("b", [1.0], "--c1", dates=["2001-01"])]
    assert time_chart("t", [], lines[:1], **WORDS).is_empty
    both = time_chart("t", [], lines, **WORDS)
    assert not both.is_empty
    assert [trace["name"] for trace in payloads(both.without_page())] == ["b"]
    assert not chart("c", [cells([[1.0]], "%{z}")], x=PLAIN, y=PLAIN, **WORDS).is_empty


def test_a_figure_of_the_lab_has_height_colours_and_free_ticks():
    drawn = chart("c", [line("--c1", [1], [1], colour="--c1", width=1)], x=Axis(step=1), y=PLAIN,
                  margin=Margin(top=46), height=200, **WORDS)  # fmt: skip
    told = drawn.without_page().payload({"--c1": "#123456"})
    assert "dtick" in drawn.layout["xaxis"]
    assert "dtick" not in told["layout"]["xaxis"]
    assert told["layout"]["height"] == 200
    assert told["layout"]["margin"] == {"l": 56, "r": 14, "t": 46, "b": 34}
    assert told["data"][0]["line"]["color"] == "#123456"


def test_names_are_text_and_templates_are_ours():
    hover = Hover(["<i>x</i>"], "%{text}<br>second")
    drawn = dots("<b>A</b>", [1], [1], hover, colour="--c1", size=5, opacity=1)
    payload = chart("c", [drawn], x=Axis("<u>t</u>"), y=PLAIN, **WORDS).payload()
    text = json.dumps(payload)
    assert all(tag not in text for tag in ("<b>", "<i>", "<u>"))
    assert payload["data"][0]["hovertemplate"] == "%{text}<br>second<extra></extra>"


def test_a_figure_cannot_be_changed():
    drawn = time_chart("t", ["2001-01"], [Line("a", [1.0], "--c1")], **WORDS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        drawn.caption = "another"
