"""The list of results: newest first, also beside damaged folders."""

from __future__ import annotations

import json
import os
import shutil

import lxml.html
import pytest

from backtests.report.files import FORMAT, file_sha256, write_json
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import HEADS, rebuild_index
from backtests.report.manifest import ComparisonManifest
from backtests.report.text import money, percent, ratio
from backtests.report.verdict.payoffs import signed_text


def listed(out):
    """Tables of the index: cells by heading, one row a folder."""
    rebuild_index(out)
    page = lxml.html.parse(str(out / "index.html"))
    tables = []
    for table in page.findall(".//table"):
        heads = [head.text_content().strip() for head in table.findall(".//th")]
        rows = [row.findall("td") for row in table.findall(".//tbody/tr")]
        tables.append([dict(zip(heads, row, strict=True)) for row in rows])
    return tables, page


def text(cell) -> str:
    return " ".join(" ".join(cell.itertext()).split())


def links(cell) -> list[tuple[str, str]]:
    return [(link.get("href"), link.text) for link in cell.findall(".//a")]


def damaged(page) -> str:
    return " ".join(
        words for line in page.findall(".//p") if "Cannot be read" in (words := text(line))
    )


def relabel(folder, **values):
    path = folder / "manifest.json"
    write_json(path, {**json.loads(path.read_text()), **values})


def test_a_run_is_listed_with_its_numbers_and_pages(run, written):
    out = written.parent
    with new_folder(out, "compare-1") as place:
        (place / "index.html").write_text("x")
        write_manifest(place, ComparisonManifest(title="a · b", runs=("a", "b")))
    (runs, others), page = listed(out)
    (row,) = runs
    assert list(row) == HEADS
    assert text(row["Run"]) == f"hedge_mix {written.name}"
    assert links(row["Pages"]) == [(f"{written.name}/verdict.html", "verdict")]
    numbers = run.summary.metrics
    payoff = run.judged.evidence.every.estimate
    assert text(row["Does it hedge?"]) == f"{run.judged.word} {signed_text(payoff)}"
    assert text(row["CAGR"]) == percent(numbers.cagr)
    assert text(row["Sharpe (over bills)"]) == ratio(numbers.sharpe)
    assert text(row["Turnover a year"]) == percent(numbers.turnover_per_year)
    assert text(row["Final value"]) == money(numbers.final_value)
    assert float(row["CAGR"].get("data-v")) == numbers.cagr
    assert (text(row["From"]), text(row["To"])) == ("1995-01-31", "2025-12-31")
    assert text(row["Source"]) == run.market.title
    (other,) = others
    assert text(other["Of"]) == "a · b"
    assert links(other["Pages"]) == [("compare-1/index.html", "open")]
    assert damaged(page) == ""


def test_a_run_without_a_hedge_or_without_a_verdict_has_no_payoff(written):
    """A word of several words is a cell like any other."""
    out = written.parent
    for name, verdict, payoff in (
        ("a", "no hedge", None),
        ("b", None, None),
        ("c", "it depended", {"value": 0.0017, "low": None, "high": None}),
        ("d", "same as bills", {"value": -0.0017, "low": -0.002, "high": 0.001}),
    ):
        shutil.copytree(written, out / name)
        relabel(out / name, verdict=verdict, payoff=payoff)
    (runs,), page = listed(out)
    shown = {text(row["Run"]).split()[-1]: text(row["Does it hedge?"]) for row in runs}
    del shown[written.name]
    assert shown == {
        "a": "no hedge",
        "b": "-",
        "c": "it depended +0.17 %",
        "d": "same as bills \u22120.17 %",
    }
    assert damaged(page) == ""


@pytest.mark.parametrize("version", [None, 2, 4, FORMAT + 1])
def test_a_run_of_another_version_is_still_listed_with_its_pages(written, version):
    """Its numbers are in another format: none is shown, and other runs are listed as always."""
    out = written.parent
    old = out / "hedge_mix-0123456789"
    shutil.copytree(written, old)
    relabel(old, format=version, created="2020-01-02T03:04:05+00:00")
    if version is None:
        manifest = json.loads((old / "manifest.json").read_text())
        write_json(old / "manifest.json", {k: v for k, v in manifest.items() if k != "format"})
    (old / "summary.json").write_text('{"metrics": {}, "turnover_per_year": 0.1}')
    ((_, row),), page = listed(out)
    assert text(row["Run"]) == f"{old.name} written by another version: run it again"
    assert links(row["Pages"]) == [(f"{old.name}/verdict.html", "verdict")]
    assert text(row["Written (UTC)"]) == "2020-01-02 03:04"
    rest = set(HEADS) - {"Run", "Pages", "Written (UTC)"}
    assert {text(row[head]) for head in rest} == {"-"}
    assert damaged(page) == ""


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("manifest.json", {"created": 5}),
        ("manifest.json", {"verdict": 5}),
        ("manifest.json", {"config": None}),
        ("manifest.json", {"one": "too many"}),
        ("summary.json", {"metrics": {}}),
        ("summary.json", {"start": None}),
        ("summary.json", {"costs_paid": 1.0}),
    ],
)
def test_a_run_of_this_version_with_another_type_in_a_field_is_named(written, name, change):
    out = written.parent
    bad = out / "hedge_mix-bad"
    shutil.copytree(written, bad)
    content = json.loads((bad / name).read_text())
    write_json(bad / name, {**content, **change})
    if name != "manifest.json":
        files = json.loads((bad / "manifest.json").read_text())["files"]
        relabel(bad, files={**files, name: file_sha256(bad / name)})
    (runs,), page = listed(out)
    assert [text(row["Run"]) for row in runs] == [f"hedge_mix {written.name}"]
    assert damaged(page) == "Cannot be read, run again: hedge_mix-bad."


def test_the_newest_comes_first(written):
    out = written.parent
    for name, created in (("b", "2021"), ("a", "2022"), ("c", "2020")):
        shutil.copytree(written, out / name)
        relabel(out / name, created=f"{created}-01-01T00:00:00+00:00")
    (runs,), _ = listed(out)
    assert [text(row["Run"]).split()[-1] for row in runs] == [written.name, "a", "b", "c"]


def test_what_is_moved_aside_or_half_written_is_not_listed(written):
    out = written.parent
    shutil.copytree(written, out / f"{written.name}.replaced-1")
    shutil.copytree(written, out / ".writing-hedge_mix-1")
    (runs,), page = listed(out)
    assert len(runs) == 1
    assert damaged(page) == ""


def test_one_bad_neighbour_does_not_spoil_the_index(tmp_path):
    for name, content in (
        ("deep", "[" * 100_000),
        (
            "list",
            f'{{"created": "2020", "files": {{"summary.json": "x"}}, "kind": "run", '
            f'"format": {FORMAT}}}',
        ),
        ("none", '{"created": null, "files": {}}'),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(content)
        (tmp_path / name / "summary.json").write_text('{"params": []}')
    os.mkdir(os.fsencode(tmp_path) + b"/bad\xff")
    with open(os.fsencode(tmp_path) + b"/bad\xff/manifest.json", "w") as stream:
        stream.write("{}")
    rebuild_index(tmp_path)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "Cannot be read, run again: " in page
    assert "deep, list, none" in page
