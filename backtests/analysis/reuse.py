"""Answers of pure functions, kept by the bytes of what they were asked.

Where a slider moves, most of what a verdict is made of stays: equity and the hedge alone, the
states, the regimes. The key holds every byte of the arguments, so that an answer is never given to
another question.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pandas as pd

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Answers(Generic[T]):
    """The latest answers by their key; arrays among them become read-only.

    Parameters
    ----------
    size
        How many to keep.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._answers: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the answer to a key, made where it is not kept; two threads may both make it."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return _own(self._answers[key])
        answer = make()
        if isinstance(answer, np.ndarray):
            answer.flags.writeable = False
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self.size:
                self._answers.popitem(last=False)
        return _own(answer)


def reused(size: int) -> Callable[[F], F]:
    """Make a pure function keep its latest answers.

    Parameters
    ----------
    size
        How many. Arguments are arrays, series, sequences of them, and what can be hashed.
    """

    def keep(function: F) -> F:
        answers: Answers[Any] = Answers(size)

        @functools.wraps(function)
        def answered(*arguments: Any, **named: Any) -> Any:
            key = key_of((arguments, sorted(named.items())))
            return answers.get(key, lambda: function(*arguments, **named))

        return cast(F, answered)

    return keep


def key_of(value: Any) -> Hashable:
    """What tells a value from every other: of arrays, indices and series all of their bytes."""
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:  # its bytes are places in memory
            raise TypeError("an array of objects has no bytes of its own")
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, pd.Series):
        return "series", value.name, key_of(value.index), key_of(value.to_numpy())
    if isinstance(value, pd.PeriodIndex | pd.DatetimeIndex):
        return type(value).__name__, str(value.dtype), value.asi8.tobytes()
    if isinstance(value, list | tuple):
        return type(value).__name__, *map(key_of, value)
    hash(value)  # refuses what could be changed
    return cast(Hashable, value)


def _own(answer: T) -> T:
    """An answer whose holder can change it without changing that of others."""
    if isinstance(answer, pd.Series | pd.DataFrame):
        return cast(T, answer.copy(deep=False))
    if isinstance(answer, tuple):
        return cast(T, tuple([_own(part) for part in answer]))
    return answer
