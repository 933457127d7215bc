"""Nothing is printed that a terminal would obey: the source, and every door in a hostile run."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings

import numpy as np
import pandas as pd
import pytest

import backtests
from backtests import claims, compare, run, stress, tune
from backtests.engine.config import RunConfig
from backtests.jobs import execute, publish
from backtests.report.finished_run import read_run
from data import cache, history
from tests.conftest import ROOT, ended

PACKAGES = ("data", "backtests", "strategies")
# What writes to a terminal or a CSV past the one place that may.
PRINTS = {"print", "breakpoint", "Console"}
METHODS = {
    ("click", "echo"), ("click", "secho"), ("click", "echo_via_pager"), ("rich", "print"),
    ("traceback", "print_exc"), ("traceback", "print_exception"), ("traceback", "print_stack"),
    ("sys", "stdout"), ("sys", "stderr"), ("sys", "__stdout__"), ("sys", "__stderr__"),
    ("os", "write"), ("csv", "writer"), ("csv", "DictWriter"),
}  # fmt: skip
ALLOWED = {
    "data/terminal.py": {"sys.stdout", "sys.stderr"},
    "data/command.py": {"sys.stdout", "sys.stderr"},
    "data/spreadsheet.py": {"to_csv"},
    "data/sources/snapshots.py": {"to_csv"},  # a file of our own, of fixed columns of numbers
    # What a rule of the user's own prints goes to stderr, through the same stream.
    "backtests/run.py": {"redirect_stdout(sys.stderr)"},
    "backtests/today.py": {"redirect_stdout(sys.stderr)"},
    "backtests/stress.py": {"redirect_stdout(sys.stderr)"},
    "backtests/lab/saving.py": {"redirect_stdout(sys.stderr)"},
}


def ways_out(text: str) -> set[str]:
    """What a source file writes with, by name."""
    ways, redirected = set(), set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in PRINTS or name in {what for _, what in METHODS}:
                ways.add(name)
            if method in ("to_csv", "Console"):
                ways.add(method)
            if "redirect_stdout" in (name, method):
                redirected.add(id(node.args[0]))
                ways.add(f"redirect_stdout({ast.unparse(node.args[0])})")
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id, node.attr) in METHODS
            and id(node) not in redirected
        ):
            ways.add(f"{node.value.id}.{node.attr}")
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {(node.module, given.name) for given in node.names}
            ways |= {f"from {module} import {name}" for module, name in names & METHODS}
    return ways


def test_the_source_has_one_way_to_the_terminal_and_to_csv():
    paths = [path for room in PACKAGES for path in (ROOT / room).rglob("*.py")]
    ways = {str(path.relative_to(ROOT)): ways_out(path.read_text("utf-8")) for path in paths}
    assert {name: writes for name, writes in ways.items() if writes} == ALLOWED


@pytest.mark.parametrize(
    "text",
    ["print(x)", "click.echo(x)", "sys.stdout.write(x)", "out = sys.stderr", "os.write(1, x)",
     "from sys import stderr", "traceback.print_exc()", "Console()", "rich.console.Console()",
     "frame.to_csv(p)", "csv.writer(f)", "from click import echo", "from rich import print"],
)  # fmt: skip
def test_the_reader_of_sources_sees_each_way(text):
    assert ways_out(text)


EVIL = "\x1b[2J\x07\u202e\u200f\u200b\u2028\x85"
FLOOD = "e" + "\u0301" * 60 + "\u3164"  # printable for Python, and no name for a terminal
TICKERS = ("=A1+A2", f"@{FLOOD}", "-X")
RULE = f'''
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from strategies.base import Strategy, parameter


@dataclass(frozen=True)
class Hostile(Strategy):
    """Hold {EVIL}."""

    name: ClassVar[str] = "hostile"

    word: str = parameter({EVIL!r}, unit={EVIL!r}, doc={EVIL!r})
    share: float = parameter(0.5, low=0, high=1, step=0.1, unit="fraction", doc={EVIL!r})

    @property
    def tickers(self):
        return {list(TICKERS)!r}

    def target_weights(self, market):
        print({EVIL!r})
        shares = {{name: self.share / 3 for name in self.tickers}}
        return pd.DataFrame(shares, index=market.sessions[::20])
'''


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A folder of prices, a rule and a results folder with names that a terminal would obey."""
    place = tmp_path_factory.mktemp("doors") / EVIL.replace("\x85", "")
    prices = place / "prices"
    prices.mkdir(parents=True)
    days = pd.bdate_range("2015-01-02", "2017-12-29")
    for number, ticker in enumerate(TICKERS):
        rng = np.random.default_rng(number)
        level = 100 * np.exp(np.cumsum(rng.normal(0.0004, 0.01, len(days))))
        table = pd.DataFrame({"Date": days.strftime("%Y-%m-%d"), "Adj Close": level.round(4)})
        table.to_csv(prices / f"{ticker}.csv", index=False)
    rule = place / "rule.py"
    rule.write_text(RULE, encoding="utf-8")
    return place, f"files:{prices}", f"{rule}:Hostile"


