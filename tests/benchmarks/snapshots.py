"""What snapshots and an unreachable Yahoo cost: ``python -m tests.benchmarks.snapshots``.

In fresh processes, alternating: loading SPY and IEF from fresh snapshots of real daily prices
(``../shared/market``, served on loopback as Yahoo and FRED serve them), and falling back to the
bundled history because nobody answers, each against loading the bundled history by name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import yahoo_server as server
from tests.benchmarks.figures import Figure, hand_over, show

ROOT = Path(__file__).parents[2]
MARKET = ROOT.parent / "shared" / "market"
NOBODY = "http://127.0.0.1:1"
SCRIPT = """
import sys, time
import pandas
began = time.perf_counter()
from data.load import load_market
load_market(sys.argv[1], ["SPY", "IEF"])
print(time.perf_counter() - began)
"""


def seconds(source: str, environment: dict[str, str]) -> float:
    """Time of loading inside a fresh process, beyond importing pandas."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, source], cwd=ROOT, check=True, capture_output=True,
        text=True, env={**os.environ, **environment},
    )  # fmt: skip
    return float(done.stdout)


def main() -> None:
    """Fetch once, then time."""
    with tempfile.TemporaryDirectory() as scratch, server.serve() as yahoo:
        server.hold_folder(yahoo, MARKET)
        live = {"HEDGE_YAHOO_URL": yahoo.url, "HEDGE_FRED_URL": yahoo.url,
                "HEDGE_DATA_DIR": str(Path(scratch, "kept"))}  # fmt: skip
        alone = {"HEDGE_YAHOO_URL": NOBODY, "HEDGE_FRED_URL": NOBODY,
                 "HEDGE_DATA_DIR": str(Path(scratch, "empty"))}  # fmt: skip
        fetched = seconds("yahoo", live)
        asked = len(yahoo.asked)
        triples = [
            (seconds("yahoo", live), seconds("auto", alone), seconds("bundled", alone))
            for _ in range(5)
        ]
        assert len(yahoo.asked) == asked, "a request left although the snapshots are fresh"
    titles = (
        "fresh snapshots, no request", "bundled, after Yahoo did not answer", "bundled, by name",
    )  # fmt: skip
    figures = [
        Figure("first fetch from a loopback Yahoo", "s", (fetched,)),
        *(
            Figure(title, "s", tuple(column))
            for title, column in zip(titles, zip(*triples, strict=True), strict=True)
        ),
    ]
    show(figures)
    hand_over(figures)


if __name__ == "__main__":
    main()
