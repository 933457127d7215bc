"""The pages of six runs in headless Chromium: nothing overlaps, is cut, is too pale, leads nowhere.

Each in three widths, light and dark, and on paper. The checks are tests/page_checks.py, and proved
able to fail in tests/test_page_checks.py.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtests.jobs import stressed
from backtests.report.charts import Line, time_chart
from backtests.report.index import rebuild_index
from backtests.report.page import environment, render_page
from backtests.report.pages import trail_of
from backtests.report.run_folder import write_run
from backtests.report.script import beside_results
from backtests.report.style import DARK, LIGHT, variables
from backtests.report.verdict.charts import figures
from tests import browser, page_checks
from tests.conftest import ROOT, SHARED, random_market
from tests.drawings import begun_once
from tests.report.helpers import make_run, without_content

WIDTHS = (1440, 1024, 390)
RUNS: dict[str, dict[str, Any]] = {
    "63 years of months": {"start": None},
    "a rule on months": {"strategy": "attack_defend", "start": None},
    "a rule on days": {"strategy": "attack_defend", "start": None},
    "equity only": {"strategy": "equity_only", "start": None},
    "two months": {"start": "2025-11-28"},
    "a year": {"start": "2024-12-31"},
}
PAGES = ("verdict.html", "stress.html", "tearsheet.html")
DIGIT_AFTER_HYPHEN = re.compile(r"(?<![\d\w])-\d")


def daily_source(place: Path) -> str:
    """A folder of daily prices with their yields: the real ones where they are, else made ones."""
    place.mkdir()
    if SHARED.is_dir():
        for path in (*(SHARED / "yahoo").glob("*.csv"), *(SHARED / "rates").glob("*.csv")):
            shutil.copy(path, place)
        return f"files:{place}"
    tickers = ("SPY", "BIL", "SHY", "IEF", "TLT")
    prices = random_market(7, tickers, 1500, volatility=0.006).prices
    for ticker in tickers:
        prices[ticker].rename("value").to_csv(place / f"{ticker}.csv", index_label="date")
    return f"files:{place}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """The folder of each run in one folder of results, with its list."""
    out = tmp_path_factory.mktemp("proof") / "results"
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backtests.report.tearsheet.begin_drawing", begun_once)
        for name, options in RUNS.items():
            daily = name == "a rule on days"
            source = daily_source(out.parent / "daily") if daily else "bundled"
            if daily and not SHARED.is_dir():  # made prices have no yields: a mix on days
                options = {"start": None}
            run = stressed(make_run(source=source, **options))
            made[name] = write_run(out, run, with_tearsheet=True)
    rebuild_index(out)
    return made


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browser.chromium() as opened:
        yield opened


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", RUNS)
def test_a_page_has_no_fault_in_any_width_or_medium(driver, folders, name, page):
    path = folders[name] / page
    page_checks.show(driver, WIDTHS[0])
    page_checks.noises(driver, path)  # of the page before
    browser.open_page(driver, path)
    told = [("frame", page_checks.look(driver, ["frame"]))]
    # Layout follows the width, ink the medium; there and back, so that little is drawn again.
    for width in WIDTHS:
        checks = (*page_checks.LAYOUT, *(page_checks.INK if width in WIDTHS[::2] else ()))
        page_checks.show(driver, width)
        told.append((f"light {width}", page_checks.look(driver, checks)))
    for width in WIDTHS[::-2]:
        page_checks.show(driver, width, "dark")
        told.append((f"dark {width}", page_checks.look(driver, page_checks.INK)))
    page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
    told.append(
        ("print", page_checks.look(driver, (*page_checks.LAYOUT, *page_checks.INK), printed=True))
    )
    page_checks.show(driver, WIDTHS[0])
    told += [
        ("keyboard", page_checks.unreachable(driver)),
        ("links", page_checks.broken_links(driver, path)),
        ("log", page_checks.noises(driver, path)),
    ]
    assert page_checks.joined(told) == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", RUNS)
def test_a_page_is_named_by_its_run_and_names_no_folder(folders, name, page):
    text = (folders[name] / page).read_text("utf-8")
    title = re.search("<title>(.*?)</title>", text)
    assert title is not None
    strategy = folders[name].name.rpartition("-")[0]
    assert strategy in title[1]
    assert str(folders[name].parents[1]) not in title[1]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", RUNS)
def test_a_written_page_has_colours_by_role_alone(folders, name, page):
    text = (folders[name] / page).read_text("utf-8")
    assert variables() in text
    assert page_checks.literal_colours(page_checks.without_variables(text, variables())) == []


SOURCES = [
    path
    for path in sorted((ROOT / "backtests").rglob("*"))
    if path.suffix in (".py", ".html") and path.name != "style.py"
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_colour_is_named_outside_the_module_of_style(path):
    assert page_checks.literal_colours(path.read_text("utf-8")) == []


def test_a_page_taken_from_its_folder_keeps_its_tables_and_says_what_it_lacks(
    driver, folders, tmp_path
):
    alone = tmp_path / "sent" / "run"
    shutil.copytree(folders["63 years of months"], alone)
    page_checks.show(driver, 1024)
    browser.complaints(driver)
    driver.get((alone / "verdict.html").resolve().as_uri())
    line, charts, rows = driver.execute_script(
        "const shown = all => [...document.querySelectorAll(all)].filter(e => e.checkVisibility());"
        "document.querySelectorAll('details').forEach(fold => { fold.open = true; });"
        "return [shown('.uncharted').map(e => e.textContent), shown('.chart').length,"
        " shown('table tbody tr').length];"
    )
    assert line == [
        "The charts of this page need the folder ../assets beside it: copy the whole results "
        "folder, or write the page with --standalone. The tables are complete."
    ]
    assert charts == 0
    assert rows > 50
    assert page_checks.look(driver, ("overlaps", "clipped", "sideways", "texts")) == []
    (missing,) = browser.complaints(driver)
    assert "assets/plotly-" in missing


GROWTH = time_chart(
    "growth",
    ["2020-01", "2020-02", "2020-03"],
    [Line("a", [1.0, 0.9, 1.2], "--portfolio"), Line("b", [1.0, 0.8, 0.9], "--equity")],
    caption="Growth of 1.",
    alt="Growth of two lines",
)


def test_a_page_that_stands_alone_draws_without_any_folder(driver, tmp_path):
    render_page(
        "comparison.html",
        tmp_path / "alone.html",
        [GROWTH],
        standalone=True,
        trail=trail_of("x"),
        **without_content(),
    )
    page_checks.show(driver, 1024)
    browser.complaints(driver)
    browser.open_page(driver, tmp_path / "alone.html")
    drawn = "return document.querySelectorAll('#growth .lines path').length"
    assert driver.execute_script(drawn) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["alone.html"]
    assert browser.complaints(driver) == []


FOLDED = """{% extends "page.html" %}{% from "page.html" import figure with context %}
{% block title %}Folded{% endblock %}
{% block body %}<h1>Folded</h1><details><summary>More</summary>{{ figure("growth") }}
<p id="words">folded words</p></details>{% endblock %}"""


@pytest.fixture
def folded(tmp_path) -> Path:
    page = tmp_path / "results" / "run" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text(
        environment()
        .from_string(FOLDED)
        .render(
            figures=[{"name": GROWTH.name, **GROWTH.payload()}],
            chart_of={GROWTH.name: GROWTH},
            script=beside_results(tmp_path / "results"),
            trail=trail_of("x"),
        )
    )
    return page


SIZES = (
    "const chart = document.getElementById('growth'), words = document.getElementById('words');"
    "const svg = chart.querySelector('.main-svg');"
    "return [words.checkVisibility({contentVisibilityAuto: true}), chart.clientWidth,"
    " svg.getBoundingClientRect().width, chart.closest('details').getBoundingClientRect().height];"
)


def test_a_folded_chart_has_its_width_once_it_is_opened(driver, folded):
    page_checks.show(driver, 1024)
    browser.open_page(driver, folded)
    assert page_checks.look(driver) == []
    visible, room, width, height = driver.execute_script(SIZES)
    assert visible
    assert width == room > 900
    assert height > GROWTH.height


@pytest.mark.parametrize("events", [True, False])
def test_what_is_folded_is_printed_with_its_charts(driver, folded, events):
    """By the events of printing, and by the style sheet alone."""
    page_checks.show(driver, 1024)
    browser.open_page(driver, folded)
    if not events:
        driver.execute_script(
            "for (const event of ['beforeprint', 'afterprint'])"
            " addEventListener(event, told => told.stopImmediatePropagation(), true)"
        )
    page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
    assert page_checks.look(driver, printed=True, unfold=False) == []
    visible, room, width, height = driver.execute_script(SIZES)
    assert visible
    assert width == room > 600
    assert height > GROWTH.height
    page_checks.show(driver, 1024)
    assert driver.execute_script("return document.querySelector('details').open") is False


def test_a_scheme_that_changes_while_a_page_is_open_draws_its_charts_anew(driver, folders):
    page_checks.show(driver, 1024)
    browser.open_page(driver, folders["a year"] / "verdict.html")
    ink = (
        "const probe = document.createElement('i');"
        "return [...document.querySelectorAll('#growth .lines path')].map(path => {"
        " probe.style.color = path.style.stroke; return probe.style.color; });"
    )

    def rgb(colour: str) -> str:
        return "rgb({}, {}, {})".format(*bytes.fromhex(colour[1:]))

    for medium, palette in (("light", LIGHT), ("dark", DARK), ("light", LIGHT)):
        page_checks.show(driver, 1024, medium)
        page_checks.look(driver, ())
        drawn = driver.execute_script(ink)
        assert {rgb(palette["--portfolio"]), rgb(palette["--equity"])} <= set(drawn), medium


def test_a_phone_that_is_turned_draws_its_charts_anew(driver, folders):
    page_checks.show(driver, 1024)
    browser.open_page(driver, folders["a year"] / "verdict.html")
    names = (
        "return [document.querySelectorAll('#growth .annotation-text').length,"
        " document.querySelectorAll('#growth .legendtext').length]"
    )
    # The legend of a phone has the marks of rebalancing too; on a wide page the caption names them.
    for width, wanted in ((1024, [3, 0]), (390, [0, 4]), (1024, [3, 0])):
        page_checks.show(driver, width)
        page_checks.look(driver, ())
        assert driver.execute_script(names) == wanted, width


@pytest.mark.parametrize("chart", ["falls", "map"])
def test_numbers_under_the_pointer_are_typeset(driver, folders, chart):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    page_checks.show(driver, 1024)
    browser.open_page(driver, folders["63 years of months"] / "verdict.html")
    page_checks.look(driver, ())
    page_checks.show(driver, 1024)
    driver.execute_script(f"document.getElementById('{chart}').scrollIntoView({{block: 'center'}})")
    plot = driver.find_element(By.CSS_SELECTOR, f"#{chart} .nsewdrag")
    told = ""
    for across in (-0.31, -0.26, -0.2, -0.1):
        shift = int(plot.rect["width"] * across)
        ActionChains(driver).move_to_element_with_offset(plot, shift, 0).pause(0.15).perform()
        told += driver.execute_script(
            f"return [...document.querySelectorAll('#{chart} .hoverlayer text')]"
            ".map(text => text.textContent).join(' | ')"
        )
    assert "\u2212" in told, told
    assert "\u202f%" in told, told
    assert not DIGIT_AFTER_HYPHEN.search(told), told
    assert " %" not in told, told


def test_every_chart_of_a_verdict_is_looked_at(folders):
    """The runs above draw all the charts that there are."""
    run = make_run(start=None)
    page = (folders["63 years of months"] / "verdict.html").read_text("utf-8")
    for figure in figures(run.verdict):
        assert f'id="{figure.name}"' in page


def test_small_print_is_on_paper_no_larger_than_the_figure_above_it(driver, folders):
    browser.open_page(driver, folders["63 years of months"] / "verdict.html")
    page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
    larger = driver.execute_script(
        "const size = e => parseFloat(getComputedStyle(e).fontSize);"
        "return [...document.querySelectorAll('td small')]"
        ".filter(s => size(s) > size(s.parentElement)).map(s => s.textContent)"
    )
    assert larger == []
    assert driver.execute_script("return document.querySelectorAll('td small').length") > 30
    page_checks.show(driver, WIDTHS[0])
