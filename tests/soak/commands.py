"""Whole commands killed at random moments: ``python -m tests.soak.commands``.

A command is one entry of ``COMMANDS``. It runs in its own process group, its workers in the
same. A moment is either a share of its measured duration, or a number of changes seen in the
folders it writes to, which needs no measured duration and hits the part that matters. With
every second kill only the first process dies, and its workers have to end by themselves.

Most of them begin as forks of a process that has loaded the libraries (``tests/warm.py``), so that
the moments fall into what the command does; of ten, two begin as users start them, loading too.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests import warm, yahoo_server
from tests.made_exchange import hold_currency
from tests.made_rates import hold_rates
from tests.soak.counts import FRACTION, tell
from tests.soak.storage import PROCESSES, complaints, contents, temporaries

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 300
TOGETHER = "together"
Started = subprocess.Popen[str] | warm.Forked
Start = Callable[[str, Path, dict[str, str]], Started]
MONTHS = ("--source", "bundled", "--start", "2015-01-30")

# Words after ``python -m``; {out} is the results folder. Each may rewrite the names after it. What
# is run again is made again, so that there is something to kill.
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fetch": (("data.history", "--out", "{out}/history"), ("tracking.csv", "tracking.svg")),
    "run": (("backtests.run", "hedge_mix", *MONTHS, "--again", "--out", "{out}"), ("index.html",)),
    "yen": (
        ("backtests.run", "hedge_mix", "--currency", "JPY", "--fx-hedge", "1", *MONTHS,
         "--no-tearsheet", "--again", "--out", "{out}"),
        ("index.html",),
    ),
    # Everything fetched: prices, rates of exchange of two servers, both short rates.
    "euro": (
        ("backtests.run", "hedge_mix", "--source", "yahoo", "--currency", "EUR", "--no-tearsheet",
         "--no-verdict", "--again", "--out", "{out}"),
        ("index.html",),
    ),
    "franc": (
        ("backtests.run", "equity_only", "--currency", "CHF", "--cash", "usd", "--no-tearsheet",
         "--no-verdict", *MONTHS, "--again", "--out", "{out}"),
        ("index.html",),
    ),
    "compare": (
        ("backtests.compare", "hedge_mix", "equity_only", "--no-tearsheet", "--no-verdict",
         *MONTHS, "--out", "{out}"),
        ("index.html",),
    ),
    "own money": (
        ("backtests.compare", "hedge_mix", "hedge_mix@JPY", "--each-in-its-own", "--no-tearsheet",
         "--no-verdict", *MONTHS, "--out", "{out}"),
        ("index.html",),
    ),
    # A pensioner abroad: bands, payouts, tax, purchasing power.
    "pension": (
        ("backtests.run", "hedge_mix", "--currency", "EUR", "--fx-hedge", "0.5", "--withholding",
         "IEF=0.15", "--band", "0.05", "--flow", "-4%/year", "--real", "--no-tearsheet", *MONTHS,
         "--out", "{out}"),
        ("index.html",),
    ),
    "today": (
        ("backtests.today", "hedge_mix", "--source", "yahoo"),
        (),
    ),
    "stress": (
        ("backtests.stress", "hedge_mix", *MONTHS, "--out", "{out}"),
        ("index.html",),
    ),
    "claims": (
        ("backtests.claims", "--source", "bundled", "--end", "1990-12-31", "--out", "{out}"),
        ("index.html",),
    ),
    "lab": (("tests.soak.python_doors", "lab", "{out}"), ("index.html",)),
    "python": (("tests.soak.python_doors", "face", "{out}"), ("index.html", "trials.parquet")),
    "tune": (
        ("backtests.tune", "attack_defend", "--grid", "step_bp=5:500:5", "--subject-to",
         "max_drawdown>-0.9", "--source", "bundled", "--start", "1990-01-31", "--out", "{out}"),
        ("index.html", "trials.parquet"),
    ),
}  # fmt: skip


@dataclass
class Killed:
    """What became of one command killed at several moments."""

    command: str
    kills: int = 0
    too_late: int = 0
    recoveries: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)


@contextmanager
def servers() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Serve quiet prices and yields on loopback.

    Yields
    ------
    tuple
        The environment that asks for them, and what was asked for so far.
    """
    with yahoo_server.serve() as yahoo:
        for ticker in ("SPY", "SHY", "IEF", "TLT", "BIL", "^SP500TR", "VFINX"):
            yahoo.hold(ticker, yahoo_server.made_bars(800))
        hold_rates(yahoo, "2018-01-01", "2025-09-26")
        hold_currency(yahoo, "EUR", "2025-09-26")
        addresses = {"HEDGE_YAHOO_URL": yahoo.url, "HEDGE_FRED_URL": yahoo.url}
        yield {**os.environ, **addresses}, yahoo.asked


