"""The sweep's compiled engines on a portfolio and on candidates with bands or cash flows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from backtests.engine import own_steps, own_sweep, sweep
from backtests.engine.candidates import Candidates, PricePanel
from backtests.engine.ledger import Bands, Fills, Flows
from backtests.engine.own_steps import PAYMENTS
from backtests.engine.simulate import CAPITAL
from backtests.engine.sweep import LEAST, SUMS, Array
from data.errors import UsageError


def run_own_block(
    panel: PricePanel, candidates: Candidates, *, keep_nav: bool = False
) -> tuple[Array, Array, Array, Array]:
    """Simulate candidates with bands or flows in this thread.

    Parameters
    ----------
    panel
        The shared sessions and prices.
    candidates
        Any number; how they are divided into blocks changes no digit of the answer.
    keep_nav
        Also return the values on each session.

    Returns
    -------
    sums
        Shape (candidates, ``len(SUMS)``), of the unit value on a capital of ``CAPITAL``; NaN for a
        candidate that was ruined.
    payments
        Shape (candidates, ``len(PAYMENTS)``), money on the same capital; the row of ruin, or -1.
    nav, wealth
        Shape (sessions, candidates) or (0, 0): unit values, NaN from ruin on, and money, 0 then.
    """
    own_sweep.prepare()
    shape = (len(panel.sessions), len(candidates)) if keep_nav else (0, 0)
    sums, payments = np.empty((len(candidates), len(SUMS))), np.empty((len(candidates), 4))
    nav, wealth, none = np.empty(shape), np.empty(shape), np.empty((0, 0))
    offsets = np.empty(0, np.int64) if candidates.offsets is None else candidates.offsets
    own_sweep.run_own(
        panel.prices, panel.bills, panel.closes, panel.fee, panel.slippage,
        candidates.targets, candidates.rows, offsets, *_asked(candidates, panel),
        sums, payments, nav, wealth, none, none, np.empty(0),
    )  # fmt: skip
    return sums, payments, nav, wealth


def _asked(candidates: Candidates, panel: PricePanel) -> tuple[Any, ...]:
    """Bands and flows as arguments of the compiled function, money on its capital."""
    bands, flows = candidates.bands, candidates.flows
    ints, floats = np.empty(0, np.int64), np.empty(0)
    if flows is not None and len(flows.amount) != len(panel.sessions):
        raise UsageError(
            f"flows have {len(flows.amount)} rows and the panel {len(panel.sessions)}; give one "
            "amount and one share a row"
        )
    if bands is None:
        judged: tuple[Any, ...] = (np.empty((0, 0)), np.empty(0, bool), panel.costs.lag, False)
    else:
        judged = (bands.limits, bands.is_new, panel.costs.lag, bands.to_edge)
    if flows is None:
        return (*judged, floats, floats, floats, ints, ints)
    amount = flows.amount * (CAPITAL / panel.initial)
    return (*judged, amount, flows.share, flows.factor, flows.first, flows.last)


def fill_with_sweep(
    prices: Array,
    targets: Array,
    fee: Array,
    slippage: Array,
    initial: float,
    bands: Bands | None = None,
    flows: Flows | None = None,
) -> Fills:
    """Trade the targets of one portfolio: the sweep's engine, with bands and flows if asked for.

    Parameters
    ----------
    prices, targets, fee, slippage, initial, bands, flows
        As for :func:`backtests.engine.ledger.fill`; row 0 has targets.

    Returns
    -------
    Fills
        Orders are differences of what is held; those of a row ascend by value. ``targets`` are
        those that traded.
    """
    if bands is None and flows is None:
        return _plainly(prices, targets, fee, slippage, initial)
    own_sweep.prepare()
    sessions = len(prices)
    rows = np.flatnonzero(~np.isnan(targets[:, 0]))
    rows = rows[1:] if targets[0, -1] == 1.0 else rows  # all CASH, as every lane begins
    held, stood, paid = np.zeros(prices.shape), np.full(prices.shape, np.nan), np.zeros(sessions)
    sums, payments = np.empty((1, len(SUMS))), np.empty((1, len(PAYMENTS)))
    ones, floats, ints = np.ones(1), np.empty(0), np.empty(0, np.int64)
    nothing = np.zeros(1, np.int64)
    own_sweep.run_own(
        np.ascontiguousarray(prices), np.ones(sessions), np.zeros(sessions, np.int8), fee, slippage,
        np.ascontiguousarray(targets[rows]), rows, np.array([0, len(rows)]),
        np.empty((0, 0)) if bands is None else np.ascontiguousarray(bands.limits[rows]),
        np.empty(0, bool) if bands is None else np.ascontiguousarray(bands.is_new[rows]),
        1 if bands is None else bands.lag, bands is not None and bands.to_edge,
        *((floats, floats, floats, ints, ints) if flows is None
          else (flows.amount * (CAPITAL / initial), np.ascontiguousarray(flows.share), ones,
                nothing, nothing + sessions)),
        sums, payments, np.empty((sessions, 1)), np.empty((sessions, 1)), held, stood, paid,
    )  # fmt: skip
    stood[0] = targets[0] if targets[0, -1] == 1.0 else stood[0]
    ruined = int(payments[0, 3])
    fills = _books(held, prices, fee, slippage, initial)
    return replace(
        fills,
        targets=stood,
        flow=paid * (initial / CAPITAL),
        ruined=None if ruined == own_steps.ALIVE else ruined,
    )


def _plainly(prices: Array, targets: Array, fee: Array, slippage: Array, initial: float) -> Fills:
    sweep.prepare()
    rows = np.flatnonzero(~np.isnan(targets[:, 0]))
    rows = rows[1:] if targets[0, -1] == 1.0 else rows  # all CASH, as every lane begins
    sessions = len(prices)
    sums, nav, held = np.empty((1, len(SUMS))), np.empty((sessions, 1)), np.empty(prices.shape)
    sweep._run(
        np.ascontiguousarray(prices), np.ones(sessions), np.zeros(sessions, np.int8), fee, slippage,
        np.ascontiguousarray(targets[rows]), rows, np.array([0, len(rows)]), sums, nav, held,
    )  # fmt: skip
    return _books(held, prices, fee, slippage, initial)


def _books(held: Array, prices: Array, fee: Array, slippage: Array, initial: float) -> Fills:
    """The books of one portfolio from what it holds after each row, on ``CAPITAL``."""
    sessions, columns = prices.shape
    # An order that only clears what decimal fractions leave is none, for vectorbt too: bills
    # alone would otherwise lie 1e-16 under water.
    changes = np.diff(held, axis=0, prepend=np.zeros((1, columns)))
    traded = np.abs(changes * prices) > LEAST * CAPITAL
    units = held * (initial / CAPITAL)
    if (changes[~traded] != 0.0).any():
        last = np.maximum.accumulate(np.where(traded, np.arange(sessions)[:, None], 0), axis=0)
        units = np.take_along_axis(units, last, axis=0)
    changes = np.diff(units, axis=0, prepend=np.zeros((1, columns)))
    row, column = np.nonzero(changes)
    change, price = changes[row, column], prices[row, column]
    order = np.lexsort((change * price, row))
    row, column, change, price = row[order], column[order], change[order], price[order]
    slipped = price * (1.0 + np.sign(change) * slippage[column])
    return Fills(
        nav=(units * prices).sum(axis=1),
        units=units,
        order_row=row,
        order_column=column,
        order_units=change,
        order_price=slipped,
        order_fee=np.abs(change) * slipped * fee[column],
    )
