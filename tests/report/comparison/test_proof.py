"""The page of a comparison in Chromium, with 2, 10 and 20 runs: no fault, and its charts linked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.page import write_comparison
from backtests.report.comparison.table import compare
from backtests.report.finished_run import FinishedRun
from backtests.report.style import LIGHT
from tests import browser, page_checks

LONG = "60/40 with intermediate Treasuries, rebalanced every month"


def beside(run: FinishedRun, number: int) -> FinishedRun:
    """The same run without a verdict, its path a little off, under another name."""
    wave = np.exp(number / 300 * np.sin(np.arange(len(run.values)) / 9))
    return replace(
        run,
        folder=Path(f"hedge_mix-{number:010d}"),
        called=f"hedge_mix SPY=0.{number:02d},IEF=0.5",  # wide letters and digits
        verdict=None,
        manifest=replace(run.manifest, files={**run.manifest.files, "equity.csv": f"{number}"}),
        values=run.values.assign(strategy=run.values["strategy"] * wave),
    )


@pytest.fixture(scope="module")
def pages(finished, tmp_path_factory) -> dict[int, Path]:
    """By number of runs; the first three are judged and have pages."""
    named = [replace(finished[0], called=LONG), *finished[1:]]
    runs = [*named, *(beside(finished[0], number) for number in range(4, 21))]
    made = {}
    for count in (2, 10, 20):
        compared = compare(align_runs(runs[:count], align=False))
        made[count] = write_comparison(finished[0].folder.parent, compared) / "index.html"
    return made


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browser.chromium() as opened:
        yield opened


@pytest.mark.parametrize("count", [2, 10, 20])
def test_a_comparison_has_no_fault_in_any_width_or_medium(driver, pages, count):
    page = pages[count]
    shown = [("light", 1440), ("light", 1024), ("light", 390), ("dark", 390), ("dark", 1440)]
    seen = shown if count != 10 else shown[1:4]
    assert page_checks.faults(driver, page, seen) == []


LIFTED = """
const charts = ["growth", "falls", "rolling"].map(name => document.getElementById(name));
return charts.map(chart => [...chart.querySelectorAll(".scatterlayer .trace.lifted path.js-line")]
  .map(path => [getComputedStyle(path).stroke, parseFloat(getComputedStyle(path).strokeWidth)]));
"""
SHOWN = """
return ["growth", "falls", "rolling"].map(name => document.getElementById(name))
  .map(chart => chart.querySelectorAll(".scatterlayer path.js-line").length);
"""
RANGES = """
return ["growth", "falls", "rolling"].map(name => document.getElementById(name))
  .map(chart => chart.layout.xaxis.range.map(day => String(day).slice(0, 10)));
