"""The market: read-only, complete, and cut to the past."""

from __future__ import annotations

import copy
import hashlib
import weakref

import numpy as np
import pandas as pd
import pytest

from data.align import market_of as assembled
from data.errors import DataError
from data.market import Market
from data.origin import How, Origin
from data.provenance import Provenance, content_sha256, describe
from tests.conftest import market_of, random_market

DAYS = pd.bdate_range("2020-01-01", periods=5)


def frame(**columns):
    return pd.DataFrame(columns, index=DAYS, dtype=float)


def test_nothing_done_to_a_frame_reaches_the_market():
    market = random_market(1)
    before = market.prices.to_numpy().copy()
    stolen = market.prices
    stolen["SPY"] = 1.0
    stolen2 = market.prices
    with pytest.raises(ValueError, match="read-only"):
        stolen2.to_numpy()[0, 0] = 5.0
    np.testing.assert_array_equal(market.prices.to_numpy(), before)


PUBLIC = sorted(name for name in dir(Market) if not name.startswith("_"))


@pytest.mark.parametrize("name", [*PUBLIC, "plain_title", "notes", "origin", "anything_new"])
def test_nothing_of_a_market_can_be_assigned_or_deleted(name):
    market = random_market(1)
    with pytest.raises(AttributeError):
        setattr(market, name, "x")
    with pytest.raises(AttributeError):
        delattr(market, name)


def test_no_public_attribute_of_a_market_is_a_mutable_container():
    market = random_market(1)
    for name in {*PUBLIC, *vars(market)} - {"tickers"}:
        if not name.startswith("_"):
            assert not isinstance(getattr(market, name), dict | list | set | bytearray), name
    with pytest.raises(AttributeError):
        market.provenance.clear()
    with pytest.raises(TypeError):
        market.provenance["SPY"] = None
    market.tickers.append("TLT")  # a list of the caller's own
    assert market.tickers == ["SPY", "IEF"]


def test_a_market_is_itself_alone_and_can_key_what_is_kept_of_it():
    market, same = random_market(1), random_market(1)
    assert market == market
    assert market != same
    numbers = weakref.WeakKeyDictionary({market: 1, same: 2})
    del same
    assert list(numbers.values()) == [1]


def test_relabelled_changes_words_only():
    market = random_market(1)
    origin = Origin(How.BUNDLED, failure="no route", short="Yahoo cannot be reached")
    other = market.relabelled(title="new", notes=["a"], remarks=["b"], origin=origin)
    assert (other.title, other.plain_title) == ("new (Yahoo cannot be reached)", "new")
    assert (other.notes, other.remarks, other.origin) == (("a",), ("b",), origin)
    assert other.fingerprints() == market.fingerprints()
    assert (market.title, market.notes, market.remarks) == ("made prices", (), ())
    assert market.relabelled().until(market.sessions[9]).origin == market.origin


def test_until_hides_the_future():
    market = random_market(2)
    cut = market.until(market.sessions[99])
    assert len(cut.sessions) == len(cut.prices) == len(cut.cash) == 100
    assert cut.fingerprints() != market.fingerprints()


def test_until_cuts_every_series():
    fields = ("yields", "policy_rate", "cpi", "usd")
    rates = pd.DataFrame({10.0: np.arange(5.0)}, index=DAYS)
    series = pd.Series(np.arange(5.0), DAYS, name="x")
    cash = pd.Series(100.0, DAYS, name="CASH")
    market = Market(
        source="made", title="", prices=frame(SPY=[1, 2, 3, 4, 5]), cash=cash,
        periods_per_year=252, provenance={}, yields=rates, policy_rate=series, cpi=series,
        usd=series,
    )  # fmt: skip
    cut = market.until(DAYS[2])
    assert {name: len(getattr(cut, name)) for name in fields} == dict.fromkeys(fields, 3)
    assert {name: len(getattr(market, name)) for name in fields} == dict.fromkeys(fields, 5)


