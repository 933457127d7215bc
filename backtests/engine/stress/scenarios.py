"""Stories that the article tells, as moves of yields, equity and the dollar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.stress import Replay, Scenario, Stage
from backtests.engine.stress.holdings import Holdings
from backtests.engine.stress.repricing import (
    MONTH,
    Grown,
    along,
    at_once,
    path_of,
    recovery_of,
    returns_of,
)
from backtests.engine.stress.shocks import between, grown_in, node_moves, parallel, shifted

Array = NDArray[np.float64]
YEAR = 12  # months
STAGFLATION = "Oil shock"  # the episode that is replayed


def scenarios_of(holdings: Holdings, replays: Sequence[Replay]) -> tuple[Scenario, ...]:
    """All scenarios; that of stagflation needs its replay."""
    return (
        _foreigners_sell(holdings),
        _recession(holdings),
        *(_stagflation(replay) for replay in replays if replay.name == STAGFLATION),
        _doubt(holdings),
    )


def _foreigners_sell(holdings: Holdings) -> Scenario:
    curve = holdings.curve
    sold, bought = parallel(curve, 150.0), parallel(curve, 0.0)
    shock = _shocked(holdings, sold, equity=-0.2, dollar=-0.1)
    return Scenario(
        name="Foreigners sell",
        words="Foreign holders sell Treasuries; the Federal Reserve buys them in the year after.",
        stages=(
            _stage(holdings, 0, f"yields +1.5 points, equity -20 %{_dollar(holdings, -10)}, at "
                   "once", sold, shock),
            _stage(holdings, YEAR, "the Fed buys: yields -1.5 points, evenly over 12 months; "
                   "equity and the dollar stay where they are", bought,
                   _later(holdings, shock, sold, bought)),
        ),
    )  # fmt: skip


def _recession(holdings: Holdings) -> Scenario:
    bp = between(holdings.curve, -250.0, -150.0)
    shock = _shocked(holdings, bp, equity=-0.35)
    return Scenario(
        name="Recession with cuts",
        words="Equity falls in a recession, and the Federal Reserve cuts its rate.",
        stages=(
            _stage(holdings, 0, "2-year yield -2.5 points, 10-year -1.5, equity -35 %, at once",
                   bp, shock),
            _stage(holdings, YEAR, "12 months later, nothing has moved since", bp,
                   _later(holdings, shock, bp, bp)),
        ),
    )  # fmt: skip


def _stagflation(replay: Replay) -> Scenario:
    months = round(replay.days / 365.25 * YEAR)
    return Scenario(
        name="Stagflation",
        words="Inflation rises while the economy shrinks, as after the oil shock of 1973.",
        stages=(
            Stage(
                months=months,
                words=f"yields, equity and the dollar move as from {replay.start} to {replay.end}",
                moves=replay.moves,
                returns=replay.now,
                recovery=replay.recovery,
            ),
        ),
    )


def _doubt(holdings: Holdings) -> Scenario:
    bp = parallel(holdings.curve, 200.0)
    shock = _shocked(holdings, bp, equity=-0.3, dollar=-0.25)
    return Scenario(
        name="Doubt in the reserve currency",
        words="The world doubts the dollar and sells what is counted in it.",
        stages=(
            _stage(holdings, 0, f"yields +2 points, equity -30 %{_dollar(holdings, -25)}, at once",
                   bp, shock),
        ),
    )  # fmt: skip


def _dollar(holdings: Holdings, percent: int) -> str:
    """The dollar's move in words; in dollars it is none."""
    return "" if holdings.forwards is None else f", the dollar {percent} %"


def _shocked(holdings: Holdings, bp: Array, equity: float, dollar: float = 0.0) -> Grown:
    yields = shifted(holdings.curve, bp)[None, :]
    return grown_in(at_once(holdings, yields, np.array([equity]), np.array([1.0 + dollar])), 0)


def _later(holdings: Holdings, shock: Grown, begun: Array, ended: Array) -> Grown:
    """What legs are worth a year after a shock, yields moving evenly between two sets of moves."""
    share = np.linspace(0.0, 1.0, YEAR + 1)[:, None]
    yields = shifted(holdings.curve, begun + share * (ended - begun))
    year = along(holdings, path_of(holdings, yields, np.full(YEAR, MONTH)))
    return Grown(shock.legs * year.legs, shock.cash * year.cash)


def _stage(holdings: Holdings, months: int, words: str, bp: Array, grown: Grown) -> Stage:
    return Stage(
        months=months,
        words=words,
        moves=node_moves(holdings.curve, bp),
        returns=returns_of(holdings, grown),
        recovery=recovery_of(holdings, shifted(holdings.curve, bp), grown),
    )
