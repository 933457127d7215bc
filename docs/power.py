"""How often the verdict sees an effect that is there, and how often one that is not.

``python -m docs.power`` prints tables of docs/coverage.md. *Power*: the share of samples of real
months in which each measure would say *works*, and *fails*, where the truth is known. *Smallest
effect*: what the bundled months would call *works* in 80 % of samples. *Placebo*: how often the
verdict says that it depends on a state that was drawn at random, with stays as long as those of
the real one.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.analysis import decide
from backtests.analysis.blocks import draw_blocks
from backtests.analysis.evidence import Evidence, verdict_word, word_of
from backtests.analysis.levels import Leveled, level_of
from backtests.analysis.payoff import payoff
from backtests.analysis.resampling import LEVEL, SEED, Estimate, interval
from backtests.analysis.smallest_effect import smallest_effects
from backtests.analysis.states import NEGATIVE, POSITIVE, Labels
from docs.coverage import Parser, at_least, printed_level
from docs.real_months import FUNDS, Array, drawn_from, history, resampled, truth_of, world

WORLDS = (("IEF", "2000-2021", "negative"), ("TLT", "2000-2021", "negative"),
          ("IEF", "1962-1999", "positive"))  # fmt: skip
LENGTHS = (264, 480)  # months
BLOCK, SAMPLES, REPETITIONS = 12, 400, 1_000
DRAWS = 100  # of placebo labels
STAY = 240  # months
DECIDING_REPETITIONS = 10_000


@dataclass(frozen=True)
class Power:
    """Share of samples in which a measure says *works*, and *fails*: the interval's level."""

    level: float | None
    works: float
    fails: float


def measures_of(state: str) -> dict[str, Leveled]:
    """What is asked, by figure: each with its name in the table of levels."""
    return {
        "CVaR saved": "cvar_saved",
        "CVaR of three months saved": "cvar_saved_three_months",
        "payoff": "payoff",
        f"payoff after {state}": (
            "payoff_after_negative" if state == "negative" else "payoff_after_positive"
        ),
    }


def says(figure: str, drawn: Array, level: float | None) -> str:
    """The word that an interval of some level would give this figure.

    The payoff's by the verdict's own rule, so that *same as bills* is not *works*; of what is
    saved, the side of 0.
    """
    limits = None if level is None else interval(drawn, level)
    if figure.startswith("payoff"):
        return word_of(Estimate.of(np.nan, limits))
    if limits is None or limits[0] <= 0.0 <= limits[1]:
        return "unclear"
    return "works" if limits[0] > 0.0 else "fails"


def power(
    fund: str, stretch: str, state: str, samples: int, months: int
) -> dict[str, tuple[Power, Power]]:
    """By figure: power at the first edition's level, and at the table's.

    Parameters
    ----------
    fund, stretch
        Of the world.
    state
        The state of nearly all its months.
    samples, months
        How many samples, and how long.
    """
    history_of = world(fund, stretch)
    asked = measures_of(state)
    levels = {figure: (LEVEL, level_of(key, months)) for figure, key in asked.items()}
    words = {(figure, number): Counter[str]() for figure in asked for number in (0, 1)}
    for number in range(samples):
        sample = drawn_from(history_of, months, BLOCK, [3, months, number])
        measured = resampled(sample, REPETITIONS, number, deciding=False)
        for figure in asked:
            drawn = measured.get(figure, np.array([np.nan]))  # a state of too few months
            for place, level in enumerate(levels[figure]):
                words[figure, place][says(figure, drawn, level)] += 1
    shares = {
        at: Power(levels[at[0]][at[1]], counted["works"] / samples, counted["fails"] / samples)
        for at, counted in words.items()
    }
    return {figure: (shares[figure, 0], shares[figure, 1]) for figure in asked}


def print_power(samples: int, months: int) -> None:
    """Print the table of power of samples of one length."""
    print(f"| {months} months | truth | works / fails at 90 % | at the table's level | level |")
    print("|---|---|---|---|---|")
    for fund, stretch, state in WORLDS:
        print(f"power of {months} months of {fund} {stretch}", file=sys.stderr)
        truth = truth_of(world(fund, stretch), BLOCK)
        for figure, (old, new) in power(fund, stretch, state, samples, months).items():
            level = "no interval" if new.level is None else printed_level(new.level)
            print(
                f"| {fund} {stretch}: {figure} | {100 * truth[figure]:+.2f} "
                f"| {old.works:.2f} / {old.fails:.2f} | {new.works:.2f} / {new.fails:.2f} "
                f"| {level} |"
            )


