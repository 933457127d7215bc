"""How wide the intervals of hedged less unhedged must be drawn, currency by currency.

``python -m docs.currency_coverage`` prints the tables of docs/coverage.md, Hedging the currency, and
those of ``backtests/analysis/levels.py``. The bundled months of each currency, and either half of
them, are taken as the truth; samples are drawn from them in blocks, resampled as a run does it, and
the intervals that contain the truth are counted.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.blocks import draw_blocks
from backtests.analysis.levels import LEAST_COVERAGE, MONTHS, NOMINAL
from backtests.analysis.months import month_ends
from backtests.analysis.payoff import payoff, resampled_payoffs
from backtests.analysis.resampling import block_length
from data.currency.conversion import Conversion
from data.currency.convert import reconverted
from data.load import load_market
from docs.coverage import OUTER_BLOCKS, Parser, at_least, contain, printed_level
from docs.real_months import EQUITY_WEIGHT, LAST

Array = NDArray[np.float64]
Table = dict[str, dict[str, tuple[float | None, ...]]]
CODES = ("JPY", "EUR", "GBP", "CHF", "AUD")
MEASURES = ("payoff", "growth")
FUND = "IEF"
SAMPLES, REPETITIONS = 400, 1_000


@dataclass(frozen=True, eq=False)
class Months:
    """Shape (n,): returns of equity, and of the hedge unhedged and hedged, in one currency."""

    equity: Array
    unhedged: Array
    hedged: Array

    def at(self, rows: NDArray[np.int64]) -> Months:
        """Some of these months."""
        return Months(self.equity[rows], self.unhedged[rows], self.hedged[rows])

    def block(self) -> int:
        """Mean length of a block, as a run that holds the hedge unhedged chooses it."""
        mix = EQUITY_WEIGHT * self.equity + (1.0 - EQUITY_WEIGHT) * self.unhedged
        moving = np.column_stack([mix, self.equity, self.unhedged])
        return block_length(np.hstack([moving, moving**2]))

    def figures(self) -> dict[str, float]:
        """Hedged less unhedged: payoff a month, and growth a year."""
        apart = np.log1p(np.column_stack([self.hedged, self.unhedged])).mean(axis=0)
        grown = np.exp(12.0 * apart) - 1.0
        return {
            "payoff": payoff(self.equity, self.hedged - self.unhedged),
            "growth": float(grown[0] - grown[1]),
        }

    def resampled(self, seed: int) -> dict[str, Array]:
        """The same in every resample."""
        count = len(self.equity)
        blocks = draw_blocks(count, self.block(), REPETITIONS, seed)
        every = np.ones(count, dtype=bool)
        apart = resampled_payoffs(blocks, self.equity, [self.hedged - self.unhedged], [every])[0]
        counts = blocks.counts(0, REPETITIONS).astype(float)
        logs = np.log1p(np.column_stack([self.hedged, self.unhedged]))
        grown = np.exp(12.0 / count * np.einsum("ij,jk->ik", counts, logs))
        return {"payoff": apart, "growth": grown[:, 0] - grown[:, 1]}


def history(code: str) -> Months:
    """The bundled months of one currency."""
    market = load_market("bundled", ["SPY", FUND], conversion=Conversion(code))
    hedged = reconverted(market, Conversion(code, ratios={FUND: 1.0}))
    levels = market.prices.assign(hedged=hedged.prices[FUND])
    returns = month_ends(levels).pct_change(fill_method=None).dropna().loc[:LAST]
    return Months(*returns[["SPY", FUND, "hedged"]].to_numpy(float).T)


def worlds(code: str) -> dict[str, Months]:
    """All months of a currency, and either half."""
    every = history(code)
    rows = np.arange(len(every.equity))
    half = len(rows) // 2
    return {"all": every, "first half": every.at(rows[:half]), "second half": every.at(rows[half:])}


def drawn_from(months: Months, count: int, block: int, seed: Sequence[int]) -> Months:
    """One sample of months in blocks of a mean length; it may be longer than its world."""
    random = np.random.default_rng(seed)
    begins = random.random(count) < 1.0 / block
    begins[0] = True
    starts = random.integers(len(months.equity), size=count)
    at = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
    return months.at((starts[at] + np.arange(count) - at) % len(months.equity))


def coverage(world: Months, count: int, block: int, samples: int) -> dict[str, Array]:
    """Share of intervals that contain the truth, by measure and nominal level."""
    truth = world.figures()
    hits = {measure: np.zeros(len(NOMINAL)) for measure in MEASURES}
    for number in range(samples):
        sample = drawn_from(world, count, block, [3, count, block, number])
        for measure, drawn in sample.resampled(number).items():
            hits[measure] += contain(drawn[np.isfinite(drawn)], truth[measure])
    return {measure: hit / samples for measure, hit in hits.items()}


def lowest(code: str, samples: int, lengths: Sequence[int]) -> dict[int, dict[str, Array]]:
    """By length of the samples: the lowest coverage over worlds and blocks, by measure and level."""
    made: dict[int, dict[str, Array]] = {}
    every = worlds(code)
    for count in lengths:
        print(f"{count} months of {code}", file=sys.stderr)
        cells = [
            coverage(world, count, block, samples)
            for world, block in itertools.product(every.values(), OUTER_BLOCKS)
        ]
        made[count] = {
            measure: np.min([cell[measure] for cell in cells], axis=0) for measure in MEASURES
        }
    return made


def levels_of(shares: Mapping[int, Array]) -> tuple[float | None, ...]:
    """The lowest nominal level that covers enough, by length; None where none does.

    A shorter sample never has a lower level than a longer one, and none where the longer has none.
    """
    levels: list[float | None] = []
    for months in reversed(MONTHS):
        enough = [
            nominal
            for nominal, share in zip(NOMINAL, shares[months], strict=True)
            if share >= LEAST_COVERAGE
        ]
        level = min(enough, default=None)
        if levels:
            level = None if level is None or levels[-1] is None else max(level, levels[-1])
        levels.append(level)
    return tuple(reversed(levels))


def main(words: Sequence[str] | None = None) -> None:
    """Print both tables as Markdown."""
    parser = Parser(prog="docs.currency_coverage", description=__doc__)
    parser.add_argument("--samples", type=at_least(8), default=SAMPLES, metavar="N",
                        help=f"samples of each cell (default {SAMPLES})")  # fmt: skip
    parser.add_argument("--currencies", nargs="+", choices=CODES, default=list(CODES),
                        metavar="CODE", help=f"only these: {', '.join(CODES)}")  # fmt: skip
    asked = parser.parse_args(words)
    made = {code: lowest(code, asked.samples, MONTHS) for code in asked.currencies}
    heads = " | ".join(f"{months} months" for months in MONTHS)
    for measure in MEASURES:
        print(f"\n| {measure}, hedged less unhedged | {heads} |\n|---|{'---|' * len(MONTHS)}")
        for code, by_length in made.items():
            shares = {months: by_length[months][measure] for months in MONTHS}
            cells = [
                f"{printed_level(level)} ({100 * shares[months][0]:.0f} / {100 * shares[months][-1]:.0f})"
                for months, level in zip(MONTHS, levels_of(shares), strict=True)
            ]
            print(f"| {code} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
