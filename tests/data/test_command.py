"""How a command ends: its exit code, and one line on stderr."""

from __future__ import annotations

import gc
import io
import itertools
import os
import subprocess
import sys
from shutil import which

import click
import pytest

from data import command
from data.command import make_console, one_line, printable, progress, silent, steps
from data.errors import DataError
from tests.conftest import ROOT, ended


def failing(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--debug", is_flag=True)
    @click.option("--word", default="")
    def door(debug: bool, word: str) -> None:
        raise error

    return door


def test_only_a_process_of_its_own_searches_for_garbage_rarely(monkeypatch, capsys):
    """Not that of somebody who calls a command from Python."""
    asked: list[object] = []
    monkeypatch.setattr("gc.set_threshold", lambda *counts: asked.append(counts))
    monkeypatch.setattr("atexit.register", asked.append)
    monkeypatch.setattr("sys.argv", ["door"])
    monkeypatch.setattr("signal.signal", lambda *given: None)
    door = click.Command("door", callback=lambda: None)
    command.run_command(door, [])
    assert asked == []
    command.run_command(door, is_server=True)
    assert asked == []
    command.run_command(door)
    assert asked == [(50_000, 20, 20), gc.freeze]


def test_what_a_rule_of_the_user_writes_reaches_the_disk(tmp_path):
    """A file that its module leaves open is found by the garbage collector as the process ends."""
    rule, log = tmp_path / "rule.py", tmp_path / "rule.log"
    rule.write_text(f"LOG = open({str(log)!r}, 'w')\ndef note(): LOG.write('written')\n")
    script = """
import sys
from data.command import collect_rarely
collect_rarely()
from strategies.files import _module
_module(sys.argv[1], open(sys.argv[1], "rb").read()).note()
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(rule)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert log.read_text() == "written"


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (DataError("no prices;\n look elsewhere"), 2, "no prices; look elsewhere"),
        (click.UsageError("no such thing"), 2, "no such thing (see --help)"),
        (
            OSError(28, "No space left on device", "results"),
            2,
            "cannot read or write results: No space left on device; make room, give access or "
            "choose another name",
        ),
        (
            KeyError("SPY"),
            1,
            "a fault of ours: KeyError: 'SPY'; run again with --debug and report it",
        ),
        (click.Abort(), 1, "interrupted; finished results are intact"),
        (KeyboardInterrupt(), 1, "interrupted; finished results are intact"),
    ],
)
def test_an_error_is_one_line_and_its_own_exit_code(capsys, error, code, line):
    ended_with, out, shown = ended(failing(error), capsys)
    # click ends the line in which ^C was pressed.
    assert (ended_with, out, shown.removeprefix("\n")) == (code, "", f"error: {line}\n")


def test_debug_shows_where_it_happened(capsys):
    code, _, shown = ended(failing(DataError("no prices")), capsys, "--debug")
    assert code == 2
    assert shown.startswith("Traceback")
    assert shown.endswith("error: no prices\n")


def test_a_command_that_does_its_work_ends_with_0(capsys):
    door = click.command()(lambda: click.echo("done"))
    assert ended(door, capsys) == (0, "done\n", "")


def test_an_option_given_twice_is_refused(capsys):
    door = failing(AssertionError("the command began"))
    for words in (("--word", "a", "--word", "b"), ("--word=a", "--word", "b")):
        code, _, shown = ended(door, capsys, *words)
        assert (code, shown) == (2, "error: --word is given 2 times; give it once\n")


@pytest.mark.parametrize("word", ["a\0b", "\udcff"])
def test_a_word_that_no_file_can_hold_is_refused(capsys, word):
    code, _, shown = ended(failing(AssertionError("the command began")), capsys, "--word", word)
    assert code == 2
    assert "holds NUL or undecodable bytes; leave them out, or rename that file" in shown


def test_a_long_message_keeps_both_ends():
    text = one_line("a" * 3_000 + "\n" + "z" * 3_000)
    assert text == "a" * 500 + " ... " + "z" * 500
    assert one_line(" two\n  lines ") == "two lines"


def test_signs_that_do_not_print_are_shown_as_escapes():
    # ESC begins a command to the terminal, U+202E turns the direction of writing.
    assert printable("a\x1b[2J\u202eb\nc é") == "a\\x1b[2J\\u202eb\nc é"


def test_a_step_is_named_where_it_took_more_than_a_second(capsys, monkeypatch):
    for seconds, shown in ((0.9, ""), (1.26, "reading prices: 1.3 s\n")):
        clock = iter([100.0, 100.0 + seconds])
        monkeypatch.setattr(command.time, "perf_counter", lambda clock=clock: next(clock))
        with progress("reading prices"):
            pass
        assert capsys.readouterr().err == shown
    with silent("reading prices"):
        pass
    assert capsys.readouterr() == ("", "")


class Broken(io.StringIO):
    """A pipe whose reader has left."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


CLOSED = io.StringIO()
CLOSED.close()


@pytest.mark.parametrize("stream", [None, CLOSED, Broken()])
def test_nobody_to_tell_is_no_failure(monkeypatch, stream):
    monkeypatch.setattr(command.time, "perf_counter", itertools.count(0.0, 10.0).__next__)
    monkeypatch.setattr(command.sys, "stderr", stream)
    done = 0
    with progress("reading prices"):
        done += 1
    with steps("candidates") as tell:
        tell(1, 2)
        tell(2, 2)
        done += 1
    assert done == 2


def test_showing_steps_takes_none_of_the_users_random_numbers():
    """Loading rich draws random numbers; so this needs a process of its own."""
    script = (
        "import random, sys\n"
        "from data.command import progress\n"
        "random.seed(1)\n"
        "before = random.getstate()\n"
        "with progress('reading prices'):\n"
        "    pass\n"
        "assert 'rich.style' in sys.modules\n"
        "assert random.getstate() == before\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_many_steps_are_told_every_other_second_and_at_the_end(capsys, monkeypatch):
    moments = iter([0.0, 1.0, 2.5, 3.0, 4.0])  # the beginning, then each of four steps
    monkeypatch.setattr(command.time, "perf_counter", lambda: next(moments))
    with steps("candidates") as tell:
        for done in (1, 1_200, 1_300, 2_000):
            tell(done, 2_000)
    assert capsys.readouterr().err == (
        "candidates: 1,200 of 2,000, 2.5 s\ncandidates: 2,000 of 2,000, 4.0 s\n"
    )


def test_a_console_is_never_narrower_than_a_table_and_shows_text_as_text(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    console = make_console()
    assert console.width == 100
    console.print("[red]IEF\x1b[2J[/red]", soft_wrap=True)
    assert capsys.readouterr().out == "[red]IEF\\x1b[2J[/red]\n"


def test_what_may_come_twice_may(capsys):
    @click.command()
    @click.argument("names", nargs=-1)
    @click.option("--vs", multiple=True)
    def door(names: tuple[str, ...], vs: tuple[str, ...]) -> None:
        click.echo(f"{names} {vs}")

    words = ("a", "a", "--vs", "b", "--vs", "b")
    assert ended(door, capsys, *words) == (0, "('a', 'a') ('b', 'b')\n", "")


def test_a_clock_beyond_what_python_holds_is_one_line(monkeypatch, capsys):
    def too_late() -> float:
        raise OverflowError("timestamp too large to convert to C _PyTime_t")

    monkeypatch.setattr("time.time", too_late)
    code, _, errors = ended(failing(DataError("not reached")), capsys)
    monkeypatch.undo()
    assert (code, errors) == (2, f"error: {LATE}\n")


def test_such_a_clock_is_no_error_of_an_import():
    script = """
import time
def too_late():
    raise OverflowError
time.time_ns = too_late
import backtests
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


LATE = (
    "this machine's clock stands after 2262-04-11, the last day that Python can hold; set it right"
)


@pytest.mark.skipif(which("faketime") is None, reason="no faketime here")
@pytest.mark.parametrize("module", ["data.cache", "backtests.app"])
def test_every_command_says_so_where_its_libraries_could_not_be_loaded(module):
    done = subprocess.run(
        ["faketime", "2263-01-01", sys.executable, "-m", module],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, f"error: {LATE}\n")


@pytest.mark.skipif(which("faketime") is None, reason="no faketime here")
def test_from_python_it_is_the_same_error():
    script = "import backtests\nbacktests.backtest\n"
    done = subprocess.run(
        ["faketime", "2400-01-01", sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == f"data.errors.UsageError: {LATE}"


def test_a_full_memory_is_one_line_and_no_fault_of_ours(capsys):
    @click.command()
    def hungry() -> None:
        raise MemoryError

    code, _, errors = ended(hungry, capsys)
    assert (code, errors.count("\n")) == (2, 1)
    assert errors.startswith("error: this machine's memory is full; close programs")


INTERRUPTED_WITHIN_TEXT = """
import click
from data.command import run_command

@click.command()
def main():
    exec("raise KeyboardInterrupt")  # as the standard library makes dataclasses while it loads

run_command(main)
"""


def test_ctrl_c_within_code_made_of_text_ends_as_anywhere_else(tmp_path):
    """Python remembers such an interrupt, and would end a module by the signal all the same."""
    (tmp_path / "interrupted.py").write_text(INTERRUPTED_WITHIN_TEXT)
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stderr.strip() == "error: interrupted; finished results are intact"
    assert done.returncode == 1
