"""Moves of rates of exchange, H.10 beside Yahoo's, and the last days that only Yahoo has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.exchange_rates import (
    YEAR,
    against_each_other,
    days_apart,
    odd_exchange,
    require_no_leap,
    tail_of,
    vouched_for,
)
from data.currency.currencies import CURRENCIES
from data.currency.quotes import pair_of
from data.errors import DataError
from tests.conftest import SHARED
from tests.yahoo_server import read_series

YEN, KRONA = pair_of("JPY"), pair_of("SEK")
# Three years of weekdays of a krona that moves by half a percent a day, up and down at random.
DAYS = pd.bdate_range("2021-01-01", "2023-12-29")
RATES = pd.Series(10.0 * np.exp(np.random.default_rng(4).normal(0, 0.005, len(DAYS)).cumsum()),
                  DAYS)  # fmt: skip


def opened(rates: pd.Series) -> pd.Series:
    """Yahoo's closes as they often are: the rate of a day is that with which it began."""
    return rates.shift(1).dropna()


def moved(change: float, day: str, last: str | None = None) -> pd.Series:
    """The krona's rates, so much higher (as a share) on some days."""
    spoilt = RATES.copy()
    spoilt[day:last] *= 1 + change
    return spoilt


# --- moves --------------------------------------------------------------------------------------


def test_quiet_rates_are_not_odd():
    assert odd_exchange("DEXSDUS", RATES) == []


@pytest.mark.parametrize(("change", "is_named"), [(0.05, False), (0.08, True), (-0.15, True)])
def test_a_move_that_stays_is_said_where_no_month_vouches_for_it(change, is_named):
    lines = odd_exchange("DEXSDUS", moved(change, "2023-05-02"))
    assert bool(lines) is is_named
    assert all("on 2023-05-02, " in line and line.endswith("; check it") for line in lines)
    # The tables have the yen's months.
    assert odd_exchange("DEXJPUS", moved(change, "2023-05-02")) == []
    assert odd_exchange("JPY=X", moved(change, "2023-05-02")) == []


def test_a_move_that_goes_back_is_said_though_months_vouch_for_the_rest():
    (line,) = odd_exchange("DEXJPUS", moved(0.10, "2023-05-02", "2023-05-04"))
    assert "on 2023-05-02 and back on 2023-05-05, " in line


@pytest.mark.parametrize(("rows", "is_named"), [(9, False), (10, True)])
def test_rates_that_stand_still_are_said(rows, is_named):
    still = RATES.copy()
    still.iloc[300 : 300 + rows] = still.iloc[300]
    lines = odd_exchange("DEXSDUS", still)
    first, last = DAYS[300], DAYS[300 + rows - 1]
    assert (
        lines
        == [
            f"DEXSDUS: is {still.iloc[300]:g} on all {rows} days from {first:%Y-%m-%d} to "
            f"{last:%Y-%m-%d}; check it"
        ]
        * is_named
    )


def test_a_month_that_is_not_over_vouches_for_nothing():
    table = pd.bdate_range("2024-12-02", "2025-01-30")
    known = vouched_for("DEXJPUS", table)
    assert known[-1] == pd.Timestamp("2024-12-31")
    whole = pd.bdate_range("2024-12-02", "2025-01-31")
    assert vouched_for("DEXJPUS", whole).equals(whole)
    assert vouched_for("DEXSDUS", whole).empty
    assert vouched_for("DEXJPUS", whole[:0]).empty
    months = pd.date_range("2024-11-01", "2025-01-01", freq="MS")
    assert vouched_for("IR3TIB01USM156N", months, monthly=True).equals(months)


@pytest.mark.parametrize(("factor", "is_refused"), [(1.9, False), (2.1, True), (0.45, True)])
def test_no_rate_doubles_from_one_day_to_the_next(factor, is_refused):
    leaping = moved(factor - 1, "2023-05-02") / RATES * 10.0  # 10 before, then so many times that
    if is_refused:
        with pytest.raises(DataError) as error:
            require_no_leap("DEXSDUS", leaping, "FRED")
        assert str(error.value) == (
            f"DEXSDUS: FRED's figures leap from 10 to {10 * factor:g} on 2023-05-02, as no rate of "
            "exchange has; not used, try again later"
        )
    else:
        require_no_leap("DEXSDUS", leaping, "FRED")