def print_effects() -> None:
    """Print the smallest effect that the bundled months would call *works*."""
    print("| % a month | months | level | payoff | smallest that works in 80 % of samples |")
    print("|---|---|---|---|---|")
    for fund in FUNDS:
        _, months = history(fund)
        levels = [level_of(key, len(months)) for key in OF_SETS.values()]
        smallest = smallest_effects(
            months.equity, months.excess, months.sets, months.block(), levels
        )
        for name, inside, level, effect in zip(OF_SETS, months.sets, levels, smallest, strict=True):
            true = payoff(months.equity[inside], months.excess[inside])
            print(
                f"| {fund}: {name} | {inside.sum()} | {printed_level(level)} | {100 * true:+.2f} "
                f"| {'none up to 5' if effect is None else f'{100 * effect:.2f}'} |"
            )


OF_SETS: dict[str, Leveled] = {
    "all months": "payoff",
    "after negative": "payoff_after_negative",
    "after positive": "payoff_after_positive",
}


def random_labels(months: int, rng: np.random.Generator) -> Labels:
    """States that look at no return: each month the other with a chance of 1 in 240."""
    changes = rng.random(months) < 1.0 / STAY
    changes[0] = rng.random() < 0.5
    return np.where(np.cumsum(changes) % 2 == 1, NEGATIVE, POSITIVE).astype(np.int8)


def placebo_evidence(fund: str, draws: int, repetitions: int) -> list[Evidence]:
    """What the verdict's own code makes of real months with random states."""
    index, months = history(fund)
    returns = pd.DataFrame(
        {"equity": months.equity, "hedge": months.hedge, "cash": months.cash}, index=index
    )
    blocks = draw_blocks(len(months), months.block(), repetitions, SEED)
    return [
        decide.evidence_of(
            decide.Months(
                returns, random_labels(len(months), np.random.default_rng([4, draw])), "nothing"
            ),
            blocks,
        )
        for draw in range(draws)
    ]


def depends(evidence: Evidence) -> bool:
    """Whether the verdict says that it depends, or depended, on the state."""
    return verdict_word(evidence).startswith("it ")


def differs(evidence: Evidence) -> bool:
    """Whether the interval of the difference excludes 0: all that a rule without words asks."""
    low, high = evidence.difference.low, evidence.difference.high
    return low is not None and high is not None and (low > 0.0 or high < 0.0)


def print_placebo(draws: int, repetitions: int) -> None:
    """Print the table of placebo labels."""
    print(f"| random states, {draws} draws | both states have 60 months "
          "| their difference excludes 0 | the verdict says that it depends or depended "
          "| of these: placebo share above 10 % |")  # fmt: skip
    print("|---|---|---|---|---|")
    for fund in FUNDS:
        print(f"placebo of {fund}", file=sys.stderr)
        every = placebo_evidence(fund, draws, repetitions)
        both = [evidence for evidence in every if evidence.placebo_share is not None]
        wrong = [evidence for evidence in both if depends(evidence)]
        shares = (
            len(both), sum(map(differs, both)), len(wrong),
            sum(evidence.cannot_prove for evidence in wrong),
        )  # fmt: skip
        cells = [f"{100 * count / draws:.0f} %" for count in shares[:3]] + [str(shares[3])]
        index, _ = history(fund)
        print(f"| {fund}, {index[0]} to {index[-1]} | {' | '.join(cells)} |")


def main(words: Sequence[str] | None = None) -> None:
    """Print all tables as Markdown."""
    parser = Parser(prog="docs.power", description=__doc__)
    parser.add_argument("--samples", type=at_least(8), default=SAMPLES, metavar="N",
                        help=f"samples of each world (default {SAMPLES})")  # fmt: skip
    parser.add_argument("--draws", type=at_least(1), default=DRAWS, metavar="N",
                        help=f"draws of random states (default {DRAWS})")  # fmt: skip
    asked = parser.parse_args(words)
    for months in LENGTHS:
        print_power(asked.samples, months)
        print()
    print_effects()
    print()
    print_placebo(asked.draws, DECIDING_REPETITIONS)


if __name__ == "__main__":
    main()
