"""The page in a real browser, its place among the others, its JSON, hostile names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest

from backtests.analysis.withdrawals import Withdrawals
from backtests.engine.run import Run
from backtests.report.finished_run import read_run
from backtests.report.index import rebuild_index
from backtests.report.run_folder import write_run
from backtests.report.withdrawals.page import facts_of, own_words, starts_note, write_withdrawals
from data.records import from_json
from tests import browser, page_checks
from tests.report.withdrawals.helpers import made, make_withdrawals

OWNED = '<script>document.title="owned"</script><img src=x onerror=document.title="owned">'


@pytest.fixture(scope="module")
def retired(run) -> Run:
    return replace(run, withdrawals=make_withdrawals())


@pytest.fixture(scope="module")
def folder(retired, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("results")
    folder = write_run(out, retired, with_tearsheet=False)
    rebuild_index(out)
    return folder


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


def test_the_page_has_no_fault_in_any_width_or_medium(driver, folder):
    page = folder / "withdrawals.html"
    page_checks.show(driver, 1440)
    browser.open_page(driver, page)
    checks = (*page_checks.LAYOUT, *page_checks.INK)
    told = [("frame", page_checks.look(driver, ["frame"]))]
    for width, medium in ((1440, "light"), (1024, "light"), (390, "light"), (390, "dark")):
        page_checks.show(driver, width, medium)
        told.append((f"{medium} {width}", page_checks.look(driver, checks)))
    page_checks.show(driver, page_checks.PRINT_WIDTH, "print")
    told.append(("print", page_checks.look(driver, checks, printed=True)))
    page_checks.show(driver, 1440)
    told += [
        ("keyboard", page_checks.unreachable(driver)),
        ("links", page_checks.broken_links(driver, page)),
        ("log", page_checks.noises(driver, page)),
    ]
    assert page_checks.joined(told) == []


def test_it_is_linked_from_the_verdict_and_in_its_list_of_files(folder):
    verdict = lxml.html.parse(str(folder / "verdict.html"))
    assert verdict.xpath("//nav[@class='trail']/a[@href='withdrawals.html']")
    for page in ("verdict.html", "withdrawals.html"):
        files = lxml.html.parse(str(folder / page)).xpath("//section[@id='files']//a/@href")
        assert {"withdrawals.html", "withdrawals.json"} <= set(files)


def test_the_json_reads_back_as_the_record(folder):
    text = (folder / "withdrawals.json").read_text("utf-8")
    assert from_json(Withdrawals, json.loads(text)) == make_withdrawals()


def test_the_same_run_without_withdrawals_leaves_the_folder_as_it_is(folder, run, retired):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_run(folder.parent, run, with_tearsheet=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert read_run(folder).summary == retired.summary


def test_another_rate_replaces_them(run, retired, tmp_path):
    write_run(tmp_path, retired, with_tearsheet=False)
    other = replace(run, withdrawals=make_withdrawals(rate=0.05))
    place = write_run(tmp_path, other, with_tearsheet=False)
    assert json.loads((place / "withdrawals.json").read_text("utf-8"))["rate"] == 0.05


def test_names_of_others_are_text(run, tmp_path):
    path = tmp_path / "results" / "run" / "withdrawals.html"
    path.parent.mkdir(parents=True)
    hostile = make_withdrawals(source_title=OWNED, hedge=(OWNED,), own_history=OWNED)
    write_withdrawals(path, run, hostile, files=["withdrawals.html"])
    assert "<img" not in path.read_text("utf-8")


def test_what_it_was_counted_on_and_what_is_left_out(run):
    withdrawals = make_withdrawals()
    assert facts_of(run, withdrawals)[:2] == [
        "1965-10-31 to 2025-12-31, month-ends",
        "payments grow with consumer prices, in USD",
    ]
    assert facts_of(run, withdrawals)[-1] == "bundled monthly history"
    assert own_words(withdrawals) == ""
    own = replace(withdrawals, own_history="the bundled months do not know GLD")
    assert own_words(own) == "On the run's own history alone: the bundled months do not know GLD."
    # Equity's worst rate over 30 years, 3.6 %, is below that over 10, 8 %.
    assert starts_note(withdrawals) == "Left out, since no start has so many years: 40 years."


def test_a_longer_horizon_that_looks_safer_is_explained():
    rising = made("run", {10: [0.03, 0.08, 0.08], 20: [0.05]})
    told = starts_note(make_withdrawals(portfolios=(rising,), too_long=()))
    assert told.startswith("A rate over 20 years above that over 10 is one of other starts")
