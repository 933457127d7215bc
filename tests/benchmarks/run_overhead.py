"""What the command costs beyond its libraries: ``python -m tests.benchmarks.run_overhead``.

Alternates the whole command with a bare script that imports the same libraries, simulates
the same mix with vectorbt and renders the same quantstats sheet, on the bundled history (or
``--source``), and prints the median of the ratios pair by pair; the verdict is left out.
With ``--whole`` the command writes everything, its verdict included, and it is also told when the
table of metrics and when the words of the verdict could be read. With ``--verdict`` it alternates
the command with and without its verdict.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.bare import COMPARED, gap_to_bare
from tests.benchmarks.figures import Figure, hand_over, show

ROOT = Path(__file__).parents[2]

BARE = """
import sys
import numpy as np, pandas as pd, click, rich, jinja2, lxml.html
import vectorbt as vbt
import quantstats as qs
import matplotlib
matplotlib.use("Agg")
prices = pd.read_csv(sys.argv[1], index_col=0, parse_dates=True)
size = pd.DataFrame(np.nan, prices.index, prices.columns)
month = prices.index.to_period("M")
rows = np.flatnonzero(np.r_[True, month[1:] != month[:-1]]) + 1
size.iloc[rows[rows < len(size)]] = [0.6, 0.4]
def value(close, size):
    return vbt.Portfolio.from_orders(
        close, size, size_type="targetpercent", fees=0.0002, slippage=0.0001, init_cash=1e4,
        group_by=True, cash_sharing=True, call_seq="auto").value()
mix = value(prices, size)
all_in = pd.DataFrame(np.nan, prices.index, ["SPY"])
all_in.iloc[1] = 1.0
equity = value(prices[["SPY"]], all_in)
qs.reports.html(
    mix.pct_change().dropna(), equity.pct_change().dropna(), output=sys.argv[2],
    periods_per_year=int(sys.argv[3]), match_dates=False)
"""


# Lines that end what somebody waits for: the table of metrics, and the verdict in words.
TABLE, WORDS = "  Final value of ", "  Cost: "


WHOLE = "whole"
# The parts of :class:`Took` with ``--whole``: in words, and the share of the bare script's time
# that each may take.
PARTS = {
    "table": ("until the table can be read", 0.42),
    "words": ("until the verdict can be read", 0.52),
    WHOLE: ("everything written", 0.62),
}


@dataclass(frozen=True)
class Took:
    """Seconds of a process: until lines could be read, None if they never were; and in all."""

    table: float | None
    words: float | None
    whole: float


def took(words: Sequence[str]) -> Took:
    """Run a command and read what it prints as it comes."""
    began = time.perf_counter()
    read: dict[str, float] = {}
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            for mark in (TABLE, WORDS):
                if line.startswith(mark):
                    read.setdefault(mark, time.perf_counter() - began)
    whole = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"exit code {process.returncode}: {' '.join(words)}")
    return Took(read.get(TABLE), read.get(WORDS), whole)


def main() -> None:
    """Print the medians, the ratios and the command's own seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="bundled")
    parser.add_argument("--start", help="first day of the command's run; the bare script's is the "
                        "first of the prices that both have")  # fmt: skip
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--strategy", default="hedge_mix")
    parser.add_argument("--whole", action="store_true", help="with the verdict and all its pages")
    parser.add_argument(
        "--verdict", action="store_true", help="what the verdict adds to a run instead"
    )
    asked = parser.parse_args()

    from data.load import load_market

    market = load_market(asked.source, ["SPY", "IEF"])
    with tempfile.TemporaryDirectory() as scratch:
        prices = Path(scratch, "prices.csv")
        market.prices.dropna().to_csv(prices)
        bare = [sys.executable, "-c", BARE, str(prices), str(Path(scratch, "sheet.html")),
                str(market.periods_per_year)]  # fmt: skip
        out = Path(scratch, "results")
        start = ["--start", asked.start] if asked.start else []
        full = [sys.executable, "-m", "backtests.run", asked.strategy, "--source", asked.source,
                *start, "--out", str(out)]  # fmt: skip
        without = [*full, "--no-verdict"]
        ours = full if asked.verdict or asked.whole else without
        bare = without if asked.verdict else bare

        def once() -> tuple[Took, Took]:
            shutil.rmtree(out, ignore_errors=True)  # each run writes its folder
            return took(ours), took(bare)

        once()  # uncounted: file caches
        pairs = [once() for _ in range(asked.pairs)]
        off = None if asked.verdict else gap_to_bare(BARE, bare[3:], out, Path(scratch))
    against = "without the verdict" if asked.verdict else "bare script"
    others = tuple(other.whole for _, other in pairs)
    named = {"yardstick": against} if asked.verdict else {"peer": "a bare script"}
    figures = []
    for part, (extent, most) in PARTS.items():
        ours_took = tuple(value for one, _ in pairs if (value := getattr(one, part)) is not None)
        if len(ours_took) < len(others) or (part != WHOLE and not asked.whole):
            continue
        if not asked.whole:
            extent = "with its verdict" if asked.verdict else "tear sheet, no verdict"
        figure = Figure(
            f"{asked.strategy} on {asked.source}, {extent}", "s", ours_took, others,
            compared=COMPARED, gap=off, most=most if asked.whole else None, is_main=True,
        )  # fmt: skip
        figures.append(replace(figure, **named))
    show(figures)
    hand_over(figures)


if __name__ == "__main__":
    main()