def test_consumer_prices_by_month_are_cut_to_what_was_public():
    days = pd.bdate_range("2020-01-01", "2020-04-30")
    months = pd.date_range("2019-12-01", "2020-03-01", freq="MS")
    cpi = pd.Series([100.0, 101.0, 102.0, 103.0], months)
    market = Market(
        source="made", title="", prices=pd.DataFrame({"SPY": 100.0}, days),
        cash=pd.Series(100.0, days, name="CASH"), periods_per_year=252, provenance={},
        cpi_by_month=cpi,
    )  # fmt: skip
    # February's figure counts as public from the last session of March, 2020-03-31.
    assert list(market.until(pd.Timestamp("2020-03-30")).cpi_by_month) == [100.0, 101.0]
    assert list(market.until(pd.Timestamp("2020-03-31")).cpi_by_month) == [100.0, 101.0, 102.0]
    assert market.until(pd.Timestamp("2020-01-02")).cpi_by_month.empty
    assert market.only(["cpi"]).cpi_by_month.equals(cpi)
    assert market.only(["yields"]).cpi_by_month is None
    assert (
        market.fingerprints()["cpi_by_month"]
        != (market.until(pd.Timestamp("2020-03-31")).fingerprints()["cpi_by_month"])
    )


def test_first_session_names_the_late_ticker():
    market = market_of(frame(SPY=[1, 2, 3, 4, 5], TLT=[np.nan, np.nan, 3, 4, 5]))
    assert market.first_session(["SPY", "TLT"]) == (DAYS[2], "TLT")


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf])
def test_a_level_that_cannot_be_is_named(value):
    with pytest.raises(DataError, match="SPY of made is .* on 2020-01-03"):
        market_of(frame(SPY=[1, 2, value, 4, 5]))


def test_a_hole_after_the_start_is_refused():
    with pytest.raises(DataError, match="SPY of made is nan on 2020-01-03"):
        market_of(frame(SPY=[1, 2, np.nan, 4, 5]))


def test_dates_must_ascend():
    with pytest.raises(DataError, match="must ascend without repeats; see 2020-01-02"):
        market_of(frame(SPY=[1, 2, 3, 4, 5]).iloc[[0, 2, 1]])


def made(**changes: object) -> Market:
    """Five sessions of one ticker, with something of them changed."""
    fields = {
        "source": "made",
        "title": "",
        "prices": frame(SPY=[1, 2, 3, 4, 5]),
        "cash": pd.Series(100.0, DAYS, name="CASH"),
        "periods_per_year": 252,
        "provenance": {},
    }
    return Market(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prices": frame(SPY=[1, 2, 3, 4, 5]).tz_localize("UTC")},
         "made needs dates without a time zone, got DatetimeIndex"),
        ({"prices": frame(SPY=[1, 2, 3, 4, 5]).reset_index(drop=True)}, "got RangeIndex"),
        ({"prices": frame(SPY=[1, 2, 3, 4, 5]).iloc[:0]}, "made has no sessions"),
        ({"prices": frame(SPY=[1, 2, 3, 4, 5]).iloc[[0, 1, 1]]}, "repeats; see 2020-01-02"),
        ({"prices": frame(SPY=[np.nan] * 5)}, "SPY of made has no values; leave it out"),
        ({"prices": frame(CASH=[1, 2, 3, 4, 5])}, "CASH is the name of the cash column; rename"),
        ({"cash": pd.Series([1, 1, np.nan, 1, 1.0], DAYS)}, "CASH of made is nan on 2020-01-03"),
        ({"cash": pd.Series([np.nan, 1, 1, 1, 1.0], DAYS)}, "cash of made has no value on"),
        ({"cash": pd.Series(100.0, DAYS[:4])}, "cash of made is not on the sessions of its prices"),
        ({"cpi": pd.Series(1.0, DAYS[:4])}, "cpi of made is not on the sessions of its prices"),
        ({"yields": pd.DataFrame({10.0: 4.0}, DAYS[1:])}, "yields of made is not on the sessions"),
    ],
)  # fmt: skip
def test_what_is_no_market_is_refused(changes, words):
    with pytest.raises(DataError) as caught:
        made(**changes)
    assert words in str(caught.value)


