"""Rates: what is dropped, what bills earn, and when a figure was public."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.errors import DataError
from data.sources import files
from data.treasuries.curve import fund_level
from data.treasuries.instruments import CATALOGUE
from data.treasuries.rates import Rates, bill_level, bond_equivalent, on_sessions, stale_notes

DAYS = pd.bdate_range("2024-01-01", "2024-04-30")


def test_figures_on_another_basis_change_no_return():
    index = pd.bdate_range("1972-06-01", "1974-06-28").union(
        pd.bdate_range("1986-06-02", "1994-06-30")
    ).union(pd.bdate_range("2001-06-01", "2007-06-29"))  # fmt: skip
    rng = np.random.default_rng(1)
    steps = rng.normal(0, 0.03, (len(index), 4)).cumsum(axis=0)
    whole = pd.DataFrame(6 + 0.1 * steps, index=index, columns=[1.0, 10.0, 20.0, 30.0])
    official = whole.copy()
    official.loc[:"1973-01-03", 20.0] = np.nan
    official.loc["1987-01-01":"1993-09-30", 20.0] = np.nan
    official.loc["2002-02-19":"2006-02-08", 30.0] = np.nan
    circulating = official.where(official.notna(), whole + 0.7)  # 70 basis points off
    levels = [
        fund_level(Rates(yields=frame).yields, CATALOGUE["TLT"], 252)
        for frame in (official, circulating)
    ]
    pd.testing.assert_series_equal(levels[0], levels[1], check_exact=True)
    assert levels[0].notna().sum() > 3000


def test_a_bill_of_91_days_earns_its_quoted_yield():
    # 4.975 % discount: price 98.742431 (published), so 91 days earn 100 / 98.742431.
    days = pd.date_range("2024-01-01", periods=92, freq="D")
    bill = bond_equivalent(pd.Series(4.975, index=days))
    level = bill_level(bill, days)
    assert level.iloc[-1] / level.iloc[0] == pytest.approx(100 / 98.742431, rel=1e-8)


def test_bills_accrue_the_day_before_over_calendar_days():
    days = pd.DatetimeIndex(["2024-01-05", "2024-01-08", "2024-01-09"])  # a Friday first
    bill = pd.Series([5.0, 0.0, 5.0], index=days)
    level = bill_level(bill, days)
    friday = (1 + 0.05 * 91 / 365) ** (3 / 91)
    assert level.iloc[1] / level.iloc[0] == pytest.approx(friday, rel=1e-12)
    assert level.iloc[2] == pytest.approx(level.iloc[1])


def test_a_figure_is_seen_when_it_was_public():
    figures = pd.Series(np.arange(len(DAYS), dtype=float), index=DAYS)
    months = pd.date_range("2023-11-01", periods=5, freq="MS")
    cpi = pd.Series([100.0, 101, 102, 103, 104], index=months)
    rates = Rates(
        yields=figures.to_frame(10.0), policy_rate=figures, broad_usd=figures + 100, cpi=cpi,
    )  # fmt: skip
    seen = on_sessions(rates, DAYS, 252)
    row = DAYS.get_loc("2024-03-13")  # a Wednesday
    assert seen.yields[10.0].iloc[row] == row
    # Of the policy rate the mean of the 21 days up to the day before, which are 20 to 0 before it.
    assert seen.policy_rate.iloc[row] == row - 1 - 10
    # The broad dollar of that week comes out on the Monday after: on Wednesday, and still on
    # that week's own Friday, the Friday before is the newest, on that Monday this week's.
    assert seen.usd.loc["2024-03-13"] == 100 + DAYS.get_loc("2024-03-08")
    assert seen.usd.loc["2024-03-15"] == 100 + DAYS.get_loc("2024-03-08")
    assert seen.usd.loc["2024-03-18"] == 100 + DAYS.get_loc("2024-03-15")
    # January's CPI (102) shows from the last session of February on, not a day sooner.
    assert seen.cpi.loc["2024-02-28"] == 101
    assert seen.cpi.loc["2024-02-29"] == 102


# --- the policy rate -----------------------------------------------------------------------


def policy_rate(raw: pd.Series, sessions: pd.DatetimeIndex, ppy: int = 252) -> pd.Series | None:
    return on_sessions(Rates(policy_rate=raw), sessions, ppy).policy_rate


def test_a_daily_policy_rate_is_the_mean_of_its_last_21_days():
    # 5 % but for the last day of January, on which banks paid 7.1 %: a 21st of 2.1 is 0.1.
    raw = pd.Series(5.0, DAYS)
    raw["2024-01-31"] = 7.1
    seen = policy_rate(raw, DAYS)
    # 21 weekdays from the first of January end on the 29th, public on the 30th.
    assert seen.first_valid_index() == pd.Timestamp("2024-01-30")
    assert seen["2024-01-31"] == pytest.approx(5.0)  # that day's own is not out yet
    high = seen[seen > 5.05]
    assert high.to_numpy() == pytest.approx(5.1)
    assert (high.index[0], len(high)) == (pd.Timestamp("2024-02-01"), 21)


def test_weekends_on_which_a_publisher_repeats_friday_count_for_nothing():
    every_day = pd.date_range(DAYS[0], DAYS[-1])
    raw = pd.Series(np.arange(len(every_day), dtype=float), every_day)
    repeated = raw.where(every_day.day_of_week < 5).ffill()
    pd.testing.assert_series_equal(policy_rate(repeated, DAYS), policy_rate(raw[DAYS], DAYS))


@pytest.mark.parametrize("stamp", ["MS", "BME", "ME"])
@pytest.mark.parametrize("ppy", [12, 252])
def test_averages_of_months_stay_as_they_are_and_show_when_their_month_is_over(stamp, ppy):
    raw = pd.Series([5.0, 4.0, 3.0], pd.date_range("2024-01-01", periods=3, freq=stamp))
    sessions = DAYS if ppy == 252 else pd.date_range("2024-01-31", periods=4, freq="ME")
    seen = policy_rate(raw, sessions, ppy)
    # Good Friday was the 29th of March. A file may write an average beside the first of its month.
    shown = {5.0: "2024-01-31", 4.0: "2024-02-29", 3.0: "2024-03-28"}
    for value, day in shown.items():
        first = seen.index[seen == value][0]
        assert first == sessions[sessions >= day][0], value
    assert set(seen.dropna()) == set(shown)


def test_a_weekly_policy_rate_stays_as_it_is():
    wednesdays = DAYS[DAYS.day_of_week == 2]
    raw = pd.Series(np.arange(len(wednesdays), dtype=float), wednesdays)
    assert policy_rate(raw, DAYS)[wednesdays + pd.Timedelta(days=1)].tolist() == raw.tolist()


def test_fewer_than_21_days_are_no_policy_rate():
    assert policy_rate(pd.Series(5.0, DAYS[:20]), DAYS) is None
    assert policy_rate(pd.Series(5.0, DAYS[:21]), DAYS).notna().sum() == len(DAYS) - 21


def test_what_comes_after_a_session_changes_nothing_up_to_it():
    raw = pd.Series(np.arange(len(DAYS), dtype=float), DAYS)
    changed = raw.copy()
    changed.iloc[50:] += 100.0
    before, after = policy_rate(raw, DAYS), policy_rate(changed, DAYS)
    # The figure of day 50 is public on day 51.
    pd.testing.assert_series_equal(before[:51], after[:51])
    assert before.iloc[51] != after.iloc[51]


def test_a_monthly_average_is_as_old_as_the_end_of_its_month():
    raw = pd.Series(5.0, pd.date_range("2024-01-01", periods=3, freq="MS"))
    # March's average is of days up to the 28th, before Good Friday: 45 days later is 12 May.
    assert stale_notes(Rates(policy_rate=raw), pd.Timestamp("2024-05-12")) == []
    (note,) = stale_notes(Rates(policy_rate=raw), pd.Timestamp("2024-05-13"))
    assert note.startswith("the policy rate ends on 2024-03-01")


def test_the_last_21_days_of_a_month_are_near_its_published_average(rates_folder):
    """FRED's monthly FEDFUNDS, in the bundled table, against its daily DFF."""
    raw = files.read_rates(rates_folder).policy_rate
    averages = bundled.table()["fed_funds_pct"].loc["1962":"1981"]
    ends = pd.DatetimeIndex(averages.index.to_timestamp() + pd.offsets.BMonthEnd(1))
    day = raw[ends].to_numpy()
    assert 100 * np.median(np.abs(day - averages.to_numpy())) == pytest.approx(20.5, abs=2)
    shown = policy_rate(raw, ends).to_numpy()
    assert 100 * np.median(np.abs(shown - averages.to_numpy())) < 4


