"""The files of a folder, and which of them is a name's."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import DataError
from data.sources.folders import csv_files, differ_by_case, find_file, stem_of


@pytest.fixture
def folder(tmp_path):
    """Two files in a folder, one in a subfolder, one too deep, and one of another kind."""
    for name in ("SPY.csv", "ief.CSV", "prices/TLT.csv", "prices/old/BIL.csv", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("date,value\n", "utf-8")
    return tmp_path


def test_files_lie_in_the_folder_and_in_its_direct_subfolders(folder):
    names = {path.relative_to(folder).as_posix() for path in csv_files(folder)}
    assert names == {"SPY.csv", "ief.CSV", "prices/TLT.csv"}
    assert csv_files(folder / "absent") == []


def test_a_folder_or_a_dead_link_named_like_a_file_is_none(folder):
    (folder / "folder.csv").mkdir()
    (folder / "dead.csv").symlink_to(folder / "nowhere")
    (folder / "round.csv").symlink_to(folder / "round.csv")
    (folder / ".csv").write_text("", "utf-8")
    names = {path.name for path in csv_files(folder)}
    assert names == {"SPY.csv", "ief.CSV", "TLT.csv"}


@pytest.mark.parametrize(
    ("name", "place"),
    [("SPY", "SPY.csv"), ("spy", "SPY.csv"), ("IEF", "ief.CSV"), ("TLT", "prices/TLT.csv")],
)
def test_a_name_is_found_in_any_case(folder, name, place):
    assert find_file(folder, name) == folder / place


@pytest.mark.parametrize("name", ["BIL", "", ".", "..", "prices/TLT", "../SPY", "SP\0Y", "notes"])
def test_what_is_no_name_of_a_file_there_is_not_found(folder, name):
    assert find_file(folder, name) is None
    assert find_file(folder / "absent", name) is None


def test_the_nearer_of_two_files_is_used_and_two_as_near_are_refused(folder):
    (folder / "prices" / "SPY.csv").write_text("", "utf-8")
    assert find_file(folder, "SPY") == folder / "SPY.csv"
    (folder / "more").mkdir()
    (folder / "more" / "TLT.csv").write_text("", "utf-8")
    with pytest.raises(DataError, match=r"TLT.csv is both .*TLT.csv and .*TLT.csv; keep one"):
        find_file(folder, "TLT")


def test_names_that_differ_by_case_alone_are_two(folder):
    assert not differ_by_case({"SPY", "ief"})
    assert differ_by_case({"SPY", "spy"})
    (folder / "spy.csv").write_text("", "utf-8")
    assert find_file(folder, "spy") == folder / "spy.csv"
    assert find_file(folder, "SPY") == folder / "SPY.csv"
    assert find_file(folder, "IEF") is None  # its file is named ief


def test_a_stem_is_the_name_without_its_ending():
    assert stem_of(str(Path("a") / "EUNL.DE.csv")) == "EUNL.DE"
