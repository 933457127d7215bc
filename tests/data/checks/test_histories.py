"""What every history must fulfil: order, spacing, bounds, each tested at its limit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.histories import (
    days_text,
    periods_per_year,
    require_history,
    require_within,
    whole_months,
    wild_moves,
)
from data.errors import DataError

DAYS = pd.bdate_range("2024-01-01", periods=4)


def levels(*values: float, days: pd.DatetimeIndex = DAYS) -> pd.Series:
    return pd.Series(values, days[: len(values)], dtype=float)


def test_a_move_is_wild_beyond_forty_percent_either_way():
    moves = wild_moves(levels(100.0, 139.9, 83.0, 117.0))
    # By hand: +39.9 %, -40.7 %, +41.0 %.
    np.testing.assert_allclose(moves, [83.0 / 139.9 - 1, 117.0 / 83.0 - 1], rtol=1e-12)
    assert list(moves.index) == [DAYS[2], DAYS[3]]


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (levels(1.0), "here has 1 rows with a price; at least 2 are needed"),
        (levels(1.0, 2.0, 3.0, days=DAYS[[0, 2, 1]]), "is out of order at 2024-01-02"),
        (levels(1.0, 2.0, days=DAYS[[1, 1]]), "has 2024-01-02 twice; keep one row a date"),
        (levels(1.0, 0.0), "has 0 on 2024-01-02; prices must be positive and finite"),
        (levels(1.0, np.nan), "has nan on 2024-01-02; prices must be positive and finite"),
        (levels(1.0, np.inf), "has inf on 2024-01-02; prices must be positive and finite"),
        (levels(1.0, 0.9e-9), "has 9e-10 on 2024-01-02; prices must lie between 1e-09 and 1e+12"),
        (levels(1.1e12, 1.0), "has 1.1e+12 on 2024-01-01; prices must lie between"),
    ],
)
def test_what_is_no_history_is_refused_by_its_first_day(series, words):
    with pytest.raises(DataError) as caught:
        require_history(series, "here")
    assert words in str(caught.value)


def test_levels_at_the_bounds_are_a_history():
    require_history(levels(1e-9, 1e12), "here")


@pytest.mark.parametrize(
    ("days", "frequency"),
    [
        (pd.bdate_range("2020-01-01", periods=600), 252),
        (pd.bdate_range("2020-01-01", periods=3), 252),
        (pd.date_range("2020-01-31", periods=30, freq="ME"), 12),
        (pd.date_range("2020-01-01", periods=30, freq="MS"), 12),
    ],
)
def test_rows_are_known_by_their_spacing(days, frequency):
    assert periods_per_year(days, "here") == frequency


@pytest.mark.parametrize(
    ("days", "words"),
    [
        # From the 4th to the 19th is 15 days; 14 are the longest closure since 1914.
        (DAYS.union(pd.bdate_range("2024-01-19", periods=300)),
         "here has no row between 2024-01-04 and 2024-01-19, more than 14 days"),
        (pd.date_range("2020-01-31", periods=30, freq="ME").delete(5),
         "here has no row between 2020-05-31 and 2020-07-31, more than a month"),
        (pd.date_range("2020-01-03", periods=60, freq="W"), "rows a year, 7 days apart"),
        (pd.date_range("2020-01-03", periods=600, freq="2D"), "about 183 rows a year, 2 days"),
        (pd.date_range("2020-03-31", periods=20, freq="QE"), "about 4 rows a year"),
    ],
)  # fmt: skip
def test_another_spacing_or_a_hole_is_refused(days, words):
    with pytest.raises(DataError, match=words):
        periods_per_year(days, "here")


def test_a_closure_of_fourteen_days_is_no_hole():
    days = DAYS.union(pd.bdate_range("2024-01-18", periods=300))
    assert periods_per_year(days, "here") == 252


@pytest.mark.parametrize("value", [-2.01, 25.01, np.nan, np.inf])
def test_a_yield_outside_its_bounds_is_refused_by_its_day(value):
    require_within(levels(-2.0, 25.0), "DGS10")
    with pytest.raises(DataError, match="DGS10 is .* on 2024-01-02; it should lie between -2 and"):
        require_within(levels(4.0, value), "DGS10")


def test_bounds_may_be_others():
    require_within(levels(99.0, 400.0), "the dollar", (10.0, 500.0))
    with pytest.raises(DataError, match=r"is 25\.0000001 on 2024-01-01; .* between -2 and 25"):
        require_within(levels(25.0000001), "DGS10")
    with pytest.raises(DataError, match="should lie between 10 and 500"):
        require_within(levels(99.0, 9.0), "the dollar", (10.0, 500.0))


def test_three_days_are_named_and_the_others_counted():
    assert days_text(DAYS[:1]) == "2024-01-01"
    assert days_text(DAYS[:3]) == "2024-01-01, 2024-01-02, 2024-01-03"
    assert days_text(DAYS) == "2024-01-01, 2024-01-02, 2024-01-03 (and 1 more)"


DAILY = pd.bdate_range("2010-01-01", periods=1000)
MONTHLY = pd.date_range("2000-01-31", "2009-12-31", freq="ME")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (MONTHLY.append(DAILY), "here has monthly rows up to 2009-12-31 and daily ones from then"),
        (DAILY[:40].append(pd.date_range("2010-03-31", periods=60, freq="ME")),
         "here has daily rows up to 2010-02-25 and monthly ones from then on"),
        (pd.date_range("2008-01-04", "2009-12-25", freq="W-FRI").append(DAILY),
         "here has weekly rows up to 2010-01-01 and daily ones from then on"),
        # 7 days a week for two years, then 5: the median of both halves is told.
        (pd.date_range("2010-01-01", "2011-12-31").append(pd.bdate_range("2012", periods=900)),
         "here has about 365 rows a year from 2010-01-01 to 2010-03-05 and about 2"),
        # Every other session for a year within ten.
        (DAILY[:400].append(DAILY[400:600:2]).append(DAILY[600:]), "rows a year from 2011-"),
        # A fifth of the sessions is missing in the second half.
        (DAILY[:500].append(DAILY[500:][np.arange(500) % 5 > 0]), "rows a year from 20"),
    ],
)  # fmt: skip
def test_rows_of_mixed_density_are_refused_by_date(days, words):
    with pytest.raises(DataError, match=words) as caught:
        periods_per_year(days, "here")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "days",
    [
        pd.date_range("2020-01-01", periods=800),  # every day
        DAILY[np.arange(1000) % 21 > 0],
        DAILY[:700].append(DAILY[709:]),  # closed for two weeks
        # Saturdays too, as New York until 1952; closed on Wednesdays for half a year, as in 1968.
        pd.date_range("1950-01-02", "1952-05-31")[
            pd.date_range("1950-01-02", "1952-05-31").day_of_week < 6
        ].append(pd.bdate_range("1952-06-02", "1960-12-31")),
        pd.bdate_range("1966-01-03", "1970-12-31").difference(
            pd.date_range("1968-06-12", "1968-12-31", freq="W-WED")
        ),
    ],
)
def test_rows_of_one_density_are_taken_however_many_they_are(days):
    assert periods_per_year(days, "here") == 252


def test_months_stamped_on_the_first_are_dated_by_their_end():
    first = pd.Series([1.0, 2.0, 3.0], pd.date_range("2020-01-01", periods=3, freq="MS"))
    assert whole_months(first).index.tolist() == list(
        pd.DatetimeIndex(["2020-01-31", "2020-02-29", "2020-03-31"])
    )
    for other in (pd.date_range("2020-01-31", periods=3, freq="ME"),
                  pd.DatetimeIndex(["2020-01-01", "2020-02-03", "2020-03-02"]),
                  pd.DatetimeIndex(["2020-01-01", "2020-01-01", "2020-02-01"])):  # fmt: skip
        levels = first.set_axis(other)
        assert whole_months(levels) is levels


def test_common_sessions_of_several_exchanges_may_be_four_a_week():
    """Tel Aviv's with New York's: Monday to Thursday, 209 a year less holidays."""
    days = pd.bdate_range("2020-01-01", "2024-12-31")
    days = days[(days.day_of_week < 4) & (np.arange(len(days)) % 15 > 0)]
    assert periods_per_year(days, "here", is_of_several=True) == 252
    with pytest.raises(DataError, match="here has about 19. rows a year"):
        periods_per_year(days, "here")
    with pytest.raises(DataError, match="about 139 rows a year"):
        periods_per_year(days[days.day_of_week < 3], "here", is_of_several=True)
