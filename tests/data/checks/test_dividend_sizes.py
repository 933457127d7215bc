"""Payments and years of payments of a wrong size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.checks.dividend_sizes import odd_sizes
from data.checks.ex_dates import Drops, drops
from tests import yahoo_server as server

QUARTERS = pd.DatetimeIndex(pd.date_range("2012-03-16", periods=36, freq="91D"))
MONTHS = pd.DatetimeIndex(pd.date_range("2012-01-03", periods=108, freq="MS"))


def paying(days: pd.DatetimeIndex, noise: float = 1.0, **sizes: float) -> Drops:
    """Payments of 1 %, those of the days named otherwise; the price tells nothing of them."""
    paid = pd.Series(0.01, days)
    for name, times in sizes.items():
        paid.loc[name.strip("_").replace("_", "-")] *= times
    return Drops(paid, pd.Series(0.0, days), pd.Series(noise, days))


def lines_about(each: Drops, ticker: str = "MADE", *, stock: bool = False) -> list[str]:
    span = pd.bdate_range(each.paid.index[0] - pd.Timedelta(days=40), each.paid.index[-1])
    dividends = (100.0 * each.paid).reindex(span.union(each.paid.index), fill_value=0.0)
    return odd_sizes(ticker, each, dividends, stock=stock)


def test_regular_payments_are_let_in():
    assert lines_about(paying(QUARTERS)) == []
    assert lines_about(paying(MONTHS)) == []


@pytest.mark.parametrize(("times", "named"), [(1.5, False), (1.7, True), (0.7, False), (0.5, True)])
def test_a_quarter_beside_the_others(times, named):
    day = QUARTERS[18]
    each = paying(QUARTERS)
    each.paid.loc[day] *= times
    lines = [line for line in lines_about(each) if "pays regularly" in line]
    assert len(lines) == named
    assert all(f"dividend on {day:%Y-%m-%d} is {times:.2f} times" in line for line in lines)
    assert lines_about(each, stock=True) == []


def test_a_fund_of_bonds_may_pay_twice_in_a_month():
    each = paying(MONTHS, _2016_05_01=2.0)
    assert lines_about(each) == []
    (line,) = lines_about(paying(MONTHS, _2016_05_01=0.5))
    assert "dividend on 2016-05-01 is 0.50 times the least" in line
    assert lines_about(paying(MONTHS, _2016_12_01=0.5)) == []


@pytest.mark.parametrize("days", [QUARTERS, MONTHS])
@pytest.mark.parametrize("times", [0.5, 2.0])
def test_a_year_twice_or_half_its_neighbours_is_named(days, times):
    each = paying(days)
    year = (days.year == 2016) | ((days.year == 2017) & (days.month < 2))
    each.paid[year] *= times
    ticker = "MADE" if days is QUARTERS else "AGG"
    lines = [line for line in lines_about(each, ticker) if "a year's dividends" in line]
    assert lines
    assert any(
        f"to 2016-12-31: {0.01 * times * (days.year == 2016).sum():.2%}" in line
        or f"{times:.1f} times the years around it" in line
        for line in lines
    ), lines
    assert not [line for line in lines_about(each, stock=True) if "a year's" in line]
    assert not [
        line for line in lines_about(each, "IEF") if "a year's" in line
    ]  # its bonds' yields tell


def test_yields_that_rise_for_years_are_no_wrong_year():
    each = paying(MONTHS)
    each.paid[:] = 0.001 * np.exp(np.linspace(0, 3, len(MONTHS)))
    assert lines_about(each) == []


@pytest.mark.parametrize(("times", "fall"), [(2.0, "0.5"), (0.5, "2.0")])
def test_a_year_by_which_the_price_did_not_fall_is_named_of_any_payer(times, fall):
    """As of TIP, whose payments depend on inflation: no two years are alike."""
    rng = np.random.default_rng(3)
    paid = pd.Series(0.004 * rng.uniform(0.2, 2.0, len(MONTHS)), MONTHS)
    year = MONTHS.year == 2016
    shown = paid.where(~year, times * paid)
    each = Drops(shown, (shown - paid), pd.Series(0.001, MONTHS))
    assert lines_about(Drops(paid, 0.0 * paid, each.usual)) == []
    (line,) = lines_about(each, stock=True)
    assert f"the price fell by {fall} times its dividends" in line
    assert "2016-12-31" in line


def test_real_payments_are_let_in_and_a_year_doubled_is_not(yahoo_folder):
    caught = []
    for name in ("SPY", "AGG", "TIP", "SHY"):
        bars = server.bars_of(yahoo_folder / f"{name}.csv")
        for year in (None, 2006, 2011, 2018):
            factor = np.where(bars.index.year == year, 2.0, 1.0)
            wrong = bars.assign(Dividends=bars["Dividends"] * factor)
            lines = odd_sizes(name, drops(wrong, wrong), wrong["Dividends"], stock=False)
            assert year or lines == []
            caught += [any("a year's" in line for line in lines)] if year else []
    assert sum(caught) >= 11, caught


def test_a_quarter_that_is_still_open_and_treasuries_of_any_name_are_no_odd_year(yahoo_folder):
    """On each day of its last quarter a fund has paid three times in the twelve months before."""
    spy = server.bars_of(yahoo_folder / "SPY.csv")
    for last in ("2010-06-10", "2021-06-10", "2024-12-10", "2000-09-10"):
        cut = spy.loc[:last]
        assert odd_sizes("SPY", drops(cut, cut), cut["Dividends"], stock=False) == [], last
    ief = server.bars_of(yahoo_folder / "IEF.csv")
    for name in ("VGIT", "IEI", "GOVT", "MADE"):
        assert odd_sizes(name, drops(ief, ief), ief["Dividends"], stock=False) == [], name


def test_years_on_end_of_twice_or_half_the_dollars_are_named():
    """The years before and after are as wrong: the step into them is what shows."""
    each = paying(QUARTERS)
    each.paid[QUARTERS.year >= 2016] *= 2
    (line,) = [line for line in lines_about(each) if "dollars a share" in line]
    assert "2.00 times what it paid in the year before" in line
    assert not [line for line in lines_about(each, stock=True) if "dollars" in line]
    assert not [line for line in lines_about(paying(QUARTERS)) if "dollars" in line]


def test_dividends_of_a_price_that_rises_year_by_year_are_let_in():
    """The same dollars are less of the price each year; the last has no later one beside it."""
    each = paying(QUARTERS)
    each.paid[:] = 0.01 * np.exp(-0.5 * np.arange(len(QUARTERS)) / 4)
    days = pd.bdate_range(QUARTERS[0] - pd.Timedelta(days=40), QUARTERS[-1])
    dollars = pd.Series(1.0, QUARTERS).reindex(days.union(QUARTERS), fill_value=0.0)
    lines = odd_sizes("MADE", each, dollars, stock=False)
    assert not [line for line in lines if "a year's dividends" in line], lines
