"""How often the verdict's intervals contain the truth, and how wide they must be drawn for that.

``python -m docs.coverage`` prints docs/coverage.md's tables and the table of
``backtests/analysis/levels.py``. From each stretch of the bundled history, and for each fund, it
draws samples of real months in blocks, resamples each as the verdict does, and counts the intervals
that contain the truth, which is known there: it is the stretch's own. The same from two models of
returns. CVaR is the average loss in the worst 5 % of months.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from backtests.analysis.levels import LEAST_COVERAGE, LEVELS, MONTHS, NOMINAL, Leveled
from docs.real_months import (
    FIGURES,
    FUNDS,
    STRETCHES,
    Array,
    Months,
    drawn_from,
    figures,
    resampled,
    truth_of,
    world,
)

DECIDING: tuple[Leveled, ...] = (
    "payoff", "payoff_after_negative", "payoff_after_positive", "payoff_of_state",
    "payoff_difference",
)  # fmt: skip
OUTER_BLOCKS = (12, 24, 36)  # months
SAMPLES = 800  # of a cell for the measures that decide the word, half as many for the others
REPETITIONS = 1_000
ENOUGH = 0.25  # of a cell's samples have to have a measure
Table = Mapping[Leveled, tuple[float | None, ...]]


@dataclass(frozen=True, eq=False)
class Cell:
    """Samples of one length from one world, in blocks of one mean length.

    Attributes
    ----------
    world
        Fund and stretch of history, such as ``IEF 1962-1999``.
    block, months
        Mean length of a block, and length of a sample.
    drawn, had
        By figure: how many samples were asked for it, and how many have it and an interval.
    hits
        By figure, shape (nominal levels,): how many of their intervals contain the truth.
    """

    world: str
    block: int
    months: int
    drawn: Mapping[str, int]
    had: Mapping[str, int]
    hits: Mapping[str, Array]

    def coverage(self, measure: Leveled) -> Array | None:
        """Share of intervals that contain the truth, by nominal level: its worst figure's.

        None where no figure of the measure is there in enough of the samples.
        """
        shares = [
            self.hits[name] / self.had[name]
            for name in FIGURES[measure]
            if self.had.get(name, 0) >= max(ENOUGH * self.drawn.get(name, 0), 1.0)
        ]
        return np.min(shares, axis=0) if shares else None


def contain(drawn: Array, truth: float, levels: Sequence[float] = NOMINAL) -> NDArray[np.bool_]:
    """Whether the interval of each nominal level contains the truth.

    The ends of all of them at once, as :func:`backtests.analysis.resampling.interval` gives each.
    """
    outside = (1.0 - np.asarray(levels)) / 2.0
    ascending = np.sort(drawn)
    at = np.array([outside, 1.0 - outside]) * (len(ascending) - 1)
    below = at.astype(np.int64)
    low, high = ascending[below] + (at - below) * (ascending[below + 1] - ascending[below])
    return np.asarray((low <= truth) & (truth <= high))


def cell_of(
    name: str,
    sample_of: Callable[[int], Months],
    truth: Mapping[str, float],
    block: int,
    samples: Mapping[str, int],
) -> Cell:
    """Draw the samples of a cell, resample each, and count.

    Parameters
    ----------
    name, block
        Of the cell.
    sample_of
        Draws the sample of a number.
    truth
        By figure; NaN for what this world does not have.
    samples
        How many for each figure.
    """
    had = dict.fromkeys(samples, 0)
    hits = {figure: np.zeros(len(NOMINAL)) for figure in samples}
    others = max((count for figure, count in samples.items() if figure not in OF_WORD), default=0)
    months = 0
    for number in range(max(samples.values())):
        sample = sample_of(number)
        months = len(sample)
        measured = resampled(sample, REPETITIONS, number, deciding=number >= others)
        for figure, drawn in measured.items():
            if number >= samples.get(figure, 0) or np.isnan(truth[figure]):
                continue
            finite = drawn[np.isfinite(drawn)]
            if len(finite) < REPETITIONS / 2:
                continue
            had[figure] += 1
            hits[figure] += contain(finite, truth[figure])
    return Cell(name, block, months, dict(samples), had, hits)


OF_WORD = frozenset(figure for measure in DECIDING for figure in FIGURES[measure])


def samples_of(asked: int, chosen: Iterable[Leveled]) -> dict[str, int]:
    """How many samples each figure of the chosen measures gets."""
    return {
        figure: asked if measure in DECIDING else max(asked // 2, 1)
        for measure in chosen
        for figure in FIGURES[measure]
    }


def real_cells(asked: int, chosen: Sequence[Leveled]) -> list[Cell]:
    """All cells of real months, with their progress on stderr."""
    samples = samples_of(asked, chosen)
    truths = {
        (fund, stretch, block): truth_of(world(fund, stretch), block)
        for fund, stretch, block in itertools.product(FUNDS, STRETCHES, OUTER_BLOCKS)
    }
    cells = []
    for months, (number, fund, stretch), block in itertools.product(
        MONTHS, [(n, *each) for n, each in enumerate(itertools.product(FUNDS, STRETCHES))],
        OUTER_BLOCKS,
    ):  # fmt: skip
        history = world(fund, stretch)
        print(f"{months} months of {fund} {stretch} in blocks of {block}", file=sys.stderr)
        cells.append(
            cell_of(
                f"{fund} {stretch}",
                lambda k, of=history, seed=(months, number, block): drawn_from(
                    of, seed[0], seed[2], [2, *seed, k]
                ),
                truths[fund, stretch, block],
                block,
                samples,
            )
        )
    return cells


def lowest(cells: Iterable[Cell], measure: Leveled) -> Array | None:
    """Coverage of a measure by nominal level, in the cell where it is lowest; None in no cell."""
    shares = [share for cell in cells if (share := cell.coverage(measure)) is not None]
    return np.min(shares, axis=0) if shares else None


def levels_of(cells: Sequence[Cell], chosen: Sequence[Leveled]) -> Table:
    """The lowest nominal level that covers enough in every cell; None where none does.

    A shorter sample never has a lower level than a longer one, and none where the longer has none.
    """
    table: dict[Leveled, tuple[float | None, ...]] = {}
    for measure in chosen:
        levels: list[float | None] = []
        for months in reversed(MONTHS):
            share = lowest((cell for cell in cells if cell.months == months), measure)
            enough = [] if share is None else [
                nominal for nominal, part in zip(NOMINAL, share, strict=True)
                if part >= LEAST_COVERAGE
            ]  # fmt: skip
            level = min(enough, default=None)
            if levels:
                level = None if level is None or levels[-1] is None else max(level, levels[-1])
            levels.append(level)
        table[measure] = tuple(reversed(levels))
    return table


def calm(rng: np.random.Generator, rows: int) -> Months:
    """Independent normal months of equity and bond."""
    equity, other = rng.normal(size=(2, rows))
    bond = CORRELATION * equity + np.sqrt(1 - CORRELATION**2) * other
    return _months(0.007 + 0.043 * equity, 0.003 + BOND_VOLATILITY * bond)


def stormy(rng: np.random.Generator, rows: int) -> Months:
    """The same with volatility that clusters: its logarithm is an AR(1) process with 0.9."""
    from scipy.signal import lfilter

    months = calm(rng, rows)
    shocks = rng.normal(size=rows) * 0.5 * np.sqrt(1 - 0.9**2)
    shocks[0] = rng.normal() * 0.5
    storm = np.exp(lfilter([1.0], [1.0, -0.9], shocks) - 0.25)
    return _months(0.007 + (months.equity - 0.007) * storm, 0.003 + (months.hedge - 0.003) * storm)


BOND_VOLATILITY, CORRELATION, BILL = 0.018, -0.2, 0.002
MODEL_MONTHS, MODEL_TRUTH_MONTHS = 264, 1_000_000
MODELS = {"calm": calm, "stormy": stormy}


def _months(equity: Array, bond: Array) -> Months:
    rows = len(equity)
    return Months(equity, bond, np.full(rows, BILL), np.zeros(rows, dtype=np.int8))


def model_cells(asked: int, chosen: Sequence[Leveled]) -> list[Cell]:
    """The two models, whose truth is read from a million months."""
    samples = samples_of(asked, chosen)
    return [
        cell_of(
            name,
            lambda k, of=model: of(np.random.default_rng([2, k]), MODEL_MONTHS),
            figures(model(np.random.default_rng(1), MODEL_TRUTH_MONTHS)),
            0,
            samples,
        )
        for name, model in MODELS.items()
    ]


def printed_level(level: float | None) -> str:
    """Percent, or *none* for no interval."""
    return "none" if level is None else f"{100 * level:.0f} %"


def print_levels(table: Table) -> None:
    """Print the table of levels."""
    print(f"| measure | {' | '.join(f'{months} months' for months in MONTHS)} |")
    print(f"|---|{'---|' * len(MONTHS)}")
    for measure, levels in table.items():
        print(f"| `{measure}` | {' | '.join(map(printed_level, levels))} |")


def print_coverage(cells: Sequence[Cell], names: Sequence[str], table: Table, months: int) -> None:
    """Print coverage at 90 % and at the table's level, by world: the lowest over its blocks."""
    print(f"| {months} months | level | {' | '.join(names)} |")
    print(f"|---|---|{'---|' * len(names)}")
    reached = sum(months >= least for least in MONTHS) - 1
    for measure, levels in table.items():
        level, parts = levels[reached], []
        for name in names:
            share = lowest((cell for cell in cells if cell.world == name), measure)
            if share is None:
                parts.append("")
                continue
            # In brackets at the highest level: not enough, so there is no interval.
            new = f"({100 * share[-1]:.0f})" if level is None else (
                f"{100 * share[NOMINAL.index(level)]:.0f}"
            )  # fmt: skip
            parts.append(f"{100 * share[0]:.0f} / {new}")
        print(f"| `{measure}` | {printed_level(level)} | {' | '.join(parts)} |")


