"""Proxies: how they join, how they track, and the published figures they reproduce."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.metrics import cagr, drawdown_list, volatility
from data.errors import DataError
from data.provenance import Tracking
from data.sources import files
from data.treasuries.curve import par_returns, year_fractions
from data.treasuries.proxies import (
    Splice,
    extend,
    made_of,
    proxy_level,
    splice_notes,
    splices_up_to,
    track_splices,
    tracking,
)
from data.treasuries.rates import Rates

DAYS = pd.bdate_range("2020-01-01", periods=60)


def steady(days: pd.DatetimeIndex, growth: float) -> pd.Series:
    return pd.Series(100 * growth ** np.arange(len(days)), index=days)


def test_a_join_scales_the_proxy_and_keeps_every_return():
    own, before = steady(DAYS[20:], 1.01), steady(DAYS[:40], 1.002)
    joined, (splice,), _ = extend({"SPY": own}, Rates(), {"^SP500TR": before})
    levels = joined["SPY"]
    assert levels.index.equals(DAYS)
    pd.testing.assert_series_equal(levels[DAYS[20:]], own, check_names=False)
    moves = levels.pct_change(fill_method=None).to_numpy()
    np.testing.assert_allclose(moves[1:21], 0.002, rtol=1e-9)
    np.testing.assert_allclose(moves[21:], 0.01, rtol=1e-9)
    (note,) = splice_notes([splice], [], "2020-03-24", {"SPY": "2020-01-29"})
    assert note == (
        "SPY before 2020-01-29 is the S&P 500 total-return index (^SP500TR), from 2020-01-01"
    )


def test_proxies_chain_from_the_nearest():
    parts = {"^SP500TR": steady(DAYS[10:50], 1.002), "VFINX": steady(DAYS[:30], 1.003)}
    joined, splices, _ = extend({"SPY": steady(DAYS[20:], 1.01)}, Rates(), parts)
    assert [splice.proxy.split(" (")[-1] for splice in splices] == ["^SP500TR)", "VFINX)"]
    moves = joined["SPY"].pct_change(fill_method=None).to_numpy()
    np.testing.assert_allclose(moves[1:11], 0.003, rtol=1e-9)
    np.testing.assert_allclose(moves[11:21], 0.002, rtol=1e-9)


def test_a_proxy_that_does_not_reach_the_first_day_is_not_used():
    joined, splices, not_carried = extend(
        {"SPY": steady(DAYS[20:], 1.01)}, Rates(), {"^SP500TR": steady(DAYS[:10], 1.0)}
    )
    assert splices == []
    assert not_carried == ["SPY is not carried back: no proxy reaches its first day"]
    assert len(joined["SPY"]) == 40


def test_a_proxy_may_lack_the_very_day_of_the_join():
    own, before = steady(DAYS[20:], 1.01), steady(DAYS[:40], 1.0).drop(DAYS[20])
    joined, splices, _ = extend({"SPY": own}, Rates(), {"^SP500TR": before})
    assert len(splices) == 1
    assert joined["SPY"].iloc[19] == own.iloc[0]


def test_a_fund_listed_elsewhere_is_carried_back_as_its_ladder_less_its_own_fee():
    """IDTL holds what TLT holds: with 0.07 % in place of 0.15 % a year it gains 0.08 % on it."""
    days = pd.bdate_range("2020-01-01", periods=262)
    yields = pd.DataFrame({20.0: 4.0, 30.0: 4.2}, index=days)
    own = {ticker: steady(days[-2:], 1.0) for ticker in ("IDTL.L", "TLT")}
    joined, splices, _ = extend(own, Rates(yields=yields), {})
    assert [splice.ticker for splice in splices] == ["IDTL.L", "TLT"]
    assert "a ladder of 20-30 year par bonds from yields, less 0.07 % a year" in splices[0].proxy
    gained = [levels.iloc[-3] / levels.iloc[0] for levels in joined.values()]
    years = (days[-3] - days[0]).days / 365.25
    assert gained[0] / gained[1] == pytest.approx((0.9993 / 0.9985) ** years, rel=1e-9)


def test_what_no_yields_stand_for_keeps_its_first_day_and_says_why():
    rates = Rates(
        yields=pd.DataFrame({1.0: 4.0, 30.0: 4.2}, index=DAYS), bill=pd.Series(4.0, index=DAYS)
    )
    own = {ticker: steady(DAYS[20:], 1.0) for ticker in ("DTLE.L", "IB01.L", "VUTY.L", "IDTL.L")}
    joined, splices, not_carried = extend(own, rates, {})
    assert not_carried == [
        "DTLE.L is not carried back: it sells its dollars into EUR, which yields do not tell",
    ]
    assert [splice.proxy for splice in splices] == [
        "rolled three-month bills, less 0.07 % a year",
        "a ladder of 1-14 year par bonds from yields, less 0.07 % a year",
        "a ladder of 20-30 year par bonds from yields, less 0.07 % a year",
    ]
    assert len(joined["DTLE.L"]) == 40


def test_yields_that_cannot_carry_a_fund_are_named():
    yields = pd.DataFrame({7.0: 4.0, 10.0: 4.0}, index=DAYS)
    yields.loc[DAYS[5], 10.0] = yields.loc[DAYS[6], 7.0] = np.nan
    _, splices, not_carried = extend({"IEF": steady(DAYS[20:], 1.0)}, Rates(yields=yields), {})
    assert splices == []
    assert f"{DAYS[6]:%Y-%m-%d} has no maturity in common" in not_carried[0]


def test_each_fund_goes_as_far_as_its_own_yields():
    # Bills reach further back than the ten-year; neither is cut to the other.
    yields = pd.DataFrame({10.0: 4.0, 7.0: 4.0}, index=DAYS[20:]).sort_index(axis=1)
    rates = Rates(yields=yields, bill=pd.Series(2.0, index=DAYS))
    own = {"IEF": steady(DAYS[50:], 1.0), "BIL": steady(DAYS[55:], 1.0)}
    joined, _, _ = extend(own, rates, {})
    assert joined["IEF"].index[0] == DAYS[20]
    assert joined["BIL"].index[0] == DAYS[0]


def test_a_period_before_the_funds_can_be_run_on_its_own(rates_folder, yahoo_folder):
    market = files.load(yahoo_folder.parent, ["SPY", "IEF"], "1979-12-31", extend=True)
    assert market.sessions[0] < pd.Timestamp("1962-01-03")
    assert market.sessions[-1] == pd.Timestamp("1979-12-31")
    # All of it is proxies, and each is named.
    for line in (
        "SPY itself begins on 1993-01-29: every return of it from 1953-12-31 to 1979-12-31 is that "
        "of the user's own file us_equity_total_return_daily.csv, as it is; where both exist (",
        "IEF itself begins on 2002-07-30: every return of it from 1962-01-02 to 1979-12-31 is that "
        "of a ladder of 7-10 year par bonds from yields, less 0.15 % a year; where both exist (",
    ):
        assert any(note.startswith(line) for note in market.notes), line
    assert [fit.ticker for fit in market.tracking] == ["SPY", "IEF"]


def test_nothing_is_taken_off_a_file_that_is_net_of_a_fee_already(rates_folder, yahoo_folder):
    market = files.load(yahoo_folder.parent, ["SPY"], extend=True)
    published = files.read_prices(rates_folder, "us_equity_total_return_daily")
    ours = market.prices["SPY"].loc[:"1993-01-29"]
    whole = published.loc[:"1993-01-29"]
    # Levels in the file's own proportions: a fee would leave 0.9632 of them after 39 years.
    np.testing.assert_allclose(ours / ours.iloc[-1], whole / whole.iloc[-1], rtol=1e-12)


def test_a_fund_from_yields_is_read_on_the_sessions_of_what_trades():
    # The bond market is closed on day 10, the exchange on day 30: neither loses a session.
    yields = pd.DataFrame({5.0: 4.0, 10.0: 4.0}, index=DAYS.delete(10))
    equity = steady(DAYS.delete(30), 1.001)
    joined, _, _ = extend({"SPY": equity, "IEF": steady(DAYS[40:], 1.0)}, Rates(yields=yields), {})
    assert joined["IEF"].index.equals(DAYS.delete(30))
    assert joined["IEF"].iloc[10] == joined["IEF"].iloc[9]


def short_end(yields: pd.DataFrame | None, bill: pd.Series | None, **asked: object) -> tuple:
    """SPY from the first day, SHY from the 40th and BIL from the 50th, extended as asked."""
    own = {
        "SPY": steady(DAYS, 1.001), "SHY": steady(DAYS[40:], 1.0), "BIL": steady(DAYS[50:], 1.0)
    }  # fmt: skip
    return extend(own, Rates(yields=yields, bill=bill), {}, **asked)


def test_some_can_be_carried_back_over_the_sessions_that_the_others_have():
    early = pd.bdate_range("2019-01-01", DAYS[-1])
    yields = pd.DataFrame({1.0: 4.0, 3.0: 4.0}, index=early)
    bill = pd.Series(4.0, index=early)
    joined, splices, not_carried = short_end(yields, bill, only=["BIL", "SHY", "TLT"])
    assert not_carried == []
    assert [splice.ticker for splice in splices] == ["SHY", "BIL"]
    for ticker, levels in joined.items():  # nobody begins before the first that is traded
        assert levels.index.equals(DAYS), ticker
    # A bill of 4 % grows by 1 + 0.04 x 91 / 365 in 91 days, less a fee of 0.14 % a year.
    bil, days = joined["BIL"], (DAYS[50] - DAYS[0]).days
    grown = (1 + 0.04 * 91 / 365) ** (days / 91) * (1 - 0.0014) ** (days / 365.25)
    assert bil.iloc[50] / bil.iloc[0] == pytest.approx(grown, rel=1e-12)
    # A par bond of a flat curve that does not move earns its yield (4 % twice a year), less 0.15 %.
    shy, years = joined["SHY"], (DAYS[40] - DAYS[0]).days / 365.25
    assert shy.iloc[40] / shy.iloc[0] == pytest.approx((1.02**2 * (1 - 0.0015)) ** years, rel=1e-6)
    # The funds' own days stay as they are.
    assert (shy.iloc[40:] == 100).all()
    assert (bil.iloc[50:] == 100).all()


def test_what_cannot_be_carried_back_is_said_only_of_those_asked_for():
    yields = pd.DataFrame({1.0: 4.0, 3.0: 4.0}, index=DAYS)
    bill = pd.Series(4.0, index=DAYS)
    lacks = "BIL is not carried back: there are no bill yields here"
    assert short_end(yields, None, only=["BIL", "SHY"])[2] == [lacks]
    assert short_end(None, None, only=["BIL", "SHY"])[2] == [
        "SHY is not carried back: there are no yields here", lacks,
    ]  # fmt: skip
    late = yields.iloc[45:]
    assert short_end(late, bill, only=["BIL", "SHY"])[2] == [
        "SHY is not carried back: no proxy reaches its first day"
    ]
    # The first to begin needs no proxy, and nothing is said of it.
    alone = {"SHY": steady(DAYS, 1.0), "GLD": steady(DAYS[9:], 1.0)}
    assert extend(alone, Rates(), {}, only=["SHY"])[2] == []
    assert extend(alone, Rates(), {}, only=["GLD"])[2] == [
        "GLD is not carried back: nothing is known that it could be made from"
    ]


def test_a_note_on_a_join_says_how_well_its_proxy_fits():
    near = Splice("X", "2007-05-30", "1999-01-01", "bills")
    far = Splice("X", "1999-01-01", "1990-01-01", "older bills")
    fit = Tracking("X", "bills", "2007-06", "2025-08", 219, 0.94231, 0.00184, 0.0, 1.0, None, None)
    assert splice_notes([near, far], [fit], "2025-08-29", {"X": "2007-05-30"}) == [
        "X before 2007-05-30 is bills, from 1999-01-01; where both exist (2007-06 to 2025-08), "
        "monthly returns correlate 0.942 and differ by 0.18 points a year (tracking error)",
        "X before 1999-01-01 is older bills, from 1990-01-01",
    ]


# A fund from 2007, bills from 1999 before it, older bills from 1990 before these.
CHAIN = [
    Splice("X", "2007-05-30", "1999-01-01", "bills"),
    Splice("X", "1999-01-01", "1990-01-01", "older bills"),
]


@pytest.mark.parametrize(
    ("last", "notes", "made"),
    [
        (
            "2007-05-31",  # one return of the fund itself
            ["X before 2007-05-30 is bills, from 1999-01-01",
             "X before 1999-01-01 is older bills, from 1990-01-01"],
            "a fund; before 2007-05-30 bills; before 1999-01-01 older bills",
        ),
        (
            "2007-05-30",  # the join itself: the fund has a level, and no return
            ["X itself begins on 2007-05-30: every return of it from 1999-01-01 to 2007-05-30 is "
             "that of bills",
             "X before 1999-01-01 is older bills, from 1990-01-01"],
            "bills, in place of the fund (a fund); before 1999-01-01 older bills",
        ),
        (
            "1999-01-01",  # on the day of the older join
            ["X itself begins on 2007-05-30: every return of it from 1990-01-01 to 1999-01-01 is "
             "that of older bills"],
            "older bills, in place of the fund (a fund)",
        ),
        (
            "1995-12-29",
            ["X itself begins on 2007-05-30: every return of it from 1990-01-01 to 1995-12-29 is "
             "that of older bills"],
            "older bills, in place of the fund (a fund)",
        ),
    ],
)  # fmt: skip
def test_what_ends_before_a_join_is_said_to_be_all_of_it_a_proxy(last, notes, made):
    used = splices_up_to(CHAIN, last)
    assert splice_notes(used, [], last, {"X": "2007-05-30"}) == notes
    assert made_of("a fund", used, last) == made


def test_every_proxy_of_a_chain_is_held_against_the_fund_itself():
    days = pd.bdate_range("2000-01-03", "2009-12-31")
    own = steady(days[1200:], 1.0005)
    older = {"^SP500TR": steady(days[600:], 1.0005), "VFINX": steady(days, 1.0004)}
    _, splices, _ = extend({"SPY": own}, Rates(), older)
    fits = track_splices(splices, {"SPY": own}, Rates(), older)
    assert [fit.proxy for fit in fits] == [splice.proxy for splice in splices]
    # The fund gained a day's 0.05 %, the older proxy 0.04 %: 21 sessions a month, 12 months.
    assert fits[0].mean_difference == pytest.approx(0.0, abs=1e-12)
    assert fits[1].mean_difference == pytest.approx(-0.0001 * 261 * 1.01, rel=0.01)
    # Of a run that ends before the nearest begins only the older one is used, and measured.
    (fit,) = track_splices(splices_up_to(splices, "2001-12-31"), {"SPY": own}, Rates(), older)
    assert fit.proxy == fits[1].proxy


def test_nothing_else_is_extended():
    assert proxy_level("GLD", Rates(yields=pd.DataFrame({10.0: 4.0}, index=DAYS))) is None


def test_tracking_by_hand():
    months = pd.bdate_range("2018-01-01", "2021-12-31")
    rng = np.random.default_rng(3)
    fund = pd.Series(100 * np.exp(rng.normal(0, 0.01, len(months)).cumsum()), index=months)
    same = tracking("X", fund, 2 * fund, "itself")
    assert (same.correlation, same.beta) == (pytest.approx(1), pytest.approx(1))
    assert same.tracking_error == pytest.approx(0, abs=1e-12)
    assert same.months == 47
    # A tenth of a percent more each month: 1.2 points a year, no tracking error.
    drift = pd.Series(np.r_[1.0, np.cumprod(np.where(np.diff(months.month), 1.001, 1.0))], months)
    ends = fund.groupby(months.to_period("M")).last()
    moved = tracking("X", fund, fund * drift, "drifting")
    expected = (0.001 * (1 + ends.pct_change().dropna())).mean() * 12
    assert moved.mean_difference == pytest.approx(expected, rel=1e-9)
    with pytest.raises(DataError, match="share 4 months; 24 are needed"):
        tracking("X", fund[:120], fund[:120], "short")


def test_tracking_error_and_beta_by_hand():
    # 24 months in which the proxy earns 1 point more and 1 point less than the fund in turn: the
    # deviation (ddof 1) is 0.01 x root of 24/23 a month, times the root of 12 a year.
    ends = pd.date_range("2020-12-31", periods=25, freq="BME")
    own = np.resize([0.02, 0.02, -0.01, -0.01], 24)
    fund, proxy = (
        pd.Series(np.cumprod(np.r_[1.0, 1.0 + returns]), ends)
        for returns in (own, own + np.resize([0.01, -0.01], 24))
    )
    measured = tracking("X", fund, proxy, "a proxy")
    assert measured.months == 24
    assert measured.tracking_error == pytest.approx(0.01 * (24 / 23) ** 0.5 * 12**0.5, rel=1e-9)
    assert measured.mean_difference == pytest.approx(0.0, abs=1e-12)
    # In points: the fund's deviations are 1.5 either way, and the proxy's are those and 1 more or
    # less, uncorrelated. So the covariance is 1.5^2 = 2.25 and the proxy's variance 3.25.
    assert measured.beta == pytest.approx(2.25 / 3.25, rel=1e-9)
    assert measured.correlation == pytest.approx(1.5 / 3.25**0.5, rel=1e-9)


# --- published figures --------------------------------------------------------------------


@pytest.fixture(scope="module")
def rates(rates_folder):
    return files.read_rates(rates_folder)


# Issue bars on monthly returns, February 2005 to August 2025: correlation at least, tracking
# error and absolute mean difference at most (points a year).
BARS = {"IEF": (0.994, 0.75, 0.10), "TLT": (0.993, 1.6, 0.10), "SHY": (0.990, 0.22, 0.15)}


@pytest.mark.parametrize("ticker", BARS)
def test_proxies_track_the_real_funds(ticker, rates, yahoo_folder):
    level, what = proxy_level(ticker, rates)
    fund = files.read_prices(yahoo_folder, ticker)
    measured = tracking(ticker, fund, level, what, "2005-02", "2025-08")
    correlation, error, mean = BARS[ticker]
    assert measured.months == 247
    assert measured.correlation >= correlation
    assert 100 * measured.tracking_error <= error
    assert 100 * abs(measured.mean_difference) <= mean


def test_constant_maturity_ten_year_since_1962(rates):
    """GROUND_TRUTH: month-end H.15, no roll-down, February 1962 to December 2025."""
    ten = rates.yields[[10.0]].dropna().loc[:"2025-12"]
    ends = ten.groupby(ten.index.to_period("M")).last()
    ends.index = ends.index.to_timestamp(how="end").normalize()
    dt = np.full(len(ends), 1 / 12)
    returns = par_returns(ends, np.array([10.0]), dt, roll=False)[1:, 0]
    values = pd.Series(np.cumprod(np.r_[1.0, 1 + returns]), index=ends.index)
    assert 1200 * returns.mean() == pytest.approx(5.91, abs=0.005)
    assert 100 * volatility(returns, 12) == pytest.approx(7.80, abs=0.005)
    assert 100 * cagr(values.to_numpy(), 12) == pytest.approx(5.8, abs=0.05)
    deepest = drawdown_list(values)[0]
    assert 100 * deepest.depth == pytest.approx(-26.1, abs=0.05)
    assert (f"{deepest.start:%Y-%m}", f"{deepest.end:%Y-%m}") == ("2020-07", "2023-10")


# Damodaran's annual returns of the ten-year, percent: rows that reproduce exactly.
ON_DECEMBER_AVERAGES = {1969: -5.01, 1974: 1.99, 1981: 8.20, 1994: -8.04, 1995: 23.48}
ON_YEAR_ENDS = {2000: 16.66, 2019: 9.64, 2020: 11.33, 2023: 3.88, 2024: -1.64}


@pytest.mark.parametrize("year", [*ON_DECEMBER_AVERAGES, *ON_YEAR_ENDS])
def test_damodarans_years_by_his_formula(year, rates):
    ten = rates.yields[10.0].dropna()

    def read(when: int) -> float:
        december = ten.loc[f"{when}-12"]
        # The published monthly average has two decimals.
        average = year in ON_DECEMBER_AVERAGES
        return (round(december.mean(), 2) if average else december.iloc[-1]) / 100

    y0, y1 = read(year - 1), read(year)
    # Annual coupons at last year's yield, repriced as a ten-year at this year's.
    result = y0 * (1 - (1 + y1) ** -10) / y1 + (1 + y1) ** -10 - 1 + y0
    published = {**ON_DECEMBER_AVERAGES, **ON_YEAR_ENDS}[year]
    assert 100 * result == pytest.approx(published, abs=0.02)


# Crises (GROUND_TRUTH): peak, trough, ten-year and long bond in percent; None where the long
# column rests on the broken series.
CRISES = [
    ("1966-02-09", "1966-10-07", 1.0, None), ("1968-11-29", "1970-05-26", -7.1, None),
    ("1973-01-11", "1974-10-03", 0.8, -4.8), ("1976-09-21", "1978-03-06", 7.1, 6.0),
    ("1980-11-28", "1982-08-12", 19.7, 16.6), ("1987-08-25", "1987-12-04", 1.1, 0.6),
    ("1990-07-16", "1990-10-11", -1.1, -4.4), ("1998-07-17", "1998-08-31", 4.3, 7.5),
    ("2000-03-24", "2002-10-09", 39.2, None), ("2007-10-09", "2009-03-09", 21.4, 30.5),
    ("2010-04-23", "2010-07-02", 8.0, 13.8), ("2011-04-29", "2011-10-03", 15.5, 36.8),
    ("2015-05-21", "2016-02-11", 6.8, 12.3), ("2018-01-26", "2018-02-08", -1.5, -4.3),
    ("2018-09-20", "2018-12-24", 3.7, 5.0), ("2020-02-19", "2020-03-23", 7.8, 16.7),
    ("2022-01-03", "2022-10-12", -16.4, -30.1), ("2023-07-31", "2023-10-27", -5.8, -14.4),
    ("2025-02-19", "2025-04-08", 2.7, 1.4),
]  # fmt: skip


def constant_maturity(yields: pd.DataFrame, maturity: float) -> pd.Series:
    column = yields[[maturity]].dropna()
    dt = year_fractions(column.index, 252)
    returns = par_returns(column, np.array([maturity]), dt, roll=False)[1:, 0]
    return pd.Series(np.cumprod(np.r_[1.0, 1 + returns]), index=column.index)


@pytest.mark.parametrize(("peak", "trough", "ten_year", "long_bond"), CRISES)
def test_crises_of_the_published_yields(peak, trough, ten_year, long_bond, rates):
    def change(maturity: float) -> float:
        level = constant_maturity(rates.yields, maturity)
        return 100 * (level.asof(trough) / level.asof(peak) - 1)

    assert change(10.0) == pytest.approx(ten_year, abs=0.3)
    if long_bond is not None:
        # The 30-year, or the 20-year before 1987: the published figure of 1980-82 is its.
        assert change(30.0 if peak > "1987" else 20.0) == pytest.approx(long_bond, abs=0.3)
