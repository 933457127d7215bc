"""Atomic writes: the order of writing, and what is left after a failure."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys

import pytest

from data import durable
from data.durable import (
    TEMPORARY,
    beside,
    is_held,
    locked,
    remove_left_behind,
    replacing,
    sync,
    try_lock,
)
from data.errors import OutputError
from tests.conftest import ROOT


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


class System:
    """A fake system for :func:`sync`: its calls are recorded, and fail where a test says so."""

    def __init__(self):
        self.flags, self.synced, self.opened, self.closed, self.errors = [], [], [], [], {}

    def __getattr__(self, name):
        return getattr(os, name)

    def fail(self, call):
        if call in self.errors:
            raise OSError(self.errors[call], os.strerror(self.errors[call]))

    def open(self, path, flags):
        self.fail("open")
        self.flags.append(flags)
        self.opened.append(os.open(path, flags))
        return self.opened[-1]

    def fsync(self, handle):
        self.fail("fsync")
        self.synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        os.fsync(handle)

    def close(self, handle):
        self.closed.append(handle)
        os.close(handle)


@pytest.fixture
def system(monkeypatch):
    """Records what is opened and synced; every handle is closed."""
    met = System()
    monkeypatch.setattr(durable, "os", met)
    yield met
    assert met.opened == met.closed


@pytest.fixture
def prices(tmp_path):
    """A file in a folder."""
    path = tmp_path / "prices.csv"
    path.write_text("x")
    return path


def test_files_and_folders_are_synced(prices, system):
    sync(prices.parent)
    sync(prices)
    assert system.synced == ["folder", "file"]


def test_a_file_that_may_only_be_read_is_synced(prices, system):
    prices.chmod(0o444)
    sync(prices)
    assert system.synced == ["file"]


def test_a_file_is_opened_as_its_system_syncs_it(prices, system, monkeypatch):
    """Windows syncs what is open for writing, and the files that are synced are our own."""
    sync(prices)
    monkeypatch.setattr(durable, "TO_SYNC", os.O_RDWR)
    sync(prices)
    sync(prices.parent)
    assert system.flags == [os.O_RDONLY, os.O_RDWR, os.O_RDONLY]
    assert prices.read_text() == "x"


def test_where_no_folder_can_be_opened_files_are_synced(prices, system):
    system.errors["open"] = errno.EACCES  # as Windows answers
    sync(prices.parent)
    with pytest.raises(PermissionError):
        sync(prices)


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path, system, monkeypatch):
    monkeypatch.setattr(system, "access", lambda path, mode: False, raising=False)
    system.errors["open"] = errno.EACCES
    with pytest.raises(PermissionError):
        sync(tmp_path)


@pytest.mark.parametrize("code", ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF"])
def test_where_no_folder_can_be_synced_files_are(prices, system, code):
    system.errors["fsync"] = getattr(errno, code)
    sync(prices.parent)
    with pytest.raises(OSError, match=os.strerror(getattr(errno, code))):
        sync(prices)


FAILING = [("open", "EIO"), *(("fsync", code) for code in ("EIO", "ENOSPC", "EDQUOT", "EACCES"))]


@pytest.mark.parametrize(("call", "code"), FAILING)
def test_what_the_disk_says_is_an_error_of_a_folder_too(tmp_path, system, call, code):
    system.errors[call] = getattr(errno, code)
    with pytest.raises(OSError, match=os.strerror(getattr(errno, code))):
        sync(tmp_path)


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


def test_a_lock_is_held_as_long_as_its_block(tmp_path):
    lock = tmp_path / ".writing-.lock-12345678"
    with locked(tmp_path, lock.name):
        assert is_held(lock)
        assert lock.exists()
        with locked(tmp_path):  # another one
            pass
    assert lock.exists()
    assert not is_held(lock)
    assert not lock.exists()
    assert not is_held(lock)  # its process ended meanwhile
    assert not lock.exists()


def test_a_lock_that_cannot_be_tried_counts_as_held(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert is_held(tmp_path / "folder")
    assert is_held(tmp_path / "link")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link"]


HOLDING = """
import pathlib, sys, time
from data.durable import locked
with locked(pathlib.Path(sys.argv[1])), locked(pathlib.Path(sys.argv[1]), "mine"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(durable, "LOCK_TIMEOUT_SECONDS", 0.05)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        assert is_held(tmp_path / "mine")
        with pytest.raises(OutputError, match="held by another process"), locked(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
    with locked(tmp_path):
        assert not is_held(tmp_path / "mine")


@pytest.mark.parametrize("code", ["ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOLCK"])
def test_where_no_lock_would_end_with_its_process_there_is_none(tmp_path, monkeypatch, code):
    def flock(number, how):
        raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))

    monkeypatch.setattr(fcntl, "flock", flock)
    message = r"is on a file system without locks that end with their process \(.*; choose a folder"
    with pytest.raises(OutputError, match=message), locked(tmp_path):
        pass
    (tmp_path / "mine").touch()
    assert is_held(tmp_path / "mine")  # nobody can tell
    with (tmp_path / "mine").open() as mine, pytest.raises(OSError, match=r"^\[Errno"):
        try_lock(mine.fileno())
