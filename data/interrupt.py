"""Ctrl-C before a command has begun, while its libraries load: one line, as later on."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from data.terminal import tell

INTERRUPTED = "interrupted; finished results are intact"


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
