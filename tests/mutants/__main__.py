"""``python -m tests.mutants [WORDS ...]``: apply each small wrong change, and see its test fail.

Each runs in a copy of the checkout, two side by side (``--workers``). First every test that is
used runs on the code as it stands, and has to pass. WORDS choose: the entries of whose file, test
or description contain one of them. Exit code 1 if a change goes unnoticed that should not, or the
other way round. ``--table`` writes docs/mutants.md anew, and runs nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from tests.conftest import ROOT
from tests.mutants.entries import Mutant, as_table, read_mutants

PAGE = ROOT / "docs" / "mutants.md"
TABLE = "<!-- the table below is written by python -m tests.mutants --table -->\n"
PATIENCE = 900.0  # seconds; a change that makes its test hang is noticed
FAILED, PASSED, HUNG = 1, 0, -1


def copy_of_code(target: Path) -> Path:
    """Copy what git knows or would add, beside a link to the real data where they are."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    shared = ROOT.parent / "shared"
    if shared.is_dir() and not (target.parent / "shared").exists():
        (target.parent / "shared").symlink_to(shared)
    return target


def run_test(folder: Path, test: str) -> tuple[int, str]:
    """Run one test file in a copy; its exit code, or ``HUNG``, and what it printed."""
    words = ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", test]
    # Compiled files are told apart by second and size, which a change of one sign keeps.
    quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    quiet["NUMBA_CACHE_DIR"] = str(folder / ".numba")
    try:
        done = subprocess.run(
            [sys.executable, *words], cwd=folder, env=quiet, timeout=PATIENCE,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return HUNG, f"not done after {PATIENCE:g} s"
    return done.returncode, done.stdout + done.stderr


@contextmanager
def changed(folder: Path, mutant: Mutant) -> Iterator[None]:
    """Apply a change to a copy, and take it back."""
    path = folder / mutant.file
    text = path.read_text("utf-8")
    path.write_text(mutant.applied(text), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")
        shutil.rmtree(folder / ".numba", ignore_errors=True)


def verdict_of(mutant: Mutant, code: int, printed: str) -> str:
    """A line where a change did not end as its entry says, else nothing."""
    if code not in (FAILED, PASSED, HUNG):
        last = printed.strip().splitlines()[-1:] or ["nothing printed"]
        return f"did not run ({last[0]})"
    if code == PASSED and not mutant.survives:
        return f"went unnoticed by {mutant.test}"
    if code != PASSED and mutant.survives:
        return "is noticed; take its reason to survive away"
    return ""


def main() -> int:
    """Run the entries asked for, and print what did not end as it should."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    mutants = read_mutants()
    if given.table:
        head = PAGE.read_text("utf-8").partition(TABLE)[0]
        PAGE.write_text(head + TABLE + "\n" + as_table(mutants), "utf-8")
        return 0
    if given.words:
        mutants = [mutant for mutant in mutants if _asked(mutant, given.words)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        failures = _run(mutants, Path(scratch), given.workers)
    noticed = sum(not mutant.survives for mutant in mutants)
    print(
        f"{len(mutants)} changes, {noticed} to be noticed, {len(failures)} not as they should be, "
        f"in {time.monotonic() - began:.0f} s"
    )
    return 1 if failures else 0


def _asked(mutant: Mutant, words: Iterable[str]) -> bool:
    return any(word in f"{mutant.file} {mutant.test} {mutant.what}" for word in words)


def _run(mutants: list[Mutant], scratch: Path, workers: int) -> list[str]:
    """Run tests as the code stands, then with each change; the lines of what went wrong."""
    folders: SimpleQueue[Path] = SimpleQueue()
    for number in range(workers):
        folders.put(copy_of_code(scratch / str(number) / "main"))

    def as_it_stands(test: str) -> str:
        folder = folders.get()
        try:
            code, printed = run_test(folder, test)
        finally:
            folders.put(folder)
        return "" if code == PASSED else f"{test} fails without any change:\n{printed[-2000:]}"

    def with_change(mutant: Mutant) -> str:
        folder = folders.get()
        try:
            with changed(folder, mutant):
                line = verdict_of(mutant, *run_test(folder, mutant.test))
        finally:
            folders.put(folder)
        return f"{mutant.file}: {mutant.what}: {line}" if line else ""

    with ThreadPoolExecutor(workers) as pool:
        failures = _told(pool.map(as_it_stands, sorted({mutant.test for mutant in mutants})))
        return failures or _told(pool.map(with_change, mutants))


def _told(lines: Iterable[str]) -> list[str]:
    """Print lines as they come, and a dot for each that is empty."""
    failures = []
    for line in lines:
        print(line or ".", end="\n" if line else "", flush=True)
        if line:
            failures.append(line)
    print()
    return failures


if __name__ == "__main__":
    sys.exit(main())
