"""The full counts on two cores: ``python -m tests.soak [--record] [--resume]``.

The parts of ``parts.py`` run two at a time, those that take longest first, and beside them those
that wait for servers. A finished part is kept in ``.soak/``, by the commit and the fraction, so
that a count that was stopped goes on with ``--resume``. In the end there is a table; ``--record``
also writes ``tests/soak/counted.json`` and from it docs/reliability.md. ``--estimate`` runs small
fractions and says how long all of it would take. Exits 1 where anything was complained of.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from tests.soak.counts import added
from tests.soak.document import RECORD, write_document
from tests.soak.parts import ROOT, Done, Part, all_parts, run_part, stop_all

STATE = ROOT / ".soak"
# What a count is about: the code and what tests it. The record itself and the documents are not.
COUNTED = ("backtests", "data", "strategies", "tests", "pyproject.toml", "constraints.txt",
           f":!{RECORD.relative_to(ROOT)}")  # fmt: skip
SMALL, LARGER = 0.004, 0.02  # fractions of which an estimate is made


def git(*words: str) -> str:
    """What git answers."""
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stdout.strip()


def commit() -> str:
    """The commit that is counted, with a plus where files are not as it has them."""
    changed = git("status", "--porcelain", "--", *COUNTED)
    return git("rev-parse", "--short=8", "HEAD") + ("+" if changed else "")


class State:
    """The finished parts of a commit, on disk."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self.path = path
        self.done: dict[str, Done] = {}
        if resume and path.exists():
            kept = json.loads(path.read_text("utf-8"))
            every = {name: Done.read(told) for name, told in kept.items()}
            # What was complained of is tried again: it may have been stopped.
            self.done = {name: done for name, done in every.items() if not done.complaints}

    def keep(self, done: Done) -> None:
        """Add a part, at once."""
        self.done[done.name] = done
        self.path.parent.mkdir(exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(
            json.dumps({name: each.plain() for name, each in self.done.items()}), "utf-8"
        )
        fresh.replace(self.path)


def run_all(parts: Sequence[Part], state: State, fraction: float, lanes: int) -> None:
    """Run the parts that are not done yet, the longest first, and say what came of each."""
    began = time.monotonic()
    left = sorted((p for p in parts if p.name not in state.done), key=lambda part: -part.seconds)
    lined = [[part for part in left if part.waits is waits] for waits in (False, True)]
    with ThreadPoolExecutor(lanes) as busy, ThreadPoolExecutor(1) as beside:
        running: dict[Future[Done], Part] = {}
        for pool, own in zip((busy, beside), lined, strict=True):
            running.update({pool.submit(run_part, part, fraction): part for part in own})
        try:
            while running:
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    del running[future]
                    done = future.result()
                    state.keep(done)
                    _say(done, time.monotonic() - began, len(state.done), len(parts))
        except BaseException:
            for future in running:
                future.cancel()
            stop_all()  # those that run end, so that the pools do
            raise


def _say(done: Done, since: float, number: int, of: int) -> None:
    clock = f"{int(since) // 60:3}:{int(since) % 60:02}"
    wrong = len(done.complaints)
    told = f"{wrong} COMPLAINTS" if wrong else "fine"
    print(f"{clock}  {number:2} of {of}  {done.name:32} {done.seconds:7.1f} s  {told}", flush=True)
    for line in done.complaints[:3]:
        print(f"        {line[:500]}", flush=True)


def table(parts: Iterable[Done]) -> list[str]:
    """The final table."""
    rows = []
    for done in parts:
        tried = ", ".join(f"{each.tried:,} {each.what}" for each in done.counts)
        rows.append(f"{done.name:32} {done.seconds:8.1f} {done.cpu:8.1f} "
                    f"{len(done.complaints):10}  {tried}")  # fmt: skip
    return [f"{'part':32} {'seconds':>8} {'CPU':>8} {'complaints':>10}  counted", *rows]


def estimate(parts: Sequence[Part], lanes: int) -> None:
    """Run two small fractions and say what the line through both makes of the whole."""
    busy = waiting = 0.0
    for part in parts:
        small, larger = (run_part(part, fraction) for fraction in (SMALL, LARGER))
        cost = [each.seconds if part.waits else each.cpu for each in (small, larger)]
        slope = max((cost[1] - cost[0]) / (LARGER - SMALL), 0.0)
        whole = cost[0] + slope * (1.0 - SMALL)
        busy, waiting = busy + (not part.waits) * whole, waiting + part.waits * whole
        wrong = len(small.complaints) + len(larger.complaints)
        print(f"{part.name:32} {cost[0]:7.1f} {cost[1]:7.1f} -> {whole:7.0f} s"
              f"{f'  {wrong} COMPLAINTS' if wrong else ''}", flush=True)  # fmt: skip
    print(f"in all {busy / 60:.0f} minutes of CPU, {max(busy / lanes, waiting) / 60:.0f} minutes "
          f"on {lanes} idle cores")  # fmt: skip


def main() -> None:
    """Count, and write down what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write it into the document")
    parser.add_argument("--resume", action="store_true", help="leave out parts that are done")
    parser.add_argument("--fraction", type=float, default=1.0, help="of the counts")
    parser.add_argument("--only", nargs="+", default=[""], help="parts whose names have a word")
    parser.add_argument("--lanes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--estimate", action="store_true", help="say how long all would take")
    parser.add_argument("--document", action="store_true", help="write the document anew, no more")
    given = parser.parse_args()
    if given.record and given.only != [""]:
        parser.error("--record is of all parts; leave --only out")
    if given.document:
        write_document()
        return
    parts = [part for part in all_parts() if any(word in part.name for word in given.only)]
    if given.estimate:
        estimate(parts, given.lanes)
        return
    of = commit()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is done is kept
    state = State(STATE / f"{of}-{given.fraction:g}.json", resume=given.resume)
    began = time.monotonic()
    print(f"{len(parts)} parts at {of}, {len(state.done)} of them done", flush=True)
    try:
        run_all(parts, state, given.fraction, given.lanes)
    except KeyboardInterrupt:
        print(f"stopped: {len(state.done)} of {len(parts)} parts are done; --resume goes on")
        sys.exit(130)
    done = [state.done[part.name] for part in parts]
    print(*table(done), sep="\n")
    complaints = [line for each in done for line in each.complaints]
    print(f"{(time.monotonic() - began) / 60:.1f} minutes, {len(complaints)} complaints")
    if given.record:
        record = {
            "commit": of,
            "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
            "fraction": given.fraction,
            "lanes": given.lanes,
            "parts": [{"name": each.name, "seconds": each.seconds, "cpu": each.cpu,
                       "complaints": len(each.complaints)} for each in done],
            "counts": [vars(each) for each in added(c for each in done for c in each.counts)],
            "complaints": complaints,
        }  # fmt: skip
        RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=True) + "\n", "utf-8")
        write_document()
        print(f"written: {RECORD.relative_to(ROOT)}, docs/reliability.md")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
