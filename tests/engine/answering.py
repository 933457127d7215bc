"""A process that does calls for ``tests/engine/test_apart.py``, without any library.

``python -m tests.engine.answering`` stands in the place of ``backtests.engine.libraries``.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from backtests.engine.apart import may_be_apart
from backtests.engine.libraries import Works, serve
from data import errors

_noted: list[str] = []


@may_be_apart
def echo(*values: Any, **named: Any) -> tuple[Any, Any]:
    """Give back what was given."""
    return values, named


@may_be_apart
def process() -> int:
    """Where it runs."""
    return os.getpid()


@may_be_apart
def note(name: str, seconds: float = 0.0) -> tuple[str, ...]:
    """Take a while, and tell all that was noted so far."""
    time.sleep(seconds)
    _noted.append(name)
    return tuple(_noted)


@may_be_apart
def shout(letters: int) -> str:
    """Print, which is no answer, and answer with so many letters."""
    print("printed")
    return "x" * letters


@may_be_apart
def warn() -> None:
    """Print for the user."""
    print("warned", file=sys.stderr)


@may_be_apart
def fail(kind: str) -> None:
    """Raise an error."""
    if kind == "OSError":
        raise OSError(28, "No space left on device", "/full")
    if kind == "MemoryError":
        raise MemoryError("no room")
    if kind == "KeyError":
        raise KeyError("lost")
    raise getattr(errors, kind)("what is wrong; and its cure")


@may_be_apart
def end() -> None:
    """Die, as a process does that is killed."""
    os._exit(9)


def loaded() -> Works:
    """The functions that can be called."""
    return echo, process, note, shout, warn, fail, end


if __name__ == "__main__":
    serve(loaded)
