"""Moves of yields, equity and the dollar that take no time: maps, shifts and twists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.stress import NodeMove, Shock, ShockMap
from backtests.engine.stress.holdings import Curve, Holdings
from backtests.engine.stress.repricing import (
    Grown,
    approximate,
    at_once,
    floored,
    hedge_return,
    recovery_of,
    returns_of,
)

Array = NDArray[np.float64]
PARALLELS = tuple(float(bp) for bp in range(-300, 401, 100))  # basis points
EQUITIES = tuple(percent / 100.0 for percent in range(-60, 31, 15))
DOLLARS = tuple(percent / 100.0 for percent in range(-30, 31, 10))
SHORT, LONG = 2.0, 10.0  # years between which the slope is measured
TWIST = 100.0
TWISTS = (
    ("Bull steepener", "short yields fall by 1 point, long ones stay", -TWIST, 0.0),
    ("Bear steepener", "long yields rise by 1 point, short ones stay", 0.0, TWIST),
    ("Bull flattener", "long yields fall by 1 point, short ones stay", 0.0, -TWIST),
    ("Bear flattener", "short yields rise by 1 point, long ones stay", TWIST, 0.0),
)


def parallel(curve: Curve, bp: float) -> Array:
    """The same move of all maturities, basis points, shape (K,)."""
    return np.full(len(curve.nodes), bp)


def between(curve: Curve, short: float, long: float) -> Array:
    """Moves linear in maturity from 2 to 10 years and flat outside, basis points, shape (K,)."""
    return np.asarray(np.interp(curve.nodes, [SHORT, LONG], [short, long]))


def shifted(curve: Curve, bp: Array) -> Array:
    """Yields after moves in basis points, not below the floor; shape of ``bp``."""
    return floored(curve.yields + bp / 100.0, curve.yields)


def node_moves(curve: Curve, bp: Array) -> tuple[NodeMove, ...]:
    """What each maturity does, of moves asked for in basis points, shape (K,)."""
    asked, after = curve.yields + bp / 100.0, shifted(curve, bp)
    return tuple(
        NodeMove(
            maturity=float(node),
            bp=float(100.0 * (after[place] - curve.yields[place])),
            taken_from=float(node),
            floored=bool(asked[place] < after[place]),
        )
        for place, node in enumerate(curve.nodes)
    )


def shock_map(holdings: Holdings, rows: Sequence[float], moves: Array, dollars: Array) -> ShockMap:
    """What portfolios make of each row's move of yields or the dollar with each of equity.

    Parameters
    ----------
    holdings
        What is held.
    rows
        What the rows are called.
    moves, dollars
        By row the yields after it, percent, shape (R, K), and what a dollar becomes worth, (R,).
    """
    columns = len(EQUITIES)
    grown = at_once(
        holdings,
        np.repeat(moves, columns, axis=0),
        np.tile(EQUITIES, len(rows)),
        np.repeat(dollars, columns),
    )
    returns = [returns_of(holdings, grown_in(grown, cell)) for cell in range(len(grown.legs))]

    def table(values: list[float]) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(values[row : row + columns]) for row in range(0, len(values), columns))

    return ShockMap(
        rows=tuple(rows),
        columns=EQUITIES,
        portfolio=table([each.portfolio for each in returns]),
        bills=table([each.bills for each in returns]),
    )


def grown_in(grown: Grown, shock: int) -> Grown:
    """What legs became worth in one of several shocks."""
    return Grown(grown.legs[shock], grown.cash[shock : shock + 1])


def yields_by_equity(holdings: Holdings) -> ShockMap:
    """Parallel moves of yields by moves of equity."""
    bp = np.array(PARALLELS)[:, None] * np.ones(len(holdings.curve.nodes))
    return shock_map(holdings, PARALLELS, shifted(holdings.curve, bp), np.ones(len(bp)))


def dollar_by_equity(holdings: Holdings) -> ShockMap | None:
    """Moves of the dollar by moves of equity; None in dollars."""
    if holdings.forwards is None:
        return None
    still = np.tile(holdings.curve.yields, (len(DOLLARS), 1))
    return shock_map(holdings, DOLLARS, still, 1.0 + np.array(DOLLARS))


def shock(
    holdings: Holdings, name: str, words: str, bp: Array, equity: float = 0.0, dollar: float = 0.0
) -> Shock:
    """One shock.

    Parameters
    ----------
    holdings
        What is held.
    name, words
        In a word or two, and in a sentence.
    bp
        Moves of yields, basis points, shape (K,).
    equity, dollar
        Moves, fractions.
    """
    yields, exchange = shifted(holdings.curve, bp), np.array([1.0 + dollar])
    grown = grown_in(at_once(holdings, yields[None, :], np.array([equity]), exchange), 0)
    roughly = None
    if len(holdings.ladders.counts):
        roughly = hedge_return(
            holdings, grown_in(approximate(holdings, yields[None, :], exchange), 0)
        )
    return Shock(
        name=name,
        words=words,
        moves=node_moves(holdings.curve, bp),
        equity=equity,
        dollar=dollar,
        returns=returns_of(holdings, grown),
        approximate=roughly,
        recovery=recovery_of(holdings, yields, grown),
    )


def parallels(holdings: Holdings) -> tuple[Shock, ...]:
    """Parallel moves with equity and the dollar unmoved."""
    return tuple(
        shock(
            holdings,
            f"{bp:+.0f} bp" if bp else "No move",
            f"all yields {'rise' if bp > 0 else 'fall'} by {abs(bp) / 100.0:g} "
            f"{'point' if abs(bp) == 100.0 else 'points'}"
            if bp
            else "no yield moves",
            parallel(holdings.curve, bp),
        )
        for bp in PARALLELS
    )


def twists(holdings: Holdings) -> tuple[Shock, ...]:
    """Moves of the slope from 2 to 10 years, with equity and the dollar unmoved."""
    return tuple(
        shock(holdings, name, words, between(holdings.curve, short, long))
        for name, words, short, long in TWISTS
    )


def dollars(holdings: Holdings) -> tuple[Shock, ...]:
    """Moves of the dollar alone; empty in dollars."""
    if holdings.forwards is None:
        return ()
    return tuple(
        shock(
            holdings,
            f"Dollar {100.0 * move:+.0f} %" if move else "No move",
            f"a dollar {'gains' if move > 0 else 'loses'} {abs(100.0 * move):.0f} % of its value"
            if move
            else "the dollar does not move",
            parallel(holdings.curve, 0.0),
            dollar=move,
        )
        for move in DOLLARS
    )
