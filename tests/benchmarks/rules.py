"""Searches of rules against those of another version: ``python -m tests.benchmarks.rules``.

A search is scored as the command scores it: each candidate decides, fills and is saved. With
``--base DIR``, a checkout of the other version, the two take turns, each in a process of its own
that says how long it took, and the ratio is the median over the rounds. A ratio counts only if the
answers agree: scores are compared byte by byte, and ``--pages`` also runs both commands and
compares ``tuning.json`` and ``candidates.parquet``. Where the other version has other data, or
decides by them otherwise, the candidates of this one are held, byte by byte, against its own rules
asked one by one, and the page says so.

64 daily years: ``--source files:../shared/market``. The first line is what a first search on a
machine waits for: the rule's step is compiled, once.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.figures import Figure, hand_over
from tests.benchmarks.machine import commit

HERE = Path(__file__).parents[2]
# Strategy, what is searched, and by how much faster than at 501eb8b it has to be.
SEARCHES: dict[str, tuple[dict[str, str], float]] = {
    "attack_defend": (
        {"step_bp": "10:120:5", "hysteresis_bp": "0:36:2", "lookback_years": "3,5"}, 25.0),
    "carry": ({"full_at_bp": "5:100:1", "equity_weight": "0.3:0.7:0.1"}, 5.0),
    "duration_trend": ({"lookback_months": "1:36:1", "duration_max": "5:16:1"}, 5.0),
    "rate_cycle": ({"threshold_bp": "5:100:5", "window_months": "1:24:1"}, 5.0),
}  # fmt: skip

# Runs in either version, which differ in how a search is prepared and scored; prints one line.
SCORE = """
import hashlib, json, sys, tempfile, time
from pathlib import Path
import numpy as np
import backtests.tuning as tuning
from backtests.analysis.objective import read_objective
from backtests.engine.config import RunConfig
from backtests.engine.space import rule_space
from data.command import silent
from strategies.registry import make

name, grid, source = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
config = RunConfig(name, make(name, {}).params(), source=source, extend=True)
space = rule_space(name, grid, config.params)
search = tuning.prepare_search(config, space, read_objective("cagr", ["max_drawdown>-1"]))
numbers = np.arange(len(space))
together = hasattr(search, "scored")
if "alone" in sys.argv:  # each rule asked by itself, and filled by itself
    import backtests.engine.space as spaces
    spaces.decided_together = lambda *given: None
with tempfile.TemporaryDirectory() as folder:
    unfinished = tuning.Unfinished(Path(folder), "bench", len(space), len(tuning.METRICS))
    began, spent = time.perf_counter(), time.process_time()
    if "alone" in sys.argv:
        scores = np.empty((len(space), len(tuning.METRICS)))
        for places, panel, part in search.ready(numbers):
            for at, place in enumerate(places):
                (frame,) = tuning.score_in_chunks(panel, part[at : at + 1], threads=1)
                scores[place] = frame.to_numpy(float)[0]
    elif together:
        with tuning.scorer(search, None, silent) as (size, scores_of):
            scores, _ = tuning.score_space(unfinished, size, scores_of)
    else:
        with tuning.scorer(None, silent) as frames:
            scores, _, _ = tuning.score_space(search, unfinished, frames)
    took, spent = time.perf_counter() - began, time.process_time() - spent
panel = search.panel if hasattr(search, "panel") else search.course
market = hashlib.sha256(panel.prices.tobytes() + panel.bills.tobytes())
market.update(search.market.sessions.asi8.tobytes() + panel.sessions.asi8.tobytes())
digest = hashlib.sha256(np.ascontiguousarray(scores).tobytes())
print(json.dumps({"seconds": took, "cpu": spent, "candidates": len(space),
                  "sessions": len(panel.sessions), "market": market.hexdigest(),
                  "scores": digest.hexdigest()}))
