"""Pages: cells that sort, templates that escape, plotly's script once and only where it is used."""

from __future__ import annotations

import jinja2
import lxml.html
import pytest
from plotly.offline import get_plotlyjs

from backtests.analysis.numbers import declared
from backtests.report.charts import Line, time_chart
from backtests.report.page import Cell, Grid, environment, metric_cell, render_page
from tests.report.verdict.helpers import make_numbers

BY_KEY = {metric.key: metric for metric in declared()}
OWNED = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("key", "value", "text", "sort"),
    [
        ("cagr", 0.08, "8.00 %", 0.08),
        ("days_under_water", 1157, "1,157", 1157),
        ("calmar", None, "-", ""),  # sorts last
        ("max_drawdown_start", "2007-10-31", "2007-10-31", None),  # by its text
        ("max_drawdown_start", None, "-", ""),
    ],
)
def test_a_metric_sorts_by_its_number_or_its_text(key, value, text, sort):
    cell = metric_cell(BY_KEY[key], make_numbers(**{key: value}), 10_000.0, tone="best")
    assert (cell.text, cell.sort, cell.tone) == (text, sort, "best")


def test_a_table_shows_every_part_of_a_cell_as_text(tmp_path):
    cell = Cell(OWNED, sort=OWNED, small=OWNED, tone="best", links=((f"a/{OWNED}.html", OWNED),))
    table = Grid(["", OWNED], [[Cell("x"), cell]], caption=OWNED, wide=True)
    render_page("index.html", tmp_path / "x.html", tables=[table], damaged=[OWNED])
    text = (tmp_path / "x.html").read_text("utf-8")
    assert OWNED not in text
    page = lxml.html.fromstring(text)
    shown = page.find(".//tbody/tr")[1]
    assert shown.get("data-v") == OWNED
    assert shown.get("class") == "best"
    assert shown.find("a").get("href") == "a/%3Cscript%3Ealert%281%29%3C/script%3E.html"
    assert page.find(".//table/caption").text_content() == OWNED


def test_plotly_stands_in_a_page_with_charts_and_in_no_other(tmp_path):
    line = Line("a", [1.0, 2.0], "--c1")
    figure = time_chart("growth", ["2020-01", "2020-02"], [line], caption="What.", alt="In words")
    words = {"title": "x", "span": "", "source": "", "costs": "", "equity": "", "notes": [],
             "cut": False, "data_notes": [], "metrics": Grid([], []), "differences": Grid([], []),
             "crises": Grid([], []), "runs": [], "terms": "",
             "hedges": None, "payoff": ""}  # fmt: skip
    render_page("comparison.html", tmp_path / "with.html", [figure], **words)
    render_page("comparison.html", tmp_path / "without.html", [], **words)
    script = get_plotlyjs()
    assert (tmp_path / "with.html").read_text("utf-8").count(script) == 1
    assert script not in (tmp_path / "without.html").read_text("utf-8")


def test_a_value_that_a_template_wants_and_does_not_get_is_an_error(tmp_path):
    with pytest.raises(jinja2.UndefinedError, match="damaged"):
        render_page("index.html", tmp_path / "x.html", tables=[])
    assert environment().autoescape is True


def test_a_name_that_is_no_text_is_still_written(tmp_path):
    render_page("index.html", tmp_path / "x.html", tables=[], damaged=["bad\udcff"])
    assert "bad\\udcff" in (tmp_path / "x.html").read_text("utf-8")
