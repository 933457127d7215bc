"""The list of a run's files: what is written is in it, and nothing that is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.engine.sleeve import report_sleeve
from backtests.report.listing import CONTENTS, run_files
from backtests.report.page import environment
from backtests.report.run_folder import write_run
from tests.drawings import draw_once
from tests.report.helpers import make_run


def test_every_file_that_a_run_writes_is_listed(tmp_path, monkeypatch):
    draw_once(monkeypatch)
    run = make_run("attack_defend")
    sleeve = report_sleeve(run.market, run.config.make_strategy(), run.simulation)
    folder = write_run(tmp_path, replace(run, sleeve=sleeve), with_tearsheet=True)
    written = {path.name for path in folder.iterdir()}
    # Those of a strategy from outside alone, of another currency, of cash flows, and on request.
    others = {"strategy.py", "which-hedge.html", "flows.csv"}
    asked = {"withdrawals.html", "withdrawals.json", "stress.html", "stress.json", "stress.csv"}
    assert written == CONTENTS.keys() - others - asked
    assert [name for name, _ in run_files(written)] == [
        name for name in CONTENTS if name in written
    ]


def test_pages_list_what_is_written_later_too(tmp_path, monkeypatch):
    draw_once(monkeypatch)
    run = make_run()
    folder = write_run(tmp_path, run, with_tearsheet=True)
    for page in ("tearsheet.html", "verdict.html"):
        text = (folder / page).read_text("utf-8")
        for path in folder.iterdir():
            assert f'href="{path.name}"' in text, (page, path.name)


def test_cash_flows_are_listed_where_money_is_paid(tmp_path):
    run = make_run(flow="-4%/year")
    folder = write_run(tmp_path, run, with_tearsheet=False)
    assert (folder / "flows.csv").is_file()
    assert 'href="flows.csv"' in (folder / "verdict.html").read_text("utf-8")


def test_what_no_run_writes_is_left_out():
    names = ["manifest.json", "notes.txt", "summary.json"]
    assert [name for name, _ in run_files(names)] == ["summary.json", "manifest.json"]
    assert run_files([]) == []


@pytest.mark.parametrize("files", [[], run_files(["run.toml", "summary.json"])])
def test_the_section_is_there_with_and_without_files(files):
    html = environment().get_template("files.html").render(files=files)
    assert 'id="files"' in html
    assert html.count("<a ") == len(files)
    assert ("without its folder" in html) == (not files)
