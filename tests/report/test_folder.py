"""Results folders: complete or absent, kept when identical, moved aside when not."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from backtests.report import files, folder
from backtests.report.manifest import ComparisonManifest, read_manifest, read_run_manifest
from data.durable import LOCK
from data.errors import OutputError
from tests.conftest import ROOT


def write(out, content="1", extra=()):
    with folder.new_folder(out, "run-1") as place:
        (place / "equity.csv").write_text(content)
        for name in extra:
            (place / name).write_text("sheet")
        # Another title or time of writing in the manifest does not make another result.
        folder.write_manifest(place, ComparisonManifest(title=str(time.time_ns()), runs=()))
    return out / "run-1"


def visible(out):
    return sorted(path.name for path in out.iterdir() if not path.name.startswith("."))


def in_hand(out):
    return sorted(out.glob(f"{folder.TEMPORARY}*"))


WRITING = """
import pathlib, sys, time
from backtests.report import folder
with folder.new_folder(pathlib.Path(sys.argv[1]), 'run-2') as place:
    (place / 'equity.csv').write_text('half')
    print('writing', flush=True)
    time.sleep(60)
"""


@contextmanager
def another_writer(out):
    """A process that is writing ``run-2``, killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout.readline() == "writing\n"
            yield
        finally:
            process.send_signal(signal.SIGKILL)


def test_the_same_result_keeps_the_folder_that_is_there(tmp_path):
    first = write(tmp_path)
    made = (first / "manifest.json").read_bytes()
    write(tmp_path)
    assert (first / "manifest.json").read_bytes() == made
    assert visible(tmp_path) == ["run-1"]


def test_a_link_that_leads_nowhere_is_moved_aside(tmp_path):
    (tmp_path / "run-1").symlink_to(tmp_path / "gone")
    (tmp_path / "run-1.replaced-1").symlink_to(tmp_path / "gone too")
    assert (write(tmp_path) / "equity.csv").read_text() == "1"
    assert (tmp_path / "run-1.replaced-2").is_symlink()


def test_a_home_that_no_shell_has_written_out_is_refused(tmp_path):
    with pytest.raises(OutputError, match="a shell replaces only outside quotes"):
        folder.require_writable(Path("~/results"))


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


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "/dev/null", "../run-2/equity.csv"])
def test_a_manifest_that_lists_what_is_no_file_of_its_folder_is_damaged(tmp_path, name):
    """The path that it lists is not even opened: it could be an endless pipe."""
    place = write(tmp_path)
    manifest = files.read_json(place / "manifest.json")
    manifest["files"][name] = hashlib.sha256(b"").hexdigest()  # as of /dev/null
    files.write_json(place / "manifest.json", manifest)
    write(tmp_path)
    assert visible(tmp_path) == ["run-1", "run-1.replaced-1"]
    assert set(folder.read_manifest(place).files) == {"equity.csv"}


def test_a_run_without_its_sheet_does_not_replace_one_with(tmp_path):
    place = write(tmp_path, extra=["tearsheet.html"])
    write(tmp_path)
    assert (place / "tearsheet.html").is_file()
    assert visible(tmp_path) == ["run-1"]


