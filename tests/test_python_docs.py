"""docs/python.md at its word: every example runs, and all that the face gives stands there."""

from __future__ import annotations

import inspect
import re
import shutil
import socket
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

import backtests
from backtests import HedgeWarning, backtest
from backtests.analysis.numbers import declared
from backtests.face.comparison import Comparison, OwnFigures
from backtests.face.plots import ComparisonPlots, RunPlots, SearchPlots
from backtests.face.run import Benchmark, Run, Verdict
from backtests.face.search import SearchResult
from backtests.face.stress import Stress
from backtests.face.withdrawals import Withdrawals
from data.market import Market
from docs import notebook

TEXT = notebook.PAGE.read_text("utf-8")
# What an example calls an object of each class.
PREFIXES = {
    Run: "run", RunPlots: "run.plot", Benchmark: "run.benchmark", Verdict: "verdict",
    Comparison: "comparison", ComparisonPlots: "comparison.plot", OwnFigures: "investors",
    Withdrawals: "withdrawals", Stress: "stress", SearchResult: "result",
    SearchPlots: "result.plot", Market: "market",
}  # fmt: skip
# Of a market what the program's own modules ask for, beside what a rule looks at.
INSIDE = {"source", "plain_title", "periods_per_year", "provenance", "notes", "remarks", "origin",
          "tracking", "levels", "first_session", "require", "until", "fingerprints",
          "relabelled", "only", "figure_days", "is_cut", "last_day", "longer", "abroad", "revalued",
          "unit", "payments", "paid_out"}  # fmt: skip
FILES = {"toml", "md", "html", "json", "csv"}  # run.toml, verdict.md, ... are no members


@dataclass(frozen=True)
class Ran:
    """What the examples printed, where they ran, and whether they asked a server for anything."""

    outputs: list[str]
    folder: Path
    asked: bool


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run all examples once, as one script, beside a server that would hear any question."""
    scratch = tmp_path_factory.mktemp("examples")
    folder = scratch / "work"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        outputs = notebook.printed(TEXT, folder, notebook.environment(scratch, address))
        server.setblocking(False)
        try:
            server.accept()[0].close()
            asked = True
        except BlockingIOError:
            asked = False
    return Ran(outputs, folder, asked)


def test_every_example_prints_what_the_page_shows(ran):
    assert notebook.renewed(TEXT, ran.outputs) == TEXT, "make notebook"
    assert len(ran.outputs) == TEXT.count("```python\n") >= 15
    assert TEXT.count("```text\n") >= 8


def test_no_example_asks_for_prices(ran):
    assert not ran.asked
    assert not list(ran.folder.parent.glob("settings/prices/*"))


def test_the_commands_of_the_page_run(ran):
    (block,) = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    (ran.folder / "rules").mkdir()
    shutil.copy(ran.folder / "my_rule.py", ran.folder / "rules")
    for line in block.splitlines():
        settings, _, words = line.rpartition("python ")
        own = dict(part.split("=") for part in settings.split())
        done = subprocess.run(
            [sys.executable, *words.split()], cwd=ran.folder, check=False, capture_output=True,
            text=True, env={**notebook.environment(ran.folder.parent), **own},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "trend_tilt" in done.stdout


def test_a_figure_a_silence_and_a_new_line_that_differ_are_seen():
    page = "a\n```python\nprint(1)\n```\n```text\n1\n```\nb\n```python\nx = 1\n```\nc\n"
    assert notebook.renewed(page, ["1\n", ""]) == page
    for outputs in (["2\n", ""], ["", ""], ["1\n", "x\n"], ["1\n1\n", ""]):
        assert notebook.renewed(page, outputs) != page


def test_an_example_that_fails_is_told(tmp_path):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        notebook.printed("```python\n1 / 0\n```\n", tmp_path, notebook.environment(tmp_path))


def test_every_name_of_the_face_is_on_the_page():
    missing = [name for name in backtests.__all__ if not re.search(rf"\b{name}\b", TEXT)]
    assert missing == []


def members(kind: type) -> set[str]:
    """Public names that an object of a class has, inherited ones too."""
    fields = getattr(kind, "__dataclass_fields__", {})
    return {name for name in {*dir(kind), *fields} if not name.startswith("_")}


@pytest.mark.parametrize("kind", PREFIXES, ids=lambda kind: kind.__name__)
def test_every_member_is_on_the_page(kind):
    wanted = members(kind) - (INSIDE if kind is Market else set())
    assert len(wanted) >= 3
    missing = [name for name in wanted if not re.search(rf"\b{PREFIXES[kind]}\.{name}\b", TEXT)]
    assert missing == []


def test_the_page_names_no_member_that_is_not_there():
    for kind, prefix in PREFIXES.items():
        shown = re.findall(rf"(?<![\w.]){re.escape(prefix)}\.([a-z_]\w*)", TEXT)
        assert shown
        assert set(shown) - FILES <= members(kind), kind.__name__


def test_every_metric_is_on_the_page():
    (row,) = (line for line in TEXT.splitlines() if line.startswith("| `run.metrics` |"))
    assert [metric.key for metric in declared() if f"`{metric.key}`" not in row] == []


@pytest.mark.parametrize("name", ["backtest", "search"])
def test_every_parameter_is_listed(name):
    reference = TEXT.partition("## Reference")[2]
    section = reference.partition(f"`{name}(strategy, ...)` returns")[2].partition(
        "` returns a `Comparison`" if name == "search" else "`search(strategy, ...)` returns"
    )[0]
    parameters = inspect.signature(getattr(backtests, name)).parameters
    assert len(parameters) >= 20
    assert [given for given in parameters if f"`{given}`" not in section] == []


@pytest.mark.parametrize(
    "function",
    [backtests.compare_runs, backtests.load_market, backtests.parameter, Run.save, Run.withdrawals],
    ids=lambda function: function.__name__,
)  # fmt: skip
def test_a_signature_on_the_page_is_the_functions(function):
    (shown,) = re.findall(rf"`(?:run\.)?{function.__name__}\((\S[^`]*?)\)`", TEXT)[-1:]
    named = {part.partition("=")[0].strip(" *\n") for part in re.split(r",\s", shown)}
    assert named == set(inspect.signature(function).parameters) - {"self"}


def test_other_data_stop_a_script_that_asks_for_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error", HedgeWarning)
        with pytest.raises(HedgeWarning, match="bundled stands in: Yahoo cannot be reached"):
            backtest("hedge_mix", no_verdict=True, quiet=True)
