"""Ten strategies against one: ``python -m tests.benchmarks.compare --source files:DIR``.

Alternates a comparison of ten, each into an empty folder, tear sheets and verdicts included, with
one run alone and with the bare script of ``run_overhead.py``, and gives the ratios to both; then
the same without tear sheets.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Figure, hand_over, show
from tests.benchmarks.run_overhead import BARE, took

ROOT = Path(__file__).parents[2]
TEN = ("equity_only", "hedge_mix", "hedge_mix:SPY=0.7,TLT=0.3", "hedge_mix:SPY=0.8,IEF=0.2",
       "attack_defend", "attack_defend:step_bp=25", "duration_trend", "carry",
       "correlation_hedge", "risk_parity")  # fmt: skip
WAYS: dict[str, tuple[str, ...]] = {
    "tear sheets included": (),
    "without tear sheets": ("--no-tearsheet",),
}


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
    """Measure, print, hand over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--start", default="2002-07-30")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    where = ("--source", asked.source, "--start", asked.start, "--extend")

    from data.load import load_market

    market = load_market(asked.source, ["SPY", "IEF"])
    with tempfile.TemporaryDirectory() as scratch:
        prices = Path(scratch, "prices.csv")
        market.prices.dropna().loc[asked.start :].to_csv(prices)
        bare = [sys.executable, "-c", BARE, str(prices), str(Path(scratch, "sheet.html")),
                str(market.periods_per_year)]  # fmt: skip
        for title, extra in WAYS.items():
            rounds = [
                (seconds("backtests.compare", *TEN, *where, *extra),
                 seconds("backtests.run", "hedge_mix", *where, *extra),
                 took(bare).whole)
                for _ in range(asked.rounds)
            ]  # fmt: skip
            ten, alone, script = (tuple(column) for column in zip(*rounds, strict=True))
            work = f"ten portfolios, {title}"
            figures = [Figure(work, "s", ten, alone, yardstick="one run alone")]
            if not extra:  # what the script writes too
                figures.append(Figure(work, "s", ten, script, yardstick="bare script", most=2.4))
            show(figures)
            hand_over(figures)


if __name__ == "__main__":
    main()