@pytest.mark.parametrize("ends", [39, 41])
def test_the_dollar_indices_join_on_the_level_of_a_day(ends):
    rng = np.random.default_rng(4)
    dxy = pd.Series(100 * np.exp(rng.normal(0, 0.01, ends + 1).cumsum()), index=DAYS[: ends + 1])
    broad = pd.Series(200 * np.exp(rng.normal(0, 0.01, len(DAYS)).cumsum()), index=DAYS)
    usd = on_sessions(Rates(dxy=dxy, broad_usd=broad), DAYS, 252).usd
    scale = dxy.iloc[-1] / broad.loc[dxy.index[-1]]
    friday = next(row for row in range(ends + 1, ends + 7) if DAYS[row].day_of_week == 4)
    monday = DAYS[friday + 1]
    assert usd.loc[dxy.index[-1]] == dxy.iloc[-1]
    assert usd.loc[DAYS[friday]] == dxy.iloc[-1]  # the broad one of that day is not out yet
    assert usd.loc[monday] == pytest.approx(broad.iloc[friday] * scale, rel=1e-12)


def test_the_dollar_may_end_on_a_day_without_a_session():
    dxy = pd.Series(100.0, index=DAYS[:40])
    broad = pd.Series(200.0, index=DAYS)
    months = pd.date_range("2024-01-31", periods=4, freq="ME")
    assert on_sessions(Rates(dxy=dxy, broad_usd=broad), months, 12).usd.tolist() == [100.0] * 4
    daily = on_sessions(Rates(dxy=dxy, broad_usd=broad), DAYS.drop(DAYS[39]), 252).usd
    assert set(daily) == {100.0}


