"""Every number of quantstats that the tear sheet shows equals that of analysis/metrics.py."""

from __future__ import annotations

import dataclasses
import functools
import re

import lxml.html
import pandas as pd
import pytest

from backtests.analysis import metrics
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.ledger import fill
from backtests.engine.simulate import simulate
from backtests.engine.summary import summarise
from backtests.engine.with_quantstats import Drawn
from backtests.report import tearsheet
from backtests.report.text import percent
from strategies.equity_only import EquityOnly
from strategies.hedge_mix import HedgeMix
from tests.conftest import random_market
from tests.drawings import draw_once, drawn_once


@functools.cache
def runs(ppy: int, seed: int = 11):
    market = random_market(seed, rows=700, ppy=ppy)
    return tuple(
        simulate(market, strategy, Costs(), engine=fill) for strategy in (HedgeMix(), EquityOnly())
    )


def expected(nav: pd.Series, other: pd.Series, ppy: int) -> dict[str, float]:
    """What each row has to show, in percent where the sheet does, by our own definitions."""
    values, returns = nav.to_numpy(), metrics.returns_of(nav).to_numpy()
    months = metrics.month_returns(nav).to_numpy()
    theirs = metrics.returns_of(other).to_numpy()
    return {
        "Cumulative Return": 100 * (values[-1] / values[0] - 1),
        "CAGR﹪": 100 * metrics.cagr(values, ppy),
        "MTD": 100 * metrics.to_date(nav, "M"),
        "YTD": 100 * metrics.to_date(nav, "Y"),
        "Volatility (ann.)": 100 * metrics.volatility(returns, ppy),
        "Skew": metrics.skewness(returns),
        "Kurtosis": metrics.excess_kurtosis(returns),
        "Best Day": 100 * returns.max(),
        "Worst Day": 100 * returns.min(),
        "Best Month": 100 * months.max(),
        "Worst Month": 100 * months.min(),
        "Win Days": 100 * metrics.win_rate(returns),
        "Win Month": 100 * metrics.win_rate(months),
        "Beta": metrics.beta(returns, theirs),
        "Correlation": 100 * metrics.correlation(returns, theirs),
    }


@pytest.mark.parametrize("ppy", [252, 12])
def test_every_row_that_stays_is_ours(ppy):
    mix, equity = runs(ppy)
    drawn = drawn_once(mix.nav, equity.nav, ppy, list(tearsheet.CHARTS))
    assert drawn.failure == ""
    ours = expected(mix.nav, equity.nav, ppy)
    theirs = expected(equity.nav, equity.nav, ppy)
    checked = 0
    for row in (row for group in tearsheet.QUANTSTATS_ROWS.values() for row in group):
        if ppy == 12 and row.daily_only:
            continue
        for text, number in zip(drawn.rows[row.theirs], (ours, theirs), strict=True):
            if text == "-":  # quantstats gives no beta of the benchmark with itself
                assert row.theirs in ("Beta", "Correlation")
                continue
            shown = float(text.rstrip(" %").replace(",", ""))
            assert shown == pytest.approx(number[row.theirs], abs=0.00501), row.theirs
            checked += 1
    assert checked >= 20


def test_the_strategy_stands_before_its_benchmark_in_every_table(tmp_path, monkeypatch):
    """Of our own rows, of the calendar years, and of quantstats' rows."""
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12)
    summary = summary_of(mix, equity, market)
    own, theirs = summary.metrics, summary.benchmark.metrics
    groups = dict(tearsheet.metric_groups(summary, {"Beta": ("0.60", "1.00")}))
    rows = {row.label: (row.ours, row.theirs) for group in groups.values() for row in group}
    assert rows["Beta †"] == ("0.60", "1.00")
    assert rows["Max drawdown"] == (percent(own.max_drawdown), percent(theirs.max_drawdown))
    assert rows["Sharpe (over bills)"] == (f"{own.sharpe:.2f}", f"{theirs.sharpe:.2f}")
    assert rows["CVaR 95, monthly"] == (percent(own.cvar_95), percent(theirs.cvar_95))
    assert own.max_drawdown != theirs.max_drawdown

    monkeypatch.setattr(tearsheet, "draw", lambda *_: Drawn({}, {}, "not drawn"))
    tearsheet.write_tearsheet(tmp_path / "x.html", market, mix, equity.nav, summary)
    page = lxml.html.parse(str(tmp_path / "x.html"))
    tables = [
        [[cell.text_content() for cell in row] for row in table.iter("tr")]
        for table in page.findall(".//table")
    ]
    _, years, falls = tables
    # Rows are month-ends: a year's return is from December to December. The newest comes first.
    ends = {name: sim.nav[sim.nav.index.month == 12] for name, sim in (("a", mix), ("b", equity))}
    last = ends["a"].index[-1].year
    returns = [percent(nav.iloc[-1] / nav.iloc[-2] - 1) for nav in ends.values()]
    assert years[1] == [f"{last}", *returns]
    depths = [float(row[-1].removesuffix(" %")) for row in falls[1:]]
    assert depths == sorted(depths)
    assert percent(own.max_drawdown) == falls[1][-1]
    text = page.getroot().text_content()
    assert "CVaR 95 is the average loss in the worst 5 % of days or months." in text


