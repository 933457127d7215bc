"""What the sweep with bands and flows does on single rows: judge lanes, gather them, aim them."""

from __future__ import annotations

from backtests.engine.ledger import EDGE, NOISE
from backtests.engine.sweep import (
    COSTS,
    GROSS,
    GROUP,
    LOST,
    MONEY,
    REST,
    STATE,
    TRADED,
    TRADING,
    VALUE,
    Array,
    Rows,
    jit,
)  # fmt: skip

# Further rows of a block's state.
UNIT = STATE  # the unit value is the value times this
PAID = STATE + 1  # on this row, in (positive) or out
PAID_IN = STATE + 2
TAKEN_OUT = STATE + 3
LIVING = STATE + 4  # 1 until a lane is ruined, then 0
BEFORE = STATE + 5  # TRADED before this row
OWN_STATE = STATE + 6
FEW = 4  # lanes that scalar code fills sooner than vectors do
ALIVE = -1  # in place of the row on which a lane was ruined
STRETCH = 16  # rows for which it is settled which lanes can become off
VECTOR = 4  # lanes of one instruction
MARGIN = 1e-12  # of a weight: a thousand times its rounding error
PAYMENTS = ("wealth", "paid_in", "taken_out", "ruined")  # columns of what a block returns


@jit(forceinline=True)
def gather(
    lane: Rows, first: int, count: int, units: Array, s: Array, some_units: Array, some: Array
) -> None:
    """Put the lanes that trade, from the first on, side by side, payments added to their money."""
    for k in range(len(units)):
        for j in range(count):
            some_units[k, j] = units[k, lane[first + j]]
    for j in range(count):
        some[MONEY, j] = s[MONEY, lane[first + j]] + s[PAID, lane[first + j]]
        some[TRADING, j] = s[LIVING, lane[first + j]]
        some[COSTS, j] = 0.0
        some[TRADED, j] = 0.0


@jit(forceinline=True)
def scatter(
    lane: Rows, first: int, count: int, units: Array, s: Array, some_units: Array, some: Array
) -> None:
    """Put them back. What sells could not pay, their costs, comes out of the payout."""
    for k in range(len(units)):
        for j in range(count):
            units[k, lane[first + j]] = some_units[k, j]
    for j in range(count):
        i = lane[first + j]
        short = min(some[REST, j], 0.0)  # then nothing was bought
        after = some[VALUE, j] - some[LOST, j] - short
        s[MONEY, i] = some[MONEY, j]
        s[PAID, i] -= short
        s[COSTS, i] += some[LOST, j]
        s[TRADED, i] += some[GROSS, j] / 2.0 / after


@jit(forceinline=True)
def judge(
    price: Array,
    cash: int,
    units: Array,
    goal: Array,
    limit: Array,
    s: Array,
    off: Rows,
    lanes: int,
) -> int:
    """Mark lanes of which a weight is off its goal by more than its limit; how many there are.

    Money that no order spent is cash.
    """
    for i in range(lanes):
        s[VALUE, i] = s[MONEY, i]
        off[i] = 0
    for k in range(cash + 1):
        for i in range(lanes):
            s[VALUE, i] += units[k, i] * price[k]
    count = 0
    for k in range(cash + 1):
        spare = 1.0 if k == cash else 0.0
        for i in range(lanes):
            value = s[VALUE, i]
            held = units[k, i] * price[k] + spare * s[MONEY, i]
            apart = abs(held - goal[k, i] * value) > limit[k, i] * value
            off[i] |= 1 if apart else 0
    for i in range(lanes):
        count += off[i]
    return count


