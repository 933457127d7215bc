"""Resamples of months as chains of blocks: the stationary bootstrap (Politis and Romano 1994).

A resample of n months starts anywhere and goes on with the next month, in a circle, until it jumps
to another month, which it does with the same chance at every step. Ten thousand of them are drawn
at once, which takes a tenth of the time that ``arch`` needs, and the length of blocks is worked out
without loading it; the tests hold the two against each other. What a measure needs is either the
months in their order (:meth:`Blocks.rows`) or only how often each month was drawn
(:meth:`Blocks.counts`), which is found without writing down the order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Counts = NDArray[np.uint16]
Array = NDArray[np.float64]
BATCH = 1_000  # resamples that are drawn at once


@dataclass(frozen=True, eq=False)
class Blocks:
    """Resamples of some months.

    Attributes
    ----------
    months, repetitions, mean
        Length of the sample and of each resample, how many resamples, and the mean length of a
        block that nothing cuts short.
    starts, lengths
        The month in which each block begins, and its length; a block that reaches the last month
        goes on with the first.
    bounds
        Shape (repetitions + 1,): number of each resample's first block.
    """

    months: int
    repetitions: int
    mean: int
    starts: Small
    lengths: Small
    bounds: Ints

    def rows(self, repetitions: int) -> Ints:
        """Numbers of the months drawn, in their order, by the first resamples.

        Returns
        -------
        numpy.ndarray
            Shape (repetitions, months); read-only, and kept as :meth:`counts` are.
        """
        latest = _ROWS.get(self)
        if latest is None or len(latest) != min(repetitions, self.repetitions):
            _ROWS[self] = latest = self._rows(repetitions)
        return latest

    def _rows(self, repetitions: int) -> Ints:
        blocks = slice(int(self.bounds[min(repetitions, self.repetitions)]))
        lengths = self.lengths[blocks]
        ends = np.cumsum(lengths)
        firsts = np.repeat(self.starts[blocks] - ends + lengths, lengths)
        rows = (firsts + np.arange(len(firsts))) % self.months
        rows.flags.writeable = False
        return rows.reshape(-1, self.months)

    def counts(self, first: int, last: int) -> Counts:
        """How often resamples ``first`` to ``last`` (excluded) drew each month.

        They are kept as long as the blocks are: verdicts of a slider that moves ask again and
        again, and counting takes half as long as what is done with them.

        Returns
        -------
        numpy.ndarray
            Shape (last - first, months); read-only.
        """
        by_range = _COUNTS.setdefault(self, {})
        if (first, last) not in by_range:
            counted = self._count(first, last).astype(np.uint16)  # a quarter of the memory
            counted.flags.writeable = False
            by_range[first, last] = counted
        return by_range[first, last]

    def _count(self, first: int, last: int) -> Ints:
        width = self.months + 1
        blocks = slice(int(self.bounds[first]), int(self.bounds[last]))
        starts, lengths = self.starts[blocks], self.lengths[blocks]
        sizes = np.diff(self.bounds[first : last + 1])
        # One more at the start of a block and one less behind its end: their running sum counts.
        at = np.repeat(np.arange(len(sizes)) * width, sizes)
        ends = starts + lengths
        over = ends > self.months  # these go on at the first month
        cells = len(sizes) * width
        steps = np.bincount(at + starts, minlength=cells)
        steps -= np.bincount(at + np.where(over, self.months, ends), minlength=cells)
        steps += np.bincount(at[over], minlength=cells)
        steps -= np.bincount(at[over] + ends[over] - self.months, minlength=cells)
        return np.cumsum(steps.reshape(-1, width)[:, :-1], axis=1)


_ROWS: WeakKeyDictionary[Blocks, Ints] = WeakKeyDictionary()
_COUNTS: WeakKeyDictionary[Blocks, dict[tuple[int, int], Counts]] = WeakKeyDictionary()


@lru_cache(maxsize=4)
def draw_blocks(months: int, block: int, repetitions: int, seed: int) -> Blocks:
    """Draw resamples; the same seed draws the same, and more of them begin with the same.

    Parameters
    ----------
    months
        Length of the sample and of each resample.
    block
        Mean length of a block that nothing cuts short.
    repetitions, seed
        How many resamples.
    """
    parts = [
        _draw(months, block, min(BATCH, repetitions - first), np.random.default_rng([seed, first]))
        for first in range(0, repetitions, BATCH)
    ]
    starts, lengths, blocks = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Blocks(
        months=months,
        repetitions=repetitions,
        mean=block,
        starts=starts,
        lengths=lengths,
        bounds=np.concatenate([[0], np.cumsum(blocks)]),
    )


def _draw(
    months: int, block: int, repetitions: int, random: np.random.Generator
) -> tuple[Small, Small, Ints]:
    """Start and length of every block, and the number of blocks of every resample."""
    begins = np.zeros(months * repetitions, dtype=bool)
    begins[::months] = True  # every resample begins anew
    last = -1
    # As far as a whole batch needs: so fewer resamples leave the random numbers at the same place.
    while last < months * BATCH:
        steps = random.geometric(1.0 / block, size=months * BATCH // block + 100)
        jumps = last + np.cumsum(steps)
        begins[jumps[jumps < len(begins)]] = True
        last = int(jumps[-1])
    at = np.flatnonzero(begins)
    starts = random.integers(months, size=len(at))
    lengths = np.diff(at, append=len(begins))
    blocks = begins.reshape(repetitions, months).sum(axis=1)
    # In half the memory: of millions of blocks that stay from verdict to verdict.
    return starts.astype(np.int32), lengths.astype(np.int32), blocks


def optimal_length(series: Array) -> float:
    """Mean length of blocks that suits a series: Politis and White (2004), corrected in 2009.

    Parameters
    ----------
    series
        Shape (n,), not constant.

    Returns
    -------
    float
        For the stationary bootstrap; NaN where the long-run variance comes out as 0.

    Notes
    -----
    Patton, Politis and White, "Correction to 'Automatic block-length selection for the dependent
    bootstrap'", Econometric Reviews 28 (2009), with the choices of ``arch``.
    """
    count = len(series)
    apart = series - series.mean()
    fewest = max(5, int(math.log10(count)))
    most = math.ceil(math.sqrt(count)) + fewest
    lags = np.arange(most + 1)
    products = np.array([apart[lag:] @ apart[: count - lag] for lag in lags])
    # Sums of squares of what has a partner; arch counts one row less at either end.
    squares = np.concatenate([[0.0], np.cumsum(apart**2)])
    ends = count - lags - 1
    around = (squares[count] - squares[lags + 1]) * squares[ends]
    with np.errstate(divide="ignore", invalid="ignore"):
        small = np.abs(products) / np.sqrt(around) < 2.0 * math.sqrt(math.log10(count) / count)
    # The lag from which on so many correlations in a row are too small to count.
    calm = next((lag for lag in range(most - fewest + 1) if small[lag : lag + fewest].all()), None)
    reach = most if calm is None else min(2 * max(calm, 1), most)
    covariances = products[1 : reach + 1] / count
    weights = np.clip(2.0 * (1.0 - lags[1 : reach + 1] / reach), 0.0, 1.0)
    slope = 2.0 * float(weights @ (lags[1 : reach + 1] * covariances))
    variance = float(products[0]) / count + 2.0 * float(weights @ covariances)
    if variance == 0.0:
        return math.nan
    longest = math.ceil(min(3.0 * math.sqrt(count), count / 3.0))
    return float(min(((slope / variance) ** 2 * count) ** (1.0 / 3.0), longest))
