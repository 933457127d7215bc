"""The hedge's payoff in equity's worst months, of a sample and of its resamples.

The payoff of a set of months is the mean of the hedge less bills over equity's worst
``ceil(n / 10)`` months **of that set**: percent a month of the money in the hedge, whatever its
weight in the portfolio. Of months in which equity lost the same, the earlier counts as the worse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.blocks import Blocks
from backtests.analysis.hedge import worst_count, worst_decile_mean
from backtests.analysis.metrics import ROUNDING
from backtests.analysis.reuse import reused

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
DECIMALS = 12  # of returns: the rest is rounding
FEWEST_DRAWN = 30  # a resample with fewer months of a set says nothing about it
QUARTER = 4
CHUNK = 400  # resamples at a time: they fit into a processor's cache


def without_rounding(equity: Array, hedge: Array, cash: Array) -> tuple[Array, Array]:
    """Equity, and the hedge less bills, free of what differs by rounding only.

    Months in which equity earned the same are equal then, whatever path its value took, and a
    hedge that is bills earns exactly 0 more than bills.

    Parameters
    ----------
    equity, hedge, cash
        Shape (n,), returns.
    """
    excess = hedge - cash
    return np.round(equity, DECIMALS), np.where(np.abs(excess) < ROUNDING, 0.0, excess)


def payoff(equity: Array, excess: Array) -> float:
    """Payoff of one set of months, NaN without any.

    Parameters
    ----------
    equity, excess
        Shape (n,): return of equity, and of the hedge less bills.
    """
    return float(worst_decile_mean(excess, equity)) if len(equity) else float("nan")


@reused(4)
def resampled_payoffs(
    blocks: Blocks, equity: Array, excess: Sequence[Array], sets: Sequence[Mask]
) -> Array:
    """Payoff of each set of months in every resample.

    Parameters
    ----------
    blocks
        The resamples of n months.
    equity
        Shape (n,), returns.
    excess
        For each set shape (n,): the hedge less bills.
    sets
        For each set shape (n,): which months belong to it.

    Returns
    -------
    numpy.ndarray
        Shape (sets, resamples), read-only; NaN where a resample drew fewer than 30 months of a
        set.
    """
    order = np.argsort(equity, kind="stable")
    # Months of each set, worst first, and what the hedge made in them.
    ranked = [order[inside[order]] for inside in sets]
    earned = [np.asarray(of_set[months]) for of_set, months in zip(excess, ranked, strict=True)]
    members = np.array(sets, dtype=np.float32)
    answers = np.full((len(sets), blocks.repetitions), np.nan)
    for first in range(0, blocks.repetitions, CHUNK):
        last = min(first + CHUNK, blocks.repetitions)
        counts = blocks.counts(first, last).astype(np.float32)  # small whole numbers: exact
        for number, months in enumerate(ranked):
            # By einsum: the threads of matrix products wait for each other on a busy machine.
            total = np.einsum("ij,j->i", counts, members[number])
            rows = np.flatnonzero(total >= FEWEST_DRAWN)
            worst = worst_count(total[rows])
            # A tenth of what was drawn lies nearly always among the worst quarter of the months.
            for reach in (len(months) // QUARTER + 1, len(months)):
                if not len(rows):
                    break
                drawn = counts[:, months[:reach]]
                drawn = drawn if len(rows) == len(drawn) else drawn[rows]
                through = np.cumsum(drawn, axis=1)
                whole = through[:, -1] >= worst
                # Of each month as many as still fit into the worst ones.
                taken = np.clip(worst[:, None] - (through - drawn), 0.0, drawn)
                mean = np.einsum("ij,j->i", taken, earned[number][:reach]) / worst
                answers[number, first + rows[whole]] = mean[whole]
                rows, worst = rows[~whole], worst[~whole]
    return answers
