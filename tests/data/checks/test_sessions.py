"""Rows on sessions of the exchange, on other days, and sessions without a row."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks import exchange
from data.checks.sessions import (
    gaps,
    holes,
    require_days_in_place,
    require_in_place,
    trades_on_weekends,
)
from data.errors import DataError
from data.sources import yahoo

NONE = pd.DatetimeIndex([])
TODAY = exchange.now
# Sessions of the year 2024: 252 of them, with Martin Luther King's day on 15 January.
YEAR = exchange.exchange_calendar(pd.Timestamp("2024-01-02")).sessions
YEAR = YEAR[YEAR.year == 2024]


@pytest.fixture(autouse=True)
def new_year(monkeypatch):
    """It is the evening of the last session of 2024."""
    monkeypatch.setattr(exchange, "now", lambda: pd.Timestamp("2024-12-31 23:00", tz="UTC"))


def shifted(days: pd.DatetimeIndex, rows: list[int], by: int) -> pd.DatetimeIndex:
    """Move some days by a calendar day."""
    moved = days.to_series()
    moved.iloc[rows] += pd.Timedelta(days=by)
    return pd.DatetimeIndex(moved)


def test_an_old_end_is_called_stale(web, monkeypatch):
    monkeypatch.setattr(exchange, "now", TODAY)
    assert any("SPY: stale, ends on 2025-09-26" in line for line in yahoo.fetch("SPY").warnings)


def test_every_session_and_nothing_else_is_quiet():
    assert gaps("SPY", YEAR) == []
    assert require_in_place("SPY", YEAR, NONE, NONE) == []


def test_a_session_without_a_row_and_a_row_without_a_session_are_named():
    days = YEAR.delete([50, 51]).insert(9, pd.Timestamp("2024-01-15"))
    assert gaps("SPY", days) == [
        "SPY: no row on the exchange session 2024-03-14, 2024-03-15",
        "SPY: 2024-01-15 was no exchange session; used",
    ]


@pytest.mark.parametrize(("late", "counts"), [(5, []), (6, [6])])
def test_an_end_is_stale_after_five_sessions(late, counts):
    # The session of today is not due before its evening is over in New York.
    days = YEAR[: -1 - late]
    assert gaps("SPY", days) == [
        f"SPY: stale, ends on {days[-1]:%Y-%m-%d}, {count} sessions ago" for count in counts
    ]


@pytest.mark.parametrize(("days_apart", "named"), [(31, False), (32, True)])
def test_a_hole_is_longer_than_the_longest_allowed(days_apart, named):
    first = pd.Timestamp("2024-01-02")
    days = pd.DatetimeIndex([first, first + pd.Timedelta(days=days_apart)])
    days = days.append(days[-1:] + pd.Timedelta(days=1))
    line = (
        f"DGS10: no figure between 2024-01-02 and {days[1]:%Y-%m-%d}; the one before is carried on"
    )
    assert holes("DGS10", days, 31) == [line] * named


def test_a_history_a_day_off_is_refused():
    # Fridays become Saturdays: 51 of 2024's, and each eve of a holiday falls on it.
    with pytest.raises(DataError, match="rows lie on days without an exchange session, first"):
        require_in_place("SPY", shifted(YEAR, list(range(252)), 1), NONE, NONE)


def test_a_few_rows_a_day_off_are_named_by_the_block_they_are_in():
    # Friday 8 March 2024 as Saturday, and its own session without a row.
    place = YEAR.get_loc("2024-03-08")
    assert require_in_place("SPY", shifted(YEAR, [place], 1), NONE, NONE) == [
        "SPY: rows from 2024-03-08 to 2024-03-09 may be a day off; check them"
    ]


def test_a_row_on_its_neighbours_day_begins_the_block():
    # Thursday moved onto Friday, and Friday onto Saturday: the Friday comes twice.
    place = YEAR.get_loc("2024-03-08")
    days = shifted(YEAR, [place - 1, place], 1)
    friday = YEAR[[place]]
    assert require_in_place("SPY", days, friday, NONE) == [
        "SPY: rows from 2024-03-07 to 2024-03-09 may be a day off; check them"
    ]


def test_a_day_too_many_far_from_any_missing_one_is_not_a_row_moved():
    days = YEAR.insert(9, pd.Timestamp("2024-01-15")).delete(200)
    assert require_in_place("SPY", days, NONE, NONE) == []


def test_holidays_of_new_york_alone_are_another_exchanges_sessions():
    weekdays = pd.bdate_range("2024-01-02", "2024-12-31")
    strange = len(weekdays) - 252  # New York's nine holidays of 2024 after New Year
    assert strange == 9
    assert require_in_place("CSPX.L", weekdays, NONE, NONE) == [
        "CSPX.L: 9 rows from 2024-01-15 to 2024-12-25 lie on holidays of New York; does it trade "
        "elsewhere?"
    ]


def test_rows_to_come_are_not_judged():
    later = YEAR.append(pd.DatetimeIndex(["2025-01-04", "2025-01-05"]))  # a weekend
    assert require_in_place("SPY", later, NONE, NONE) == []


FRIDAYS = [row for row in range(252) if YEAR[row].day_of_week == 4]


@pytest.mark.parametrize(("rows", "refused"), [(5, False), (6, True)])
def test_five_rows_on_weekends_may_be_mistakes_and_six_are_a_rule(rows, refused):
    days = shifted(YEAR, FRIDAYS[:rows], 1)
    if refused:
        with pytest.raises(DataError, match="SPY: 6 of Yahoo's 252 rows lie on days without an"):
            require_in_place("SPY", days, NONE, NONE)
    else:
        assert len(require_in_place("SPY", days, NONE, NONE)) == 5


def test_another_exchange_has_a_few_days_of_its_own_and_no_more():
    # Six of 100 rows and five more: of 41 rows that is 7.46, of 42 rows 7.52.
    holidays = pd.bdate_range("2024-01-02", "2024-12-31").difference(YEAR)
    (line,) = require_in_place("CSPX.L", YEAR[:34].union(holidays[:7]), NONE, NONE)
    assert "CSPX.L: 7 rows from 2024-01-15 to 2024-09-02 lie on holidays of New York" in line
    with pytest.raises(DataError, match="8 of Yahoo's 42 rows .* the dates may be off by a day"):
        require_in_place("CSPX.L", YEAR[:34].union(holidays[:8]), NONE, NONE)


@pytest.mark.parametrize(("missing", "named"), [("2024-01-25", True), ("2024-01-26", False)])
def test_a_row_moved_is_no_more_than_ten_days_from_its_own_day(missing, named):
    days = YEAR.insert(9, pd.Timestamp("2024-01-15")).drop(missing)
    assert bool(require_in_place("SPY", days, NONE, NONE)) is named


def test_the_price_of_the_moment_may_stand_on_any_day():
    days = shifted(YEAR[:47], [46], 1)  # the last one, Friday 8 March, as Saturday
    assert days[-1] == pd.Timestamp("2024-03-09")
    assert require_in_place("SPY", days, NONE, NONE) == []


# --- rows of the user's own ------------------------------------------------------------------

WEEK = pd.bdate_range("2018-01-01", "2020-12-31")  # of no exchange: without holidays


def sessions_of(calendar: str, first: str, last: str) -> pd.DatetimeIndex:
    sessions = exchange.exchange_calendar(pd.Timestamp(first), calendar).sessions
    return sessions[(sessions >= first) & (sessions <= last)]


@pytest.mark.parametrize("calendar", ["XNYS", "XTKS", "XLON", "XHKG"])
@pytest.mark.parametrize("last", ["2018-02-09", "2018-06-29", "2020-12-31"])
@pytest.mark.parametrize(("by", "word", "first"), [(-1, "early", "Sun"), (1, "late", "Satur")])
def test_dates_a_day_off_are_refused_of_whatever_exchange(calendar, last, by, word, first):
    """As times of the evening are, cut to their dates elsewhere: however few rows there are."""
    days = sessions_of(calendar, "2018-01-04", last) + pd.Timedelta(days=by)
    with pytest.raises(DataError, match=f"rows lie on weekends .first {first}.*a day {word}"):
        require_days_in_place("MINE", days, "MINE.csv")


def test_a_fund_of_new_york_rests_on_weekends():
    days = pd.date_range("2018-01-01", "2018-12-31")  # filled in on every day of the calendar
    with pytest.raises(DataError, match="104 of its 365 rows lie on weekends .*New York is closed"):
        require_days_in_place("SPY", days, "SPY.csv")


def test_what_trades_every_day_may_have_weekends():
    days = pd.date_range("2018-01-01", "2018-12-31")
    assert trades_on_weekends(days)
    assert not trades_on_weekends(WEEK)
    assert not trades_on_weekends(WEEK - pd.Timedelta(days=1))  # Sundays alone
    assert require_days_in_place("BTC", days, "BTC.csv") == []


def test_what_has_some_weekends_may_trade_elsewhere():
    """Fridays and a third of the Sundays, as where the week moved: no calendar a day off."""
    days = WEEK.union((WEEK[WEEK.day_of_week == 0] - pd.Timedelta(days=1))[::3])
    assert require_days_in_place("MINE", days, "MINE.csv") == [
        "MINE.csv: 53 rows lie on weekends; does it trade elsewhere?"
    ]


def test_a_few_rows_on_weekends_are_named():
    days = WEEK.union(pd.DatetimeIndex(["2018-03-03", "2019-05-05"]))
    assert require_days_in_place("MINE", days, "MINE.csv") == [
        "MINE.csv: 2018-03-03, 2019-05-05 is no weekday; check it"
    ]


def test_saturdays_were_sessions_until_1952():
    days = pd.date_range("1935-01-02", "1936-12-31")
    assert require_days_in_place("MINE", days[days.day_of_week < 6], "MINE.csv") == []


def test_the_days_of_an_american_fund_are_those_of_new_york():
    assert require_days_in_place("MINE", WEEK, "MINE.csv") == []
    # Nine holidays in each of 2018 to 2020, and the day of mourning of 5 December 2018.
    assert require_days_in_place("SPY", WEEK, "SPY.csv") == [
        "SPY.csv: 28 rows from 2018-01-01 to 2020-12-25 lie on days on which New York was closed; "
        "check them"
    ]
    assert require_days_in_place("SPY", YEAR.delete([50, 51]), "SPY.csv") == [
        "SPY.csv: no row on the exchange session 2024-03-14, 2024-03-15"
    ]


# --- other exchanges -------------------------------------------------------------------------


def test_the_calendar_is_that_of_the_exchange():
    """Easter Monday and the day after Christmas are holidays of London, not of New York."""
    london = exchange.exchange_of("Europe/London", "ETF")
    days = london.sessions(pd.Timestamp("2024-01-02"))
    days = days[days.year == 2024]
    assert len(days) == 254  # 262 weekdays of 2024 less London's eight bank holidays
    assert gaps("X", days, london) == require_in_place("X", days, NONE, NONE, london) == []
    assert gaps("X", days)[0].startswith("X: no row on the exchange session 2024-04-01, 2024-05-06")
    assert require_in_place("X", days, NONE, NONE)[0].endswith(
        "of New York; does it trade elsewhere?"
    )


def test_before_its_calendar_begins_nothing_is_known():
    tokyo = exchange.exchange_of("Asia/Tokyo", "ETF")
    days = pd.bdate_range("1985-01-01", "1986-12-31")
    assert days[-1] < tokyo.sessions(days[0])[0]
    assert require_in_place("X", days, NONE, NONE, tokyo) == []


def test_currencies_rest_on_weekends_and_coins_never():
    pair = exchange.exchange_of("Europe/London", "CURRENCY")
    coin = exchange.exchange_of("UTC", "CRYPTOCURRENCY")
    days = pd.bdate_range("2024-01-01", "2024-12-27")
    # A weekday without a rate may be a holiday: nothing is said of it.
    assert gaps("EURUSD=X", days.delete(100), pair) == []
    assert gaps("BTC-USD", days, coin)[0] == (
        "BTC-USD: no row on the exchange session 2024-01-06, 2024-01-07, 2024-01-13 (and 99 more)"
    )