def test_the_yuans_two_rates_made_one_are_no_leap():
    if not (SHARED / "world").is_dir():
        pytest.skip(f"no real rates of exchange: {SHARED / 'world'} is not there")
    yuan = read_series(SHARED / "world" / "fred_cny_daily.csv").dropna()
    # On 1 January 1994 China gave up the official rate: 5.82 for one dollar, then 8.72.
    assert np.expm1(np.log(yuan).diff().max()) == pytest.approx(0.5, abs=0.02)
    require_no_leap("DEXCHUS", yuan, "FRED")


# --- H.10 beside Yahoo's ------------------------------------------------------------------------


@pytest.mark.parametrize("code", [*CURRENCIES, "CAD"])
def test_real_rates_and_those_with_which_their_days_began_agree(code):
    if not (SHARED / "world").is_dir():
        pytest.skip(f"no real rates of exchange: {SHARED / 'world'} is not there")
    rates = read_series(SHARED / "world" / f"fred_{code.lower()}_daily.csv").dropna()
    since = rates.loc["2003-12-01":]
    assert against_each_other(pair_of(code), since, opened(since)) == []
    assert against_each_other(pair_of(code), since, since) == []


@pytest.mark.parametrize(
    ("share", "days", "is_told"),
    # The middle one of 21 days: 11 of them have to be apart; of 10 days, with more apart, 6.
    [(0.03, 11, True), (0.03, 9, False), (0.015, 300, False), (0.045, 7, True), (0.045, 4, False)],
)
def test_levels_that_are_apart_for_weeks_are_told(share, days, is_told):
    yahoo = RATES.copy()  # at the same hour, so that the gap is exactly what is put in
    yahoo.iloc[-days:] *= 1 + share
    lines = against_each_other(KRONA, RATES, yahoo)
    assert len(lines) == is_told
    for line in lines:
        assert line.startswith("Yahoo's SEK=X and H.10's DEXSDUS contradict each other on ")
        assert line.endswith(f" by {share:+.1%}; check them")


@pytest.mark.parametrize("rows", [700, 63])
@pytest.mark.parametrize(
    ("h10", "yahoo", "words"),
    [
        # H.10 of tomorrow: what nobody knew. Yahoo's of the day before yesterday.
        (lambda rates: rates.shift(-1), opened, "best 2 sessions behind"),
        (lambda rates: rates, lambda rates: opened(opened(rates)), "best 2 sessions behind"),
        (lambda rates: rates, lambda rates: rates.shift(-2), "best 2 sessions ahead"),
        (lambda rates: rates.shift(3), lambda rates: rates.shift(1), "best 2 sessions ahead"),
    ],
)
def test_dates_that_slipped_are_told_within_three_months(h10, yahoo, words, rows):
    parts = [h10(RATES), yahoo(RATES)]
    (line,) = against_each_other(KRONA, *(each.dropna().iloc[-rows - 8 :] for each in parts))
    assert words in line
    assert line.endswith(": the dates of one of them are off; check them")


def test_at_its_hour_or_a_day_before_yahoos_dates_are_right():
    assert against_each_other(KRONA, RATES, opened(RATES)) == []
    assert against_each_other(KRONA, RATES, RATES) == []
    rng = np.random.default_rng(5)  # half a day's move between the two
    noisy = opened(RATES) * np.exp(rng.normal(0, 0.0025, len(RATES) - 1))
    assert against_each_other(KRONA, RATES, noisy) == []


def test_histories_that_hardly_meet_are_not_compared():
    assert against_each_other(KRONA, RATES.iloc[:100], 2 * RATES.iloc[91:]) == []
    assert against_each_other(KRONA, RATES.iloc[:100], 2 * RATES.iloc[90:]) != []
    assert against_each_other(KRONA, RATES.iloc[:100], RATES.iloc[100:]) == []


# --- the tail -----------------------------------------------------------------------------------

LAST = DAYS[-6]


def tail(yahoo: pd.Series, pair=KRONA) -> tuple[pd.Series, list[str]]:
    notes: list[str] = []
    return tail_of(pair, RATES.loc[:LAST], yahoo, notes), notes


def test_the_tail_is_what_follows_h10():
    got, notes = tail(RATES)
    assert got.index.tolist() == DAYS[-5:].tolist()
    assert notes == []
    got, notes = tail(RATES.loc[:LAST])
    assert got.empty
    assert notes == []


def test_a_rate_of_another_unit_is_left_out_of_the_tail():
    spoilt = RATES.copy()
    spoilt.iloc[-2] *= 100
    got, notes = tail(spoilt)
    assert got.index.tolist() == [*DAYS[-5:-2], DAYS[-1]]
    assert len(notes) == 1
    assert notes[0].startswith(f"SEK=X: {DAYS[-2]:%Y-%m-%d} is far from the last rate before (")
    assert notes[0].endswith("; left out")


