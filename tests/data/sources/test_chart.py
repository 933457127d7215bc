"""Yahoo's chart JSON as a record: what it holds, and that nothing unreadable passes."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sources.chart import Chart, read_chart
from tests import yahoo_server as server


def result(**meta: object) -> dict:
    """Three rows of a fund as Yahoo sends them, with other words in its ``meta``."""
    return {
        "meta": {"symbol": "SPY", "currency": "USD", "instrumentType": "etf",
                 "dataGranularity": "1d"} | meta,
        "timestamp": [1704205800, 1704292200, 1704378600],
        "indicators": {
            "quote": [{"close": [472.65, None, 467.28]}],
            "adjclose": [{"adjclose": [None, None, 460.0]}],
        },
    }  # fmt: skip


def test_every_field_is_where_it_belongs():
    chart = read_chart(result())
    first, second, third = chart.closes
    assert (first, third) == (472.65, 467.28)
    assert math.isnan(second)
    assert dataclasses.replace(chart, closes=()) == Chart(
        symbol="SPY",
        currency="USD",
        kind="ETF",
        granularity="1d",
        stamps=(1704205800, 1704292200, 1704378600),
        closes=(),
        adjusted=True,
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        chart.symbol = "IEF"


def test_a_chart_of_the_server_reads_as_it_was_made():
    bars = server.made_bars(5)
    chart = read_chart(server.chart("IEF", bars)["chart"]["result"][0])
    assert (chart.symbol, chart.kind, chart.adjusted) == ("IEF", "ETF", True)
    assert list(chart.closes) == bars["Close"].tolist()


def test_what_is_not_said_has_its_usual_value():
    chart = read_chart({"meta": {}})
    assert chart == Chart("", "", "", "1d", (), (), False)
    assert read_chart({}) == read_chart({"meta": [], "timestamp": None}) == chart


def test_a_null_is_no_days_and_no_currency():
    chart = read_chart(result(dataGranularity=None, currency=None, instrumentType=None))
    assert (chart.granularity, chart.currency, chart.kind) == ("None", "", "NONE")
    assert read_chart(result(dataGranularity=" 1d")).granularity != "1d"


def test_a_word_for_a_close_is_no_close():
    sent = result()
    sent["indicators"]["quote"][0]["close"] = ["n/a", "467.28", 1]
    first, second, third = read_chart(sent).closes
    assert math.isnan(first)
    assert (second, third) == (467.28, 1.0)


def test_closes_that_are_not_one_a_row_are_none():
    sent = result()
    sent["indicators"]["quote"][0]["close"].append(1.0)
    assert read_chart(sent).closes == ()


def test_adjusted_closes_are_there_if_one_is():
    sent = result()
    sent["indicators"]["adjclose"][0]["adjclose"] = [None, None, None]
    assert not read_chart(sent).adjusted
    del sent["indicators"]["adjclose"]
    assert not read_chart(sent).adjusted
    sent["indicators"]["adjclose"] = 5  # of an index nobody asks for them
    assert not read_chart(sent, adjusted=False).adjusted
    with pytest.raises(TypeError):
        read_chart(sent)


@pytest.mark.parametrize(
    "spoil",
    [
        {"meta": ["SPY"]},
        {"meta": "SPY"},
        {"timestamp": [1, None]},
        {"timestamp": [1, float("nan")]},
        {"timestamp": 5},
        {"indicators": {"quote": [{"close": 5}]}},
        {"indicators": {"quote": [{"close": "abc"}]}},
        {"indicators": {"adjclose": ["abc"]}},
    ],
)
def test_what_is_no_chart_is_refused(spoil):
    sent = {**result(), **spoil}
    with pytest.raises((AttributeError, TypeError, ValueError)):
        read_chart(sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(place=st.sampled_from(["meta", "timestamp", "indicators"]), value=JSON)
def test_any_json_is_a_chart_or_an_error(place, value):
    try:
        chart = read_chart({**result(), place: value})
    except Exception:  # noqa: BLE001, RUF100 - the door turns every kind into one line
        return
    assert isinstance(chart.symbol, str)
    assert all(isinstance(stamp, int) for stamp in chart.stamps)
    assert len(chart.closes) in (0, len(chart.stamps))
