"""Cash from monthly bills: by hand, and without looking ahead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.treasuries.cash import level_from_monthly_bills

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


def test_cash_before_the_table_earns_its_first_month_and_says_so():
    sessions = pd.date_range("2019-10-31", periods=5, freq="ME")
    cash, notes = level_from_monthly_bills(sessions, BILLS, 12)
    # November and December earn January's 0.1 %, then January its own and February 0.2 %.
    assert cash.iloc[-1] == pytest.approx(100 * 1.001**3 * 1.002, rel=1e-12)
    assert notes == ["cash before 2020-01 earns the bill return of that month"]


def test_cash_outside_the_table_altogether_carries_its_nearest_end():
    later, _ = level_from_monthly_bills(
        pd.date_range("2021-01-31", periods=3, freq="ME"), BILLS, 12
    )
    assert later.iloc[-1] == pytest.approx(100 * 1.003**2, rel=1e-12)
    before, _ = level_from_monthly_bills(
        pd.date_range("2018-01-31", periods=3, freq="ME"), BILLS, 12
    )
    assert before.iloc[-1] == pytest.approx(100 * 1.001**2, rel=1e-12)


def test_a_month_is_one_return_however_many_sessions_it_has():
    # Christmas Day left out or not, December compounds to its month.
    bill = pd.Series(0.004, pd.period_range("2019-11", "2020-02", freq="M"))
    whole = pd.bdate_range("2019-11-29", "2020-01-31")
    for sessions in (whole, whole.drop("2019-12-25")):
        cash, _ = level_from_monthly_bills(sessions, bill, 252)
        assert cash["2019-12-31"] / cash["2019-11-29"] == pytest.approx(1.004, rel=1e-12)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2020-02-04", "2020-03-31"),  # one weekday late
        ("2020-01-31", "2020-03-30"),  # one weekday early
        ("2020-02-03", "2020-03-31"),  # neither: February is whole
        ("2020-02-18", "2020-02-20"),
    ],
)
def test_cash_of_a_part_grows_as_that_of_the_whole(first, last):
    whole, _ = level_from_monthly_bills(pd.bdate_range("2020-01-31", "2020-03-31"), BILLS, 252)
    part, _ = level_from_monthly_bills(pd.bdate_range(first, last), BILLS, 252)
    np.testing.assert_allclose(part.pct_change()[1:], whole.pct_change()[part.index[1:]], rtol=1e-9)


def test_a_whole_month_is_spread_over_its_sessions_and_a_part_over_its_weekdays():
    sessions = pd.bdate_range("2020-02-03", "2020-02-28").drop("2020-02-17")  # Presidents' Day
    cash, _ = level_from_monthly_bills(sessions, BILLS, 252)
    assert cash.iloc[1] / 100 == pytest.approx(1.002 ** (1 / 19), rel=1e-12)
    for part in (sessions[1:], sessions[:-1]):
        cash, _ = level_from_monthly_bills(part, BILLS, 252)
        assert cash.iloc[1] / 100 == pytest.approx(1.002 ** (1 / 20), rel=1e-12)


def test_months_of_the_table_alone_need_no_note():
    months = pd.date_range("2020-01-31", periods=3, freq="ME")
    assert level_from_monthly_bills(months, BILLS, 12)[1] == []
