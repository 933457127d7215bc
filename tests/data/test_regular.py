"""Bounded reads: no pipe is waited for, no device and no huge file fills the memory."""

from __future__ import annotations

import ast
import os
import socket
from pathlib import Path

import numpy as np
import pytest

from backtests.engine.config_file import read_config
from backtests.report import files
from backtests.report.folder import require_intact
from backtests.report.index import rebuild_index
from backtests.report.manifest import read_manifest
from backtests.report.tuning import trials
from backtests.report.tuning.unfinished import Unfinished
from data.errors import HedgeError
from data.regular import MOST_CSV, NotReadError, open_regular, read_regular, read_regular_text
from data.sources.delimited import read_table
from data.sources.files import load, tickers
from data.sources.snapshots import Store
from strategies.files import read_folder, read_strategy
from tests.conftest import ROOT

# A pipe that is opened waits for ever.
pytestmark = pytest.mark.timeout(60)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(8 << 30)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


IRREGULAR = {"pipe": pipe, "sparse": sparse, "endless": endless}


@pytest.fixture(params=IRREGULAR)
def irregular(request):
    """What makes a file that must not be read."""
    return IRREGULAR[request.param]


def test_a_file_is_read_up_to_its_bound(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(path)
    assert read_regular(path, 5) == b"12345"
    assert read_regular(tmp_path / "link", 9) == b"12345"
    with pytest.raises(NotReadError, match="it has 5 bytes, of which at most 4 bytes are read"):
        read_regular(path, 4)
    with open_regular(path, 5) as stream:
        assert stream.read(2) == b"12"


def test_text_has_its_lines_ended_by_a_line_feed(tmp_path):
    (tmp_path / "a").write_bytes("a\r\nb\rc\n\u20ac".encode())
    assert read_regular_text(tmp_path / "a", 99) == "a\nb\nc\n\u20ac"
    (tmp_path / "a").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="decode"):
        read_regular_text(tmp_path / "a", 99)


