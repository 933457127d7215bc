"""The market: read-only, complete, and cut to the past."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from data.market import Market
from data.treasuries.cash import level_from_monthly_bills
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


def test_until_cuts_every_series():
    fields = ("yields", "policy_rate", "cpi", "usd")
    rates = pd.DataFrame({10.0: np.arange(5.0)}, index=DAYS)
    one = pd.Series(np.arange(5.0), DAYS, name="x")
    cash = pd.Series(100.0, DAYS, name="CASH")
    market = Market(
        source="made", title="", prices=frame(SPY=[1, 2, 3, 4, 5]), cash=cash,
        periods_per_year=252, provenance={}, yields=rates, policy_rate=one, cpi=one, usd=one,
    )  # fmt: skip
    cut = market.until(DAYS[2])
    assert {name: len(getattr(cut, name)) for name in fields} == dict.fromkeys(fields, 3)
    assert {name: len(getattr(market, name)) for name in fields} == dict.fromkeys(fields, 5)


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


BILLS = pd.Series([0.001, 0.002, 0.003], index=pd.period_range("2020-01", periods=3, freq="M"))


def test_daily_cash_compounds_to_the_month():
    # From the last session of January to the last of March: two whole months.
    sessions = pd.bdate_range("2020-01-31", "2020-03-31")
    cash, notes = level_from_monthly_bills(sessions, BILLS, 252)
    assert cash.iloc[0] == 100
    assert cash.iloc[-1] == pytest.approx(100 * 1.002 * 1.003, rel=1e-12)
    # February 2020 has 20 weekdays, here all sessions: each earns a twentieth of the month.
    assert cash.iloc[1] == pytest.approx(100 * 1.002 ** (1 / 20), rel=1e-12)
    assert notes == []


def test_cash_of_an_open_month_does_not_depend_on_its_rows_to_come():
    whole, _ = level_from_monthly_bills(pd.bdate_range("2020-01-31", "2020-03-31"), BILLS, 252)
    part, _ = level_from_monthly_bills(pd.bdate_range("2020-01-31", "2020-03-10"), BILLS, 252)
    np.testing.assert_allclose(part, whole.loc[part.index], rtol=1e-12)


def test_cash_beyond_the_table_carries_the_last_value_and_says_so():
    sessions = pd.date_range("2020-01-31", periods=4, freq="ME")
    bill = pd.Series([0.001, 0.002], index=pd.period_range("2020-01", periods=2, freq="M"))
    cash, notes = level_from_monthly_bills(sessions, bill, 12)
    assert cash.iloc[-1] == pytest.approx(100 * 1.002**3)
    assert notes == ["cash after 2020-02 earns the bill return of that month, carried on"]
