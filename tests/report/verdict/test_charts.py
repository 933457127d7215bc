"""The charts of the verdict's page: what is drawn is what the record holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtests.analysis.record import HoldingMap, HoldingStarts
from backtests.analysis.series import (
    Drawdowns,
    FourPaths,
    Inflation,
    LegReturns,
    Series,
    TrailingCorrelation,
)
from backtests.report.text import amount
from backtests.report.verdict import charts
from tests.report.helpers import make_run
from tests.report.verdict.helpers import make_crisis, make_evidence, make_verdict


@pytest.fixture(scope="module")
def drawn(run):
    return {figure.name: figure for figure in charts.figures(run.verdict)}


def lines(figure):
    return {trace.name: trace.payload for trace in figure.traces}


def test_every_chart_of_the_page_in_its_order(drawn):
    assert list(drawn) == ["growth", "falls", "months", "correlation", "entries", "map"]
    assert all(figure.alt and figure.caption for figure in drawn.values())


def test_growth_and_drawdowns_are_three_of_the_four_paths(run, drawn):
    """The mix of the same volatility is in the tables: its line would cover that of bills."""
    series = run.verdict.series
    names = {"Portfolio": "portfolio", "100 % equity": "equity", "Equity + bills": "bills"}
    for chart, paths, unit in (
        ("growth", series.growth, 1),
        ("falls", series.drawdown.paths, 100),
    ):
        traces = lines(drawn[chart])
        assert list(traces) == list(names)
        for label, key in names.items():
            wanted = unit * np.array(getattr(paths, key))
            np.testing.assert_allclose(traces[label]["y"], wanted, rtol=1e-5, atol=1e-4)
    colours = [trace["line"]["color"] for trace in lines(drawn["growth"]).values()]
    assert colours == ["--portfolio", "--equity", "--bills"]
    assert drawn["falls"].traces[0].payload["x"] == list(series.drawdown.dates)


def test_the_title_of_falls_is_the_lowest_of_each_line_and_names_its_basis(run):
    verdict = by_hand()
    figure = charts.falls_chart(verdict)
    told = "Deepest fall: Portfolio 0.00 %, 100 % equity -10.00 %, Equity + bills -20.00 %"
    assert figure.title == told
    assert "month-ends." in figure.caption
    days = replace(verdict.series.drawdown, daily=True, rows_each=4)
    daily = replace(verdict, series=replace(verdict.series, drawdown=days))
    assert "daily closes; of every 4 the lowest" in charts.falls_chart(daily).caption


def test_a_line_s_name_is_true_of_its_portfolio(long_bonds):
    """The benchmark of this run is 100 % equity; equity and bills swing less than SPY and TLT."""
    run = long_bonds
    drawn = lines(charts.growth_chart(run.verdict))
    paths = {name: np.array(line["y"]) for name, line in drawn.items()}
    nav = run.benchmark.nav
    ends = nav.groupby(nav.index.to_period("M")).last()
    months = run.verdict.series.months
    growth = ends[months[-1]] / ends[months[0]]
    assert paths["100 % equity"][-1] / paths["100 % equity"][0] == pytest.approx(growth, rel=1e-4)
    risk = {name: np.std(path[1:] / path[:-1]) for name, path in paths.items()}
    assert risk["Equity + bills"] < 0.8 * risk["Portfolio"]


def by_hand():
    """Four months: equity fell in the first return; correlation turned positive in March."""
    series = Series(
        months=("2001-01", "2001-02", "2001-03", "2001-04"),
        growth=FourPaths((1.0, 1.1), (1.0, 1.2), (1.0, 1.3), (1.0, 1.4)),
        drawdown=Drawdowns(
            dates=("2001-01-31", "2001-02-28"),
            daily=False,
            rows_each=1,
            paths=FourPaths((0.0, 0.0), (0.0, -0.1), (0.0, -0.2), (0.0, -0.3)),
        ),
        returns=LegReturns(equity=(-0.1, 0.02, 0.03), hedge=(0.05, -0.01, 0.0)),
        correlation=TrailingCorrelation(("2001-01", "2001-02", "2001-03"), (-0.5, -0.1, 0.4), 36),
        inflation=Inflation((), ()),
    )
    return make_verdict(
        series=series,
        holding_three_years=HoldingStarts(("1990-01",), (0.05,), (0.09,), (0.03,)),
        holding_map=HoldingMap((1990,), (1,), ((0.05,),), ((-0.04,),), ((0.01,),), ((0.02,),)),
    )


def test_a_dot_tells_the_month_in_which_its_returns_were_made():
    others, worst = charts.months_chart(by_hand()).traces
    # The first return is that of February; of three months the worst tenth is one.
    assert worst.payload["text"] == ["2001-02"]
    assert (worst.payload["x"], worst.payload["y"]) == ([-10.0], [5.0])
    assert (others.payload["text"], others.payload["x"], others.payload["y"]) == (
        ["2001-03", "2001-04"], [2.0, 3.0], [-1.0, 0.0],
    )  # fmt: skip


def test_negative_months_are_shaded_green_and_positive_ones_red():
    shapes = charts.correlation_chart(by_hand()).layout["shapes"]
    assert [(shape["x0"], shape["x1"], shape["fillcolor"]) for shape in shapes] == [
        ("2001-01", "2001-03", "--negative"),
        ("2001-03", "2001-03", "--positive"),
    ]


def test_each_line_and_map_of_holding_periods_has_its_own_name():
    entries = lines(charts.entries_chart(by_hand()))
    assert {name: line["y"] for name, line in entries.items()} == {
        "Portfolio": [5.0], "100 % equity": [9.0], "Bills": [3.0],
    }  # fmt: skip
    drawn = charts.holding_chart(by_hand())
    names = drawn.choices
    shown = {name: trace.payload["z"] for name, trace in zip(names, drawn.traces, strict=True)}
    assert shown == {
        "Portfolio less 100 % equity, a year": [[-4.0]],
        "Portfolio less equity + bills, a year": [[1.0]],
        "Portfolio less bills, a year": [[2.0]],
        "Portfolio, a year": [[5.0]],
    }


def test_each_month_is_a_dot_and_the_worst_decile_stands_out(run, drawn):
    others, worst = drawn["months"].traces
    returns = run.verdict.series.returns
    count = len(returns.equity)
    assert len(worst.payload["x"]) == -(-count // 10)
    assert len(others.payload["x"]) + len(worst.payload["x"]) == count
    assert max(worst.payload["x"]) <= min(others.payload["x"])
    assert min(worst.payload["x"]) == pytest.approx(100 * min(returns.equity), abs=1e-4)


def test_the_correlation_is_shaded_by_its_sign(run, drawn):
    figure = drawn["correlation"]
    trailing = run.verdict.series.correlation
    (line,) = figure.traces
    np.testing.assert_allclose(line.payload["y"], trailing.values, atol=1e-5)
    shades = [shape["fillcolor"] for shape in figure.layout["shapes"]]
    assert {"--negative", "--positive"} == set(shades)
    # One month on each side of zero, zero itself among the positive, and one not known at all.
    four = replace(trailing, months=trailing.months[:4], values=(None, -0.1, 0.0, 0.1))
    verdict = replace(run.verdict, series=replace(run.verdict.series, correlation=four))
    shapes = charts.correlation_chart(verdict).layout["shapes"]
    assert [(shape["x0"][:7], shape["fillcolor"]) for shape in shapes] == [
        (trailing.months[1][:7], "--negative"), (trailing.months[2][:7], "--positive"),
    ]  # fmt: skip


def test_entries_and_the_map_are_holding_periods(run, drawn):
    held = run.verdict.holding_three_years
    drawn_path = np.array(lines(drawn["entries"])["Portfolio"]["y"], float)
    np.testing.assert_allclose(drawn_path, 100 * np.array(held.portfolio), rtol=1e-5)
    first = drawn["map"].traces[0].payload
    assert len(first["z"]) == len(run.verdict.holding_map.start_years)


def test_a_brief_verdict_draws_what_it_has(run):
    brief = replace(run.verdict, holding_three_years=None)
    assert "entries" not in [figure.name for figure in charts.figures(brief)]
    assert charts.figures(make_verdict()) == []


def test_every_chart_has_a_name_to_ask_for(run, drawn):
    asked = (charts.growth_chart, charts.falls_chart, charts.months_chart,
             charts.correlation_chart, charts.entries_chart, charts.holding_chart)  # fmt: skip
    assert [make(run.verdict) for make in asked] == list(drawn.values())
    assert charts.episodes_chart(run.verdict).name not in drawn  # not on the page


def test_each_fall_of_equity_has_four_bars_oldest_first():
    crises = (
        make_crisis(-0.34, 0.08, 0.01, name="Covid", start="2020-01-31", end="2020-03-31"),
        make_crisis(0.05, 0.08, 0.01, name="Bond sell-off", start="1994-01-31"),
        make_crisis(-0.2, None, 0.02, name="Credit crunch", start="1966-01-31"),
        make_crisis(-0.16, -0.1, 0.0, name="Fall of equity found in the data",
                    start="1999-12-31", end="2000-09-30", detected=True),
    )  # fmt: skip
    figure = charts.episodes_chart(make_verdict(crises=crises))
    bars = lines(figure)
    assert list(bars) == ["100 % equity", "Portfolio", "Hedge alone", "Bills"]
    assert bars["100 % equity"]["y"] == [-20.0, -16.0, -34.0]
    assert bars["Portfolio"]["y"] == [-10.0, -8.0, -17.0]  # as the record has it
    assert bars["Hedge alone"]["y"] == [None, -10.0, 8.0]
    assert bars["Bills"]["y"] == [2.0, 0.0, 1.0]
    assert {trace["type"] for trace in bars.values()} == {"bar"}
    assert len({trace["marker"]["color"] for trace in bars.values()}) == 4
    assert bars["Bills"]["text"][2] == "Covid, 2020-01-31 to 2020-03-31"
    assert figure.layout["xaxis"]["ticktext"] == [
        "Credit crunch, 1966", "Fall of 1999", "Covid, 2020",
    ]  # fmt: skip
    assert figure.layout["yaxis"]["ticksuffix"] == "\u202f%"
    assert figure.alt
    assert figure.caption


def test_without_a_hedge_it_has_no_bar_and_without_falls_there_is_no_chart():
    unhedged = make_verdict(crises=(make_crisis(-0.2, None, 0.01),))
    assert list(lines(charts.episodes_chart(unhedged))) == ["100 % equity", "Portfolio", "Bills"]
    assert charts.episodes_chart(make_verdict(crises=(make_crisis(0.1, 0.0, 0.0),))).is_empty


def test_growth_is_that_of_the_whole_run_as_its_tables_say():
    """From the first session on, also before the first fill: what 1 came to is 1 + total return."""
    run = make_run(start=None)
    growth, shown = run.verdict.series.growth, charts.growth_chart(run.verdict)
    for key, name in (("portfolio", "Portfolio"), ("equity", "100 % equity")):
        grown = 1.0 + run.verdict.portfolio(key).total_return
        assert getattr(growth, key)[-1] == pytest.approx(grown, rel=1e-9)
        assert f"{name} {amount(grown)}" in shown.title
    assert run.simulation.first_fill > run.simulation.nav.index[0]


@pytest.mark.parametrize(("of", "pair"), [("IEF", "Stock-bond"), ("GLD", "Equity-hedge")])
def test_the_correlation_is_called_by_the_pair_that_it_is_of(of, pair):
    verdict = replace(by_hand(), evidence=make_evidence(correlation_of=of))
    assert charts.correlation_chart(verdict).title == f"{pair} correlation was +0.40 in 2001-03"
