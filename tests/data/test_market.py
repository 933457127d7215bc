"""The market: read-only, complete, and cut to the past."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.cash import level_from_monthly_bills
from data.errors import DataError
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


def test_until_hides_the_future():
    market = random_market(2)
    cut = market.until(market.sessions[99])
    assert len(cut.sessions) == len(cut.prices) == len(cut.cash) == 100
    assert cut.fingerprints() != market.fingerprints()


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


def test_daily_cash_compounds_to_the_month():
    # From the last session of January to the last of March: two whole months, weekends in.
    sessions = pd.bdate_range("2020-01-31", "2020-03-31")
    bill = pd.Series([0.001, 0.002, 0.003], index=pd.period_range("2020-01", periods=3, freq="M"))
    cash, notes = level_from_monthly_bills(sessions, bill, 252)
    assert cash.iloc[0] == 100
    # 28 February is a Friday: the Monday's step takes all three days from March, one of which
    # (the 29th) is February's.
    expected = 100 * 1.002 ** (28 / 29) * 1.003 ** (32 / 31)
    assert cash.iloc[-1] == pytest.approx(expected, rel=1e-12)
    assert notes == []


def test_cash_beyond_the_table_carries_the_last_value_and_says_so():
    sessions = pd.date_range("2020-01-31", periods=4, freq="ME")
    bill = pd.Series([0.001, 0.002], index=pd.period_range("2020-01", periods=2, freq="M"))
    cash, notes = level_from_monthly_bills(sessions, bill, 12)
    assert cash.iloc[-1] == pytest.approx(100 * 1.002**3)
    assert notes == ["cash after 2020-02 earns the bill return of that month, carried on"]
