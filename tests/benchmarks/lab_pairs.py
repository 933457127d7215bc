"""The lab here and in another tree, in turn: ``python -m tests.benchmarks.lab_pairs --base DIR``.

Each tree answers the same moves of a slider in a process of its own, one tree after the other, so
that a busy hour slows both. An *answer* lasts from the message until the page shows all of the run;
a tree that draws more *after it*, as the long view, is timed to its end as well. Where the two do
not show the same growth of the last portfolio, this is said.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure, hand_over
from tests.benchmarks.machine import commit

HERE = Path(__file__).parents[2]
CHANGES = 20
SLIDERS = {
    "hedge_mix": ("weight.SPY", [40.0 + step for step in range(CHANGES)]),
    "attack_defend": ("set.attack_defend.step_bp", [30.0 + step for step in range(CHANGES)]),
}
# What a tree runs: its page has been in two places, and not every page draws in two parts.
DRIVER = """
import json, sys, time
from streamlit.testing.v1 import AppTest
try:
    from backtests.lab import page
except ImportError:
    from backtests import app as page
strategy, source, key, values = json.loads(sys.argv[1])
marks = []
beside = getattr(page, "draw_beside", None)
def mark():
    marks.append((time.perf_counter(), time.thread_time()))
def draw_beside(*places):
    mark()
    beside(*places)
if beside is not None:
    page.draw_beside = draw_beside
page.marked = mark
def script():
    from pathlib import Path
    try:
        from backtests.lab import page
    except ImportError:
        from backtests import app as page
    page.marked()
    page.page(Path("results"))
    page.marked()
took, test = [], AppTest.from_function(script, default_timeout=300)
test.query_params |= {"strategy": strategy, "source": source}
test.run()
for value in [values[-1] + 1.0, *values]:
    marks.clear()
    test.slider(key=key).set_value(value).run()
    assert not test.exception
    took.append([marks[1][at] - marks[0][at] for at in (0, 1)]
                + [marks[-1][at] - marks[0][at] for at in (0, 1)])
if test.metric:
    growth = test.metric[0].value
else:
    growth = f"{100 * test.session_state['shown'].summary.metrics.cagr:.2f} %"
print(json.dumps([took[1:], growth]))
"""
PARTS = ("answer, wall", "answer, processor", "whole page, wall", "whole page, processor")


def answers(tree: Path, strategy: str, source: str) -> tuple[list[list[float]], str]:
    """Seconds of each answer in a tree, by :data:`PARTS`, and the growth that it shows last."""
    asked = json.dumps([strategy, source, *SLIDERS[strategy]])
    with tempfile.TemporaryDirectory() as place:
        driver = Path(place) / "driver.py"
        driver.write_text(DRIVER)
        done = subprocess.run(
            [sys.executable, str(driver), asked], cwd=tree, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(tree)}, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{strategy} in {tree}: the page shows no run\n{done.stderr[-2000:]}")
    took, growth = json.loads(done.stdout.splitlines()[-1])
    return took, growth


def figures_of(
    strategy: str,
    base: Path,
    medians: dict[Path, list[list[float]]],
    worst: dict[Path, tuple[float, ...]],
    shown: dict[Path, str],
) -> list[Figure]:
    """Median answers of both trees, which count if both show the same growth; our worst answer."""
    made = []
    for at, part in enumerate(PARTS):
        ours, theirs = (tuple(each[at] for each in medians[tree]) for tree in (HERE, base))
        made.append(
            Figure(
                f"{strategy}, {part}", "s", ours, theirs, f"this program at {commit(base)}",
                gap=0.0 if shown[HERE] == shown[base] else 1.0, tolerance=0.0,
                compared="the growth that is shown last", most=0.6 if at == 0 else None,
                is_main=at == 0,
            )
        )  # fmt: skip
    return [*made, Figure(f"{strategy}, {PARTS[0]}: worst", "s", (worst[HERE][0],), most=1.0)]


def main() -> None:
    """Measure both trees in turn, and print the medians, the worst and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path, required=True, help="the other tree")
    parser.add_argument("--source", default="files:../shared/market")
    parser.add_argument("--pairs", type=int, default=3)
    given = parser.parse_args()
    kind, _, folder = given.source.partition(":")
    source = f"{kind}:{Path(folder).resolve()}" if folder else kind
    for strategy in SLIDERS:
        medians: dict[Path, list[list[float]]] = {HERE: [], given.base: []}
        worst = dict.fromkeys(medians, (0.0,) * len(PARTS))
        shown: dict[Path, str] = {}
        for number in range(given.pairs):
            for tree in list(medians)[:: 1 if number % 2 else -1]:
                took, shown[tree] = answers(tree, strategy, source)
                columns = list(zip(*took, strict=True))
                medians[tree].append([statistics.median(column) for column in columns])
                worst[tree] = tuple(map(max, worst[tree], map(max, columns)))
        if len(set(shown.values())) > 1:  # an edition may have changed what a rule does
            print(f"{strategy}: the trees show different runs, a year " + " and ".join(
                shown[tree] for tree in medians))  # fmt: skip
        hand_over(figures_of(strategy, given.base, medians, worst, shown))
        for at, part in enumerate(PARTS):
            ours, base = (statistics.median(each[at] for each in medians[tree]) for tree in medians)
            print(
                f"{strategy}, {part}: median {ours:.3f} s against {base:.3f} s, "
                f"{ours / base:.2f} times; worst {worst[HERE][at]:.3f} s against "
                f"{worst[given.base][at]:.3f} s"
            )


if __name__ == "__main__":
    main()
