"""What the list reads of a folder: the same from a manifest with a glance and from one without."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest

from backtests.report.files import FORMAT, write_json
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index_rows import ListedOther, ListedRun, read_listed, result_folders
from backtests.report.manifest import (
    ClaimsManifest,
    ComparisonManifest,
    read_manifest,
    read_run_manifest,
)
from backtests.report.run_folder import write_run
from data.errors import OutputError
from tests.report.helpers import make_run


def rewrite(folder, *without, **values):
    path = folder / "manifest.json"
    content = {**json.loads(path.read_text()), **values}
    write_json(path, {key: value for key, value in content.items() if key not in without})


def test_a_run_is_read_from_its_manifest(run, written):
    row = read_listed(written)
    assert row == ListedRun(
        folder=written.name,
        created=read_run_manifest(written).created,
        pages=("verdict.html",),
        strategy="hedge_mix",
        glance=read_run_manifest(written).glance,
        word=run.judged.word,
        payoff=run.judged.evidence.every.estimate,
        choices=("", "", "", "from $10,000", "", "", "", "", ""),
    )
    assert row.glance.name == "SPY 60 %, IEF 40 %"
    assert 30 < len(row.glance.curve) <= 40


@pytest.mark.parametrize(
    ("strategy", "options"),
    [("hedge_mix", {}), ("attack_defend", {}), ("equity_only", {}),
     ("hedge_mix", {"params": {"weights": {"IEF": 0.5, "SPY": 0.5}}, "hedge": ("SPY",),
                    "equity": ("IEF",)})],
)  # fmt: skip
def test_a_folder_of_before_shows_the_same(tmp_path, strategy, options):
    folder = write_run(tmp_path, make_run(strategy, "2005-01-31", **options), with_tearsheet=False)
    now = read_listed(folder)
    assert now.glance.curve
    rewrite(folder, "glance", "finding", "which_hedge")
    assert read_listed(folder) == now


def test_what_was_chosen_is_told_in_a_fixed_order(written):
    config = json.loads((written / "manifest.json").read_text())["config"]
    chosen = {"hedge": "GLD,TIP", "equity": "IEF", "benchmark": "QQQ", "initial": 5000.0,
              "extend": True, "price_only": "SPY",
              "withholding": "GLD=0.15"}  # fmt: skip
    rewrite(written, config={**config, **chosen})
    assert read_listed(written).choices == (
        "hedge GLD,TIP", "equity IEF", "against QQQ", "from $5,000", "extended by proxies",
        "price only: SPY", "withheld: GLD 15 %", "", "",
    )  # fmt: skip
    rewrite(written, config={**config, "band": 0.05, "flow": "-4%/year", "real": True})
    assert read_listed(written).choices[7:] == (
        "traded only where a weight is off its target by 5 points; 4 % of the value taken out "
        "each year",
        "real",
    )
    rewrite(written, config={**config, "extend": False})
    assert read_listed(written).choices[4] == "without proxies"


def test_a_run_of_before_whose_values_are_lost_has_no_line(written):
    rewrite(written, "glance")
    for damage in ("", "date\n", "date,strategy\n2020-01-31,x\n"):
        (written / "equity.csv").write_text(damage)
        assert read_listed(written).glance.curve == ()
    (written / "equity.csv").unlink()
    assert read_listed(written).glance.name == "SPY 60 %, IEF 40 %"


def test_a_summary_that_is_not_the_one_written_is_damage(written):
    path = written / "summary.json"
    path.write_bytes(path.read_bytes().replace(b"hedge_mix", b"hedge_fix"))
    with pytest.raises(OutputError, match=r"summary\.json is damaged"):
        read_listed(written)
    path.unlink()
    with pytest.raises(OSError, match=r"summary\.json"):
        read_listed(written)


def test_a_comparison_says_what_it_found_and_an_older_one_nothing(tmp_path):
    with new_folder(tmp_path, "compare-1") as place:
        (place / "index.html").write_text("x")
        write_manifest(
            place, ComparisonManifest(title="a · b", finding="a is better", runs=("a", "b"))
        )
    row = read_listed(tmp_path / "compare-1")
    assert row == ListedOther(
        folder="compare-1", created=row.created, pages=("index.html",), title="a · b",
        finding="a is better", kind="comparison",
    )  # fmt: skip
    rewrite(tmp_path / "compare-1", "finding")
    assert read_listed(tmp_path / "compare-1") == replace(row, finding="")
    rewrite(tmp_path / "compare-1", format=FORMAT - 1, runs="of another form")
    assert read_listed(tmp_path / "compare-1").title == "a · b"


def test_a_trial_of_the_article_is_read_with_its_finding_and_kind(tmp_path):
    with new_folder(tmp_path, "claims-1") as place:
        (place / "claims.html").write_text("x")
        about = ClaimsManifest(
            title="bundled months", finding="Of 14 claims 4 hold", source="bundled",
            data={"SPY": "0" * 64}, versions={"python": "3.11"},
        )  # fmt: skip
        write_manifest(place, about)
    assert read_listed(tmp_path / "claims-1") == ListedOther(
        folder="claims-1", created=read_manifest(tmp_path / "claims-1").created,
        pages=("claims.html",), title="bundled months", finding="Of 14 claims 4 hold",
        kind="claims",
    )  # fmt: skip


@pytest.mark.parametrize("finding", [5, None, ["a"]])
def test_a_finding_that_is_no_text_is_damage(tmp_path, finding):
    with new_folder(tmp_path, "compare-1") as place:
        write_manifest(place, ComparisonManifest(title="a · b", runs=("a", "b")))
    rewrite(tmp_path / "compare-1", finding=finding)
    with pytest.raises(OutputError):
        read_listed(tmp_path / "compare-1")


def test_folders_with_a_manifest_are_found_in_order_and_change_their_stamp(tmp_path):
    for name in ("b", "a", ".writing-x", "a.replaced-1", "empty"):
        (tmp_path / name).mkdir()
        if name != "empty":
            (tmp_path / name / "manifest.json").write_text("{}")
    (tmp_path / "file").write_text("x")
    before = dict(result_folders(tmp_path))
    assert list(before) == ["a", "b"]
    (tmp_path / "a" / "summary.json").write_text("{}")
    (tmp_path / "b" / "manifest.json").write_text("{ }")
    after = dict(result_folders(tmp_path))
    assert all(before[name] != after[name] for name in before)
    assert dict(result_folders(tmp_path)) == after


def test_a_file_that_takes_anothers_place_has_another_stamp(tmp_path):
    """Of the same size and time of change: it is another file."""
    (tmp_path / "a").mkdir()
    path, other = tmp_path / "a" / "manifest.json", tmp_path / "other"
    path.write_text("{}")
    other.write_text("[]")
    os.utime(path, ns=(10**18, 10**18))
    os.utime(other, ns=(10**18, 10**18))
    before = dict(result_folders(tmp_path))
    shutil.move(other, path)
    assert dict(result_folders(tmp_path)) != before
