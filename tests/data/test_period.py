"""The period asked for and the data: by hand on ten sessions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.currency.conversion import Conversion
from data.errors import UsageError
from data.load import load_market
from data.period import begin_of, cut_to_period, first_day_of
from tests.conftest import market_of

DAYS = pd.bdate_range("2024-01-01", periods=10)  # two weeks from a Monday


@pytest.fixture(scope="module")
def market():
    late = [np.nan] * 3 + [100.0] * 7
    return market_of(pd.DataFrame({"SPY": 100.0, "TLT": late}, DAYS))


def test_without_an_asked_period_it_is_all_there_is(market):
    period = cut_to_period(market, ["SPY", "TLT"], None, None)
    assert (period.first, period.late, period.start) == (DAYS[3], "TLT", None)
    assert period.market.sessions.equals(market.sessions)
    assert period.market.notes == ()
    assert cut_to_period(market, ["SPY"], None, None).first == DAYS[0]


def test_a_start_on_a_weekend_is_the_next_session_and_history_before_it_stays(market):
    period = cut_to_period(market, ["SPY"], "2024-01-06", "2024-01-10")
    assert period.start == pd.Timestamp("2024-01-08")
    assert period.market.sessions[0] == DAYS[0]
    assert period.market.sessions[-1] == pd.Timestamp("2024-01-10")
    assert cut_to_period(market, ["SPY"], "2024-01-08", None).start == pd.Timestamp("2024-01-08")


def test_an_end_after_the_data_is_noted(market):
    period = cut_to_period(market, ["SPY"], None, "2024-01-13")
    assert period.market.notes == ("data end on 2024-01-12, before the asked end 2024-01-13",)
    assert cut_to_period(market, ["SPY"], None, "2024-01-12").market.notes == ()


def test_a_start_before_a_ticker_is_refused_by_its_name(market):
    assert cut_to_period(market, ["SPY", "TLT"], "2024-01-04", None).start == DAYS[3]
    with pytest.raises(
        UsageError, match="--start 2024-01-03 is before the first day of TLT in made"
    ):
        cut_to_period(market, ["SPY", "TLT"], "2024-01-03", None)


def test_a_first_day_is_said_to_be_a_proxys_where_it_is(market):
    assert first_day_of(market, "TLT") == "the first day of TLT"
    joined = market.relabelled()
    tlt = replace(market.provenance["TLT"], own_first="2024-01-09")
    vars(joined)["provenance"] = {**market.provenance, "TLT": tlt}
    assert first_day_of(joined, "TLT") == "the first day of TLT's proxy"
    assert first_day_of(joined, "SPY") == "the first day of SPY"
    with pytest.raises(UsageError, match="is before the first day of TLT's proxy in made, 2024"):
        cut_to_period(joined, ["SPY", "TLT"], "2024-01-03", None)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2024-01-13", None, "--start 2024-01-13 is after the last day of made, 2024-01-12"),
        (
            "2030-01-01",
            "2030-12-31",
            "--start 2030-01-01 is after the last day of made, 2024",
        ),
        (None, "2024-01-03", "--end 2024-01-03 is before the first day of TLT in made, 2024-01-04"),
        # A weekend in the middle of the data, which go on after it.
        (
            "2024-01-06",
            "2024-01-07",
            "no session from --start 2024-01-06 to --end 2024-01-07; give",
        ),
    ],
)
def test_a_period_without_data_is_refused_with_its_cause(market, start, end, message):
    with pytest.raises(UsageError, match=message):
        cut_to_period(market, ["SPY", "TLT"], start, end)


@pytest.mark.parametrize("is_loaded_whole", [True, False])
def test_an_end_before_that_of_the_data_is_known_to_cut_them(market, is_loaded_whole):
    """A loader may have left the later rows out already; the asked end is a Saturday."""
    loaded = market if is_loaded_whole else market.until(DAYS[4]).relabelled(is_cut=True)
    cut = cut_to_period(loaded, ["SPY"], None, "2024-01-06").market
    assert cut.last_day == "2024-01-05, where --end cuts the data"
    assert cut.longer == "give a later --end"
    assert cut.notes == ()  # the data do not end there
    with pytest.raises(UsageError, match="no session from --start 2024-01-06 to --end 2024-01-07;"):
        cut_to_period(loaded, ["SPY"], "2024-01-06", "2024-01-07")


def test_data_that_end_by_themselves_are_not_said_to_be_cut(market):
    for end in (None, "2024-01-12", "2024-01-13"):
        whole = cut_to_period(market, ["SPY"], None, end).market
        assert (whole.last_day, whole.longer) == ("2024-01-12", "give a longer period")


# --- in another currency ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def yen():
    return load_market("bundled", ["SPY", "IEF"], conversion=Conversion(currency="JPY"))


def test_a_start_before_the_currency_begins_names_what_sets_its_first_day(yen):
    words = "--start 1992-10-30 is before the first yen short rate in bundled, 1992-10-31; start"
    with pytest.raises(UsageError, match=words) as caught:
        cut_to_period(yen, ["SPY", "IEF"], "1992-10-30", None)
    assert "leave out" not in str(caught.value)  # no ticker is in the way
    assert cut_to_period(yen, ["SPY", "IEF"], "1992-10-31", None).start == yen.sessions[0]


def test_an_end_before_the_currency_begins_is_refused_by_the_same(yen):
    words = "--end 1990-12-31 is before the first yen short rate in bundled, 1992-10-31; give"
    with pytest.raises(UsageError, match=words):
        cut_to_period(yen, ["SPY", "IEF"], None, "1990-12-31")


def test_a_ticker_that_begins_later_than_the_currency_sets_the_first_day():
    pounds = load_market("bundled", ["SPY", "TLT"], conversion=Conversion(currency="GBP"))
    first, late = pounds.first_session(["SPY", "TLT"])
    assert begin_of(pounds, first, late) == "the first day of TLT"
    words = "--start 1972-01-31 is before the first day of TLT in bundled, 1973-01-31"
    with pytest.raises(UsageError, match=words):
        cut_to_period(pounds, ["SPY", "TLT"], "1972-01-31", None)
    assert begin_of(pounds, pounds.sessions[0], "SPY") == pounds.abroad.opens
    assert pounds.abroad.opens == "the first sterling short rate"


def test_a_cut_market_keeps_its_currency_and_its_words(yen):
    period = cut_to_period(yen, ["SPY", "IEF"], None, "2008-12-31")
    assert period.market.currency == "JPY"
    assert period.market.is_cut
    # What ends the data now is the day that was asked for.
    (ends,) = set(yen.notes) - set(period.market.notes)
    assert ends == yen.abroad.closes
    assert period.market.abroad.opens == yen.abroad.opens
    assert period.market.in_dollars.sessions[-1] == pd.Timestamp("2008-12-31")
