"""The sweep against vectorbt and bt: ``python -m tests.benchmarks.sweep``.

16,000 daily sessions, three tickers and cash, monthly rebalance, fee and slippage; all in one
process. vectorbt makes orders, value and six metrics with each of its engines, one mix a call
and several (which spreads its overhead): a ratio for the faster engine each. Then a million
mixes, cost against mixes and sessions, two threads against one, and the distance to the
arithmetic limit. ``python -m tests.benchmarks.sweep own`` prints only what bands and flows cost.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numba import njit

from backtests.engine.candidates import Candidates, make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.scores import score
from backtests.engine.simulate import CAPITAL
from data.command import progress
from tests.conftest import random_market

TICKERS = ("A", "B", "C")
SESSIONS = 16_000
COSTS = Costs(2, 1)
# Additions, multiplications, comparisons and selections per candidate; divisions apart. By the
# lines of sweep._hold per session, and of sweep._fill per trade with four columns.
HOLD, FILL = (24, 1), (162, 9)
CHAIN = 16
TOGETHER = (1, 8, 32)  # mixes in one call of vectorbt


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


def theirs(engine: str, together: int) -> Callable[[], object]:
    """Orders, value and six metrics of vectorbt, several mixes a call."""
    import vectorbt as vbt

    panel = make_panel(random_market(1, TICKERS, SESSIONS), TICKERS, COSTS)
    mixes = static_mixes(panel, weights(together))
    columns = panel.prices.shape[1]
    close = pd.DataFrame(np.tile(panel.prices, (1, together)), panel.sessions)
    size = np.full(close.shape, np.nan)
    size[0] = np.tile(np.eye(columns)[-1], together)
    size[mixes.rows] = mixes.targets.reshape(-1)

    def run() -> object:
        done = vbt.Portfolio.from_orders(
            close, size, size_type="targetpercent", direction="longonly",
            fees=np.tile(panel.fee, together), slippage=np.tile(panel.slippage, together),
            init_cash=CAPITAL, group_by=np.repeat(np.arange(together), columns),
            cash_sharing=True, call_seq="auto", freq="1D", engine=engine,
        )  # fmt: skip
        assert len(done.order_records)
        done.value()
        return (
            done.final_value(), done.annualized_return(), done.annualized_volatility(),
            done.sharpe_ratio(), done.sortino_ratio(), done.max_drawdown(),
        )  # fmt: skip

    np.testing.assert_allclose(run()[0], score(panel, mixes)["final_value"], rtol=1e-9)
    return run


def with_bt() -> float:
    """Seconds of one mix in bt, statistics included."""
    import bt

    prices = random_market(1, TICKERS, SESSIONS).prices
    rule = bt.Strategy("mix", [bt.algos.RunMonthly(), bt.algos.SelectAll(),
                               bt.algos.WeighSpecified(A=0.5, B=0.3, C=0.2),
                               bt.algos.Rebalance()])  # fmt: skip
    test = bt.Backtest(rule, prices, integer_positions=False, progress_bar=False,
                       commissions=lambda units, price: abs(units) * price * 3e-4)  # fmt: skip
    return seconds(lambda: bt.run(test), 1)


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


def bands_and_flows(count: int = 2_048, rounds: int = 9) -> None:
    """Print the cost of bands and of flows against the plain sweep, paired."""
    works = own(count)
    for work in works.values():
        work()
    took = [{name: seconds(work, 1) for name, work in works.items()} for _ in range(rounds)]
    for name, bar in (("plain", None), ("bands", 2.0), ("flows", 1.3)):
        each = statistics.median(times[name] for times in took) / count / SESSIONS * 1e9
        ratio = statistics.median(times[name] / times["plain"] for times in took)
        shown = f"    ratio {ratio:.2f}  (bar {bar})" if bar else ""
        print(f"{name}, a mix-session                {each:8.3f} ns{shown}")


def million() -> None:
    """Time and memory, before anything else is loaded."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work = ours(SESSIONS, 1_000_000, 2)
    took = seconds(work, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"a million mixes, two threads       {took:8.1f} s     (bar 35)")
    print(f"  memory at its peak               {peak / 1024:8.0f} MB    (bar 1000)")
    print(f"  of which before the sweep        {before / 1024:8.0f} MB")


