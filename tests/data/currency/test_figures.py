"""How figures of a currency are read on rows: holes, ends, and what was known when."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from data.currency.figures import ShortRate, dated_by_rows, exchange_on, filled_months
from data.errors import DataError
from tests.made_figures import given_figures

DAYS = pd.bdate_range("2024-01-01", periods=12)


def rates(values, days=DAYS) -> pd.Series:
    return pd.Series(values, days[: len(values)], dtype=float)


def of_months(first: str, *figures: float | None) -> pd.Series:
    return pd.Series(
        list(figures), pd.period_range(first, periods=len(figures), freq="M"), dtype=float
    )


# --- rates of exchange ------------------------------------------------------------------------


def test_the_last_rate_is_carried_over_five_sessions_and_a_sixth_is_refused_by_date():
    # A rate on the first session; five sessions without; one again.
    five = rates([150.0, *[np.nan] * 5, 151.0, 152.0])
    assert exchange_on(DAYS[:8], five, "JPY").tolist() == [150.0] * 6 + [151.0, 152.0]
    six = rates([150.0, *[np.nan] * 6, 151.0])
    words = "rate of exchange of the yen has no figure from 2024-01-01 to 2024-01-10"
    with pytest.raises(DataError, match=words):
        exchange_on(DAYS[:8], six, "JPY")


def test_what_counts_are_the_rows_and_not_days():
    # Eleven days without a rate, but a market that was closed on all of them.
    rows = DAYS[[0, 1, 9, 10]]
    assert exchange_on(rows, rates([150.0]), "JPY").tolist() == [150.0] * 4


def test_before_the_first_figure_and_long_after_the_last_there_is_none():
    rows = DAYS[:10]
    read = exchange_on(rows, pd.Series([1.1, 1.2], DAYS[2:4]), "EUR")
    assert np.isnan(read[:2]).all()
    assert read[2:9].tolist() == [1.1] + [1.2] * 6
    assert np.isnan(read[9])


def test_a_hole_after_the_last_day_that_is_used_is_none():
    holed = rates([150.0, *[np.nan] * 8, 151.0])
    with pytest.raises(DataError, match="no figure from 2024-01-01 to 2024-01-12"):
        exchange_on(DAYS[:10], holed, "JPY")
    read = exchange_on(DAYS[:10], holed, "JPY", end="2024-01-03")
    assert read[:3].tolist() == [150.0] * 3


def test_a_weekend_row_takes_fridays_rate():
    every = pd.date_range("2024-01-05", periods=4)  # Friday to Monday
    assert exchange_on(every, pd.Series([140.0], every[:1]), "JPY").tolist() == [140.0] * 4


def test_a_monthly_row_takes_a_rate_of_the_five_weekdays_before_it():
    rows = pd.date_range("2023-12-31", periods=4, freq="ME")  # Sunday, Wednesday, Thursday, Sunday
    # 31 March 2024 is a Sunday; the weekdays before it are the 25th to the 29th. A rate of Friday
    # the 22nd is carried over these five, and one of Thursday the 21st over six.
    days = ["2023-12-28", "2023-12-29", "2024-01-31", "2024-02-29", "2024-03-22", "2024-04-29"]
    near = pd.Series(np.arange(6.0), pd.DatetimeIndex(days))
    assert exchange_on(rows, near, "CHF").tolist() == [1.0, 2.0, 3.0, 4.0]
    days[4] = "2024-03-21"
    with pytest.raises(DataError, match="from 2024-03-21 to 2024-04-29"):
        exchange_on(rows, near.set_axis(pd.DatetimeIndex(days)), "CHF")


@pytest.mark.parametrize("stamp", ["last day", "last session", "first day"])
def test_a_rate_of_a_month_is_that_of_the_months_row_however_both_are_stamped(stamp):
    # January 2021 ends on a Sunday: by last days its rate came two days after the last session.
    ends = pd.date_range("2020-12-31", periods=6, freq="ME")
    stamped = {
        "last day": ends,
        "last session": ends.map(lambda day: pd.offsets.BDay().rollback(day)),
        "first day": ends.to_period("M").to_timestamp(),
    }
    exchange = pd.Series(np.arange(6) + 100.0, stamped[stamp])
    for rows in (stamped["last day"], stamped["last session"]):
        assert exchange_on(rows, exchange, "JPY").tolist() == exchange.tolist()
        assert dated_by_rows(exchange, rows).index.tolist() == rows.tolist()


def test_a_month_without_its_rate_is_a_hole():
    rows = pd.date_range("2020-12-31", periods=4, freq="ME")
    exchange = pd.Series([1.0, 2.0, 4.0], rows[[0, 1, 3]])
    with pytest.raises(DataError, match="from 2021-01-31 to 2021-03-31"):
        exchange_on(rows, exchange, "CHF")


def test_daily_rates_keep_their_days_on_monthly_rows():
    rows = pd.date_range("2023-12-31", periods=4, freq="ME")
    daily = pd.Series(1.0, pd.bdate_range("2023-12-01", "2024-03-31"))
    assert dated_by_rows(daily, rows) is daily


# --- short rates --------------------------------------------------------------------------------


def test_one_missing_month_takes_the_month_before_and_two_are_refused():
    filled = filled_months(of_months("2020-03", 0.4, None, 0.6), "the rate")
    assert filled.tolist() == [0.4, 0.4, 0.6]
    with pytest.raises(DataError, match="the rate has no figure from 2020-04 to 2020-05; a hole"):
        filled_months(of_months("2020-03", 0.4, None, None, 0.6), "the rate")
    # The long hole is named, not the short one before it.
    holes = of_months("2020-03", 0.4, None, 0.5, None, None, None, 0.6)
    with pytest.raises(DataError, match="from 2020-06 to 2020-08"):
        filled_months(holes, "the rate")


def test_absent_months_are_holes_like_empty_ones():
    absent = of_months("2020-03", 0.4, None, 0.6).dropna()
    assert filled_months(absent, "the rate").tolist() == [0.4, 0.4, 0.6]


def test_a_policy_rate_is_carried_over_any_blank():
    blanks = of_months("2020-01", 0.1, None, None, None, 0.2)
    assert filled_months(blanks, "the rate", carry=True).tolist() == [0.1] * 4 + [0.2]


def test_figures_of_nothing_are_refused():
    with pytest.raises(DataError, match="the rate has no figures"):
        filled_months(of_months("2020-01", None), "the rate")


def test_a_rate_is_carried_for_six_months_or_as_far_as_is_asked():
    rate = ShortRate(of_months("2024-01", 5.0, 5.1), "rate", "made")
    assert rate.last == pd.Period("2024-02")
    upto = pd.Period("2025-06")
    six = rate.carried(upto, for_ever=False)
    assert (six.index[-1], six.iloc[-1]) == (pd.Period("2024-08"), 5.1)
    assert rate.carried(upto, for_ever=True).index[-1] == upto
    # Never shorter than it is.
    assert rate.carried(pd.Period("2023-01"), for_ever=False).index[-1] == rate.last


# --- what was known -----------------------------------------------------------------------------


def figures():
    span = [str(month) for month in pd.period_range("2023-10", "2024-06", freq="M")]
    prices = pd.Series(np.arange(9.0) + 100, pd.PeriodIndex(span, freq="M"))
    exchange = pd.Series(150.0, pd.bdate_range("2023-10-02", "2024-06-28"))
    return given_figures(
        "JPY", exchange, dict.fromkeys(span, 0.1), dict.fromkeys(span, 5.0), prices
    )


@pytest.mark.parametrize(
    ("day", "monthly", "rate", "prices"),
    [
        ("2024-03-15", False, "2024-02", "2024-01"),
        # 29 March 2024 is Good Friday: the 28th is the month's last session.
        ("2024-03-27", False, "2024-02", "2024-01"),
        ("2024-03-28", False, "2024-03", "2024-02"),
        ("2024-03-31", True, "2024-03", "2024-02"),
        ("2024-03-15", True, "2024-03", "2024-02"),
    ],
)
def test_a_months_average_is_known_at_its_last_session_and_its_prices_a_month_later(
    day, monthly, rate, prices
):
    public = figures().until(pd.Timestamp(day), monthly=monthly)
    assert str(public.home.last) == str(public.dollar.last) == rate
    assert str(public.prices.index[-1]) == prices
    assert public.exchange.index[-1] <= pd.Timestamp(day)


def test_before_any_prices_there_are_none():
    assert figures().until(pd.Timestamp("2023-10-20"), monthly=False).prices is None


def test_figures_say_which_days_they_are_about():
    days = figures().days()
    assert days["exchange_rate"].about[-1] == pd.Timestamp("2024-06-28")
    # Of March 2024 on its last session.
    assert pd.Timestamp("2024-03-28") in days["home_rate"].public
    assert set(days) == {"exchange_rate", "home_rate", "dollar_rate"}


def test_figures_for_a_fingerprint_are_all_there_are_each_on_days():
    series = figures().series()
    assert set(series) == {"exchange_rate", "home_rate", "dollar_rate", "home_cpi"}
    assert all(isinstance(each.index, pd.DatetimeIndex) for each in series.values())


@pytest.mark.parametrize("name", ["exchange", "prices", "home", "dollar"])
def test_nobody_can_change_figures_that_others_use(name):
    held = getattr(figures(), name)
    held = getattr(held, "figures", held)
    with pytest.raises(ValueError, match="read-only"):
        held.to_numpy()[0] = 1.0
    with pytest.raises(ValueError, match=re.escape("cannot set WRITEABLE")):
        held.array._ndarray.flags.writeable = True
