"""What lasts: counted by hand."""

from __future__ import annotations

import pytest

from backtests.analysis.withdrawals import (
    PortfolioWithdrawals,
    Withdrawals,
    horizon_figures,
    month_after,
    periods_apart,
    share_that_lasted,
)

RATES = (0.05, 0.041, 0.036, 0.036, 0.06)
DRY = (None, None, "1995-03", "1996-01", None)


def test_the_figures_of_five_starts():
    made = horizon_figures(30, "1968-11", RATES, DRY)
    assert (made.years, made.starts, made.apart, made.lasted) == (30, 5, 1, 0.6)
    assert (made.worst.month, made.worst.rate, made.worst.ran_dry) == ("1969-01", 0.036, "1995-03")
    assert made.rates == RATES
    assert made.ran_dry == DRY


@pytest.mark.parametrize(
    ("starts", "years", "apart"),
    [(1, 10, 1), (120, 10, 1), (121, 10, 2), (406, 30, 2), (646, 10, 6)],
)
def test_periods_that_do_not_overlap(starts, years, apart):
    """A second one can begin when the first has ended: 120 months later."""
    assert periods_apart(starts, years) == apart


@pytest.mark.parametrize(("asked", "share"), [(0.03, 1.0), (0.036, 0.6), (0.05, 0.2), (0.07, 0.0)])
def test_the_largest_rate_itself_does_not_last(asked, share):
    """At it the last payment takes all there is, which is a ruin."""
    assert share_that_lasted(RATES, asked) == share


def test_months_follow_each_other():
    assert [month_after("1968-11", n) for n in (0, 1, 2, 14)] == [
        "1968-11", "1968-12", "1969-01", "1970-01"]  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "leading"),
    [({10: 360, 20: 240, 30: 120, 40: 120}, 30), ({10: 359, 20: 239, 30: 119}, 20), ({10: 9}, 10)],
)
def test_thirty_years_are_told_first_where_ten_years_of_months_begin_them(starts, leading):
    horizons = tuple(
        horizon_figures(years, "1968-11", [0.05] * count, [None] * count)
        for years, count in starts.items()
    )
    portfolio = PortfolioWithdrawals("run", horizons)
    made = Withdrawals(0.04, "USD", "", "", True, "", "", "", 1, (), (), (), (portfolio,))
    assert made.leading == leading
    assert portfolio.over(10) is horizons[0]
    assert made.run is portfolio
