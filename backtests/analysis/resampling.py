"""Intervals by the stationary bootstrap (Politis and Romano 1994).

Months are drawn in blocks of random length, which keeps the dependence between neighbouring
months; every series of a comparison is drawn by the same rows. ``arch`` draws the rows of a
search's statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.blocks import Blocks, draw_blocks, optimal_length
from backtests.analysis.hedge import Less
from backtests.analysis.reuse import Answers, key_of

Array = NDArray[np.float64]
Measure = Callable[..., Any]
REPETITIONS = 1_000
DECIDING = 10  # times as many resamples behind the intervals that decide a word
SEED = 20_250_402
LEVEL = 0.90
FEWEST_ROWS = 60  # with fewer, intervals cover the truth far too rarely: docs/verdict.md


@dataclass(frozen=True)
class Estimate:
    """A number of the sample, and its interval: the middle of its resamples.

    ``value`` is None where the sample does not have the measure; ``low`` and ``high``, the ends
    of the interval, are None where it is too short for one.
    """

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, value: float, limits: tuple[float, float] | None) -> Estimate:
        """Make an estimate of a number, NaN where there is none, and its interval if any."""
        return cls(value if math.isfinite(value) else None, *(limits or (None, None)))

    @property
    def number(self) -> float:
        """The value, where it must not be missing.

        Raises
        ------
        ValueError
            If the sample does not have the measure.
        """
        if self.value is None:
            raise ValueError("the sample does not have this measure")
        return self.value


@dataclass(frozen=True)
class SampleSize:
    """How many months a verdict rests on, and how they were resampled.

    ``months`` from ``first`` to ``last`` (``YYYY-MM``); ``repetitions`` 0 where fewer than
    ``fewest_months`` leave no interval; ``deciding_repetitions`` those of the intervals that
    decide; ``block_months`` the mean length of a block.
    """

    months: int
    first: str | None
    last: str | None
    repetitions: int
    deciding_repetitions: int
    block_months: int
    seed: int
    fewest_months: int


def block_length(series: Array) -> int:
    """Mean block length by Politis and White (2004, corrected 2009): the longest of the columns.

    Parameters
    ----------
    series
        Shape (n, k), returns. Constant columns are ignored.

    Returns
    -------
    int
        At least 1.
    """
    if len(series) < FEWEST_ROWS:
        return 1
    moving = series[:, np.ptp(series, axis=0) > 0.0]
    if moving.shape[1] == 0:
        return 1
    lengths = [optimal_length(column) for column in moving.T]
    return max(round(float(np.nanmax(lengths))), 1)


def stationary_rows(
    rows: int, block: int, repetitions: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Row numbers of one resample after the other.

    Parameters
    ----------
    rows, block, repetitions, seed
        As for :func:`resampled_rows`, which keeps them all.
    """
    from arch.bootstrap import StationaryBootstrap

    drawn = StationaryBootstrap(block, np.arange(rows), seed=np.random.default_rng(seed))
    return (np.asarray(data[0], dtype=np.int64) for data, _ in drawn.bootstrap(repetitions))


@lru_cache(maxsize=4)
def resampled_rows(
    rows: int, block: int, repetitions: int = REPETITIONS, seed: int = SEED
) -> NDArray[np.int64]:
    """Row numbers of every resample, shape (repetitions, rows); read-only and cached.

    Parameters
    ----------
    rows
        Length of the sample and of each resample.
    block
        Mean block length.
    repetitions, seed
        How many resamples; the same seed draws the same rows.
    """
    table = np.array(list(stationary_rows(rows, block, repetitions, seed)))
    table.flags.writeable = False
    return table