@pytest.mark.parametrize(("level", "rows"), [(0.85, 5), (1.17, 5), (1.09, 5), (0.8, 1)])
def test_a_tail_that_is_upside_down_is_left_out_however_near_to_one(level, rows):
    """1 / 0.85 is 38 % from it, and 1 / 1.09 but 16 %: nearer to the last rate upside down."""
    near = RATES * level / RATES[LAST]
    spoilt = near.copy()
    spoilt.iloc[-rows:] = 1.0 / spoilt.iloc[-rows:]
    notes: list[str] = []
    got = tail_of(KRONA, near.loc[:LAST], spoilt, notes)
    assert len(got) == 5 - rows
    assert len(notes) == 1
    assert "is far from the last rate before" in notes[0]
    # As it should be, nothing is left out: at one to one both ways are the same.
    whole: list[str] = []
    even = RATES / RATES[LAST]
    assert len(tail_of(KRONA, even.loc[:LAST], even, whole)) == 5
    assert whole == []


def test_steps_within_a_long_tail_are_what_counts():
    """A krona that loses 1 % a day for 60 sessions is 45 % lower at their end."""
    long = RATES.copy()
    long.iloc[-60:] *= np.exp(0.01 * np.arange(1, 61))
    notes: list[str] = []
    got = tail_of(KRONA, long.iloc[:-60], long, notes)
    assert len(got) == 60
    assert not [note for note in notes if "left out" in note]


@pytest.mark.skipif(not SHARED.is_dir(), reason="real rates of exchange are not beside the project")
@pytest.mark.parametrize("code", CURRENCIES)
def test_no_year_of_real_rates_contradicts_yahoos_hour(code):
    """Whichever day H.10 ends on; the first windows of a year have no changes of the day before.

    That of the Australian dollar to 2025-09-19 was taken for one whose dates are off.
    """
    path = SHARED / "world" / f"fred_{code.lower()}_daily.csv"
    rates = read_series(path).dropna()["2003-12":]
    pair = pair_of(code)
    units = 1.0 / rates if pair.is_inverted else rates
    ends = {*range(YEAR, len(units), 63), units.index.searchsorted(pd.Timestamp("2025-09-20"))}
    for end in sorted(ends):
        year = units.iloc[end - YEAR : end]
        assert against_each_other(pair, year, opened(units)) == []


def test_a_day_of_h10_far_from_yahoos_around_it_is_named():
    assert days_apart(KRONA, RATES, opened(RATES)) == []
    assert days_apart(KRONA, RATES, RATES) == []
    # The franc of January 2015: Yahoo's next rate has the move of the day as well.
    broken = moved(-0.15, "2022-03-01")
    assert days_apart(KRONA, broken, opened(broken)) == []
    spoilt = moved(0.05, "2022-03-01", "2022-03-04")
    (line,) = days_apart(KRONA, spoilt, opened(RATES))
    assert "2022-03-01" in line
    assert line.endswith("; check them")
    assert days_apart(KRONA, moved(0.02, "2022-03-01", "2022-03-04"), opened(RATES)) == []


@pytest.mark.parametrize(("change", "is_named"), [(0.03, False), (0.08, True), (-0.15, True)])
def test_a_move_of_the_tail_is_said(change, is_named):
    spoilt = RATES.copy()
    spoilt.iloc[-2:] *= 1 + change
    got, notes = tail(spoilt)
    assert len(got) == 5
    assert [f"on {DAYS[-2]:%Y-%m-%d}, " in line for line in notes] == [True] * is_named


def test_what_is_odd_before_the_tail_is_not_said_again():
    old = moved(0.1, f"{DAYS[-30]:%Y-%m-%d}", f"{DAYS[-28]:%Y-%m-%d}")
    notes: list[str] = []
    tail_of(KRONA, old.loc[:LAST], old, notes)
    assert notes == []


def test_a_tail_that_stands_still_is_said():
    still = RATES.copy()
    still.iloc[-11:] = still.iloc[-11]
    _, notes = tail(still)
    assert notes == [
        f"SEK=X: is {still.iloc[-1]:g} on all 11 days from {DAYS[-11]:%Y-%m-%d} to "
        f"{DAYS[-1]:%Y-%m-%d}; check it"
    ]
    earlier = RATES.copy()
    earlier.iloc[-30:-15] = earlier.iloc[-30]
    assert tail(earlier)[1] == []