"""
ACCENT = "rgb({}, {}, {})".format(*bytes.fromhex(LIGHT["--accent"][1:]))


@pytest.fixture
def opened(driver, pages) -> Any:
    page_checks.show(driver, 1440)
    browser.open_page(driver, pages[20])
    page_checks.look(driver, ())
    return driver


def test_a_name_lifts_its_line_in_every_chart_and_hides_it(opened):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    button = opened.find_element(By.CSS_SELECTOR, '.legend [data-member="7"]')
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    ActionChains(opened, duration=0).move_to_element(button).perform()
    lines = opened.execute_script(LIFTED)
    assert [len(line) for line in lines] == [1, 1, 1]
    assert all(colour == ACCENT and width > 3 for ((colour, width),) in lines)
    label = "return document.querySelectorAll('#growth .annotation.lifted').length"
    assert opened.execute_script(label) == 1
    before = opened.execute_script(SHOWN)
    button.click()
    wait_until(opened, SHOWN, [count - 1 for count in before])
    assert button.get_attribute("aria-pressed") == "false"
    # A redrawing, as for another scheme, keeps what is hidden.
    page_checks.show(opened, 1440, "dark")
    page_checks.look(opened, ())
    assert opened.execute_script(SHOWN) == [count - 1 for count in before]
    page_checks.show(opened, 1440)
    page_checks.look(opened, ())
    button.click()
    wait_until(opened, SHOWN, before)
    assert button.get_attribute("aria-pressed") == "true"


def test_a_line_under_the_pointer_is_lifted_and_named(opened):
    from selenium.webdriver.common.action_chains import ActionChains

    place = opened.execute_script(
        "const chart = document.getElementById('falls'); chart.scrollIntoView({block: 'center'});"
        "const {left, top} = chart.getBoundingClientRect();"
        "const {xaxis: x, yaxis: y} = chart._fullLayout;"
        "const trace = chart.data.find(one => one.meta === 1);"
        "const at = trace.y.indexOf(Math.min(...trace.y));"
        "return [left + x._offset + x.d2p(trace.x[at]), top + y._offset + y.d2p(trace.y[at])];"
    )
    move = ActionChains(opened, duration=50)
    move.w3c_actions.pointer_action.move_to_location(int(place[0]), int(place[1]))
    move.w3c_actions.pointer_action.move_to_location(int(place[0]) + 1, int(place[1]))
    move.perform()
    lifted = "return [...document.querySelectorAll('.legend .lifted')].map(e => e.textContent)"
    wait_until(opened, lifted, [f"1 {LONG}"])
    assert [len(line) for line in opened.execute_script(LIFTED)] == [1, 1, 1]
    told = "return document.querySelector('#falls .hoverlayer').textContent"
    assert LONG in opened.execute_script(told)


def test_a_stretch_of_time_is_shown_in_every_chart_until_a_double_click(opened):
    whole = opened.execute_script(RANGES)
    assert whole[0] == whole[1] == whole[2]  # the charts lie above each other
    opened.execute_script(
        "Plotly.relayout('falls', {'xaxis.range[0]': '2005-01-01', 'xaxis.range[1]': '2010-01-01'})"
    )
    wait_until(opened, RANGES, [["2005-01-01", "2010-01-01"]] * 3)
    # A name at the end of a line would stand beside another value now.
    ends = (
        "return [...document.querySelectorAll('#growth .annotation')]"
        ".map(name => getComputedStyle(name).display)"
    )
    assert set(opened.execute_script(ends)) == {"none"}
    opened.execute_script("document.getElementById('growth').emit('plotly_doubleclick')")
    wait_until(
        opened,
        "const [, falls, rolling] = (() => { " + RANGES + " })(); return [falls, rolling]",
        whole[1:],
    )
    assert (
        opened.execute_script("return document.documentElement.classList.contains('zoomed')")
        is False
    )


def test_two_pages_stand_side_by_side_wide_enough_for_their_layout(opened):
    opened.execute_script(
        "for (const select of document.querySelectorAll('.pair select')) {"
        " select.selectedIndex = 1; select.dispatchEvent(new Event('change')); }"
    )
    boxes = (
        "return [...document.querySelectorAll('.pair iframe')].map(page => {"
        " const box = page.getBoundingClientRect();"
        " return [page.offsetWidth, Math.round(box.left), Math.round(box.right)]; })"
    )
    for width, is_stacked in ((1440, False), (1024, False), (390, True)):
        page_checks.show(opened, width)
        opened.execute_script("dispatchEvent(new Event('resize'))")
        (inner, left, right), (other, left_2, right_2) = opened.execute_script(boxes)
        assert inner == other
        assert is_stacked or (inner >= 700 and right < left_2), width
        assert not is_stacked or left == left_2
        assert max(right, right_2) <= width


def test_one_measure_of_risk_is_shown_at_a_time_and_all_on_paper(opened):
    shown = (
        "return [...document.querySelectorAll('.risk')].filter(e => e.checkVisibility())"
        ".map(e => e.id)"
    )
    assert opened.execute_script(shown) == ["risk-volatility"]
    opened.execute_script(
        "const by = document.getElementById('risk-by'); by.selectedIndex = 1;"
        "by.dispatchEvent(new Event('change'))"
    )
    assert opened.execute_script(shown) == ["risk-max_drawdown"]
    page_checks.show(opened, page_checks.PRINT_WIDTH, "print")
    assert len(opened.execute_script(shown)) == 3
    page_checks.show(opened, 1440)


def wait_until(driver: Any, script: str, expected: object) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    seen = []

    def is_there(waiting: Any) -> bool:
        seen.append(waiting.execute_script(script))
        return bool(seen[-1] == expected)

    try:
        WebDriverWait(driver, 5, poll_frequency=0.05).until(is_there)
    except Exception as error:
        raise AssertionError(f"{seen[-1]} is not {expected}") from error
