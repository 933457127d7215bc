"""Corrupt good histories at random, fetch each through the real yfinance, and count.

``python -m tests.soak.yahoo [COUNT]``: made histories, and the real ones where they lie beside
the project. Made ones are served as a ticker of which nothing is known; real ones under their own
names, so that first days and the bundled months count.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from data.errors import HedgeError
from data.sources import yahoo
from data.sources.bars import total_return
from tests import yahoo_server as server
from tests.soak.corruption import CORRUPTIONS, Corruption, anothers, corrupt
from tests.soak.counts import mine, tell
from tests.soak.made import TOLERANCE, Outcome, judge, random_bars

FULL_COUNT = 10_000
WHAT = "corruptions of good histories"
MADE, MADE_ROWS = 8, 1500
UNKNOWN = "MADE"  # no fund's ticker
REAL = Path(__file__).parents[3] / "shared" / "market" / "yahoo"
WORDS = ("refused", "reported", "harmless", "silent")


class Good(NamedTuple):
    """A good history, the ticker it is served as, and the warnings that it gives as it is."""

    ticker: str
    bars: pd.DataFrame
    usual: set[str]


def fetched(web: server.Yahoo, ticker: str, bars: pd.DataFrame) -> object:
    """What the real client makes of these bars: checked bars, or the error."""
    web.hold(ticker, bars)
    try:
        return yahoo.fetch(ticker)
    except HedgeError as error:
        return error


def good_history(web: server.Yahoo, ticker: str, bars: pd.DataFrame) -> Good:
    """A history that is let in."""
    return Good(ticker, bars, set(fetched(web, ticker, bars).warnings))


def trial(web: server.Yahoo, good: Good, spoilt: Corruption) -> Outcome:
    """How a corruption of a good history ended."""
    got = fetched(web, good.ticker, spoilt.bars)
    return judge(total_return(good.bars), got, good.usual)


def spoilt_by(seed: int, goods: list[Good]) -> tuple[Good, Corruption]:
    """A good history and what became of it; each kind in turn, another fund's history the last."""
    kinds = len(CORRUPTIONS) + 1
    good = goods[seed // kinds % len(goods)]
    if seed % kinds < len(CORRUPTIONS):
        return good, corrupt(seed // kinds * len(CORRUPTIONS) + seed % kinds, good.bars)
    real = [each for each in goods if each.ticker != UNKNOWN] or goods
    good = real[seed // kinds % len(real)]
    others = [each for each in real if each.ticker != good.ticker] or goods[1:]
    return good, anothers(seed // kinds, good.bars, others[seed // kinds % len(others)].bars)


def main() -> None:
    """Run and print a table."""
    given = int(sys.argv[1]) if len(sys.argv) > 1 else FULL_COUNT
    seeds = mine(range(given))
    count = len(seeds)
    ends: dict[tuple[bool, str], Counter[str]] = {}
    within: Counter[tuple[bool, str]] = Counter()  # reported, though no day's return was wrong
    slipped: list[tuple[float, str, int]] = []
    began = time.monotonic()
    with server.serve() as web:
        os.environ["HEDGE_YAHOO_URL"] = web.url
        whole = {path.stem: server.bars_of(path) for path in sorted(REAL.glob("*.csv"))}
        paying = {name: bars for name, bars in whole.items() if bars["Dividends"].any()}
        goods = [good_history(web, UNKNOWN, random_bars(seed, MADE_ROWS)) for seed in range(MADE)]
        goods += [good_history(web, name, bars) for name, bars in paying.items()]
        for seed in seeds:
            good, spoilt = spoilt_by(seed, goods)
            outcome = trial(web, good, spoilt)
            key = (spoilt.alike, spoilt.name)
            ends.setdefault(key, Counter())[outcome.word] += 1
            if outcome.error <= TOLERANCE and outcome.word == "reported":
                within[key] += 1
            if outcome.word == "silent":
                slipped.append((outcome.error, f"{spoilt.name}, {good.ticker}", seed))
    print(f"{count} corruptions in {time.monotonic() - began:.0f} s, real histories: {len(paying)}")
    print(f"{'':36}" + "".join(f"{word:>10}" for word in (*WORDS, "caught")))
    for key, words in sorted(ends.items(), key=lambda item: item[0][0]):
        mark = "*" if key[0] else " "
        counts = "".join(f"{words[word]:10}" for word in WORDS)
        print(f"{mark} {key[1]:34}{counts}{_caught(words, within[key]):>10}")
    for alike, what in ((False, "contradicted by another figure"), (True, "all alike (*)")):
        total = sum((words for key, words in ends.items() if key[0] is alike), Counter())
        reported = sum(number for key, number in within.items() if key[0] is alike)
        beyond = total.total() - total["harmless"] - reported
        print(f"{what}: {beyond} refused or beyond 0.05 points a day, {total['silent']} silent, "
              f"caught {_caught(total, reported)}")  # fmt: skip
    tell(WHAT, count, sums={
        " | ".join(("all alike" if alike else "contradicted", name, word)): number
        for (alike, name), words in ends.items()
        for word, number in {**words, "within": within[alike, name]}.items()
    })  # fmt: skip
    print("largest silent: " + ("; ".join(
        f"{error:.2%} ({name}, seed {seed})" for error, name, seed in sorted(slipped)[-12:]
    ) or "none"))  # fmt: skip


def _caught(words: Counter[str], within: int) -> str:
    """Share of those that were noticed, of those that make a day wrong or were refused."""
    beyond = words.total() - words["harmless"] - within
    return f"{1 - words['silent'] / beyond:.1%}" if beyond else "-"


if __name__ == "__main__":
    main()
