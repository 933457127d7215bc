"""The storage layer, ended at each of its write points: ``python -m tests.soak.storage``.

One process loads the project and makes what is to be written; for every point it forks a child
that meets a fault there, looks at what is left, and forks another that has to succeed without
help. ``--every 5`` takes each fifth point. Prints a line of JSON a scenario and fault. What each
door writes is among the scenarios (``published.py``).
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import errno
import gc
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import unquote

import click
import filelock  # noqa: F401 - loaded once, not in every child

from backtests.engine.config import RunConfig
from backtests.report.folder import require_intact, write_manifest
from backtests.report.manifest import Manifest, read_manifest
from backtests.report.receipts import RECEIPTS, Receipt, keep_receipt, read_receipts
from data.command import run_command
from data.durable import LOCK, TEMPORARY
from data.errors import HedgeError
from data.sources.bars import COLUMNS, Bars
from data.sources.fetching import fresh_snapshot
from data.sources.snapshots import SUFFIX, Store
from tests.soak.counts import FRACTION, FULL, mine, tell
from tests.soak.points import FAULTS, KILL, Points, install
from tests.soak.published import PROXIES, door_acts
from tests.yahoo_server import made_bars

Act = Callable[[Path], object]
TICKERS = ("SPY", "IEF")
PROCESSES = 8
MADE = "2026-01-01T00:00:00+00:00"
ENDS = {".html": b"</html>", ".svg": b"</svg>"}


@dataclass(frozen=True)
class Scenario:
    """What is there before, what is done then, and which names it may give another content."""

    name: str
    prepare: Act
    act: Act
    renews: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()


@dataclass
class Figures:
    """What became of one scenario under one fault."""

    scenario: str
    fault: str
    points: int
    trials: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)


# What is done


def fetch(root: Path, *, refresh: bool = True) -> None:
    """Fetch a series by way of its snapshot, as every source does; note that it was asked for."""
    store = Store(root / "cache")
    bars = _bars(300)

    def served(_: str) -> Bars:
        with (root / "asked").open("a") as log:
            log.write("SPY\n")
        return bars

    fresh_snapshot("SPY", store, served, "made", refresh=refresh)
    for warning in store.warnings:
        sys.stderr.write(f"warning: {warning}\n")


def snapshots(root: Path) -> None:
    """Two snapshots of the day before yesterday."""
    store = Store(root / "cache")
    for ticker in TICKERS:
        store.write(ticker, "made", dt.datetime.now(dt.UTC) - dt.timedelta(2), _bars(200))


def damaged(root: Path) -> None:
    """The same, one of them damaged."""
    snapshots(root)
    path = Store(root / "cache").path("SPY")
    path.write_bytes(path.read_bytes()[:-40])


def left_behind(root: Path) -> None:
    """Snapshots, and what processes leave that are killed while they write another one.

    One of them wrote that of a ticker which nobody fetches again.
    """
    snapshots(root)
    for ticker in ("SPY", "TLT"):
        (root / "cache" / f"{TEMPORARY}{ticker}{SUFFIX}-12345678").write_text("half")


def _bars(rows: int) -> Bars:
    return Bars(made_bars(rows).rename_axis("Date")[COLUMNS], ())


def nothing(_: Path) -> None:
    """Begin with nothing."""


def scenarios(*, with_tearsheet: bool) -> tuple[list[Scenario], list[Act]]:
    """All of them, and what publishes three runs; those are worked out here, once."""
    from backtests.jobs import execute, publish
    from backtests.report.comparison.aligned import align_runs
    from backtests.report.comparison.page import write_comparison
    from backtests.report.comparison.table import compare
    from backtests.report.finished_run import read_run

    def run(**params: object) -> Act:
        config = RunConfig(
            strategy="hedge_mix", params=params, source="bundled", start="2015-01-30"
        )
        done = execute(config)
        return lambda root: publish(done, root / "results", with_tearsheet=with_tearsheet)

    runs = [run(weights={"SPY": w, "IEF": 1 - w}) for w in (0.6, 0.7, 0.8)]
    first, second, third = runs

    def both(root: Path) -> None:
        first(root)
        second(root)
        for file in ("index.html", "trials.parquet"):
            (root / "results" / f"{TEMPORARY}{file}-12345678").write_text("half")
        left = root / "results" / f"{TEMPORARY}x-1-12345678"
        left.mkdir()
        (left / "equity.csv").write_text("half")

    def another_version(root: Path) -> None:
        """Leave a finished run under the name of the first one, with other content."""
        first(root)
        folder = next((root / "results").glob("hedge_mix-*"))
        (folder / "equity.csv").write_text("date,strategy,benchmark,cash\n")
        write_manifest(folder, Manifest(kind="run", format=1))

    with tempfile.TemporaryDirectory() as scratch:
        both(Path(scratch))
        folders = sorted((Path(scratch) / "results").glob("hedge_mix-*"))
        comparison = compare(align_runs([read_run(one) for one in folders], align=False))

    def side_by_side(root: Path) -> None:
        write_comparison(root / "results", comparison)

    def remember(root: Path, question: str = "a") -> None:
        """Publish a run, and keep the receipt of what it was made of."""
        first(root)
        (folder,) = (root / "results").glob("hedge_mix-*")
        keep_receipt(root / "results", question, Receipt(MADE, folder.name, "0" * 64, ("a",), True))

    def clear(root: Path) -> None:
        Store(root / "cache").clear()

    snapshot, listed = f"SPY{SUFFIX}", "index.html"
    scenarios = [
        Scenario("first fetch", nothing, fetch),
        Scenario("fetch over an old snapshot", left_behind, fetch, (snapshot,)),
        Scenario("fetch over a damaged snapshot", damaged, fetch),
        Scenario("clear", left_behind, clear, removes=(snapshot, f"IEF{SUFFIX}")),
        Scenario("first run", nothing, first),
        Scenario("another run", both, third, (listed,)),
        Scenario("the same run", first, first, (listed,)),
        Scenario("a run over one that differs", another_version, first, (listed,)),
        Scenario("comparison", both, side_by_side, (listed,)),
        Scenario("a receipt", partial(remember, question="b"), remember, (listed,)),
    ]  # fmt: skip
    for name, act in door_acts().items():
        if name == PROXIES:  # in a folder of its own
            scenarios.append(Scenario(name, nothing, act, ("tracking.csv", "tracking.svg")))
        else:
            scenarios.append(Scenario(name, both, act, (listed, "trials.parquet")))
    return scenarios, runs


# What is looked at


def contents(root: Path) -> dict[str, bytes]:
    """Every finished file, by its path: those of locks and temporaries left out."""
    files = {}
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if path.is_file() and not any(part.startswith(".") for part in parts):
            files["/".join(parts)] = path.read_bytes()
    return files


def watched(root: Path) -> list[Path]:
    """Folders whose write points count."""
    return [root / "cache", root / "results"]


def temporaries(root: Path) -> list[Path]:
    """What is being written, or was by a killed process."""
    return sorted(root.rglob(f"{TEMPORARY}*"))


def complaints(
    root: Path, before: dict[str, bytes], renews: tuple[str, ...], removes: tuple[str, ...] = ()
) -> Iterator[str]:
    """Say what is lost, half-written or unreadable under a root; what is renewed stays there."""
    after = contents(root)
    everything = set(after.values())
    for name, content in before.items():
        gone = content not in everything and Path(name).name not in (*renews, *removes)
        if gone or (name not in after and Path(name).name in renews):
            yield f"{name} is lost"
    for name, content in after.items():
        if before.get(name) == content:
            continue
        if name.endswith(SUFFIX):
            ticker = unquote(Path(name).name.removesuffix(SUFFIX))
            if Store(root / "cache").read(ticker) is None:
                yield f"{name} cannot be read"
        elif not content.rstrip().endswith(ENDS.get(Path(name).suffix, b"")):
            yield f"{name} is half-written"
    receipts = root / "results" / RECEIPTS
    if receipts.is_file() and not read_receipts(receipts.parent):
        yield f"{RECEIPTS} cannot be read"
    for folder in (root / "results").glob("[!.]*-*/"):
        try:
            require_intact(folder, read_manifest(folder).files)
        except HedgeError as error:
            yield str(error)


# How it is done


Child = tuple[int, IO[bytes]]


def begin(act: Act, root: Path, points: Points | None = None) -> Child:
    """Do it in a child, as a command would; its process number and what it prints."""
    printed = tempfile.TemporaryFile()  # noqa: SIM115 - end() closes it
    child = os.fork()
    if child == 0:
        for stream in (1, 2):
            os.dup2(printed.fileno(), stream)
        if points is not None:
            install(points)
        code = 0
        try:
            run_command(click.Command("act", callback=lambda: act(root)), [])
        except SystemExit as left:
            code = int(left.code or 0)
        sys.stderr.flush()
        os._exit(code)
    return child, printed


def end(child: Child) -> tuple[int, str]:
    """Wait for a child; its status as ``os.waitpid`` gives it, and what it printed."""
    number, printed = child
    with printed:
        _, status = os.waitpid(number, 0)
        printed.seek(0)
        return status, printed.read().decode()


def attempt(act: Act, root: Path, points: Points | None = None) -> tuple[int, str]:
    """Do it in a child and wait for it."""
    return end(begin(act, root, points))


def count(scenario: Scenario, template: Path) -> list[tuple[str, str]]:
    """Number the points of a scenario by doing it once."""
    with _copy(template) as root:
        points = Points(watched(root))
        listing = root.parent / "points.json"

        def act(place: Path) -> None:
            scenario.act(place)
            listing.write_text(json.dumps(points.seen))

        status, printed = attempt(act, root, points)
        if status:
            raise RuntimeError(f"{scenario.name} fails without a fault: {printed}")
        return [(kind, path) for kind, path in json.loads(listing.read_text())]


@contextlib.contextmanager
def _copy(template: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        shutil.copytree(template, root)
        yield root


def judge(scenario: Scenario, template: Path, fault: str, at: int, kind: str) -> list[str]:
    """Meet one fault, look, and go on without help."""
    before = contents(template)
    with _copy(template) as root:
        status, printed = attempt(scenario.act, root, Points(watched(root), fault, at))
        faults = list(complaints(root, before, scenario.renews, scenario.removes))
        if fault == KILL:
            if not os.WIFSIGNALED(status):
                faults.append(f"not killed: {printed}")
        else:
            faults += _spoken(fault, kind, status, printed)
        status, printed = attempt(scenario.act, root)
        if status:
            faults.append(f"the next one fails: {printed}")
        faults += complaints(root, before, scenario.renews, scenario.removes)
        faults += [f"{path.name} stays" for path in temporaries(root)]
        return faults


def _spoken(fault: str, kind: str, status: int, printed: str) -> list[str]:
    """One line that says why, and exit 2; or warnings, where what cannot be kept can be used."""
    lines, code = printed.splitlines(), os.waitstatus_to_exitcode(status)
    why = os.strerror(getattr(errno, fault)) in printed
    if code == 2 and why and len(lines) == 1 and printed.startswith("error: "):
        return []
    # What cannot be removed now is removed another time, also where its lock cannot be tried; a
    # probe has a second way.
    tidying = kind in ("unlink", "rmdir", "probe", LOCK) and not printed
    if code == 0 and (tidying or why) and all(line.startswith("warning: ") for line in lines):
        return []
    return [f"exit {code} with {printed!r}"]


@contextlib.contextmanager
def prepared(scenario: Scenario) -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    """The folder that a scenario begins with, and its points, counted once for all faults."""
    with tempfile.TemporaryDirectory() as scratch:
        template = Path(scratch) / "root"
        template.mkdir()
        scenario.prepare(template)
        yield template, count(scenario, template)


def measure(
    scenario: Scenario,
    template: Path,
    points: Sequence[tuple[str, str]],
    fault: str,
    every: int,
    at: int | None = None,
) -> Figures:
    """Meet a fault at every n-th point of a scenario, in turn."""
    began = time.perf_counter()
    figures = Figures(scenario.name, fault, len(points))
    # A sample takes other points for each fault.
    first = 1 + [KILL, *FAULTS].index(fault) * every // 5
    numbers = [at] if at else range(first, len(points) + 1, every)
    for number in mine(numbers):
        figures.trials += 1
        kind, path = points[number - 1]
        figures.complaints += [
            f"{fault} at {number} ({kind} {Path(path).name}): {complaint}"
            for complaint in judge(
                scenario, template, fault, number, LOCK if path.endswith(LOCK) else kind
            )
        ]
    figures.seconds = round(time.perf_counter() - began, 1)
    return figures


def together(runs: list[Act], processes: int, rounds: int) -> Figures:
    """Let processes fetch one series and publish runs, the same and others, all at once."""
    began = time.perf_counter()
    figures = Figures(f"{processes} processes at once", "", 0)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)

            def act(place: Path, number: int) -> None:
                fetch(place, refresh=False)
                runs[number % len(runs)](place)

            children = [begin(partial(act, number=n), root) for n in range(processes)]
            ends = [end(child) for child in children]
            figures.trials += processes
            figures.complaints += [said for status, said in ends if status]
            figures.complaints += complaints(root, {}, ())
            figures.complaints += [f"{path.name} stays" for path in temporaries(root)]
            asked = (root / "asked").read_text().count("SPY")
            if asked != 1:
                figures.complaints.append(f"fetched {asked} times")
            page = (root / "results" / "index.html").read_text()
            found = {path.parent.name for path in root.glob("results/*/manifest.json")}
            if len(found) != len(runs) or not all(name in page for name in found):
                figures.complaints.append(f"the index does not list {sorted(found)}")
    figures.seconds = round(time.perf_counter() - began, 1)
    return figures


def main() -> None:
    """Measure what is asked for, a line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each n-th point")
    parser.add_argument("--faults", nargs="+", default=[KILL, *FAULTS])
    parser.add_argument("--only", default="", help="scenarios whose name has this word")
    parser.add_argument("--at", type=int, help="this one point")
    parser.add_argument("--rounds", type=int, default=25, help="of eight processes at once")
    parser.add_argument("--with-tearsheet", action="store_true")
    given = parser.parse_args()
    found, runs = scenarios(with_tearsheet=given.with_tearsheet)
    gc.freeze()  # children leave what is loaded alone, so that their memory stays shared
    for scenario in found:
        if given.only in scenario.name:
            with prepared(scenario) as (template, points):
                for fault in given.faults:
                    figures = measure(scenario, template, points, fault, given.every, given.at)
                    if FULL:
                        tell(f"write points with {fault}", figures.trials, figures.complaints)
                    else:
                        print(json.dumps(vars(figures)), flush=True)
    if given.rounds:
        figures = together(runs, PROCESSES, max(1, round(given.rounds * FRACTION)))
        if FULL:
            tell("processes at once", figures.trials, figures.complaints)
        else:
            print(json.dumps(vars(figures)), flush=True)


if __name__ == "__main__":
    main()
