"""From months and their states to the evidence that decides a verdict's word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.blocks import Blocks
from backtests.analysis.evidence import (
    Evidence,
    Payoff,
    State,
    StateEpisode,
    StateName,
    rests_on,
    word_of,
)
from backtests.analysis.hedge import worst_count
from backtests.analysis.levels import Leveled, level_of
from backtests.analysis.metrics import ROUNDING
from backtests.analysis.payoff import payoff, resampled_payoffs, without_rounding
from backtests.analysis.resampling import FEWEST_ROWS, Estimate, Sample, interval
from backtests.analysis.smallest_effect import smallest_effects
from backtests.analysis.states import NEGATIVE, POSITIVE, UNKNOWN, Labels, episodes, states_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST_SHIFT = 36  # months: a label looks back that far, so a smaller shift is nearly the same
SIGNS: tuple[tuple[StateName, int], ...] = (("negative", NEGATIVE), ("positive", POSITIVE))


@dataclass(frozen=True, eq=False)
class Months:
    """The months that are asked.

    Attributes
    ----------
    returns
        Months x ``equity``, ``hedge`` and ``cash``, fractions.
    labels
        The state of each: :func:`backtests.analysis.states.states_of`.
    correlation_of
        Which bond or hedge that is the correlation of.
    """

    returns: pd.DataFrame
    labels: Labels
    correlation_of: str

    @cached_property
    def _legs(self) -> tuple[Array, Array]:
        legs = (self.returns[name].to_numpy(float) for name in ("equity", "hedge", "cash"))
        return without_rounding(*legs)

    @property
    def equity(self) -> Array:
        """Returns of equity."""
        return self._legs[0]

    @property
    def excess(self) -> Array:
        """The hedge less bills."""
        return self._legs[1]

    @cached_property
    def sets(self) -> tuple[Mask, Mask, Mask]:
        """All months, those after negative and those after positive correlation."""
        return np.ones(len(self.labels), bool), self.labels == NEGATIVE, self.labels == POSITIVE

    def payoff(self, inside: Mask) -> float:
        """Payoff of some of the months."""
        return payoff(self.equity[inside], self.excess[inside])


def evidence_from(
    sample: Sample, correlation: pd.Series, correlation_of: str, *, effects: bool = False
) -> Evidence:
    """What decides the word, from a sample with ``equity``, ``hedge`` and ``cash``.

    Parameters
    ----------
    sample
        The months and their resamples.
    correlation
        Trailing stock-bond correlation at the end of each month.
    correlation_of
        Which bond or hedge that is the correlation of.
    effects
        As for :func:`evidence_of`.
    """
    labels = states_of(correlation, pd.PeriodIndex(sample.returns.index))
    asked = Months(sample.returns[["equity", "hedge", "cash"]], labels, correlation_of)
    return evidence_of(asked, sample.blocks, effects=effects)


def evidence_of(months: Months, blocks: Blocks | None, *, effects: bool = False) -> Evidence:
    """What decides the word.

    Parameters
    ----------
    months
        The months and their states.
    blocks
        Their resamples; None if there are fewer than 60 months.
    effects
        Whether to work out the smallest effects, which takes longer than all the rest.
    """
    count = len(months.labels)
    sizes = [int(inside.sum()) for inside in months.sets]
    resampled = np.full((3, 1), np.nan)
    if blocks is not None:
        resampled = resampled_payoffs(blocks, months.equity, [months.excess] * 3, months.sets)
    named: tuple[Leveled, ...] = ("payoff", "payoff_after_negative", "payoff_after_positive")
    levels = [
        level_of(key, count) if size >= FEWEST_ROWS else None
        for key, size in zip(named, sizes, strict=True)
    ]
    smallest: tuple[float | None, ...] = (None, None, None)
    if effects and blocks is not None:
        smallest = smallest_effects(months.equity, months.excess, months.sets, blocks.mean, levels)
    payoffs = [
        _payoff(months, inside, drawn, level, effect)
        for inside, drawn, level, effect in zip(
            months.sets, resampled, levels, smallest, strict=True
        )
    ]
    negative, positive = (
        _state(months, name, sign, of_state)
        for (name, sign), of_state in zip(SIGNS, payoffs[1:], strict=True)
    )
    both = min(sizes[1:]) >= FEWEST_ROWS
    apart = months.payoff(months.sets[1]) - months.payoff(months.sets[2])
    level = level_of("payoff_difference", count) if both else None
    return Evidence(
        every=payoffs[0],
        negative=negative,
        positive=positive,
        difference=Estimate.of(apart, _limits(resampled[1] - resampled[2], level)),
        placebo_share=placebo_share(months) if both else None,
        unlabelled_months=int((months.labels == UNKNOWN).sum()),
        correlation_of=months.correlation_of,
    )


def _limits(resampled: Array, level: float | None) -> tuple[float, float] | None:
    return None if level is None else interval(resampled, level)


def _payoff(
    months: Months, inside: Mask, resampled: Array, level: float | None, smallest: float | None
) -> Payoff:
    estimate = Estimate.of(months.payoff(inside), _limits(resampled, level))
    size = int(inside.sum())
    worst = int(worst_count(size)) if size else 0
    held = months.excess[inside][np.argsort(months.equity[inside], kind="stable")[:worst]]
    finite = resampled[np.isfinite(resampled)]
    return Payoff(
        months=size,
        worst_months=worst,
        estimate=estimate,
        above_zero=float((finite > 0.0).mean()) if estimate.low is not None else None,
        word=word_of(estimate),
        worst_months_held=int(np.count_nonzero(held)),
        smallest_effect=smallest,
    )


def _state(months: Months, name: StateName, sign: int, of_state: Payoff) -> State:
    inside = months.labels == sign
    stretches, without = [], []
    for rows in episodes(months.labels, sign):
        index = months.returns.index[rows]
        episode = StateEpisode(
            first=str(index[0]),
            last=str(index[-1]),
            months=len(index),
            payoff=payoff(months.equity[rows], months.excess[rows]),
        )
        left = inside.copy()
        left[rows] = False
        stretches.append(episode)
        without.append((episode, int(left.sum()), months.payoff(left)))
    alone = None
    if of_state.estimate.value is not None:
        alone = rests_on(of_state.word, of_state.estimate.value, without)
    return State(name=name, payoff=of_state, episodes=tuple(stretches), rests_on=alone)


def placebo_share(months: Months) -> float | None:
    """How often the same labels, put elsewhere, differ as much: few changes of regime prove little.

    The labels are shifted in a circle by every number of months from 36 to n - 36. Each time the
    payoff of one state less that of the other is compared with the true one, in its direction.

    Returns
    -------
    float or None
        Share of the shifts; None with fewer than 72 months, or without months in both states.
    """
    count = len(months.labels)
    shifts = np.arange(LEAST_SHIFT, count - LEAST_SHIFT + 1)
    true = months.payoff(months.sets[1]) - months.payoff(months.sets[2])
    if not (len(shifts) and np.isfinite(true)):
        return None
    order = np.argsort(months.equity, kind="stable")
    earned = months.excess[order]
    twice = np.concatenate([months.labels, months.labels])
    shifted = twice[order + count - shifts[:, None]]
    payoffs = []
    for sign in (NEGATIVE, POSITIVE):
        inside = shifted == sign
        worst = int(worst_count((months.labels == sign).sum()))
        taken = inside & (np.cumsum(inside, axis=1, dtype=np.int32) <= worst)
        payoffs.append(np.where(taken, earned, 0.0).sum(axis=1) / worst)
    apart = (payoffs[0] - payoffs[1]) * np.sign(true)
    return float((apart >= abs(true) - ROUNDING).mean())
