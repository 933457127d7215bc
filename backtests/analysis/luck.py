"""Rebalancing luck: how far a result depends on which session of the period decides.

The idea: Hoffstein, Sibears and Faber (2019), "Rebalance timing luck: the difference between hired
and fired"; here by simulating every session there is, not by a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SAME = 1e-9  # differences of yearly returns, falls and payoffs below it are rounding


@dataclass(frozen=True)
class Outcome:
    """A run decided on one session of its period.

    Attributes
    ----------
    offset
        Which session, from 1.
    cagr, max_drawdown
        Fractions, after costs; the fall is 0 or negative.
    payoff
        Of the hedge in all months, a month, a fraction; None without a hedge or too few months.
    ruined
        The day on which its payouts had taken all, by ISO; None if it lasted as long as the run.
        Its numbers are those of a unit, which go on without payouts.
    """

    offset: int
    cagr: float
    max_drawdown: float
    payoff: float | None
    ruined: str | None = None


@dataclass(frozen=True)
class Spread:
    """A number over all sessions of the period.

    Attributes
    ----------
    low, median, high
        Of all outcomes, by value.
    own
        The run's.
    place
        The run's place, 1 for the best; equal outcomes share the better one.
    """

    low: float
    median: float
    high: float
    own: float
    place: int

    @property
    def width(self) -> float:
        """From the lowest to the highest."""
        return self.high - self.low

    @property
    def is_same(self) -> bool:
        """Whether the session makes no difference, but for rounding."""
        return self.width < SAME


@dataclass(frozen=True)
class RebalancingLuck:
    """The same run decided on every session that its period may have.

    Attributes
    ----------
    calendar, period
        ``monthly`` and ``month``.
    unit
        What its rows are called: ``session``, or ``month`` on monthly rows.
    offset
        On which of them the run itself decides.
    outcomes
        One for each session, ascending.
    cagr, max_drawdown
        Their spread.
    payoff
        None where there is none for each of them.
    """

    calendar: str
    period: str
    unit: str
    offset: int
    outcomes: tuple[Outcome, ...]
    cagr: Spread
    max_drawdown: Spread
    payoff: Spread | None

    @property
    def ruined(self) -> tuple[int, ...]:
        """The sessions on which payouts would have taken all, by offset."""
        return tuple(each.offset for each in self.outcomes if each.ruined is not None)


def spread_of(values: Sequence[float], own: float) -> Spread:
    """Spread of a number that is better the higher it is.

    Parameters
    ----------
    values
        Of all sessions, the run's own among them.
    own
        The run's.
    """
    better = sum(value > own + SAME for value in values)
    low, median, high = np.quantile(values, [0.0, 0.5, 1.0])
    return Spread(float(low), float(median), float(high), own, better + 1)


def luck_of(
    calendar: str, period: str, unit: str, offset: int, outcomes: Sequence[Outcome]
) -> RebalancingLuck:
    """Sum outcomes up.

    Parameters
    ----------
    calendar, period, unit, offset
        As of :class:`RebalancingLuck`.
    outcomes
        One for each session, that of the run among them.
    """
    own = next(each for each in outcomes if each.offset == offset)
    payoffs = [each.payoff for each in outcomes if each.payoff is not None]
    return RebalancingLuck(
        calendar=calendar,
        period=period,
        unit=unit,
        offset=offset,
        outcomes=tuple(outcomes),
        cagr=spread_of([each.cagr for each in outcomes], own.cagr),
        max_drawdown=spread_of([each.max_drawdown for each in outcomes], own.max_drawdown),
        payoff=(
            spread_of(payoffs, own.payoff)
            if own.payoff is not None and len(payoffs) == len(outcomes)
            else None
        ),
    )
