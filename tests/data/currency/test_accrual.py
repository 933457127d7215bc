"""Interest and forwards by hand, and the laws that a hedge keeps on random markets."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.currency.accrual import (
    cash_level,
    divided_returns,
    hedged_level,
    make_rolls,
    roll_rows,
)


def days(*texts: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(texts)


def months(**figures: float) -> pd.Series:
    """Rates by month: ``m2024_01=3.6``."""
    names = [name.removeprefix("m").replace("_", "-") for name in figures]
    return pd.Series(list(figures.values()), pd.PeriodIndex(names, freq="M"), dtype=float)


# --- cash -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_a_year", "unit"), [(360, 1e-4), (365, 3.6 / 100 / 365)])
def test_daily_cash_over_a_month_end_restarts_with_the_rate_of_the_month_before(days_a_year, unit):
    # December's 3.6 % is earned in January: of 360 days 0.0001 a day. January's 7.2 % in February.
    rows = days("2024-01-29", "2024-01-31", "2024-02-01", "2024-02-05")
    rate = months(m2023_12=3.6, m2024_01=7.2, m2024_02=99.0)
    level = cash_level(rows, rate, days_a_year, monthly=False)
    # From the first of January simple interest: 1 + 29 u, 1 + 31 u; then 31 days are added to the
    # capital, and February's days earn twice as much: (1 + 31 u)(1 + 2 u) on its
    # 1st, (1 + 31 u)(1 + 10 u) on its 5th.
    month = 1 + 31 * unit
    by_hand = np.array([1 + 29 * unit, month, month * (1 + 2 * unit), month * (1 + 10 * unit)])
    np.testing.assert_allclose(level, by_hand / by_hand[0], rtol=1e-14)


def test_cash_does_not_depend_on_which_rows_there_are():
    every = pd.date_range("2020-03-10", "2021-05-20")
    rate = pd.Series(np.linspace(5, -1, 20), pd.period_range("2020-01", periods=20, freq="M"))
    whole = pd.Series(cash_level(every, rate, 365, monthly=False), every)
    some = every[np.sort(np.random.default_rng(1).choice(len(every), 60, replace=False))]
    part = cash_level(some, rate, 365, monthly=False)
    np.testing.assert_allclose(part, whole[some] / whole[some[0]], rtol=1e-13)


@pytest.mark.parametrize("days_a_year", [360, 365])
def test_monthly_cash_earns_the_rate_of_the_earlier_rows_month(days_a_year):
    # From the end of January 29 days at January's 3.6 %, then 31 at February's 7.2 %. March's own
    # rate is not needed.
    rows = days("2024-01-31", "2024-02-29", "2024-03-31")
    level = cash_level(rows, months(m2024_01=3.6, m2024_02=7.2), days_a_year, monthly=True)
    first = 1 + 0.036 * 29 / days_a_year
    np.testing.assert_allclose(
        level, [1, first, first * (1 + 0.072 * 31 / days_a_year)], rtol=1e-15
    )


def test_monthly_rows_of_last_sessions_earn_the_days_between_them():
    # 2021-01-29 to 2021-02-26 are 28 days, to 2021-03-31 33.
    rows = days("2021-01-29", "2021-02-26", "2021-03-31")
    level = cash_level(rows, months(m2021_01=3.6, m2021_02=3.6), 360, monthly=True)
    np.testing.assert_allclose(level, [1, 1.0028, 1.0028 * 1.0033], rtol=1e-15)


def test_daily_and_monthly_cash_agree_on_the_last_days_of_months():
    ends = pd.date_range("1999-12-31", "2024-12-31", freq="ME")
    span = pd.period_range("1999-11", "2024-12", freq="M")
    rate = pd.Series(np.random.default_rng(2).normal(2, 2, len(span)), span)
    daily = cash_level(ends, rate, 360, monthly=False)
    monthly = cash_level(ends, rate, 360, monthly=True)
    np.testing.assert_allclose(daily, monthly, rtol=1e-12)


def test_cash_begins_with_its_first_rate_and_negative_rates_shrink_it():
    rows = days("2015-12-31", "2016-01-04", "2016-02-01", "2016-02-02")
    level = cash_level(rows, months(m2016_01=-0.36), 360, monthly=False)
    assert np.isnan(level[:2]).all()
    # 1 and 2 days at 0.00001 a day less.
    np.testing.assert_allclose(level[2:], [1.0, (1 - 2e-5) / (1 - 1e-5)], rtol=1e-15)


def test_cash_without_any_rate_has_no_level():
    rows = days("2015-12-30", "2015-12-31")
    for monthly in (False, True):
        assert np.isnan(cash_level(rows, months(m2020_01=1.0), 360, monthly=monthly)).all()


# --- the hedge by hand --------------------------------------------------------------------------


def test_rolls_are_the_first_usable_rows_of_months():
    # The 1st and 2nd of June 2024 are a weekend; on the 3rd a figure is missing.
    rows = days("2024-05-30", "2024-05-31", "2024-06-03", "2024-06-04", "2024-07-01")
    assert roll_rows(rows, np.array([True, True, False, True, True])).tolist() == [0, 3, 4]
    assert roll_rows(rows, np.zeros(5, dtype=bool)).tolist() == []


def test_a_roll_over_a_month_end_and_a_weekend_by_hand():
    # Rolled on Thursday 30 May 2024 (the history begins there) and on Monday 3 June.
    rows = days("2024-05-30", "2024-05-31", "2024-06-03", "2024-06-04")
    exchange = np.array([150.0, 153.0, 156.0, 150.0])
    dollars = np.array([100.0, 101.0, 102.0, 104.0])
    home, dollar = np.full(4, 0.0036), np.full(4, 0.036)
    rolls = make_rolls(rows, np.ones(4, dtype=bool), exchange, home, dollar, 360, basis_bp=36.0)
    assert rolls.row.tolist() == [-1, 0, 0, 2]
    assert rolls.first == 0
    # A day of yen interest is 0.00001, of dollar interest 0.0001, of the basis 0.00001.
    forward = [
        150 * 1.00001 / 1.0001 * 0.99999,  # one day
        150 * 1.00004 / 1.0004 * 0.99996,  # Thursday to Monday: four
        156 * 1.00001 / 1.0001 * 0.99999,  # rolled on Monday: one
    ]
    np.testing.assert_allclose(rolls.forward[1:], forward, rtol=1e-15)
    level = dollars * exchange / 150.0
    # Half is sold. The level was 100 at the roll; with the forward's gain per unit of X_k.
    first = 100 * (101 * 153 / (100 * 150) + 0.5 * (forward[0] - 153) / 150)
    second = 100 * (102 * 156 / (100 * 150) + 0.5 * (forward[1] - 156) / 150)
    third = second * (104 * 150 / (102 * 156) + 0.5 * (forward[2] - 150) / 156)
    np.testing.assert_allclose(
        hedged_level(level, rolls, 0.5), [100.0, first, second, third], rtol=1e-15
    )


def test_the_forward_of_sterling_counts_365_days():
    rows = days("2024-01-02", "2024-01-31")
    rolls = make_rolls(rows, np.ones(2, dtype=bool), np.array([0.8, 0.8]), np.full(2, 0.0365),
                       np.full(2, 0.036), 365, basis_bp=0.0)  # fmt: skip
    # 29 days at 0.0001 a day on both sides: the forward is the rate itself.
    assert rolls.forward[1] == pytest.approx(0.8, rel=1e-15)


def test_a_history_that_begins_within_a_month_is_hedged_from_its_first_row():
    rows = days("2002-07-30", "2002-07-31", "2002-08-01", "2002-08-02")
    exchange = np.array([120.0, 121.0, 122.0, 121.0])
    rolls = make_rolls(
        rows, np.ones(4, dtype=bool), exchange, np.zeros(4), np.zeros(4), 360, basis_bp=0.0
    )
    assert rolls.row.tolist() == [-1, 0, 0, 2]
    # Without interest and with a flat fund in dollars the hedge keeps the level where it was.
    np.testing.assert_allclose(hedged_level(exchange * 1.0, rolls, 1.0), 120.0, rtol=1e-15)


def test_a_hedge_without_a_roll_has_no_level():
    rows = days("2024-01-02", "2024-01-03")
    nothing = np.full(2, np.nan)
    rolls = make_rolls(rows, np.zeros(2, dtype=bool), nothing, nothing, nothing, 360, 25.0)
    assert rolls.first == -1
    assert np.isnan(hedged_level(np.ones(2), rolls, 1.0)).all()
    assert hedged_level(np.ones(2), rolls, 0.0).tolist() == [1.0, 1.0]


# --- laws ---------------------------------------------------------------------------------------


def made(seed: int, *, monthly: bool):
    """A random fund in dollars with rates of exchange and short rates on its rows."""
    rng = np.random.default_rng(seed)
    count = 60 if monthly else 400
    rows = (
        pd.date_range("1985-01-31", periods=count, freq="ME")
        if monthly
        else pd.bdate_range("1985-01-10", periods=count)
    )
    scale = 4.0 if monthly else 1.0
    dollars = 100 * np.exp(rng.normal(0, 0.01 * scale, count).cumsum())
    exchange = 130 * np.exp(rng.normal(0, 0.008 * scale, count).cumsum())
    home, dollar = rng.normal(0.02, 0.02, count), rng.normal(0.05, 0.03, count)
    return rows, dollars, exchange, home, dollar


@given(
    seed=st.integers(0, 10_000),
    ratio=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    monthly=st.booleans(),
    basis=st.sampled_from([0.0, 25.0, 100.0]),
    late=st.integers(0, 30),
)
def test_the_pieces_of_a_return_sum_to_it(seed, ratio, monthly, basis, late):
    rows, dollars, exchange, home, dollar = made(seed, monthly=monthly)
    usable = np.arange(len(rows)) >= late
    rolls = make_rolls(rows, usable, exchange, home, dollar, 360, basis)
    hedged = hedged_level(dollars * exchange, rolls, ratio)
    pieces = divided_returns(dollars, rolls, ratio)
    from_level = np.r_[np.nan, hedged[1:] / hedged[:-1] - 1]
    assert np.isfinite(pieces.total).sum() == np.isfinite(from_level).sum() >= 25
    np.testing.assert_allclose(pieces.total, from_level, atol=1e-10, rtol=0)


def test_the_pieces_of_one_row_by_hand():
    # On the row after a roll: the fund earns 1 %, the dollar 2 %, and the forward pays what its
    # interest says. Sold is half.
    rows = days("2024-03-01", "2024-03-11")
    exchange = np.array([150.0, 153.0])
    rolls = make_rolls(rows, np.ones(2, dtype=bool), exchange, np.full(2, 0.0), np.full(2, 0.036),
                       360, basis_bp=0.0)  # fmt: skip
    pieces = divided_returns(np.array([100.0, 101.0]), rolls, 0.5)
    assert pieces.treasury[1] == pytest.approx(0.01, rel=1e-12)
    assert pieces.currency[1] == pytest.approx(0.02 - 0.5 * 0.02, rel=1e-12)
    # Ten days at 0.0001: the forward is 150 / 1.001.
    assert pieces.carry[1] == pytest.approx(0.5 * (1 / 1.001 - 1), rel=1e-12)
    assert pieces.cross[1] == pytest.approx(0.01 * 0.02, rel=1e-12)


@given(seed=st.integers(0, 10_000), monthly=st.booleans())
def test_a_ratio_of_nothing_is_the_unhedged_level_exactly(seed, monthly):
    rows, dollars, exchange, home, dollar = made(seed, monthly=monthly)
    rolls = make_rolls(rows, np.ones(len(rows), dtype=bool), exchange, home, dollar, 360, 25.0)
    level = dollars * exchange
    assert hedged_level(level, rolls, 0.0).tolist() == level.tolist()
    assert hedged_level(level, rolls, 1e-15) == pytest.approx(level, rel=1e-12)


@given(
    seed=st.integers(0, 10_000),
    ratio=st.sampled_from([0.0, 0.3, 1.0]),
    days_a_year=st.sampled_from([360, 365]),
    monthly=st.booleans(),
)
def test_a_constant_rate_of_exchange_and_equal_accruals_change_nothing(
    seed, ratio, days_a_year, monthly
):
    # i_L / B = i_$ / 360, whatever the rates are, and no basis.
    rows, dollars, exchange, _, dollar = made(seed, monthly=monthly)
    still = np.full_like(exchange, 130.0)
    usable = np.ones(len(rows), dtype=bool)
    rolls = make_rolls(
        rows, usable, still, dollar * days_a_year / 360, dollar, days_a_year, basis_bp=0.0
    )
    np.testing.assert_allclose(hedged_level(dollars * 130, rolls, ratio), dollars * 130, rtol=1e-12)


@given(
    seed=st.integers(0, 10_000),
    price=st.sampled_from([1e-6, 3.0, 1e9]),
    unit=st.sampled_from([1e-4, 100.0, 1e6]),
)
def test_the_scale_of_prices_and_of_the_unit_of_money_change_nothing_but_the_scale(
    seed, price, unit
):
    rows, dollars, exchange, home, dollar = made(seed, monthly=False)
    usable = np.ones(len(rows), dtype=bool)

    def level(dollars, exchange):
        rolls = make_rolls(rows, usable, exchange, home, dollar, 360, 25.0)
        return hedged_level(dollars * exchange, rolls, 0.7)

    plain, scaled = level(dollars, exchange), level(price * dollars, unit * exchange)
    np.testing.assert_allclose(scaled / (price * unit), plain, rtol=1e-10)


def test_a_year_of_a_hedged_flat_fund_is_the_forwards_compounded():
    # A fund that stays at 1 dollar, wholly hedged, on month-end rows: L_t / L_k is X_t / X_k, so
    # that H_t / H_k = X_t / X_k + (F - X_t) / X_k = F / X_k, whatever the rate of exchange does.
    rows = pd.date_range("2023-12-31", periods=13, freq="ME")
    rng = np.random.default_rng(4)
    exchange = 140 * np.exp(rng.normal(0, 0.03, 13).cumsum())
    home, dollar = np.full(13, 0.001), np.full(13, 0.054)
    rolls = make_rolls(rows, np.ones(13, dtype=bool), exchange, home, dollar, 360, 25.0)
    level = hedged_level(exchange, rolls, 1.0)
    by_hand = exchange[0]
    for start, end in pairwise(rows):
        since = (
            date.fromisoformat(f"{end:%Y-%m-%d}") - date.fromisoformat(f"{start:%Y-%m-%d}")
        ).days
        by_hand *= (
            (1 + 0.001 * since / 360) / (1 + 0.054 * since / 360) * (1 - 0.0025 * since / 360)
        )
    assert level[-1] == pytest.approx(by_hand, rel=1e-12)