def start(command: str, root: Path, environment: dict[str, str]) -> Started:
    """Start an entry of ``COMMANDS`` on the folders below ``root``."""
    return launch(COMMANDS[command][0], root, environment)


def start_soon(command: str, root: Path, environment: dict[str, str]) -> Started:
    """Start it without the seconds in which it loads: a fork."""
    words, named = _given(COMMANDS[command][0], root, environment)
    return warm.parent().start(
        words, cwd=ROOT, env=named, out=subprocess.DEVNULL, err=subprocess.PIPE
    )


def launch(command: Sequence[str], root: Path, environment: dict[str, str]) -> Started:
    """Start a command as the leader of its own group."""
    words, named = _given(command, root, environment)
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=named,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _given(
    command: Sequence[str], root: Path, environment: dict[str, str]
) -> tuple[list[str], dict[str, str]]:
    words = [word.format(out=root / "results") for word in command]
    return words, {**environment, "HEDGE_DATA_DIR": str(root / "cache")}


@dataclass(frozen=True)
class Moment:
    """When to kill: after some seconds, or after some changes of the folders."""

    seconds: float | None = None
    changes: int = 0


def kill(process: Started, root: Path, moment: Moment, *, group: bool) -> bool:
    """Kill a command at a moment, with its group or alone; False where it had ended before."""
    began, changes, last = time.monotonic(), 0, _state(root)
    while process.poll() is None:
        state = _state(root) if moment.seconds is None else last
        changes, last = changes + (state != last), state
        if moment.seconds is None:
            due = changes >= moment.changes
        else:
            due = time.monotonic() - began >= moment.seconds
        if due:
            break
        time.sleep(0.002)
    alive = process.poll() is None
    if alive:
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.wait(timeout=LIMIT_SECONDS)
    process.stderr.close()  # a worker that lives on would keep it open
    return alive


def _state(root: Path) -> frozenset[tuple[str, int]]:
    entries = set()
    for folder, folders, files in os.walk(root):  # which passes over what is gone meanwhile
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            with suppress(OSError):
                entries.add((path, os.stat(path).st_mtime_ns))
    return frozenset(entries)


def survivors(session: int) -> list[int]:
    """Processes of a session that still run; those that are only not reaped yet are left out.

    Of the session, not of the group: what a command starts may lead a group of its own.
    """
    running = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, its_session = entry.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state not in "ZX":
                running.append(int(entry.parent.name))
    return running


def soak(command: str, kills: int, changes: tuple[int, ...] = (), seed: int = 20260101) -> Killed:
    """Kill a command several times and see that nothing is lost and the next one succeeds.

    Parameters
    ----------
    command
        A key of ``COMMANDS``.
    kills
        How often; what ends before its moment is tried again, at another one.
    changes
        Moments, as changes of its folders, and one run to its end after all of them. Without,
        random moments of its measured duration, and a run to its end after each.
    seed
        Of the random moments.
    """
    began, done, chance = time.monotonic(), Killed(command), random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch, servers() as (environment, _):
        root = Path(scratch)
        shortest: dict[Start, float] = {}
        if not changes:
            shortest[start_soon] = _finish(done, root, environment, start_soon)
        for number in range(3 * kills):
            begin = start if number % 5 == 4 and not changes else start_soon
            if changes:
                moment = Moment(changes=changes[number % len(changes)])
            else:
                if begin not in shortest:
                    shortest[begin] = _finish(done, root, environment, begin)
                moment = Moment(seconds=chance.uniform(0.0, shortest[begin]))
            _kill_and_look(done, root, environment, moment, begin, group=number % 2 == 0)
            if not changes:
                took = _finish(done, root, environment, start_soon)
                shortest[start_soon] = min(shortest[start_soon], took)
            if done.kills == kills:
                break
        if changes:
            _finish(done, root, environment, start_soon)
    done.seconds = round(time.monotonic() - began, 1)
    return done


