"""Ten strategies against one: ``python -m tests.benchmarks.compare --source files:DIR``.

Alternates one run alone with a comparison of ten, each into an empty folder, tear sheets and
verdicts included, and prints the median of the ratios; then the same without tear sheets.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEN = ("equity_only", "hedge_mix", "hedge_mix:SPY=0.7,TLT=0.3", "hedge_mix:SPY=0.8,IEF=0.2",
       "attack_defend", "attack_defend:step_bp=25", "duration_trend", "carry",
       "correlation_hedge", "risk_parity")  # fmt: skip


def seconds(*words: str) -> float:
    """Wall time of one command into an empty folder."""
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *words, "--out", str(Path(out, "results"))],
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        took = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return took


def main() -> None:
    """Print the medians and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--start", default="2002-07-30")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    where = ("--source", asked.source, "--start", asked.start, "--extend")
    for title, extra in (("tear sheets included", ()), ("without", ("--no-tearsheet",))):
        rounds = [
            (seconds("backtests.compare", *TEN, *where, *extra),
             seconds("backtests.run", "hedge_mix", "--again", *where, *extra))
            for _ in range(asked.rounds)
        ]  # fmt: skip
        ratios = [ten / one for ten, one in rounds]
        print(
            f"{title}: ten {statistics.median(ten for ten, _ in rounds):.1f} s, "
            f"one {statistics.median(one for _, one in rounds):.1f} s, ratio "
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