def main() -> None:
    """Print every figure with its bar."""
    warnings.simplefilter("ignore")  # vectorbt's own, as it loads
    panel = make_panel(random_market(1, TICKERS, 300), TICKERS, COSTS)
    score(panel, static_mixes(panel, weights(100)), progress=progress)
    print(f"{SESSIONS:,} sessions x {len(TICKERS)} tickers and cash, monthly, medians of 5\n")
    million()
    print()
    bands_and_flows()

    count = 20_480
    one, two = ours(SESSIONS, count, 1), ours(SESSIONS, count, 2)
    pairs = [(seconds(one, 1), seconds(two, 1)) for _ in range(5)]  # alternating
    alone, both = (statistics.median(column) / count for column in zip(*pairs, strict=True))
    scaling = statistics.median(first / second for first, second in pairs)
    print(f"\nsweep, one thread                  {alone * 1e6:8.1f} us a mix")
    print(f"sweep, two threads                 {both * 1e6:8.1f} us a mix")
    print(f"  scaling                          {scaling:8.2f}       (bar 1.8)")
    print("\ncost of a mix against more work (1 is linear, bar 0.9 to 1.1)")
    for name, sizes in {
        "mixes": [(SESSIONS, 5_120 * factor) for factor in (1, 2, 4)],
        "sessions": [(SESSIONS // 2 * factor, 10_240) for factor in (1, 2, 4)],
    }.items():
        works = [ours(rows, mixes, 1) for rows, mixes in sizes]
        rounds = [[seconds(work, 1) for work in works] for _ in range(7)]
        # The least of interleaved rounds: what is above it is the neighbours' doing.
        least = np.min(rounds, axis=0) / np.prod(sizes, axis=1)
        for factor, unit in ((2, least[1]), (4, least[2])):
            print(f"  {factor} x {name:10}                   {unit / least[0]:8.3f}")

    print("\nvectorbt, ms a mix: orders, value, six metrics")
    took_each = {}
    for engine in ("rust", "numba"):
        for together in TOGETHER:
            took_each[engine, together] = seconds(theirs(engine, together)) / together
            print(f"  {engine:5}, {together:2} a call                 "
                  f"{took_each[engine, together] * 1e3:8.1f}")  # fmt: skip
    for together in TOGETHER:
        best = min(took for (_, n), took in took_each.items() if n == together)
        print(f"  ratio, its best of {together:2} a call      {best / both:8.0f}       (bar 800; "
              f"on one thread {best / alone:.0f})")  # fmt: skip
    slow = with_bt()
    print(f"bt, one mix                        {slow * 1e3:8.0f} ms    ratio {slow / both:,.0f}")

    operation, division = limits()
    trades = 12 / 260.9  # a session: monthly, on weekdays
    work, divided = HOLD[0] + FILL[0] * trades, HOLD[1] + FILL[1] * trades
    spent = alone / SESSIONS * 1e9
    floor = max(work * operation, divided * division)
    print("\narithmetic limit of one core (measured: vectors in registers, no fused operations)")
    print(f"  operations a mix-session         {work:8.1f}       at {operation:.4f} ns")
    print(f"  divisions a mix-session          {divided:8.2f}       at {division:.4f} ns")
    print(f"  time of either alone             {work * operation:8.3f} ns    and "
          f"{divided * division:.3f} ns")  # fmt: skip
    print(f"  measured                         {spent:8.3f} ns    {spent / floor:.2f} x the longer")


if __name__ == "__main__":
    bands_and_flows() if "own" in sys.argv[1:] else main()
