"""The list of results: newest first, also beside damaged folders."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import lxml.html
import pytest

from backtests.report import index, index_cache
from backtests.report.files import FORMAT, file_sha256, write_json
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.index_cache import CACHE
from backtests.report.index_page import HEADS
from backtests.report.index_rows import read_listed
from backtests.report.manifest import ComparisonManifest
from backtests.report.text import percent
from backtests.report.verdict.payoffs import interval_text, signed_text
from data.errors import OutputError


def listed(out):
    """Tables of the index: cells by heading, one row a folder."""
    rebuild_index(out)
    page = lxml.html.parse(str(out / "index.html"))
    tables = []
    for table in page.xpath("//section[not(@hidden)]//table"):
        heads = [head.text_content().strip() for head in table.findall(".//th")]
        rows = [row.findall("td") for row in table.findall(".//tbody/tr")]
        tables.append([dict(zip(heads, row, strict=True)) for row in rows])
    return tables, page


def text(cell) -> str:
    return " ".join(" ".join(cell.itertext()).split())


def names(rows) -> list[str]:
    return [row["Run"].find("small[last()]").text.split()[0] for row in rows]


def links(cell) -> list[tuple[str, str]]:
    return [(link.get("href"), text(link)) for link in cell.findall(".//a")]


def damaged(page) -> str:
    return " ".join(
        words for line in page.findall(".//p") if "Cannot be read" in (words := text(line))
    )


def relabel(folder, **values):
    path = folder / "manifest.json"
    write_json(path, {**json.loads(path.read_text()), **values})


def without_glance(folder):
    path = folder / "manifest.json"
    content = json.loads(path.read_text())
    del content["glance"]
    write_json(path, content)


def test_a_run_is_listed_with_its_numbers_and_pages(run, written):
    out = written.parent
    with new_folder(out, "compare-1") as place:
        (place / "index.html").write_text("x")
        about = ComparisonManifest(title="a · b", finding="b fell less", runs=("a", "b"))
        write_manifest(place, about)
    (others, runs), page = listed(out)
    (row,) = runs
    assert list(row) == list(HEADS)
    name = "SPY 60 %, IEF 40 %"
    assert text(row["Run"]) == f"SPY 60 %, IEF 40 % {written.name}"
    assert links(row["Run"]) == [(f"{written.name}/verdict.html", name)]
    numbers = run.summary.metrics
    payoff = run.judged.evidence.every.estimate
    assert text(row["Does it hedge?"]) == "unclear"
    told = f"{signed_text(payoff)} {interval_text(payoff)}".replace("-", "\u2212")
    assert text(row["Payoff"]) == told
    assert text(row["Growth a year"]) == percent(numbers.cagr)
    assert float(row["Growth a year"].get("data-v")) == numbers.cagr
    assert float(row["Deepest fall"].get("data-v")) == numbers.max_drawdown
    assert text(row["Period"]) == "1995-01-31 to 2025-12-31 monthly"
    (other,) = others
    assert text(other["Comparison or search"]) == "a · b compare-1"
    assert text(other["What it found"]) == "b fell less"
    assert links(other["Comparison or search"]) == [("compare-1/index.html", "a · b")]
    assert damaged(page) == ""


def test_a_run_without_a_hedge_or_without_a_verdict_has_no_payoff(written):
    """A word of several words is a cell like any other."""
    out = written.parent
    for name, verdict, payoff in (
        ("a", "no hedge", None),
        ("b", None, None),
        ("c", "it depended", None),
        ("d", "same as bills", {"value": -0.0017, "low": -0.002, "high": 0.001}),
    ):
        shutil.copytree(written, out / name)
        relabel(out / name, verdict=verdict, payoff=payoff)
    (runs,), page = listed(out)
    shown = {
        name: (text(row["Does it hedge?"]), text(row["Payoff"]))
        for name, row in zip(names(runs), runs, strict=True)
    }
    del shown[written.name]
    assert shown == {
        "a": ("no hedge", "-"),
        "b": ("not judged", "-"),
        "c": ("it depended", "by state"),
        "d": ("the same as bills", "\u22120.17 % \u22120.20 to +0.10"),
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
    (_, (row,)), page = listed(out)
    assert text(row["Run"]) == f"{old.name} written by another version: run it again"
    assert links(row["Run"]) == [(f"{old.name}/verdict.html", old.name)]
    assert text(row["Written (UTC)"]) == "2020-01-02 03:04"
    assert text(row["Does it hedge?"]) == "of another version"
    rest = set(HEADS) - {"Run", "Does it hedge?", "Written (UTC)"}
    assert {text(row[head]) for head in rest} == {"-"}
    assert damaged(page) == ""


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("manifest.json", {"created": 5}),
        ("manifest.json", {"verdict": 5}),
        ("manifest.json", {"config": None}),
        ("manifest.json", {"one": "too many"}),
        ("manifest.json", {"glance": 5}),
        ("manifest.json", {"glance": {"name": "x"}}),
        ("manifest.json", {"finding": None}),
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
        without_glance(bad)  # with one its manifest has what the list shows
        files = json.loads((bad / "manifest.json").read_text())["files"]
        relabel(bad, files={**files, name: file_sha256(bad / name)})
    (runs,), page = listed(out)
    assert names(runs) == [written.name]
    assert damaged(page) == "Cannot be read, run again: hedge_mix-bad."


def test_the_newest_comes_first(written):
    out = written.parent
    for name, created in (("b", "2021"), ("a", "2022"), ("c", "2020")):
        shutil.copytree(written, out / name)
        relabel(out / name, created=f"{created}-01-01T00:00:00+00:00")
    (runs,), _ = listed(out)
    assert names(runs) == [written.name, "a", "b", "c"]


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


# From what was remembered


@pytest.fixture
def settled(monkeypatch):
    """What has just been written counts as lasting, as it does seconds later."""
    monkeypatch.setattr(index_cache, "SETTLED_NS", -(10**12))


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """The folders that are read."""
    asked: list[str] = []

    def reading(folder):
        asked.append(folder.name)
        return read_listed(folder)

    monkeypatch.setattr(index, "read_listed", reading)
    return asked


def many(written) -> None:
    """Runs, another version, a comparison, a damaged folder and one with a name that is no text."""
    out = written.parent
    for name in ("a", "b", "older", "bad\udcff"):
        shutil.copytree(written, out / name)
    relabel(out / "older", format=FORMAT - 1)
    without_glance(out / "b")
    with new_folder(out, "compare-1") as place:
        write_manifest(place, ComparisonManifest(title="a · b", finding="c", runs=("a", "b")))
    (out / "bad").mkdir()
    (out / "bad" / "manifest.json").write_text("{")


@pytest.mark.usefixtures("settled")
def test_the_list_is_the_same_from_what_was_remembered_and_afresh(written, reads):
    many(written)
    out = written.parent
    rebuild_index(out)
    afresh = (out / "index.html").read_bytes()
    reads.clear()
    rebuild_index(out)
    assert (out / "index.html").read_bytes() == afresh
    assert sorted(reads) == ["bad", "bad\udcff"]
    (out / CACHE).unlink()
    rebuild_index(out)
    assert (out / "index.html").read_bytes() == afresh


@pytest.mark.usefixtures("settled")
def test_a_folder_that_comes_changes_or_goes_is_noticed(written, reads):
    many(written)
    out = written.parent
    rebuild_index(out)
    reads.clear()
    shutil.copytree(written, out / "new")
    relabel(out / "a", verdict="fails")
    (out / "b" / "summary.json").write_text("{}")
    shutil.rmtree(out / "older")
    (out / "compare-1").rename(out / "compare-2")
    (_, runs), page = listed(out)
    assert sorted(set(reads) - {"bad", "bad\udcff"}) == ["a", "b", "compare-2", "new"]
    shown = dict(zip(names(runs), (text(row["Does it hedge?"]) for row in runs), strict=True))
    assert shown.pop("a") == "it fails"
    assert shown == dict.fromkeys((written.name, "new", "bad\\udcff"), "unclear")
    assert damaged(page) == "Cannot be read, run again: b, bad."


def test_what_changes_within_a_tick_of_the_clock_is_noticed(written):
    """A second list right after the first: the same size and, for some clocks, the same time."""
    status = (written / "manifest.json").stat()
    rebuild_index(written.parent)
    path = written / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"unclear"', b'"unknown"'))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    (runs,), _ = listed(written.parent)
    assert text(runs[0]["Does it hedge?"]) == "unknown"


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("text_", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_was_remembered_is_shown_as_text(written, text_):
    """Whoever may write into the folder may write this file too: it is no markup."""
    out = written.parent
    rebuild_index(out)
    place = out / CACHE
    content = json.loads(place.read_text())
    ((_, row),) = content["runs"].values()
    row["glance"] |= {"name": text_, "settings": text_, "held": text_, "start": text_}
    row |= {"word": text_, "strategy": text_, "created": text_, "pages": [text_, "verdict.html"]}
    row["glance"]["curve"] = [-5, 10**9, 50]
    place.write_text(json.dumps(content))
    rebuild_index(out)
    shown = (out / "index.html").read_text()
    assert text_ not in shown
    page = lxml.html.fromstring(shown)
    assert text_ in page.text_content()
    links = [link.get("href") for link in page.findall(".//td//a")]
    assert links == [f"{written.name}/verdict.html"]
    assert page.find(".//svg/path").get("d") == "M0 100l1-100 1 50"


def test_ten_at_once_leave_one_whole_list(written):
    out = written.parent
    for number in range(5):
        shutil.copytree(written, out / f"copy{number}")
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(rebuild_index, [out] * 10))
    (runs,), _ = listed(out)
    assert len(runs) == 6
    assert not list(out.glob(".writing-*"))


def test_a_list_that_cannot_be_written_is_one_line(written):
    (written.parent / "index.html").mkdir()
    with pytest.raises(OutputError, match=r"index\.html cannot be written: .*run again to list"):
        rebuild_index(written.parent)
