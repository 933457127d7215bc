"""What decides the word of a verdict, as records, and the rules that read it.

The word follows the hedge's payoff in equity's worst months: percent a month of the money in the
hedge, over bills (:mod:`backtests.analysis.payoff`). It is asked of all months, and of those that
began after negative and after positive stock-bond correlation. Fractions, not percent; months are
``YYYY-MM``; None where a number does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backtests.analysis.resampling import FEWEST_ROWS, Estimate

SetWord = Literal["works", "fails", "same as bills", "unclear"]
Word = Literal[
    "works", "fails", "same as bills", "unclear", "it depends", "it depended", "no hedge"
]
StateName = Literal["negative", "positive"]
# Within this much of bills, a month of the money in the hedge, nobody needs to tell the two apart.
SAME_AS_BILLS = 0.005
RARE_PLACEBO = 0.10  # above it so few changes of regime cannot prove a difference


@dataclass(frozen=True)
class Payoff:
    """The hedge less bills in equity's worst months of one set of months.

    Attributes
    ----------
    months, worst_months
        How many months the set has, and how many of them are its worst tenth.
    estimate
        The payoff, a fraction a month of the money in the hedge; without an interval below 60
        months.
    above_zero
        P(>0): the share of resamples in which it was above 0.
    word
        What the interval says: see :func:`word_of`.
    worst_months_held
        In how many of the worst months the hedge was held, not bills in its place.
    smallest_effect
        The smallest payoff that this many months would call *works* in 80 % of samples; None
        where that was not worked out, or where none up to 5 % a month would be.
    """

    months: int
    worst_months: int
    estimate: Estimate
    above_zero: float | None
    word: SetWord
    worst_months_held: int
    smallest_effect: float | None = None


@dataclass(frozen=True)
class StateEpisode:
    """At least 24 months in a row in one state, and the hedge's payoff in them."""

    first: str
    last: str
    months: int
    payoff: float


@dataclass(frozen=True)
class State:
    """The months that began after one sign of the stock-bond correlation.

    ``rests_on`` is the episode without which the word would lose its sign or its 60 months; None
    where there is no such episode, or no word.
    """

    name: StateName
    payoff: Payoff
    episodes: tuple[StateEpisode, ...]
    rests_on: StateEpisode | None


@dataclass(frozen=True)
class Evidence:
    """What decides the word.

    Attributes
    ----------
    every, negative, positive
        Of all months, and of those after negative and after positive correlation.
    difference
        Payoff after negative less payoff after positive correlation.
    placebo_share
        How often the same labels, shifted in a circle, differ as much or more in the same
        direction; None with fewer than 60 months in a state, or 72 in all.
    unlabelled_months
        Months before which no correlation is known.
    correlation_of
        With which bond or hedge equity's correlation tells the states apart.
    """

    every: Payoff
    negative: State
    positive: State
    difference: Estimate
    placebo_share: float | None
    unlabelled_months: int
    correlation_of: str

    @property
    def states(self) -> tuple[State, State]:
        """Both states, negative first."""
        return self.negative, self.positive

    @property
    def cannot_prove(self) -> bool:
        """Whether so few changes of regime cannot prove that the states differ."""
        return self.placebo_share is not None and self.placebo_share > RARE_PLACEBO


def word_of(estimate: Estimate) -> SetWord:
    """The word of one set of months, by the interval of its payoff.

    *Same as bills* where it lies within half a percent a month of bills, else *works* where it lies
    above 0, *fails* where below, else *unclear*, as also without an interval.
    """
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        return "unclear"
    if low >= -SAME_AS_BILLS and high <= SAME_AS_BILLS:
        return "same as bills"
    if low > 0.0:
        return "works"
    return "fails" if high < 0.0 else "unclear"


def rests_on(
    word: SetWord, payoff: float, without: Sequence[tuple[StateEpisode, int, float]]
) -> StateEpisode | None:
    """The episode on which the word of a state rests alone, if any: the longest such.

    Parameters
    ----------
    word, payoff
        Of the state's months.
    without
        Each episode, with the number and the payoff of the state's months without it.
    """
    if word == "unclear":
        return None
    alone = [
        episode
        for episode, months, left in without
        if months < FEWEST_ROWS or (word != "same as bills" and not left * payoff > 0.0)
    ]
    return max(alone, key=lambda episode: episode.months, default=None)


def verdict_word(evidence: Evidence) -> Word:
    """The word of a verdict: that of all months, or *it depends* where the two states truly differ.

    They do where the interval of their difference excludes 0, one *works* and the other *fails*,
    and all months together say neither. *It depended* where either word rests on one episode.
    """
    negative, positive = evidence.negative, evidence.positive
    low, high = evidence.difference.low, evidence.difference.high
    differ = low is not None and high is not None and (low > 0.0 or high < 0.0)
    opposite = {negative.payoff.word, positive.payoff.word} == {"works", "fails"}
    if not (differ and opposite and evidence.every.word in ("unclear", "same as bills")):
        return evidence.every.word
    return "it depended" if negative.rests_on or positive.rests_on else "it depends"
