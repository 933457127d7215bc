"""The one family of errors that a user can correct; everything else is a fault of ours."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable

# What a message shows as it is; of anything else it names the type.
SHOWN = (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict, dt.date)
MOST_SHOWN = 80  # characters


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


def in_short(value: object) -> str:
    """Show in a message what was given: short, in one line, whatever it is.

    A table has many lines, a whole number may have too many digits to be written, and an object
    of the user's may fail to show itself: of these the type is named.
    """
    kind = type(value).__name__
    if isinstance(value, type) or kind == "NAType":
        return f"the class {value.__name__}" if isinstance(value, type) else "NA"
    kind = "array" if kind == "ndarray" else kind
    text = f"{'an' if kind[:1] in 'AEIOUaeiou' else 'a'} {kind}"
    plain = str(value) if isinstance(value, str) else value  # of numpy's text too
    try:
        if type(plain).__module__ == "numpy" and kind != "array":
            text = str(plain)
        elif plain is None or isinstance(plain, SHOWN):
            text = repr(plain)
    except Exception:
        text = f"{text} that cannot be shown"
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def did_you_mean(word: object, names: Iterable[str]) -> str:
    """Name the nearest known word, as a clause to append to an error, or nothing.

    Parameters
    ----------
    word
        What the user wrote; nothing is near what is no text, as it may be from Python.
    names
        The words that would have been right.
    """
    if not isinstance(word, str):
        return ""
    by_folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[near[0]]}?)" if near else ""