def require_printable(*texts: str) -> None:
    """Refuse what a terminal would obey, turn round, hide or pile up."""
    for text in texts:
        bad = {sign for sign in text if not (sign.isprintable() or sign == "\n")}
        assert not bad, ascii(text)[:2000]
        assert "\u3164" not in text
        assert not re.search("\u0301{5}", text)


@pytest.fixture
def mine(monkeypatch, no_workers):
    monkeypatch.setattr("strategies.registry._GIVEN", {})


def test_every_line_of_a_hostile_run_is_printable(hostile, mine, capsys):
    place, source, rule = hostile
    out = place / "results"
    asked = ("--strategy-file", rule, "--source", source, "--out", str(out))
    weights = f"{TICKERS[0]}=0.4,{TICKERS[1]}=0.3,{TICKERS[2]}=0.2"
    mix = ("hedge_mix", "--weights", weights, "--source", source, "--out", str(out))
    doors = [
        (run.main, ("--list", "--strategy-file", rule), 0),
        (run.main, (*asked, "--no-tearsheet", "--no-verdict"), 0),
        (run.main, (*asked, "--json", "--no-tearsheet", "--no-verdict"), 0),
        (run.main, (*mix, "--no-tearsheet"), 0),
        (stress.main, asked, 0),
        (stress.main, (*asked, "--json"), 0),
        (stress.main, mix, 0),
        (stress.main, (EVIL, "--out", str(out)), 2),
        (stress.main, (str(place), "--out", str(out)), 2),
        (claims.main, ("--source", source, "--out", str(out)), 2),
        (claims.main, ("--source", EVIL, "--debug", "--out", str(out)), 2),
        (claims.main, (EVIL,), 2),
        (claims.main, ("--end", EVIL), 2),
        (run.main, (*asked, "--set", f"share={EVIL}", "--debug"), 2),
        (run.main, (*mix, "--benchmark", EVIL, "--debug"), 2),
        (run.main, ("--config", str(place / EVIL)), 2),
        (cache.main, (EVIL,), 2),
        (history.main, ("--source", source), 2),
        (history.main, (f"--{EVIL}",), 2),
        (compare.main, (f"{EVIL}=hedge_mix", "equity_only"), 2),
    ]
    for door, words, code in doors:
        ended_with, shown, told = ended(door, capsys, *words)
        require_printable(shown, told)
        assert ended_with == code, (ascii(words), ascii(told))
        if "--json" in words and door is stress.main:
            assert {leg["ticker"] for leg in json.loads(shown)["legs"]} >= set(TICKERS)
        elif "--json" in words:
            latest = json.loads(shown)["latest"]
            assert set(latest["held"]) >= set(TICKERS)
    folders = sorted(path for path in out.iterdir() if path.name.startswith(("hostile", "hedge")))
    both = [str(folder) for folder in folders]
    code, shown, told = ended(compare.main, capsys, *both, "--out", str(out), "--against")
    require_printable(shown, told)
    assert code == 0, told
    for path in out.rglob("*"):
        if path.suffix in (".json", ".toml", ".csv"):
            require_printable(path.read_text("utf-8"))
    tables = [tomllib.loads((folder / "run.toml").read_text("utf-8")) for folder in folders]
    assert {table["source"] for table in tables} == {source}
    weights_csv = (folders[0] / "weights.csv").read_text("utf-8").split("\n")[0]
    assert weights_csv.startswith("date,'=A1+A2,'@")
    assert "'-X" in weights_csv


def test_names_of_a_finished_run_are_read_back_as_they_were(hostile):
    place, source, _ = hostile
    folder = place / "prices"
    (folder / "=1+1.csv").write_bytes((folder / f"{TICKERS[0]}.csv").read_bytes())
    held = {"=1+1": 0.5, "-X": 0.4}
    config = RunConfig("hedge_mix", params={"weights": held}, source=source)
    finished = read_run(
        publish(execute(config, with_verdict=False), place / "back", with_tearsheet=False)
    )
    assert list(finished.weights) == [*held, "CASH"]
    assert set(finished.orders["ticker"]) == {*held, "CASH"}


def test_a_hostile_search_and_its_interruption_are_printable(hostile, mine, capsys):
    place, source, rule = hostile
    words = ("--strategy-file", rule, "--grid", "share=0.2,0.4,0.6", "--source", source,
             "--out", str(place / "search"))  # fmt: skip
    code, shown, told = ended(tune.main, capsys, *words)
    require_printable(shown, told)
    assert code == 0, told
    (folder,) = (place / "search").glob("tune-*")
    require_printable(*((folder / name).read_text("utf-8") for name in ("tuning.json", "best.csv")))


def test_what_a_notebook_shows_is_printable(hostile, capsys):
    _, source, _ = hostile
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        made = backtests.backtest("hedge_mix", weights=dict.fromkeys(TICKERS, 0.3), source=source)
    require_printable(repr(made), repr(made.verdict), *(str(line.message) for line in warned))
    require_printable(*capsys.readouterr())
