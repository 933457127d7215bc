"""Ctrl-C before a command has begun, while its libraries load: one line, as later on."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from data.terminal import tell

INTERRUPTED = "interrupted; finished results are intact"


def is_looking_for(package: str) -> bool:
    """Whether Python is about to run a module of this package, and not one that imports it."""
    if sys.argv[:1] != ["-m"]:  # as it stands there only until the module is found
        return False
    # The last of Python's own words: -m NAME, or -mNAME behind other letters.
    word = sys.orig_argv[-len(sys.argv) :][0]
    name = word.partition("m")[2] if word.startswith("-") else word
    return name.partition(".")[0] == package


def expect_interrupts() -> None:
    """End this process in one line, with exit code 1, where nothing else catches Ctrl-C."""
    sys.excepthook = _end_in_one_line


def _end_in_one_line(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    tell(f"error: {INTERRUPTED}")
    os._exit(1)  # else Python ends by the signal
