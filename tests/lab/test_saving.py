"""A run is saved by another process: what it answers, and what becomes of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from backtests.engine.config import RunConfig
from backtests.lab import saving
from backtests.lab.saving import save_apart
from data.errors import OutputError, WorkerError
from strategies import registry
from tests.conftest import ROOT
from tests.strategies.rule_files import SHORT

CONFIG = RunConfig("hedge_mix", source="bundled", start="2010-01-29")


def child(text):
    """A program in the place of the one that saves."""
    return [sys.executable, "-c", text]


@pytest.fixture
def instead(monkeypatch):
    """Let another program save; return what the real one was to be started with."""
    started = []

    def start(text):
        popen = subprocess.Popen

        def other(words, **options):
            started.append((words, options))
            return popen(child(text), **options)

        monkeypatch.setattr(subprocess, "Popen", other)
        return started

    return start


def test_it_is_another_process_that_saves(instead, tmp_path):
    words = (
        "import sys, json, os; asked = json.loads(sys.stdin.readline()); "
        "print('noise'); print(json.dumps({'folder': asked['out'], "
        "'fingerprints': {'pid': str(os.getpid()), 'lag': str(asked['config']['lag'])}}))"
    )
    started = instead(words)
    folder, seen = save_apart(CONFIG, tmp_path)
    assert folder == tmp_path
    assert seen["lag"] == "1"
    assert int(seen["pid"]) != os.getpid()
    ((program, options),) = started
    assert program[1:] == ["-P", "-m", "backtests.lab.saving"]
    assert options["process_group"] == 0


@pytest.mark.parametrize(
    ("answer", "error", "line"),
    [
        ('print(\'{"error": "no room"}\')', OutputError, "no room"),
        ('print(\'{"fault": "KeyError: 1"}\')', RuntimeError, "KeyError: 1"),
        ("import os; os.kill(os.getpid(), 9)", WorkerError, "was killed, by hand or because"),
        ("pass", WorkerError, "was killed, by hand or because"),
    ],
)
def test_what_goes_wrong_there_is_one_line_here(instead, tmp_path, answer, error, line):
    instead(f"import sys; sys.stdin.readline(); {answer}")
    with pytest.raises(error, match=line):
        save_apart(CONFIG, tmp_path)


def test_a_process_that_cannot_start_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(WorkerError, match="cannot read or write"):
        save_apart(CONFIG, tmp_path)


def asked(tmp_path, config=CONFIG, file=None, sha256=None):
    fields = {key: value for key, value in config.as_dict().items() if value is not None}
    return {"config": json.loads(json.dumps(fields)), "file": file, "sha256": sha256,
            "out": str(tmp_path)}  # fmt: skip


def test_a_rule_that_has_changed_since_is_not_saved(monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "_GIVEN", {})
    rule = tmp_path / "rule.py"
    rule.write_text(SHORT)
    file = f"{rule}:Steady"
    registry.use_file(file)
    config = RunConfig("steady", source="bundled")
    answer = saving._made(asked(tmp_path, config, file, "another"))
    assert answer == {"error": f"{file} has changed since the lab read it; start it again"}


def test_an_error_and_a_fault_of_ours_are_answers(monkeypatch, tmp_path, capsys):
    place = tmp_path / "file"
    place.write_text("")

    def fail(*_):
        raise KeyError("x\x1b")

    monkeypatch.setattr("backtests.jobs.execute", fail)
    assert saving._made(asked(place)) == {"fault": "KeyError: 'x\\x1b'"}
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_it_ends_with_the_lab_and_not_by_ctrl_c(tmp_path):
    """The real program, its market a pipe that nobody writes: it waits until it is left."""
    words = (
        "import sys, time; from backtests.lab import saving; "
        "saving._made = lambda asked: time.sleep(60); saving.main()"
    )
    process = subprocess.Popen(
        child(words), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        process.stdin.write(b"{}\n")
        process.stdin.flush()
        time.sleep(0.2)
        process.send_signal(signal.SIGCONT)
        process.stdin.close()
        assert process.wait(30) == 1