def test_a_ticker_that_is_not_there_is_named_with_those_that_are():
    market = random_market(1)
    market.require(["SPY", "IEF"])
    with pytest.raises(
        DataError, match=r"IEFF is not in made, which has SPY, IEF \(did you mean IEF"
    ):
        market.require(["SPY", "IEFF"])
    with pytest.raises(DataError, match="QQQ is not in made"):
        market.first_session(["QQQ"])


def test_levels_have_cash_last_and_are_the_callers_own():
    market = made()
    levels = market.levels(["SPY"])
    assert list(levels.columns) == ["SPY", "CASH"]
    levels.loc[DAYS[0], "SPY"] = 99.0
    assert market.prices["SPY"].iloc[0] == 1.0


def test_a_market_ends_no_earlier_than_it_begins():
    with pytest.raises(DataError, match="made has no sessions up to 2019-12-31; give a later day"):
        made().until(pd.Timestamp("2019-12-31"))


def test_a_fingerprint_is_the_hash_of_days_and_values():
    # By hashlib: days since 1970 as 64-bit integers, then the levels as doubles.
    days = np.array([18262, 18263, 18264, 18267, 18268], "<i8")
    expected = hashlib.sha256(days.tobytes() + np.arange(1.0, 6.0).astype("<f8").tobytes())
    rates = pd.DataFrame({10.0: np.arange(1.0, 6.0), 0.25: 1.0}, DAYS)
    prints = made(yields=rates, usd=pd.Series(np.arange(1.0, 6.0), DAYS)).fingerprints()
    assert set(prints) == {"SPY", "CASH", "yield_10y", "yield_0.25y", "usd"}
    assert prints["SPY"] == prints["yield_10y"] == prints["usd"] == expected.hexdigest()
    assert len(set(prints.values())) == 3


def test_a_missing_value_is_no_part_of_a_fingerprint():
    series = pd.Series([np.nan, 2.0, 3.0, np.nan, 5.0], DAYS)
    assert content_sha256(series) == content_sha256(series.dropna()) != content_sha256(series[:4])


def test_a_column_is_described_with_the_days_it_has():
    about = describe(pd.Series([np.nan, 2, 3, 4, np.nan], DAYS), "made", "a fund", "2024-01-02")
    assert about == Provenance("made", "a fund", "2020-01-02", "2020-01-06", "2024-01-02")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_market_is_the_same_and_as_frozen(duplicate):
    market = random_market(1).relabelled(notes=["a"])
    other = duplicate(market)
    assert other.fingerprints() == market.fingerprints()
    assert (other.title, other.notes, other.origin) == (market.title, market.notes, market.origin)
    with pytest.raises(AttributeError):
        other.plain_title = "x"


def test_a_market_says_what_it_is():
    assert repr(made(title="made prices")) == (
        "<Market made prices: SPY, 2020-01-01 to 2020-01-07>"
    )


@pytest.mark.parametrize(
    ("calendars", "last", "is_over"),
    [
        # Frankfurt closes for the year on 30 December, New York on the 31st.
        ({"A": "XETR"}, "2024-12-30", True),
        ({"A": "XNYS"}, "2024-12-30", False),
        ({"A": "XETR", "B": "XNYS"}, "2024-12-30", True),
        ({"A": "XLON", "B": "XNYS"}, "2024-12-30", False),
        ({"A": "XETR", "B": "XNYS"}, "2024-12-27", False),
        ({"A": "XETR", "B": None}, "2024-12-30", None),
    ],
)
def test_a_year_is_over_with_the_last_day_on_which_all_exchanges_are_open(calendars, last, is_over):
    days = pd.bdate_range("2024-11-01", last)
    days = days[days != "2024-12-25"]
    level = pd.Series(np.linspace(100, 101, len(days)), days)
    market = assembled(
        {ticker: level.rename(ticker) for ticker in calendars},
        source="made", title="made", calendars=calendars,
    )  # fmt: skip
    assert market.is_year_over() is is_over
    assert market.exchange == (calendars["A"] if len(calendars) == 1 else None)