def test_a_page_that_differs_by_itself_is_replaced(tmp_path):
    for text in ("a", "b"):
        with folder.new_folder(tmp_path, "run-1") as place:
            (place / "verdict.html").write_text(text)
            folder.write_manifest(place, ComparisonManifest(title="x", runs=()))
    assert visible(tmp_path) == ["run-1", "run-1.replaced-1"]


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), folder.new_folder(tmp_path, "run-1") as place:
        (place / "equity.csv").write_text("half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_killed_run_leaves_no_result_and_the_next_one_succeeds(tmp_path):
    with another_writer(tmp_path):
        pass
    assert visible(tmp_path) == []
    lock, work = in_hand(tmp_path)  # what it was writing, and its lock
    assert (work / "equity.csv").read_text() == "half"
    future = time.time() + 1e6
    for left in (lock, work):  # dates in the future, as after a clock set back, do not matter
        os.utime(left, (future, future))
    write(tmp_path)
    assert visible(tmp_path) == ["run-1"]
    assert in_hand(tmp_path) == []


def test_what_another_process_is_writing_stays(tmp_path):
    with another_writer(tmp_path):
        before = in_hand(tmp_path)
        for path in before:
            os.utime(path, (0, 0))  # the oldest possible date
        write(tmp_path)
        assert len(before) == 2
        assert in_hand(tmp_path) == before


def test_what_another_run_is_writing_stays(tmp_path):
    with folder.new_folder(tmp_path, "run-2") as work:
        os.utime(work, (0, 0))
        write(tmp_path)
        (work / "equity.csv").write_text("2")
        folder.write_manifest(work, ComparisonManifest(runs=()))
    assert visible(tmp_path) == ["run-1", "run-2"]
    assert in_hand(tmp_path) == []


def test_what_another_thread_is_writing_stays(tmp_path):
    """The lab saves in threads of one process."""
    begun, go_on, ended = threading.Event(), threading.Event(), []

    def save():
        with folder.new_folder(tmp_path, "run-2") as work:
            begun.set()
            go_on.wait(60)
            (work / "equity.csv").write_text("2")
            folder.write_manifest(work, ComparisonManifest(runs=()))
        ended.append("run-2")

    thread = threading.Thread(target=save)
    thread.start()
    assert begun.wait(60)
    write(tmp_path)
    go_on.set()
    thread.join(60)
    assert ended == ["run-2"]
    assert visible(tmp_path) == ["run-1", "run-2"]
    assert in_hand(tmp_path) == []


def test_what_is_left_stays_while_anyone_writes_and_goes_with_the_next_who_is_alone(tmp_path):
    (tmp_path / f"{folder.TEMPORARY}run-3-12345678").mkdir()
    with another_writer(tmp_path):
        (tmp_path / f"{folder.TEMPORARY}run-4-12345678").mkdir()
        write(tmp_path)
        assert [path.name[:14] for path in in_hand(tmp_path)] == [
            ".writing-.lock", ".writing-run-2", ".writing-run-4",
        ]  # fmt: skip
    write(tmp_path)
    assert in_hand(tmp_path) == []


def test_a_lock_that_cannot_be_tried_may_be_held(tmp_path):
    (tmp_path / f"{folder.TEMPORARY}{LOCK}-12345678").mkdir()
    (tmp_path / f"{folder.TEMPORARY}run-2-12345678").mkdir()
    write(tmp_path)
    assert len(in_hand(tmp_path)) == 2


# --- a file system without locks ---------------------------------------------------------------

SHIM = """
#include <errno.h>
int flock(int number, int how) { errno = NUMBER; return -1; }
"""


def without_locks(tmp_path, number):
    """The environment of a process whose file systems have no locks."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no compiler; the same error is made in this process")
    shim = tmp_path / f"{number}.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", f"-DNUMBER={number}", "-x", "c", "-", "-o", str(shim)],
        input=SHIM.encode(), check=True,
    )  # fmt: skip
    return {**os.environ, "LD_PRELOAD": str(shim)}


def test_a_file_system_without_locks_is_refused_before_any_work_and_nothing_stays(tmp_path):
    """Its stand-in, a file, would stay for ever when the process that made it is killed."""
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", WRITING, str(out)], cwd=ROOT, capture_output=True, text=True,
        check=False, env=without_locks(tmp_path, errno.ENOSYS), timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"data.errors.OutputError: --out {out} is on a file system without locks that end with "
        "their process (Function not implemented); choose a folder on another one"
    )
    assert list(out.iterdir()) == []
    write(out)  # nothing is left that another process would wait for
    assert visible(out) == ["run-1"]


@pytest.mark.parametrize("code", ["ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOLCK"])
def test_whatever_such_a_file_system_answers_it_is_refused(tmp_path, monkeypatch, code):
    def flock(number, how):
        raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OutputError, match="^--out .* without locks .*; choose a folder on another"):
        folder.require_writable(tmp_path)
    with pytest.raises(OutputError, match="without locks"):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_error_of_a_lock_is_named_as_it_is(tmp_path, monkeypatch):
    def flock(number, how):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OutputError, match="^--out .* cannot be written: Input/output error"):
        folder.require_writable(tmp_path)


def test_a_writer_whose_lock_cannot_be_made_is_one_line(tmp_path, monkeypatch):
    """Others could not see that it is at work."""
    opened = os.open

    def failing(path, *words, **options):
        if f"{folder.TEMPORARY}{LOCK}-" in str(path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return opened(path, *words, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", failing)
        with pytest.raises(OutputError, match=f"^{tmp_path} cannot be written: Input/output error"):
            write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]
    write(tmp_path)


def test_a_folder_that_cannot_be_moved_into_place_leaves_the_old_one(tmp_path, monkeypatch):
    first = write(tmp_path, "1")
    rename = os.rename

    def failing(old, new):
        if folder.TEMPORARY in str(old):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rename(old, new)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OutputError, match="Input/output error; what was finished is intact"):
        write(tmp_path, "2")
    assert (first / "equity.csv").read_text() == "1"
    assert visible(tmp_path) == ["run-1"]


def test_a_name_too_long_is_one_line(tmp_path):
    with pytest.raises(OutputError, match="File name too long"):
        folder.require_writable(tmp_path / ("x" * 300))


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_a_name_that_no_system_has_is_one_line(tmp_path, name):
    with pytest.raises(OutputError, match="cannot be written: .*; choose another folder"):
        folder.require_writable(tmp_path / name)


def test_an_unwritable_place_is_one_line(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OutputError, match="cannot be written: .*; choose another folder"):
        folder.require_writable(blocked / "results")


def test_a_damaged_manifest_says_run_again(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    for read in (read_manifest, read_run_manifest):
        with pytest.raises(OutputError, match="missing or damaged; name the folder"):
            read(tmp_path)


def test_a_folder_is_complete_with_its_files_intact_and_of_this_version(tmp_path):
    place = write(tmp_path, extra=["tearsheet.html"])
    assert folder.is_complete(place, ["equity.csv", "tearsheet.html"])
    assert not folder.is_complete(place, ["verdict.html"])
    manifest = files.read_json(place / "manifest.json")
    files.write_json(place / "manifest.json", {**manifest, "format": files.FORMAT - 1})
    assert not folder.is_complete(place, ["equity.csv"])
    files.write_json(place / "manifest.json", manifest)
    (place / "equity.csv").write_text("2")
    assert not folder.is_complete(place, ["tearsheet.html"])
    assert not folder.is_complete(tmp_path / "absent", [])
