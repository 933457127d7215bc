"""How soon an unchanged run is answered: ``python -m tests.benchmarks.answer``.

Makes a run, then alternates the same command, which answers from the run's folder, with a process
that imports pandas and nothing else. Prints the medians and the median of what the answer takes
beyond pandas, in seconds by the clock and of the processor. Ends with 1 if a run was made anew, or
if another answer was printed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Figure, hand_over

ROOT = Path(__file__).parents[2]
MOST = 1.0  # second, by the clock
NOTE = "answered from the run of "


def measured(words: list[str]) -> tuple[float, float, str]:
    """Seconds of one process, by the clock and of the processor, and what it printed."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, busy, done.stdout


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="bundled")
    parser.add_argument("--strategy", default="hedge_mix")
    parser.add_argument("--pairs", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        ours = [sys.executable, "-m", "backtests.run", asked.strategy, "--source", asked.source,
                "--out", scratch]  # fmt: skip
        bare = [sys.executable, "-c", "import pandas"]
        *_, made = measured(ours)
        pairs = [(measured(ours), measured(bare)) for _ in range(asked.pairs)]
    for (*_, printed), _ in pairs:
        *same, note = printed.splitlines()
        if same != made.splitlines() or not note.startswith(NOTE):
            sys.exit(f"the second run printed something else: {note}")
    print(f"{asked.strategy} on {asked.source}, {asked.pairs} alternating pairs, medians")
    for place, unit in enumerate(("by the clock", "of the processor")):
        answers = [answer[place] for answer, _ in pairs]
        beyond = [float(answer[place]) - float(other[place]) for answer, other in pairs]
        print(
            f"  {unit:<17}{statistics.median(answers):5.2f} s, "
            f"{statistics.median(beyond):.2f} s beyond importing pandas"
        )
        work = f"{asked.strategy} on {asked.source} again, beyond importing pandas, {unit}"
        hand_over([Figure(work, "s", tuple(beyond), most=None if place else MOST, is_main=True)])


if __name__ == "__main__":
    main()
