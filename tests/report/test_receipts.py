"""Receipts of runs: whole or none, of folders that are there, and never too many."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from backtests.report.files import FORMAT
from backtests.report.receipts import (
    MOST_READ,
    MOST_RECEIPTS,
    RECEIPTS,
    Receipt,
    keep_receipt,
    read_receipts,
)
from data.errors import OutputError
from data.read_log import Reading

RECEIPT = Receipt(
    made="2026-01-01T00:00:00+00:00",
    folder="run-1",
    manifest="0" * 64,
    told=("a line", "\x1b[2J\u202e\U0001f600"),
    judged=True,
    unstressed="why",
    prices=("/a/b",),
    exchanges=("XNYS",),
    reading=Reading(files={"/a/b": "1", "/a/\u00e9": ""}, folders={"/a": "2"}, tickers={"/a": "3"}),
)


@pytest.fixture
def out(tmp_path):
    (tmp_path / "run-1").mkdir()
    return tmp_path


def test_receipts_read_back_equal_and_stand_beside_each_other(out):
    assert read_receipts(out) == {}
    keep_receipt(out, "a", RECEIPT)
    plain = Receipt(made="2", folder="run-1", manifest="", told=("x",), judged=False)
    keep_receipt(out, "b", plain)
    assert read_receipts(out) == {"a": RECEIPT, "b": plain}
    keep_receipt(out, "a", plain)
    assert read_receipts(out) == {"a": plain, "b": plain}
    content = (out / RECEIPTS).read_bytes()
    assert content.isascii()
    assert set(content) & set(range(32)) == {10}
    assert [path.name for path in out.iterdir() if path.name.startswith(".writing")] == []


def test_a_damaged_file_counts_as_none_and_is_replaced(out):
    keep_receipt(out, "a", RECEIPT)
    place, rng = out / RECEIPTS, random.Random(1)
    good = place.read_bytes()
    for _ in range(200):
        at = rng.randrange(len(good))
        place.write_bytes(good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1 :])
        assert read_receipts(out) == {}
    for text in (b"", b"\n", good[:-1], good + b"x", good.partition(b"\n")[2], b"\xff" * 99):
        place.write_bytes(text)
        assert read_receipts(out) == {}
    place.write_bytes(good.replace(f"format {FORMAT}".encode(), f"format {FORMAT + 1}".encode()))
    assert read_receipts(out) == {}
    keep_receipt(out, "b", RECEIPT)
    assert read_receipts(out) == {"b": RECEIPT}


def test_receipts_of_folders_that_are_gone_and_the_oldest_go(out):
    (out / "run-2").mkdir()
    keep_receipt(out, "gone", replace(RECEIPT, folder="run-2"))
    keep_receipt(out, "outside", replace(RECEIPT, folder=".."))
    (out / "run-2").rmdir()
    for number in range(MOST_RECEIPTS + 3):
        keep_receipt(out, f"{number}", replace(RECEIPT, made=f"{number:04}"))
    assert set(read_receipts(out)) == {f"{number}" for number in range(3, MOST_RECEIPTS + 3)}


def test_where_receipts_are_long_the_oldest_of_them_go(out, monkeypatch):
    """A run of many tickers leaves a long one, and the next run is to find its own."""
    keep_receipt(out, "a", RECEIPT)
    monkeypatch.setattr("backtests.report.receipts.MOST_JSON", 5 * (out / RECEIPTS).stat().st_size)
    for number in range(4):
        keep_receipt(out, f"{number}", replace(RECEIPT, made=f"3{number}"))
        assert f"{number}" in read_receipts(out)
    lasting = set(read_receipts(out))
    assert lasting == {"1", "2", "3"}
    keep_receipt(out, "long", replace(RECEIPT, made="5", told=("x" * 9_999,)))
    assert set(read_receipts(out)) == lasting


def test_of_a_run_that_read_too_many_files_and_of_paths_that_are_no_text_there_is_none(out):
    files = {str(number): "" for number in range(MOST_READ + 1)}
    for reading in (Reading(files=files), Reading(files={"/a\udcff": ""})):
        keep_receipt(out, "a", replace(RECEIPT, reading=reading))
        assert read_receipts(out) == {}
        assert not (out / RECEIPTS).exists()
    del files["0"]
    keep_receipt(out, "a", replace(RECEIPT, reading=Reading(files=files)))
    assert len(read_receipts(out)["a"].reading.files) == MOST_READ


def test_a_folder_of_that_name_is_left_alone(out):
    (out / RECEIPTS / "x").mkdir(parents=True)
    keep_receipt(out, "a", RECEIPT)
    assert (out / RECEIPTS / "x").is_dir()
    assert read_receipts(out) == {}


def test_a_full_disk_is_one_line(out, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left .* made anew when"):
        keep_receipt(out, "a", RECEIPT)
    assert read_receipts(out) == {}


def test_of_processes_that_write_at_once_none_is_lost(out):
    children = []
    for number in range(8):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                keep_receipt(out, f"{number}", RECEIPT)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert set(read_receipts(out)) == {f"{number}" for number in range(8)}
