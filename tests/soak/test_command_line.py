"""Random command lines: no traceback, no other exit code, and every error says what to do.

``HEDGE_SOAK=1 python -m pytest -s tests/soak/test_command_line.py`` tries 10,000 of them.
"""

from __future__ import annotations

import collections
import importlib
import os
import random
import subprocess
import sys
from concurrent.futures import Future

import click
import pytest

from strategies import registry
from tests.conftest import ROOT
from tests.soak import counts
from tests.soak.counts import FULL, count, tell
from tests.soak.doors import call, complaint
from tests.soak.grammar import DOORS, SHARES, vector
from tests.warm import parent


class Here:
    """Stands in for a pool of processes: 10,000 comparisons would start 30,000 of them."""

    def __init__(self, *_, **__):
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


def opened(*listening, **_):
    """Stands in for the server of the lab."""
    for each in listening[:2]:
        each.close()


# A rule of the user's own that holds SPY.
RULE = """
import pandas as pd
from strategies.base import Strategy

class Rule(Strategy):
    name = "rule"
    tickers = ("SPY",)

    def target_weights(self, market):
        return pd.DataFrame({"SPY": 1.0}, market.sessions)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in: prices, a finished run, configurations, and nothing of the user's."""
    tmp_path = tmp_path / "a" / "b" / "c"  # so that ../../x stays in it
    tmp_path.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("backtests.pool.ProcessPoolExecutor", Here)
    monkeypatch.setattr("data.sources.yahoo.BACKOFF_SECONDS", 0.01)
    months = [f"{year}-{month:02}-28" for year in range(2000, 2004) for month in range(1, 13)]
    for number, ticker in enumerate(("SPY", "IEF", "SHY")):
        rows = "".join(f"{day},{100 + number + at % 7}\n" for at, day in enumerate(months))
        (tmp_path / "prices").mkdir(exist_ok=True)
        (tmp_path / "prices" / f"{ticker}.csv").write_text("date,value\n" + rows)
    made = call("backtests.run", ["equity_only", "--source", "bundled", "--start", "2000-01-31",
                                  "--end", "2002-01-31", "--no-tearsheet",
                                  "--no-verdict"])  # fmt: skip
    assert made.code == 0, made.err
    (folder,) = (tmp_path / "results").glob("equity_only-*")
    (tmp_path / "run.toml").write_bytes((folder / "run.toml").read_bytes())
    folder.rename(folder.with_name("finished"))
    (tmp_path / "broken.toml").write_text('strategy = "hedge_mix"\nlag = "one"\n')
    (tmp_path / "flows.csv").write_text("date,amount\n2000-06-30,500\n2000-09-29,-300\n")
    (tmp_path / "rule.py").write_text(RULE)
    (tmp_path / "broken.py").write_text("class Rule(:\n")
    monkeypatch.setattr("backtests.app.serve", opened)  # it would go on until Ctrl-C
    monkeypatch.setattr("webbrowser.open", lambda *_, **__: True)
    monkeypatch.setattr(registry, "_GIVEN", {})
    return tmp_path


def cheap(door: str, arguments: list[str]) -> list[str]:
    """Spare what takes a second and is not asked about here: pages, and sixty years of rows."""
    added: list[str] = []
    if door in (
        "backtests.run", "backtests.compare", "backtests.tune", "backtests.today",
        "backtests.stress",
    ):  # fmt: skip
        pages = (("--no-tearsheet", None), ("--no-verdict", None))
        if door in ("backtests.tune", "backtests.today", "backtests.stress"):  # not these
            pages = ()
        end = "2002-06-30" if door == "backtests.tune" else "2001-06-30"  # a search needs two years
        for option, text in (*pages, ("--start", "2000-01-31"), ("--end", end),
                             ("--source", "bundled")):  # fmt: skip
            if not any(word == option or word.startswith(f"{option}=") for word in arguments):
                added += [option] if text is None else [option, text]
    if door == "backtests.claims":
        for option, text in (("--end", "1966-06-30"), ("--source", "bundled")):
            if not any(word == option or word.startswith(f"{option}=") for word in arguments):
                added += [option, text]
    if door == "backtests.app" and not any(word.startswith("--port") for word in arguments):
        added += ["--port", "0"]
    # Options before the words: a lone -- ends them.
    return added + arguments


def test_no_command_line_ends_badly(place):
    rng = random.Random(counts.seed(20261122))
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
    codes = {f"exit code {code}": number for code, number in sorted(seen.items())}
    tell("command lines", sum(seen.values()), wrong, codes)
    if path := os.environ.get("HEDGE_SOAK_MESSAGES"):
        text = "\n".join(sorted(line[-1] for line in messages.values()))
        (ROOT / path).write_text(text, encoding="utf-8", errors="backslashreplace")
    assert not wrong, "\n".join(wrong[:20])


def can_be_passed(word: str) -> bool:
    """Whether a word can reach a process at all: no NUL, no lone surrogate."""
    try:
        return b"\0" not in os.fsencode(word)
    except UnicodeEncodeError:
        return False


def test_the_same_as_processes(place):
    """Real processes: interpreter, encodings and exit as users have them.

    Of the full count every tenth starts Python, the others are forks of a process that has loaded
    the libraries.
    """
    rng = random.Random(counts.seed(7))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    wrong, tried = [], count(6, 200)
    for number in range(tried):
        door = rng.choice([door for door in DOORS if door != "backtests.app"])  # which goes on
        arguments = [word for word in cheap(door, vector(rng, door)) if can_be_passed(word)]
        if FULL and number % 10:
            forked = parent().start([door, *arguments], cwd=place, env=environment,
                                    out=subprocess.PIPE, err=subprocess.PIPE)  # fmt: skip
            out, printed = forked.communicate(timeout=120)
            code = forked.returncode
        else:
            done = subprocess.run(
                [sys.executable, "-m", door, *map(os.fsencode, arguments)],
                cwd=place, check=False, capture_output=True, timeout=120, env=environment,
            )  # fmt: skip
            out, printed = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
            code = done.returncode
        if code not in (0, 2, 3) or "Traceback" in printed + out:
            wrong.append(f"{door} {arguments!r}: {code}\n{printed[-400:]}")
    tell("command lines as processes", tried, wrong)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("door", DOORS)
def test_every_option_of_a_door_is_tried(door):
    """An option that the grammar lacks would never be fuzzed; --debug shows tracebacks."""
    command = importlib.import_module(door).main
    options = {name for option in command.params if isinstance(option, click.Option)
               for name in (*option.opts, *option.secondary_opts)}  # fmt: skip
    assert options - {"--debug"} <= set(DOORS[door][2])
    assert set(DOORS) == set(SHARES)
    assert sum(SHARES.values()) >= 0.99
