"""What the command costs beyond its libraries: ``python -m tests.benchmarks.run_overhead``.

Alternates the whole command with a bare script that imports the same libraries, simulates
the same mix with vectorbt and renders the same quantstats sheet, on the bundled history (or
``--source``), and prints the median of the ratios pair by pair; the verdict is left out.
With ``--verdict`` it alternates the command with and without its verdict.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
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


def seconds(words: list[str]) -> float:
    """Wall time of one process."""
    began = time.perf_counter()
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Print the medians, the ratio and the command's own seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="bundled")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--strategy", default="hedge_mix")
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
        out = str(Path(scratch, "results"))
        without = [sys.executable, "-m", "backtests.run", asked.strategy, "--source",
                   asked.source, "--again", "--out", out, "--no-verdict"]  # fmt: skip
        ours = without[:-1] if asked.verdict else without
        bare = without if asked.verdict else bare
        seconds(bare), seconds(ours)  # both once, uncounted: file caches
        pairs = [(seconds(ours), seconds(bare)) for _ in range(asked.pairs)]
        off = None if asked.verdict else gap_to_bare(BARE, bare[3:], Path(out), Path(scratch))
    ratios = [one / other for one, other in pairs]
    own = [one - other for one, other in pairs]
    against = "without the verdict" if asked.verdict else "bare script"
    print(f"{asked.strategy} on {asked.source}, {asked.pairs} alternating pairs, medians")
    print(f"  command      {statistics.median(one for one, _ in pairs):6.2f} s")
    print(f"  {against:<12} {statistics.median(other for _, other in pairs):6.2f} s")
    print(
        f"  ratio        {statistics.median(ratios):6.3f}  ({min(ratios):.3f} to {max(ratios):.3f})"
    )
    print(f"  difference   {statistics.median(own):6.2f} s")
    extent = "with its verdict" if asked.verdict else "tear sheet, no verdict"
    figure = Figure(
        f"{asked.strategy} on {asked.source}, {extent}", "s", *map(tuple, zip(*pairs, strict=True)),
        compared=COMPARED, gap=off, is_main=True,
    )  # fmt: skip
    named = {"yardstick": against} if asked.verdict else {"peer": "a bare script"}
    figures = [replace(figure, **named)]
    show(figures)
    hand_over(figures)


if __name__ == "__main__":
    main()
