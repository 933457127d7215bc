"""``load_market``: the sources, what each gives, and the line that describes it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError, UsageError
from data.load import (
    SOURCES,
    available,
    data_line,
    load_market,
    require_source,
    span_line,
)
from data.origin import How, Origin
from data.sources import frame
from tests.conftest import market_of, random_market
from tests.data.helpers import GOOD, rows_of


@pytest.mark.parametrize("source", ["auto", "yahoo", "bundled", "files:prices", "files:a b"])
def test_every_source_there_is_may_be_named(source):
    require_source(source)


def test_prices_given_in_python_are_a_source_that_nobody_chooses_by_name():
    require_source(frame.SOURCE)
    assert frame.SOURCE == "prices"
    assert frame.SOURCE not in SOURCES
    assert available(frame.SOURCE) == []
    with pytest.raises(UsageError) as caught:
        load_market(frame.SOURCE, ["^GSPC"])
    assert str(caught.value) == (
        "--source prices: prices given in Python are in no file; run it again from Python with "
        "prices=, or write them to a folder, one CSV a ticker, and use --source files:DIR"
    )


@pytest.mark.parametrize("source", ["prices:", "prices:a", "Prices", "price"])
def test_what_looks_like_it_is_unknown(source):
    with pytest.raises(UsageError, match="is unknown; use one of auto, yahoo, bundled, files:DIR"):
        require_source(source)


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("Yahoo", "yahoo"),
        ("yfinance", "yahoo"),
        ("offline", "bundled"),
        ("csv", "files:DIR"),
        ("./prices", "files:./prices"),  # a path
        ("C:\\prices", "files:C:\\prices"),
        ("csv:my prices", "files:my prices"),
        ("File:prices", "files:prices"),
        ("here", "files:here"),  # a folder that is there
    ],
)
def test_a_source_by_another_word_gets_what_to_write(source, meant, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    with pytest.raises(UsageError) as refused:
        require_source(source)
    assert str(refused.value).endswith(f" (did you mean {meant}?)")
    require_source(meant)


@pytest.mark.parametrize("source", [None, 5, b"bundled", ["bundled"]])
def test_a_source_that_is_no_text_is_refused(source):
    with pytest.raises(UsageError, match="--source takes one of auto, yahoo, bundled, files:DIR"):
        require_source(source)


@pytest.mark.parametrize("source", ["", "files:", "files:a\0b", "files", "Yahoo", "fred"])
def test_another_source_is_refused_with_those_there_are(source):
    with pytest.raises(UsageError, match="is unknown; use one of auto, yahoo, bundled, files:DIR"):
        load_market(source, ["SPY"])


def test_a_near_miss_is_named():
    with pytest.raises(UsageError, match=r"did you mean bundled\?"):
        require_source("bundle")


def test_tickers_keep_their_order_and_come_once():
    assert load_market("bundled", ["IEF", "SPY", "IEF"]).tickers == ["IEF", "SPY"]


def test_what_leaves_its_dividends_out_is_refused_before_anything_is_read():
    with pytest.raises(DataError, match="price index without dividends"):
        load_market("files:nowhere", ["^GSPC"])


def test_a_folder_is_read_up_to_the_asked_end(price_folder):
    market = load_market(f"files:{price_folder(A=GOOD)}", ["A"], end="2020-01-03")
    assert market.prices["A"].tolist() == [100, 101]
    assert market.origin == Origin(How.FILES)


def test_an_extension_of_the_bundled_history_changes_nothing_and_says_so():
    plain, extended = (load_market("bundled", ["SPY"], extend=extend) for extend in (False, True))
    assert extended.fingerprints() == plain.fingerprints()
    assert extended.notes == (
        *plain.notes,
        "--extend changes nothing: the bundled history is not carried back",
    )


def test_the_bundled_history_has_no_need_to_be_carried_back():
    plain = load_market("bundled", ["SPY", "BIL"])
    asked = load_market("bundled", ["SPY", "BIL"], carried_back=["BIL", "SHY"])
    assert (asked.fingerprints(), asked.notes) == (plain.fingerprints(), plain.notes)


def test_a_folder_is_told_what_to_carry_back(price_folder):
    days = pd.bdate_range("2020-01-02", periods=60)
    folder = price_folder(
        A=rows_of(days), BIL=rows_of(days[40:]),
        treasury_bill_3m_discount_daily=rows_of(days).replace("100", "4"),
    )  # fmt: skip
    plain = load_market(f"files:{folder}", ["A", "BIL"])
    assert plain.first_session(["BIL"])[0] == days[40]
    longer = load_market(f"files:{folder}", ["A", "BIL"], carried_back=["BIL"])
    assert longer.first_session(["BIL"])[0] == days[0]


def test_auto_without_a_network_is_the_bundled_history_and_says_why():
    market = load_market("auto", ["SPY"])
    assert (market.source, market.origin.how) == ("bundled", How.BUNDLED)
    assert not market.origin.is_first_choice
    assert market.plain_title == load_market("bundled", ["SPY"]).title
    assert market.title == f"{market.plain_title} (Yahoo cannot be reached)"
    assert market.origin.remark.startswith("Yahoo cannot be reached (127.0.0.1")
    line = data_line(market)
    assert line.count("Yahoo cannot be reached") == 1  # the whole reason, and not the short one too
    assert line.endswith(f"to 2025-12-31 ({market.origin.remark})")
    assert "--source" not in line  # the bundled history is in use already


def test_sources_that_can_be_listed_are(price_folder):
    assert available("bundled") == ["SPY", "BIL", "SHY", "IEF", "TLT"]
    assert available(f"files:{price_folder(B=GOOD, A=GOOD, cpi_monthly=GOOD)}") == ["A", "B"]
    assert available("yahoo") is available("auto") is None


def test_the_line_of_a_market_by_hand():
    days = pd.DatetimeIndex(["2020-01-31", "2020-02-29", "2020-03-31"])
    market = market_of(pd.DataFrame({"SPY": [1.0, 2.0, 3.0]}, index=days), ppy=12)
    span = "3 months from 2020-01-31 to 2020-03-31"
    assert data_line(market) == f"made prices: {span}"
    cached = market.relabelled(origin=Origin(How.KEPT, "2020-04-01", dt.timedelta(hours=3)))
    assert data_line(cached) == f"made prices: {span} (cached snapshots, up to 3 h old)"
    older = Origin(How.OLDER, "2020-04-01", dt.timedelta(days=3), "no route", "Yahoo is silent")
    stood_in = market.relabelled(origin=older)
    assert data_line(stood_in) == (
        f"made prices: {span} (no route; cached snapshots, up to 3 days old)"
    )
    assert span_line(stood_in) == f"made prices: {span}"
    first = market.until(days[0])
    assert data_line(first) == "made prices: 1 month from 2020-01-31 to 2020-01-31"
    assert "600 sessions" in data_line(random_market(1))


def test_the_remarks_of_a_market_are_not_those_of_its_origin():
    market = random_market(1).relabelled(remarks=["a word"])
    assert "a word" not in data_line(market)
    assert np.isfinite(market.prices.to_numpy()).all()
