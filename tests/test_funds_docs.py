"""docs/currency.md: the euro investor's commands do what stands beside them, on the made funds."""

from __future__ import annotations

import json
import re
import shlex

import pandas as pd
import pytest

from backtests.run import main
from tests import made_funds as funds
from tests import yahoo_server as server
from tests.conftest import ROOT, ended

PAGE = (ROOT / "docs" / "currency.md").read_text("utf-8")
SECTION = PAGE.partition("## A euro investor")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"^python -m backtests\.run (.*?)(?:  +#.*)?$", SECTION, re.MULTILINE)
NOTES = re.findall(r"^note: (.*)$", SECTION, re.MULTILINE)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The folder that the page writes, served as the page serves it."""
    folder = tmp_path_factory.mktemp("made")
    funds.write_folder(folder)
    with server.serve() as running:
        server.hold_folder(running, folder, "2025-09-27")
        yield running


@pytest.fixture
def shown(served, tmp_path_factory, tmp_path, monkeypatch, capsys):
    """Run a command of the page; what it said and its summary."""
    monkeypatch.setattr("data.checks.exchange.now", lambda: pd.Timestamp("2025-09-27 12:00Z"))
    for name in ("HEDGE_YAHOO_URL", "HEDGE_FRED_URL"):
        monkeypatch.setenv(name, served.url)
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path_factory.getbasetemp() / "cached_funds"))

    def run(command: str) -> tuple[str, dict]:
        out = ("--out", str(tmp_path), "--no-tearsheet", "--no-verdict")
        code, printed, err = ended(main, capsys, *shlex.split(command), *out)
        assert code == 0, err
        (summary,) = tmp_path.glob("*/summary.json")
        return printed + err, json.loads(summary.read_text("utf-8"))

    return run


def test_the_page_has_three_commands_and_the_one_that_needs_no_yahoo():
    assert len(COMMANDS) == 3
    assert len(NOTES) == 4
    assert f"tests.yahoo_server made python -m backtests.run {COMMANDS[1]}\n" in SECTION


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_command_runs_and_says_what_the_page_says(shown, number):
    printed, summary = shown(COMMANDS[number])
    # The notes are those of the second command; the last is of the third.
    due = {0: NOTES[:2], 1: NOTES[:3], 2: [NOTES[0], *NOTES[2:]]}[number]
    words = " ".join(printed.split())
    for note in due:
        assert " ".join(note.split()) in words, note
    assert summary["start"] == ("2009-09-25" if number == 2 else "2015-01-21")
    assert summary["benchmark"]["ticker"] == "EUNL.DE"


def test_his_equity_grows_in_euros_as_frankfurt_quotes_it(shown):
    """The benchmark alone, before its costs of 3 bp: growth of the fund's own closes, by hand."""
    _, summary = shown(COMMANDS[0])
    closes = funds.bars_of_fund("EUNL.DE")["Close"]
    growth = closes[summary["end"]] / closes[summary["first_fill"]]
    final = summary["benchmark"]["metrics"]["final_value"] / summary["initial"]
    assert final == pytest.approx(growth, rel=3.1e-4)


def test_beside_a_benchmark_of_new_york_the_hours_are_said(shown):
    printed, summary = shown(COMMANDS[0].replace(" --benchmark EUNL.DE", ""))
    assert summary["benchmark"]["ticker"] == "SPY"
    words = " ".join(printed.split())
    assert "note: SPY has no price on" in words
    assert "Frankfurt, London close up to 4.5 hours before New York on the same date" in words
