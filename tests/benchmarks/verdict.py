"""How long a verdict takes: ``python -m tests.benchmarks.verdict``.

The mix of SPY and IEF on the bundled months, and on 23 daily years where these lie beside the
project: ``judge`` in full and in brief, the smallest effects that it works out once for the same
data, and the long view. Medians of ``--runs`` calls after a first one that is not counted; no
import, no simulation of the run itself. Resamples are kept from call to call in the lab, and so
they are here; ``fresh`` draws them anew each time. On a busy machine the time of the processor
tells more than that of the wall.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from backtests.analysis import decide, smallest_effect
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
BARS = {"judge": 1.0, "brief": 0.25, "long view": 0.4}


def seconds(
    call: Callable[[], object], runs: int, before: Callable[[], object]
) -> tuple[float, float]:
    """Median wall and processor time of some calls, each after ``before``, which does not count."""
    taken = []
    for _ in range(runs + 1):
        before()
        wall, processor = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - processor))
    walls, processors = zip(*taken[1:], strict=True)
    return statistics.median(walls), statistics.median(processors)


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
    decide.smallest_effects = lambda *_, **__: (None, None, None)  # type: ignore[assignment]
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
        calls: dict[str, Callable[[], object]] = {
            "judge": partial(without_effects, case),
            "brief": partial(judge, case, brief=True),
            "judge, effects kept": partial(judge, case),
        }
        if source != "bundled":
            calls["long view"] = partial(view_of, run)
        for name, call in calls.items():
            bar = f"bar {BARS[name]:.2f} s" if name in BARS else ""
            for how, before in (("", nullcontext), (", fresh", draw_blocks.cache_clear)):
                wall, processor = seconds(call, asked.runs, before)
                print(f"  {name + how:<26} {wall:6.3f} s  ({processor:.3f} s of processor)  {bar}")
        whole, _ = seconds(partial(judge, case), asked.runs, smallest_effect._by_data.cache_clear)
        without, _ = seconds(partial(without_effects, case), asked.runs, nullcontext)
        print(f"  {'smallest effects, once':<26} {whole - without:6.3f} s")


def view_of(run: Run) -> object:
    """The long view of a run, simulation included."""
    return long_view(run, long_run(run))


if __name__ == "__main__":
    main()
