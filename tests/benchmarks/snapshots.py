"""What snapshots and an unreachable Yahoo cost: ``python -m tests.benchmarks.snapshots``.

In fresh processes, alternating: loading SPY and IEF from fresh snapshots of 2,600 days, and
falling back to the bundled history because nobody answers, each against loading the bundled
history by name. Prints medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import yahoo_server as server

ROOT = Path(__file__).parents[2]
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
        for ticker in ("SPY", "IEF"):
            yahoo.hold(ticker, server.made_bars(2600))
        live = {"HEDGE_YAHOO_URL": yahoo.url, "HEDGE_DATA_DIR": str(Path(scratch, "kept"))}
        alone = {"HEDGE_DATA_DIR": str(Path(scratch, "empty"))}
        fetched = seconds("yahoo", live)
        asked = len(yahoo.asked)
        triples = [
            (seconds("yahoo", live), seconds("auto", alone), seconds("bundled", alone))
            for _ in range(5)
        ]
        assert len(yahoo.asked) == asked, "a request left although the snapshots are fresh"
    medians = [statistics.median(column) for column in zip(*triples, strict=True)]
    snapshot, fallback, bundled = medians
    print("loading SPY and IEF in a fresh process, median of 5, seconds")
    print(f"  first fetch from a loopback Yahoo     {fetched:6.2f}")
    print(f"  fresh snapshots, no request           {snapshot:6.2f}")
    print(f"  bundled, by name                      {bundled:6.2f}")
    print(f"  bundled, after Yahoo did not answer   {fallback:6.2f}")


if __name__ == "__main__":
    main()
