"""The charts of a comparison: a line for each run, in the same colour throughout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.charts import figures


@pytest.fixture(scope="module")
def drawn(comparison):
    return {figure.name: figure for figure in figures(comparison.aligned)}


def lines(figure):
    return {trace.name: trace.payload for trace in figure.traces}


def test_there_is_every_chart_of_the_page(drawn):
    assert list(drawn) == ["growth", "falls", "rolling", "correlation", "years", "allocation"]
    assert not any(figure.is_empty for figure in drawn.values())


def test_a_run_has_one_colour(drawn, comparison):
    labels = comparison.aligned.labels
    for name in ("growth", "falls", "rolling"):
        traces = lines(drawn[name])
        assert list(traces) == labels
        assert [traces[label]["line"]["color"] for label in labels] == [
            "--portfolio",
            "--rest",
            "--rest",
        ]


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
    assert list(traces) == ["hedge_mix", "attack_defend step_bp=25"]
    trailing = finished[0].verdict.series.correlation
    inside = [m for m in trailing.months if "1995-01" <= m <= "2025-12"]
    assert len(traces["hedge_mix"]["x"]) == len(inside)
    bare = [replace(run, verdict=None) for run in finished]
    (empty,) = [f for f in figures(align_runs(bare, align=False)) if f.name == "correlation"]
    assert empty.is_empty


def test_allocation_shows_one_run_at_a_time(drawn, comparison, finished):
    held = [trace.payload for trace in drawn["allocation"].traces]
    assert len({payload["stackgroup"] for payload in held}) == 3
    names = [payload["name"] for payload in held]
    assert names[:3] == ["SPY", "IEF", "CASH"]
    weights = finished[0].weights
    assert held[0]["y"][-1] == pytest.approx(100 * weights["SPY"].iloc[-1], abs=0.005)


def test_years_are_the_complete_ones(drawn, comparison):
    (trace,) = drawn["years"].traces
    assert [str(year) for year in trace.payload["x"]] == [str(year) for year in range(1996, 2026)]
    values = comparison.aligned.values["hedge_mix"]
    first = values.loc["1996-12-31"] / values.loc["1995-12-31"] - 1
    row = list(trace.payload["y"]).index("hedge_mix")
    assert trace.payload["z"][row][0] == pytest.approx(100 * first, abs=1e-3)


def test_a_span_of_a_few_months_draws_what_it_has(finished):
    short = [replace(run, values=run.values.iloc[:4], weights=run.weights.iloc[:4])
             for run in finished]  # fmt: skip
    charts = figures(align_runs(short, align=False))
    there = {figure.name for figure in charts if not figure.is_empty}
    assert {"growth", "falls", "allocation"} <= there
    assert "rolling" not in there


def test_names_that_look_like_numbers_are_words_on_the_map_of_years(finished):
    """Rows of ``60`` and ``2024`` would else lie that far apart, and a row of a date in time."""
    names = ("60", "2024", "2024-01")
    runs = [replace(run, called=name) for run, name in zip(finished, names, strict=True)]
    (years,) = [f for f in figures(align_runs(runs, align=False)) if f.name == "years"]
    assert years.layout["yaxis"]["type"] == "category"
    assert list(years.traces[0].payload["y"]) == list(names)
