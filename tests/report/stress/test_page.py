"""The page in a real browser, its parts, and names of others on it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from backtests.analysis.stress import Stress
from backtests.report.stress.page import write_stress
from backtests.report.style import DARK, LIGHT
from tests import browser, page_checks
from tests.report.stress.made import (
    CASH,
    IEF,
    REPLAYS,
    SPY,
    TRAIL,
    in_yen,
    make_stress,
    without_hedge,
)

OWNED = '<script>document.title="owned"</script><img src=x onerror=document.title="owned">'
WIDER = """return [...document.querySelectorAll(".scroll caption")]
  .filter(each => each.getBoundingClientRect().width > each.closest(".scroll").clientWidth)
  .map(each => each.textContent)"""
EMPTY: dict[str, Any] = {
    "replays": (), "scenarios": (), "break_evens": (), "withheld": None, "parallels": (),
    "twists": (),
}  # fmt: skip


def written(stress: Stress, folder: Path, **options: Any) -> Path:
    path = folder / "results" / "run" / "stress.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_stress(path, "hedge_mix", stress, trail=TRAIL, **options)
    return path


def heads(path: Path) -> list[str]:
    return [head.text_content() for head in lxml.html.parse(str(path)).xpath("//body/h2")]


def test_the_page_has_no_fault_in_any_width_or_medium(tmp_path):
    page = written(in_yen(pending=True), tmp_path)
    checks = (*page_checks.LAYOUT, *page_checks.INK)
    with browser.chromium() as driver:
        page_checks.show(driver, 1440)
        browser.open_page(driver, page)
        told = [("frame", page_checks.look(driver, ["frame"]))]
        for width, medium in ((1440, "light"), (1024, "light"), (390, "light"), (390, "dark")):
            page_checks.show(driver, width, medium)
            told.append((f"{medium} {width}", page_checks.look(driver, checks)))
            if width < 700:  # a table is scrolled there, what it is of is read without
                assert driver.execute_script(WIDER) == []
        page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
        told.append(("print", page_checks.look(driver, checks, printed=True)))
        page_checks.show(driver, 1440)
        told += [
            ("keyboard", page_checks.unreachable(driver)),
            ("log", page_checks.noises(driver, page)),
        ]
    assert page_checks.joined(told) == []


def test_its_parts_stand_in_order(tmp_path):
    page = written(make_stress(), tmp_path, files=[("stress.csv", "one table")], notes=["A note."])
    assert heads(page) == [
        "Falls of history, once more", "Scenarios of the article", "Two moves at once",
        "One move alone", "Break-even", "If a tax is withheld from coupons",
        "What is held, and the yields", "How it was worked out",
    ]  # fmt: skip
    root = lxml.html.parse(str(page)).getroot()
    assert root.xpath("//nav[@class='trail']/b/text()") == ["Stress"]
    assert len(root.xpath("//section[contains(@class, 'tile')]")) == 3
    assert [each.get("id") for each in root.xpath("//div[@class='chart']")] == ["yields-by-equity"]
    assert len(root.xpath("//figure[@class='hero']/svg")) == 3
    targets = {link.removeprefix("#") for link in root.xpath("//nav[@class='jump']/a/@href")}
    assert targets <= set(root.xpath("//@id"))
    assert root.xpath("//section[@id='files']//a/@href") == ["stress.csv"]
    notes = [each.text_content() for each in root.xpath("//details//li")]
    assert notes == ["IEF stands for its ladder.", "A note."]


def test_what_there_is_nothing_to_say_about_is_left_out(tmp_path):
    assert heads(written(without_hedge(), tmp_path)) == [
        "Falls of history, once more", "What is held, and the yields",
        "How it was worked out",
    ]  # fmt: skip
    cash = make_stress(legs=(replace(CASH, weight=1.0),), **EMPTY)
    page = written(cash, tmp_path).read_text("utf-8")
    assert "No fall of the list lies within" in page
    assert "hero" not in re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)


def test_it_is_typeset_and_names_no_colour(tmp_path):
    text = written(make_stress(), tmp_path).read_text("utf-8")
    shown = lxml.html.fromstring(text).find("body").text_content()
    assert "\u221224.0\u202f%" in shown
    body = text.partition("<body>")[2]
    colours = {*LIGHT.values(), *DARK.values()}
    assert not [colour for colour in colours if colour.startswith("#") and colour in body]


def test_the_same_record_gives_the_same_bytes(tmp_path):
    first = written(in_yen(), tmp_path / "a").read_bytes()
    assert written(in_yen(), tmp_path / "b").read_bytes() == first


@pytest.mark.parametrize("make", [make_stress, in_yen])
def test_names_of_others_are_text(tmp_path, make):
    replays = (replace(REPLAYS[0], name=OWNED, source=OWNED, as_the_market=(OWNED,)),)
    scenarios = tuple(replace(each, name=OWNED, words=OWNED) for each in make().scenarios)
    shocks = tuple(replace(each, name=OWNED, words=OWNED) for each in make().parallels)
    hostile = make(
        legs=(replace(SPY, ticker=OWNED), replace(IEF, ticker=OWNED)),
        replays=replays,
        scenarios=scenarios,
        parallels=shocks,
        notes=(OWNED,),
    )
    assert "<img" not in written(hostile, tmp_path, notes=[OWNED]).read_text("utf-8")
