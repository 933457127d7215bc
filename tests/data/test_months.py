"""Last sessions of months, against days on which the exchange traded."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks.exchange import NYSE
from data.months import last_sessions, month_ends
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


# --- figures at the ends of months --------------------------------------------------------------

WINTER = pd.bdate_range("2024-01-01", "2024-03-29")


def test_the_last_figure_of_a_month_that_is_over_is_its_end():
    values = pd.Series(range(len(WINTER)), WINTER, dtype=float)
    ends = month_ends(values)
    assert list(ends.index.astype(str)) == ["2024-01", "2024-02", "2024-03"]
    # 23 weekdays in January and 21 in February.
    assert ends.tolist() == [22.0, 43.0, 64.0]
    # March without its last weekday may go on; a month whose last figures are missing has no end.
    assert list(month_ends(values.iloc[:-1]).index.astype(str)) == ["2024-01", "2024-02"]
    assert list(month_ends(values.drop(WINTER[40:44])).index.astype(str)) == ["2024-01", "2024-03"]
    # Three days, a weekend and a holiday (31 May 2021 was Memorial Day), are no hole.
    may = pd.bdate_range("2021-05-03", "2021-06-01").drop(pd.Timestamp("2021-05-31"))
    assert month_ends(pd.Series(1.5, may)).to_dict() == {pd.Period("2021-05"): 1.5}
    values.iloc[-1] = float("nan")
    assert list(month_ends(values).index.astype(str)) == ["2024-01", "2024-02"]


def test_no_figures_have_no_month_end():
    assert month_ends(pd.Series(dtype=float, index=pd.DatetimeIndex([]))).empty
