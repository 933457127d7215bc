"""How wide the intervals of hedged less unhedged must be drawn, currency by currency.

``python -m docs.currency_coverage`` prints the tables of docs/coverage.md, Hedging the currency,
from which ``backtests/analysis/levels.py`` has its levels. The bundled months of each currency, and
either half of them, are taken as the truth; samples are drawn from them in blocks and resampled as
a run does it, and the intervals that contain the truth are counted.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping, Sequence

import numpy as np

from backtests.analysis.blocks import draw_blocks
from backtests.analysis.levels import LEAST_COVERAGE, MONTHS, NOMINAL
from backtests.analysis.months import growth, month_ends
from backtests.analysis.payoff import payoff
from data.currency.conversion import Conversion
from data.currency.convert import reconverted
from data.load import load_market
from docs.coverage import OUTER_BLOCKS, Parser, at_least, contain, printed_level
from docs.real_months import LAST, Array, Months, drawn_from, resampled

CODES = ("JPY", "EUR", "GBP", "CHF", "AUD")
FUND = "IEF"
SAMPLES, REPETITIONS = 200, 1_000
LENGTHS = MONTHS[:-1]  # no currency floats for 720 months
MEASURES = ("payoff", "growth")
Shares = Mapping[str, Array]  # by measure: of intervals that contain the truth, by nominal level


def history(code: str) -> Months:
    """The bundled months of a currency: the hedge is hedged, and unhedged in the place of bills."""
    market = load_market("bundled", ["SPY", FUND], conversion=Conversion(code))
    hedged = reconverted(market, Conversion(code, ratios={FUND: 1.0}))
    levels = market.prices.assign(hedged=hedged.prices[FUND])
    returns = month_ends(levels).pct_change(fill_method=None).dropna().loc[:LAST]
    columns = returns[["SPY", "hedged", FUND]].to_numpy(float).T
    return Months(*columns, labels=np.zeros(len(returns), dtype=np.int8))


def worlds(code: str) -> tuple[Months, Months, Months]:
    """All months of a currency, and either half."""
    every = history(code)
    rows = np.arange(len(every))
    half = len(rows) // 2
    return every, every.at(rows[:half]), every.at(rows[half:])


def truth_of(months: Months) -> dict[str, float]:
    """Hedged less unhedged: payoff a month, and growth a year."""
    return {
        "payoff": payoff(months.equity, months.excess),
        "growth": float(growth(months.hedge) - growth(months.cash)),
    }


def drawn_of(sample: Months, seed: int) -> dict[str, Array]:
    """The same in every resample."""
    blocks = draw_blocks(len(sample), sample.block(), REPETITIONS, seed)
    logs = np.log1p(np.column_stack([sample.hedge, sample.cash]))
    counts = blocks.counts(0, REPETITIONS).astype(float)
    grown = np.exp(12.0 / len(sample) * np.einsum("ij,jk->ik", counts, logs))
    apart = resampled(sample, REPETITIONS, seed, deciding=True)["payoff"]
    return {"payoff": apart, "growth": grown[:, 0] - grown[:, 1]}


def coverage(world: Months, count: int, block: int, samples: int) -> Shares:
    """Share of the intervals of samples of a length, in blocks, that contain the truth."""
    truth = truth_of(world)
    hits = {measure: np.zeros(len(NOMINAL)) for measure in MEASURES}
    for number in range(samples):
        sample = drawn_from(world, count, block, [3, count, block, number])
        for measure, drawn in drawn_of(sample, number).items():
            hits[measure] += contain(drawn[np.isfinite(drawn)], truth[measure])
    return {measure: hit / samples for measure, hit in hits.items()}


def lowest(code: str, samples: int) -> dict[int, Shares]:
    """The lowest coverage over the worlds of a currency and blocks, by length of the samples."""
    made: dict[int, Shares] = {}
    for count in LENGTHS:
        print(f"{count} months of {code}", file=sys.stderr)
        cells = [
            coverage(world, count, block, samples)
            for world, block in itertools.product(worlds(code), OUTER_BLOCKS)
        ]
        made[count] = {
            measure: np.min([cell[measure] for cell in cells], axis=0) for measure in MEASURES
        }
    return made


def levels_of(shares: Mapping[int, Array]) -> tuple[float | None, ...]:
    """The lowest nominal level that covers enough, by length of the samples; None where none does.

    A shorter sample never has a lower level than a longer one, and none where the longer has none.
    """
    levels: list[float | None] = []
    for months in reversed(LENGTHS):
        pairs = zip(NOMINAL, shares[months], strict=True)
        level = min((nominal for nominal, share in pairs if share >= LEAST_COVERAGE), default=None)
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
    made = {code: lowest(code, asked.samples) for code in asked.currencies}
    heads = " | ".join(f"{months} months" for months in LENGTHS)
    for measure in MEASURES:
        print(f"\n| {measure}, hedged less unhedged | {heads} |\n|---|{'---|' * len(LENGTHS)}")
        for code, by_length in made.items():
            shares = {months: by_length[months][measure] for months in LENGTHS}
            cells = [
                f"{printed_level(level)} ({100 * share[0]:.0f} / {100 * share[-1]:.0f})"
                for level, share in zip(levels_of(shares), shares.values(), strict=True)
            ]
            print(f"| {code} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
