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
from tests.benchmarks.figures import Figure, digits, hand_over, show

ROOT = Path(__file__).parents[2]
DAILY = ROOT.parent / "shared" / "market" / "yahoo"
BARS = {"judge": 1.0, "brief": 0.25, "long view": 0.4}


def seconds(
    call: Callable[[], object], runs: int, before: Callable[[], object]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Wall and processor times of some calls, each after ``before``, which does not count."""
    taken = []
    for _ in range(runs + 1):
        before()
        wall, processor = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - processor))
    walls, processors = zip(*taken[1:], strict=True)
    return walls, processors


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


def measure(source: str, runs: int) -> list[Figure]:
    """Every part of one market's verdict."""
    run, case = made(source)
    calls: dict[str, Callable[[], object]] = {
        "judge": partial(without_effects, case),
        "brief": partial(judge, case, brief=True),
        "judge, effects kept": partial(judge, case),
    }
    if source != "bundled":
        calls["long view"] = partial(view_of, run)
    figures = []
    for name, call in calls.items():
        for how, before in (("", nullcontext), (", fresh", draw_blocks.cache_clear)):
            walls, processors = seconds(call, runs, before)
            figures.append(
                Figure(f"{name}{how}: {len(case.levels):,} rows", "s", walls,
                       most=BARS.get(name),
                       note=f"{digits(statistics.median(processors))} s of processor")
            )  # fmt: skip
    whole, _ = seconds(partial(judge, case), runs, smallest_effect._by_data.cache_clear)
    without, _ = seconds(partial(without_effects, case), runs, nullcontext)
    effects = statistics.median(whole) - statistics.median(without)
    return [
        *figures, Figure(f"smallest effects, once: {len(case.levels):,} rows", "s", (effects,)),
    ]  # fmt: skip


def main() -> None:
    """Measure, print, hand over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--source", action="append", help="default: bundled, and the daily years")
    asked = parser.parse_args()
    beside = [f"files:{DAILY}"] if DAILY.is_dir() else []
    for source in asked.source or ["bundled", *beside]:
        figures = measure(source, asked.runs)
        show(figures)
        hand_over(figures)


def view_of(run: Run) -> object:
    """The long view of a run, simulation included."""
    return long_view(run, long_run(run))


if __name__ == "__main__":
    main()
