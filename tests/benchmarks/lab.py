"""The lab from a slider's message on: ``python -m tests.benchmarks.lab``.

The *answer* is all that the page shows of the run; what comes *after it*, the long view and what
holds today, is timed apart, since a slider that moves meanwhile does not wait for it. Streamlit's
own test harness hands the script each change and waits for its end; the reading of the page back
into Python objects, which the harness adds, is left out.
"""

from __future__ import annotations

import argparse
import itertools
import time
from typing import Any

from backtests.lab import page
from tests.benchmarks.figures import Figure, hand_over, show

CHANGES = 20
BAR = 0.5
SLIDERS: dict[str, tuple[str, list[float]]] = {
    "hedge_mix": ("weight.SPY", [40.0 + step for step in range(CHANGES)]),
    "attack_defend": ("set.attack_defend.step_bp", [30.0 + step for step in range(CHANGES)]),
}


def script() -> None:
    """What the server runs at every change."""
    from pathlib import Path

    from tests.benchmarks.lab import timed_page

    timed_page(Path("results"))


PARTS = ("answer", "after it")
TOOK: list[dict[str, tuple[float, float]]] = []
draw_beside = page.draw_beside


def timed_page(out: Any) -> None:
    """Draw the page, and note what its parts took in wall time and in this thread's own."""
    marks = [(time.perf_counter(), time.thread_time())]

    def beside(*places: Any) -> None:
        marks.append((time.perf_counter(), time.thread_time()))
        draw_beside(*places)

    page.draw_beside = beside
    page.page(out)
    marks.append((time.perf_counter(), time.thread_time()))
    spans = [
        (wall - before, own - earlier)
        for (before, earlier), (wall, own) in itertools.pairwise(marks)
    ]
    TOOK.append(dict(zip(PARTS, spans, strict=False)))


def measure(strategy: str, source: str) -> None:
    """Move a slider twenty times: median and worst."""
    from streamlit.testing.v1 import AppTest

    from tests.benchmarks.lab import TOOK  # the script's: this file runs as __main__

    key, values = SLIDERS[strategy]
    page = AppTest.from_function(script, default_timeout=300)
    page.query_params |= {"strategy": strategy, "source": source}
    began = time.perf_counter()
    page.run()
    first = time.perf_counter() - began
    page.slider(key=key).set_value(values[-1] + 1.0).run()
    TOOK.clear()
    for value in values:
        page.slider(key=key).set_value(value).run()
    if page.exception or len(TOOK) != CHANGES or any(len(took) != len(PARTS) for took in TOOK):
        raise SystemExit(f"{strategy}: the page shows no run")
    figures = []
    for part in PARTS:
        spans = [took[part] for took in TOOK]
        for name, took in zip(("wall", "processor"), zip(*spans, strict=True), strict=True):
            within = sum(one < BAR for one in took)
            title = f"{strategy}, {part}, {name}"
            figures += [
                Figure(f"{title}: median of {CHANGES}", "s", took,
                       note=f"{within} of {CHANGES} under {BAR} s"),
                Figure(f"{title}: worst of {CHANGES}", "s", (max(took),)),
            ]  # fmt: skip
    figures.append(Figure(f"{strategy}, first paint", "s", (first,)))
    show(figures)
    hand_over(figures)


def main() -> None:
    """Measure both strategies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", default="files:../shared/market")
    source = parser.parse_args().source
    for strategy in SLIDERS:
        measure(strategy, source)


if __name__ == "__main__":
    main()
