"""Run every benchmark and write docs/benchmark.md: ``python -m tests.benchmarks``.

Each runs as its own process, one after the other, and shows what it measures as it goes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tests.benchmarks.figures import HANDED_OVER, Figure, taken
from tests.benchmarks.machine import commit, others_busy, this_machine
from tests.benchmarks.report import (
    MAY,
    MUST,
    PAGE,
    RECORDS,
    Measured,
    Records,
    Section,
    read,
    write,
)

ROOT = Path(__file__).parents[2]
MARKET = "../shared/market"
DAILY = f"files:{MARKET}"
B = "tests.benchmarks."

SECTIONS = (
    Section("peers", "The same portfolio in other libraries",
            "16,000 made daily sessions (as many as since 1962), three tickers, fills a session "
            "after the decision at 2 + 1 basis points: orders and value of one mix, and of a sweep "
            "of 5,151 mixes, of which the others do some (vectorbt with six metrics, here eleven, "
            "else the value only). In one process, on code that is loaded and compiled.",
            (B + "peers",)),
    Section("main", "A run from the command line, bundled months",
            "The command with everything it writes (verdict, tear sheet, stress test) against a "
            "bare script that imports the same libraries, simulates the same mix with vectorbt and "
            "renders the same quantstats page; whole processes.",
            (B + "run_overhead", "--whole")),
    Section("main-daily", "A run from the command line, 23 daily years", "The same on real daily "
            "prices.", (B + "run_overhead", "--whole", "--source", DAILY), MARKET),
    Section("answer", "The same run again", "Nothing has changed: answered from the verified "
            "folder of the first, with the same words.", (B + "answer",)),
    Section("answer-daily", "The same run again, daily prices", "The same on real daily prices.",
            (B + "answer", "--source", DAILY), MARKET),
    Section("rules", "Searches of rules", "Every candidate decides by itself, is filled and "
            "scored, on code that is compiled; against an older version where one was given.",
            (B + "rules", "--source", DAILY), MARKET, base=MAY),
    Section("compare", "Ten portfolios against one run", "A comparison of ten over 23 daily years, "
            "verdicts included, against one of them run alone and against the bare script; whole "
            "processes.",
            (B + "compare", "--source", DAILY), MARKET),
    Section("lab-pairs", "The lab against an older version", "Median answers of both, in turn, "
            "over 23 daily years.", (B + "lab_pairs", "--source", DAILY), MARKET, base=MUST),
    Section("lab", "The lab", "From a slider's message to the answer on the page, over 23 daily "
            "years; what comes after it is the long view and what holds today.",
            (B + "lab", "--source", DAILY), MARKET),
    Section("verdict", "The verdict, bundled months", "Parts of the verdict inside a process; "
            "*fresh* draws its resamples anew.", (B + "verdict", "--source", "bundled")),
    Section("verdict-daily", "The verdict, 23 daily years", "The same on real daily prices.",
            (B + "verdict", "--source", f"{DAILY}/yahoo"), MARKET),
    Section("snapshots", "Snapshots, and a Yahoo that does not answer", "Loading SPY and IEF in a "
            "fresh process, beyond importing pandas.", (B + "snapshots",), MARKET),
    Section("curve", "Sixty years of yield curves", "Daily returns of par bonds from curves whose "
            "published maturities change.", (B + "curve",)),
    Section("scaling", "Growth with the work", "The kernel on one thread and the ledger in plain "
            "Python, against sessions, assets, mixes, bands and payments: three tickers and 16,000 "
            "sessions where nothing else is said (*assets*: 8,000). The kernel does 1,024 mixes at "
            "once, and its time is that of a mix; under *mixes* it is that of all.",
            (B + "scaling",)),
    Section("sweep", "The sweep and its limits", "16,000 sessions, three tickers and cash.",
            (B + "sweep",)),
    Section("cluster", "A Dask cluster on this machine", "When sending mixes to processes pays "
            "([searches](tuning.md#time)).", (B + "cluster",)),
)  # fmt: skip


def run_one(section: Section) -> list[Figure]:
    """Run a benchmark; what it prints goes to the screen.

    Raises
    ------
    subprocess.CalledProcessError
        If it failed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch, "figures.json")
        subprocess.run(
            [sys.executable, "-m", *section.words], cwd=ROOT, check=True,
            env={**os.environ, HANDED_OVER: str(place)},
        )  # fmt: skip
        return taken(place)