def interval(resampled: Array, level: float = LEVEL) -> tuple[float, float] | None:
    """Percentile interval; resamples without the measure are left out.

    Returns
    -------
    tuple of float or None
        None where fewer than half of the resamples have the measure.
    """
    finite = resampled[np.isfinite(resampled)]
    if len(finite) < max(len(resampled) / 2, 1):
        return None
    low, high = np.quantile(finite, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


# A thousand numbers each, for verdicts that a slider asks for one after the other.
MEASURED: Answers[Array] = Answers(64)


@dataclass(eq=False)
class Sample:
    """Month-end returns and their resamples, drawn once for all measures.

    Parameters
    ----------
    returns
        Months x columns.
    block_columns
        Those whose dependence over time decides the length of the blocks.
    repetitions, seed
        Of the bootstrap.
    """

    returns: pd.DataFrame
    block_columns: Sequence[str]
    repetitions: int = REPETITIONS
    seed: int = SEED
    block: int = field(init=False)

    def __post_init__(self) -> None:
        """Draw the rows of every resample."""
        values = self.returns[list(self.block_columns)].to_numpy(float)
        # Squares too: volatile months follow each other, and the tails come from them.
        self.block = block_length(np.hstack([values, values**2]))
        self.rows = None
        if len(values) >= FEWEST_ROWS:
            drawn = draw_blocks(len(values), self.block, self.repetitions, self.seed)
            self.rows = drawn.rows(self.repetitions)
        self._drawn: dict[str, Array] = {}
        self._measured: dict[tuple[Measure, tuple[str, ...]], Array] = {}

    @property
    def blocks(self) -> Blocks | None:
        """The resamples behind what decides, whose first are ``rows``; None with too few months."""
        if self.rows is None:
            return None
        return draw_blocks(len(self.returns), self.block, DECIDING * self.repetitions, self.seed)

    def column(self, name: str) -> Array:
        """The sample of a column, shape (n,)."""
        return np.asarray(self.returns[name].to_numpy(float))

    def drawn(self, name: str) -> Array:
        """The resamples of a column, shape (repetitions, n)."""
        assert self.rows is not None  # noqa: S101 - for the type checker
        if name not in self._drawn:
            self._drawn[name] = self.column(name)[self.rows]
        return self._drawn[name]

    def forget(self, name: str) -> None:
        """Give back the memory of a column's resamples: they are drawn anew if asked for again."""
        self._drawn.pop(name, None)

    def estimate(self, measure: Measure, *columns: str, level: float | None = LEVEL) -> Estimate:
        """Measure columns, with the interval of a nominal level; None for no interval."""
        return self.difference(measure, columns, None, level=level)

    def difference(
        self,
        measure: Measure,
        ours: Sequence[str],
        theirs: Sequence[str] | None,
        *,
        level: float | None = LEVEL,
    ) -> Estimate:
        """Measure some columns less the same measure of others, on the same resamples."""
        value, limits = math.nan, None
        if len(self.returns):
            value = float(measure(*map(self.column, ours)))
            if theirs is not None:
                value -= float(measure(*map(self.column, theirs)))
        if self.rows is not None and level is not None:
            limits = interval(self.drawn_difference(measure, ours, theirs), level)
        return Estimate.of(value, limits)

    def drawn_difference(
        self, measure: Measure, ours: Sequence[str], theirs: Sequence[str] | None
    ) -> Array:
        """The difference in every resample, shape (repetitions,); there have to be resamples."""
        drawn = self._measure_drawn(measure, tuple(ours))
        return drawn if theirs is None else drawn - self._measure_drawn(measure, tuple(theirs))

    def _measure_drawn(self, measure: Measure, columns: tuple[str, ...]) -> Array:
        """Measure every resample of columns; cached, since differences ask for it again."""
        if isinstance(measure, Less):  # what was measured of equity serves every comparison
            return measure.between(*(self._measure_drawn(measure.of, (one,)) for one in columns))
        if (measure, columns) not in self._measured:
            drawn = (len(self.returns), self.block, self.repetitions, self.seed)
            key = (measure, drawn, key_of([self.column(name) for name in columns]))
            make = partial(_measured, self, measure, columns)
            self._measured[measure, columns] = MEASURED.get(key, make)
        return self._measured[measure, columns]

    def describe(self) -> SampleSize:
        """How many months, and how they were drawn."""
        index = self.returns.index
        return SampleSize(
            months=len(index),
            first=str(index[0]) if len(index) else None,
            last=str(index[-1]) if len(index) else None,
            repetitions=self.repetitions if self.rows is not None else 0,
            deciding_repetitions=DECIDING * self.repetitions if self.rows is not None else 0,
            block_months=self.block,
            seed=self.seed,
            fewest_months=FEWEST_ROWS,
        )


def _measured(sample: Sample, measure: Measure, columns: tuple[str, ...]) -> Array:
    return np.asarray(measure(*map(sample.drawn, columns)))
