"""When a cluster pays: ``python -m tests.benchmarks.cluster``.

16,000 daily sessions, three tickers and cash, monthly rebalance, fee and slippage: more and more
mixes, scored by the threads of this process and by as many processes of a cluster on this
machine. A cluster costs its start once and a little per task; a larger one divides only the time
that is left. Code is compiled beforehand on both sides.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from backtests.engine.candidates import Candidates, PricePanel, make_panel, static_mixes
from backtests.engine.cluster import connect, score_in_chunks_on
from backtests.engine.costs import Costs
from backtests.engine.scores import cores, score
from tests.benchmarks.figures import Figure, hand_over, show
from tests.conftest import random_market

TICKERS = ("A", "B", "C")
SESSIONS = 16_000


def work(count: int) -> tuple[PricePanel, Candidates]:
    """Mixes that hold all three tickers and no cash."""
    panel = make_panel(random_market(1, TICKERS, SESSIONS), TICKERS, Costs(2, 1))
    weights = np.random.default_rng(1).dirichlet(np.ones(3), count) * (1 - 1e-12)
    return panel, static_mixes(panel, weights)


def main() -> None:
    """Measure, print, hand over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mixes", type=int, nargs="+", default=[1_000, 10_000, 50_000, 200_000])
    parser.add_argument("--scheduler", default=f"local:{cores()}")
    asked = parser.parse_args()

    score(*work(100))
    began = time.perf_counter()
    with connect(asked.scheduler) as client:
        list(score_in_chunks_on(client, *work(2_000), chunk=100))  # every worker loads the code
        ready = time.perf_counter() - began
        figures = [Figure(f"start of {asked.scheduler}, all code loaded", "s", (ready,))]
        for count in asked.mixes:
            panel, mixes = work(count)
            began = time.perf_counter()
            here = score(panel, mixes)
            local = time.perf_counter() - began
            began = time.perf_counter()
            there = pd.concat(score_in_chunks_on(client, panel, mixes))
            far = time.perf_counter() - began
            figures.append(
                Figure(
                    f"{count:,} mixes by the threads of one process", "s", (local,), (far,),
                    f"Dask, {asked.scheduler}", gap=0.0 if there.equals(here) else 1.0,
                    tolerance=0.0, compared="every metric of every mix, to the last digit",
                    note="its start is not in its time",
                )
            )  # fmt: skip
    show(figures)
    hand_over(figures)


if __name__ == "__main__":
    main()
