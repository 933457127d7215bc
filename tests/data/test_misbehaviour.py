"""Each kind of misbehaviour through the real yfinance: good data and a warning, or one line."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

from data import yahoo
from data.bars import total_return
from data.errors import DataError, HedgeError
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
    monkeypatch.setattr(yahoo, "PATIENCE_SECONDS", 1.0)
    return running


def fetch():
    try:
        return yahoo.fetch("SPY")
    except HedgeError as error:
        return error


def test_there_are_more_than_thirty_kinds_each_once():
    assert len({kind.name for kind in KINDS}) == len(KINDS) > 30


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_no_kind_ends_in_a_silent_wrong_number(web, bars, kind):
    usual = set(yahoo.fetch("SPY").warnings)
    kind.spoil(web, bars)
    began = time.monotonic()
    got = fetch()
    assert time.monotonic() - began < 4
    outcome = judge(total_return(bars), got, usual)
    assert outcome.word == kind.outcome, outcome
    if kind.outcome == REFUSED:
        assert isinstance(got, DataError)
    if kind.outcome != RIGHT:
        day = f"{bars.index[ROW]:%Y-%m-%d}"
        pattern = kind.says.replace("{day}", day)
        assert re.search(pattern, outcome.said) or pattern in outcome.said, outcome.said
        assert "SPY" in outcome.said


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
