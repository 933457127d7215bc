"""What a run's hedge would have earned with other rates of tax withheld from it."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.analysis.resampling import Estimate


@dataclass(frozen=True)
class AtRate:
    """The hedge with one share of all that it pays withheld throughout.

    Attributes
    ----------
    rate
        Share withheld, 0 to 1.
    is_held
        Whether that is what the run has withheld from its hedge.
    payoff
        Of the hedge alone over cash in equity's worst months, a month.
    growth
        Of the hedge alone, compounded a year; None below a year.
    cagr, max_drawdown
        Of the whole portfolio; growth a year is None below a year.
    """

    rate: float
    is_held: bool
    payoff: Estimate
    growth: float | None
    cagr: float | None
    max_drawdown: float
