"""The charts of a comparison: a line for each run, in the same colour throughout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.charts import figures, members_of, years_chart
from backtests.report.comparison.table import compare
from tests.report.comparison.test_aligned import other


@pytest.fixture(scope="module")
def drawn(comparison):
    return {figure.name: figure for figure in figures(comparison)}


def lines(figure):
    """Traces by the name of the run, without its number."""
    return {trace.name.partition(" ")[2]: trace.payload for trace in figure.traces}


def test_there_is_every_chart_of_the_page(drawn):
    assert list(drawn) == ["growth", "falls", "rolling", "correlation", "allocation"]
    assert not any(figure.is_empty for figure in drawn.values())


def test_a_run_has_one_colour_and_one_number(drawn, comparison):
    """The second is 100 % equity: it is the line of equity, and no other is drawn."""
    labels = comparison.aligned.labels
    roles = dict(zip(labels, ["--portfolio", "--equity", "--rest"], strict=True))
    for name in ("growth", "falls", "rolling"):
        traces = lines(drawn[name])
        assert list(traces) == [labels[2], labels[1], labels[0]]  # the first in front
        for number, label in enumerate(labels, 1):
            assert traces[label]["line"]["color"] == roles[label]
            assert traces[label]["meta"] == number
    assert [member.name for member in members_of(comparison.aligned)] == [
        f"{number} {label}" for number, label in enumerate(labels, 1)
    ]


def test_equity_has_a_line_where_no_run_is_it(finished):
    compared = compare(align_runs([finished[0], finished[2]], align=False))
    growth = {figure.name: figure for figure in figures(compared)}["growth"]
    equity = next(trace.payload for trace in growth.traces if trace.name == "SPY 100 %")
    assert (equity["line"]["color"], equity["meta"]) == ("--equity", 0)
    own = compared.aligned.benchmark
    np.testing.assert_allclose(equity["y"], own / own.iloc[0], rtol=1e-5)


def test_linked_charts_show_the_same_time_and_name_ends_by_number(drawn):
    charts = [drawn[name] for name in ("growth", "falls", "rolling", "correlation")]
    assert {chart.group for chart in charts} == {"runs"}
    assert drawn["allocation"].group == ""
    spans = {tuple(chart.layout["xaxis"]["range"]) for chart in charts}
    assert spans == {("1995-01-31", "2025-12-31")}
    assert {chart.layout["margin"]["r"] for chart in charts} == {charts[0].layout["margin"]["r"]}
    growth = drawn["growth"]
    assert sorted(growth.ends) == [1, 2, 3]
    names = [each["text"] for each in growth.layout["annotations"]]
    assert [int(name.split(" ")[0]) for name in names] == list(growth.ends)
    assert sorted(drawn["falls"].ends) == [1, 2]  # all end at or near zero: those with a colour
    assert growth.payload()["ends"] == list(growth.ends)


def test_no_axis_repeats_what_a_chart_says_above(drawn):
    for figure in drawn.values():
        assert figure.title, figure.name
        assert "title" not in figure.layout["xaxis"]
        assert "title" not in figure.layout["yaxis"]


def test_growth_and_falls_are_those_of_month_ends(drawn, comparison):
    values = comparison.aligned.values["hedge_mix"]
    growth = lines(drawn["growth"])["hedge_mix"]["y"]
    falls = lines(drawn["falls"])["hedge_mix"]["y"]
    np.testing.assert_allclose(growth, values, rtol=1e-5)
    np.testing.assert_allclose(falls, 100 * (values / values.cummax() - 1), atol=1e-3)
    rolling = lines(drawn["rolling"])["hedge_mix"]["y"]
    assert rolling[-1] == pytest.approx(
        100 * ((values.iloc[-1] / values.iloc[-37]) ** (1 / 3) - 1), 1e-4
    )
    assert len(rolling) == len(values) - 36


def test_correlation_is_that_of_verdicts_with_treasuries(drawn, finished):
    """The run of 100 % equity has no correlation to draw."""
    traces = lines(drawn["correlation"])
    assert list(traces) == ["hedge_mix"]  # the rule has the same equity and Treasuries
    trailing = finished[0].verdict.series.correlation
    inside = [m for m in trailing.months if "1995-01" <= m <= "2025-12"]
    assert len(traces["hedge_mix"]["x"]) == len(inside)
    bare = [replace(run, verdict=None) for run in finished]
    drawn_bare = figures(compare(align_runs(bare, align=False)))
    (empty,) = [f for f in drawn_bare if f.name == "correlation"]
    assert empty.is_empty
    # Another mix of the same two has the same correlation: one line, the first's.
    twin = other(finished[0])
    both = figures(compare(align_runs([finished[0], twin], align=False)))
    (shared,) = [f for f in both if f.name == "correlation"]
    assert [trace.payload["meta"] for trace in shared.traces] == [1]


def test_allocation_shows_one_run_at_a_time(drawn, comparison, finished):
    held = [trace.payload for trace in drawn["allocation"].traces]
    assert len({payload["stackgroup"] for payload in held}) == 3
    names = [payload["name"] for payload in held]
    assert names[:3] == ["SPY", "IEF", "CASH"]
    weights = finished[0].weights
    assert held[0]["y"][-1] == pytest.approx(100 * weights["SPY"].iloc[-1], abs=0.005)


def test_years_are_the_complete_ones(comparison):
    (trace,) = years_chart(comparison.aligned).traces
    assert [str(year) for year in trace.payload["x"]] == [str(year) for year in range(1996, 2026)]
    values = comparison.aligned.values["hedge_mix"]
    first = values.loc["1996-12-31"] / values.loc["1995-12-31"] - 1
    row = list(trace.payload["y"]).index("hedge_mix")
    assert trace.payload["z"][row][0] == pytest.approx(100 * first, abs=1e-3)


def test_a_span_of_a_few_months_draws_what_it_has(finished):
    short = [replace(run, values=run.values.iloc[:4], weights=run.weights.iloc[:4])
             for run in finished]  # fmt: skip
    charts = figures(compare(align_runs(short, align=False)))
    there = {figure.name for figure in charts if not figure.is_empty}
    assert {"growth", "falls", "allocation"} <= there
    assert "rolling" not in there


def test_names_that_look_like_numbers_are_words_on_the_map_of_years(finished):
    """Rows of ``60`` and ``2024`` would else lie that far apart, and a row of a date in time."""
    names = ("60", "2024", "2024-01")
    runs = [replace(run, called=name) for run, name in zip(finished, names, strict=True)]
    years = years_chart(align_runs(runs, align=False))
    assert years.layout["yaxis"]["type"] == "category"
    assert list(years.traces[0].payload["y"]) == list(names)


def test_an_allocation_is_coloured_by_the_roles_that_the_run_was_given(finished):
    """SPY as the hedge, whatever it is: a run of this configuration need not be judged."""
    mix, equity_only, _ = finished
    named = replace(mix.manifest, config=replace(mix.manifest.config, hedge="SPY"))
    odd = replace(mix, manifest=named, verdict=None)
    colours = []
    for run in (mix, odd):
        compared = compare(align_runs([run, equity_only], align=False))
        (figure,) = (each for each in figures(compared) if each.name == "allocation")
        colours.append({t.name: t.payload["fillcolor"] for t in figure.traces[:2]})
    assert colours[0] == {"SPY": "--equity", "IEF": "--duration-4"}
    assert colours[1] == {"IEF": "--equity", "SPY": "--other"}
