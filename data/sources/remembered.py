"""What a process has read of files, where it reads the same ones for many runs.

A file is read anew each time; only what its bytes mean is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")
MOST_BYTES = 4 << 20  # of a file; the largest real ones have 0.9 MB
_memory: list[dict[Hashable, Any]] = []


def remember() -> None:
    """Remember from now on, as long as the process lasts: one that makes a few runs and ends."""
    _memory[:] = [{}]


def once(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` returned for an equal key, if that is remembered; nobody may change it."""
    if not _memory:
        return make()
    if key not in _memory[0]:
        _memory[0][key] = make()
    return cast("T", _memory[0][key])