def against(section: Section, base: Path | None) -> Section:
    """The section with the other checkout among its words, where it takes one."""
    if base is None or not section.base:
        return section
    return replace(section, words=(*section.words, "--base", str(base.resolve())))


def measure(
    section: Section,
    before: Measured,
    run: Callable[[Section], list[Figure]] = run_one,
    today: str | None = None,
) -> Measured:
    """Measure a section anew; what it gave before stays, with the reason, if it cannot be."""
    today = today or f"{pd.Timestamp.now():%Y-%m-%d}"
    if section.needs and not (ROOT / section.needs).is_dir():
        return replace(before, trouble=f"Left out on {today}: there is no {section.needs}.")
    if section.base == MUST and "--base" not in section.words:
        return replace(before, trouble=f"Left out on {today}: no other version by --base.")
    busy, began = others_busy(), time.perf_counter()
    try:
        figures = run(section)
    except subprocess.CalledProcessError as error:
        ended = f"it ended with code {error.returncode}"
        return replace(before, trouble=f"Failed on {today}: {ended}.")
    is_against = "--base" in section.words
    if not figures:
        return replace(before, trouble=f"Failed on {today}: it handed over no figures.")
    return Measured(
        figures=tuple(figures), machine=this_machine(), commit=commit(), date=today,
        busy=busy and round(busy, 3), seconds=round(time.perf_counter() - began, 1),
        command=section.command.partition(" --base")[0] + is_against * " --base DIR",
    )  # fmt: skip


def update(
    asked: Sequence[str],
    folder: Path,
    sections: Sequence[Section] = SECTIONS,
    run: Callable[[Section], list[Figure]] = run_one,
    base: Path | None = None,
) -> Records:
    """Measure the asked sections, all if there are none; write the page after each of them."""
    began = time.perf_counter()
    chosen = [section for section in sections if not asked or section.name in asked]
    records = read(folder / RECORDS.name)
    for name in records.sections.keys() - {section.name for section in sections}:
        print(f"dropped: {name}, which is no section any more", flush=True)
    for number, section in enumerate(chosen, 1):
        spent = time.perf_counter() - began
        print(f"\n[{number}/{len(chosen)}, {spent:.0f} s] {section.title}: {section.command}",
              flush=True)  # fmt: skip
        measured = measure(
            against(section, base), records.sections.get(section.name, Measured()), run
        )
        if measured.trouble:
            print(f"  {measured.trouble}", flush=True)
        by_name = {**records.sections, section.name: measured}
        order = [each.name for each in sections if each.name in by_name]
        records = Records({name: by_name[name] for name in order})
        write(records, sections, folder)
    return records


def main(words: Sequence[str] | None = None) -> None:
    """Run, write the page; 1 if a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = [section.name for section in SECTIONS]
    parser.add_argument("--only", nargs="+", choices=names, default=[], metavar="SECTION",
                        help=f"only these, the others stay as they are: {', '.join(names)}",
                        )  # fmt: skip
    parser.add_argument("--out", type=Path, default=PAGE.parent, help="folder of the page")
    parser.add_argument("--base", type=Path, help="a checkout of an older version to compare with")
    parser.add_argument("--page", action="store_true", help="make the page anew of its records")
    asked = parser.parse_args(words)
    if asked.page:
        return write(read(asked.out / RECORDS.name), SECTIONS, asked.out)
    began = time.perf_counter()
    try:
        records = update(asked.only, asked.out, base=asked.base)
    except KeyboardInterrupt:
        sys.exit(f"\nstopped: {asked.out / PAGE.name} has the sections that had ended")
    print(f"\n{asked.out / PAGE.name} after {time.perf_counter() - began:.0f} s")
    measured = records.sections.items()
    failed = [
        name
        for name, run in measured
        if run.trouble.startswith("Failed") and (not asked.only or name in asked.only)
    ]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