def summary_of(mix, equity, market):
    return summarise(RunConfig("hedge_mix"), market, mix, equity, "SPY")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    from backtests.jobs import execute, publish

    out = tmp_path_factory.mktemp("sheet")
    run = execute(RunConfig("hedge_mix", source="bundled", start="1990-01-31"))
    folder = publish(run, out)
    return run, (folder / "tearsheet.html").read_text("utf-8")


def test_page_says_what_it_shows(page):
    run, html = page
    assert "hedge_mix (SPY 60 %, IEF 40 %) on bundled monthly history" in html
    assert "without any fund fee" in html
    for key in ("sharpe", "sortino", "calmar"):
        assert f"<td>{getattr(run.summary.metrics, key):.2f}</td>" in html
    assert f"{run.summary.metrics.cagr * 100:.2f} %" in html
    assert html.count("<svg") == len(tearsheet.CHARTS)


@pytest.mark.parametrize(
    "wrong",
    ["Ulcer", "Treynor", "Risk-Adjusted", "Alpha", "Information Ratio", "Recovery Factor", "3Y",
     "Time in Market", "Kelly", "Risk of Ruin", "Omega", "Expected", "Value-at-Risk", "Smart"],
)  # fmt: skip
def test_rows_known_to_be_wrong_are_gone(page, wrong):
    assert wrong not in page[1]


def test_page_asks_nothing_of_the_network(page):
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)|url\((?!#)|@import|<script", page[1])


def test_text_from_outside_is_escaped(tmp_path, monkeypatch):
    draw_once(monkeypatch)
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12).relabelled(notes=["<script>alert(1)</script>"])
    summary = summary_of(mix, equity, market)
    benchmark = dataclasses.replace(summary.benchmark, ticker="<i>")
    summary = dataclasses.replace(
        summary, strategy="<b>x</b>", source_title="<img src=x>", benchmark=benchmark
    )
    tearsheet.write_tearsheet(tmp_path / "x.html", market, mix, equity.nav, summary)
    html = (tmp_path / "x.html").read_text("utf-8")
    assert "<script>" not in html
    assert "<img" not in html
    assert "<b>x" not in html
    assert "&lt;script&gt;" in html


def test_a_series_that_quantstats_cannot_draw_still_gets_its_numbers(tmp_path, monkeypatch):
    import quantstats

    def fail(*_, **__):
        raise IndexError("no drawdown")

    monkeypatch.setattr(quantstats.reports, "html", fail)
    mix, equity = runs(12)
    market = random_market(11, rows=700, ppy=12)
    summary = summary_of(mix, equity, market)
    tearsheet.write_tearsheet(tmp_path / "x.html", market, mix, equity.nav, summary)
    html = (tmp_path / "x.html").read_text("utf-8")
    assert "cannot draw this series (IndexError: no drawdown)" in html
    assert f"<td>{100 * summary.metrics.max_drawdown:.2f} %</td>" in html


def test_a_portfolio_that_never_falls_has_a_sheet(tmp_path):
    market = random_market(1, rows=60, ppy=12)
    still = simulate(market, HedgeMix(weights={"SPY": 0.0}), Costs(), engine=fill)
    other = simulate(market, EquityOnly(), Costs(), engine=fill)
    summary = summary_of(still, other, market)
    tearsheet.write_tearsheet(tmp_path / "x.html", market, still, other.nav, summary)
    html = (tmp_path / "x.html").read_text("utf-8")
    assert "% %" not in html
    assert "<td>  recovered</td><td>-</td>" in html
