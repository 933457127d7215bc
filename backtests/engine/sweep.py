"""Many candidates at once: the ledger's fills, compiled, with metrics updated row by row.

Candidates lie side by side in lanes, so that an instruction serves several of them and a price
is read once for all. Nothing is stored per session and candidate. ``fastmath`` stays off:
the compiler may neither reorder nor contract what decides the order of orders, and a
candidate's numbers depend neither on its lane nor on its neighbours.

Loops run over ``lanes``, known only at run time, on purpose: a constant count would be unrolled
into scalar code. Arrays of orders are apart for the same reason: the compiler must see that they
do not overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import partial
from typing import Any

import numpy as np
from numba import njit, types
from numba.core import event
from numpy.typing import NDArray

from backtests.engine.candidates import COMPLETE, Candidates, PricePanel
from backtests.engine.simulate import CAPITAL
from data.command import Progress, silent

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

Seen = tuple[float, float, float, float, float, float, float, float]

LANES = 64  # candidates side by side: their state fits into the first-level cache
GROUP = 4  # columns valued in the same pass; each further column costs a pass
LEAST = 1e-12  # of the money: smaller orders are rounding error
SPAN = 64  # sessions after which the moments of a span are merged into the whole
# How every function here is compiled.
jit = partial(njit, nogil=True, error_model="numpy")

# Rows of a block's state.
VALUE = 0
MONEY = 1
REST = 2  # money, and what is held beyond the first GROUP columns
INVERSE = 3  # 1 / value of the row before
PEAK = 4  # 1 / highest value so far
LOWEST = 5  # lowest value, a fraction of the highest before it
CLOSE = 6  # value at the end of the year before
WORST = 7  # lowest value at a year's end, a fraction of CLOSE
BELOW = 8  # sum of squared returns below bills
MEAN = 9  # of growth, 1 + return, up to the span before
FIRST = 10  # the span's sum of deviations from MEAN ...
SECOND = 11  # ... and of their squares
SQUARES = 12  # sum of squared deviations from the mean, up to the span before
MEAN_EXCESS = 13  # the same four of returns over bills
FIRST_EXCESS = 14
SECOND_EXCESS = 15
SQUARES_EXCESS = 16
TRADING = 17  # 1 where a lane trades on this row, else 0
LEFT = 18  # money left by smaller buys
GROSS = 19  # value of this row's orders
LOST = 20  # this row's fees and slippage
TRADED = 21
COSTS = 22
NEXT = 23  # as REST, for the row after
STATE = 24

# Columns of the sums that a block returns, by the row of the state they are read from.
SUMS = {
    "final": VALUE,
    "mean_excess": MEAN_EXCESS,
    "squares": SQUARES,
    "squares_excess": SQUARES_EXCESS,
    "below": BELOW,
    "lowest": LOWEST,
    "worst": WORST,
    "traded": TRADED,
    "costs": COSTS,
}
KEPT = tuple(SUMS.values())


@jit(forceinline=True)
def _fill(
    price: Array,
    fee: Array,
    slippage: Array,
    target: Array,
    units: Array,
    order: Array,
    buy: Array,
    need: Array,
    s: Array,
    lanes: int,
) -> None:
    """Trade every lane to its target by the ledger's rules, without branches.

    The order of sells does not matter, since their proceeds add up. A buy of column k can spend
    what the buys before it leave: those of smaller value, or of equal value and further left.
    """
    columns = len(fee)
    for i in range(lanes):
        s[VALUE, i] = 0.0
        s[GROSS, i] = 0.0
        s[LOST, i] = 0.0
    for k in range(columns):
        p = price[k]
        for i in range(lanes):
            s[VALUE, i] += units[k, i] * p
    for i in range(lanes):
        s[VALUE, i] += s[MONEY, i]
    for k in range(columns):
        p, charge = price[k], fee[k]
        bid = p * (1.0 - slippage[k])
        ask = p * (1.0 + slippage[k])
        loss = bid * charge + (p - bid)
        dear = ask * (1.0 + charge)
        for i in range(lanes):
            held = units[k, i]
            wanted = target[k, i] * s[VALUE, i]
            order[k, i] = wanted - held * p
            change = (wanted / p - held) * s[TRADING, i]
            sold = -change if change < 0.0 else 0.0
            sold = sold if sold < held else held
            bought = change if change > 0.0 else 0.0
            buy[k, i] = bought
            need[k, i] = bought * dear
            units[k, i] = held - sold
            s[MONEY, i] += sold * bid - sold * bid * charge
            s[GROSS, i] += sold * bid
            s[LOST, i] += sold * loss
    for i in range(lanes):
        s[REST, i] = s[MONEY, i]
    for k in range(columns):
        for i in range(lanes):
            s[LEFT, i] = s[REST, i]
        for j in range(k):
            for i in range(lanes):
                taken = need[j, i]
                s[LEFT, i] -= taken if order[j, i] <= order[k, i] else 0.0
        for j in range(k + 1, columns):
            for i in range(lanes):
                taken = need[j, i]
                s[LEFT, i] -= taken if order[j, i] < order[k, i] else 0.0
        p, charge = price[k], fee[k]
        ask = p * (1.0 + slippage[k])
        loss = ask * charge + (ask - p)
        dear = ask * (1.0 + charge)
        for i in range(lanes):
            left = s[LEFT, i]
            left = left if left > 0.0 else 0.0
            most = left / dear
            bought = buy[k, i]
            bought = bought if bought < most else most
            units[k, i] += bought
            s[MONEY, i] -= bought * ask + bought * ask * charge
            s[GROSS, i] += bought * ask
            s[LOST, i] += bought * loss
    for i in range(lanes):
        money = s[MONEY, i]
        s[MONEY, i] = money if money > 0.0 else 0.0
        s[COSTS, i] += s[LOST, i]
        s[TRADED, i] += s[GROSS, i] / 2.0 / (s[VALUE, i] - s[LOST, i])


@jit(forceinline=True)
def _observe(value: float, bill: float, mean: float, mean_excess: float, seen: Seen) -> Seen:
    """Update INVERSE to SECOND_EXCESS, all sums but two, by the value of a row."""
    inverse, peak, lowest, below, first, second, first_excess, second_excess = seen
    growth = value * inverse
    inverse = 1.0 / value  # the one division: of the next return and of the drawdown
    peak = inverse if inverse < peak else peak
    depth = value * peak
    lowest = depth if depth < lowest else lowest
    excess = growth - bill
    under = excess if excess < 0.0 else 0.0
    below += under * under
    # Deviations from the mean so far: sums of plain squares would lose their digits.
    deviation = growth - mean
    first += deviation
    second += deviation * deviation
    deviation = excess - mean_excess
    first_excess += deviation
    second_excess += deviation * deviation
    return inverse, peak, lowest, below, first, second, first_excess, second_excess


@jit(forceinline=True)
def _seen(s: Array, i: int) -> Seen:
    return (s[INVERSE, i], s[PEAK, i], s[LOWEST, i], s[BELOW, i], s[FIRST, i], s[SECOND, i],
            s[FIRST_EXCESS, i], s[SECOND_EXCESS, i])  # fmt: skip


@jit(forceinline=True)
def _note(s: Array, i: int, value: float, seen: Seen) -> None:
    s[VALUE, i] = value
    (s[INVERSE, i], s[PEAK, i], s[LOWEST, i], s[BELOW, i], s[FIRST, i], s[SECOND, i],
     s[FIRST_EXCESS, i], s[SECOND_EXCESS, i]) = seen  # fmt: skip


@jit(forceinline=True)
def _beyond(price: Array, units: Array, into: int, s: Array, lanes: int) -> None:
    """Add up money and the value of the columns beyond the first GROUP."""
    for i in range(lanes):
        s[into, i] = s[MONEY, i]
    for k in range(GROUP, len(price)):
        p = price[k]
        for i in range(lanes):
            s[into, i] += units[k, i] * p


@jit(forceinline=True)
def _hold(
    prices: Array,
    bills: Array,
    begin: int,
    end: int,
    units: Array,
    s: Array,
    nav: Array,
    lanes: int,
) -> None:
    """Observe the rows from begin to before end, on which holdings do not change.

    Two rows at a time where no value is stored: the state is then moved half as often between
    memory and registers, and a minimum is not written back to where it was just read, which
    compilers turn into a masked store, slow without AVX-512.
    """
    a, b, c, d = units[0], units[1], units[2], units[3]
    wide = prices.shape[1] > GROUP
    _beyond(prices[begin, :GROUP], units, REST, s, lanes)
    _beyond(prices[begin, :GROUP], units, NEXT, s, lanes)
    row = begin
    while row + 1 < end and not nav.shape[1]:
        if wide:
            _beyond(prices[row], units, REST, s, lanes)
            _beyond(prices[row + 1], units, NEXT, s, lanes)
        pa, pb, pc, pd = prices[row, 0], prices[row, 1], prices[row, 2], prices[row, 3]
        qa, qb, qc, qd = (
            prices[row + 1, 0], prices[row + 1, 1], prices[row + 1, 2], prices[row + 1, 3]
        )  # fmt: skip
        bill, other = bills[row], bills[row + 1]
        for i in range(lanes):
            mean, mean_excess = s[MEAN, i], s[MEAN_EXCESS, i]
            value = s[REST, i] + (a[i] * pa + b[i] * pb + c[i] * pc + d[i] * pd)
            seen = _observe(value, bill, mean, mean_excess, _seen(s, i))
            value = s[NEXT, i] + (a[i] * qa + b[i] * qb + c[i] * qc + d[i] * qd)
            _note(s, i, value, _observe(value, other, mean, mean_excess, seen))
        row += 2
    while row < end:
        if wide:
            _beyond(prices[row], units, REST, s, lanes)
        pa, pb, pc, pd = prices[row, 0], prices[row, 1], prices[row, 2], prices[row, 3]
        bill = bills[row]
        for i in range(lanes):
            value = s[REST, i] + (a[i] * pa + b[i] * pb + c[i] * pc + d[i] * pd)
            _note(s, i, value, _observe(value, bill, s[MEAN, i], s[MEAN_EXCESS, i], _seen(s, i)))
        for i in range(nav.shape[1]):
            nav[row, i] = s[VALUE, i]
        row += 1


@jit(forceinline=True)
def _merge(seen: int, s: Array, lanes: int) -> None:
    """Add a span's moments to those before: the mean moves, squares about it follow."""
    share = 1.0 / seen
    for i in range(lanes):
        s[SQUARES, i] += s[SECOND, i] - s[FIRST, i] * s[FIRST, i] * share
        s[MEAN, i] += s[FIRST, i] * share
        first = s[FIRST_EXCESS, i]
        s[SQUARES_EXCESS, i] += s[SECOND_EXCESS, i] - first * first * share
        s[MEAN_EXCESS, i] += first * share
        s[FIRST, i] = s[SECOND, i] = s[FIRST_EXCESS, i] = s[SECOND_EXCESS, i] = 0.0


