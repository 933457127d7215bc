"""Sessions of the New York Stock Exchange, as its own calendar has them."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks import exchange
from data.checks.exchange import (
    EVERY_DAY,
    NYSE,
    common_sessions,
    exchange_calendar,
    exchange_of,
    has_closed,
)
from data.checks.histories import latest_day


@pytest.mark.parametrize(
    "day",
    [
        "2001-09-11",  # closed until the 17th
        "2012-10-29",  # hurricane
        "2018-12-05",  # a day of mourning
        "2022-06-20",  # Juneteenth, a holiday since that year
        "2024-07-04",
        "2025-01-09",  # a day of mourning
    ],
)
def test_days_on_which_it_was_closed_are_no_sessions(day):
    assert pd.Timestamp(day) not in exchange_calendar(pd.Timestamp("2000-01-03")).sessions


@pytest.mark.parametrize(("year", "count"), [(2021, 252), (2022, 251), (2023, 250), (2024, 252)])
def test_sessions_of_a_year_as_the_exchange_counts_them(year, count):
    sessions = exchange_calendar(pd.Timestamp("2020-01-02")).sessions
    assert (sessions.year == year).sum() == count


def test_it_reaches_back_as_far_as_is_asked():
    assert exchange_calendar(pd.Timestamp("1962-05-01")).sessions[0] < pd.Timestamp("1962-01-01")
    early = exchange_calendar(pd.Timestamp("1995-01-03")).sessions
    assert early is exchange_calendar(pd.Timestamp("2020-01-02")).sessions  # built once


@pytest.mark.parametrize(
    ("session", "moment", "is_closed"),
    [
        # 16:00 in New York is 20:00 UTC in summer and 21:00 in winter; twenty minutes are waited.
        ("2024-07-05", "2024-07-05 20:19", False),
        ("2024-07-05", "2024-07-05 20:21", True),
        ("2024-12-05", "2024-12-05 20:21", False),
        ("2024-12-05", "2024-12-05 21:21", True),
        # The eve of Independence Day ends at 13:00, which is 17:00 UTC.
        ("2024-07-03", "2024-07-03 17:19", False),
        ("2024-07-03", "2024-07-03 17:21", True),
        # A holiday has no close: it is over when New York's day is, at 04:00 UTC of the next.
        ("2024-07-04", "2024-07-05 03:59", False),
        ("2024-07-04", "2024-07-05 04:01", True),
    ],
)
def test_a_session_is_over_twenty_minutes_after_its_close(monkeypatch, session, moment, is_closed):
    monkeypatch.setattr(exchange, "now", lambda: pd.Timestamp(moment, tz="UTC"))
    assert NYSE.has_closed(pd.Timestamp(session)) is is_closed


def test_now_is_in_utc():
    assert str(exchange.now().tz) == "UTC"


@pytest.mark.parametrize("moment", ["2201-01-01", "2261-06-01", "2262-04-11 23:00"])
def test_a_clock_near_the_end_of_pandas_counts_as_the_end_of_2200(monkeypatch, moment):
    """Its nanoseconds end on 2262-04-11, and calendars reach a year beyond now."""
    clock = pd.Timestamp(moment, tz="UTC").as_unit("us")

    class Clock(pd.Timestamp):
        @classmethod
        def now(cls, tz=None):
            return clock

    with monkeypatch.context() as patch:
        patch.setattr(exchange.pd, "Timestamp", Clock)
        assert exchange.now() == exchange.LAST_MOMENT
        assert NYSE.moment().year == 2200
        sessions = exchange_calendar(pd.Timestamp("2020-01-02")).sessions
        assert latest_day() == pd.Timestamp("2200-12-31")
    assert sessions[-1].year == 2200
    assert (sessions.year == 2024).sum() == 252


def test_saturdays_are_rest_and_sundays_where_no_exchange_trades_on_them():
    week = pd.date_range("2025-09-22", "2025-09-28")  # Monday to Sunday
    rest = {
        zone: week[exchange_of(zone, "ETF").is_rest(week)].day_of_week.tolist()
        for zone in ("Europe/Berlin", "Asia/Jerusalem", "Asia/Riyadh")
    }
    assert rest == {"Europe/Berlin": [5, 6], "Asia/Jerusalem": [5], "Asia/Riyadh": [5]}
    assert not exchange_of("UTC", EVERY_DAY).is_rest(week).any()
    sessions = exchange_of("Asia/Jerusalem", "ETF").sessions(pd.Timestamp("2025-09-22"))
    assert sessions[:7].day_of_week.tolist() == [0, 1, 2, 3, 4, 6, 0]


def test_a_calendar_reaches_back_as_far_as_it_is_known():
    """The library knows Tokyo's from 1997; the first session of that year was Monday 6 January."""
    assert exchange_calendar(pd.Timestamp("1989-01-04"), "XTKS").sessions[0] == pd.Timestamp(
        "1997-01-06"
    )


def test_common_sessions_are_those_on_which_all_are_open():
    """Easter Monday: New York alone. 3 October: Frankfurt too. 29 April: not Tokyo."""
    first = pd.Timestamp("2024-01-02")
    both = common_sessions(["XETR", "XNYS"], first)
    days = [pd.Timestamp(day) for day in ("2024-04-01", "2024-07-04", "2024-10-03", "2024-04-29")]
    assert [day in both for day in days] == [False, False, True, True]
    assert days[3] not in common_sessions(["XETR", "XNYS", "XTKS"], first)


def test_a_day_without_a_session_has_not_closed_nor_not(monkeypatch):
    monkeypatch.setattr(exchange, "now", lambda: pd.Timestamp("2025-09-26 06:45", tz="UTC"))
    assert has_closed("XTKS", pd.Timestamp("2025-09-26")) is False  # 15:30 there is 06:30
    monkeypatch.setattr(exchange, "now", lambda: pd.Timestamp("2025-09-26 06:51", tz="UTC"))
    assert has_closed("XTKS", pd.Timestamp("2025-09-26")) is True
    assert has_closed("XTKS", pd.Timestamp("2025-09-23")) is None  # autumnal equinox
