"""What the last list leaves for the next one: used where nothing changed, and never relied on."""

from __future__ import annotations

import errno
import json
import os

import pytest

from backtests.report.files import FORMAT
from backtests.report.index_cache import (
    CACHE,
    LAYOUT,
    SETTLED_NS,
    VERSION,
    Remembered,
    read_cache,
    remember,
)
from backtests.report.index_rows import ListedOther, ListedRun, read_listed
from data.errors import OutputError

STAMP = (10**18, 10**18, 5, 7, 10**18, 10**18, 6, 8)
LATER = 10**18 + SETTLED_NS + 1


def other(folder: str, finding: str = "x") -> ListedOther:
    return ListedOther(folder=folder, created="2026", pages=("index.html",), title="a",
                       finding=finding)  # fmt: skip


def kept_after(out, rows, began_ns=LATER) -> Remembered:
    remember(out, rows, Remembered(), began_ns)
    return read_cache(out)


def test_rows_read_back_equal(written):
    rows = {written.name: (STAMP, read_listed(written)), "c": (STAMP[:4], other("c"))}
    back = kept_after(written.parent, rows)
    for name, (stamp, row) in rows.items():
        assert back.get(name, stamp) == row
        assert type(back.get(name, stamp)) is type(row)
        assert back.get(name, (*stamp[:3], 9, *stamp[4:])) is None
    assert back.get("elsewhere", STAMP) is None


@pytest.mark.parametrize("at", [0, 1, 4, 5])
def test_what_has_just_changed_is_not_remembered(tmp_path, at):
    """It may change again within the same tick of the clock, unseen."""
    stamp = list(STAMP)
    stamp[at] += 1
    rows = {"a": (tuple(stamp), other("a")), "b": (STAMP, other("b"))}
    back = kept_after(tmp_path, rows, LATER)
    assert (back.get("a", tuple(stamp)), back.get("b", STAMP)) == (None, other("b"))


def test_a_name_that_is_no_text_is_read_again_each_time(tmp_path):
    rows = {"bad\udcff": (STAMP, other("bad\udcff")), "b": (STAMP, other("b"))}
    assert set(kept_after(tmp_path, rows).others) == {"b"}


def test_what_a_terminal_would_obey_stands_as_its_escape(tmp_path):
    """Control codes, signs that turn text round, all that is no ASCII; it reads back equal."""
    name = "\x1b[2J\x07\u202e\u2028\x85\U0001f600"
    rows = {"b": (STAMP, other("b", name))}
    assert kept_after(tmp_path, rows).get("b", STAMP) == other("b", name)
    content = (tmp_path / CACHE).read_bytes()
    assert content.isascii()
    assert min(content) >= ord(" ")


def test_what_is_there_already_is_not_written_again(tmp_path):
    before = kept_after(tmp_path, {"b": (STAMP, other("b"))})
    place = tmp_path / CACHE
    os.utime(place, ns=(5, 5))
    remember(tmp_path, {"b": (STAMP, other("b"))}, before, LATER)
    assert place.stat().st_mtime_ns == 5
    remember(tmp_path, {"b": (STAMP, other("b", "y"))}, before, LATER)
    assert read_cache(tmp_path).get("b", STAMP) == other("b", "y")


def damaged(content: dict) -> list[bytes]:
    """A cache in every way that it must not be read in."""

    def having(**values) -> bytes:
        return json.dumps({**content, **values}).encode()

    stamp, row = content["others"]["b"]
    whole = json.dumps(content).encode()
    return [
        b"", b"[]", b"null", whole[:-5], b"\x00" * 50, b"\xff", b"[" * 100_000,
        having(version=f"{VERSION}1"), having(version=1), having(version=""), having(others=5),
        having(others={"b": [stamp, {**row, "title": 5}]}),
        having(others={"b": [stamp, {**row, "pages": "x"}]}),
        having(others={"b": [["x"], row]}),
        having(others={"b": [stamp]}),
        having(others={"of another": [stamp, row]}),
        having(runs={"b": [stamp, {"folder": "b"}]}),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(17))
def test_a_damaged_or_foreign_one_counts_as_none(tmp_path, number):
    kept_after(tmp_path, {"b": (STAMP, other("b"))})
    content = json.loads((tmp_path / CACHE).read_text())
    (tmp_path / CACHE).write_bytes(damaged(content)[number])
    assert read_cache(tmp_path) == Remembered()
    assert kept_after(tmp_path, {"b": (STAMP, other("b"))}).get("b", STAMP) == other("b")


def test_whatever_stands_in_its_place_is_no_error(tmp_path):
    place = tmp_path / CACHE
    assert read_cache(tmp_path) == Remembered()
    place.mkdir()
    assert kept_after(tmp_path, {"b": (STAMP, other("b"))}) == Remembered()
    place.rmdir()
    os.mkfifo(place)
    assert read_cache(tmp_path) == Remembered()
    place.unlink()
    outside = tmp_path / "outside"
    outside.write_text("mine")
    place.symlink_to(outside)
    assert kept_after(tmp_path, {"b": (STAMP, other("b"))}).get("b", STAMP) == other("b")
    assert outside.read_text() == "mine"
    assert not place.is_symlink()


def test_one_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    kept_after(tmp_path, {"b": (STAMP, other("b"))})
    monkeypatch.setattr("backtests.report.index_cache.MOST", 10)
    assert read_cache(tmp_path) == Remembered()


def test_a_run_without_numbers_is_remembered_too(tmp_path):
    older = ListedRun(folder="a", created="", pages=())
    assert kept_after(tmp_path, {"a": (STAMP, older)}).get("a", STAMP) == older


def test_one_that_cannot_be_written_is_one_line_and_leaves_the_old_one(tmp_path, monkeypatch):
    kept_after(tmp_path, {"b": (STAMP, other("b"))})
    before = (tmp_path / CACHE).read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("data.durable.os.replace", full)
    with pytest.raises(OutputError, match=r"\.index\.json cannot be written: No space .* finished"):
        remember(tmp_path, {"c": (STAMP, other("c"))}, Remembered(), LATER)
    assert (tmp_path / CACHE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [CACHE]


def test_what_another_format_wrote_is_not_remembered():
    """Folders of another format are listed as such, whatever the list of that format said."""
    assert f"{LAYOUT} of format {FORMAT}" == VERSION