def _compiled(function: Callable[..., None]) -> Any:
    """Compile when first used; keep the code where numba finds a folder it can write.

    That is ``$NUMBA_CACHE_DIR``, the package's ``__pycache__`` or the user's cache folder.
    """
    try:
        return jit(cache=True)(function)
    except RuntimeError:  # none of them: compile in every process
        return jit()(function)


@_compiled
def _run(
    prices: Array,
    bills: Array,
    closes: NDArray[np.int8],
    fee: Array,
    slippage: Array,
    targets: Array,
    rows: Rows,
    offsets: Rows,
    sums: Array,
    nav: Array,
    held: Array,
) -> None:
    """Simulate candidates, LANES at a time, into ``sums`` and, unless empty, ``nav`` and ``held``.

    ``held`` takes the units of the first candidate after each row's orders.
    """
    sessions, columns = prices.shape
    width = (columns + GROUP - 1) // GROUP * GROUP
    wide = np.zeros((sessions, width))
    wide[:, :columns] = prices
    scheduled = len(offsets) > 0
    trades = np.zeros(sessions, np.bool_)
    next_decision = np.zeros(LANES, np.int64)
    s = np.zeros((STATE, LANES))
    target, units = np.zeros((width, LANES)), np.zeros((width, LANES))
    order, buy = np.zeros((width, LANES)), np.zeros((width, LANES))
    need = np.zeros((width, LANES))
    for start in range(0, len(sums), LANES):
        lanes = min(LANES, len(sums) - start)
        if scheduled:
            trades[:] = False
            for i in range(lanes):
                next_decision[i] = offsets[start + i]
                for at in range(offsets[start + i], offsets[start + i + 1]):
                    trades[rows[at]] = True
        else:
            for row in rows:
                trades[row] = True
        s[:] = 0.0
        units[:] = 0.0
        # All CASH, which trades free, until the first decision trades.
        units[columns - 1] = CAPITAL / wide[0, columns - 1]
        s[MONEY] = np.maximum(CAPITAL - units[columns - 1] * wide[0, columns - 1], 0.0)
        s[TRADING] = 1.0
        if start == 0 and len(held):
            held[0] = units[:columns, 0]
        s[VALUE] = CAPITAL
        s[CLOSE] = CAPITAL
        s[INVERSE] = 1.0 / CAPITAL
        s[PEAK] = 1.0 / CAPITAL
        s[LOWEST] = 1.0
        s[WORST] = np.inf
        s[MEAN] = bills[1]  # the return of the first row, on which nothing but cash was held
        nav[:1, start : start + lanes] = CAPITAL
        if not scheduled:
            for i in range(lanes):
                for k in range(columns):
                    target[k, i] = targets[start + i, k]
        end = 0  # a trade on row 0 is paid for in the first return
        while end < sessions:
            begin = end
            end += 1
            while end < sessions and end % SPAN and not (trades[end] or closes[end - 1]):
                end += 1
            if trades[begin]:
                if scheduled:
                    for i in range(lanes):
                        at = next_decision[i]
                        due = at < offsets[start + i + 1] and rows[at] == begin
                        s[TRADING, i] = 1.0 if due else 0.0
                        if due:
                            next_decision[i] += 1
                            for k in range(columns):
                                target[k, i] = targets[at, k]
                _fill(wide[begin], fee, slippage, target, units, order, buy, need, s, lanes)
                for i in range(lanes):  # the purchase that begins it is no turnover
                    made = next_decision[i] - offsets[start + i] if scheduled else begin
                    s[TRADED, i] = 0.0 if made <= (1 if scheduled else rows[0]) else s[TRADED, i]
            _hold(wide, bills, max(begin, 1), end, units, s, nav[:, start : start + lanes], lanes)
            if start == 0 and len(held):
                held[begin:end] = units[:columns, 0]
            # On rows that depend on no trade: a neighbour in the block must not change a digit.
            if end % SPAN == 0 or end == sessions:
                _merge(end - 1, s, lanes)
            if closes[end - 1]:
                for i in range(lanes):
                    year = s[VALUE, i] / s[CLOSE, i]
                    if closes[end - 1] == COMPLETE and year < s[WORST, i]:
                        s[WORST, i] = year
                    s[CLOSE, i] = s[VALUE, i]
        for i in range(lanes):
            for k in range(len(KEPT)):
                sums[start + i, k] = s[KEPT[k], i]


