"""What charts draw: every entry of what plotly is given."""

from __future__ import annotations

from backtests.report.figures import Axis
from backtests.report.traces import Hover, bars, dots, line, mark


def test_numbers_are_drawn_with_six_digits_and_dates_as_they_are():
    drawn = line("a", ["2001-01", None], [1.23456789, None], colour="--equity", width=2).payload
    assert drawn == {
        "type": "scatter", "mode": "lines", "name": "a", "x": ["2001-01", None],
        "y": [1.23457, None], "line": {"color": "--equity", "width": 2},
    }  # fmt: skip
    quiet = line("a", [0.5], [1], colour="--equity", width=2, dash="dot", hover="", dotted=[0.3])
    assert quiet.payload["line"]["dash"] == "dot"
    assert quiet.payload["hoverinfo"] == "skip"
    assert quiet.payload["marker"] == {"size": 5, "opacity": [0.3]}
    assert quiet.payload["mode"] == "lines+markers"


def test_bars_stand_side_by_side_and_tell_their_text_under_the_pointer_alone():
    hover = Hover(["2008"], "%{text}: %{y:.2%}")
    drawn = bars("hedge", [0, 1], [0.123456789, None], hover, colour="--equity")
    assert drawn.payload == {
        "type": "bar", "name": "hedge", "x": [0, 1], "y": [0.123457, None], "text": ["2008"],
        "hovertemplate": "%{text}: %{y:.2%}<extra></extra>", "textposition": "none",
        "marker": {"color": "--equity"},
    }  # fmt: skip
    assert not drawn.is_empty
    assert bars("hedge", [], [], hover, colour="--equity").is_empty
    assert Axis(angle=-50).payload == {"tickangle": -50}


def test_points_tell_their_facts_each_on_a_line():
    hover = Hover.of_facts(["SPY 1"], ["CAGR", "Sharpe"], [["8 %", "0.5"]])
    points = dots("mixes", [0.1], [0.08], hover, colour="--equity", size=5, opacity=0.5).payload
    assert points["hovertemplate"] == (
        "%{text}<br>CAGR %{customdata[0]}<br>Sharpe %{customdata[1]}<extra></extra>"
    )
    assert points["customdata"] == [["8 %", "0.5"]]
    star = mark("best", "SPY", 0.08, hover, symbol="star", colour="--treasuries").payload
    assert (star["x"], star["y"], star["marker"]["symbol"]) == (["SPY"], [0.08], "star")
