"""Last sessions of months, against days on which the exchange traded."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks.exchange import NYSE
from data.months import last_sessions
from tests.conftest import SHARED


def lasts(days: pd.DatetimeIndex) -> pd.Series:
    """The last of some days in each month."""
    return pd.Series(days, days.to_period("M")).groupby(level=0).max()


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2021-05-03", "2021-05-28"),  # Memorial Day was Monday the 31st
        ("2018-03-30", "2018-03-29"),  # Good Friday was the 30th
        ("2024-03-01", "2024-03-28"),
        ("2024-05-31", "2024-05-31"),  # a Friday after Memorial Day
        ("2023-12-01", "2023-12-29"),
        ("1968-07-01", "1968-07-30"),  # closed on Wednesdays, to catch up with paper
        ("1969-03-31", "1969-03-28"),  # the funeral of President Eisenhower
    ],
)
def test_the_last_session_is_no_holiday(day, last):
    assert last_sessions(pd.DatetimeIndex([day])) == pd.DatetimeIndex([last])


def test_every_month_of_the_exchanges_own_calendar():
    sessions = NYSE.sessions(pd.Timestamp("1971-01-04"))
    expected = lasts(sessions[(sessions >= "1971-01-01") & (sessions <= "2026-12-31")])
    days = pd.DatetimeIndex(expected.index.to_timestamp())
    assert last_sessions(days).equals(pd.DatetimeIndex(expected))


def test_every_month_in_which_real_shares_traded():
    path = SHARED / "rates/us_equity_total_return_daily.csv"
    if not path.is_file():
        pytest.skip(f"no real prices: {path} is not there")
    expected = lasts(pd.read_csv(path, index_col=0, parse_dates=True).index).iloc[:-1]
    days = pd.DatetimeIndex(expected.index.to_timestamp())
    assert last_sessions(days).equals(pd.DatetimeIndex(expected))


def test_no_days_have_no_sessions():
    assert last_sessions(pd.DatetimeIndex([])).empty