class Parser(argparse.ArgumentParser):
    """Ends with one line and exit code 2 where it cannot go on."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong."""
        self.exit(2, f"error: {message}; --help lists what there is\n")


def at_least(least: int) -> Callable[[str], int]:
    """Read a whole number that may not be smaller."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
        return int(text)

    return read


def main(words: Sequence[str] | None = None) -> None:
    """Print all tables as Markdown."""
    parser = Parser(prog="docs.coverage", description=__doc__)
    parser.add_argument("--samples", type=at_least(8), default=SAMPLES, metavar="N",
                        help=f"samples of each cell (default {SAMPLES}); measures that do not "
                             "decide get half as many")  # fmt: skip
    parser.add_argument("--measures", nargs="+", choices=list(LEVELS), default=list(LEVELS),
                        metavar="MEASURE", help=f"only these: {', '.join(LEVELS)}")  # fmt: skip
    asked = parser.parse_args(words)
    cells = real_cells(asked.samples, asked.measures)
    table = levels_of(cells, asked.measures)
    print("## The table of levels\n")
    print_levels(table)
    worlds = [f"{fund} {stretch}" for fund, stretch in itertools.product(FUNDS, STRETCHES)]
    for months in MONTHS:
        print(f"\n## Samples of {months} real months\n")
        print_coverage([cell for cell in cells if cell.months == months], worlds, table, months)
    print(f"\n## Samples of {MODEL_MONTHS} months of two models\n")
    print_coverage(model_cells(asked.samples, asked.measures), list(MODELS), table, MODEL_MONTHS)


if __name__ == "__main__":
    main()
