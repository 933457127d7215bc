"""The pages' charts as plotly takes them: validated, coloured, told in words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backtests.report import notebook
from backtests.report.comparison import charts as comparison_charts
from backtests.report.comparison.aligned import align_runs
from backtests.report.figures import Axis, Figure, Menu, chart
from backtests.report.finished_run import read_run
from backtests.report.holdings import allocation_of
from backtests.report.plotting import as_drawn, plotly_figure
from backtests.report.run_folder import write_run
from backtests.report.style import palette
from backtests.report.traces import line
from backtests.report.tuning import charts as tuning_charts
from backtests.report.verdict import charts as verdict_charts
from tests.colours import contrast
from tests.report.helpers import make_run, searched


@pytest.fixture(scope="module")
def every(run, tmp_path_factory) -> list[Figure]:
    """Every chart there is."""
    out = tmp_path_factory.mktemp("results")
    runs = [
        read_run(write_run(out, each, with_tearsheet=False))
        for each in (run, make_run("attack_defend", params={"step_bp": 25.0}))
    ]
    return [
        *verdict_charts.figures(run.verdict),
        verdict_charts.episodes_chart(run.verdict),
        notebook.growth_chart(replace(run, verdict=None)),
        allocation_of(run),
        *comparison_charts.figures(align_runs(runs, align=False)),
        *tuning_charts.figures(searched(tmp_path_factory.mktemp("search"))),
    ]


def small(**changes) -> Figure:
    words = {"caption": "What it shows.", "alt": "In words"}
    traces = [line("a", [1, 2], [1, 2], colour="--equity", width=1)]
    return chart("small", traces, x=Axis(step=1), y=Axis(), **{**words, **changes})


@pytest.mark.parametrize("dark", [False, True])
def test_plotly_takes_every_chart_in_the_colours_of_the_pages(every, dark):
    assert len(every) >= 17
    for figure in every:
        drawn = plotly_figure(figure, dark=dark)  # refuses what it does not know
        assert len(drawn.data) == len([trace for trace in figure.traces if not trace.is_empty])
        text = json.dumps(drawn.to_plotly_json(), default=str)
        assert '"--' not in text, figure.name  # no colour is a name any more
        assert palette(dark=dark)["--ink"] in text


def test_a_payload_that_plotly_does_not_know_is_refused():
    figure = small()
    odd = replace(figure, layout={**figure.layout, "colour of the moon": "white"})
    with pytest.raises(ValueError, match="colour of the moon"):
        plotly_figure(odd)


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read_in_a_notebook_of_either_theme(dark):
    layout = plotly_figure(small(), dark=dark).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == palette(dark=dark)["--paper"]
    assert contrast(layout.font.color, layout.paper_bgcolor) >= 7


def test_the_caption_stands_above_and_takes_nothing_from_the_plot():
    caption = "A hedge that works lies above zero on the left. " * 4
    figure = small(caption=caption, height=300)
    layout = plotly_figure(figure).layout
    lines = layout.title.text.split("<br>")
    assert " ".join(lines) == caption.strip()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 80
    added = layout.height - 300
    assert added == layout.margin.t - figure.layout["margin"]["t"] >= 3 * 17
    assert dict(layout.meta) == {"name": "small", "caption": caption, "alt": "In words"}
    assert layout.xaxis.dtick is None  # as many ticks as there is room for


def test_names_and_captions_are_text():
    owned = "<img src=x onerror=alert(1)>"
    drawn = plotly_figure(small(caption=f"Of {owned}."))
    assert owned not in drawn.layout.title.text
    assert drawn.layout.title.text == "Of &lt;img src=x onerror=alert(1)&gt;."


def test_the_chart_itself_stays_as_it_was():
    figure = small(menu=Menu(["a", "b"], ["a"]))
    before = json.dumps(figure.payload())
    plotly_figure(figure, dark=True)
    assert json.dumps(figure.payload()) == before


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_drawn_without_a_check_is_what_plotly_accepts(every, dark):
    """The lab hands charts on as they are: no colour is left to a page, and plotly takes each."""
    from plotly.graph_objects import Figure as PlotlyFigure

    for figure in every:
        drawn = as_drawn(figure, palette(dark=dark)).to_dict()
        assert drawn == figure.without_page().payload(palette(dark=dark))
        PlotlyFigure(drawn)
        assert '"--' not in json.dumps(drawn)
