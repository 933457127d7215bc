"""Decisions of many settings of one rule: what they share once, their steps compiled.

For the rules of :mod:`strategies.stepped`. The decisions are those of ``target_weights``, digit by
digit: the same step, compiled, and the same functions around it, on plain arrays. Where anything is
unusual the answer is None, and each candidate is asked by itself, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.engine.candidates import Candidates, PricePanel
from backtests.engine.opening import standing_rows, with_cash
from data.command import Progress
from data.errors import HedgeError
from data.market import Market
from strategies.base import Strategy
from strategies.dial import DIAL, blended, calendar_of, decides, dialled, fund_durations
from strategies.stepped import MOST_SIGNALS, Key, SteppedRule
from strategies.weights import LARGEST_SUM

# From the step to the weights: done here as these do it.
AROUND = ("tickers", "target_duration", "decided_duration", "target_weights")
Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ground:
    """What rules with the same signal and the same calendar share on a market.

    Attributes
    ----------
    signal
        Shape (T,): on every session.
    inside
        What takes ``rows`` out of that.
    rows
        Shape (R,): the sessions on which it is known and every fund has a price.
    calendar
        Shape (R,): on which of these each of them decides, whatever its target.
    durations
        Shape (R, funds of the dial): years.
    """

    signal: Array
    inside: slice | Rows
    rows: Rows
    calendar: NDArray[np.bool_]
    durations: Array


_GROUNDS: WeakKeyDictionary[Market, dict[tuple[Key, int], Ground]] = WeakKeyDictionary()


def is_stepped(kind: type[Strategy]) -> TypeGuard[type[SteppedRule]]:
    """Whether many settings of a strategy can be decided together: built in, with a step.

    Of one that overrides what surrounds its step, each setting is asked by itself.
    """
    return (
        kind.is_built_in()
        and issubclass(kind, SteppedRule)
        and all(getattr(kind, name) is getattr(SteppedRule, name) for name in AROUND)
    )


def decided_together(
    rules: Sequence[Strategy], panel: PricePanel, market: Market
) -> Candidates | None:
    """What :func:`~backtests.engine.candidates.schedules` makes of the decisions of some rules.

    Parameters
    ----------
    rules
        Settings of one strategy, a candidate each.
    panel, market
        What they trade on.

    Returns
    -------
    Candidates or None
        None for a strategy without a step, and where a candidate cannot be traded as it is.
    """
    stepped = [rule for rule in rules if isinstance(rule, SteppedRule) and is_stepped(type(rule))]
    if not stepped or len(stepped) < len(rules):
        return None
    zero = market.sessions.get_loc(panel.opening.row_zero)
    place = {ticker: at for at, ticker in enumerate(panel.tickers)}
    columns = [place.get(ticker, -1) for ticker in ("SPY", *DIAL)]
    if min(columns) < 0 or not panel.sessions.equals(market.sessions[zero:]):
        return None
    try:
        made, weights = weights_of(stepped, market.nominal)
    except HedgeError:
        return None  # to be said of the first candidate that it is true of
    if market.nominal is not market:
        here = market.sessions.get_indexer(market.nominal.sessions)
        made = [here[rows] for rows in made]
    return _scheduled(made, weights, columns, zero, panel)


def weights_of(rules: Sequence[SteppedRule], market: Market) -> tuple[list[Rows], Array]:
    """What some rules decide on a market: the rows of ``target_weights``, and its weights.

    Returns
    -------
    made
        For each rule the rows of the market on which it decides.
    weights
        Decisions x tickers of the rules, those of one rule below those of another; unchecked.

    Raises
    ------
    HedgeError
        As ``target_weights`` of one of them would.
    """
    made: list[Rows] = []
    wanted: list[Array] = []
    durations: list[Array] = []
    for rule in rules:
        ground = _ground(rule, market)
        target = rule.between(_share(rule, ground))
        decided = np.flatnonzero(decides(rule, target, ground.calendar))
        made.append(ground.rows[decided])
        wanted.append(target[decided])
        durations.append(ground.durations[decided])
    equity = np.repeat([rule.equity_weight for rule in rules], [len(rows) for rows in made])
    sleeve = blended(np.concatenate(wanted), np.concatenate(durations))
    # Column by column in memory, as a frame's: the order in which numpy adds up a row.
    weights = np.empty((1 + len(DIAL), len(equity))).T
    weights[:, 0] = equity
    weights[:, 1:] = sleeve * (1.0 - equity)[:, None]
    return made, weights


def _scheduled(
    made: Sequence[Rows], weights: Array, columns: Sequence[int], zero: int, panel: PricePanel
) -> Candidates | None:
    """Trade the weights of all candidates, one after another; None if one of them must not be."""
    usual = np.isfinite(weights).all() and (weights >= 0.0).all()
    if not usual or (weights.sum(axis=1) > LARGEST_SUM).any():
        return None
    lag, is_invested = panel.costs.lag, panel.opening.is_invested
    counted, filled, offsets = [], [], [0]
    before = 0  # decisions of the candidates before
    for rows in made:
        if rows[0] < 0 or rows[0] > zero:
            return None
        first, fills = standing_rows(rows - zero, lag, is_invested=is_invested)
        fills = fills[fills < len(panel.sessions)]
        counted.append(np.arange(before + first, before + first + len(fills)))
        filled.append(fills)
        offsets.append(offsets[-1] + len(fills))
        before += len(rows)
    standing = np.concatenate(counted)
    targets = np.zeros((len(standing), len(panel.tickers) + 1))
    targets[:, [*columns, -1]] = with_cash(weights[standing])
    # What is decided before row 0 is held from there on.
    since = np.maximum(np.concatenate(made)[standing] - zero, 0)
    if ((targets > 0.0) & (since[:, None] < panel.first)).any():
        return None
    return Candidates(targets, np.concatenate(filled), np.array(offsets))


def prepare_steps(kind: type[Strategy], progress: Progress) -> None:
    """Compile the step of a strategy, if it has one."""
    if is_stepped(kind):
        from backtests.engine.compiled_steps import prepare

        prepare(kind.step, progress)


def _share(rule: SteppedRule, ground: Ground) -> Array:
    from backtests.engine.compiled_steps import share_of

    return share_of(type(rule).step, ground.signal, rule.settings)[ground.inside]


def _ground(rule: SteppedRule, market: Market) -> Ground:
    """What the rule shares with others, from memory where it was worked out for one of them."""
    there = _GROUNDS.setdefault(market, {})
    key = (rule.signal_key, rule.offset)
    ground = there.get(key)
    if ground is None:
        ground = there[key] = _ground_of(rule, market)
        for old in list(there)[:-MOST_SIGNALS]:
            there.pop(old, None)
    return ground


def _ground_of(rule: SteppedRule, market: Market) -> Ground:
    signal = dialled(rule, market, rule.signal_on)
    days = pd.DatetimeIndex(signal.index)
    rows = market.sessions.get_indexer(days).astype(np.int64)
    is_whole = int(rows[-1]) - int(rows[0]) == len(rows) - 1  # views instead of copies
    inside = slice(int(rows[0]), int(rows[-1]) + 1) if is_whole else rows
    return Ground(
        signal=np.ascontiguousarray(rule.signal_on(market).to_numpy(float)),
        inside=inside,
        rows=rows,
        calendar=calendar_of(rule, market, days),
        durations=fund_durations(market).to_numpy(float)[inside],
    )
