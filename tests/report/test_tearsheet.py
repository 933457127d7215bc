"""The tear sheet: its numbers are ours, its charts follow the style sheet, nothing is left over."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter

import lxml.html
import pytest

from backtests.analysis import metrics
from backtests.engine import ledger, with_quantstats
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.ledger import fill
from backtests.engine.simulate import simulate
from backtests.engine.summary import summarise
from backtests.engine.with_quantstats import Levels
from backtests.report import tearsheet
from backtests.report.sheet_tables import QUANTSTATS_ROWS
from backtests.report.style import DARK, LIGHT
from strategies.equity_only import EquityOnly
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market
from tests.drawings import draw_once, drawn_once

FILES = ["verdict.html", "tearsheet.html", "summary.json", "equity.csv", "manifest.json"]


@functools.cache
def runs(ppy: int, seed: int = 11):
    market = random_market(seed, rows=700, ppy=ppy)
    return tuple(
        simulate(market, strategy, Costs(), engine=fill) for strategy in (HedgeMix(), EquityOnly())
    )


def summary_of(mix, equity, market):
    return summarise(RunConfig("hedge_mix"), market, mix, equity, "SPY")


def written(path, market, mix, equity, summary=None, files=FILES):
    """A page, as text and as a tree."""
    summary = summary or summary_of(mix, equity, market)
    tearsheet.write_tearsheet(path / "tearsheet.html", market, mix, equity.nav, summary, files)
    text = (path / "tearsheet.html").read_text("utf-8")
    return text, lxml.html.fromstring(text)


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """The default mix on the bundled history from 1990: its run, the page as text and as a tree."""
    config = RunConfig("hedge_mix", source="bundled", start="1990-01-31")
    run = simulated(load_inputs(config), ledger.fill)
    text, page = written(
        tmp_path_factory.mktemp("sheet"), run.market, run.simulation, run.benchmark, run.summary
    )
    return run, text, page


def expected(nav, other, ppy: int) -> dict[str, float]:
    """What each row has to show by our own definitions."""
    values, returns = nav.to_numpy(), metrics.returns_of(nav).to_numpy()
    months = metrics.month_returns(nav).to_numpy()
    theirs = metrics.returns_of(other).to_numpy()
    return {
        "Cumulative Return": values[-1] / values[0] - 1,
        "CAGR﹪": metrics.cagr(values, ppy),
        "MTD": metrics.to_date(nav, "M"),
        "YTD": metrics.to_date(nav, "Y"),
        "Volatility (ann.)": metrics.volatility(returns, ppy),
        "Skew": metrics.skewness(returns),
        "Kurtosis": metrics.excess_kurtosis(returns),
        "Best Day": returns.max(),
        "Worst Day": returns.min(),
        "Best Month": months.max(),
        "Worst Month": months.min(),
        "Win Days": metrics.win_rate(returns),
        "Win Month": metrics.win_rate(months),
        "Beta": metrics.beta(returns, theirs),
        "Correlation": metrics.correlation(returns, theirs),
    }


@pytest.mark.parametrize("ppy", [252, 12])
def test_every_row_that_stays_is_ours(ppy):
    mix, equity = runs(ppy)
    cash = random_market(11, rows=700, ppy=ppy).cash
    drawn = drawn_once(Levels(mix.nav, equity.nav, cash, ppy, 36), [], tearsheet.COLOURS)
    assert drawn.failures == {}
    ours = expected(mix.nav, equity.nav, ppy)
    theirs = expected(equity.nav, equity.nav, ppy)
    checked = 0
    for row in (row for group in QUANTSTATS_ROWS.values() for row in group):
        if ppy == 12 and row.daily_only:
            continue
        for shown, own in zip(drawn.rows[row.theirs], (ours, theirs), strict=True):
            if shown is None:  # no beta of the benchmark with itself
                assert row.theirs in ("Beta", "Correlation")
                continue
            assert shown == pytest.approx(own[row.theirs], abs=0.0000501), row.theirs
            checked += 1
    assert checked >= 20


def test_page_says_what_it_shows(sheet):
    run, html, page = sheet
    own = run.summary.metrics
    assert page.findtext(".//title") == "Tear sheet: hedge_mix (SPY 60\u202f%, IEF 40\u202f%)"
    assert page.findtext(".//h1") == "hedge_mix (SPY 60\u202f%, IEF 40\u202f%)"
    facts = page.find(".//p[@class='facts']").text_content()
    assert facts == (
        "1989-12-31 to 2025-12-31 · month-ends · bundled monthly history of US equity and "
        "Treasuries, 1962 to 2025 · fee 2 bp, slippage 1 bp, lag 1"
    )
    assert "without any fund fee" in html
    for key in ("sharpe", "sortino", "calmar"):
        assert f"<td>{getattr(own, key):.2f}</td>" in html
    assert f"The portfolio made {own.cagr * 100:.2f}\u202f% a year after costs" in html
    assert html.count("<svg ") == len(tearsheet.CHARTS) == 6


def test_every_chart_is_named_by_its_finding_and_says_its_basis(sheet):
    run, _, page = sheet
    figures = page.findall(".//figure")
    titles = [figure.findtext(".//b") for figure in figures]
    own, other = run.summary.metrics, run.summary.benchmark.metrics
    assert titles[0].startswith(f"1 grew to {1 + own.total_return:.2f}, 100\u202f% SPY to ")
    depths = [f"−{100 * -each.max_drawdown:.2f}\u202f%" for each in (own, other)]
    assert titles[1] == f"Deepest fall {depths[0]}, 100\u202f% SPY {depths[1]}"
    for figure in figures[:5]:
        assert "month-ends" in figure.find(".//span").text
    for figure in figures[2:5]:
        assert "over 36 months up to each date" in figure.find(".//span").text
    for figure in figures:
        drawing = figure.find("div")
        assert drawing.get("role") == "img"
        assert drawing.get("aria-label").startswith(figure.findtext(".//b"))


def test_a_daily_run_names_daily_closes(tmp_path, monkeypatch):
    draw_once(monkeypatch)
    mix, equity = runs(252)
    html, page = written(tmp_path, random_market(11, rows=700, ppy=252), mix, equity)
    assert "month-ends" not in html
    assert page.find(".//table/caption").text == "Daily closes, after costs"
    assert "over 252 sessions (a year) up to each date" in html


# Nothing of a library's, nothing of this machine


def test_no_literal_colour_remains(sheet):
    """Colours stand in the variables of the style sheet alone, and in the picture of the tab."""
    _, html, _ = sheet
    rest = re.sub(r":root \{.*?\}|href=\"data:image/svg[^\"]*\"", "", html)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", rest)
    assert "var(--portfolio)" in rest
    assert "var(--equity)" in rest
    assert "currentColor" in rest


def test_ids_are_single_and_every_link_within_leads_somewhere(sheet):
    _, html, page = sheet
    ids = Counter(re.findall(r'\bid="([^"]*)"', html))
    assert set(ids.values()) == {1}
    inside = {link.get("href")[1:] for link in page.iter("a") if link.get("href")[0] == "#"}
    assert inside <= ids.keys()
    assert {"charts", "metrics", "falls", "years", "months", "data", "files"} <= inside


def test_it_links_to_all_results_the_verdict_and_the_files_of_its_folder(sheet):
    _, _, page = sheet
    trail = page.find(".//nav[@class='trail']")
    assert [(link.text, link.get("href")) for link in trail.iter("a")] == [
        ("All results", "../index.html"), ("Verdict", "verdict.html"), ("Files", "#files"),
        ("The article on trial", "../index.html#claims"),
    ]  # fmt: skip
    listed = page.get_element_by_id("files")
    assert [link.get("href") for link in listed.iter("a")] == FILES
    assert all(row[1].text for row in listed.iter("tr"))


def test_without_a_verdict_it_links_to_none(tmp_path, monkeypatch):
    draw_once(monkeypatch)
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12)
    html, _ = written(tmp_path, market, mix, equity, files=["tearsheet.html", "summary.json"])
    assert "verdict.html" not in html


def test_a_folder_of_this_machine_is_not_named(tmp_path, monkeypatch):
    """A page may be sent on."""
    draw_once(monkeypatch)
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12)
    summary = dataclasses.replace(
        summary_of(mix, equity, market),
        source="files:/home/x/prices",
        source_title="daily prices of /home/x/prices",
    )
    html, page = written(tmp_path, market, mix, equity, summary)
    assert "/home/x" not in html
    assert "price files of your own" in page.find(".//p[@class='facts']").text_content()


def test_page_asks_nothing_of_the_network(sheet):
    _, html, _ = sheet
    assert not re.search(r"https?://|@import|\burl\((?!#)|<script src", html)


def test_text_from_outside_is_escaped(tmp_path, monkeypatch):
    draw_once(monkeypatch)
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12).relabelled(notes=["<script>alert(1)</script>"])
    summary = summary_of(mix, equity, market)
    benchmark = dataclasses.replace(summary.benchmark, ticker="<i>")
    summary = dataclasses.replace(
        summary, strategy="<b>x</b>", source_title="<img src=x>", benchmark=benchmark
    )
    html, _ = written(tmp_path, market, mix, equity, summary)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "<b>x" not in html
    assert "<i>&" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "wrong",
    ["Ulcer", "Treynor", "Risk-Adjusted", "Alpha", "Information Ratio", "Recovery Factor", "3Y",
     "Time in Market", "Kelly", "Risk of Ruin", "Omega", "Expected", "Value-at-Risk", "Smart"],
)  # fmt: skip
def test_rows_known_to_be_wrong_are_gone(sheet, wrong):
    assert wrong not in sheet[1]


# Odd runs


def test_what_cannot_be_drawn_is_told_in_a_sentence(tmp_path, monkeypatch):
    import quantstats

    def fail(*_, **__):
        raise IndexError("no drawdown")

    monkeypatch.setattr(quantstats.plots, "drawdown", fail)
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12)
    html, _ = written(tmp_path, market, mix, equity)
    told = "quantstats cannot draw the falls of this series (IndexError: no drawdown)."
    assert html.count(told) == 1
    assert html.count("<svg ") == 5
    assert f"<td>−{-100 * metrics.drawdown_list(mix.nav)[0].depth:.2f}\u202f%</td>" in html


def test_a_row_that_cannot_be_counted_is_told_in_a_sentence(tmp_path, monkeypatch):
    def fail(*_):
        raise ValueError("no beta")

    monkeypatch.setattr(with_quantstats, "ROWS", {**with_quantstats.ROWS, "Beta": fail})
    mix, equity = runs(12)
    html, _ = written(tmp_path, random_market(11, rows=700, ppy=12), mix, equity)
    assert html.count("quantstats cannot count Beta of this series (ValueError: no beta).") == 1
    assert "<b>Beta to 100\u202f% SPY</b>" in html


@pytest.mark.parametrize(("rows", "charts"), [(3, 2), (14, 2), (26, 3), (37, 3), (38, 6)])
def test_a_run_too_short_for_a_chart_says_so_once(tmp_path, rows, charts):
    """36 months for a rolling figure and one more for a line, 24 for a distribution."""
    market = random_market(1, rows=rows, ppy=12)
    mix, equity = (
        simulate(market, strategy, Costs(), engine=fill) for strategy in (HedgeMix(), EquityOnly())
    )
    html, _ = written(tmp_path, market, mix, equity)
    assert html.count("<svg ") == charts
    assert html.count("look back on 36 months: this run is too short") == (charts < 6)
    assert html.count("A distribution of months needs 24") == (charts < 3)
    assert "cannot draw" not in html


def test_a_portfolio_that_never_falls_has_a_sheet(tmp_path):
    market = random_market(1, rows=60, ppy=12)
    still = simulate(market, HedgeMix(weights={"SPY": 0.0}), Costs(), engine=fill)
    other = simulate(market, EquityOnly(), Costs(), engine=fill)
    html, _ = written(tmp_path, market, still, other)
    assert "% %" not in html
    assert "<td>  recovered</td><td>-</td>" in html
    assert "The portfolio never fell below its highest value." in html


def test_a_portfolio_that_is_its_own_benchmark_is_told_once(tmp_path):
    market = random_market(11, rows=700, ppy=12)
    equity = simulate(market, EquityOnly(), Costs(), engine=fill)
    html, page = written(tmp_path, market, equity, equity)
    assert "The portfolio is 100\u202f% SPY, its own benchmark: it made" in html
    assert "100" not in page.findtext(".//figure//b").replace("1 grew", "")
    assert page.find(".//p[@class='quiet keys']").text_content() == (
        "Portfolioand 100\u202f% SPY: they are the same."
    )


# Contrast


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def rgb(text: str) -> tuple[float, float, float]:
    return tuple(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))


@pytest.mark.parametrize(("palette", "at"), [(LIGHT, 0), (DARK, 6)], ids=["light", "dark"])
def test_numbers_of_the_map_can_be_read_on_every_shade(sheet, palette, at):
    _, html, _ = sheet
    shades = re.findall(
        r"\.(?:up|down)-\d \{ background: color-mix\(in srgb, var\((--[\w-]+)\) (\d+)%, trans", html
    )
    assert len(shades) == 12  # on light paper, then on dark
    ink, paper = rgb(palette["--ink"]), rgb(palette["--paper"])
    for role, share in shades[at : at + 6]:
        mixed = [
            int(share) / 100 * a + (1 - int(share) / 100) * b
            for a, b in zip(rgb(palette[role]), paper, strict=True)
        ]
        bright, dim = sorted((luminance(ink), luminance(mixed)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5
