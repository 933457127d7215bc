"""The smallest payoff that so many months would call *works* four times out of five.

*Unclear* may mean that there is no effect or that the sample is too short to see it. So the hedge's
excess in equity's worst tenth of a set is moved by a constant until the sample's payoff is s, the
sample is resampled, each resample is judged as the sample itself is, and the smallest s that reads
*works* in 80 % of them is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.blocks import draw_blocks
from backtests.analysis.evidence import word_of
from backtests.analysis.hedge import worst_count
from backtests.analysis.payoff import FEWEST_DRAWN, payoff
from backtests.analysis.resampling import FEWEST_ROWS, SEED, Estimate

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
POWER = 0.80
STEP, STEPS = 0.0005, 100  # of the payoff a month: 0.05, 0.10, ... 5.00 %
OUTER = 200
# Enough inside each: the noise of an interval's end by so few moves single resamples to either
# side of 0, and their share hardly.
INNER = 400


def smallest_effects(
    equity: Array,
    excess: Array,
    sets: Sequence[Mask],
    block: int,
    levels: Sequence[float | None],
    seed: int = SEED,
) -> tuple[float | None, ...]:
    """Find the smallest payoff of each set that would read *works* in 80 % of samples.

    Kept by data: asked again of the same months it is there at once.

    Parameters
    ----------
    equity, excess
        Shape (n,): return of equity, and of the hedge less bills.
    sets
        For each set shape (n,): which months belong to it.
    block
        Mean length of the blocks in which months are resampled, twice.
    levels
        Nominal level of each set's interval; None where it has none.
    seed
        Of the resamples; the same seed gives the same answer.

    Returns
    -------
    tuple of float or None
        For each set a multiple of 0.05 % a month; None where the set has no interval or fewer
        than 60 months, or where not even 5 % a month would do.
    """
    return _by_data(
        np.ascontiguousarray(equity, float).tobytes(),
        np.ascontiguousarray(excess, float).tobytes(),
        tuple(np.ascontiguousarray(inside, bool).tobytes() for inside in sets),
        block,
        tuple(levels),
        seed,
    )


@lru_cache(maxsize=64)
def _by_data(
    equity: bytes,
    excess: bytes,
    sets: tuple[bytes, ...],
    block: int,
    levels: tuple[float | None, ...],
    seed: int,
) -> tuple[float | None, ...]:
    returns, earned = np.frombuffer(equity), np.frombuffer(excess)
    masks = [np.frombuffer(inside, bool) for inside in sets]
    asked = {
        number: level
        for number, (inside, level) in enumerate(zip(masks, levels, strict=True))
        if level is not None and inside.sum() >= FEWEST_ROWS
    }
    answers: list[float | None] = [None] * len(masks)
    if asked:
        lines = _payoff_lines(returns, earned, [masks[number] for number in asked], block, seed)
        for (number, level), (at_zero, slope) in zip(asked.items(), lines, strict=True):
            answers[number] = _smallest(at_zero, slope, level)
    return tuple(answers)


def _payoff_lines(
    equity: Array, excess: Array, sets: Sequence[Mask], block: int, seed: int
) -> list[tuple[Array, Array]]:
    """Payoff of every resample of every resample, as a line in the sample's own payoff s.

    Moving the excess of fixed months by a constant moves each mean in proportion to how many of
    them it holds, so the resampling runs once and not once for each s.

    Returns
    -------
    list of (numpy.ndarray, numpy.ndarray)
        For each set the payoff at s = 0 and its slope in s, shape (outer, inner); NaN where
        the word would have no interval, or the inner resample fewer than 30 of its months.
    """
    count = len(equity)
    # Row by row the months of one resample; all samples are drawn alike inside, by place.
    drawn = draw_blocks(count, block, OUTER, seed).rows(OUTER)
    counts = draw_blocks(count, block, INNER, seed + 1).counts(0, INNER)
    places = np.ascontiguousarray(counts.T, float)
    order = np.argsort(equity, kind="stable")
    answers = []
    for inside in sets:
        worst = order[inside[order]][: int(worst_count(inside.sum()))]
        moved = np.zeros(count)
        moved[worst] = 1.0
        at_zero = excess - payoff(equity[inside], excess[inside]) * moved
        earned = np.column_stack([at_zero, moved])
        lines = np.full((2, OUTER, INNER), np.nan)
        for number, months in enumerate(drawn):
            mine = np.flatnonzero(inside[months])
            if len(mine) < FEWEST_ROWS:
                continue
            mine = mine[np.argsort(equity[months[mine]], kind="stable")]
            lines[:, number] = _worst_means(places, mine, earned[months[mine]])
        answers.append((lines[0], lines[1]))
    return answers


def _worst_means(places: Array, ranked: NDArray[np.int64], values: Array) -> Array:
    """Mean of columns of values over the worst tenth that each inner resample drew of some months.

    Parameters
    ----------
    places
        Shape (n, inner): how often each month was drawn.
    ranked
        The months that count, worst first.
    values
        Shape (months that count, columns), of these.

    Returns
    -------
    numpy.ndarray
        Shape (columns, inner); NaN with fewer than 30 months.
    """
    counts_here = np.zeros(len(places))
    counts_here[ranked] = 1.0
    total = counts_here @ places
    worst = worst_count(total)
    for width in (len(ranked) // 4, len(ranked)):  # the worst tenth is nearly always among these
        drawn = places[ranked[:width]]
        through = np.cumsum(drawn, axis=0)
        if width == len(ranked) or (through[-1] >= worst).all():
            break
    taken = np.clip(worst - (through - drawn), 0.0, drawn)
    return np.asarray(np.where(total >= FEWEST_DRAWN, values[:width].T @ taken / worst, np.nan))


def _smallest(at_zero: Array, slope: Array, level: float) -> float | None:
    """The smallest step at which enough of the outer resamples read *works*.

    No slope is below 0, so a resample that reads *works* at one step does at all that follow: each
    one's first step is halved down to.
    """
    before = np.zeros(len(at_zero), dtype=np.int64)  # a step at which it does not read *works*
    after = np.full(len(at_zero), STEPS + 1)  # and one at which it does, if there is any
    while (apart := after - before > 1).any():
        middle = (before + after) // 2
        works = np.array(
            [
                word_of(Estimate.of(np.nan, limits)) == "works"
                for limits in _limits(at_zero + STEP * middle[:, None] * slope, level)
            ]
        )
        after = np.where(apart & works, middle, after)
        before = np.where(apart & ~works, middle, before)
    step = int(np.sort(after)[int(np.ceil(POWER * len(after))) - 1])
    return None if step > STEPS else round(step * STEP, 10)


def _limits(resampled: Array, level: float) -> list[tuple[float, float] | None]:
    """What :func:`backtests.analysis.resampling.interval` gives for every row, all at once."""
    ascending = np.sort(resampled, axis=1)  # those without the measure come last
    finite = np.isfinite(ascending).sum(axis=1)
    ends = []
    for share in ((1.0 - level) / 2.0, (1.0 + level) / 2.0):
        at = share * np.maximum(finite - 1, 0)
        below = at.astype(np.int64)
        above = np.minimum(below + 1, np.maximum(finite - 1, 0))
        low, high = (np.take_along_axis(ascending, row[:, None], 1)[:, 0] for row in (below, above))
        ends.append(low + (at - below) * (high - low))
    enough = finite >= max(resampled.shape[1] / 2, 1)
    return [
        (float(low), float(high)) if has else None
        for low, high, has in zip(*ends, enough, strict=True)
    ]
