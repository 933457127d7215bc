"""Luck in words that an investor reads: how many of so many tries would be as good by luck.

Words count, and judge nothing: how sure a lead is, is said by the chip and the tests beside them.
"""

from __future__ import annotations

import math

from backtests.analysis.selection import ChosenSharpe

ONE, TWO = 0.5, 1.5  # from here on an expected number is told as one, as two
MOST = 0.95  # of all tries: from here on they are nearly all
ALL = "nearly all"
RAREST = 100  # searches; what is rarer is told as fewer than one in so many
UNKNOWN = "how many would be this good by luck is unknown"


def luck_sentence(decides: ChosenSharpe | None, rival: str = "the default") -> str:
    """How many of all tries are expected to be as good by luck alone, as a sentence.

    Parameters
    ----------
    decides
        How the choice stands against its rival; None where it earns the same.
    rival
        What the choice is held against.
    """
    if decides is None:
        return f"It earns the same as {rival}: there is no lead that could be luck."
    if decides.trials == 1:
        return f"{_single(decides)}."
    return f"Of {decides.trials:,} tries, {_by_luck(decides)}."


def luck_figure(decides: ChosenSharpe) -> tuple[str, str]:
    """The same as a figure of a tile, and the words after it."""
    expected, tries = decides.as_good_by_luck, f"{decides.trials:,} tries"
    if not math.isfinite(expected):
        return "Unknown", "by luck alone"
    if decides.trials == 1:
        return _chance(expected), "chance for a single try"
    figure = _counted(decides).removeprefix("some ") if expected >= ONE else _most(expected)
    after = f"of {tries} expected" if expected >= ONE else "such searches would show one"
    return figure[:1].upper() + figure[1:], after


def _single(decides: ChosenSharpe) -> str:
    """A single try has a chance, not a number."""
    if not math.isfinite(decides.as_good_by_luck):
        return "It is the only try, and how often one would be this good by luck is unknown"
    chance = _chance(decides.as_good_by_luck)
    return f"It is the only try: the chance that one is this good by luck alone is {chance}"


def _by_luck(decides: ChosenSharpe) -> str:
    expected = decides.as_good_by_luck
    if not math.isfinite(expected):
        return UNKNOWN
    if expected < ONE:
        return (
            "fewer than one this good is expected by luck alone: "
            f"{_most(expected)} such searches would show one"
        )
    counted = _counted(decides)
    if counted == ALL:
        return f"{ALL} are expected to be this good by luck alone"
    return f"{counted} this good {'is' if expected < TWO else 'are'} expected by luck alone"


def _counted(decides: ChosenSharpe) -> str:
    """An expected number of tries, to two digits, or as the largest part of them."""
    expected = decides.as_good_by_luck
    if expected >= MOST * decides.trials > TWO:
        return ALL
    if expected < TWO:
        return "one"
    return f"{'some' if expected >= 10.0 else 'about'} {_two_digits(expected):,}"


def _most(expected: float) -> str:
    """In how many searches one appears: an expected number is the most that its chance can be."""
    if expected * RAREST < 1.0:
        return f"fewer than 1 in {RAREST}"
    return f"at most 1 in {math.floor(1.0 / expected)}"


def _chance(value: float) -> str:
    return "below 1 %" if value * RAREST < 1.0 else f"{100.0 * value:.0f} %"


def _two_digits(value: float) -> int:
    return int(float(f"{value:.2g}")) if value >= 10.0 else round(value)
