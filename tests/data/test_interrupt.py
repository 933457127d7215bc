"""Ctrl-C before a command has begun."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from data.interrupt import is_looking_for
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


def test_a_program_that_imports_this_project_as_python_looks_for_it_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("import backtests")
    (tmp_path / "mine" / "tool.py").write_text(
        "import sys; assert sys.excepthook is sys.__excepthook__"
    )
    subprocess.run(
        [sys.executable, "-m", "mine.tool", "backtests.run"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "given", "name"),
    [
        (["-m", "mine.tool"], ["-m", "backtests.run"], "mine"),
        (["-P", "-X", "utf8", "-m", "backtests.run"], ["hedge_mix"], "backtests"),
        (["-mbacktests.run"], [], "backtests"),
        (["-Pm", "backtests.run"], ["--list"], "backtests"),
        (["-Pmbacktests.run"], ["-m", "mine"], "backtests"),
    ],
)
def test_whose_module_python_looks_for_is_told_from_its_command_line(
    monkeypatch, options, given, name
):
    monkeypatch.setattr(sys, "orig_argv", ["python", *options, *given])
    for package in ("mine", "backtests"):
        monkeypatch.setattr(sys, "argv", ["-m", *given])
        assert is_looking_for(package) == (package == name)
        monkeypatch.setattr(sys, "argv", ["/where/it/is.py", *given])  # it runs by now
        assert not is_looking_for(package)
