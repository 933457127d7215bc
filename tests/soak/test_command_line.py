"""Random command lines: no traceback, no other exit code, and every error says what to do.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_command_line.py`` tries 10,000 of them.
"""

from __future__ import annotations

import collections
import os
import random
import subprocess
import sys
from concurrent.futures import Future

import pytest

from strategies.registry import STRATEGIES
from tests.conftest import ROOT
from tests.soak.counts import count, report
from tests.soak.doors import call, complaint

GARBAGE = (
    "", " ", "-", "--", "=", ",", ":", "0", "-1", "nan", "inf", "-inf", "1e400", "9" * 400, "1_000",
    "٣", "½", "\0", "a\0b", "\n", "a\nb", "\ud800", "\udcff\udcfe", "\u202egnp.exe", "\u2028", "🂡",
    "é" * 300, "x" * 5000, "..", ".", "/", "../../etc/passwd", "/dev/null", "/dev/full", "/proc/self/mem",
    "~", "$HOME", "CON", "NUL", "a/b", "%s%n", "{}", "{0}", "[red]", "[/]", "<script>", "'", '"',
    "--help=1", "--no-such", "-x", "None", "True", "null",
)  # fmt: skip
NUMBER = ("0", "1", "2.5", "10", "500", "1000", "1001", "1e-320", "1e15", "1e16", "-0.0")
DAY = ("1962-01-31", "1999-12-31", "2000-01-31", "2000-06-30", "2024-02-30", "1799-12-31",
       "2200-12-31", "9999-12-31", "0000-00-00", "20000131", "2000-1-1", "2000-W01-1",
       "2000-01-31T00:00", "+2000-01-31")  # fmt: skip
SOURCE = (
    "bundled",
    "bundled",
    "bundled",
    "auto",
    "yahoo",
    "files:",
    "files:prices",
    "files:.",
    "files:no-such",
    "files:prices/SPY.csv",
    "files:a\0b",
    "files:/proc",
    "file:prices",
)
TICKER = (
    "SPY",
    "IEF",
    "TLT",
    "SHY",
    "CASH",
    "spy",
    "^GSPC",
    "^IRX",
    "SPYY",
    "manifest",
    "..",
    "../SPY",
    "/etc/passwd",
    "CON",
    "SPY.csv",
)
WEIGHTS = (
    "SPY=0.6,IEF=0.4",
    "SPY=1",
    "SPY=0",
    "SPY=0.9,IEF=0.2",
    "SPY=-1",
    "SPY=nan",
    "SPY",
    "SPY=0.5,SPY=0.5",
    "CASH=1",
    "=1",
    "SPY=1e-400",
    "../x=1",
    "SPY=0.5,",
    "a\0b=0.5",
)
CALENDAR = ("monthly", "quarterly", "annually", "never", "Monthly", "daily")
SETTING = (
    "equity_weight=0.5",
    "step_bp=25",
    "step_bp=0",
    "lookback_years=5",
    "weights=SPY=1",
    "rebalance=never",
    "x",
    "=",
    "a=b=c",
    "equity_weight=nan",
    "ticker=SPY",
    "ticker=",
)
FOLDER = (
    "results",
    "results",
    "out",
    "prices/SPY.csv",
    ".",
    "/",
    "/dev/null/x",
    "/proc/x",
    "a/b/c",
    "results/../results",
    "link",
)
NAME = (*STRATEGIES, "hedge_mx", "HEDGE_MIX", "results", "")
RUN = (
    *STRATEGIES,
    "hedge_mix:SPY=0.7,IEF=0.3",
    "hedge_mix:",
    "hedge_mix:SPY",
    "equity_only:ticker=IEF",
    "attack_defend:step_bp=25",
    "finished",
    "results/finished",
    "prices",
    ".",
    "..",
    "/",
    "nowhere",
    "hedge_mix:weights=SPY=1",
    "carry:step_bp=x",
    "hedge_mix:SPY=0.7,SPY=0.1",
)
FILE = ("run.toml", "broken.toml", "prices", "no-such.toml", "/dev/null", "prices/SPY.csv")

RUN_OPTIONS = {
    "--source": SOURCE, "--extend": None, "--start": DAY, "--end": DAY, "--fee-bps": NUMBER,
    "--slippage-bps": NUMBER, "--lag": ("1", "2", "3", "1.5", "0", "500", "99999999999999999999"),
    "--benchmark": TICKER, "--initial": NUMBER, "--out": FOLDER, "--no-tearsheet": None,
    "--no-verdict": None,
}  # fmt: skip
# Of each command: what its positional words are, how many it likes, and its options.
DOORS = {
    "backtests.run": (NAME, (0, 1, 1, 1, 2), {
        **RUN_OPTIONS, "--weights": WEIGHTS, "--rebalance": CALENDAR, "--set": SETTING,
        "--config": FILE, "--refresh": None, "--json": None, "--list": None, "--help": None, "-h": None,
    }),
    "backtests.compare": (RUN, (0, 1, 2, 2, 2, 3, 25), {
        **RUN_OPTIONS, "--align": None, "--against": None, "--help": None,
    }),
    "data.cache": (("x",), (0, 0, 0, 1), {"--clear": None, "--help": None}),
    "data.history": (("x",), (0, 0, 0, 1), {
        "--source": SOURCE, "--first": ("2000-01", "2005-02", "2000-13", "0000-01", "2000-01-01"),
        "--last": ("2010-12", "2025-08", "9999-12"), "--four-yields": None, "--out": FOLDER,
        "--help": None,
    }),
}  # fmt: skip
SHARES = {
    "backtests.run": 0.55,
    "backtests.compare": 0.25,
    "data.cache": 0.05,
    "data.history": 0.15,
}


