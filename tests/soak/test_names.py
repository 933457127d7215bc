"""Names that try to leave their folder: nothing outside is written, changed or removed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil

import pandas as pd
import pytest

from data.sources.bars import COLUMNS, Bars
from data.sources.snapshots import Store
from tests.soak.doors import call, complaint

SHORT = ("--no-tearsheet", "--no-verdict", "--source", "bundled", "--start", "2000-01-31", "--end",
         "2001-06-30")  # fmt: skip
TICKERS = ("../../etc/passwd", "../outside/canary", "/etc/passwd", "..", ".", "CON", "NUL",
           "aux.csv", "a\0b", "a\nb", "a/b", "a\\b", "~", "$HOME", "canary", "SPY.csv",
           "%2e%2e%2fx", "x" * 300, "\u202ecanary", "\udcff")  # fmt: skip


def listing(folder) -> dict[str, str]:
    """Every file below a folder, with its content's hash, and where links point."""
    entries = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            entries[str(path)] = f"-> {os.readlink(path)}"
        elif path.is_file():
            entries[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            entries[str(path)] = "folder"
    return entries


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A working folder beside a folder that is none of our business."""
    canary = tmp_path / "outside"
    (canary / "deep").mkdir(parents=True)
    (canary / "canary.csv").write_text("date,value\n2000-01-31,1\n2000-02-29,2\n")
    (canary / "deep" / "manifest.json").write_text("{}")
    place = tmp_path / "place"
    (place / "prices").mkdir(parents=True)
    monkeypatch.chdir(place)
    monkeypatch.setenv("HEDGE_DATA_DIR", str(place / "cache"))
    monkeypatch.setattr("data.sources.yahoo.BACKOFF_SECONDS", 0.01)
    before = listing(canary)
    yield canary
    assert listing(canary) == before
    assert {path.name for path in tmp_path.iterdir()} == {"outside", "place"}


def refused(door: str, words) -> str:
    answer = call(door, words)
    assert complaint(answer) == "", answer.err
    assert answer.code == 2
    return answer.error


@pytest.mark.parametrize("source", ["files:prices", "auto", "bundled"])
def test_tickers_stay_in_their_folder(outside, source):
    for ticker in TICKERS:
        for words in (
            ["hedge_mix", "--weights", f"{ticker}=1"],
            ["hedge_mix", "--benchmark", ticker],
            ["equity_only", "--set", f"ticker={ticker}"],
        ):
            refused("backtests.run", [*words, "--source", source])


def test_snapshots_of_any_name_stay_in_the_data_folder(outside, tmp_path):
    folder = tmp_path / "place" / "cache"
    store = Store(folder)
    frame = pd.DataFrame(100.0, pd.bdate_range("2020-01-02", periods=9, name="Date"), COLUMNS)
    for ticker in ("../../etc/passwd", "/etc/passwd", "..", ".", "CON", "a\nb", "a/b", "a\\b", "~"):
        kept = store.write(ticker, "made", dt.datetime.now(dt.UTC), Bars(frame, ()))
        assert store.path(ticker).parent == folder
        assert store.read(ticker).sha256 == kept.sha256
    assert all(path.parent == folder for path in folder.rglob("*"))
    assert store.clear() == 9


def test_a_link_in_the_data_folder_is_not_followed_out(outside, tmp_path):
    """A snapshot's place that is a link: replaced or removed itself, never what it points to."""
    folder = tmp_path / "place" / "cache"
    folder.mkdir()
    store = Store(folder)
    for ticker in ("SPY", "IEF", "TLT"):
        store.path(ticker).symlink_to(outside / "canary.csv")
    (folder / ".writing-old").symlink_to(outside / "canary.csv")
    (folder / f"{store.path('BIL').name}.damaged-1").symlink_to(outside / "canary.csv")
    frame = pd.DataFrame(100.0, pd.bdate_range("2020-01-02", periods=9, name="Date"), COLUMNS)
    store.write("SPY", "made", dt.datetime.now(dt.UTC), Bars(frame, ()))
    with store.locked("IEF"):
        assert store.read("IEF", mend=True) is None
    assert call("data.cache", []).code == 0
    assert call("data.cache", ["--clear"]).code == 0
    assert [path for path in folder.iterdir() if not path.name.startswith(".")] == []


def test_locks_that_are_links_are_refused_not_emptied(outside, tmp_path):
    """Opening a lock empties it: one that leads to another file must not be opened."""
    results, cache = tmp_path / "place" / "results", tmp_path / "place" / "cache"
    for folder, name in ((results, ".lock"), (cache, ".SPY.snapshot.csv.lock")):
        folder.mkdir()
        (folder / name).symlink_to(outside / "canary.csv")
    assert refused("backtests.run", ["hedge_mix", *SHORT])
    answer = call("backtests.run", ["equity_only", *SHORT, "--out", "other", "--json"])
    assert answer.code == 0
    assert complaint(call("backtests.run", ["equity_only", "--source", "auto", *SHORT[:2]])) == ""


def test_a_data_folder_that_is_a_link_is_used_but_only_its_own_files_go(outside, monkeypatch):
    """Where it points is the user's choice; clearing spares what is not ours."""
    monkeypatch.setenv("HEDGE_DATA_DIR", str(outside))
    assert call("data.cache", ["--clear"]).code == 0


def test_linked_folders_of_results_are_left_alone(outside, tmp_path):
    out = tmp_path / "place" / "results"
    made = call("backtests.run", ["hedge_mix", *SHORT])
    assert made.code == 0, made.err
    (name,) = [path.name for path in out.glob("*-*") if path.is_dir()]
    # The run's own place leads out: it is moved aside, not written through.
    shutil.rmtree(out / name)
    (out / name).symlink_to(outside / "deep")
    (out / ".writing-old").symlink_to(outside)
    os.utime(out / ".writing-old", (0, 0), follow_symlinks=False)
    again = call("backtests.run", ["hedge_mix", *SHORT])
    assert again.code == 0, again.err
    assert not (out / name).is_symlink()
    assert (out / f"{name}.replaced-1").is_symlink()
    # Pages that are links are replaced themselves.
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(outside / "canary.csv")
    assert call("backtests.run", ["hedge_mix", *SHORT, "--lag", "2"]).code == 0
    assert not (out / "index.html").is_symlink()


def test_a_manifest_cannot_name_files_elsewhere(outside, tmp_path):
    out = tmp_path / "place" / "results"
    for strategy in ("hedge_mix", "equity_only"):
        assert call("backtests.run", [strategy, *SHORT]).code == 0
    first, other = sorted(path for path in out.glob("*-*") if path.is_dir())
    good = json.loads((first / "manifest.json").read_text())
    for name in ("../../../outside/canary.csv", str(outside / "canary.csv"), "..", ".", "", "a\0b"):
        sha = hashlib.sha256((outside / "canary.csv").read_bytes()).hexdigest()
        bad = {**good, "files": {**good["files"], name: sha}}
        (first / "manifest.json").write_text(json.dumps(bad))
        assert "missing or damaged" in refused("backtests.compare", [first.name, other.name])


@pytest.mark.parametrize(
    "name", ["../outside/deep", "../outside/canary.csv", "/etc", "/etc/passwd", "..", ".", "/",
             "a\0b", "CON", "results/../../outside"]
)  # fmt: skip
def test_a_folder_that_is_no_run_is_refused(outside, name):
    refused("backtests.compare", [name, "hedge_mix", *SHORT[2:]])


@pytest.mark.parametrize(
    "out", ["a\0b", "/dev/null", "/proc/x", "../outside/canary.csv", ".", "\udcff", "x" * 300, ""]
)
def test_a_place_for_results_that_cannot_be_is_refused(outside, out):
    refused("backtests.run", ["hedge_mix", *SHORT, "--out", out])


def test_a_result_goes_under_the_folder_asked_for_and_nowhere_else(outside, tmp_path):
    place = tmp_path / "place"
    for out in ("results/../elsewhere", "CON", "-x", "a b", "..hidden"):
        made = call("backtests.run", ["hedge_mix", *SHORT, f"--out={out}"])
        assert made.code == 0, made.err
    assert {path.name for path in place.iterdir()} - {"prices", "cache", "results"} == {
        "elsewhere", "CON", "-x", "a b", "..hidden",
    }  # fmt: skip