@jit(forceinline=True)
def scan(
    prices: Array, cash: int, begin: int, stop: int, units: Array, goal: Array, limit: Array,
    s: Array, off: Rows, lanes: int,
) -> int:  # fmt: skip
    """The first row from begin to before stop on which a lane is off, as :func:`judge` marks it.

    Up to GROUP columns two rows at a time, as ``_hold`` does; the one of cash comes first, since
    money counts with it.
    """
    row = begin
    if cash < GROUP:
        a, b, c = (1 if cash == 0 else 0), (2 if cash <= 1 else 1), (3 if cash <= 2 else 2)
        while row + 1 < stop:
            p, pa, pb, pc = prices[row, cash], prices[row, a], prices[row, b], prices[row, c]
            q, qa, qb, qc = (
                prices[row + 1, cash], prices[row + 1, a], prices[row + 1, b], prices[row + 1, c]
            )  # fmt: skip
            count = 0
            for i in range(lanes):  # without views of rows, which cost more than a few lanes do
                u, ua, ub, uc = units[cash, i], units[a, i], units[b, i], units[c, i]
                g, ga, gb, gc = goal[cash, i], goal[a, i], goal[b, i], goal[c, i]
                m, ma, mb, mc = limit[cash, i], limit[a, i], limit[b, i], limit[c, i]
                money = s[MONEY, i]
                v, va, vb, vc = u * p + money, ua * pa, ub * pb, uc * pc
                w, wa, wb, wc = u * q + money, ua * qa, ub * qb, uc * qc
                value, other = v + (va + vb + vc), w + (wa + wb + wc)
                apart = abs(v - g * value) > m * value
                apart |= abs(va - ga * value) > ma * value
                apart |= abs(vb - gb * value) > mb * value
                apart |= abs(vc - gc * value) > mc * value
                after = abs(w - g * other) > m * other
                after |= abs(wa - ga * other) > ma * other
                after |= abs(wb - gb * other) > mb * other
                after |= abs(wc - gc * other) > mc * other
                off[i] = (1 if apart else 0) + (65536 if after else 0)
                count += off[i]
            if count:
                late = count % 65536 == 0
                for i in range(lanes):
                    off[i] = off[i] // 65536 if late else off[i] % 65536
                return row + 1 if late else row
            row += 2
    while row < stop and not judge(prices[row], cash, units, goal, limit, s, off, lanes):
        row += 1
    return row


@jit(forceinline=True)
def spread_of(prices: Array, cash: int, begin: int, stop: int) -> float:
    """The largest ratio of two prices' moves since begin, on one row before stop.

    Money counts too: its price is always 1.
    """
    widest = 1.0
    for row in range(begin + 1, stop):
        low = high = 1.0
        for k in range(cash + 1):
            relative = prices[row, k] / prices[begin, k]
            low = relative if relative < low else low
            high = relative if relative > high else high
        widest = max(widest, high / low)
    return widest


@jit(forceinline=True)
def mark_near(
    price: Array, cash: int, spread: float, units: Array, goal: Array, limit: Array, s: Array,
    off: Rows, lanes: int,
) -> None:  # fmt: skip
    """Mark lanes that can become off while prices part by no more than spread.

    A weight w then stays between w / (w + (1 - w) spread) and w spread / (w spread + 1 - w), so
    that it moves by at most w (1 - w) (spread - 1).
    """
    for i in range(lanes):
        s[VALUE, i] = s[MONEY, i]
        off[i] = 0
    for k in range(cash + 1):
        for i in range(lanes):
            s[VALUE, i] += units[k, i] * price[k]
    for k in range(cash + 1):
        unspent = 1.0 if k == cash else 0.0
        for i in range(lanes):
            value = s[VALUE, i]
            held = units[k, i] * price[k] + unspent * s[MONEY, i]
            away = abs(held - goal[k, i] * value) * value + held * (value - held) * (spread - 1.0)
            near = away > (limit[k, i] - MARGIN) * value * value
            off[i] |= 1 if near else 0


@jit(forceinline=True)
def copy_lane(
    i: int, j: int, cash: int, units: Array, goal: Array, limit: Array, s: Array,
    near_units: Array, near_goal: Array, near_limit: Array, near_s: Array,
) -> None:  # fmt: skip
    """Put lane i as it is now at place j of the near ones, which stand side by side."""
    for k in range(cash + 1):
        near_units[k, j] = units[k, i]
        near_goal[k, j] = goal[k, i]
        near_limit[k, j] = limit[k, i]
    near_s[MONEY, j] = s[MONEY, i]


@jit(forceinline=True)
def fill_up(count: int, cash: int, units: Array, s: Array) -> int:
    """Fill the last vector up with lanes that hold nothing and so are never off; the new count."""
    whole = (count + VECTOR - 1) // VECTOR * VECTOR
    for j in range(count, whole):
        s[MONEY, j] = 0.0
        for k in range(cash + 1):
            units[k, j] = 0.0
    return whole


@jit(forceinline=True)
def aim_at_edge(
    price: Array, cash: int, units: Array, goal: Array, limit: Array, money: float, value: float,
    i: int, edge: Array,
) -> None:  # fmt: skip
    """Aim a lane so far towards its goal that every weight is within EDGE of its limit."""
    least = 0.0
    for k in range(cash + 1):
        weight = (units[k, i] * price[k] + (money if k == cash else 0.0)) / value
        away = abs(weight - goal[k, i])
        if away > 0.0:
            least = max(least, 1.0 - EDGE * (limit[k, i] - NOISE) / away)
    for k in range(cash + 1):
        weight = (units[k, i] * price[k] + (money if k == cash else 0.0)) / value
        edge[k, i] = weight + least * (goal[k, i] - weight)
