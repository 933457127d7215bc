"""plotly's script lies once beside the results, under the name of its content."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading

import pytest
from plotly.offline import get_plotlyjs

from backtests.report import script
from backtests.report.folder import new_folder
from backtests.report.script import beside_results, inside_page
from data.durable import TEMPORARY
from data.errors import OutputError
from tests.conftest import ROOT

CONTENT = get_plotlyjs().encode()


@pytest.fixture
def place(tmp_path):
    return tmp_path / "assets" / f"plotly-{hashlib.sha256(CONTENT).hexdigest()[:16]}.min.js"


def test_it_is_named_by_its_content_and_found_from_a_run(tmp_path, place):
    made = beside_results(tmp_path)
    assert place.read_bytes() == CONTENT
    assert made.address == f"../assets/{place.name}"
    assert (tmp_path / "run" / made.address).parent.resolve() == place.parent
    assert (made.text, made.folder) == ("", "../assets")
    assert [path.name for path in tmp_path.iterdir()] == ["assets"]


def test_it_is_written_once(tmp_path, place, monkeypatch):
    beside_results(tmp_path)
    before = place.stat()
    monkeypatch.setattr(script, "beside", lambda _: pytest.fail("written again"))
    beside_results(tmp_path)
    assert (place.stat().st_mtime_ns, place.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("damage", ["cut", "changed", "removed", "no folder", "a broken link"])
def test_what_is_damaged_or_missing_is_replaced(tmp_path, place, damage):
    beside_results(tmp_path)
    if damage == "cut":
        place.write_bytes(CONTENT[:1000])
    elif damage == "changed":
        place.write_bytes(CONTENT[:-1] + b"x")
    else:
        place.unlink()
    if damage == "no folder":
        place.parent.rmdir()
    if damage == "a broken link":
        place.symlink_to(tmp_path / "nowhere")
    beside_results(tmp_path)
    assert place.read_bytes() == CONTENT
    assert not place.is_symlink()


def test_writers_at_once_leave_one_whole_script(tmp_path, place):
    failures = []

    def write():
        try:
            beside_results(tmp_path)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert place.read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["assets"]
    assert [path.name for path in place.parent.iterdir()] == [place.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from backtests.report import script
from backtests.report.folder import new_folder
script.sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)  # after it is written, not renamed
with new_folder(Path(sys.argv[1]), "run") as folder:
    script.beside_results(Path(sys.argv[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="kills by a signal of POSIX")
def test_what_a_killed_writer_leaves_is_cleared_by_the_next(tmp_path, place):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert any(path.name.startswith(f"{TEMPORARY}plotly-") for path in tmp_path.iterdir())
    assert not place.exists()
    with new_folder(tmp_path, "run") as folder:
        beside_results(tmp_path)
        (folder / "manifest.json").write_text("{}")
    assert place.read_bytes() == CONTENT
    assert not [path for path in tmp_path.rglob(f"{TEMPORARY}*") if path.is_file()]


def test_a_folder_that_cannot_be_written_is_an_error_of_one_line(tmp_path, place):
    (tmp_path / "assets").write_text("a file in the way")
    with (
        pytest.raises(OutputError, match="cannot be written: ") as caught,
        new_folder(tmp_path, "run"),
    ):
        beside_results(tmp_path)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "assets") in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_full_disk_leaves_no_half_script(tmp_path, place, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(script, "sync", full)
    with pytest.raises(OutputError, match="No space left on device"), new_folder(tmp_path, "run"):
        beside_results(tmp_path)
    assert not place.exists()
    monkeypatch.undo()
    with new_folder(tmp_path, "other") as folder:
        (folder / "manifest.json").write_text("{}")
    assert not list(tmp_path.glob(f"{TEMPORARY}plotly-*"))


def test_a_page_that_stands_alone_has_the_text_itself():
    assert inside_page().text == get_plotlyjs()
    assert inside_page().address == ""