"""


Answer = dict[str, object]
Round = tuple[Answer, Answer | None]  # of this version and of the base


def scored(where: Path, name: str, source: str, *how: str, **around: str) -> Answer:
    """Score a search in a process of that version, and what it says."""
    words = [sys.executable, "-c", SCORE, name, json.dumps(SEARCHES[name][0]), source, *how]
    done = subprocess.run(
        words, cwd=where, check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(where.resolve()), **around},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name} in {where}: {done.stderr.splitlines()[-1]}")
    answer: Answer = json.loads(done.stdout.splitlines()[-1])
    return answer


def require_equal(what: str, mine: object, other: object) -> None:
    """A time counts only if the answers agree."""
    if mine != other:
        raise SystemExit(f"{what} differ: no time of a wrong answer counts")


def page(where: Path, name: str, source: str) -> Mapping[str, bytes]:
    """What the command writes."""
    with tempfile.TemporaryDirectory() as folder:
        grid = [word for key, values in SEARCHES[name][0].items()
                for word in ("--grid", f"{key}={values}")]  # fmt: skip
        words = [name, *grid, "--subject-to", "max_drawdown>-1", "--source", source, "--extend"]
        subprocess.run(
            [sys.executable, "-m", "backtests.tune", *words, "--out", folder],
            cwd=where, check=True, capture_output=True,
            env={**os.environ, "PYTHONPATH": str(where.resolve())},
        )  # fmt: skip
        (made,) = Path(folder).glob("tune-*")
        pages = {file: (made / file).read_bytes() for file in ("candidates.parquet", "tuning.json")}
        # A folder is named by the code that made it, among others.
        pages["tuning.json"] = pages["tuning.json"].replace(made.name.encode(), b"")
        return pages


def first_on_a_machine(source: str) -> None:
    """A search of few candidates with and without kept code of the steps."""
    with tempfile.TemporaryDirectory() as folder:
        took = [scored(HERE, "carry", source, NUMBA_CACHE_DIR=folder)["seconds"] for _ in range(2)]
    print(f"a first search compiles: {took[0]:.2f} s, the same again {took[1]:.2f} s\n")


def figure_of(name: str, rounds: Sequence[Round], gate: str, base: Path | None) -> Figure:
    """The same for the page of figures."""
    mine = rounds[0][0]
    figure = Figure(
        f"{mine['candidates']} candidates of {name}, {mine['sessions']:,} sessions", "s",
        tuple(float(str(mine["seconds"])) for mine, _ in rounds),
        gap=0.0, tolerance=0.0, compared="every score", note=gate,
    )  # fmt: skip
    if base is None:
        return figure
    return replace(
        figure, peer=f"this program at {commit(base)}", most=1.0 / SEARCHES[name][1], is_main=True,
        theirs=tuple(float(str(other["seconds"])) for _, other in rounds if other is not None),
    )  # fmt: skip


def main() -> None:
    """Print seconds, and ratios with their bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="bundled")
    parser.add_argument("--base", type=Path, help="a checkout of another version")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", action="store_true", help="also compare what is written")
    parser.add_argument("--rules", nargs="+", choices=SEARCHES, default=list(SEARCHES))
    asked = parser.parse_args()

    first_on_a_machine(asked.source)
    for name in asked.rules:
        bar = SEARCHES[name][1]
        warm = scored(HERE, name, asked.source)
        rounds: list[Round] = []
        for _ in range(asked.rounds):
            other = scored(asked.base, name, asked.source) if asked.base else None
            mine = scored(HERE, name, asked.source)
            require_equal(f"scores of {name}, twice", mine["scores"], warm["scores"])
            rounds.append((mine, other))
        mine, other = rounds[-1]
        if other is not None and (other["market"], other["scores"]) == (
            mine["market"], mine["scores"]
        ):  # fmt: skip
            gate = "scores as the base's"
        else:  # it has other data, or decides by them otherwise: held against itself
            alone = scored(HERE, name, asked.source, "alone")
            require_equal(f"scores of {name}, one by one", mine["scores"], alone["scores"])
            gate = "scores as of rules asked one by one"
        if asked.pages and asked.base:
            require_equal(f"pages of {name}", page(HERE, name, asked.source),
                          page(asked.base, name, asked.source))  # fmt: skip
            gate += ", files as the base's"
        seconds, cpu = (
            statistics.median(float(str(mine[key])) for mine, _ in rounds)
            for key in ("seconds", "cpu")
        )
        each = seconds / int(str(mine["candidates"])) * 1e3
        shown = f"{name:15} {mine['candidates']:>4} x {mine['sessions']:,} sessions"
        shown += f" {seconds:7.2f} s ({cpu:.2f} s of processors) {each:7.3f} ms each"
        if other is not None:
            ratio, work = (
                statistics.median(
                    float(str(base[key])) / float(str(mine[key]))
                    for mine, base in rounds
                    if base is not None
                )
                for key in ("seconds", "cpu")
            )
            shown += f"   {ratio:5.1f} times as fast (bar {bar:g}; work {work:.1f} times less)"
        print(f"{shown}; {gate}", flush=True)
        hand_over([figure_of(name, rounds, gate, asked.base)])


if __name__ == "__main__":
    main()
