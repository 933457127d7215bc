"""The errors that a user can correct; every other exception is a fault of this program."""

from __future__ import annotations

import datetime as dt
import difflib
import math
from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar

# Types whose values a message shows; of any other value it names the type.
SHOWN = (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict, dt.date)
MOST_SHOWN = 80  # characters

# What other programs and everyday English call a word of ours.
OTHER_WORDS = {
    "daily": "day days d 1d",
    "weekly": "week weeks w 1w",
    "monthly": "month months m 1m",
    "quarterly": "quarter quarters q 3m",
    "semiannually": "semiannual semi_annually semi_annual half_yearly half_year halfyearly 6m",
    "annually": "annual yearly year years y 1y 12m",
    "never": "none no off once hold buy_and_hold",
    "yahoo": "yfinance live online internet web",
    "bundled": "offline builtin built_in included",
    "files:DIR": "csv file folder dir directory local",
    "cagr": "return returns growth profit performance",
    "volatility": "vol std stdev sigma",
    "turnover_per_year": "turnover",
    "hedge_mix": "60/40 mix static",
    "equity_only": "equity stocks spy buy_and_hold",
    "yields": "rates curve",
    "policy_rate": "fed_funds fed",
    "cpi": "inflation",
    "usd": "dollar dxy",
}
# What is asked for and is not there, under the word of ours that comes nearest to it.
NEAREST = {
    "weekly": "biweekly fortnightly fortnight",
    "calmar": "max_drawdown drawdown",
    "sharpe": "volatility vol",
}


class HedgeError(ValueError):
    """Something the user can correct: one line that says what, where, got, do this."""

    exit_code: ClassVar[int] = 2  # that a command ends with


class UsageError(HedgeError):
    """A command, an option or a parameter that cannot be understood."""


class DataError(HedgeError):
    """A price, a yield or a file that cannot be used."""


class UnreachableError(DataError):
    """A server that does not answer, breaks off or limits the rate: waiting may help."""


class LocalError(HedgeError):
    """A fault of this machine: no room, memory or files left. No other data stand in for it."""


class StrictError(HedgeError):
    """Data that stand in for others or are too old, where ``--strict`` refuses such."""

    exit_code: ClassVar[int] = 3


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
    """A worker process that was killed from outside: running again may help."""


def in_short(value: object) -> str:
    """Show a value in a message, in one short line.

    A table has many lines, an integer may have too many digits to be written, and ``repr`` of a
    user's object may fail: of these only the type is named.
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


def in_full(number: float) -> str:
    """Show a number with all the digits that tell it from its neighbours.

    A message that compares a number with its bound must not round either: 1000.0001, which is
    refused, would read as the 1000 that is allowed.
    """
    return repr(float(number)).removesuffix(".0")


def counted(number: int, unit: str) -> str:
    """Write a number of things: ``1 session``, ``2 sessions``."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def numbers_taken(low: float, high: float, *, whole: bool = False) -> str:
    """Say in words which numbers are taken: those from ``low`` to ``high``, both included.

    Parameters
    ----------
    low, high
        The ends; infinite where there is none. An infinite number itself is never taken.
    whole
        Whether only whole numbers are.
    """
    if math.isinf(low) and math.isinf(high):
        return "a whole number" if whole else "a finite number"
    if not (math.isinf(low) or math.isinf(high)):
        return f"{'whole numbers from ' if whole else ''}{in_full(low)} to {in_full(high)}"
    end = f"{in_full(high)} or less" if math.isinf(low) else f"{in_full(low)} or more"
    return f"{'a whole' if whole else 'a finite'} number of {end}"


def did_you_mean(word: object, names: Iterable[str]) -> str:
    """Suggest the valid word that was meant, as a clause to append to an error, or nothing.

    That is the one which others call so (``yearly`` is ``annually``), else the most similar one,
    else the one that comes nearest to what is asked for and is not there.

    Parameters
    ----------
    word
        What the user gave; from Python it may be no text, and then nothing is suggested.
    names
        The words that would have been right.
    """
    if not isinstance(word, str):
        return ""
    by_folded = {name.casefold(): name for name in names}
    folded = word.strip().casefold()
    near = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    similar = by_folded[near[0]] if near else None
    if meant := _listed(OTHER_WORDS, folded, by_folded.values()) or similar:
        return f" (did you mean {meant}?)"
    nearest = _listed(NEAREST, folded, by_folded.values())
    return f" (the nearest is {nearest})" if nearest else ""


def _listed(table: Mapping[str, str], folded: str, names: Collection[str]) -> str | None:
    """The one of ``names`` under which a table lists a word; None if it does under none."""
    plain = folded.replace("-", "_").replace(" ", "_")
    return next((name for name in names if plain in table.get(name, "").split()), None)
