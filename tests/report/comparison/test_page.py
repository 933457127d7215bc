"""The page of a comparison, and what stands beside it in its folder."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import lxml.html
import pandas as pd

from backtests.engine.costs import Costs
from backtests.report.comparison.aligned import align_runs
from backtests.report.comparison.page import write_comparison
from backtests.report.comparison.table import (
    compare,
    console_rows,
    difference_rows,
    metrics_csv,
    payoff_rows,
)
from backtests.report.comparison.words import finding
from backtests.report.files import FORMAT
from backtests.report.folder import require_intact
from backtests.report.manifest import ComparisonManifest, read_manifest
from backtests.report.text import typeset
from data.records import from_json
from tests.report.comparison.test_aligned import cut, other


def words(element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def printed(text: str) -> str:
    """A text as the page has it, its spaces folded as those of :func:`words`."""
    return " ".join(typeset(text).split())


def test_a_folder_holds_page_table_and_manifest(comparison, tmp_path):
    folder = write_comparison(tmp_path, comparison)
    assert folder.name.startswith("compare-")
    assert sorted(path.name for path in folder.iterdir()) == [
        "index.html", "manifest.json", "metrics.csv", "years.csv",
    ]  # fmt: skip
    require_intact(folder, read_manifest(folder).files)
    manifest = from_json(ComparisonManifest, json.loads((folder / "manifest.json").read_text()))
    assert (manifest.kind, manifest.format) == ("comparison", FORMAT)
    assert manifest.title == "hedge_mix · equity_only · attack_defend step_bp=25"
    assert manifest.runs == tuple(run.name for run in comparison.aligned.runs)
    assert (tmp_path / "index.html").is_file()
    written = pd.read_csv(folder / "metrics.csv", index_col=0)
    assert list(written.index) == list(metrics_csv(comparison).index)
    assert write_comparison(tmp_path, comparison) == folder
    assert len(list(tmp_path.glob("compare-*"))) == 1


def cells_of(table) -> list[dict[str, str]]:
    """Each row of a table by its heads."""
    heads = [words(head) for head in table.findall(".//th")]
    rows = table.findall(".//tbody/tr")
    return [dict(zip(heads, map(words, row.findall("td")), strict=True)) for row in rows]


def test_the_page_has_every_number_of_the_screen(comparison, tmp_path):
    page = lxml.html.parse(str(write_comparison(tmp_path, comparison) / "index.html"))
    core, more, differences, *_ = (cells_of(table) for table in page.findall(".//table"))
    called = {
        "Sharpe (over bills)": "Sharpe",
        "Max drawdown": "Deepest fall",
        "  from": "Deepest fall from",
        "  to": "Deepest fall to",
        "CVaR 95, month-ends": "CVaR 95, months",
        "Longest under water, days": "Under water, days",
    }
    for number in range(len(comparison.table)):
        cells = core[number] | more[number]
        for name, texts in console_rows(comparison):
            assert cells[called.get(name, name)] == printed(texts[number].removesuffix("*")), name
        for (_, texts), cell in zip(
            difference_rows(comparison) if number else (),
            list(differences[number - 1].values())[1:],
            strict=False,
        ):
            value, _, limits = texts[number].partition(" (")
            assert cell.startswith(printed(value)) or value == "-"
            assert printed(limits.rstrip(")")).replace("−0.00", "+0.00") in cell
    text = words(page.getroot())
    assert "1995-01-31 to 2025-12-31, monthly" in text
    assert "fee 2 bp, slippage 1 bp, lag 1" in text
    assert "each fall of equity, which is SPY" in text
    assert "CVaR 95 is the average loss in the worst 5 % of days or months." in text
    assert "A basis point (bp) is 0.01 percentage points." in text
    assert "Costs paid are those of all orders, for a start value of 1." in text  # none is cut
    assert "its range in 9 of 10 resampled histories: no interval, and no word" in text
    hedges = page.findall(".//table")[-1]
    shown = [[words(cell) for cell in row] for row in hedges.findall(".//tbody/tr")]
    for number, name in enumerate(comparison.table):
        assert shown[number][:2] == [f"{number + 1} {name}", comparison.table[name].word]
        for place, (_, texts) in enumerate(payoff_rows(comparison)[:3]):
            assert shown[number][2 + place] == printed(re.sub(r"[()]", "", texts[number]))
    assert "Payoff, after negative correlation" in words(hedges)
    assert "above 10 % so few changes of regime cannot prove it" in text


def test_the_headline_is_what_was_found_and_names_open_their_runs(comparison, finished):
    out = finished[0].folder.parent
    folder = write_comparison(out, comparison)
    page = lxml.html.parse(str(folder / "index.html"))
    assert words(page.find(".//h1")) == printed(finding(comparison))
    assert words(page.find(".//title")).startswith("3 portfolios compared: hedge_mix")
    core = page.find(".//table")
    links = [row.find(".//td//a") for row in core.findall(".//tbody/tr")]
    for link, run in zip(links, finished, strict=True):
        assert link.get("href") == f"../{run.name}/verdict.html"
        assert (folder / link.get("href")).resolve().is_file()


def test_what_was_brought_together_is_said_and_is_another_folder(finished, tmp_path):
    late = cut(finished[1], "2005-01-31")
    aligned = compare(align_runs([finished[0], late], align=True))
    folder = write_comparison(tmp_path, aligned)
    text = (folder / "index.html").read_text("utf-8")
    assert "aligned to the 251 month-ends" in text
    assert "not the same start: 1995-01-31 for" in text
    assert "of all orders after the first day shown" in text
    # The same runs, one of them at higher costs: the notes are part of the folder's name.
    dear = other(finished[1], costs=Costs(9.0))
    both = [
        write_comparison(tmp_path, compare(align_runs([finished[0], run], align=True)))
        for run in (other(finished[1]), dear)
    ]
    assert both[0] != both[1]


def test_names_from_outside_are_escaped(finished, tmp_path):
    owned = "<img src=x onerror=alert(1)>"
    runs = [
        replace(run, summary=replace(run.summary, source_title=owned, notes=(owned,)))
        for run in finished
    ]
    folder = write_comparison(tmp_path, compare(align_runs(runs, align=False)))
    text = (folder / "index.html").read_text("utf-8")
    assert owned not in text
    assert "&lt;img src=x" in text


def test_a_page_names_no_folder_of_the_users_own(finished, tmp_path):
    title = "daily prices of /home/me/prices"
    runs = [
        replace(run, summary=replace(run.summary, source="files:/home/me", source_title=title))
        for run in finished
    ]
    folder = write_comparison(tmp_path, compare(align_runs(runs, align=False)))
    text = (folder / "index.html").read_text("utf-8")
    assert "/home/me" not in text
    assert "price files of your own" in text


def test_names_are_in_page_table_and_manifest_and_make_another_folder(finished, tmp_path):
    plain = write_comparison(tmp_path, compare(align_runs(finished, align=False)))
    folders = {plain}
    for names in (("60/40", None, "<b>mine</b>"), ("60/40", None, "yours")):
        runs = [replace(run, called=name) for run, name in zip(finished, names, strict=True)]
        folder = write_comparison(tmp_path, compare(align_runs(runs, align=False)))
        assert folder not in folders
        folders.add(folder)
        labels = [names[0], "equity_only", names[2]]
        table = pd.read_csv(folder / "metrics.csv", index_col=0)
        assert list(table) == labels
        manifest = json.loads((folder / "manifest.json").read_text())
        assert (manifest["title"], manifest["labels"]) == (" · ".join(labels), labels)
        assert manifest["runs"] == [run.name for run in finished]
        page = lxml.html.parse(str(folder / "index.html"))
        first = page.find(".//table").findall(".//tbody/tr")
        named = [words(row.findall("td")[0]) for row in first]
        for number, (cell, label) in enumerate(zip(named, labels, strict=True), 1):
            assert cell.startswith(f"{number} {label} ")
        assert "<b>mine" not in (folder / "index.html").read_text("utf-8")
