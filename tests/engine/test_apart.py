"""A process for the libraries: the same answers, in time, and none of it is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from backtests.engine import apart as module
from backtests.engine.apart import apart, later
from backtests.engine.wire import packed
from data.errors import DataError, HedgeError, OutputError, WorkerError
from tests.conftest import ROOT
from tests.engine import answering

PATIENCE = 120  # seconds, on a busy machine


@pytest.fixture
def beside(monkeypatch):
    """Another process, without the libraries."""
    monkeypatch.setattr(module, "MODULE", answering.__name__)
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.delitem(sys.modules, "vectorbt", raising=False)
    with apart():
        yield


def is_alive(process: int) -> bool:
    """Whether a process that is not ours still runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_a_call_runs_elsewhere_and_again_here_when_that_has_ended(monkeypatch):
    monkeypatch.setattr(module, "MODULE", answering.__name__)
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.delitem(sys.modules, "vectorbt", raising=False)
    assert answering.process() == os.getpid()
    with apart():
        there = answering.process()
        assert there != os.getpid()
        assert is_alive(there)
        with apart():  # one is enough
            assert answering.process() == there
        assert answering.process() == there
    assert not is_alive(there)
    assert answering.process() == os.getpid()


def test_an_error_here_ends_the_other_process_too(monkeypatch):
    monkeypatch.setattr(module, "MODULE", answering.__name__)
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.delitem(sys.modules, "vectorbt", raising=False)
    there = 0
    with pytest.raises(KeyboardInterrupt), apart():
        there = answering.process()
        raise KeyboardInterrupt
    assert not is_alive(there)


@pytest.mark.parametrize("reason", ["loaded", "one core", "no process"])
def test_all_is_done_here_where_another_process_would_not_help(monkeypatch, reason):
    monkeypatch.setattr(module, "MODULE", answering.__name__)
    monkeypatch.setattr(module, "cores", lambda: 1 if reason == "one core" else 2)
    if reason == "loaded":
        monkeypatch.setitem(sys.modules, "vectorbt", sys)
    else:
        monkeypatch.delitem(sys.modules, "vectorbt", raising=False)
    if reason == "no process":
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with apart():
        assert answering.process() == os.getpid()
        assert later(answering.process)() == os.getpid()


def test_without_another_process_what_may_come_later_is_done_once_when_asked_for():
    before = len(answering.note("first"))
    answer = later(answering.note, "second")
    assert len(answering.note("third")) == before + 1
    assert answer()[-2:] == ("third", "second")
    assert answer() == answer()
    assert len(answering.note("last")) == before + 3


def test_what_may_come_later_gives_way(beside):
    slow = later(answering.note, "slow", 1.0)  # begun before the others are there
    last = later(answering.note, "last")
    assert "last" not in answering.note("urgent")
    assert "last" not in answering.note("urgent too")
    assert last() == last()
    assert last()[-1] == "last"
    assert sorted(last()) == ["last", "slow", "urgent", "urgent too"]
    assert slow()[-1] == "slow"


def test_what_may_come_later_is_not_begun_between_two_questions_in_a_row(beside):
    def gives_way(time):
        answering.note(f"first {time}")
        slow = later(answering.note, f"slow {time}", 0.2)
        second = answering.note(f"second {time}")
        assert f"slow {time}" in slow()
        return f"slow {time}" not in second

    # On a busy machine the second question may once come too late to be in a row.
    assert any(gives_way(time) for time in range(5))


def test_nobody_waits_because_an_answer_is_not_read_yet(beside):
    """Each is larger than what a pipe holds, and so is the question after them."""
    size = 1 << 20
    answers = [later(answering.shout, size) for _ in range(3)]
    (echoed,), _ = answering.echo("y" * size)
    assert echoed == "y" * size
    assert [answer() for answer in answers] == ["x" * size] * 3


