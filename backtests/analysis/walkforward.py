"""Walk-forward: choose on the past, hold afterwards, and see how much of the lead remains.

Pardo, "Design, testing and optimization of trading systems" (1992).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.scores import TIE, Array, best_of
from data.errors import DataError

# From returns (rows x candidates) and cash (rows) to one number, or one yes or no, a candidate.
ScoreOf = Callable[[Array, Array], Array]
EligibleOf = Callable[[Array, Array], NDArray[np.bool_]]


@dataclass(frozen=True)
class Choice:
    """One choice: made at the close of ``date``, held for the out-of-sample rows that follow.

    An edge is the score less the default's, on the rows it was chosen on and on the rows it was
    held (NaN where the score is). ``fell_back``: no candidate was eligible, so the default is
    held.
    """

    date: pd.Timestamp
    column: int
    fell_back: bool
    edge_in_sample: float
    edge_out_of_sample: float


@dataclass(frozen=True, eq=False)
class WalkForward:
    """What choices on the past earned afterwards.

    Attributes
    ----------
    choices
        In order of time.
    tuned, untuned
        Out-of-sample returns on ``dates`` of the choices in turn, and of the default throughout.
    edge_in_sample
        Mean edge of the choices on the rows they were made on, in units of the score.
    edge_out_of_sample
        Score of ``tuned`` less that of ``untuned``, all out-of-sample rows together.
    survived
        Out of sample over in sample; NaN where there was no edge in sample.
    """

    choices: tuple[Choice, ...]
    dates: pd.DatetimeIndex
    tuned: Array
    untuned: Array
    edge_in_sample: float
    edge_out_of_sample: float
    survived: float

    @property
    def fell_back(self) -> int:
        """How many choices held the default, because no candidate was eligible."""
        return sum(choice.fell_back for choice in self.choices)


def walk_forward(
    returns: Array,
    cash: Array,
    dates: pd.DatetimeIndex,
    score: ScoreOf,
    *,
    default: int,
    first: int,
    step: int,
    window: int | None = None,
    lag: int = 1,
    eligible: EligibleOf | None = None,
) -> WalkForward:
    """Choose the best candidate again every ``step`` rows, on the past alone, and hold it.

    A choice made on rows before ``cut`` earns from row ``cut + lag``, as an order that trades at
    the close ``lag`` rows later does; until then the previous choice is held. Each candidate's
    returns carry its own costs; trading from one candidate to the next is not charged.

    Parameters
    ----------
    returns
        Rows x candidates: simple returns after costs, no NaN.
    cash
        Returns of bills on the same rows.
    dates
        Of the rows, ascending.
    score
        Higher is better; a candidate whose score is not finite is not eligible. The default wins a
        tie, then the lowest column.
    default
        Column of the mix that would be held without tuning, whether it is eligible or not.
    first
        Rows before the first choice.
    step
        Rows between choices: one year is ``ppy``.
    window
        Rows that a choice looks back on (rolling), or None for all (expanding).
    lag
        Rows from a choice to its trade.
    eligible
        Which candidates meet the constraints on the rows of a choice; all where None.

    Raises
    ------
    DataError
        If no row is left after the first choice.
    """
    rows = len(returns)
    cuts = range(first, rows - lag, step)
    if not cuts:
        raise DataError(
            f"walk-forward needs more than {first + lag} rows ({first} before the first choice "
            f"and a lag of {lag}), the returns have {rows}; take a shorter first period"
        )
    choices, tuned = [], []
    for cut in cuts:
        past = slice(0 if window is None else max(cut - window, 0), cut)
        column, edge = _choose(returns[past], cash[past], score, eligible, default)
        held = slice(cut + lag, min(cut + step + lag, rows))
        chosen = default if column is None else column
        tuned.append(returns[held, chosen])
        later = _edge(tuned[-1], returns[held, default], cash[held], score)
        choices.append(Choice(dates[cut - 1], chosen, column is None, edge, later))
    outside = slice(first + lag, rows)
    stitched, untuned = np.concatenate(tuned), returns[outside, default].copy()
    inside = _mean([choice.edge_in_sample for choice in choices])
    outcome = _edge(stitched, untuned, cash[outside], score)
    return WalkForward(
        choices=tuple(choices),
        dates=dates[outside],
        tuned=stitched,
        untuned=untuned,
        edge_in_sample=inside,
        edge_out_of_sample=outcome,
        survived=outcome / inside if inside > 1e-12 else math.nan,
    )


def _choose(
    returns: Array, cash: Array, score: ScoreOf, eligible: EligibleOf | None, default: int
) -> tuple[int | None, float]:
    """Column of the best eligible candidate (None if there is none) and its edge."""
    scores = score(returns, cash)
    allowed = np.isfinite(scores)
    if eligible is not None:
        allowed &= eligible(returns, cash)
    if not allowed.any():
        return None, 0.0
    best = best_of(scores, allowed)
    if allowed[default] and scores[default] >= scores[best] - TIE:  # no switch for a tie
        best = default
    return best, float(scores[best] - scores[default])


def _edge(returns: Array, default: Array, cash: Array, score: ScoreOf) -> float:
    mine, other = score(np.column_stack([returns, default]), cash)
    return float(mine - other)


def _mean(numbers: list[float]) -> float:
    finite = [number for number in numbers if math.isfinite(number)]
    return sum(finite) / len(finite) if finite else math.nan
