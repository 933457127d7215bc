"""The sweep against its own limits: ``python -m tests.benchmarks.sweep``.

16,000 daily sessions, three tickers and cash, monthly rebalance, fee and slippage; all in one
process: a million mixes, what bands and flows cost, two threads against one, cost against mixes
and sessions, and the distance to the arithmetic limit. Other libraries on the same work:
``python -m tests.benchmarks.peers``. ``python -m tests.benchmarks.sweep own`` prints only what
bands and flows cost.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numba import njit

from backtests.engine.candidates import Candidates, make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import score
from data.command import progress
from tests.benchmarks.figures import Figure, digits, hand_over, show
from tests.conftest import random_market

TICKERS = ("A", "B", "C")
SESSIONS = 16_000
COSTS = Costs(2, 1)
# Additions, multiplications, comparisons and selections per candidate; divisions apart. By the
# lines of sweep._hold per session, and of sweep._fill per trade with four columns.
HOLD, FILL = (24, 1), (162, 9)
CHAIN = 16


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """Median wall time."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def weights(count: int) -> np.ndarray:
    """Mixes that hold all three tickers and no cash."""
    return np.random.default_rng(1).dirichlet(np.ones(3), count) * (1 - 1e-12)


def ours(sessions: int, count: int, threads: int) -> Callable[[], pd.DataFrame]:
    """Score mixes."""
    panel = make_panel(random_market(1, TICKERS, sessions), TICKERS, COSTS)
    mixes = static_mixes(panel, weights(count))
    return lambda: score(panel, mixes, threads=threads)


@njit(error_model="numpy")
def _multiply_add(x: np.ndarray, a: float, b: float, times: int) -> None:
    for _ in range(times):
        for i in range(len(x)):
            v = x[i]
            for _ in range(CHAIN):
                v = v * a + b
            x[i] = v


@njit(error_model="numpy")
def _divide(x: np.ndarray, y: np.ndarray, times: int) -> None:
    for _ in range(times):
        for i in range(len(x)):
            y[i] = 1.0 / x[i]


def limits() -> tuple[float, float]:
    """Nanoseconds of one operation and of one division on one core, both vectorised as ours."""
    x, times = np.full(512, 1.1), 20_000
    y = x.copy()
    _multiply_add(x, 0.5, 0.5, 1), _divide(x, y, 1)
    work = seconds(lambda: _multiply_add(x, 0.5, 0.5, times)) / times / 512 / (2 * CHAIN)
    return work * 1e9, seconds(lambda: _divide(x, y, times)) / times / 512 * 1e9


def own(count: int) -> dict[str, Callable[[], object]]:
    """Score mixes plainly, with a band of 5 percentage points and with monthly payments."""
    panel = make_panel(random_market(1, TICKERS, SESSIONS), TICKERS, COSTS)
    plain = static_mixes(panel, weights(count))
    daily = Candidates(plain.targets, np.arange(COSTS.lag, SESSIONS))
    amount = np.zeros(SESSIONS)
    amount[plain.rows[1:]] = 50.0
    asked = {
        "plain": plain,
        "bands": daily.within(np.full(daily.targets.shape, 0.05), COSTS.lag),
        "flows": plain.paid(amount, np.zeros(SESSIONS)),
    }
    return {name: partial(score, panel, mixes, threads=1) for name, mixes in asked.items()}


def bands_and_flows(count: int = 2_048, rounds: int = 9) -> list[Figure]:
    """What bands and flows cost against the plain sweep, paired."""
    works = own(count)
    for work in works.values():
        work()
    took = [{name: seconds(work, 1) for name, work in works.items()} for _ in range(rounds)]
    made = []
    for name, most in (("plain", None), ("bands", 2.0), ("flows", 1.3)):
        each = {key: tuple(times[key] / count / SESSIONS * 1e9 for times in took) for key in works}
        figure = Figure(f"{name}, a session of a mix, one thread", "ns", each[name], most=most)
        if most:
            figure = replace(figure, theirs=each["plain"], yardstick="without them")
        made.append(figure)
    return made


def million() -> list[Figure]:
    """Time and memory, before anything else is loaded."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    work = ours(SESSIONS, 1_000_000, 2)
    took = seconds(work, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure("a million mixes, two threads", "s", (took,), most=35.0),
        Figure("a million mixes, memory at its peak", "MB", (peak,), most=1000.0,
               note=f"{digits(before)} MB of it before the sweep"),
    ]  # fmt: skip


def threads() -> list[Figure]:
    """One thread and two."""
    count = 20_480
    alone, both = ours(SESSIONS, count, 1), ours(SESSIONS, count, 2)
    pairs = [(seconds(both, 1), seconds(alone, 1)) for _ in range(5)]  # alternating
    fast, slow = (
        tuple(took / count * 1e6 for took in column) for column in zip(*pairs, strict=True)
    )
    return [
        Figure("a mix, one thread", "µs", slow),
        Figure("a mix, two threads", "µs", fast, slow, yardstick="one thread", most=1 / 1.8),
    ]


def linear() -> list[Figure]:
    """Cost of a mix against more work: 1 is linear."""
    made = []
    for name, sizes in {
        "mixes": [(SESSIONS, 5_120 * factor) for factor in (1, 2, 4)],
        "sessions": [(SESSIONS // 2 * factor, 10_240) for factor in (1, 2, 4)],
    }.items():
        works = [ours(rows, mixes, 1) for rows, mixes in sizes]
        rounds = [[seconds(work, 1) for work in works] for _ in range(7)]
        # The least of interleaved rounds: what is above it is the neighbours' doing.
        least = np.min(rounds, axis=0) / np.prod(sizes, axis=1)
        made += [
            Figure(f"{factor} times the {name}: cost of a session of a mix", "times",
                   (unit / least[0],), most=1.1)
            for factor, unit in ((2, least[1]), (4, least[2]))
        ]  # fmt: skip
    return made


def to_the_limit(alone: float) -> list[Figure]:
    """How far a mix on one thread (seconds) is from the arithmetic limit of one core."""
    operation, division = limits()
    trades = 12 / 260.9  # a session: monthly, on weekdays
    work, divided = HOLD[0] + FILL[0] * trades, HOLD[1] + FILL[1] * trades
    floor = max(work * operation, divided * division)
    return [
        Figure(
            "a session of a mix, one thread", "ns", (alone / SESSIONS * 1e9,), (floor,),
            yardstick="the arithmetic limit of one core",
            note=f"{digits(work)} operations of {digits(operation)} ns and {digits(divided)} "
            f"divisions of {digits(division)} ns, whichever take longer (measured: vectors in "
            "registers, no fused operations)",
        )
    ]  # fmt: skip


def main() -> None:
    """Measure, print, hand over."""
    if "own" in sys.argv[1:]:
        return show(bands_and_flows())
    panel = make_panel(random_market(1, TICKERS, 300), TICKERS, COSTS)
    score(panel, static_mixes(panel, weights(100)), progress=progress)
    print(f"{SESSIONS:,} sessions x {len(TICKERS)} tickers and cash, monthly", flush=True)
    made: list[Figure] = []
    for part in (million, bands_and_flows, threads, linear):
        figures = part()
        show(figures)
        made += figures
    (alone,) = (figure.here for figure in made if figure.work == "a mix, one thread")
    figures = to_the_limit((alone or 0.0) / 1e6)
    show(figures)
    hand_over([*made, *figures])


if __name__ == "__main__":
    main()
