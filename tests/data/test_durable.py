"""Files whole or absent: what is written when, and what is left after a failure."""

from __future__ import annotations

import os

import pytest

from data import durable
from data.durable import TEMPORARY, beside, locked, remove_left_behind, replacing
from data.errors import OutputError


def test_a_file_appears_whole_under_its_name(tmp_path):
    path = tmp_path / "prices.csv"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == tmp_path  # a rename across disks is a copy
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_is_on_the_disk_before_its_name_and_the_name_before_the_end(tmp_path, monkeypatch):
    path, done = tmp_path / "prices.csv", []
    monkeypatch.setattr(durable, "sync", lambda place: done.append(("sync", place)))
    rename = os.replace
    monkeypatch.setattr(
        os, "replace", lambda old, new: (done.append(("name", new)), rename(old, new))
    )
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert done == [("sync", temporary), ("name", path), ("sync", tmp_path)]


def test_names_to_write_to_never_meet(tmp_path):
    path = tmp_path / "prices.csv"
    names = {beside(path).name for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith(f"{TEMPORARY}prices.csv-") for name in names)


def test_only_what_was_to_become_that_file_is_cleared(tmp_path):
    path = tmp_path / "a[1].csv"  # signs that a pattern would read as its own
    mine, others = beside(path), [beside(tmp_path / "a1.csv"), tmp_path / "a[1].csv.txt", path]
    for place in (mine, *others):
        place.write_text("x")
    remove_left_behind(path)
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_folder_has_one_writer_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(durable, "LOCK_TIMEOUT_SECONDS", 0.05)
    with locked(tmp_path), pytest.raises(OutputError, match="held by another process"):  # noqa: SIM117
        with locked(tmp_path):
            pass
    with locked(tmp_path):  # it ends with its block
        pass


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written: .*; make room or give access"):  # noqa: SIM117
        with locked(tmp_path / "file" / "results"):
            pass
