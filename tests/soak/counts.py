"""How much a soak does: a sample in CI, the full count with ``HEDGE_SOAK=1``."""

from __future__ import annotations

import os

FULL = os.environ.get("HEDGE_SOAK") == "1"


def count(sample: int, full: int) -> int:
    """The number of cases to try."""
    return full if FULL else sample


def report(line: str) -> None:
    """Print a figure of a soak (``pytest -s`` shows it)."""
    print(f"\nsoak: {line}")