def test_what_is_no_regular_file_is_named(tmp_path, monkeypatch):
    pipe(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(tmp_path)  # a socket's path may not be long
        listening.bind("socket")
    for name, what in {
        "pipe": "it is a pipe, save what it gives as a file",
        "link": "it is a pipe",
        "socket": "it is a socket",
        "/dev/zero": "it is a device",
        "/dev/null": "it is a device",
        "": "it is a folder",
        "none": "No such file or directory",
        "a\0b": "no file has that name",
    }.items():
        with pytest.raises(OSError, match=what) as met:
            read_regular(tmp_path / name, 99)
        assert what in met.value.strerror  # what callers show


def test_a_huge_file_is_refused_by_its_size(tmp_path):
    sparse(tmp_path / "a")
    with pytest.raises(NotReadError, match="it has 8,589,934,592 bytes, of which at most 256 MiB"):
        read_regular(tmp_path / "a", MOST_CSV)


def test_a_file_without_a_size_is_read_and_bounded_all_the_same():
    """As those of /proc: its size is 0, whatever it holds."""
    there = Path("/proc/self/status")
    assert there.stat().st_size == 0
    assert read_regular(there, 1 << 20).startswith(b"Name:")
    with pytest.raises(NotReadError, match="at most 64 bytes are read"):
        read_regular(there, 64)


def test_a_file_that_grows_meanwhile_is_bounded_by_what_arrives(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    before = os.stat(path)
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(os, "fstat", lambda number: before)
    monkeypatch.setattr(os, "stat", lambda path: before)
    assert len(read_regular(path, 100)) == 100
    with pytest.raises(NotReadError, match="at most 99 bytes"):
        read_regular(path, 99)


def test_a_pipe_that_takes_a_files_place_is_not_waited_for(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"1")
    pipe(tmp_path / "pipe")
    before = os.stat(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda path: before)
    with pytest.raises(NotReadError, match="it is a pipe"):
        read_regular(tmp_path / "pipe", 99)


def test_a_device_is_not_even_opened(monkeypatch):
    """Opening alone makes some of them act."""
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("opened"))
    with pytest.raises(NotReadError, match="it is a device"):
        read_regular(Path("/dev/null"), 99)


# --- whatever reads a file of the user's ------------------------------------------------------

CALLS = {
    "SPY.csv": read_table,
    "run.toml": read_config,
    "rule.py": lambda path: read_strategy(str(path)),
}
WHY = "it is a pipe, save|it is a device|it has 8,589,934,592 bytes"


@pytest.mark.parametrize("name", CALLS)
def test_a_file_that_the_user_names_is_one_line(tmp_path, irregular, name):
    path = tmp_path / name
    irregular(path)
    with pytest.raises(HedgeError, match=WHY) as met:
        CALLS[name](path)
    assert str(path) in str(met.value)
    assert "\n" not in str(met.value)


def test_a_ticker_whose_file_is_none_is_one_line(tmp_path, irregular):
    irregular(tmp_path / "SPY.csv")
    assert tickers(tmp_path) == ["SPY"]
    with pytest.raises(HedgeError, match=f"SPY.csv cannot be read as CSV .({WHY})"):
        load(tmp_path, ["SPY"])


def test_a_strategy_of_the_folder_of_strategies_does_not_stop_the_others(tmp_path, irregular):
    irregular(tmp_path / "rule.py")
    kinds, wrong = read_folder(tmp_path)
    assert kinds == []
    assert len(wrong) == 1
    assert str(tmp_path / "rule.py") in wrong[0]


def test_a_snapshot_is_ignored_with_a_warning_and_set_aside_by_who_may(tmp_path, irregular):
    store = Store(tmp_path)
    irregular(store.path("SPY"))
    assert store.read("SPY") is None
    assert "SPY.snapshot.csv is not read (it " in store.warnings[0]
    assert store.warnings[0].endswith("ignored")
    assert store.read("SPY", mend=True) is None
    assert store.warnings[1].endswith("set aside as SPY.snapshot.csv.damaged-1")
    assert not os.path.lexists(store.path("SPY"))


def test_a_manifest_is_damaged_and_keeps_no_other_from_the_list(tmp_path, irregular):
    (tmp_path / "run-1").mkdir()
    irregular(tmp_path / "run-1" / "manifest.json")
    with pytest.raises(HedgeError, match="manifest.json is missing or damaged"):
        read_manifest(tmp_path / "run-1")
    rebuild_index(tmp_path)
    assert "run-1" in (tmp_path / "index.html").read_text()


def test_a_file_that_a_manifest_lists_is_damaged(tmp_path, irregular):
    irregular(tmp_path / "equity.csv")
    with pytest.raises(HedgeError, match="equity.csv is missing or damaged"):
        require_intact(tmp_path, {"equity.csv": "0" * 64})
    assert not files.holds_json(tmp_path / "equity.csv", {})


def test_a_log_of_trials_is_refused_and_saved_scores_are_not_used(tmp_path, irregular):
    irregular(tmp_path / trials.TRIALS)
    with pytest.raises(HedgeError, match=f"trials.parquet cannot be read .*({WHY})"):
        trials._logged_keys(tmp_path / trials.TRIALS)
    saved = Unfinished(tmp_path, "a", 4, 1)
    saved.keep(2, np.array([[1.0], [2.0]]))
    irregular(saved.folder / "0-2.part")
    scores, done = saved.read()
    assert done.tolist() == [False, False, True, True]
    assert scores[2:, 0].tolist() == [1.0, 2.0]


# --- no other way -----------------------------------------------------------------------------

READERS = {
    *("open", "fdopen", "read_text", "read_bytes", "read_csv", "read_table", "read_parquet"),
    *(
        "read_json",
        "read_excel",
        "read_fwf",
        "read_feather",
        "read_html",
        "read_xml",
    ),
    *("memory_map", "open_file", "input_stream", "OSFile", "fromfile", "loadtxt", "genfromtxt"),
    *("memmap", "FileIO", "mmap", "ParquetFile"),
}
# Uses that are allowed: none of them reads a path that the user chose, but through that module.
ALLOWED = {
    "data/regular.py: open": "the module itself, after a look at what is there",
    "data/regular.py: fdopen": "the same",
    "data/bundled/__init__.py: read_csv": "the table of this project",
    "data/bundled/world.py: read_csv": "tables of this project",
    "data/command.py: open": "the null device",
    "data/durable.py: open": "to sync what was just written",
    "backtests/engine/libraries.py: open": "the pipes between two processes of ours",
    "data/sources/fred.py: read_csv": "an answer, in memory",
    "data/sources/snapshots.py: read_csv": "bytes that were read and verified",
    "data/sources/files.py: read_table": "of this project: data/sources/delimited.py",
    "data/sources/figure_files.py: read_table": "the same",
    "data/sources/currency_files.py: read_table": "the same",
    "backtests/again.py: read_json": "of this project: backtests/report/files.py",
    "backtests/again.py: read_csv": "bytes that were read and bounded",
    "backtests/engine/cluster.py: open": "to write the log of a worker in a private folder",
    "backtests/engine/cluster.py: read_text": "the same log",
    "backtests/engine/cluster.py: read_bytes": "sources of this project",
    "backtests/engine/search.py: read_bytes": "sources of this project",
    "backtests/engine/own_sweep.py: read_bytes": "sources of this project",
    "backtests/report/finished_run.py: read_json": "of this project: backtests/report/files.py",
    "backtests/report/finished_run.py: read_csv": "bytes that were read and bounded",
    "backtests/report/index_rows.py: read_json": "the same",
    "backtests/report/manifest.py: read_json": "the same",
    "backtests/report/tuning/trials.py: ParquetFile": "a stream that open_regular opened",
}


# Who reads in parts, which no log of a run notes (data/read_log.py): none is an input of a run, or
# what was concluded is noted.
IN_PARTS = {
    "data/regular.py": "the module itself",
    "data/sources/ticker_files.py": "whether a file is a ticker's: files.tickers notes which are",
    "backtests/report/files.py": "hashes of results",
    "backtests/lab/saved_pages.py": "pages of saved runs, to be sent",
    "backtests/report/tuning/trials.py": "the log of trials",
}


def test_what_is_read_in_parts_is_no_input_that_a_log_would_miss():
    opened = {
        path.relative_to(ROOT).as_posix()
        for package in ("data", "strategies", "backtests")
        for path in (ROOT / package).rglob("*.py")
        if "open_regular" in path.read_text("utf-8")
    }
    assert opened == IN_PARTS.keys()


def readers(text: str) -> set[str]:
    """Calls by which a file might be read."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            names |= {name} & READERS
    return names


@pytest.mark.parametrize(
    ("text", "names"),
    [("open(a)", {"open"}), ("a.open()", {"open"}), ("pd.read_csv(a)", {"read_csv"}),
     ("Path(a).read_text()", {"read_text"}), ("pq.ParquetFile(a)", {"ParquetFile"}),
     ("os.open(a, 0)", {"open"}), ("read_regular(a, 9)", set()), ("opened(a)", set())],
)  # fmt: skip
def test_the_reader_of_sources_sees_what_reads(text, names):
    assert readers(text) == names


def test_files_are_read_through_this_module_alone():
    places = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("data", "strategies", "backtests")
        for path in (ROOT / package).rglob("*.py")
        for name in readers(path.read_text("utf-8"))
    }
    assert places == ALLOWED.keys()
