"""``run.withdrawals``: what the page has, as a record that shows itself."""

from __future__ import annotations

import json

import pytest

import backtests
from backtests import UsageError, backtest
from backtests.analysis.withdrawals import Withdrawals
from data.records import from_json


@pytest.fixture(scope="module")
def run():
    return backtest("hedge_mix", source="bundled", end="1995-12-31", no_verdict=True, quiet=True)


def test_the_record_is_that_of_the_folder(run, tmp_path):
    made = run.withdrawals("5%", quiet=True)
    assert isinstance(made, backtests.Withdrawals)
    folder = run.save(tmp_path, no_tearsheet=True, withdrawals=0.05, quiet=True)
    read = from_json(Withdrawals, json.loads((folder / "withdrawals.json").read_text("utf-8")))
    assert (read.rate, read.portfolios) == (made.rate, made.portfolios)
    assert (folder / "withdrawals.html").is_file()
    assert repr(made).startswith("At 5 % a year, this run lasted 20 years from ")
    assert "this run lasted 20 years" in made._repr_html_()


def test_four_percent_unless_given(run):
    assert run.withdrawals(quiet=True).rate == 0.04


def test_a_folder_has_none_unless_asked(run, tmp_path):
    folder = run.save(tmp_path, no_tearsheet=True, quiet=True)
    assert not list(folder.glob("withdrawals*"))


def test_a_short_history_is_one_line():
    run = backtest("hedge_mix", source="bundled", end="1971-12-31", no_verdict=True, quiet=True)
    with pytest.raises(UsageError, match="--withdrawals needs 10 years of whole months"):
        run.withdrawals(quiet=True)
