"""Dividends that Yahoo leaves out of both its list and its adjusted close."""

from __future__ import annotations

import pandas as pd
import pytest

from data import bundled
from data.checks.dividends import odd_dividends
from tests import yahoo_server as server

SESSIONS = pd.bdate_range("2015-01-02", "2019-12-31")


def fund(sessions: pd.DatetimeIndex, paying: list[pd.Timestamp], amount: float = 0.2):
    """Bars at 100 that pay on some days."""
    bars = pd.DataFrame({"Close": 100.0, "Dividends": 0.0}, index=sessions)
    bars.loc[paying, "Dividends"] = amount
    return bars


def firsts() -> list[pd.Timestamp]:
    """First sessions of the months from February 2015 on; January's is paid on 18 December."""
    by_month = SESSIONS.to_series().groupby(SESSIONS.to_period("M")).first()
    days = [day for day in by_month if day.month != 1]
    return sorted([*days, *(pd.Timestamp(year, 12, 18) for year in (2015, 2017, 2018, 2019))])


def test_a_payment_each_month_is_quiet_and_so_is_january_paid_in_december():
    days = [day for day in firsts() if day.year != 2016 or day.month != 1]
    days = sorted([*days, pd.Timestamp(2016, 12, 19)])
    assert odd_dividends("ABC", fund(SESSIONS, days)) == []


def test_a_payment_a_day_late_is_not_a_month_without_one():
    """Paid on the last day of the month, or on the first of the next where that is a weekend."""
    ends = pd.date_range("2015-01-31", "2019-11-30", freq="ME")
    days = list(SESSIONS[SESSIONS.searchsorted(ends)])
    by_month = pd.Series(1, pd.DatetimeIndex(days).to_period("M")).groupby(level=0).sum()
    assert by_month.max() == 2  # and so some month has none
    assert len(by_month) < len(days)
    assert odd_dividends("ABC", fund(SESSIONS, days)) == []


@pytest.mark.parametrize("place", [3, 20, 30])
def test_a_month_without_its_payment_is_named_by_the_payments_beside_it(place):
    days = sorted([*firsts(), pd.Timestamp(2016, 12, 19)])
    left = [*days[:place], *days[place + 1 :]]
    (line,) = odd_dividends("ABC", fund(SESSIONS, left))
    assert f"between {days[place - 1]:%Y-%m-%d} and {days[place + 1]:%Y-%m-%d}" in line
    assert line.startswith("ABC: a month's dividend is missing")


def test_of_two_payments_in_a_december_either_is_missed():
    days = sorted([*firsts(), pd.Timestamp(2016, 12, 19)])
    for lost in (pd.Timestamp(2018, 12, 3), pd.Timestamp(2018, 12, 18)):
        (line,) = odd_dividends("ABC", fund(SESSIONS, [day for day in days if day != lost]))
        assert "between 2018-11-01 and 2019-02-01" in line


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        (slice(2, None), "between 2015-01-02 and 2015-04-01, though it pays each month afterwards"),
        (slice(None, -2), "between 2019-11-01 and 2019-12-31, though it paid each month before"),
    ],
)
def test_a_long_wait_at_either_end_is_named(paid, words):
    days = sorted([*firsts(), pd.Timestamp(2016, 12, 19)])
    (line,) = odd_dividends("ABC", fund(SESSIONS, days[paid]))
    assert words in line


def test_a_company_may_begin_to_pay_late_and_a_fund_not():
    quarters = [day for day in firsts() if day.year > 2016 and day.month in (3, 6, 9)]
    quarters = sorted([*quarters, *(pd.Timestamp(year, 12, 18) for year in (2017, 2018, 2019))])
    bars = fund(SESSIONS, quarters)
    assert odd_dividends("ABC", bars, stock=True) == []
    (line,) = odd_dividends("ABC", bars)
    assert "no dividend between 2015-01-02 and 2017-03-01" in line


def test_a_fund_that_skips_as_inflation_has_it_is_left_alone():
    days = [day for place, day in enumerate(firsts()) if place % 4]
    assert odd_dividends("TIP", fund(SESSIONS, days)) == []


def test_each_second_month_is_no_funds_pace():
    days = [day for day in firsts() if day.month in (2, 4, 6, 8, 10)]
    days = sorted([*days, *(pd.Timestamp(year, 12, 1) for year in (2015, 2016, 2017))])
    for ticker in ("ABC", "SPY"):
        lines = odd_dividends(ticker, fund(SESSIONS, days))
        assert any("neither each month nor each quarter" in line for line in lines), lines
    assert odd_dividends("ABC", fund(SESSIONS, days[::3])) == []  # half a year: many do


def test_a_fund_of_the_catalogue_that_hardly_pays_is_named():
    for days, count in (([], "no"), (firsts()[:6], "6")):
        lines = odd_dividends("SPY", fund(SESSIONS, days))
        said = f"SPY: {count} dividends in all between 2015-01-02 and 2019-12-31"
        assert lines[0].startswith(said)
    assert odd_dividends("GLD", fund(SESSIONS, [])) == []


@pytest.mark.parametrize("ticker", ["SHY", "IEF", "TLT"])
@pytest.mark.parametrize(("factor", "word"), [(1.0, ""), (1 / 3, "below"), (3.0, "above")])
def test_a_fund_pays_about_what_its_bonds_yield(ticker, factor, word):
    """A bond at par pays its yield: the middle of the curve that the fund holds, by month."""
    columns = {"SHY": "cmt_2y_pct", "IEF": "cmt_5y_pct", "TLT": "cmt_20y_pct"}
    sessions = pd.bdate_range("1995-01-02", "2007-12-31")
    months = sessions.to_period("M")
    days = sessions.to_series().groupby(months).first()
    bars = fund(sessions, [])
    yields = bundled.table()[columns[ticker]]
    bars.loc[days, "Dividends"] = factor * yields.reindex(days.index).to_numpy() / 12
    lines = odd_dividends(ticker, bars)
    assert len(lines) == bool(word), lines
    assert all(f"dividends lie {word} the" in line for line in lines)


