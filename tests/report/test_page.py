"""Pages: cells that sort, templates that escape, plotly's script once and only where it is used."""

from __future__ import annotations

import re

import jinja2
import lxml.html
import pytest
from plotly.offline import get_plotlyjs

from backtests.analysis.numbers import declared
from backtests.report.charts import Line, time_chart
from backtests.report.page import (
    TEMPLATES,
    Cell,
    Grid,
    environment,
    metric_cell,
    render_page,
)
from backtests.report.pages import Crumb, Trail
from backtests.report.style import favicon, variables
from backtests.report.verdict.first_screen import FirstScreen, Tile
from tests.report.helpers import plain_page, without_content
from tests.report.verdict.helpers import make_numbers

BY_KEY = {metric.key: metric for metric in declared()}
OWNED = "<script>alert(1)</script>"
HERE = Trail(())


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
    plain_page(tmp_path / "x.html", trail=HERE, tables=[table], damaged=[OWNED])
    text = (tmp_path / "x.html").read_text("utf-8")
    assert OWNED not in text
    page = lxml.html.fromstring(text)
    shown = page.find(".//tbody/tr")[1]
    assert shown.get("data-v") == OWNED
    assert shown.get("class") == "best"
    assert shown.find("a").get("href") == "a/%3Cscript%3Ealert%281%29%3C/script%3E.html"
    assert page.find(".//table/caption").text_content() == OWNED


GROWTH = time_chart(
    "growth",
    ["2020-01", "2020-02"],
    [Line("a", [1.0, 2.0], "--equity")],
    caption="What.",
    alt="Words",
)


def test_plotly_lies_once_beside_the_pages_with_charts(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        render_page(
            "comparison.html", tmp_path / name / "x.html", [GROWTH], **without_content(), trail=HERE
        )
    (tmp_path / "c").mkdir()
    render_page("comparison.html", tmp_path / "c" / "x.html", [], **without_content(), trail=HERE)
    (asset,) = (tmp_path / "assets").iterdir()
    for name, times in (("a", 1), ("b", 1), ("c", 0)):
        text = (tmp_path / name / "x.html").read_text("utf-8")
        assert text.count(f'<script src="../assets/{asset.name}"></script>') == times
        assert get_plotlyjs() not in text
        assert ("The charts of this page need the folder ../assets beside it" in text) == times


def test_a_page_that_stands_alone_has_plotly_in_it(tmp_path):
    render_page(
        "comparison.html",
        tmp_path / "x.html",
        [GROWTH],
        standalone=True,
        **without_content(),
        trail=HERE,
    )
    text = (tmp_path / "x.html").read_text("utf-8")
    assert text.count(get_plotlyjs()) == 1
    assert "script src" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]


@pytest.mark.parametrize(
    ("value", "printed"),
    [("-1.5 %", "\u22121.5\u202f%"), ("<b>-2</b>", "&lt;b&gt;\u22122&lt;/b&gt;"), (-3, "-3"),
     (None, "None"), (jinja2.Undefined, None)],
)  # fmt: skip
def test_every_text_is_typeset_and_escaped_and_a_number_is_as_it_is(value, printed):
    template = environment().from_string("{{ value }}")
    if printed is None:
        with pytest.raises(jinja2.UndefinedError):
            template.render()
    else:
        assert template.render(value=value) == printed


def test_what_is_exact_is_escaped_and_not_typeset():
    template = environment().from_string("{{ value | exact }}")
    assert template.render(value="lag -1 <5 %>") == "lag -1 &lt;5 %&gt;"


def test_the_ways_to_a_page_are_links_but_for_where_the_reader_is(tmp_path):
    trail = Trail(
        (Crumb("All results", "../index.html"), Crumb(OWNED)),
        (Crumb("Verdict"), Crumb("Files", "#files")),
    )
    plain_page(tmp_path / "x.html", trail=trail, tables=[], damaged=[])
    page = lxml.html.parse(str(tmp_path / "x.html"))
    (nav,) = page.findall(".//nav[@class='trail']")
    assert [(link.get("href"), link.text) for link in nav.findall(".//a")] == [
        ("../index.html", "All results"), ("#files", "Files"),
    ]  # fmt: skip
    assert nav.find(".//b[@aria-current='page']").text == "Verdict"
    assert nav.text_content() == f"All results \u203a {OWNED} \u203a Verdict \xb7 Files"


def test_a_page_has_the_variables_and_the_sign_of_the_module_of_style(tmp_path):
    plain_page(tmp_path / "x.html", trail=HERE, tables=[], damaged=[])
    assert variables() in (tmp_path / "x.html").read_text("utf-8")
    page = lxml.html.parse(str(tmp_path / "x.html"))
    assert page.find(".//link[@rel='icon']").get("href") == favicon()


def test_a_value_that_a_template_wants_and_does_not_get_is_an_error(tmp_path):
    with pytest.raises(jinja2.UndefinedError, match="damaged"):
        plain_page(tmp_path / "x.html", trail=HERE, tables=[])
    assert environment().autoescape is True


def test_a_name_that_is_no_text_is_still_written(tmp_path):
    plain_page(tmp_path / "x.html", trail=HERE, tables=[], damaged=["bad\udcff"])
    assert "bad\\udcff" in (tmp_path / "x.html").read_text("utf-8")


FIRST_SCREEN = (
    '{% extends "page.html" %}{% from "page.html" import first_screen with context %}'
    "{% block body %}{{ first_screen(screen) }}{% endblock %}"
)


def test_a_tile_is_coloured_by_its_tone_as_its_chip_is(tmp_path):
    """A tile's tone is that of a word; the verdict's style sheet had other names for it."""
    told = [Tile(tone or "none", "Why", "1.0", "points", ("line",), tone)
            for tone in ("works", "fails", "")]  # fmt: skip
    screen = FirstScreen("Kept <b>", "Works", "works", "It did.", tuple(told), note="In brackets.")
    path = tmp_path / "results" / "page.html"
    path.parent.mkdir()
    template = environment().from_string(FIRST_SCREEN)
    render_page(template, path, trail=HERE, screen=screen)
    text = path.read_text()
    for tone, colour in (("works", "--worked"), ("fails", "--lost")):
        assert f'<section class="tile {tone}">' in text
        assert f".tile.{tone} {{ border-color: var({colour}); }}" in text
        assert f".chip.{tone} {{ border-color: var({colour}); color: var({colour}); }}" in text
    assert "Kept &lt;b&gt;" in text
    assert text.index('class="chip works"') < text.index("It did.") < text.index("In brackets.")


def test_a_page_without_chip_tiles_or_note_has_none_of_them(tmp_path):
    path = tmp_path / "page.html"
    template = environment().from_string(FIRST_SCREEN)
    screen = FirstScreen("Nothing", "", "", "To judge.", ())
    render_page(template, path, trail=HERE, screen=screen)
    body = path.read_text().partition("<body>")[2]
    assert '<p class="lead">To judge.</p>' in body
    assert not re.search('class="(chip|tile|quiet)', body)


def test_verdict_and_search_have_one_first_screen():
    for name in ("verdict.html", "tuning.html"):
        text = (TEMPLATES / name).read_text()
        assert "{{ first_screen(screen) }}" in text
        assert not re.search(r"\.(chip|tile|tiles|lead|brackets)\b", text), name
