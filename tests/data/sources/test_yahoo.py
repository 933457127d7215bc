"""The real yfinance against a loopback Yahoo: good data with a warning, or one clear line."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from data.checks.exchange import exchange_of
from data.errors import DataError, UnreachableError
from data.sources import yahoo
from data.sources.bars import total_return
from tests import yahoo_server as server
from tests.data.helpers import unstale


def test_a_normal_history(web, bars):
    got = yahoo.fetch("SPY")
    assert unstale(got.warnings) == []
    assert len(got.frame) == 300
    level = total_return(got.frame)
    # By hand: row 60 is an even row at 100, the row before stood at 101, 0.50 was paid.
    assert level.iloc[60] / level.iloc[59] == pytest.approx(100 / (101 - 0.5))
    assert level.iloc[61] / level.iloc[60] == pytest.approx(1.01)


def test_the_yield_indices_have_the_maturities_of_their_exchange():
    # Cboe: IRX 13 weeks, FVX 5 years, TNX 10 years, TYX 30 years.
    assert yahoo.YIELDS == {"^IRX": 13 / 52, "^FVX": 5, "^TNX": 10, "^TYX": 30}


def test_a_rate_limit_that_passes_is_waited_out(web):
    web.faults["SPY"] = [server.status(429), server.status(429), server.fine]
    assert len(yahoo.fetch("SPY").frame) == 300


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (server.status(429), "SPY: Yahoo limits the rate of requests; try again later"),
        (server.status(500), "SPY: Yahoo answered with status 500"),
        (server.status(403), "SPY: Yahoo refused the request"),
        (server.delay(1.5), "SPY: Yahoo did not answer in time"),
    ],
)
def test_trouble_that_stays_ends_after_bounded_retries(web, fault, message):
    web.faults["SPY"] = [fault]
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=message):
        yahoo.fetch("SPY")
    assert time.monotonic() - began < 20
    assert len(web.asked) <= 4 * yahoo.ATTEMPTS


@pytest.mark.parametrize(
    "text",
    [b"{nonsense", b"<html>busy</html>", b"", b'{"chart":{"result":[],"error":null}}', b"[]",
     b'{"chart":{"result":[{"meta":{}}],"error":null}}', b"null"],
)  # fmt: skip
def test_what_is_no_chart_is_refused_in_a_line(web, text):
    web.faults["SPY"] = [server.body(text)]
    with pytest.raises(DataError, match="SPY: ") as caught:
        yahoo.fetch("SPY")
    assert "\n" not in str(caught.value)


def test_an_unknown_ticker(web):
    with pytest.raises(DataError, match="NOPE: Yahoo has no such ticker: No data found"):
        yahoo.fetch("NOPE")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda result: result.update(timestamp=[1e300] * 300),
        lambda result: next(iter(result["events"]["dividends"].values())).update(amount="abc"),
        lambda result: result["indicators"]["quote"][0].update(close=["abc"] * 300),
        lambda result: result.update(meta=[]),
    ],
)
def test_strange_json_is_one_line(web, bars, spoil):
    chart = server.chart("SPY", bars)
    spoil(chart["chart"]["result"][0])
    web.charts["SPY"] = chart
    with pytest.raises(DataError, match="SPY: what Yahoo sent cannot be read"):
        yahoo.fetch("SPY")


def test_deeply_nested_json_is_one_line(web):
    web.faults["SPY"] = [server.body(b"[" * 200_000)]
    with pytest.raises(DataError, match="SPY: what Yahoo sent cannot be read"):
        yahoo.fetch("SPY")


def test_a_bad_answer_that_passes_is_asked_again(web):
    web.faults["SPY"] = [server.body(b"<html>busy</html>"), server.fine]
    assert len(yahoo.fetch("SPY").frame) == 300


def test_a_silent_server_ends_within_its_patience(web, monkeypatch):
    monkeypatch.setattr(yahoo, "TIMEOUT_SECONDS", 10)
    monkeypatch.setattr(yahoo, "PATIENCE_SECONDS", 1.5)
    web.faults["SPY"] = [server.delay(6)]
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="did not answer"):
        yahoo.fetch("SPY")
    assert time.monotonic() - began < 9  # below the 10 s of a single answer


@pytest.mark.parametrize("status", [404, 200])
def test_a_servers_words_are_one_short_line(web, status):
    said = {"code": "Bad", "description": "No\nwarning: forged\x1b[2J" + 50_000 * " word"}
    text = json.dumps({"chart": {"result": None, "error": said}}).encode()
    web.faults["SPY"] = [lambda _: (status, text)]
    with pytest.raises(DataError, match="No warning: forged") as caught:
        yahoo.fetch("SPY")
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def quiet_bars(days: pd.DatetimeIndex) -> pd.DataFrame:
    """Bars without dividends on these days, each close one more than the last."""
    closes = 100.0 + np.arange(len(days))
    frame = pd.DataFrame({"Close": closes, "Adj Close": closes}, index=days)
    for column in ("Open", "High", "Low"):
        frame[column] = closes
    return frame.assign(Volume=1000, Dividends=0.0, **{"Stock Splits": 0.0})


@pytest.mark.parametrize(
    ("ticker", "zone", "opens_at", "kind", "days"),
    [
        ("BTC-USD", "UTC", 0, "CRYPTOCURRENCY", pd.date_range("2024-01-01", "2024-12-31")),
        # Half past nine in Hong Kong is the evening before in New York.
        ("9834.HK", "Asia/Hong_Kong", 9.5, "ETF", None),
        # Midnight in London, as of funds with one price a day, is seven in New York's evening.
        ("IDTL.L", "Europe/London", 0, "MUTUALFUND", None),
        ("IDTL.L", "Europe/London", 8, "ETF", None),
    ],
)
def test_days_are_those_of_the_exchange(web, ticker, zone, opens_at, kind, days):
    """What is stamped on a day there is of that day; nothing about it is odd."""
    if days is None:
        sessions = exchange_of(zone, kind).sessions(pd.Timestamp("2024-01-01"))
        days = sessions[(sessions >= "2024-01-01") & (sessions <= "2024-12-31")]
    web.charts[ticker] = server.chart(
        ticker, quiet_bars(days), zone=zone, opens_at=opens_at, kind=kind
    )
    got = yahoo.fetch(ticker)
    assert pd.DatetimeIndex(got.frame.index).equals(days.as_unit("ns").rename("Date"))
    assert [line for line in unstale(got.warnings) if "dividends in all" not in line] == []


def test_a_day_that_has_begun_elsewhere_is_no_day_to_come(web, monkeypatch):
    """20:00 UTC on Monday is Tuesday morning in Hong Kong, whose session is still to open."""
    hong_kong = exchange_of("Asia/Hong_Kong", "ETF").sessions(pd.Timestamp("2024-01-01"))
    days = hong_kong[(hong_kong >= "2024-01-02") & (hong_kong <= "2024-06-18")]  # a Tuesday
    web.charts["9834.HK"] = server.chart("9834.HK", quiet_bars(days), zone="Asia/Hong_Kong")
    for moment, rows, reason in (
        ("2024-06-17 20:00Z", len(days) - 1, "2024-06-18 has not closed yet; left out"),
        ("2024-06-18 08:19Z", len(days) - 1, "2024-06-18 has not closed yet; left out"),
        ("2024-06-18 08:21Z", len(days), None),  # it closes at 16:00, 08:00 UTC
    ):
        monkeypatch.setattr("data.checks.exchange.now", lambda moment=moment: pd.Timestamp(moment))
        got = yahoo.fetch("9834.HK")
        assert len(got.frame) == rows
        told = [line for line in got.warnings if "left out" in line]
        assert told == ([] if reason is None else [f"9834.HK: {reason}"])


def test_an_unknown_time_zone_is_refused(web, bars):
    whole = server.chart("SPY", bars)
    whole["chart"]["result"][0]["meta"]["exchangeTimezoneName"] = "Mars/Olympus"
    web.charts["SPY"] = whole
    with pytest.raises(DataError, match="SPY: what Yahoo sent cannot be read"):
        yahoo.fetch("SPY")
