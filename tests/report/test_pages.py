"""The list of pages: a page added to it is linked wherever results are listed."""

from __future__ import annotations

import io
import json
import shutil

import lxml.html
import pytest
from rich.console import Console

from backtests.report import index, pages
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.page import write_comparison
from backtests.report.comparison.table import compare
from backtests.report.console import print_run
from backtests.report.finished_run import read_run
from backtests.report.folder import write_manifest
from backtests.report.manifest import read_run_manifest
from backtests.report.pages import (
    TEARSHEET,
    VERDICT,
    Crumb,
    Page,
    address_of,
    pages_of_run,
    trail_of,
    trail_of_run,
)
from backtests.report.run_folder import write_run
from tests.report.helpers import make_run

LETTER = Page("letter.html", "letter to a friend", of_run=True)
ELSEWHERE = Page("map.html", "map", of_run=False)


@pytest.fixture
def with_a_letter(monkeypatch):
    """A list with two pages more, one of them of runs."""
    longer = (*pages.PAGES, LETTER, ELSEWHERE)
    monkeypatch.setattr(pages, "PAGES", longer)


def add_pages(folder):
    """Put both new pages into a finished run."""
    manifest = read_run_manifest(folder)
    for page in (LETTER, ELSEWHERE):
        (folder / page.file).write_text("<p>x</p>")
    write_manifest(folder, manifest)


def screen(run, folder) -> str:
    stream = io.StringIO()
    print_run(Console(file=stream, width=400), run, folder)
    return stream.getvalue()


def links(path) -> list[tuple[str, str]]:
    page = lxml.html.parse(str(path))
    return [(link.get("href"), link.text) for link in page.findall(".//td//a")]


@pytest.mark.usefixtures("with_a_letter")
def test_a_page_that_is_listed_shows_in_index_screen_and_comparison(run, written):
    out = written.parent
    add_pages(written)
    other = write_run(out, make_run(params={"rebalance": "never"}), with_tearsheet=False)
    index.rebuild_index(out)
    listed = links(out / "index.html")
    assert [link for link in listed if link[0].startswith(written.name)] == [
        (f"{written.name}/verdict.html", "SPY 60\u202f%, IEF 40\u202f%"),
        (f"{written.name}/letter.html", "letter to a friend"),
        (f"{written.name}/map.html", "map"),
    ]
    assert len(listed) == 4  # and the verdict of the other run
    shown = screen(run, written).splitlines()
    assert shown[-2:] == [f"open {written}/verdict.html", f"open {written}/letter.html"]
    both = align_runs([read_run(written), read_run(other)], align=False)
    compared = write_comparison(out, compare(both))
    page = lxml.html.parse(str(compared / "index.html"))
    options = page.xpath("//iframe/../../div/select/option")
    assert {(option.get("value"), option.text) for option in options} == {
        ("", "choose a page"),
        (f"../{written.name}/verdict.html", "1 hedge_mix: verdict"),
        (f"../{written.name}/letter.html", "1 hedge_mix: letter to a friend"),
        (f"../{other.name}/verdict.html", "2 hedge_mix rebalance=never: verdict"),
    }


def test_a_page_that_is_not_listed_shows_nowhere(run, written):
    add_pages(written)
    index.rebuild_index(written.parent)
    ((address, _),) = links(written.parent / "index.html")
    assert address == f"{written.name}/verdict.html"
    assert "letter.html" not in screen(run, written)


def test_a_run_tells_the_pages_that_are_there(written):
    assert [page.file for page in pages_of_run(written)] == ["verdict.html"]
    (written / "tearsheet.html").write_text("x")
    (written / "index.html").write_text("x")  # of other folders
    assert [page.word for page in pages_of_run(written)] == ["verdict", "tear sheet"]
    shutil.rmtree(written)
    assert pages_of_run(written) == []


TRIAL = Crumb("The article on trial", "../index.html#claims")


def test_the_way_to_a_page_of_a_run_leads_up_and_to_the_pages_beside_it():
    trail = trail_of_run("hedge_mix rebalance=never", TEARSHEET, [VERDICT, TEARSHEET])
    assert trail.above == (
        Crumb("All results", "../index.html"), Crumb("hedge_mix rebalance=never"),
    )  # fmt: skip
    assert trail.beside == (
        Crumb("Verdict", "verdict.html"), Crumb("Tear sheet"), Crumb("Files", "#files"), TRIAL,
    )  # fmt: skip
    alone = trail_of_run("x", VERDICT, [VERDICT])
    assert alone.beside == (Crumb("Verdict"), Crumb("Files", "#files"), TRIAL)
    assert trail_of("a against b").above[-1] == Crumb("a against b")
    assert trail_of("a against b").beside == ()


def test_an_address_is_relative_to_the_page_that_links(tmp_path):
    run = tmp_path / "results" / "run-1"
    assert address_of(LETTER, run, tmp_path / "results") == "run-1/letter.html"
    assert address_of(LETTER, run, tmp_path / "results" / "compare-1") == "../run-1/letter.html"
    assert address_of(LETTER, run, tmp_path / "other" / "x") == "../../results/run-1/letter.html"


def test_no_two_pages_share_a_file_or_a_word():
    assert len({page.file for page in pages.PAGES}) == len(pages.PAGES)
    assert len({page.word for page in pages.PAGES}) == len(pages.PAGES)


def test_every_page_that_a_run_writes_is_listed(written):
    """A page outside the list would be written and never linked."""
    files = json.loads((written / "manifest.json").read_text())["files"]
    made = {name for name in files if name.endswith(".html")}
    assert made == {page.file for page in pages_of_run(written)}
