"""What the list of 2,000 runs costs: ``python -m tests.benchmarks.index``.

Copies of real runs under other names, times and words. Prints the seconds of the first list, with
and without what newer manifests hold, of the list after one more run, and what the page takes in
Chromium to open, to find and to sort.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from backtests.report.files import SUMMARY, write_json
from backtests.report.index import rebuild_index
from backtests.report.index_cache import CACHE, SETTLED_NS
from backtests.report.run_folder import write_run
from tests import browser, page_checks
from tests.report.helpers import make_run

WORDS = ("works", "fails", "unclear", "it depended", "same as bills")
REPEATS = 5
FIND = """
const field = document.querySelector(".find input"), began = performance.now();
field.value = arguments[0];
field.dispatchEvent(new Event("input"));
document.body.offsetHeight;
return [performance.now() - began, document.querySelector(".find output").textContent];
"""
SORT = """
const began = performance.now();
document.querySelector("section:not([hidden]) .list.sortable button.sort").click();
document.body.offsetHeight;
return performance.now() - began;
"""
OPENED = "const [entry] = performance.getEntriesByType('navigation'); return entry.loadEventEnd;"


def copies(out: Path, originals: list[Path], count: int, *, older: bool) -> None:
    """Fill a results folder; of older manifests without what lists of runs show."""
    out.mkdir()
    for number in range(count):
        original = originals[number % len(originals)]
        folder = out / f"{original.name.rpartition('-')[0]}-{number:010x}"
        folder.mkdir()
        for path in original.iterdir():
            if path.name != "manifest.json":
                os.link(path, folder / path.name)
        manifest: dict[str, Any] = json.loads((original / "manifest.json").read_text())
        manifest["created"] = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00+00:00"
        manifest["verdict"] = WORDS[number % len(WORDS)]
        if older:
            del manifest["glance"]
        write_json(folder / "manifest.json", manifest)


def listing(out: Path) -> tuple[float, float]:
    """Seconds of one list, and those of its processor: another process may hold it meanwhile."""
    began, busy = time.perf_counter(), time.process_time()
    rebuild_index(out)
    return time.perf_counter() - began, time.process_time() - busy


def one_more(out: Path, number: int) -> None:
    """Give the first run of a folder a twin, as if it had just been written."""
    original = next(path for path in sorted(out.iterdir()) if (path / SUMMARY).is_file())
    folder = out / f"hedge_mix-new{number}"
    folder.mkdir()
    for path in original.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())


def main() -> None:
    """Make, then time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    count: int = parser.parse_args().count
    with tempfile.TemporaryDirectory() as scratch:
        made = [
            write_run(Path(scratch, "made"), run, with_tearsheet=False)
            for run in (
                make_run(),
                make_run(params={"weights": {"SPY": 0.5, "TLT": 0.3}}, start=None),
                make_run("attack_defend", start=None),
            )
        ]
        rebuild_index(Path(scratch, "made"))  # templates are read and compiled once a process
        older, out = Path(scratch, "older"), Path(scratch, "results")
        copies(older, made, count, older=True)
        copies(out, made, count, older=False)
        time.sleep(2 * SETTLED_NS / 1e9)  # until no file can change within its tick
        print(f"the list of {count:,} runs, seconds; in brackets of the processor")
        print("  first, of older manifests             {:6.2f} ({:.2f})".format(*listing(older)))
        print("  first                                 {:6.2f} ({:.2f})".format(*listing(out)))
        again = []
        for number in range(REPEATS):
            one_more(out, number)
            again.append(listing(out))
        medians = map(statistics.median, zip(*again, strict=True))
        print("  after one more run, median of {}       {:6.2f} ({:.2f})".format(REPEATS, *medians))
        sizes = [(out / name).stat().st_size / 1e6 for name in ("index.html", CACHE)]
        print("  page and cache, MB                   {:5.1f} {:5.1f}".format(*sizes))
        with browser.chromium() as driver:
            page_checks.show(driver, 1440)
            browser.open_page(driver, out / "index.html")
            opened = driver.execute_script(OPENED) / 1e3
            print(f"  opened in Chromium                    {opened:6.2f}")
            for words in ("tlt works", "t", ""):
                taken, told = driver.execute_script(FIND, words)
                print(f"  found {words!r:12} {told:20}{taken / 1e3:6.2f}")
            print(
                f"  sorted                                {driver.execute_script(SORT) / 1e3:6.2f}"
            )


if __name__ == "__main__":
    main()
