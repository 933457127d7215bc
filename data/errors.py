"""The one family of errors that a user can correct; everything else is a fault of ours."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HedgeError(ValueError):
    """Something the user can correct: one line that says what, where, got, do this."""


class UsageError(HedgeError):
    """A command, an option or a parameter that cannot be understood."""


class DataError(HedgeError):
    """A price, a yield or a file that cannot be used."""


class UnreachableError(DataError):
    """A server that does not answer, breaks off or limits the rate: waiting may help."""


class WeightError(HedgeError):
    """Target weights that are negative, not finite or sum to more than 1."""


class RuleError(UsageError):
    """A strategy of the user's own that fails, or whose answer cannot be used."""


class PeekingError(RuleError):
    """A strategy whose past changes when its future is taken away."""


class NotDeterministicError(RuleError):
    """A strategy that answers two calls on the same market differently."""


class OutputError(HedgeError):
    """A result that cannot be written or a results folder that cannot be read."""


class WorkerError(HedgeError):
    """A worker process that was ended from outside: running again may help."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the nearest known word, as a clause to append to an error, or nothing.

    Parameters
    ----------
    word
        What the user wrote.
    known
        The words that would have been right.
    """
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[near[0]]}?)" if near else ""
