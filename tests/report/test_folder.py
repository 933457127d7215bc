"""Results folders: complete or absent, kept when identical, moved aside when not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from backtests.report import folder
from data.errors import OutputError
from tests.conftest import ROOT


def write(out, content="1", extra=()):
    with folder.new_folder(out, "run-1") as place:
        (place / "equity.csv").write_text(content)
        for name in extra:
            (place / name).write_text("sheet")
        folder.write_manifest(place, {"strategy": "x"}, created=str(time.time_ns()))
    return out / "run-1"


def visible(out):
    return sorted(path.name for path in out.iterdir() if not path.name.startswith("."))


def test_the_same_result_keeps_the_folder_that_is_there(tmp_path):
    first = write(tmp_path)
    made = (first / "manifest.json").read_bytes()
    write(tmp_path)
    assert (first / "manifest.json").read_bytes() == made
    assert visible(tmp_path) == ["run-1"]


def test_a_different_result_moves_the_old_one_aside(tmp_path):
    write(tmp_path, "1")
    write(tmp_path, "2")
    write(tmp_path, "3")
    assert visible(tmp_path) == ["run-1", "run-1.replaced-1", "run-1.replaced-2"]
    assert (tmp_path / "run-1" / "equity.csv").read_text() == "3"


def test_a_damaged_folder_is_not_kept(tmp_path):
    place = write(tmp_path)
    (place / "equity.csv").write_text("damaged")
    write(tmp_path)
    assert (place / "equity.csv").read_text() == "1"
    assert (tmp_path / "run-1.replaced-1" / "equity.csv").read_text() == "damaged"


def test_a_run_without_its_sheet_does_not_replace_one_with(tmp_path):
    place = write(tmp_path, extra=["tearsheet.html"])
    write(tmp_path)
    assert (place / "tearsheet.html").is_file()
    assert visible(tmp_path) == ["run-1"]


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), folder.new_folder(tmp_path, "run-1") as place:
        (place / "equity.csv").write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_result_and_the_next_one_succeeds(tmp_path):
    script = (
        "import pathlib, sys, time\n"
        "from backtests.report import folder\n"
        f"with folder.new_folder(pathlib.Path({str(tmp_path)!r}), 'run-1') as place:\n"
        "    (place / 'equity.csv').write_text('half')\n"
        "    print('writing', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)
    assert visible(tmp_path) == []
    left = [path for path in tmp_path.iterdir() if path.name.startswith(folder.TEMPORARY)]
    assert len(left) == 1
    os.utime(left[0], (0, 0))  # old enough to be known as left behind
    write(tmp_path)
    assert visible(tmp_path) == ["run-1"]
    assert not left[0].exists()


def test_an_unwritable_place_is_one_line(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OutputError, match="cannot be written: .*; choose another folder"):
        folder.require_writable(blocked / "results")


def test_a_damaged_manifest_says_run_again(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match="missing or damaged; run again"):
        folder.read_manifest(tmp_path)


def test_json_refuses_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        folder.write_json(tmp_path / "x.json", {"a": float("nan")})