def test_monthly_rows_see_no_yield_of_later_in_the_month():
    first = pd.DatetimeIndex(["2024-02-01", "2024-03-01"])
    yields = pd.DataFrame({10.0: np.arange(len(DAYS), dtype=float)}, index=DAYS)
    seen = on_sessions(Rates(yields=yields), first, 12).yields[10.0]
    assert seen.tolist() == [DAYS.get_loc(day) for day in first]


def test_a_session_without_yields_has_none():
    yields = pd.DataFrame({10.0: 4.0}, index=DAYS.drop(DAYS[5]))
    assert np.isnan(on_sessions(Rates(yields=yields), DAYS, 252).yields[10.0].iloc[5])


def test_exactly_the_days_on_another_basis_are_dropped():
    days = pd.DatetimeIndex(
        ["1973-01-03", "1973-01-04", "1986-12-31", "1987-01-02", "1993-09-30", "1993-10-01",
         "2002-02-15", "2002-02-19", "2006-02-08", "2006-02-09"]
    )  # fmt: skip
    kept = Rates(yields=pd.DataFrame({10.0: 4.0, 20.0: 5.0, 30.0: 6.0}, index=days)).yields
    assert kept[20.0].isna().tolist() == [True, False, False, True, True, *[False] * 5]
    assert kept[30.0].isna().tolist() == [*[False] * 7, True, True, False]


def test_a_series_that_ends_early_is_named():
    rates = Rates(policy_rate=pd.Series(5.0, index=DAYS))
    (note,) = stale_notes(rates, DAYS[-1] + pd.Timedelta(days=60))
    assert note == "the policy rate ends on 2024-04-30 and is carried on from there for rules"
    assert stale_notes(rates, DAYS[-1]) == []
    curve = Rates(yields=pd.DataFrame({10.0: 4.0, 2.0: None}, index=DAYS, dtype=float))
    (note,) = stale_notes(curve, DAYS[-1] + pd.Timedelta(days=60))
    assert note == "yields end on 2024-04-30: no curve is known after"
    assert stale_notes(curve, DAYS[-1]) == []


