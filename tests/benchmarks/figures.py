"""What a benchmark measured, and the gate: a figure counts only if the answers agree.

A benchmark makes :class:`Figure` records, prints them with :func:`show` and hands them to
whoever started it with :func:`hand_over`; ``python -m tests.benchmarks`` collects them.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

TOLERANCE = 1e-9  # of the value, on every session
HANDED_OVER = "BENCHMARK_FIGURES"  # names the file that the collector reads
LEAST_SECONDS = 0.02  # a shorter work is timed several times over
AGREES, DIFFERS, UNCOMPARED = "agree", "does not agree", "not compared"


@dataclass(frozen=True)
class Figure:
    """A work, what it took here, and what a peer took for the same work.

    Attributes
    ----------
    work
        What was done, in words.
    unit
        Of ``ours`` and ``theirs``.
    ours, theirs
        A number a round; rounds alternate, so that those of the same place belong together.
        ``theirs`` is empty without a peer, or if it was not timed.
    peer
        Who else did it, with version; empty for a figure of ours alone.
    yardstick
        In place of a peer: other work that ours is held against (the same without bands, a limit),
        so that there are no answers to compare.
    gap
        Largest difference of the answers, as a fraction of the value; 1 if it is more, or no
        number. None if nothing was compared.
    tolerance
        The most that ``gap`` may be.
    compared
        What was compared, in words.
    left_out
        Why the peer has no part in this; else empty.
    most
        The bar: with a peer or yardstick the share of its time that ours may take, else the units.
    column
        The peer's column in the page's first table, which has a line for each work; empty for none.
    is_main
        Whether the page's second table shows it, a line of its own.
    series, size
        Figures of one series grow with ``size``, and are shown in a table of their own; 0 if the
        step of the series is no number.
    note
        What a reader has to know beside it.
    """

    work: str
    unit: str
    ours: tuple[float, ...] = ()
    theirs: tuple[float, ...] = ()
    peer: str = ""
    yardstick: str = ""
    gap: float | None = None
    tolerance: float = TOLERANCE
    compared: str = ""
    left_out: str = ""
    most: float | None = None
    column: str = ""
    is_main: bool = False
    series: str = ""
    size: int = 0
    note: str = ""

    @property
    def answers(self) -> str:
        """Whether the peer's answers are ours."""
        if self.gap is None:
            return UNCOMPARED
        return AGREES if self.gap <= self.tolerance else DIFFERS

    @property
    def counts(self) -> bool:
        """Whether there is something to hold ours against: the gate."""
        return bool(self.yardstick) or (bool(self.peer) and self.answers == AGREES)

    @property
    def here(self) -> float | None:
        """Median of ours."""
        return statistics.median(self.ours) if self.ours else None

    @property
    def there(self) -> float | None:
        """Median of the peer's: None unless its answers agree."""
        return statistics.median(self.theirs) if self.theirs and self.counts else None

    @property
    def shares(self) -> list[float]:
        """Ours over the peer's, pair by pair: empty unless its answers agree."""
        if not self.counts:
            return []
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=False)]

    @property
    def share(self) -> float | None:
        """Median of ``shares``."""
        return statistics.median(self.shares) if self.shares else None

    @property
    def meets(self) -> bool | None:
        """Whether the bar is met; None where there is none, or no figure that counts."""
        measured = self.share if self.peer or self.yardstick else self.here
        return None if self.most is None or measured is None else measured <= self.most


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference as a fraction of ours; 1 for another shape, no number, or more."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    if ours.shape != theirs.shape:
        return 1.0
    off = np.abs(theirs - ours) / np.maximum(np.abs(ours), np.finfo(float).tiny)
    return float(min(off.max(initial=0.0), 1.0)) if np.isfinite(off).all() else 1.0


def seconds(work: Callable[[], object], least: float = LEAST_SECONDS) -> float:
    """Wall time of a call; the mean of several where one is very short."""
    began, calls = time.perf_counter(), 0
    while True:
        work()
        calls += 1
        took = time.perf_counter() - began
        if took >= least:
            return took / calls


def named(library: str, *words: str) -> str:
    """A library with its version, and what of it: ``vectorbt 1.2.0, Rust``."""
    try:
        return ", ".join([f"{library} {version(library)}", *words])
    except PackageNotFoundError:
        return ", ".join([library, *words])


def digits(value: float) -> str:
    """Three digits that count, never as a power of ten: 0.00125, 12.3, 1,230."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(2 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{places}f}" if places else f"{float(f'{value:.3g}'):,.0f}"


def told(figure: Figure) -> str:
    """What a comparison came to, in one cell: ``12.3 times as fast``; empty without one."""
    if figure.left_out:
        return "left out"
    if not (figure.peer or figure.yardstick):
        return ""
    if not figure.counts:
        return figure.answers
    if figure.share is None:
        return "not timed"
    if figure.yardstick:
        return f"{digits(figure.share)} times its time"
    if figure.share <= 1.0:
        return f"{digits(1.0 / figure.share)} times as fast"
    return f"{digits(figure.share)} times as slow"


def bar(figure: Figure) -> str:
    """The bar and whether it is met; empty without one."""
    if figure.most is None:
        return ""
    unit = "times its time" if figure.peer or figure.yardstick else figure.unit
    judged = {True: "met", False: "**missed**", None: "no figure"}[figure.meets]
    return f"at most {digits(figure.most)} {unit}: {judged}"


def show(figures: Sequence[Figure]) -> None:
    """Print figures, a line each."""
    for figure in figures:
        here = "" if figure.here is None else f"{digits(figure.here)} {figure.unit}"
        there = "" if figure.there is None else f"{digits(figure.there)} {figure.unit}"
        other = figure.peer or figure.yardstick
        print(f"  {figure.work:<58} {here:>12}  {other:<32} {there:>12}  {told(figure)}  "
              f"{bar(figure)}".rstrip(), flush=True)  # fmt: skip


def hand_over(figures: Sequence[Figure]) -> None:
    """Give figures to the collector that started this process, if one did."""
    place = os.environ.get(HANDED_OVER)
    if place:
        before = taken(Path(place))
        Path(place).write_text(json.dumps([asdict(figure) for figure in [*before, *figures]]))


def taken(place: Path) -> list[Figure]:
    """The figures that a benchmark handed over; none if it did not."""
    return from_records(json.loads(place.read_text())) if place.is_file() else []


def from_records(records: Sequence[dict]) -> list[Figure]:
    """Figures of what ``json`` kept of them."""
    return [
        Figure(**{**record, "ours": tuple(record["ours"]), "theirs": tuple(record["theirs"])})
        for record in records
    ]