def test_errors_are_raised_here_as_they_were_there(beside):
    for kind in (DataError, OutputError):
        with pytest.raises(kind, match=r"^what is wrong; and its cure$"):
            answering.fail(kind.__name__)
    with pytest.raises(OSError, match=r"No space left on device: '/full'") as full:
        answering.fail("OSError")
    assert (full.value.errno, full.value.filename) == (28, "/full")
    with pytest.raises(MemoryError, match=r"^no room$"):
        answering.fail("MemoryError")
    with pytest.raises(RuntimeError, match=r"(?m)^KeyError: 'lost'$") as fault:
        answering.fail("KeyError")
    assert 'raise KeyError("lost")' in "".join(fault.value.__notes__)  # where it was
    assert answering.echo(1) == ((1,), {})  # and goes on


def test_a_killed_process_is_an_error_with_its_cure(beside):
    waiting = later(answering.note, "never", 300.0)
    there = module._current[0].process
    there.kill()
    there.wait()  # else its end of a pipe may be open for another moment
    for call in (waiting, answering.process, lambda: later(answering.process)()):
        with pytest.raises(WorkerError, match=r"killed, by hand or because memory ran out; run "):
            call()


def test_a_process_that_dies_in_a_call_is_the_same_error(beside):
    with pytest.raises(WorkerError, match=r"--serial") as error:
        answering.end()
    assert isinstance(error.value, HedgeError)
    assert error.value.exit_code == 2


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals of POSIX")
@pytest.mark.timeout(2 * PATIENCE)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_when_its_parent_is_killed_even_amid_a_call(number):
    script = """
import sys
from backtests.engine import apart
from tests.engine import answering
apart.MODULE, apart.cores = answering.__name__, lambda: 2
with apart.apart():
    print(answering.process(), flush=True)
    answering.note("long", 300.0)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as ours:
        assert ours.stdout is not None
        there = int(ours.stdout.readline())
        assert is_alive(there)
        ours.send_signal(number)
        ours.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while is_alive(there) and time.monotonic() < until:
            time.sleep(0.02)
        assert not is_alive(there)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals of POSIX")
def test_ctrl_c_is_for_the_parent_process(beside):
    there = answering.process()
    assert os.getpgid(there) != os.getpgid(0)  # a terminal sends it to the group in front
    os.kill(there, signal.SIGINT)
    assert answering.process() == there


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="a shell of POSIX")
def test_streams_closed_as_daemons_leave_them_do_not_matter():
    script = """
import sys
import click
from backtests.engine import apart
from data.command import run_command
from tests.engine import answering
apart.MODULE, apart.cores = answering.__name__, lambda: 2
def act():
    with apart.apart():
        assert answering.process() != __import__("os").getpid()
        assert answering.shout(9) == "x" * 9
sys.argv = ["door"]
run_command(click.Command("door", callback=act))
"""
    for closed in ("2>&-", ">&-", "<&- 2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["/bin/sh", "-c", f'"$0" -c "$1" {closed}', sys.executable, script],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="a terminal of POSIX")
def test_it_prints_where_the_terminal_stops_others_that_print():
    """As ``stty tostop`` asks for: else nothing more would ever be answered."""
    script = """
import os, pty, signal, sys, termios
own, terminal = pty.openpty()
settings = termios.tcgetattr(terminal)
settings[3] |= termios.TOSTOP
termios.tcsetattr(terminal, termios.TCSANOW, settings)
os.setsid()
os.close(os.open(os.ttyname(terminal), os.O_RDWR))  # the terminal of this session
assert os.tcgetpgrp(terminal) == os.getpgid(0)
os.dup2(terminal, 2)
from backtests.engine import apart
from tests.engine import answering
apart.MODULE, apart.cores = answering.__name__, lambda: 2
signal.alarm(60)
with apart.apart():
    answering.warn()
    assert answering.process() != os.getpid()
assert b"warned" in os.read(own, 1000)
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "done\n")


@pytest.mark.parametrize("raised_by", ["receive", "send"])
def test_a_process_that_can_no_longer_be_asked_or_answer_ends(raised_by):
    """As where memory runs out in a thread: else the parent would wait for ever."""
    script = f"""
from backtests.engine import libraries
from tests.engine import answering
def fails(*arguments):
    raise MemoryError
libraries.{raised_by} = fails
libraries.serve(answering.loaded)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        module.send(process.stdin, packed(["process", [], {}]), 1)
        try:
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
