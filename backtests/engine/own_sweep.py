"""Many candidates at once with bands and cash flows: the plain sweep's arithmetic, lane by lane.

Bands let lanes trade on rows of their own. Those that trade on a row are gathered side by side,
filled together and put back, so that the cost is that of what trades, and a lane's numbers depend
neither on its place nor on its neighbours.

Statistics are those of the unit value, the chain of returns without what was paid in or out: on
the row of a flow F the value V enters without F, then what is remembered of earlier values is
rescaled by V / (V - F).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numba import types
from numpy.typing import NDArray

from backtests.engine import own_steps, sweep
from backtests.engine.candidates import COMPLETE
from backtests.engine.ledger import NOISE
from backtests.engine.own_steps import (
    ALIVE,
    BEFORE,
    FEW,
    LIVING,
    OWN_STATE,
    PAID,
    PAID_IN,
    STRETCH,
    TAKEN_OUT,
    UNIT,
    aim_at_edge,
    copy_lane,
    fill_up,
    gather,
    judge,
    mark_near,
    scan,
    scatter,
    spread_of,
)  # fmt: skip
from backtests.engine.simulate import CAPITAL
from backtests.engine.sweep import (
    CLOSE,
    GROSS,
    GROUP,
    INVERSE,
    KEPT,
    LANES,
    LEAST,
    LOST,
    LOWEST,
    MADE,
    MADE_ROW,
    MEAN,
    MONEY,
    ONE,
    PEAK,
    REST,
    ROWS,
    SPAN,
    STATE,
    TRADED,
    TRADING,
    TWO,
    VALUE,
    WORST,
    Array,
    Rows,
    _fill,
    _given,
    _hold,
    _merge,
    compile_once,
)  # fmt: skip
from data.command import Progress, silent

Flags = NDArray[np.bool_]
# What the compiled code is made of: kept code of an older sweep must not be used.
STAMP = zlib.crc32(b"".join(Path(str(part.__file__)).read_bytes() for part in (sweep, own_steps)))


def _made(stamp: int) -> Callable[..., None]:
    """Make the function; what it was made of is part of it, and so of the key of its kept code."""

    def run_own(
        prices: Array,
        bills: Array,
        closes: NDArray[np.int8],
        fee: Array,
        slippage: Array,
        targets: Array,
        rows: Rows,
        offsets: Rows,
        limits: Array,
        is_new: Flags,
        lag: int,
        to_edge: bool,
        amount: Array,
        share: Array,
        factor: Array,
        first: Rows,
        last: Rows,
        sums: Array,
        payments: Array,
        nav: Array,
        wealth: Array,
        held: Array,
        stood: Array,
        paid: Array,
    ) -> None:
        """Simulate candidates, LANES at a time, as ``sweep._run`` does.

        Empty ``limits``: no bands. Empty ``amount``: no flows. ``held``, ``stood`` and ``paid``
        take the units, the targets that traded and the payments of the first candidate.
        """
        if stamp < 0:
            return
        sessions, columns = prices.shape
        cash = columns - 1
        width = (columns + GROUP - 1) // GROUP * GROUP
        wide = np.zeros((sessions, width))
        wide[:, :columns] = prices
        scheduled, banded, flowing = len(offsets) > 0, len(limits) > 0, len(amount) > 0
        flows = np.zeros(sessions, np.bool_)
        for row in range(len(amount)):
            flows[row] = amount[row] != 0.0 or share[row] != 0.0
        trades = np.zeros(sessions, np.bool_)  # whether a lane may trade, without regard to bands
        ring = lag + 1
        # By the row of the fill, modulo: the lanes that trade, their decisions, how many they are.
        queue, decided = np.zeros((ring, LANES), np.int64), np.zeros((ring, LANES), np.int64)
        standing = np.zeros(ring, np.int64)
        following = np.zeros(LANES, np.int64)  # the decision of a schedule to look at next
        awaited = np.zeros(LANES, np.int64)  # row of the last fill so far
        begins = np.zeros(LANES, np.int64)  # row of the first purchase
        ruined = np.zeros(LANES, np.int64)
        at_edge = np.zeros(LANES, np.int64)  # row of a fill that goes to the edge
        off = np.zeros(LANES, np.int64)
        has = np.zeros(LANES, np.int64)
        s, some = np.zeros((OWN_STATE, LANES)), np.zeros((STATE, LANES))
        units, some_units = np.zeros((width, LANES)), np.zeros((width, LANES))
        goal, limit = np.zeros((width, LANES)), np.ones((width, LANES))
        edge, target = np.zeros((width, LANES)), np.zeros((width, LANES))
        order, buy = np.zeros((width, LANES)), np.zeros((width, LANES))
        need = np.zeros((width, LANES))
        # The lanes that can become off before row ``settled``, side by side. All others are not
        # looked at until then: after a payment, which moves all, it is settled anew.
        spreads = np.zeros(sessions)
        near, place = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
        near_units, near_goal = np.zeros((width, LANES)), np.zeros((width, LANES))
        near_limit, near_s = np.ones((width, LANES)), np.zeros((OWN_STATE, LANES))
        near_off = np.zeros(LANES, np.int64)
        for start in range(0, len(sums), LANES):
            lanes = min(LANES, len(sums) - start)
            trades[:] = False
            standing[:] = 0
            awaited[:] = -1
            at_edge[:] = -1
            ruined[:] = ALIVE
            if scheduled:
                for i in range(lanes):
                    following[i] = offsets[start + i]
                    begins[i] = rows[offsets[start + i]]
                    for at in range(offsets[start + i], offsets[start + i + 1]):
                        trades[rows[at]] = True
            else:
                begins[:] = rows[0] if len(rows) else sessions
                for row in rows:
                    trades[row] = True
                for i in range(lanes):
                    for k in range(columns):
                        goal[k, i] = targets[start + i, k]
                        limit[k, i] = limits[start + i, k] + NOISE if banded else 1.0
            if banded:  # what was decided before row 0 stands
                for row in range(min(lag, sessions)):
                    if trades[row]:
                        for i in range(lanes):
                            at = following[i] if scheduled else start + i
                            if scheduled:
                                if at >= offsets[start + i + 1] or rows[at] != row:
                                    continue
                                following[i] += 1
                            queue[row, standing[row]] = i
                            decided[row, standing[row]] = at
                            standing[row] += 1
                            awaited[i] = row
            # Whether static mixes are judged on every row after the first purchase.
            daily = banded and not scheduled and len(rows) > 0
            if daily:
                for row in range(max(rows[0] + 1, lag), sessions):
                    daily = daily and trades[row]
            s[:] = 0.0
            units[:] = 0.0
            units[cash] = CAPITAL / wide[0, cash]
            s[MONEY] = np.maximum(CAPITAL - units[cash] * wide[0, cash], 0.0)
            if start == 0 and len(held):
                held[0] = units[:columns, 0]
            s[VALUE] = CAPITAL
            s[CLOSE] = CAPITAL
            s[INVERSE] = 1.0 / CAPITAL
            s[PEAK] = 1.0 / CAPITAL
            s[LOWEST] = 1.0
            s[WORST] = np.inf
            s[MEAN] = bills[1]
            s[UNIT] = 1.0
            s[LIVING] = 1.0
            nav[:1, start : start + lanes] = CAPITAL
            nears = settled = 0
            here = nav[:, start : start + lanes]
            end = 0
            while end < sessions:
                begin = end
                end += 1
                # Which lanes trade on this row.
                slot = begin % ring
                pays = flowing and flows[begin]
                due = standing[slot] > 0 if banded else trades[begin]
                if banded and due and not pays:
                    count = standing[slot]
                    standing[slot] = 0
                    lane, at_once, price = queue[slot], decided[slot], wide[begin]
                    # A count known to the compiler: scalar code, which is faster for a few.
                    together = 1 if count <= FEW else count
                    for first_lane in range(0, count, together):
                        for j in range(together):
                            i, at = lane[first_lane + j], at_once[first_lane + j]
                            for k in range(columns):
                                target[k, j] = edge[k, i] if at_edge[i] == begin else targets[at, k]
                            if i + start == 0 and len(stood):
                                stood[begin] = target[:columns, j]
                        if together == 1:
                            gather(lane, first_lane, 1, units, s, some_units, some)
                            _fill(price, fee, slippage, target, some_units, order, buy,
                                  need, some, 1)  # fmt: skip
                            scatter(lane, first_lane, 1, units, s, some_units, some)
                        else:
                            gather(lane, 0, count, units, s, some_units, some)
                            _fill(price, fee, slippage, target, some_units, order, buy, need,
                                  some, count)  # fmt: skip
                            scatter(lane, 0, count, units, s, some_units, some)
                    if begin < settled:
                        for j in range(count):
                            i = lane[j]
                            if place[i] < 0:
                                place[i] = nears
                                near[nears] = i
                                nears += 1
                            copy_lane(i, place[i], cash, units, goal, limit, s,
                                      near_units, near_goal, near_limit, near_s)  # fmt: skip
                    for j in range(count):
                        if begin <= begins[lane[j]]:  # the purchase that begins it is no turnover
                            s[TRADED, lane[j]] = 0.0
                elif due or pays:
                    settled = begin
                    price = wide[begin]
                    broke = 0
                    for i in range(lanes):
                        s[BEFORE, i] = s[TRADED, i]
                        s[TRADING, i] = 0.0
                    if pays:
                        for i in range(lanes):
                            s[VALUE, i] = s[MONEY, i]
                        for k in range(columns):
                            for i in range(lanes):
                                s[VALUE, i] += units[k, i] * price[k]
                        asked, part = amount[begin], share[begin]
                        for i in range(lanes):
                            active = first[start + i] <= begin and begin <= last[start + i]
                            rate = factor[start + i] * s[LIVING, i] if active else 0.0
                            payment = asked * rate + part * rate * s[VALUE, i]
                            over = (s[VALUE, i] + payment <= LEAST * s[VALUE, i]) and (rate != 0.0)
                            s[PAID, i] = -s[VALUE, i] if over else payment
                            s[TRADING, i] = 1.0 if rate != 0.0 else 0.0
                            broke += 1 if over else 0
                        for k in range(columns):
                            for i in range(lanes):
                                target[k, i] = units[k, i] * price[k] / s[VALUE, i]
                    if banded:
                        for j in range(standing[slot]):
                            i, at = queue[slot, j], decided[slot, j]
                            s[TRADING, i] = s[LIVING, i]
                            for k in range(columns):
                                target[k, i] = edge[k, i] if at_edge[i] == begin else targets[at, k]
                            if start + i == 0 and len(stood):
                                stood[begin] = target[:columns, 0]
                        standing[slot] = 0
                    elif due and scheduled:
                        for i in range(lanes):
                            at = following[i]
                            if at < offsets[start + i + 1] and rows[at] == begin:
                                following[i] += 1
                                s[TRADING, i] = s[LIVING, i]
                                for k in range(columns):
                                    target[k, i] = targets[at, k]
                                if start + i == 0 and len(stood):
                                    stood[begin] = target[:columns, 0]
                    elif due:
                        for i in range(lanes):
                            s[TRADING, i] = s[LIVING, i]
                        for k in range(columns):
                            for i in range(lanes):
                                target[k, i] = goal[k, i]
                    if broke:
                        for i in range(lanes):
                            if s[PAID, i] == -s[VALUE, i] and s[TRADING, i] > 0.0:
                                ruined[i] = begin
                                target[:, i] = 0.0
                    if pays:
                        for i in range(lanes):
                            s[MONEY, i] += s[PAID, i]
                    _fill(price, fee, slippage, target, units, order, buy, need, s, lanes)
                    if pays:
                        # What sells could not pay, their costs, comes out of the payout.
                        for i in range(lanes):
                            short = s[REST, i] if s[REST, i] < 0.0 else 0.0
                            after = s[VALUE, i] - s[LOST, i] - short
                            s[PAID, i] -= short
                            s[TRADED, i] = s[BEFORE, i] + s[GROSS, i] / 2.0 / after
                            s[PAID_IN, i] += s[PAID, i] if s[PAID, i] > 0.0 else 0.0
                            s[TAKEN_OUT, i] -= s[PAID, i] if s[PAID, i] < 0.0 else 0.0
                        if start == 0 and len(paid):
                            paid[begin] = s[PAID, 0]
                    for i in range(lanes):
                        s[TRADED, i] = 0.0 if begin <= begins[i] else s[TRADED, i]
                    if broke:
                        for i in range(lanes):
                            if ruined[i] == begin:  # nothing is left, and nothing may become NaN
                                units[:, i] = 0.0
                                s[MONEY, i] = s[VALUE, i] = s[CLOSE, i] = 1.0
                                s[INVERSE, i] = s[PEAK, i] = s[UNIT, i] = 1.0
                                s[PAID, i] = s[LIVING, i] = s[TRADED, i] = 0.0
                    if pays:  # for the return of this row
                        for i in range(lanes):
                            s[MONEY, i] -= s[PAID, i]
                # How many rows follow on which nobody trades, is paid or judged.
                scans = daily and not pays and begin + lag > rows[0]
                while end < sessions and end % SPAN and not (pays or closes[end - 1]):
                    if flowing and flows[end]:
                        break
                    if banded:
                        if standing[end % ring] > 0:
                            break
                        if not scans and end - 1 + lag < sessions and trades[end - 1 + lag]:
                            break
                    elif trades[end]:
                        break
                    end += 1
                is_off = False
                if scans:
                    stop = min(end, sessions - lag)
                    row = begin
                    while row < stop:
                        if row >= settled:
                            settled = min(row - row % STRETCH + STRETCH, sessions)
                            if spreads[row] == 0.0:
                                spreads[row] = spread_of(wide, cash, row, settled)
                            mark_near(wide[row], cash, spreads[row], units, goal, limit, s, off,
                                      lanes)  # fmt: skip
                            nears = 0
                            for i in range(lanes):
                                place[i] = -1
                                if off[i]:
                                    place[i] = nears
                                    near[nears] = i
                                    copy_lane(i, nears, cash, units, goal, limit, s,
                                              near_units, near_goal, near_limit,
                                              near_s)  # fmt: skip
                                    nears += 1
                        until = min(stop, settled)
                        whole = fill_up(nears, cash, near_units, near_s)
                        row = scan(wide, cash, row, until, near_units, near_goal, near_limit,
                                   near_s, near_off, whole)  # fmt: skip
                        if row < until:
                            is_off = True
                            for j in range(nears):
                                off[near[j]] = near_off[j]
                            break
                    end = row + 1 if is_off else end
                _hold(wide, bills, max(begin, 1), end, units, s, here, lanes)
                if nav.shape[1]:
                    for row in range(begin, end):
                        for i in range(lanes):
                            value = here[row, i]
                            if ruined[i] != ALIVE:
                                here[row, i] = np.nan
                                wealth[row, start + i] = 0.0
                            else:
                                here[row, i] = value * s[UNIT, i]
                                wealth[row, start + i] = value + (s[PAID, i] if pays else 0.0)
                if pays:
                    if begin == 0:
                        for i in range(lanes):
                            s[VALUE, i] = s[MONEY, i]
                        for k in range(columns):
                            for i in range(lanes):
                                s[VALUE, i] += units[k, i] * wide[0, k]
                    for i in range(lanes):
                        payment, value = s[PAID, i], s[VALUE, i]
                        whole = value + payment
                        down = value / whole
                        at_peak = s[PEAK, i] == s[INVERSE, i]
                        s[INVERSE, i] = s[INVERSE, i] * down
                        s[PEAK, i] = s[INVERSE, i] if at_peak else s[PEAK, i] * down
                        s[CLOSE, i] *= whole / value
                        s[UNIT, i] *= down
                        s[VALUE, i] = whole
                        s[MONEY, i] += payment
                        s[PAID, i] = 0.0
                if start == 0 and len(held):
                    held[begin:end] = units[:columns, 0]
                # What is decided on the last of these rows, after its fills.
                made = end - 1
                later = made + lag
                if is_off or (banded and not scans and later < sessions and trades[later]):
                    slot = later % ring
                    if scheduled:
                        for i in range(lanes):
                            at = following[i]
                            has[i] = -1
                            if at < offsets[start + i + 1] and rows[at] == later:
                                following[i] += 1
                                has[i] = at
                                for k in range(columns):
                                    goal[k, i] = targets[at, k]
                                    limit[k, i] = limits[at, k] + NOISE
                    everyone = scheduled or later == begins[0]
                    judged = is_off
                    if not is_off:
                        judged = judge(wide[made], cash, units, goal, limit, s, off, lanes) > 0
                    if everyone or judged:
                        for j in range(nears if is_off else lanes):
                            i = near[j] if is_off else j
                            at = has[i] if scheduled else start + i
                            if at < 0 or ruined[i] != ALIVE:
                                continue
                            new = is_new[at] if scheduled else everyone
                            if not new:
                                if not off[i] or awaited[i] > made:
                                    continue
                                if to_edge:
                                    at_edge[i] = later
                                    aim_at_edge(wide[made], cash, units, goal, limit, s[MONEY, i],
                                          s[VALUE, i], i, edge)  # fmt: skip
                            queue[slot, standing[slot]] = i
                            decided[slot, standing[slot]] = at
                            standing[slot] += 1
                            awaited[i] = later
                if end % SPAN == 0 or end == sessions:
                    _merge(end - 1, s, lanes)
                if closes[end - 1]:
                    for i in range(lanes):
                        year = s[VALUE, i] / s[CLOSE, i]
                        if closes[end - 1] == COMPLETE and year < s[WORST, i]:
                            s[WORST, i] = year
                        s[CLOSE, i] = s[VALUE, i]
            for i in range(lanes):
                alive = ruined[i] == ALIVE
                for k in range(len(KEPT)):
                    sums[start + i, k] = s[KEPT[k], i] if alive else np.nan
                sums[start + i, 0] *= s[UNIT, i]
                payments[start + i, 0] = s[VALUE, i] if alive else 0.0
                payments[start + i, 1] = s[PAID_IN, i]
                payments[start + i, 2] = s[TAKEN_OUT, i]
                payments[start + i, 3] = ruined[i]

    return run_own


run_own = sweep._compiled(_made(STAMP))
FLAGS = _given(types.bool_, 1)
SIGNATURE = types.void(
    TWO, ONE, _given(types.int8, 1), ONE, ONE, TWO, ROWS, ROWS, TWO, FLAGS, types.int64,
    types.boolean, ONE, ONE, ONE, ROWS, ROWS, MADE, MADE, MADE, MADE, MADE, MADE, MADE_ROW,
)  # fmt: skip


def prepare(progress: Progress = silent) -> None:
    """Compile if that is not done yet, and show that it takes 10 to 40 s."""
    compile_once(run_own, SIGNATURE, "the sweep with bands and flows", progress)
