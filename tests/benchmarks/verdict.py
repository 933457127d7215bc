"""How long a verdict takes: ``python -m tests.benchmarks.verdict``.

The mix of SPY and IEF on the bundled months, and on 23 daily years where these lie beside the
project: ``judge`` in full and in brief, the smallest effects that it works out once for the same
data, and the long view. Medians of ``--runs`` calls after a first one that is not counted; no
import, no simulation of the run itself. Resamples are kept from call to call in the lab, and so
they are here; ``fresh`` draws them anew each time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from backtests.analysis import decide
from backtests.analysis.blocks import draw_blocks
from backtests.analysis.verdict import Case, judge
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import _case
from backtests.engine.long_view import long_run, long_view
from backtests.engine.references import make_references
from backtests.engine.run import Run

ROOT = Path(__file__).parents[2]
DAILY = ROOT.parent / "shared" / "market" / "yahoo"
BARS = {"judge": 1.0, "judge, fresh": 1.0, "brief": 0.25, "brief, fresh": 0.25, "long view": 0.4}


def seconds(call: Callable[[], object], runs: int, before: Callable[[], object]) -> float:
    """Median wall time of some calls, each after ``before``, which does not count."""
    taken = []
    for _ in range(runs + 1):
        before()
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def made(source: str) -> tuple[Run, Case]:
    """A simulated run and what is judged of it."""
    run = simulated(load_inputs(RunConfig("hedge_mix", source=source)), ledger.fill)
    references = make_references(
        run.market, run.config.make_strategy(), run.simulation, "SPY",
        engine=ledger.fill, controls=False,
    )  # fmt: skip
    return run, _case(run.market, run.simulation, references)


def without_effects(case: Case) -> object:
    """The whole judgement but for the smallest effects."""
    smallest = decide.smallest_effects
    decide.smallest_effects = lambda *_, **__: (None, None, None)
    try:
        return judge(case)
    finally:
        decide.smallest_effects = smallest


def main() -> None:
    """Print the medians beside the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    sources = ["bundled", *([f"files:{DAILY}"] if DAILY.is_dir() else [])]
    for source in sources:
        run, case = made(source)
        print(f"{Path(source).name}: {len(case.levels)} rows")
        timed: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "judge": (lambda case=case: without_effects(case), nullcontext),
            "judge, fresh": (lambda case=case: without_effects(case), draw_blocks.cache_clear),
            "brief": (lambda case=case: judge(case, brief=True), nullcontext),
            "brief, fresh": (lambda case=case: judge(case, brief=True), draw_blocks.cache_clear),
            "with effects, kept": (lambda case=case: judge(case), nullcontext),
        }
        if source != "bundled":
            timed["long view"] = (lambda run=run: long_view(run, long_run(run)), nullcontext)
        for name, (call, before) in timed.items():
            took = seconds(call, asked.runs, before)
            bar = f"bar {BARS[name]:.2f} s" if name in BARS else ""
            print(f"  {name:<20} {took:6.3f} s   {bar}")


if __name__ == "__main__":
    main()
