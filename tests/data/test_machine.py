"""Faults of this machine are named as such, and no other data stand in for those asked for."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import tempfile

import pytest
from curl_cffi.requests.exceptions import ConnectionError as Unconnected
from curl_cffi.requests.exceptions import SSLError

from data.errors import DataError, LocalError, OutputError
from data.machine import local_fault, naming_faults_of_this_machine, scratch_folder
from data.sources import fred, live, yahoo
from data.sources.transport import ask
from tests import yahoo_server as server
from tests.conftest import ROOT


def of_system(code):
    return OSError(getattr(errno, code), os.strerror(getattr(errno, code)))


@pytest.mark.parametrize(
    ("code", "cure"),
    [("EMFILE", "ulimit -n"), ("ENFILE", "ulimit -n"), ("ENOMEM", "close programs"),
     ("ENOBUFS", "close programs"), ("ENOSPC", "set TMPDIR"), ("EDQUOT", "set TMPDIR"),
     ("EROFS", "set TMPDIR"), ("EIO", "check the disk")],
)  # fmt: skip
def test_what_the_system_lacks_is_its_own_fault(code, cure):
    fault = local_fault(of_system(code), "SPY: Yahoo")
    message = f"SPY: Yahoo cannot be asked by this machine: {os.strerror(getattr(errno, code))}; "
    assert str(fault).startswith(message)
    assert cure in str(fault)


@pytest.mark.parametrize(
    "code", ["ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT", "EPERM"]
)
def test_what_the_network_answers_is_not(code):
    assert local_fault(of_system(code), "SPY: Yahoo") is None


def test_numbers_of_libcurl_are_not_those_of_the_system():
    """Its 28 is a timeout; the system's is a full disk."""
    assert errno.ENOSPC == 28
    assert local_fault(Unconnected("timed out", 28), "SPY: Yahoo") is None
    assert local_fault(Unconnected("refused", 7), "SPY: Yahoo") is None
    assert "certifi" in str(local_fault(SSLError("no such file", 77), "SPY: Yahoo"))
    assert local_fault(SSLError("not trusted", 60), "SPY: Yahoo") is None
    assert "memory" in str(local_fault(Unconnected("none left", 27), "SPY: Yahoo"))


def test_the_cause_counts_however_deep_it_lies():
    def deep():
        full = sqlite3.OperationalError("database or disk is full")
        raise KeyError("x") from full

    with pytest.raises(LocalError, match="temporary folder .*disk is full.*TMPDIR"):  # noqa: SIM117
        with naming_faults_of_this_machine("SPY: Yahoo"):
            deep()
    assert "memory is full" in str(local_fault(MemoryError(), "SPY: Yahoo"))
    assert "no thread" in str(local_fault(RuntimeError("can't start new thread"), "SPY: Yahoo"))
    with pytest.raises(KeyError), naming_faults_of_this_machine("SPY: Yahoo"):
        raise KeyError("x")
    with pytest.raises(DataError, match="^mine$"), naming_faults_of_this_machine("SPY: Yahoo"):
        raise DataError("mine")


def test_a_fault_of_this_machine_is_no_answer_of_a_server():
    assert not issubclass(LocalError, DataError)
    assert LocalError.exit_code == 2


# --- a server asked by a machine that cannot ----------------------------------------------------

TOO_MANY = """
import resource, sys
from data.sources import live, yahoo, fred
from data.sources.transport import plain_session
yahoo._client(), plain_session()
import socket, tenacity
doors = {"auto": lambda: live.load(["SPY"], may_fall_back=True),
         "yahoo": lambda: yahoo.fetch("SPY"), "fred": lambda: fred.fetch("DTB3")}
held = []
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
try:
    while True:
        held.append(open("/dev/null"))
except OSError:
    pass
for name, fetch in doors.items():
    try:
        fetch()
    except Exception as error:
        print(name, type(error).__name__, error)
    else:
        print(name, "used other data")
"""