def test_monthly_rows_take_the_last_yields_of_their_month():
    months = pd.date_range("2024-01-31", periods=3, freq="ME")
    yields = pd.DataFrame({10.0: np.arange(len(DAYS), dtype=float)}, index=DAYS)
    seen = on_sessions(Rates(yields=yields), months, 12).yields
    assert seen.loc["2024-03-31", 10.0] == DAYS.get_loc("2024-03-29")


def test_a_fee_is_taken_by_the_calendar_day():
    days = pd.DatetimeIndex(["2023-01-01", "2024-01-01"])
    free, dear = (bill_level(pd.Series(5.0, days), days, fee) for fee in (0.0, 0.01))
    assert dear.iloc[1] / free.iloc[1] == pytest.approx(0.99 ** (365 / 365.25), rel=1e-12)
    assert dear.iloc[0] == free.iloc[0] == 100.0


def test_bills_that_begin_after_the_first_session_are_refused():
    with pytest.raises(DataError, match="the bill yield starts on 2024-01-02, after 2024-01-01"):
        bill_level(pd.Series(5.0, DAYS[1:]), DAYS)
    assert bill_level(pd.Series(5.0, DAYS), DAYS[1:]).iloc[0] == 100.0


@pytest.mark.parametrize(
    ("field", "days", "words"),
    [
        (
            "policy_rate",
            45,
            "the policy rate ends on 2024-04-30 and is carried on from there for rules",
        ),
        ("dxy", 45, "the dollar index ends on 2024-04-30 and is carried on from there"),
        ("cpi", 120, "the CPI ends on 2024-04-30 and is carried on from there for rules"),
    ],
)
def test_each_series_may_be_as_old_as_it_is_published_late(field, days, words):
    rates = Rates(**{field: pd.Series(5.0, DAYS)})
    assert stale_notes(rates, DAYS[-1] + pd.Timedelta(days=days)) == []
    assert stale_notes(rates, DAYS[-1] + pd.Timedelta(days=days + 1)) == [words]


def test_a_curve_may_be_a_month_old():
    curve = Rates(yields=pd.DataFrame({10.0: 4.0}, DAYS))
    assert stale_notes(curve, DAYS[-1] + pd.Timedelta(days=30)) == []
    assert len(stale_notes(curve, DAYS[-1] + pd.Timedelta(days=31))) == 1


def test_of_two_dollar_indices_the_broad_one_lasts():
    ended = pd.Series(100.0, DAYS[:20])
    lasting = Rates(dxy=ended, broad_usd=pd.Series(120.0, DAYS))
    assert stale_notes(lasting, DAYS[-1]) == []
    assert stale_notes(Rates(dxy=ended, policy_rate=pd.Series(5.0, DAYS)), DAYS[-1]) == [
        f"the dollar index ends on {DAYS[19]:%Y-%m-%d} and is carried on from there"
    ]


def test_one_dollar_index_is_used_as_it_is():
    level = pd.Series(np.arange(100.0, 100.0 + len(DAYS)), DAYS)
    assert on_sessions(Rates(dxy=level), DAYS, 252).usd.tolist() == level.tolist()
    broad = on_sessions(Rates(broad_usd=level), DAYS, 252).usd  # from the Monday after
    assert broad.first_valid_index() == pd.Timestamp("2024-01-08")
    assert broad["2024-01-08"] == level["2024-01-05"]
    assert on_sessions(Rates(), DAYS, 252).usd is None


def test_a_month_without_yields_has_none_on_monthly_rows():
    yields = pd.DataFrame({10.0: 4.0, 2.0: np.nan}, DAYS).loc["2024-02-01":"2024-02-15"]
    months = pd.date_range("2024-01-31", periods=3, freq="ME")
    seen = on_sessions(Rates(yields=yields), months, 12).yields
    assert seen[10.0].isna().tolist() == [True, False, True]


def test_what_nothing_is_known_of_is_none():
    public = on_sessions(Rates(cpi=pd.Series(np.nan, DAYS)), DAYS, 252)
    assert (public.yields, public.policy_rate, public.cpi, public.usd) == (None,) * 4