def test_bills_without_a_yield_pay_nothing_and_with_one_they_do():
    """Bills yielded about nothing in 2013 and 5 % in 2007."""
    for start, named in (("2012-01-02", False), ("2006-01-02", True)):
        sessions = pd.bdate_range(start, periods=500)
        days = list(sessions.to_series().groupby(sessions.to_period("M")).first())[1:]
        yields = bundled.table()["bill_pct"]
        paid = fund(sessions, [])
        paid.loc[days, "Dividends"] = yields.reindex(
            pd.DatetimeIndex(days).to_period("M")
        ).to_numpy()
        paid.loc[days[8:14], "Dividends"] = 0.0
        lines = [line for line in odd_dividends("BIL", paid) if "month's dividend" in line]
        assert bool(lines) is named, lines


def test_real_funds_with_a_wrong_factor_on_all_dividends_are_named(yahoo_folder):
    for ticker in ("BIL", "SHY", "IEF", "TLT"):
        bars = server.bars_of(yahoo_folder / f"{ticker}.csv")
        for factor, word in ((0.5, "below"), (1.5, "above")):
            lines = odd_dividends(ticker, bars.assign(Dividends=factor * bars["Dividends"]))
            assert any(f"dividends lie {word} the" in line for line in lines), (ticker, factor)


def test_of_real_monthly_funds_a_lost_payment_is_named(yahoo_folder):
    bars = server.bars_of(yahoo_folder / "IEF.csv")
    paying = bars.index[bars["Dividends"] > 0]
    assert odd_dividends("IEF", bars) == []
    for place in (0, 7, 49, 100, 210, 218, 219, len(paying) - 1):
        lost = bars["Dividends"].where(bars.index != paying[place], 0.0)
        assert odd_dividends("IEF", bars.assign(Dividends=lost)), paying[place]


@pytest.mark.parametrize(("weeks", "named"), [(20, False), (21, True)])
def test_a_quarters_payment_is_late_from_one_and_six_tenths_of_the_usual_wait(weeks, named):
    # Paid every 13 weeks; 1.6 times that are 20.8 weeks. In the middle one wait is longer.
    waits = [13] * 7 + [weeks] + [13] * 10
    days = pd.Timestamp("2015-02-02") + pd.to_timedelta([0, *pd.Series(waits).cumsum() * 7], "D")
    lines = odd_dividends("ABC", fund(SESSIONS, list(days)))
    since, until = days[7], days[8]
    assert lines == [
        f"ABC: no dividend between {since:%Y-%m-%d} and {until:%Y-%m-%d}, though it pays each "
        "quarter; check it"
    ] * named  # fmt: skip


# --- funds of Treasuries listed in Europe and Tokyo ---------------------------------------------

# 2.4 % of the price, as bonds of 7 to 10 years yielded in 2015 to 2019 (10-year: 1.5 to 3.2 %).
HALF_YEARS = [pd.Timestamp(day) for day in pd.date_range("2015-05-14", periods=10, freq="182D")]
YEARLY = [pd.Timestamp(day) for day in ("2015-12-10", "2016-12-08", "2017-12-07", "2018-12-06")]


@pytest.mark.parametrize(
    ("ticker", "days", "amount"),
    [("IUSM.DE", HALF_YEARS, 1.2), ("XUT3.L", YEARLY, 1.3), ("TREX.L", HALF_YEARS, 1.2)],
)
def test_a_fund_listed_elsewhere_may_pay_twice_or_once_a_year(ticker, days, amount):
    days = [SESSIONS[SESSIONS.searchsorted(day)] for day in days]
    assert odd_dividends(ticker, fund(SESSIONS, days, amount)) == []


@pytest.mark.parametrize(("amount", "times"), [(120.0, "240"), (0.012, "0.02")])
def test_pence_for_pounds_are_seen_by_what_bonds_yield(amount, times):
    """Yahoo has quoted prices of London in pence and their payments in pounds."""
    days = [SESSIONS[SESSIONS.searchsorted(day)] for day in HALF_YEARS]
    (line,) = odd_dividends("IBTM.L", fund(SESSIONS, days, amount))
    assert line.startswith("IBTM.L: what it paid in the year up to 2019-")
    assert f"is {times}" in line
    # Between the lowest and the highest of five years, as published.
    assert "where its bonds yielded " in line


def test_a_fund_that_keeps_what_it_earns_pays_nothing_and_one_that_pays_it_out_does():
    assert odd_dividends("SXRM.DE", fund(SESSIONS, [])) == []
    assert odd_dividends("IB01.L", fund(SESSIONS, [])) == []
    (line,) = odd_dividends("IUSM.DE", fund(SESSIONS, []))
    assert line == (
        "IUSM.DE: no dividends in all between 2015-01-02 and 2019-12-31, though such a fund pays "
        "at least once a year; check it"
    )
    (line,) = odd_dividends("XUT3.L", fund(SESSIONS, list(SESSIONS[[250, 500]]), 1.3))
    assert "2 dividends in all" in line


def test_what_a_share_class_earns_by_selling_dollars_is_held_to_nothing():
    days = [SESSIONS[SESSIONS.searchsorted(day)] for day in HALF_YEARS]
    assert odd_dividends("IBB1.DE", fund(SESSIONS, days, 3.0)) == []
