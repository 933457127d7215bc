"""How the lab shows a run: the same tables and words as the pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.record import LongView
from backtests.engine.costs import Costs
from backtests.engine.stock_bond import seven_to_ten_years
from backtests.engine.today import state_today
from backtests.report.lab import (
    beside_box,
    compared_chart,
    compared_grid,
    literal,
    message,
    metrics_grid,
    shortened,
    table,
    theme,
    tiles,
    verdict_box,
)
from backtests.report.page import Cell, Grid
from backtests.report.state import state_line
from backtests.report.style import palette
from backtests.report.text import metric_rows, percent, typeset
from backtests.report.verdict.words import sentences

OWNED = "<img src=x>"


def rows(grid) -> dict[str, list[str]]:
    return {row[0].text: [cell.text for cell in row[1:]] for row in grid.rows}


def test_headline_numbers_of_run_benchmark_and_references(run):
    grid = metrics_grid(run.summary, run.verdict)
    assert grid.heads == [
        "", "Portfolio", "Benchmark: SPY 100 %", "100 % equity", "Equity + bills, same weight",
        "Equity + bills, same volatility",
    ]  # fmt: skip
    columns = [run.summary.metrics, run.summary.benchmark.metrics,
               *(run.verdict.portfolio(key) for key in ("equity", "bills", "matched"))]  # fmt: skip
    expected = metric_rows(columns, 12, 10_000.0)
    assert [[cell.text for cell in row] for row in grid.rows] == expected


def test_tiles_are_the_runs_and_those_of_equity(run):
    shown = {label: (ours, theirs) for label, ours, theirs in tiles(run.summary, run.verdict)}
    assert list(shown) == ["CAGR", "Volatility", "Sharpe (over bills)", "Max drawdown"]
    equity = run.verdict.portfolio("equity")
    assert shown["CAGR"] == (percent(run.summary.metrics.cagr), percent(equity.cagr))


def test_the_verdict_is_told_with_its_leads(run):
    html = verdict_box(run.verdict)
    told = sentences(run.verdict).with_leads
    assert [lead for lead, _ in told] == [
        "Against 100 % equity (SPY):", "Beyond cash:", "When:", "Cost:",
    ]  # fmt: skip
    for lead, sentence in told:
        assert f"<b>{typeset(lead)}</b> {typeset(sentence)}".replace("'", "&#39;") in html
    assert 'class="verdict "' in html  # neither works nor fails
    for word, tone in (("works", "works"), ("same as bills", ""), ("it depended", "")):
        assert f'class="verdict {tone}"' in verdict_box(replace(run.verdict, word=word))


def test_the_long_view_and_today_are_told_below(run):
    assert beside_box(run.verdict) == ""
    missing = LongView(missing="the bundled months do not know <GLD>")
    html = beside_box(replace(run.verdict, long_view=missing))
    assert "<b>Since 1962:</b> no long view: the bundled months do not know &lt;GLD&gt;." in html
    assert 'class="word"' not in html
    view = LongView(
        "", "months", "1962-01-31", "2025-12-31", "fails", run.verdict.evidence, 1, ("IEF",)
    )
    market = run.market
    state = state_today(market, market.prices["SPY"], seven_to_ten_years(market))
    html = beside_box(replace(run.verdict, long_view=view, state=state))
    assert 'class="verdict "' in html
    told = "<b>Since 1962 (the same strategy on the bundled months, to 2025-12):</b> it fails."
    assert told in html
    lead, _, told = state_line(state).partition(": ")
    assert lead == "Today (2025-12)"
    assert f"<b>{lead}:</b> {typeset(told)}".replace("'", "&#39;") in html


def test_runs_side_by_side_are_named_by_what_differs(run):
    dear = replace(run.summary, costs=Costs(7.5), start="2000-01-31")
    grid = compared_grid({"a": (run.summary, run.verdict), "b": (dear, run.verdict)})
    shown = rows(grid)
    assert grid.heads == ["", "a", "b"]
    assert shown["Fee / slippage / lag"] == ["2 bp / 1 bp / 1", "7.5 bp / 1 bp / 1"]
    assert shown["Period"] == ["1995-01-31 to 2025-12-31", "2000-01-31 to 2025-12-31"]
    assert shown["Does it hedge?"] == [run.verdict.word] * 2
    assert shown["CAGR"] == [percent(run.summary.metrics.cagr)] * 2
    assert shown["Source"] == [run.market.title] * 2
    assert {"CVaR 95, monthly", "Costs paid", "Final value of 10,000"} <= shown.keys()


@pytest.mark.parametrize("change", [{"initial": 1.0}, {"periods_per_year": 252}])
def test_rows_that_do_not_compare_are_left_out(run, change):
    other = replace(run.summary, **change)
    found = rows(compared_grid({"a": (run.summary, run.verdict), "b": (other, run.verdict)}))
    assert not [name for name in found if name.startswith(("CVaR", "Costs", "Final value"))]
    assert "Turnover a year" in found


def test_compared_lines_begin_at_their_own_first_month(run):
    growth = run.verdict.series.growth
    short = replace(
        run.verdict,
        series=replace(
            run.verdict.series,
            months=run.verdict.series.months[24:],
            growth=replace(growth, portfolio=growth.portfolio[24:]),
        ),
    )
    long, late = compared_chart({"long": run.verdict, "late": short}).traces
    assert (long.name, late.name) == ("long", "late")
    assert len(long.payload["x"]) == len(late.payload["x"]) + 24
    assert long.payload["line"]["color"] != late.payload["line"]["color"]


def test_the_theme_has_the_colours_of_the_pages():
    light, dark = palette(dark=False), palette(dark=True)
    assert light.keys() == dark.keys()
    assert theme()["theme.light.primaryColor"] == light["--link"]
    assert theme()["theme.dark.backgroundColor"] == dark["--paper"] != light["--paper"]
    assert all(value.startswith("#") for value in theme().values())


def test_a_message_is_text_and_keeps_its_two_ends():
    html = message([OWNED, "A" * 400 + " take it out"], "error")
    assert OWNED not in html
    assert 'role="alert"' in html
    assert "A ... A" in html
    assert "take it out" in html
    assert "A" * 400 in message(["A" * 400])  # a quiet line is ours, and whole
    assert len(shortened("b" * 1000)) <= 300
    assert shortened("short") == "short"


def test_names_show_as_they_are():
    assert literal("*a*_b_[c](d)") == r"\*a\*\_b\_\[c\]\(d\)"
    assert OWNED not in table(Grid([OWNED], [[Cell(OWNED)]]))
