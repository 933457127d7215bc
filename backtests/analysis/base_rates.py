"""What followed months that began in one state of an indicator: base rates, never a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.blocks import Blocks, draw_blocks
from backtests.analysis.hedge import worst_decile_hit_rate
from backtests.analysis.hedge_state import BaseRate
from backtests.analysis.indicators import Track
from backtests.analysis.levels import Leveled, level_of
from backtests.analysis.payoff import payoff, resampled_payoffs, without_rounding
from backtests.analysis.regimes import CORRELATION_MONTHS, trailing_correlation
from backtests.analysis.resampling import FEWEST_ROWS, SEED, Estimate, block_length, interval

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
REPETITIONS = 10_000
DOLLAR_EQUITY = "dollar_equity"
# The verdict's two states have levels of their own; so has its page, and the two must agree.
LEVELS: Mapping[tuple[str, int], Leveled] = {
    ("correlation", 0): "payoff_after_negative",
    ("correlation", 1): "payoff_after_positive",
}


@dataclass(frozen=True, eq=False)
class Past:
    """Past months of equity and of the hedge alone.

    Attributes
    ----------
    returns
        Months in a row x ``equity, hedge, cash, bond`` and, of a strategy, ``portfolio``; the bond
        is that of the correlation. Where equity is not in dollars, as the bond is, it stands there
        in dollars too, as ``dollar_equity``.
    correlation
        Of equity and bond over the 36 months up to each month, from as early as there are prices.
    equity, hedge
        The tickers that they are about.
    stand_in
        Why they are not those of the run that is asked about; empty where they are.
    """

    returns: pd.DataFrame
    correlation: pd.Series
    equity: tuple[str, ...]
    hedge: tuple[str, ...]
    stand_in: str = ""


def base_rates(
    past: Past,
    indicators: Mapping[str, Track],
    repetitions: int = REPETITIONS,
    seed: int = SEED,
    *,
    block: int | None = None,
) -> dict[str, tuple[BaseRate, BaseRate]]:
    """Base rates of both states of each indicator, the one for the hedge first.

    Parameters
    ----------
    past
        Past months. Each is labelled by what was known at the end of the month before.
    indicators
        By key.
    repetitions, seed
        Of the stationary bootstrap; all states share its resamples.
    block
        Mean length of its blocks; that of :func:`block_of` unless given.
    """
    months = pd.PeriodIndex(past.returns.index)
    legs = past.returns[["equity", "hedge", "cash"]].to_numpy(float)
    equity, excess = without_rounding(*legs.T)
    following = next_correlation(
        past.returns.get(DOLLAR_EQUITY, past.returns["equity"]), past.returns["bond"]
    )
    states: list[tuple[str, int, Mask]] = []
    for key, track in indicators.items():
        before = sides_of(track, months)
        states += [(key, 0, before == 1.0), (key, 1, before == 0.0)]
    blocks = None
    if len(months) >= FEWEST_ROWS:
        blocks = draw_blocks(len(months), block or block_of(past), repetitions, seed)
    intervals = _intervals(blocks, equity, excess, states)
    rates = [
        _rate(indicators[key], number, inside, equity, excess, following, limits)
        for (key, number, inside), limits in zip(states, intervals, strict=True)
    ]
    return {
        key: (rates[2 * number], rates[2 * number + 1]) for number, key in enumerate(indicators)
    }


def block_of(past: Past) -> int:
    """Mean block length by the columns that decide the verdict's, so that both draw the same."""
    risky = past.returns.drop(columns=["cash", "bond", DOLLAR_EQUITY], errors="ignore").to_numpy(
        float
    )
    return block_length(np.hstack([risky, risky**2]))


def sides_of(track: Track, months: pd.PeriodIndex) -> Array:
    """The state of each month, as known at the end of the month before.

    Returns
    -------
    numpy.ndarray
        Shape (n,): 1 on the side of the hedge, 0 on the other, NaN where unknown.
    """
    return np.asarray(track.for_the_hedge.reindex(months - 1).to_numpy(float))


def next_correlation(equity: pd.Series, bond: pd.Series) -> Array:
    """Correlation over the 36 months that begin with each month; NaN where they are not over."""
    trailing = trailing_correlation(equity, bond)
    return np.asarray(trailing.shift(1 - CORRELATION_MONTHS).to_numpy(float))


def windows_apart(rows: NDArray[np.int64], months: int = CORRELATION_MONTHS) -> int:
    """How many of the windows that begin on these rows do not overlap, from the first.

    ``months`` is their length, that of a correlation unless given.
    """
    count, free = 0, -1
    for row in rows:
        if row >= free:
            count, free = count + 1, int(row) + months
    return count


def _rate(
    track: Track,
    number: int,
    inside: Mask,
    equity: Array,
    excess: Array,
    following: Array,
    limits: tuple[float, float] | None,
) -> BaseRate:
    complete = np.flatnonzero(inside & np.isfinite(following))
    own = equity[inside]
    return BaseRate(
        label=track.division.states[number],
        for_the_hedge=number == 0,
        months=len(own),
        payoff=Estimate.of(payoff(own, excess[inside]), limits),
        hit_rate=float(worst_decile_hit_rate(excess[inside], own)) if len(own) else None,
        next_correlation=float(following[complete].mean()) if len(complete) else None,
        windows_apart=windows_apart(complete),
    )


def _intervals(
    blocks: Blocks | None, equity: Array, excess: Array, states: list[tuple[str, int, Mask]]
) -> list[tuple[float, float] | None]:
    """The interval of each state's payoff; None where it has too few months for one."""
    limits: list[tuple[float, float] | None] = [None] * len(states)
    wide = {
        row: level
        for row, (key, number, inside) in enumerate(states)
        if inside.sum() >= FEWEST_ROWS
        and (level := level_of(LEVELS.get((key, number), "payoff_of_state"), len(equity)))
    }
    if blocks is None or not wide:
        return limits
    sets = [states[row][2] for row in wide]
    drawn = resampled_payoffs(blocks, equity, [excess] * len(sets), sets)
    for (row, level), payoffs in zip(wide.items(), drawn, strict=True):
        limits[row] = interval(payoffs, level)
    return limits
