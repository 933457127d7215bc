"""What more work costs: ``python -m tests.benchmarks.scaling``.

The kernel that searches use (one thread, a mix of many) and the ledger in plain Python (one mix)
against sessions, assets, mixes, and with bands and payments. Values of both on every session have
to be equal first. Rounds go through a whole series, so that a slow moment of the machine is not
taken for growth.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from backtests.engine.ledger import fill
from backtests.engine.scores import BLOCK, paths, score, wealth_paths
from tests.benchmarks.figures import Figure, difference, hand_over, seconds, show
from tests.benchmarks.works import SESSIONS, Work, mix_of, prices

ROUNDS = 5
MIXES = BLOCK  # what a thread takes at once
ASSETS = 8_000  # sessions where the number of assets grows
LEDGER = "the ledger, one mix"
COMPARED = "value on every session, of the first mix"


@dataclass(frozen=True, eq=False)
class Step:
    """One size of a series: a work, and how many mixes the kernel does at once.

    Its time is that of a mix, to stand beside the ledger's; without that it is that of all.
    """

    name: str
    size: int
    work: Work
    mixes: int = MIXES
    with_ledger: bool = True


def series(scale: float = 1.0) -> dict[str, list[Step]]:
    """What grows, and its steps; ``scale`` makes every step smaller."""

    def sized(sessions: int, tickers: int = 3) -> Work:
        return Work("", prices(max(int(sessions * scale), 300), tickers), mix_of(tickers))

    daily = sized(SESSIONS)
    return {
        "sessions": [
            Step(f"{count:,} sessions", count, sized(count))
            for count in (1_000, 4_000, 16_000, 64_000)
        ],
        "assets": [
            Step(f"{count} assets", count, sized(ASSETS, count)) for count in (2, 4, 8, 16, 32)
        ],
        "mixes": [
            Step(f"{count:,} at once", count, daily, count, with_ledger=False)
            for count in (1, 16, 256, 4_096, 16_384)
        ],
        "bands and payments": [
            Step("monthly", 0, daily),
            Step("bands of 5 points, looked at daily", 0, replace(daily, band=0.05)),
            Step("monthly payments", 0, replace(daily, payment=50.0)),
            Step("bands and payments", 0, replace(daily, band=0.05, payment=50.0)),
        ],
    }


def mixes_of(work: Work, count: int) -> np.ndarray:
    """The mix of a work, then others."""
    others = np.random.default_rng(1).dirichlet(np.ones(len(work.weights)), count - 1)
    return np.vstack([work.weights, others * (1 - 1e-12)])


def kernel_on(step: Step) -> tuple[Callable[[], object], np.ndarray]:
    """The call to be timed, and the money of its first mix."""
    panel, candidates = step.work.panel, step.work.candidates(mixes_of(step.work, step.mixes))
    values = (paths if candidates.flows is None else wealth_paths)(panel, candidates[:1])
    return partial(score, panel, candidates, threads=1), values.to_numpy()[:, 0]


def measure(title: str, steps: Sequence[Step], rounds: int = ROUNDS) -> list[Figure]:
    """One series, in milliseconds."""
    figures, kernels, ledgers = [], [], []
    for step in steps:
        call, value = kernel_on(step)
        arrays, bands, flows = step.work.to_fill()
        ledger = partial(fill, *arrays, bands, flows)
        off = difference(value, ledger().nav)
        figures.append(
            Figure(step.name, "ms", peer=LEDGER, gap=off, compared=COMPARED, series=title,
                   size=step.size)
        )  # fmt: skip
        kernels.append(call)
        ledgers.append(ledger if step.with_ledger and figures[-1].counts else None)
    took = [
        [(seconds(kernel), ledger and seconds(ledger))
         for kernel, ledger in zip(kernels, ledgers, strict=True)]
        for _ in range(rounds)
    ]  # fmt: skip
    made = []
    for number, (figure, step) in enumerate(zip(figures, steps, strict=True)):
        ours, theirs = zip(*(each[number] for each in took), strict=True)
        made.append(
            replace(
                figure,
                ours=tuple(own * 1e3 / (step.mixes if step.with_ledger else 1) for own in ours),
                theirs=() if ledgers[number] is None else tuple(one * 1e3 for one in theirs),
            )
        )  # fmt: skip
    return made


def main() -> None:
    """Measure, print, hand over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    for title, steps in series(asked.scale).items():
        print(title, flush=True)
        figures = measure(title, steps, asked.rounds)
        show(figures)
        hand_over(figures)


if __name__ == "__main__":
    main()
