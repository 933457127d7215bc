"""Every command, called in this process as its users call it, and what it may answer."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.command import run_command
from data.errors import HedgeError

# What tells the reader how to go on: a clause of its own, what would be taken, or where to look.
CURE = re.compile(r"; \w|\(see --help\)|did you mean |\btakes |\bis one of |for example: ")


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line of an error, or nothing."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        return lines[-1] if lines else ""


def call(module: str, arguments: Sequence[str]) -> Answer:
    """Run a command to its end, with streams as a terminal in UTF-8 has them."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace", write_through=True)
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run_command(importlib.import_module(module).main, list(arguments))
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 0 if not stopped.code else -1
    return Answer(code, _read(out), _read(err))


def _read(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def complaint(answer: Answer) -> str:
    """What is wrong with an answer, or nothing."""
    shown = answer.out + answer.err
    if "Traceback" in shown:
        return "a traceback"
    if answer.code not in (0, 2, 3):  # 1 is for interruptions and for faults of ours
        return f"exit code {answer.code}"
    errors = sum(line.startswith("error: ") for line in answer.err.splitlines())
    if errors != (answer.code != 0):
        return f"{errors} lines of error with exit code {answer.code}"
    if answer.code == 3 and not answer.error.startswith("error: --strict: "):
        return "data refused without --strict"
    if answer.code != 0 and not CURE.search(answer.error):
        return "an error that does not say what to do"
    return ""


def complaint_of(function: Callable[[], object]) -> str:
    """What is wrong with how a call from Python ends, or nothing: an answer, or one error."""
    try:
        function()
    except HedgeError as error:
        if "\n" in str(error):
            return f"an error of more than one line: {error}"
        if not CURE.search(f"error: {error}"):
            return f"an error that does not say what to do: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
