"""The rise of yields at which the hedge only matches bills."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backtests.analysis.stress import HORIZONS, BreakEven
from backtests.engine.stress.holdings import Holdings
from backtests.engine.stress.repricing import (
    MONTH,
    Path,
    along,
    bills_grown,
    hedge_return,
    path_of,
)
from backtests.engine.stress.shocks import parallel, shifted

MOST_BP = 1000.0


def break_evens(holdings: Holdings) -> tuple[BreakEven, ...]:
    """By horizon, all in dollars: the hedge without its currency hedge, and dollar bills.

    Of the hedge what is built from yields: nothing says what gold or AGG would earn meanwhile.
    """
    legs = tuple(replace(leg, weight=0.0) if leg.repricing == "unmoved" else leg
                 for leg in holdings.legs)  # fmt: skip
    moved = replace(holdings, legs=legs, forwards=None)
    return tuple(_break_even(moved, months) for months in HORIZONS)


def _break_even(holdings: Holdings, months: int) -> BreakEven:
    unmoved = rising(holdings, months, 0.0)
    bp = None
    if len(holdings.ladders.counts):
        from scipy.optimize import brentq

        if excess(holdings, months, -MOST_BP) > 0.0 > excess(holdings, months, MOST_BP):
            bp = float(
                brentq(lambda rise: excess(holdings, months, rise), -MOST_BP, MOST_BP, xtol=1e-9)
            )
    return BreakEven(
        months=months,
        bp=bp,
        hedge=hedge_return(holdings, along(holdings, unmoved)),
        bills=_bills(unmoved),
    )


def rising(holdings: Holdings, months: int, bp: float) -> Path:
    """All yields move evenly, month by month, by ``bp`` basis points until the end."""
    share = np.linspace(0.0, 1.0, months + 1)[:, None]
    yields = shifted(holdings.curve, share * parallel(holdings.curve, bp))
    return path_of(holdings, yields, np.full(months, MONTH))


def excess(holdings: Holdings, months: int, bp: float) -> float:
    """Return of the hedge less that of bills while yields rise by ``bp``, fractions."""
    path = rising(holdings, months, bp)
    return (hedge_return(holdings, along(holdings, path)) or 0.0) - _bills(path)


def _bills(path: Path) -> float:
    return float(np.prod(bills_grown(path.bills, path.years)) - 1.0)
