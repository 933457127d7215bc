"""What a refetch says otherwise: named with its size, or refused, by hand calculations."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from data.sources import revisions
from data.sources.bars import COLUMNS, Bars, Listing
from data.sources.fred import BROAD_DOLLAR
from data.sources.revisions import held_against
from data.sources.snapshots import Snapshot
from tests.yahoo_server import bars_of

FETCHED = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
# Ten years of weekdays, a price that stays, and a dividend of half a percent each quarter.
DAYS = pd.bdate_range("2010-01-01", "2019-12-31", name="Date")
QUARTERS = DAYS[(DAYS.month % 3 == 0) & (DAYS.month != np.roll(DAYS.month, 1))]


def prices(close: float = 100.0, share: float = 0.005) -> pd.DataFrame:
    frame = pd.DataFrame(0.0, DAYS, COLUMNS)
    frame["Close"] = close
    frame.loc[QUARTERS, "Dividends"] = share * close
    return frame


def grown(more: pd.Series) -> pd.DataFrame:
    """The same with total returns that are higher by so much on each day."""
    frame = prices()
    level = (1 + more).cumprod()
    # A dividend keeps its share of the close before.
    frame["Dividends"] *= level.shift(1).fillna(1.0)
    frame["Close"] *= level
    return frame


def drifting(daily: float, first: str = "2010-01-02") -> pd.DataFrame:
    """The same, higher by so much on every day from a date on."""
    return grown(pd.Series(daily, DAYS).where(first <= DAYS, 0.0))


def values(level: float = 4.0) -> pd.DataFrame:
    return pd.DataFrame({"Value": level}, DAYS)


def told(new: pd.DataFrame, old: pd.DataFrame | None = None, name: str = "SPY") -> list[str]:
    """What is named; each without the ticker before it and the words after it."""
    kept_before = Snapshot(name, "Yahoo", FETCHED, "", Bars(prices() if old is None else old, ()))
    lines = held_against(name, Bars(new, ()), kept_before).warnings
    ends = f"{name}: ", "; the new figures are used"
    assert all(line.startswith(ends[0]) and line.endswith(ends[1]) for line in lines)
    return [line.removeprefix(ends[0]).removesuffix(ends[1]) for line in lines]


def refused(new: pd.DataFrame, old: pd.DataFrame | None = None, name: str = "SPY") -> str:
    with pytest.raises(DataError, match="; nothing was replaced") as error:
        told(new, old, name)
    text = str(error.value)
    assert text.startswith(f"{name}: the fetched history ")
    return text


def rate(change: pd.Series | float, name: str = "fred:DGS10") -> list[str]:
    return told(values() + pd.DataFrame({"Value": change}, DAYS), values(), name)


# --- span and rows ---------------------------------------------------------------------------


@pytest.mark.parametrize("make", [prices, values])
@pytest.mark.parametrize(("last", "may_be"), [("2019-12-24", True), ("2019-12-23", False)])
def test_a_week_may_be_missing_at_the_end_and_no_more(make, last, may_be):
    if may_be:  # the cached one stands (data/sources/fetching.py)
        assert told(make().loc[:last], make()) == []
    else:
        assert f"ends on {last}, but the cached one ends on 2019-12-31" in refused(
            make().loc[:last], make()
        )


def test_a_week_that_is_missing_at_the_beginning_is_named():
    (line,) = told(prices().iloc[5:])
    assert line == (
        "begins on 2010-01-08, but the history fetched on 2024-03-01 begins on 2010-01-01; "
        "the earlier days are left out"
    )
    assert "begins on 2010-01-11, but the cached one begins on 2010-01-01" in refused(
        prices().iloc[6:]
    )


def test_a_refusal_says_how_to_take_the_new_one_and_when_the_clock_is_wrong():
    text = refused(prices().iloc[:300])
    assert text.endswith(
        "(if the fetched one is right, python -m data.cache --clear SPY removes the cached one)"
    )
    assert "clock" not in text
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=300)
    kept_before = Snapshot("^IRX", "Yahoo", ahead, "", Bars(values(), ()))
    with pytest.raises(DataError, match="after the date of this machine .set its clock. ends on"):
        held_against("^IRX", Bars(values().iloc[:300], ()), kept_before)
    with pytest.raises(DataError, match=r"--clear '\^IRX' removes"):  # for a shell
        held_against("^IRX", Bars(values().iloc[:300], ()), kept_before)


PLACES = [100, 600, 1000, 1200, 1500, 1990, 2200, 2300, 2400, 2450, 2500]


@pytest.mark.parametrize("make", [prices, values])
def test_rows_lost_in_the_middle_are_counted_and_named_or_refused(make):
    lost = make().drop(DAYS[PLACES[:10]])
    days = ", ".join(f"{DAYS[place]:%Y-%m-%d}" for place in PLACES[:3])
    assert told(lost, make(), "fred:DGS10") == [
        f"lacks 10 rows of the history fetched on 2024-03-01, on {days} (and 7 more)"
    ]
    text = refused(make().drop(DAYS[PLACES]), make(), "fred:DGS10")
    assert (
        "lacks 11 of the 2608 rows that the cached one has from 2010-01-01 to 2019-12-31, as on "
        f"{days} (and 8 more)"
    ) in text


def test_a_lost_row_with_a_dividend_is_named_by_its_year():
    lines = told(prices().drop(QUARTERS[20]))
    assert [line.split(" ")[0] for line in lines] == ["lacks", "growth", "pays"]
    assert "of 2015 1.50 % of the price instead of 2.00 % (-25 %)" in lines[-1]
    moved = prices().drop(QUARTERS[20])  # as the checks do with a row that they leave out
    moved.loc[DAYS[DAYS.get_loc(QUARTERS[20]) + 1], "Dividends"] = 0.5
    assert len(told(moved)) == 1


@pytest.mark.parametrize(("rows", "most"), [(300, 6), (150, 3), (40, 1)])
def test_a_short_history_may_lose_one_row_in_fifty_and_always_one(rows, most):
    short = values().iloc[:rows]
    assert len(told(short.drop(DAYS[5 : 5 + 2 * most : 2]), short, "fred:DGS10")) == 1
    refused(short.drop(DAYS[5 : 7 + 2 * most : 2]), short, "fred:DGS10")


WEEKLY, MONTHLY = DAYS.day_of_week == 4, DAYS.month != np.roll(DAYS.month, 1)
MONTH_OUT = (DAYS.year != 2014) | (DAYS.month != 3)
ONE_IN_TWENTY_OUT = np.arange(len(DAYS)) % 20 != 7


@pytest.mark.parametrize("rows", [WEEKLY, MONTHLY, MONTH_OUT, ONE_IN_TWENTY_OUT])
@pytest.mark.parametrize("make", [prices, values])
def test_weekly_and_thinned_answers_and_those_without_a_month_are_refused(make, rows):
    long = make().loc[:"2019-12-02"]
    assert "rows that the cached one has" in refused(make()[rows], long, "fred:DGS10")


def test_a_series_that_comes_daily_where_it_was_weekly_is_refused_and_filled_rows_are_named():
    weekly = values()[DAYS.day_of_week == 4]
    assert len(weekly) == 522
    assert "has 2606 rows from 2010-01-01 to 2019-12-27, the cached one 522" in refused(
        values(), weekly, "fred:DGS10"
    )
    assert told(prices(), prices().drop(DAYS[[100, 200]])) == [
        "has 2 rows that the history fetched on 2024-03-01 lacks, on "
        f"{DAYS[100]:%Y-%m-%d}, {DAYS[200]:%Y-%m-%d}"
    ]


def test_another_calendar_has_no_row_in_common_and_is_refused():
    other = values().set_axis(DAYS + pd.Timedelta(hours=12))
    refused(other, values(), "fred:DGS10")


# --- growth ----------------------------------------------------------------------------------


def test_the_same_history_is_silent_and_so_are_a_split_and_a_later_dividend():
    assert told(prices()) == []
    assert told(prices(close=25.0)) == []  # 4:1
    rescaled = prices()
    rescaled["Adj Close"] = 0.97 * rescaled["Close"]
    assert told(rescaled) == []
    assert told(prices().iloc[:], prices().iloc[:1500]) == []


def test_a_drift_is_named_with_its_size_a_year_and_in_all():
    # 2607 steps of 0.001 % are 2.64 % in 9.994 years, 0.26 % a year. Twice as much is beyond 5 %.
    (line,) = told(drifting(1e-5))
    assert f"{100 * (1.00001**2607 - 1):.2f}" == "2.64"
    assert line.startswith(
        "growth differs by +0.26 % a year, +2.64 % in all from 2010-01-01 to 2019-12-31 "
    )
    assert "2019-12-31 from that of the history fetched on 2024-03-01, most in 20" in line
    assert "+0.52 % a year, +5.35 % in all" in refused(drifting(2e-5))
    assert "-0.52 % a year, -5.08 % in all" in refused(drifting(-2e-5))


def test_four_and_a_half_basis_points_a_day_are_refused():
    # 1.00045 ** 260.5 = 1.1243: 12 % a year.
    assert "growth differs by +12.4" in refused(drifting(4.5e-4))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_drift_of_the_last_year_alone_is_named_and_beyond_a_percent_refused(sign):
    (line,) = told(drifting(sign * 3e-5, "2019-01-01"))  # 261 days: 0.79 %
    assert f"{100 * (np.exp(261 * np.log1p(sign * 3e-5)) - 1):+.2f} % in all" in line
    assert "most in 2019 by" in line
    assert "most in 2019" in refused(drifting(sign * 4e-5, "2019-01-01"))  # 1.05 %


def test_a_drift_that_goes_back_is_named_by_its_year():
    more = pd.Series(0.0, DAYS)
    more.loc["2014":"2014"], more.loc["2015":"2015"] = 2e-5, -2e-5
    (line,) = told(grown(more))
    assert "0.00 % in all" in line
    assert line.endswith("most in 2014 by +0.52 %")  # 261 days of 0.002 %


@pytest.mark.parametrize(("share", "named"), [(0.0024, False), (0.0026, True)])
def test_a_quarter_of_a_percent_a_year_is_the_bound(share, named):
    daily = share / 261
    assert bool(told(drifting(daily, "2019-01-01"))) is named


def test_two_percent_over_all_is_named():
    (line,) = told(drifting(0.02 / 2607))
    assert "+0.20 % a year, +2.02 % in all" in line


def test_one_day_is_named_with_its_size_and_the_growth_with_it():
    jump = pd.Series(0.0, DAYS)
    jump["2014-05-06"] = 0.05
    day, growth = told(grown(jump))
    assert day == (
        "differs from the history fetched on 2024-03-01 on 2014-05-06, "
        "most on 2014-05-06 by +5 points"
    )
    assert "+5.00 % in all" in growth
    jump["2014-05-06"] = 0.21  # beyond a fifth it is another history
    refused(grown(jump))


def test_under_a_year_the_growth_counts_as_such():
    # A quarter, 0.2 %: as a rate of a year it would be 0.8 %.
    span = slice("2019-10-01", "2019-12-31")
    assert told(drifting(0.002 / 65, "2019-10-02")[span], prices()[span]) == []
    (line,) = told(drifting(0.003 / 65, "2019-10-02")[span], prices()[span])
    assert "a year" not in line
    assert "+0.30 % in all" in line


def test_a_real_split_rounded_to_cents_names_no_total_and_is_taken(yahoo_folder):
    for path in sorted(yahoo_folder.glob("*.csv")):
        bars = bars_of(path)[COLUMNS]
        rounded = bars.copy()
        rounded["Close"] = (bars["Close"] / 4).round(2)
        rounded["Dividends"] = (bars["Dividends"] / 4).round(3)
        assert [line for line in told(rounded, bars) if "differs" not in line] == [], path.name


# --- dividends -------------------------------------------------------------------------------


def halved(*years: int) -> pd.DataFrame:
    frame = prices()
    frame.loc[frame.index.year.isin(years), "Dividends"] /= 2
    return frame


def test_a_years_dividends_halved_are_named_with_their_size():
    lines = told(halved(2015))
    assert lines[-1] == (
        "pays other dividends than in the history fetched on 2024-03-01: of 2015 1.00 % of the "
        "price instead of 2.00 % (-50 %)"
    )
    assert "differs from the history fetched on 2024-03-01 on 2015-03-02, 2015-06-01" in lines[0]


def test_four_years_of_dividends_are_three_named_and_a_sum():
    line = told(halved(2011, 2012, 2013, 2014))[-1]
    assert "from 2010-01-04 to 2019-12-31 16.00 % of the price instead of 20.00 % (-20 %)" in line
    assert line.count(" (-50 %)") == 3
    assert line.endswith("(and 1 more year)")


def test_all_dividends_halved_or_gone_are_refused_whatever_the_adjusted_closes_say():
    assert "10.00 % of the price instead of 20.00 % (-50 %)" in refused(halved(*range(2010, 2020)))
    gone = prices(share=0.0)
    # The same total return: only the closes fall by what is paid.
    paid = (1 - 0.005) ** pd.Series(DAYS.isin(QUARTERS), DAYS).cumsum()
    lower = prices()
    lower["Close"] *= paid
    lower["Dividends"] = 0.005 * lower["Close"].shift(1).fillna(0.0) * DAYS.isin(QUARTERS)
    gone["Close"] = lower["Close"] / paid
    assert "0.00 % of the price instead of 20.00 % (-100 %)" in refused(gone, lower)


def test_a_split_between_two_fetches_changes_no_dividend():
    assert told(prices(close=10.0), prices(close=100.0)) == []


def test_a_late_dividend_of_a_quarter_is_taken_even_in_a_short_history():
    span = slice("2019-01-01", "2019-12-31")
    late = prices()[span]
    early = late.copy()
    early.loc[QUARTERS[-1], "Dividends"] = 0.0
    lines = told(late, early)
    assert "of 2019 2.00 % of the price instead of 1.50 % (+33 %)" in lines[-1]
    assert "by +0.503 points" in lines[0]


def test_dividends_where_there_were_none_have_no_ratio():
    late = prices(share=0.0)
    late.loc[QUARTERS[-1], "Dividends"] = 0.5
    assert "of 2019 0.50 % of the price instead of 0.00 %" in told(late, prices(share=0.0))[-1]


# --- yields, rates and indices ---------------------------------------------------------------


def test_a_shift_of_all_yields_which_no_step_shows_is_named_or_refused():
    assert rate(0.009) == []
    (line,) = rate(0.02)
    assert line == (
        "lies +0.020 points from the history fetched on 2024-03-01, on average from 2010-01-01 to "
        "2019-12-31, most in 2010 by +0.020"
    )
    assert "lies -0.110 points" in refused(values(3.89), values(), "fred:DGS10")


def test_a_shift_of_one_year_is_named_by_it_and_beyond_a_tenth_of_a_point_refused():
    change = pd.Series(0.0, DAYS)
    change.loc["2019"] = 0.05
    days, level = rate(change)
    assert "on 2019-01-01, most on 2019-01-01 by +0.05 points" in days
    assert "lies +0.005 points" in level
    assert level.endswith("most in 2019 by +0.050")
    change.loc["2019"] = -0.11
    assert "most in 2019 by -0.110" in refused(values().add(change, axis=0), values(), "^TNX")


def test_a_slow_drift_of_yields_is_named_by_their_level():
    # 4e-4 points a day, which no step shows, are 0.1 points in the first year.
    (line,) = rate(pd.Series(2e-5 * np.arange(len(DAYS)), DAYS))
    assert "most in 2019 by +0.050" in line
    drift = pd.Series(4e-4 * np.arange(len(DAYS)), DAYS)
    refused(values().add(drift, axis=0), values(), "fred:DTB3")


def test_wrong_days_that_are_mended_are_taken_whatever_their_size():
    change = pd.Series(0.0, DAYS)
    change.iloc[[-30, -20, -10]] = 3.0
    assert len(rate(change)) == 2  # the days, and 2019's mean of 9 / 261 points


@pytest.mark.parametrize("name", [f"fred:{BROAD_DOLLAR}", "fred:CPIAUCSL", "DX-Y.NYB"])
def test_an_index_may_be_rescaled_as_a_whole_and_its_growth_is_compared(name):
    level = pd.DataFrame({"Value": np.linspace(90.0, 110.0, len(DAYS))}, DAYS)
    assert told(1.2 * level, level, name) == []
    drift = np.exp(1e-5 * np.arange(len(DAYS)))
    (line,) = told(level.mul(drift, axis=0), level, name)
    assert "+0.26 % a year, +2.64 % in all" in line
    refused(level.mul(drift**2, axis=0), level, name)


# --- rates of exchange -----------------------------------------------------------------------

RATES = pd.DataFrame(
    {"Value": 110.0 * np.exp(np.random.default_rng(2).normal(0, 0.005, len(DAYS)).cumsum())}, DAYS
)


@pytest.mark.parametrize("name", ["fred:DEXJPUS", "JPY=X", "fred:DEXCAUS", "ILS=X"])
def test_rates_of_exchange_are_compared_in_percent_and_may_not_be_rescaled(name):
    assert told(RATES, RATES, name) == []
    wrong = RATES.copy()
    wrong.iloc[100] *= 1.02
    (line,) = told(wrong, RATES, name)
    assert f"on {DAYS[100]:%Y-%m-%d}, {DAYS[101]:%Y-%m-%d}, most on " in line
    assert line.endswith(" points")  # of percent: +2 or -1.96
    assert "+2" in line or "-1.96" in line
    assert "the fetched history is 100 times the cached one of 2024-03-01" in refused(
        100 * RATES, RATES, name
    )
    assert "is 1.003 times the cached one" in refused(1.003 * RATES, RATES, name)
    assert told(1.002 * RATES, RATES, name) == []


@pytest.mark.parametrize(
    "spoil", [lambda rates: 1 / rates, lambda rates: rates.shift(1), lambda rates: rates.shift(-1)]
)
def test_another_series_or_other_dates_are_another_history(spoil):
    wrong = spoil(RATES).dropna()
    text = refused(wrong, RATES, "fred:DEXJPUS")
    assert f"of {len(wrong) - 1} days" in text


def test_short_rates_are_compared_in_points():
    months = pd.date_range("2000-01-01", "2019-12-01", freq="MS", name="Date")
    rate = pd.DataFrame({"Value": np.linspace(5.0, -0.5, len(months))}, months)
    assert told(rate, rate, "fred:IR3TIB01JPM156N") == []
    late = rate.copy()
    late.iloc[-1] += 0.3
    lines = told(late, rate, "fred:IR3TIB01JPM156N")
    assert "differs from the history fetched on 2024-03-01 on 2019-12-01" in lines[0]
    assert "by +0.3 points" in lines[0]
    refused(rate + 0.2, rate, "fred:IR3TIB01JPM156N")
    refused(rate / 100, rate, "fred:IR3TIB01JPM156N")


def test_a_fund_in_another_currency_is_another_and_in_a_hundredth_it_is_the_same():
    def against(now: Listing, before: Listing) -> tuple[str, ...]:
        kept_before = Snapshot("IDTL.L", "Yahoo", FETCHED, "", Bars(prices(), (), before))
        closes = prices(close=1.0) if now.quoted == "GBP" else prices()
        return held_against("IDTL.L", Bars(closes, (), now), kept_before).warnings

    pence, pounds, dollars = (Listing(unit, "Europe/London") for unit in ("GBp", "GBP", "USD"))
    assert against(pounds, pence) == against(pence, pence) == ()
    with pytest.raises(DataError) as error:
        against(pence, dollars)
    assert str(error.value).startswith(
        "IDTL.L: the fetched history is quoted in GBp, and the cached one of 2024-03-01 in USD; "
        "nothing was replaced (if the fetched one is right, "
    )


def test_bounds_are_below_the_limits():
    assert revisions.YEARLY < revisions.MOST_YEARLY_DRIFT < revisions.MOST_DRIFT
    assert revisions.LEVEL < revisions.MOST_LEVEL
