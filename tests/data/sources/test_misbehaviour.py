"""Wrong answers of Yahoo through the real yfinance: good data and a warning, or one error."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError, HedgeError
from data.sources import yahoo
from data.sources.bars import total_return
from tests import yahoo_server as server
from tests.soak.kinds import KINDS, REFUSED, RIGHT, ROW
from tests.soak.made import adjusted, judge, random_bars

SEED = 7


@pytest.fixture(scope="module")
def bars():
    return random_bars(SEED)


@pytest.fixture(scope="module")
def running():
    with server.serve() as web:
        yield web


@pytest.fixture
def web(running, bars, monkeypatch):
    running.faults.clear()
    running.hold("SPY", bars)
    monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
    monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
    return running


def fetch():
    try:
        return yahoo.fetch("SPY")
    except HedgeError as error:
        return error


def test_there_are_more_than_thirty_kinds_each_once():
    assert len({kind.name for kind in KINDS}) == len(KINDS) > 30


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_no_kind_ends_in_a_silent_wrong_number(web, bars, kind, monkeypatch):
    usual = set(yahoo.fetch("SPY").warnings)
    kind.spoil(web, bars)
    if kind.says == "did not answer in time":  # the others answer at once, on a busy machine later
        monkeypatch.setattr(yahoo, "PATIENCE_SECONDS", 1.0)
    began = time.monotonic()
    got = fetch()
    assert time.monotonic() - began < yahoo.PATIENCE_SECONDS + 5
    outcome = judge(total_return(bars), got, usual)
    assert outcome.word == kind.outcome, outcome
    if kind.outcome == REFUSED:
        assert isinstance(got, DataError)
    if kind.outcome != RIGHT:
        day = f"{bars.index[ROW]:%Y-%m-%d}"
        pattern = kind.says.replace("{day}", day)
        message = outcome.message
        assert re.search(pattern, message) or pattern in message, message
        assert "SPY" in message


# --- capital gains --------------------------------------------------------------------------

GAIN_ROW = 330


@pytest.mark.parametrize("share", [0.003, 0.05])
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("paying", [False, True])
def test_what_a_fund_pays_out_of_gains_counts_once(web, bars, share, within, paying):
    """Yahoo lists it beside the dividends; of some funds it is in the same day's dividend too."""
    plain = bars.assign(Open=bars["Close"], High=bars["Close"], Low=bars["Close"])
    place = plain.columns.get_loc("Dividends")
    gain = share * plain["Close"].iloc[GAIN_ROW - 1]
    if paying:
        plain.iloc[GAIN_ROW, place] = 0.004 * plain["Close"].iloc[GAIN_ROW - 1]
    truth = plain.copy()
    truth.iloc[GAIN_ROW, place] += gain
    truth = adjusted(truth)
    sent = truth if within else truth.assign(Dividends=plain["Dividends"])
    chart = server.chart("SPY", sent)
    result = chart["chart"]["result"][0]
    stamp = result["timestamp"][GAIN_ROW]
    result["events"]["capitalGains"] = {str(stamp): {"amount": gain, "date": stamp}}
    result["meta"]["instrumentType"] = "MUTUALFUND"
    web.charts["SPY"] = chart
    got = yahoo.fetch("SPY")
    assert not [line for line in got.warnings if "adjusted close" in line]
    known, level = total_return(truth), total_return(got.frame)
    np.testing.assert_allclose(level, known, rtol=1e-9)


# --- what is real and looks odd -------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.02, 0.97, 1.005])
def test_a_spin_off_on_a_day_that_moves_as_much_is_no_split_left_in(web, bars, ratio):
    move = bars["Close"].pct_change() + 1
    row = int((np.log(move) + np.log(ratio)).abs().iloc[50:].argmin()) + 50
    sent = bars.copy()
    sent.iloc[row, sent.columns.get_loc("Stock Splits")] = ratio
    web.hold("SPY", sent)
    got = yahoo.fetch("SPY")
    assert not [line for line in got.warnings if "split" in line]
    np.testing.assert_allclose(total_return(got.frame), total_return(bars), rtol=1e-9)


def test_a_fund_of_another_exchange_is_let_in_with_one_line_on_its_holidays(web):
    """On about 4 % of weekdays only New York is closed; London trades on most of them."""
    index = pd.bdate_range(end="2025-09-26", periods=2000)
    steps = np.random.default_rng(1).normal(0, 0.008, len(index))
    level = pd.Series(100 * np.exp(np.cumsum(steps)), index)
    sent = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close", "Adj Close"), level))
    web.hold("CSPX.L", sent.assign(Volume=1, Dividends=0.0, **{"Stock Splits": 0.0}))
    got = yahoo.fetch("CSPX.L")
    assert len(got.frame) == 2000
    (line,) = [line for line in got.warnings if "trade elsewhere" in line]
    assert line.startswith("CSPX.L: 73 rows from 2018-02-19 to 2025-09-01")
    assert len(got.warnings) < 6
