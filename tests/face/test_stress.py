"""``run.stress``: what the page has, as a record that shows itself."""

from __future__ import annotations

import json

import pytest

import backtests
from backtests import UsageError, backtest
from backtests.analysis.stress import Stress
from data.records import from_json


@pytest.fixture(scope="module")
def run():
    return backtest("hedge_mix", source="bundled", end="1995-12-31", no_verdict=True, quiet=True)


def test_the_record_is_that_of_a_judged_runs_folder(run, tmp_path):
    judged = backtest("hedge_mix", source="bundled", end="1995-12-31", quiet=True)
    folder = judged.save(tmp_path, no_tearsheet=True, quiet=True)
    read = from_json(Stress, json.loads((folder / "stress.json").read_text("utf-8")))
    assert isinstance(run.stress, backtests.Stress)
    for made in (judged.stress, run.stress):
        assert (made.as_of, made.curve, made.replays) == (read.as_of, read.curve, read.replays)
    assert (folder / "stress.html").is_file()


def test_it_shows_itself(run):
    text, html = repr(run.stress), run.stress._repr_html_()
    assert text.startswith("60 % SPY, 40 % IEF on 1995-12-31: ")
    assert "Oil shock 1973-74: " in text
    for words in ("Falls of history, once more", "Scenarios of the article"):
        assert words in html
    assert "<script" not in html


def test_what_cannot_be_told_is_one_line():
    strips = {"SPY": 0.6, "EDV": 0.4}
    market = backtest("hedge_mix", source="bundled", end="1995-12-31", quiet=True).market
    prices = market.prices.rename(columns={"IEF": "EDV"})
    run = backtest("hedge_mix", weights=strips, prices=prices, quiet=True)
    with pytest.raises(UsageError, match="stress cannot reprice EDV: it holds stripped bonds"):
        _ = run.stress
