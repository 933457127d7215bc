"""The page of investors in different currencies: nothing on it is a comparison across them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from backtests.engine.money import Money
from backtests.report.comparison.cash_flows import flows_rows
from backtests.report.comparison.own_page import core_grid, figures, write_own_money, years_grid
from backtests.report.finished_run import read_run
from backtests.report.run_folder import write_run
from backtests.report.text import typeset
from tests.report.comparison.own_runs import own_of
from tests.report.helpers import make_run


@pytest.fixture(scope="module")
def folder(own, tmp_path_factory):
    return write_own_money(tmp_path_factory.mktemp("results"), own)


def test_a_row_each_for_the_run_its_equity_and_its_cash(own):
    grid = core_grid(own, {"Tokyo": "x.html"})
    firsts = [row[0].text.strip() for row in grid.rows]
    assert firsts == ["1", "SPY 100 %", "yen cash", "2 Sydney", "SPY 100 %",
                      "US Treasury bills (unhedged)", "3 New York", "SPY 100 %",
                      "US Treasury bills"]  # fmt: skip
    assert [row[1].text for row in grid.rows] == ["JPY"] * 3 + ["AUD"] * 3 + ["USD"] * 3
    assert grid.rows[0][0].links == (("x.html", "Tokyo"),)
    assert not [cell for row in grid.rows for cell in row if cell.tone == "best"]
    sharpe = grid.heads.index("Sharpe")
    assert grid.rows[2][sharpe].text == "-"  # cash over itself


def test_every_chart_is_in_one_money(own):
    charts = figures(own)
    assert [chart.title for chart in charts] == [
        "1 Tokyo: growth of 1 yen",
        "2 Sydney: growth of 1 Australian dollar",
        "3 New York: growth of 1 dollar",
    ]
    assert len({chart.name for chart in charts}) == 3


def test_years_say_their_money(own):
    grid = years_grid(own)
    assert grid.head_notes == ["", "in JPY", "in AUD", "in USD"]
    assert grid.rows[0][0].text == "2019"


def test_the_folder_holds_no_difference(folder, own):
    page = (folder / "index.html").read_text("utf-8")
    assert "Each investor in its own money: nothing here is compared across currencies" in page
    assert "<h1>Tokyo grew " in page
    assert "In yen equity (SPY) grew " in page
    assert "return less that of the run&#39;s own cash" in page
    for word in ("less the first", "beyond noise", "Less the first"):
        assert word not in page
    table = pd.read_csv(folder / "metrics.csv", index_col="metric")
    assert list(table) == own.aligned.labels
    assert not table.index.str.contains("less_first").any()
    about = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert about["kind"] == "comparison"
    assert about["labels"] == ["Tokyo", "Sydney", "New York"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "index.html", "manifest.json", "metrics.csv", "years.csv",
    ]  # fmt: skip


def test_the_same_runs_make_the_same_bytes(folder, own, tmp_path):
    again = write_own_money(tmp_path, own)
    assert again.name == folder.name
    for name in ("metrics.csv", "years.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_names_are_text(abroad, tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    runs = [replace(abroad[0], called=hostile), *abroad[1:]]
    page = (write_own_money(tmp_path, own_of(runs)) / "index.html").read_text("utf-8")
    assert hostile not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "&lt;img src=x" in page


def test_own_money_stands_in_the_money_of_each_and_is_not_ranked(tmp_path):
    """40 a month of 10,000 in yen and in dollars: 480 a year, but in the last month none is due."""
    runs = [
        replace(
            read_run(
                write_run(
                    tmp_path,
                    make_run(start="2000-01-31", end="2004-12-31", money=money, flow="-40/month"),
                    with_tearsheet=False,
                )
            ),
            called=name,
        )
        for name, money in (("Tokyo", Money("JPY")), ("New York", Money()))
    ]
    page = (write_own_money(tmp_path, own_of(runs)) / "index.html").read_text("utf-8")
    assert '<h2 id="own">Own money: each in its own currency</h2>' in page
    assert "most is left" not in page
    months = runs[0].summary.periods
    rows = flows_rows(own_of(runs).aligned)
    assert dict(rows)["Taken out"] == [f"¥{40 * (months - 1):,}  ", f"${40 * (months - 1):,}  "]
    for _, cells in rows:
        for cell in cells:
            assert typeset(cell.strip()) in page
