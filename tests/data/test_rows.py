"""Rows of tickers that are dated differently, or trade on different days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.align import market_of
from data.checks.exchange import NYSE
from data.errors import DataError
from data.market import Market
from data.rows import align, on_sessions_of_exchanges


def levels(days: pd.DatetimeIndex, name: str) -> pd.Series:
    """100 on the first day, one more on each that follows."""
    return pd.Series(100.0 + np.arange(len(days)), days, name=name)


def market(**series: pd.Series) -> Market:
    return market_of(series, source="made", title="x")


LAST_DAYS = pd.date_range("2020-01-31", "2022-12-31", freq="ME")
LAST_SESSIONS = pd.DatetimeIndex(
    NYSE.sessions(pd.Timestamp("2020-01-02"))
    .to_series()
    .loc["2020":"2022"]
    .groupby(lambda day: day.to_period("M"))
    .max()
)


def test_month_ends_by_two_calendars_are_the_same_months():
    together = market(A=levels(LAST_DAYS, "A"), B=levels(LAST_SESSIONS, "B"))
    assert together.sessions.equals(LAST_SESSIONS)  # what came later was not known then
    assert together.prices["A"].equals(together.prices["B"].rename("A"))
    shown = "2020-02-29 of A and 2020-02-28 of B count as one month-end"
    assert f"{shown}; rows are dated by the earlier day" in together.notes


def test_months_by_one_calendar_keep_their_dates():
    together = market(A=levels(LAST_SESSIONS, "A"), B=levels(LAST_SESSIONS[3:], "B"))
    assert together.sessions.equals(LAST_SESSIONS)
    assert not any("month-end" in note for note in together.notes)


def test_rows_within_a_month_are_no_month_ends():
    middles = LAST_DAYS - pd.Timedelta(days=10)
    words = "2020-01-31 of A and 2020-01-21 of B are rows of one month, and B has 2020-01-21, which"
    with pytest.raises(DataError, match=f"{words} is no month-end; give the level at the end of"):
        market(A=levels(LAST_DAYS, "A"), B=levels(middles, "B"))


@pytest.mark.parametrize("last", ["2022-12-19", "2022-11-18"])
def test_a_price_of_the_moment_is_no_month(last):
    """As charts of months end: stamped on the 1st, and the newest on its own day."""
    firsts = pd.date_range("2020-01-01", "2022-11-01", freq="MS")
    days = firsts.append(pd.DatetimeIndex([last]))
    made = market(A=levels(days, "A"))
    assert made.sessions.equals(LAST_DAYS[:35])
    assert made.notes[0].endswith(
        f"2020-01-01 is dated 2020-01-31; the row of {last} lies within its month and is left out"
    )


EVERY_DAY = pd.date_range("2023-01-01", "2023-12-31")
SESSIONS = NYSE.sessions(pd.Timestamp("2023-01-03"))
SESSIONS = SESSIONS[(SESSIONS >= "2023-01-03") & (SESSIONS <= "2023-12-29")]


def test_what_trades_every_day_is_read_on_the_sessions_of_the_others():
    together = market(SPY=levels(SESSIONS, "SPY"), BTC=levels(EVERY_DAY, "BTC"))
    assert together.sessions.equals(SESSIONS)
    # From Friday the 6th of January to Monday the 9th it went up once a day: 105, 108.
    coin = together.prices["BTC"]
    assert (coin["2023-01-06"], coin["2023-01-09"]) == (105, 108)
    assert together.notes[0] == (
        "BTC trades every day: read on the sessions of the other tickers, so that a weekend's "
        "move counts on the next"
    )


def test_alone_it_keeps_its_weekends():
    assert len(market(BTC=levels(EVERY_DAY, "BTC")).sessions) == 365
    two = {name: levels(EVERY_DAY, name) for name in ("BTC", "ETH")}
    assert on_sessions_of_exchanges(two) == (two, [])


def test_it_has_to_meet_the_others():
    with pytest.raises(DataError, match="BTC has no row on a session of the other tickers"):
        market(SPY=levels(SESSIONS, "SPY"), BTC=levels(EVERY_DAY + pd.DateOffset(years=1), "BTC"))


def test_a_ticker_without_a_calendar_rests_on_its_own_day_of_the_week():
    """Sunday to Thursday beside New York: Fridays and Sundays are no sessions of both."""
    week = pd.date_range("2023-01-03", "2023-12-29")
    own = week[~week.day_of_week.isin([4, 5])]
    series = {"SPY": levels(SESSIONS, "SPY"), "TA": levels(own, "TA")}
    table, notes = align(series, "here", {"SPY": "XNYS", "TA": None})
    assert table.index.equals(SESSIONS[SESSIONS.day_of_week < 4])
    assert len(notes) == 2  # TA ends a day before, and the sessions left out
    with pytest.raises(DataError, match="share too few sessions"):
        align(series, "here")


def test_holidays_of_an_exchange_without_a_calendar_may_be_one_in_ten_sessions():
    def short_by(step: int) -> dict[str, pd.Series]:
        kept = SESSIONS[(np.arange(len(SESSIONS)) % step > 0) | SESSIONS.isin(SESSIONS[-1:])]
        return {"SPY": levels(SESSIONS, "SPY"), "A": levels(kept, "A")}

    assert len(align(short_by(13), "here", {"SPY": "XNYS", "A": None})[0]) < len(SESSIONS)
    for step, calendars in ((9, {"SPY": "XNYS", "A": None}), (13, {"SPY": "XNYS", "A": "XETR"})):
        with pytest.raises(DataError, match="share too few sessions"):
            align(short_by(step), "here", calendars)