def _given(kind: Any, dimensions: int) -> Any:
    # Read-only: arrays may come from a message of another process.
    return types.Array(kind, dimensions, "C", readonly=True)


ONE, TWO = _given(types.float64, 1), _given(types.float64, 2)
ROWS = _given(types.int64, 1)
MADE, MADE_ROW = types.float64[:, ::1], types.float64[::1]
SIGNATURE = types.void(TWO, ONE, _given(types.int8, 1), ONE, ONE, TWO, ROWS, ROWS, MADE, MADE, MADE)


class _Compiling(event.Listener):
    """Shows a step while a function is compiled, none when it is read from the cache."""

    def __init__(self, function: Any, step: AbstractContextManager[object]) -> None:
        self.function, self.step = function, step
        self.shown = ExitStack()

    def on_start(self, event: Any) -> None:
        """Open the step."""
        if event.data["dispatcher"] is self.function:
            self.shown.enter_context(self.step)

    def on_end(self, event: Any) -> None:
        """Close the step."""
        if event.data["dispatcher"] is self.function:
            self.shown.close()


def compile_once(function: Any, signature: Any, what: str, progress: Progress) -> None:
    """Compile a function if that is not done yet, and show that it takes a while."""
    if function.signatures:
        return
    step = progress(f"compiling {what}, once on this machine")
    with event.install_listener("numba:compile", _Compiling(function, step)), suppress(OSError):
        # An OSError comes from writing the cache; the compiled code is there by then.
        function.compile(signature)


def prepare(progress: Progress = silent) -> None:
    """Compile the engine if that is not done yet, and show that it takes 5 to 25 s."""
    compile_once(_run, SIGNATURE, "the sweep", progress)


def run_block(
    panel: PricePanel, candidates: Candidates, *, keep_nav: bool = False
) -> tuple[Array, Array]:
    """Simulate candidates in this thread.

    Parameters
    ----------
    panel
        The shared sessions and prices.
    candidates
        Any number; how they are divided into blocks changes no digit of the answer.
    keep_nav
        Also return the value on each session.

    Returns
    -------
    sums
        Shape (candidates, ``len(SUMS)``), money on a capital of ``CAPITAL``.
    nav
        Shape (sessions, candidates) on the same capital, or (0, 0).
    """
    prepare()
    sums = np.empty((len(candidates), len(SUMS)))
    nav = np.empty((len(panel.sessions), len(candidates)) if keep_nav else (0, 0))
    offsets = np.empty(0, np.int64) if candidates.offsets is None else candidates.offsets
    _run(
        panel.prices, panel.bills, panel.closes, panel.fee, panel.slippage,
        candidates.targets, candidates.rows, offsets, sums, nav, np.empty((0, 0)),
    )  # fmt: skip
    return sums, nav
