"""Rates against the bundled months: published figures pass, every other series is told apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.checks import published
from data.checks.published import (
    MONTH_ENDS,
    NEIGHBOURS,
    held_against_months,
    month_means,
)
from data.errors import DataError
from data.months import month_ends
from tests.made_rates import every_rate, quiet, rate
from tests.yahoo_server import RATES

DAYS = pd.bdate_range("2024-01-29", "2024-03-29")  # the last day is Good Friday


def refusal(series: str, values: pd.Series) -> str:
    with pytest.raises(DataError) as caught:
        held_against_months(series, values, "FRED")
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{series}: FRED's figures contradict the bundled ones in ")
    assert text.endswith("; not used, try again later")
    return text


# --- which figure is about a month -------------------------------------------------------------


def test_a_mean_counts_every_calendar_day_of_a_whole_month():
    # June 2024 began on a Saturday and ended on a Sunday: 20 weekdays, Fridays count thrice.
    days = pd.bdate_range("2024-05-31", "2024-06-28")
    values = pd.Series(1.0, days)
    values["2024-06-28"] = 4.0
    # By hand: 27 days of 1 and Friday to Sunday of 4.
    assert month_means(values).to_dict() == {pd.Period("2024-06"): (27 * 1 + 3 * 4) / 30}
    assert month_means(values.iloc[1:]).empty  # its first two days have no figure
    assert month_means(values.iloc[:-1]).empty  # nor its last three, since more may come
    assert month_means(values.drop(days[5:10])).empty  # a week without one


# --- what passes -------------------------------------------------------------------------------


@pytest.mark.parametrize("series", [*MONTH_ENDS, *NEIGHBOURS, "DFF", "CPIAUCSL"])
def test_what_fits_the_months_is_not_mentioned(series):
    assert held_against_months(series, rate(series), "FRED") == []


@pytest.mark.parametrize(("file", "columns"), RATES.items())
def test_real_histories_fit_in_every_month(rates_folder, file, columns):
    table = pd.read_csv(rates_folder / file, index_col=0, parse_dates=True)
    for column, series in columns.items():
        assert held_against_months(series, table[column].dropna(), "FRED") == []


def test_other_series_pass_and_so_do_consumer_prices_of_another_base():
    assert held_against_months("DTWEXBGS", pd.Series([1.0, 2.0], DAYS[:2]), "FRED") == []
    assert held_against_months("CPIAUCSL", rate("CPIAUCSL") / 2.3, "FRED") == []


def test_a_month_of_another_basis_is_left_out():
    # Some sources show a 30-year yield of a substitute from 2002 to 2006, and a 20-year one before
    # 1993: neither was published.
    long = pd.bdate_range("2001-01-01", "2007-12-31")
    values = rate("DGS30").reindex(long).fillna(9.99)
    assert held_against_months("DGS30", values, "FRED") == []
    with_20 = pd.concat(
        [pd.Series(9.99, pd.bdate_range("1990-01-01", "1993-09-30")), rate("DGS20")]
    )
    assert held_against_months("DGS20", with_20, "FRED") == []


# --- wrong units, maturities, dates ------------------------------------------------------------


@pytest.mark.parametrize("series", [*MONTH_ENDS, *NEIGHBOURS, "DFF"])
@pytest.mark.parametrize(
    ("change", "looks"),
    [
        (lambda table: table / 100, "they look like fractions, not percent"),
        (lambda table: table / 10, "they look like tenths of what they should be"),
        (lambda table: table * 100, "they look like basis points, not percent"),
        (lambda table: table * 0, "they are 0 throughout"),
        (lambda table: table * 0 + 4.5, "they are 4.5 throughout"),
        (lambda table: table + 1, "they look 1 point too high"),
        (lambda table: table - 1, "they look 1 point too low"),
        (lambda table: table.where(table.index < "2022-12-01", table / 100),
         "they look like fractions, not percent"),
    ],
    ids=["fractions", "tenths", "basis points", "zero", "constant", "higher", "lower", "lately"],
)  # fmt: skip
def test_a_wrong_unit_or_level_is_refused_and_named(series, change, looks):
    assert looks in refusal(series, change(rate(series, "2004-01-01")))


def test_the_month_before_which_they_agree_is_named():
    spoiled = rate("DGS10")
    spoiled = spoiled.where(spoiled.index < "2022-12-01", spoiled / 100)
    assert "; they agree before 2022-12; they look like fractions" in refusal("DGS10", spoiled)


MATURITIES = ["DGS3MO", "DGS6MO", "DGS1", "DGS2", "DGS3", "DGS5", "DGS7", "DGS10", "DGS20", "DGS30"]


@pytest.mark.parametrize(("nearer", "further"), list(pairwise(MATURITIES)))
def test_of_two_neighbours_exchanged_one_at_least_is_refused(nearer, further):
    refused = [series for series, served in ((nearer, further), (further, nearer))
               if is_refused(series, rate(served))]  # fmt: skip
    # Three and six months are not in the table; held against each other they are told apart
    # (tests/data/checks/test_pairs.py).
    assert refused or (nearer, further) == ("DGS3MO", "DGS6MO")


def is_refused(series: str, values: pd.Series) -> bool:
    try:
        held_against_months(series, values, "FRED")
    except DataError:
        return True
    return False


def test_another_series_is_named_where_the_table_has_it():
    assert "they look like the 10-year yield" in refusal("DTB3", rate("DGS10"))
    assert "they look like the 2-year yield" in refusal("DGS10", rate("DGS2"))
    for served in ("DTB3", "DGS1", "DGS10"):
        refusal("DFF", rate(served))


@pytest.mark.parametrize("series", [name for name in MONTH_ENDS if name.startswith("DGS")])
@pytest.mark.parametrize(("rows", "word"), [(1, "late"), (-1, "early")])
def test_yields_of_the_day_before_or_after_are_refused(series, rows, word):
    moved = rate(series).shift(rows).dropna()
    assert f"their dates look a session {word}" in refusal(series, moved)


def test_a_policy_rate_a_day_late_and_prices_a_month_late_are_named():
    # The made policy rate changes on the first of a month: a day late, each mean is off a little.
    assert "their dates look a day late" in refusal("DFF", rate("DFF").shift(1).dropna())
    prices = rate("CPIAUCSL", last="2025-09-01")
    assert "their dates look a month early" in refusal("CPIAUCSL", prices.shift(-1).dropna())


def test_consumer_prices_as_changes_or_constant_are_refused():
    prices = rate("CPIAUCSL", last="2025-09-01")
    refusal("CPIAUCSL", (100 * prices.pct_change(12) + 3).dropna())
    assert "they are 300 throughout" in refusal("CPIAUCSL", prices * 0 + 300)
    # Not seasonally adjusted: the same prices with a swing of 0.6 % within the year.
    swing = 1 + 0.006 * np.sin(2 * np.pi * np.arange(len(prices)) / 12)
    refusal("CPIAUCSL", prices * swing)


def test_yahoos_yields_a_session_late_fit_better_moved_back():
    table = rate("^TNX")
    rng = np.random.default_rng(4)
    other = (table + 0.03 + rng.normal(0, 0.02, len(table))).round(3)  # of the bonds on sale
    assert held_against_months("^TNX", other, "Yahoo") == []
    with pytest.raises(DataError, match=r"by a little .*their dates look a session late"):
        held_against_months("^TNX", other.shift(1).dropna(), "Yahoo")


# --- how many months --------------------------------------------------------------------------


def spoil(values: pd.Series, months: list[str], by: float) -> pd.Series:
    stamps = pd.DatetimeIndex(values.index).to_period("M").astype(str)
    return values + by * np.isin(stamps, months)


def test_single_months_are_named_and_a_quarter_of_a_year_is_not_refused():
    three = ["2019-03", "2019-07", "2020-01"]
    (line,) = held_against_months("DGS10", spoil(rate("DGS10"), three, 0.01), "FRED")
    # The ten-year yield of March 2019 was 2.41 %.
    assert line == (
        "DGS10: differs from the bundled months in 2019-03, 2019-07, 2020-01 (2.42 % against "
        "2.41 % in 2019-03); check it"
    )
    assert "in 4 of 432 months" in refusal("DGS10", spoil(rate("DGS10"), [*three, "2020-02"], 0.01))
    # Four in more than twelve months are single ones.
    apart = ["2017-03", "2019-07", "2020-01", "2022-02"]
    (line,) = held_against_months("DGS10", spoil(rate("DGS10"), apart, 0.01), "FRED")
    assert "2017-03, 2019-07, 2020-01 (and 1 more)" in line
    # Rounding is no difference.
    assert held_against_months("DGS10", rate("DGS10") + 0.004, "FRED") == []


def test_a_short_history_says_so_and_is_judged_by_what_there_is():
    short = rate("DGS10", "2025-10-01")
    assert held_against_months("DGS10", short, "FRED") == [
        "DGS10: has 3 months in common with the bundled ones, too few to be held against them; "
        "check it"
    ]
    refusal("DGS10", short / 100)
    lines = held_against_months("DGS10", spoil(short, ["2025-11"], 1.0), "FRED")
    assert len(lines) == 2  # one of three differs: that alone is no contradiction
    assert "differs from the bundled months in 2025-11 (5.02 % against 4.02 %" in lines[1]
    after = pd.Series(4.0, pd.bdate_range("2026-01-02", "2026-06-30"))
    for series in ("DGS10", "DTB3", "DFF"):
        (line,) = held_against_months(series, after, "FRED")
        assert "has 0 months in common" in line
    refusal("DTB3", rate("DTB3", "2025-06-01") / 100)  # from six months on
    assert len(held_against_months("DTB3", rate("DTB3", "2025-09-01") / 100, "FRED")) == 1


def test_bounds_of_a_mix_hold_for_the_middle_of_twelve_months():
    table = bundled.table()
    mix = NEIGHBOURS["DGS7"].mix
    assert mix == {"cmt_5y_pct": 0.6, "cmt_10y_pct": 0.4}
    middle = 0.6 * table["cmt_5y_pct"] + 0.4 * table["cmt_10y_pct"]
    even = quiet("DGS7", "1990-01-31", "2000-12-31")  # 4.6 to 8.8 %
    assert np.allclose(month_ends(even), middle.loc["1990-01":"2000-12"], atol=0.006)
    for by, refused in ((0.34, False), (0.36, True), (-0.19, False), (-0.21, True)):
        assert is_refused("DGS7", even + by) == refused, by


def test_the_bill_is_a_discount():
    # In 1981 a discount of 15.6 % was 17 % bond-equivalent: taken as it stands it would be too low.
    assert NEIGHBOURS["DTB3"].is_discount
    assert NEIGHBOURS["^IRX"] is published.BILL
    assert not NEIGHBOURS["DGS3MO"].is_discount
    months = pd.period_range("1980-06", "1982-06", freq="M")
    table = bundled.table()
    yields = 0.6 * 12 * table["bill_pct"].shift(-1) + 0.4 * table["cmt_1y_pct"]
    ends = months.to_timestamp(how="end").normalize()
    sent = pd.Series(yields.reindex(months).to_numpy() - 0.4, ends)  # near the lower bound
    discount = 360 * sent / (365 + 0.91 * sent)
    assert not is_refused("DTB3", discount)
    assert is_refused("DTB3", discount - 0.3)


def test_made_rates_are_those_of_the_table():
    assert set(every_rate()) >= {*MONTH_ENDS, *NEIGHBOURS, "DFF", "CPIAUCSL"}


def test_at_low_yields_the_bounds_are_narrower():
    """In 2020 to 2021 bills earned 0.1 %: half a point more is five times that."""
    right = rate("DTB3")
    assert not is_refused("DTB3", right)
    wrong = right + np.where(right.index.year >= 2015, 0.5, 0.0)
    assert "contradict the bundled ones" in refusal("DTB3", wrong)
    assert not is_refused("DTB3", right.loc["1990":"1995"] + 0.3)
