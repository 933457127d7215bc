"""Luck in words that an investor reads: how many of so many tries would be as good by luck."""

from __future__ import annotations

import math

from backtests.analysis.selection import ChosenSharpe

ONE, TWO = 0.5, 1.5  # from here on an expected number is told as one, as two
MOST = 0.95  # of all tries: from here on they are nearly all
ALL = "nearly all"
RAREST = 100  # searches; what is rarer is told as fewer than one in so many
UNKNOWN = "how many would be this good by luck is unknown: too few tries differ"


def luck_sentence(decides: ChosenSharpe | None) -> str:
    """How many of all tries are expected to be as good by luck alone, as a sentence."""
    if decides is None:
        return "It earns the same as the default: there is no lead that could be luck."
    return f"Of {_tries(decides)}, {_by_luck(decides)}."


def luck_figure(decides: ChosenSharpe) -> tuple[str, str]:
    """The same as a figure of a tile, and the words after it."""
    expected, tries = decides.as_good_by_luck, _tries(decides)
    if not math.isfinite(expected):
        return "Unknown", "since too few tries differ"
    if expected >= ONE:
        figure = _counted(decides).removeprefix("some ")
        return figure[:1].upper() + figure[1:], f"of {tries} expected"
    one, words = _one_in(expected)
    return one[:1].upper() + one[1:], f"{words} would show one"


def _by_luck(decides: ChosenSharpe) -> str:
    expected = decides.as_good_by_luck
    if not math.isfinite(expected):
        return UNKNOWN
    if _counted(decides) == ALL:
        return f"{ALL} are expected to be this good by luck alone"
    if expected >= ONE:
        verb = "is" if expected < TWO else "are"
        return f"{_counted(decides)} this good {verb} expected by luck alone"
    one, words = _one_in(expected)
    return f"hardly one is this good by luck alone: {one} {words} would show one"


def _tries(decides: ChosenSharpe) -> str:
    return "1 try" if decides.trials == 1 else f"{decides.trials:,} tries"


def _counted(decides: ChosenSharpe) -> str:
    """An expected number of tries, to two digits, or as the largest part of them."""
    expected = decides.as_good_by_luck
    if expected >= MOST * decides.trials > TWO:
        return ALL
    if expected < TWO:
        return "one"
    return f"{'some' if expected >= 10.0 else 'about'} {_two_digits(expected):,}"


def _one_in(expected: float) -> tuple[str, str]:
    """In how many such searches one is expected: the figure, and the words after it."""
    if expected * RAREST < 1.0:
        return f"fewer than 1 in {RAREST}", "such searches"
    return f"1 in {_two_digits(1.0 / expected)}", "such searches"


def _two_digits(value: float) -> int:
    return int(float(f"{value:.2g}")) if value >= 10.0 else round(value)
