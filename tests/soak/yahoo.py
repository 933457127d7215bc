"""Corrupt good histories at random, fetch each through the real yfinance, and count.

``python -m tests.soak.yahoo [COUNT]``: made histories, and the real ones where they lie beside
the project.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from data.errors import HedgeError
from data.sources import yahoo
from data.sources.bars import total_return
from tests import yahoo_server as server
from tests.soak.corruption import CORRUPTIONS, Corruption, corrupt
from tests.soak.made import TOLERANCE, Outcome, judge, random_bars

FULL_COUNT = 10_000
MADE = 20
REAL = Path(__file__).parents[3] / "shared" / "market" / "yahoo"
WORDS = ("refused", "reported", "harmless", "silent")


def fetched(web: server.Yahoo, bars: pd.DataFrame) -> object:
    """What the real client makes of these bars: checked bars, or the error."""
    web.hold("SPY", bars)
    try:
        return yahoo.fetch("SPY")
    except HedgeError as error:
        return error


def trial(
    web: server.Yahoo, good: pd.DataFrame, usual: set[str], seed: int
) -> tuple[Corruption, Outcome]:
    """One corruption of a good history, which has its usual warnings, and how it ended."""
    spoilt = corrupt(seed, good)
    return spoilt, judge(total_return(good), fetched(web, spoilt.bars), usual)


def main() -> None:
    """Run and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FULL_COUNT
    whole = [server.bars_of(path) for path in sorted(REAL.glob("*.csv"))]
    real = [bars.iloc[-2000:] for bars in whole if bars["Dividends"].any()]
    goods = [*(random_bars(seed) for seed in range(MADE)), *real]
    ends: dict[tuple[bool, str], Counter[str]] = {}
    slipped: list[tuple[float, str, int]] = []
    within: Counter[bool] = Counter()  # reported, though no day's return was wrong for it
    began = time.monotonic()
    with server.serve() as web:
        os.environ["HEDGE_YAHOO_URL"] = web.url
        usual = [set(fetched(web, good).warnings) for good in goods]
        for seed in range(count):
            which = seed // len(CORRUPTIONS) % len(goods)
            spoilt, outcome = trial(web, goods[which], usual[which], seed)
            ends.setdefault((spoilt.alike, spoilt.name), Counter())[outcome.word] += 1
            if outcome.error <= TOLERANCE and outcome.word == "reported":
                within[spoilt.alike] += 1
            if outcome.word == "silent":
                slipped.append((outcome.error, spoilt.name, seed))
    print(f"{count} corruptions in {time.monotonic() - began:.0f} s, real histories: {len(real)}")
    print(f"{'':34}" + "".join(f"{word:>10}" for word in WORDS))
    for (alike, name), words in sorted(ends.items(), key=lambda item: item[0][0]):
        mark = "*" if alike else " "
        print(f"{mark} {name:32}" + "".join(f"{words[word]:10}" for word in WORDS))
    for alike, what in ((False, "contradicted by another figure"), (True, "all alike (*)")):
        total = sum((words for key, words in ends.items() if key[0] is alike), Counter())
        beyond = total.total() - total["harmless"] - within[alike]
        print(f"{what}: {beyond} refused or beyond 0.05 points a day, {total['silent']} silent, "
              f"caught {1 - total['silent'] / max(beyond, 1):.2%}")  # fmt: skip
    print("largest silent: " + (", ".join(
        f"{error:.2%} ({name}, seed {seed})" for error, name, seed in sorted(slipped)[-8:]
    ) or "none"))  # fmt: skip


if __name__ == "__main__":
    main()