def _kill_and_look(
    done: Killed,
    root: Path,
    environment: dict[str, str],
    moment: Moment,
    begin: Start,
    *,
    group: bool,
) -> None:
    if not group:
        _forget(root)  # so that there is something to write
    before = contents(root)
    process = begin(done.command, root, environment)
    killed = kill(process, root, moment, group=group)
    done.kills += killed
    done.too_late += not killed
    until = time.monotonic() + 30
    while survivors(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    found = [f"process {one} lives on" for one in survivors(process.pid)]
    found += complaints(root, before, COMMANDS[done.command][1])
    done.complaints += [f"{moment}: {one}" for one in found]


def _forget(root: Path) -> None:
    """Take away a finished part, as a user may: one result and one snapshot."""
    for path in (*sorted(root.glob("results/[a-z]*-*"))[:1], *sorted(root.glob("cache/S*"))[:1]):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _finish(done: Killed, root: Path, environment: dict[str, str], begin: Start) -> float:
    """Run a command to its end, without help; the seconds it took."""
    before, began = contents(root), time.monotonic()
    process = begin(done.command, root, environment)
    _, errors = process.communicate(timeout=LIMIT_SECONDS)
    took = time.monotonic() - began
    done.recoveries += 1
    if process.returncode:
        done.complaints.append(f"the next one fails: {errors}")
    done.complaints += complaints(root, before, COMMANDS[done.command][1])
    done.complaints += [f"{path.name} stays" for path in temporaries(root)]
    return took


def together(processes: int) -> Killed:
    """Let whole runs fetch the same tickers and publish, every other one the same, all at once."""
    began, done = time.monotonic(), Killed(f"{processes} runs at once")
    with tempfile.TemporaryDirectory() as scratch, servers() as (environment, asked):
        root = Path(scratch)
        weights = [50 + number * (number % 2) for number in range(processes)]
        running = [
            launch(
                ("backtests.run", "hedge_mix", "--source", "yahoo", "--out", "{out}",
                 "--no-tearsheet", "--weights", f"SPY=0.{weight},IEF=0.4"),
                root, environment,
            )
            for weight in weights
        ]  # fmt: skip
        for process in running:
            _, errors = process.communicate(timeout=LIMIT_SECONDS)
            if process.returncode:
                done.complaints.append(errors)
        done.complaints += complaints(root, {}, ())
        done.complaints += [f"{path.name} stays" for path in temporaries(root)]
        # yfinance asks for the time zone first: once a process that fetches.
        histories = {name: asked.count(name) for name in set(asked)}
        done.complaints += [f"{n} asked {c} times" for n, c in histories.items() if c > 2]
        page = (root / "results" / "index.html").read_text()
        found = [path.parent.name for path in root.glob("results/*/manifest.json")]
        if len(found) != len(set(weights)) or not all(name in page for name in found):
            done.complaints.append(f"the index does not list {found}")
    done.seconds = round(time.monotonic() - began, 1)
    return done


def main() -> None:
    """Kill each command ten times, then let eight run at once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", choices=[*COMMANDS, TOGETHER], nargs="+",
                        default=[*COMMANDS, TOGETHER])  # fmt: skip
    parser.add_argument("--seed", type=int, default=20260101)
    given = parser.parse_args()
    for command in given.only:
        if command == TOGETHER:
            done = together(PROCESSES)
            tell("whole runs at once", PROCESSES, done.complaints)
            continue
        done = soak(command, max(1, round(given.kills * FRACTION)), seed=given.seed)
        tell("kills of whole commands", done.kills, done.complaints,
             sums={command: done.kills, "runs to the end": done.recoveries,
                   "came too late": done.too_late})  # fmt: skip


if __name__ == "__main__":
    main()
