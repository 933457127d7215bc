"""A search of endless length on two processes of its own: ``python -m tests.engine.endless``."""

from __future__ import annotations

import os

import numpy as np

from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.cluster import connect, score_in_chunks_on
from backtests.engine.costs import Costs
from tests.conftest import random_market

TICKERS = ("A", "B", "C")


def main() -> None:
    """Say which processes work for it, then each part that is scored, and that it was stopped."""
    panel = make_panel(random_market(4, TICKERS, 2_000), TICKERS, Costs())
    mixes = static_mixes(panel, np.full((3_000, 3), 0.25))
    try:
        with connect("local:2") as client:
            print(*client.run(os.getpid).values(), flush=True)
            while True:
                for _ in score_in_chunks_on(client, panel, mixes, chunk=100):
                    print("scored", flush=True)
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