def test_too_many_open_files_are_not_blamed_on_a_server(web, bars):
    """Nor do the bundled months stand in for what could not be asked for."""
    done = subprocess.run(
        [sys.executable, "-c", TOO_MANY], cwd=ROOT, capture_output=True, text=True,
        check=False, env=dict(os.environ), timeout=60,
    )  # fmt: skip
    why = "cannot be asked by this machine: Too many open files; close programs, or raise the limit"
    assert [line.partition(" (ulimit")[0] for line in done.stdout.splitlines()] == [
        f"auto LocalError Yahoo {why}",
        f"yahoo LocalError SPY: Yahoo {why}",
        f"fred LocalError DTB3: FRED {why}",
    ], done.stderr


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No folder for temporary files can be written; the name of the one asked for."""
    place = str(tmp_path / "full")
    monkeypatch.setenv("TMPDIR", place)

    def fail(*_: object) -> list[str]:
        return [place]

    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", fail)
    monkeypatch.setattr(tempfile, "tempdir", None)
    return place


def test_yahoo_is_asked_without_any_folder_for_temporary_files(web, bars, nowhere):
    yahoo._client.cache_clear()
    with pytest.raises(FileNotFoundError):
        tempfile.gettempdir()
    assert len(yahoo.fetch("SPY").frame) == len(bars)
    assert len(fred.fetch("DTB3").frame) > 100


def test_a_disk_that_fails_within_a_fetch_is_named_and_auto_uses_nothing_else(web, monkeypatch):
    _, session = yahoo._client()

    def full(*_: object, **__: object) -> None:
        raise of_system("ENOSPC")

    monkeypatch.setattr(type(session), "request", full)
    with pytest.raises(LocalError, match="SPY: Yahoo cannot be asked .*No space left.*TMPDIR"):
        live.load(["SPY"], may_fall_back=True)
    with pytest.raises(LocalError, match="X: S cannot be asked by this machine: No space left"):
        ask(session, "http://127.0.0.1:1", name="X", server="S", seconds=1)


def test_memory_that_is_full_while_an_answer_is_read_is_named(web, monkeypatch):
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(yahoo.json, "loads", full)
    with pytest.raises(LocalError, match="SPY: Yahoo cannot be asked by .* memory is full"):
        live.load(["SPY"], may_fall_back=True)


def test_garbage_of_a_server_stays_its_own_fault(web):
    web.faults["SPY"] = [server.body(b"{")] * 9
    with pytest.raises(DataError, match="what Yahoo sent cannot be read"):
        yahoo.fetch("SPY")


# --- temporary files --------------------------------------------------------------------------


def test_a_scratch_folder_is_gone_afterwards():
    with scratch_folder() as scratch:
        (scratch / "a").write_text("x")
    assert not scratch.exists()


def test_without_a_folder_for_temporary_files_the_one_asked_for_is_named(nowhere):
    message = f"^the temporary folder {nowhere} cannot be written: .*; make room, or set TMPDIR to"
    with pytest.raises(LocalError, match=message), scratch_folder():
        pass


def test_a_scratch_folder_without_room_is_named_before_and_while_it_is_used(monkeypatch):
    room = tempfile.TemporaryFile

    def full(*_: object, **__: object) -> None:
        raise of_system("ENOSPC")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    message = f"^the temporary folder {tempfile.gettempdir()} cannot"
    with pytest.raises(LocalError, match=message), scratch_folder():
        pass
    for kind in (OSError, OutputError):
        monkeypatch.setattr(tempfile, "TemporaryFile", room)
        with pytest.raises(LocalError, match="No space left.*TMPDIR"), scratch_folder():
            monkeypatch.setattr(tempfile, "TemporaryFile", full)
            raise kind("cannot be written")


def test_an_error_within_a_scratch_folder_that_has_room_is_what_it_is():
    with pytest.raises(OutputError, match="^mine$"), scratch_folder():
        raise OutputError("mine")


def test_an_error_of_ours_that_came_before_is_no_cause():
    """A cache that cannot be written says so itself; what came after it is a server's."""
    before = OutputError("the data folder cannot be written; mend it")
    before.__cause__ = of_system("EROFS")
    after = ValueError("no JSON")
    after.__context__ = before
    assert local_fault(after, "SPY: Yahoo") is None
    after.__context__ = of_system("EROFS")
    assert local_fault(after, "SPY: Yahoo") is not None