def vector(rng: random.Random, door: str) -> list[str]:
    """Draw a command line: mostly of the right form, with one thing or another amiss."""
    words, counts, options = DOORS[door]
    garbage = rng.choice((0.0, 0.02, 0.1, 0.5))

    def value(known: tuple[str, ...]) -> str:
        return rng.choice(GARBAGE) if rng.random() < garbage else rng.choice(known)

    drawn: list[list[str]] = [[value(words)] for _ in range(rng.choice(counts))]
    for _ in range(rng.randint(0, 5)):
        name = rng.choice(list(options))
        known = options[name]
        if known is None:
            drawn.append([name])
        elif rng.random() < 0.1:
            drawn.append([f"{name}={value(known)}"])
        elif rng.random() < 0.03:
            drawn.append([name])  # its value is missing
        else:
            drawn.append([name, value(known)])
    if rng.random() < garbage:
        drawn.append([rng.choice(GARBAGE)])
    rng.shuffle(drawn)
    return [word for part in drawn for word in part]


class Here:
    """Stands in for a pool of processes: 10,000 comparisons would start 30,000 of them."""

    def __init__(self, **_):
        pass

    def submit(self, work, *arguments):
        done = Future()
        try:
            done.set_result(work(*arguments))
        except Exception as error:
            done.set_exception(error)
        return done

    def shutdown(self, **_):
        pass


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in: prices, a finished run, configurations, and nothing of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("backtests.pool.ProcessPoolExecutor", Here)
    monkeypatch.setattr("data.yahoo.BACKOFF_SECONDS", 0.01)
    months = [f"{year}-{month:02}-28" for year in range(2000, 2004) for month in range(1, 13)]
    for number, ticker in enumerate(("SPY", "IEF", "SHY")):
        rows = "".join(f"{day},{100 + number + at % 7}\n" for at, day in enumerate(months))
        (tmp_path / "prices").mkdir(exist_ok=True)
        (tmp_path / "prices" / f"{ticker}.csv").write_text("date,value\n" + rows)
    made = call("backtests.run", ["equity_only", "--source", "bundled", "--start", "2000-01-31", "--end",
                                  "2002-01-31", "--no-tearsheet", "--no-verdict", "--out", "results"])  # fmt: skip
    assert made.code == 0, made.err
    (folder,) = (tmp_path / "results").glob("equity_only-*")
    (tmp_path / "run.toml").write_bytes((folder / "run.toml").read_bytes())
    folder.rename(folder.with_name("finished"))
    (tmp_path / "broken.toml").write_text('strategy = "hedge_mix"\nlag = "one"\n')
    return tmp_path


def cheap(door: str, arguments: list[str]) -> list[str]:
    """Spare what takes a second and is not asked about here: pages, and sixty years of rows."""
    added: list[str] = []
    if door in ("backtests.run", "backtests.compare"):
        for option, text in (("--no-tearsheet", None), ("--no-verdict", None), ("--start", "2000-01-31"),
                             ("--end", "2001-06-30"), ("--source", "bundled")):  # fmt: skip
            if not any(word == option or word.startswith(f"{option}=") for word in arguments):
                added += [option] if text is None else [option, text]
    # Options before the words: a lone -- ends them.
    return added + arguments


def test_no_command_line_ends_badly(place):
    rng = random.Random(20261122)
    seen: collections.Counter[int] = collections.Counter()
    messages: dict[str, list[str]] = {}
    wrong = []
    for _ in range(count(400, 10_000)):
        door = rng.choices(list(SHARES), list(SHARES.values()))[0]
        arguments = cheap(door, vector(rng, door))
        answer = call(door, arguments)
        seen[answer.code] += 1
        if answer.error:
            messages.setdefault(answer.error[:60], [door, *arguments, answer.error])
        if found := complaint(answer):
            wrong.append(f"{found}: {door} {arguments!r}\n{answer.err[-600:]}")
    report(f"{sum(seen.values())} command lines, exit codes {dict(seen)}, {len(messages)} messages")
    if path := os.environ.get("HEDGE_SOAK_MESSAGES"):
        text = "\n".join(sorted(line[-1] for line in messages.values()))
        (ROOT / path).write_text(text, encoding="utf-8", errors="backslashreplace")
    assert not wrong, "\n".join(wrong[:20])


def test_the_same_as_processes(place):
    """A handful as real processes: interpreter, encodings and exit as users have them."""
    rng = random.Random(7)
    wrong = []
    for _ in range(count(6, 200)):
        door = rng.choice(list(DOORS))
        arguments = [word for word in cheap(door, vector(rng, door)) if "\0" not in word]
        done = subprocess.run(
            [sys.executable, "-m", door, *map(os.fsencode, arguments)],
            cwd=place, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120,
        )  # fmt: skip
        said = done.stderr.decode(errors="replace")
        if done.returncode not in (0, 2) or "Traceback" in said + done.stdout.decode(
            errors="replace"
        ):
            wrong.append(f"{door} {arguments!r}: {done.returncode}\n{said[-400:]}")
    assert not wrong, "\n".join(wrong)
