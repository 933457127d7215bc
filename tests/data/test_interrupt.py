"""Ctrl-C before a command has begun."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

RAISES = "from data.interrupt import expect_interrupts\nexpect_interrupts()\nraise {}\n"


def ended_with(error: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", RAISES.format(error)], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stderr


def test_an_interrupt_that_nobody_catches_is_one_line():
    assert ended_with("KeyboardInterrupt") == (
        1,
        "error: interrupted; finished results are intact\n",
    )


def test_any_other_error_is_shown_as_python_does():
    code, told = ended_with("ValueError('x')")
    assert code == 1
    assert told.startswith("Traceback (most recent call last)")
    assert told.endswith("ValueError: x\n")


def test_only_a_module_that_python_runs_expects_them():
    """Not a program of somebody else's that imports this project."""
    script = "import sys, backtests; assert sys.excepthook is sys.__excepthook__"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
