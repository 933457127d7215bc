"""How the lab shows a run: the same tables and words as the pages."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markupsafe import escape

from backtests.analysis.record import LongView
from backtests.engine.costs import Costs
from backtests.engine.stock_bond import seven_to_ten_years
from backtests.engine.today import state_today
from backtests.report.hero import hero_figure
from backtests.report.holdings import hedge_weight
from backtests.report.lab import (
    Section,
    answer,
    beside_word,
    compared_chart,
    compared_grid,
    count_of_compared,
    facts,
    in_detail,
    literal,
    message,
    metrics_grid,
    saved,
    sections,
    shortened,
    style,
    theme,
    tiles,
)
from backtests.report.page import Cell, Grid
from backtests.report.state import state_line
from backtests.report.style import palette
from backtests.report.text import metric_rows, percent, typeset
from backtests.report.verdict.first_screen import first_screen
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


def test_the_answer_is_the_first_screen_of_the_page_with_its_picture(run):
    weight = hedge_weight(run)
    html = answer(run.summary, run.verdict, weight, palette(dark=False))
    screen = first_screen(run.verdict, run.summary)
    hero = hero_figure(run.verdict, hedge_weight=weight)
    lines = [line for tile in screen.tiles for line in (tile.title, tile.value, *tile.lines)]
    for told in (screen.headline, screen.chip, screen.line, hero.title, hero.subtitle, *lines):
        assert escape(typeset(told)) in html
    assert "aria-disabled" not in html
    last = answer(run.summary, run.verdict, weight, palette(dark=False), is_last=True)
    assert 'class="lab" aria-disabled="true"' in last
    alone = answer(run.summary, replace(run.verdict, crises=()), weight, palette(dark=False))
    assert "<img" not in alone


def test_the_picture_stands_alone_in_the_colours_of_the_theme(run):
    """What is shown as a file of a picture knows no variable and no font of the page."""
    for dark in (False, True):
        html = answer(run.summary, run.verdict, None, palette(dark=dark))
        coded = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
        assert re.findall(r'<img class="(\w+)"', html) == ["wide", "narrow"]
        for svg in (base64.b64decode(each).decode() for each in coded):
            root = ElementTree.fromstring(svg)  # noqa: S314 - our own
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert "var(" not in svg
            assert palette(dark=dark)["--worked"] in svg
            assert 'font-family="system-ui' in svg


def test_the_sentences_are_told_with_their_leads(run):
    html = sections([in_detail(run.verdict)])
    told = sentences(run.verdict).with_leads
    assert [lead for lead, _ in told] == [
        "Against 100 % equity (SPY):", "Beyond cash:", "When:", "Cost:",
    ]  # fmt: skip
    for lead, sentence in told:
        assert f"<b>{typeset(lead)}</b> {typeset(sentence)}".replace("'", "&#39;") in html


def test_the_long_view_and_today_are_told_below(run):
    assert beside_word(run.verdict) == ""
    missing = LongView(missing="the bundled months do not know <GLD>")
    html = beside_word(replace(run.verdict, long_view=missing))
    assert "<b>Since 1962:</b> no long view: the bundled months do not know &lt;GLD&gt;." in html
    view = LongView(
        "", "months", "1962-01-31", "2025-12-31", "fails", run.verdict.evidence, 1, ("IEF",)
    )
    market = run.market
    state = state_today(market, market.prices["SPY"], seven_to_ten_years(market))
    html = beside_word(replace(run.verdict, long_view=view, state=state))
    told = "<b>Since 1962 (the same strategy on the bundled months, to 2025-12):</b> it fails."
    assert told in html
    lead, _, told = state_line(state).partition(": ")
    assert lead == "Today (2025-12)"
    assert f"<b>{lead}:</b> {typeset(told)}".replace("'", "&#39;") in html


def test_pages_of_a_saved_run_are_links_that_leave_the_lab_alone():
    folder = Path("results") / OWNED
    html = saved(folder, [("http://127.0.0.1:1/a%22b/verdict.html", "Verdict")])
    address = "http://127.0.0.1:1/a%22b/verdict.html"
    assert f'<a href="{address}" target="_blank" rel="noopener">Verdict</a>' in html
    assert OWNED not in html
    assert f"open {folder / 'verdict.html'}".replace("<", "&lt;").replace(">", "&gt;") in saved(
        folder, []
    )


def test_parts_without_a_row_or_a_note_are_left_out():
    html = sections([Section(OWNED, [Grid(["a"], [])], ["", "told"])])
    assert OWNED not in html
    assert "<table" not in html
    assert html.count('class="quiet"') == 1
    assert "2 of 8 compared" in count_of_compared(2, 8)
    assert "<b>a</b> &middot; b" in facts(["a", "b"])


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
    assert {"CVaR 95, monthly", "Costs paid", "Final value of $10,000"} <= shown.keys()


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
    assert OWNED not in sections([Section("", [Grid([OWNED], [[Cell(OWNED)]])])])
    assert "--worked: " in style(dark=True)
