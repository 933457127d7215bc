"""Base rates of states: by hand, by what was measured on the real months, never looking ahead."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.base_rates import (
    Past,
    base_rates,
    block_of,
    next_correlation,
    sides_of,
    windows_apart,
)
from backtests.analysis.indicators import DIVISIONS, Track, tracks
from backtests.analysis.regimes import stock_bond_correlation
from data import bundled
from data.background import background
from data.treasuries.bonds import par_bond_return


@pytest.fixture(scope="module")
def real():
    """The ten-year bond, equity and bills by month since 1962, and what was known at their ends."""
    table = bundled.table()
    y10 = table["cmt_10y_pct"].to_numpy() / 100
    bond = par_bond_return(y10[:-1], y10[1:], 10.0, 1 / 12)
    rest = table.iloc[1:]
    returns = pd.DataFrame(
        {
            "equity": (rest["equity_excess_pct"] + rest["bill_pct"]) / 100,
            "hedge": bond,
            "cash": rest["bill_pct"] / 100,
            "bond": bond,
        }
    )
    correlation = stock_bond_correlation(returns["equity"], returns["bond"])
    return Past(returns, correlation, ("SPY",), ("10-year",)), background(bundled.load(["SPY"]))


def series(values, first: str = "2000-01") -> pd.Series:
    return pd.Series(values, pd.period_range(first, periods=len(values), freq="M"), dtype=float)


def made(months: int, seed: int = 3) -> Past:
    rng = np.random.default_rng(seed)
    returns = pd.DataFrame(
        rng.normal(0.005, 0.04, (months, 4)),
        pd.period_range("2000-01", periods=months, freq="M"),
        ["equity", "hedge", "cash", "bond"],
    )
    correlation = stock_bond_correlation(returns["equity"], returns["bond"])
    return Past(returns, correlation, ("SPY",), ("IEF",))


def track(values: pd.Series) -> Track:
    return Track(DIVISIONS["correlation"], values, values * 0, values)


def test_base_rates_by_hand():
    """Twelve months; the first begins unlabelled, then five below and six above the line."""
    signs = series([-1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, -1])  # the last labels no month here
    returns = pd.DataFrame(
        {
            "equity": series([-9, 1, -3, 2, 3, 4, -5, 1, 1, -6, 1, 1]) / 100,
            "hedge": series([0, 0, 2, 0, 0, 0, -1, 0, 0, -4, 0, 0]) / 100,
            "cash": series([0.5] * 12) / 100,
            "bond": series([0.0] * 12),
        }
    )
    below, above = base_rates(Past(returns, signs, (), ()), {"correlation": track(signs)}, 100)[
        "correlation"
    ]
    assert (below.label, below.for_the_hedge, below.months) == ("negative", True, 5)
    assert (above.label, above.for_the_hedge, above.months) == ("positive", False, 6)
    # The worst month of the first five is March, 2 - 0.5 %; of the other six October, -4 - 0.5 %.
    assert below.payoff.value == pytest.approx(0.015)
    assert above.payoff.value == pytest.approx(-0.045)
    assert (below.hit_rate, above.hit_rate) == (1.0, 0.0)
    for rate in (below, above):
        assert (rate.payoff.low, rate.payoff.high) == (None, None)
        assert (rate.next_correlation, rate.windows_apart) == (None, 0)


def test_a_state_without_months_has_no_numbers():
    past = made(80)
    below, _ = base_rates(past, {"correlation": track(past.correlation * 0 + 1)}, 50)["correlation"]
    assert (below.months, below.payoff.value, below.hit_rate) == (0, None, None)


def test_correlation_ahead_is_that_of_the_36_months_that_begin_with_the_month():
    past = made(100)
    ahead = next_correlation(past.returns["equity"], past.returns["bond"])
    own = past.returns.iloc[10:46]
    assert ahead[10] == pytest.approx(np.corrcoef(own["equity"], own["bond"])[0, 1])
    # The last that is complete begins in month 64 of 100.
    assert np.isfinite(ahead[:65]).all()
    assert np.isnan(ahead[65:]).all()


def test_windows_that_do_not_overlap_are_counted_from_the_first():
    assert windows_apart(np.array([], dtype=int)) == 0
    assert windows_apart(np.arange(36)) == 1
    assert windows_apart(np.array([0, 35, 36, 71, 72])) == 3
    assert windows_apart(np.array([5, 40, 41, 76])) == 2


def test_sixty_months_have_an_interval_and_fifty_nine_have_none():
    for months, has_interval in ((60, True), (59, False)):
        past = made(400)
        signs = series([-1] * months + [1] * (400 - months), "1999-12")
        below, above = base_rates(past, {"correlation": track(signs)}, 300)["correlation"]
        assert below.months == months
        assert (below.payoff.low is not None) is has_interval
        assert above.payoff.low < above.payoff.value < above.payoff.high


def test_what_comes_after_a_month_changes_no_label_up_to_the_next(real):
    """States never see the month they label."""
    past, rates_by_month = real
    months = pd.PeriodIndex(past.returns.index)
    rng = np.random.default_rng(5)
    for last in ("1975-06", "1999-12", "2020-03"):
        later = rates_by_month.index > pd.Period(last, "M")
        changed = rates_by_month.copy()
        changed.loc[later] *= rng.uniform(0.5, 2.0, (later.sum(), rates_by_month.shape[1]))
        after = past.correlation.index > pd.Period(last, "M")
        correlation = past.correlation.where(~after, -past.correlation)
        labelled = months <= pd.Period(last, "M") + 1
        for key, before in tracks(rates_by_month, past.correlation).items():
            now = tracks(changed, correlation)[key]
            as_it_was, as_it_is = sides_of(before, months), sides_of(now, months)
            np.testing.assert_array_equal(as_it_was[labelled], as_it_is[labelled], key)
            assert not np.array_equal(as_it_was[~labelled], as_it_is[~labelled], equal_nan=True), (
                key
            )


def test_the_ten_year_bond_paid_as_the_ground_truth_says(real):
    """VERDICT: +0.90 and -0.42 below 3 % and above; 70 % of 27 and 41 % of 49 on other labels."""
    past, rates_by_month = real
    all_five = tracks(rates_by_month, past.correlation)
    rates = base_rates(past, all_five, 300)
    below, above = rates["inflation"]
    assert 100 * below.payoff.value == pytest.approx(0.90, abs=0.05)
    assert 100 * above.payoff.value == pytest.approx(-0.42, abs=0.05)
    # The same states, with the worst tenth of all months that have one.
    sides = sides_of(all_five["inflation"], pd.PeriodIndex(past.returns.index))
    labelled = past.returns[np.isfinite(sides)]
    worst = labelled["equity"].nsmallest(-(-len(labelled) // 10)).index
    excess = (past.returns["hedge"] - past.returns["cash"])[worst]
    is_below = pd.Series(sides, past.returns.index)[worst] == 1.0
    assert (is_below.sum(), (~is_below).sum()) == (27, 49)
    assert (excess[is_below] > 0).mean() == pytest.approx(0.70, abs=0.005)
    assert (excess[~is_below] > 0).mean() == pytest.approx(0.41, abs=0.005)
    assert 100 * excess[is_below].mean() == pytest.approx(1.36, abs=0.05)
    assert 100 * excess[~is_below].mean() == pytest.approx(-0.59, abs=0.05)
    # Every side that is called the hedge's had the better payoff.
    for key, (ours, other) in rates.items():
        assert ours.payoff.value > other.payoff.value, key


def test_correlation_followed_inflation_as_the_ground_truth_says(real):
    """VERDICT: by CPI below 1, 1-2, 2-3, 3-4, 4-5 and above 5: -.32 -.13 -.04 .04 .31 .39."""
    past, rates_by_month = real
    inflation = tracks(rates_by_month, past.correlation)["inflation"].value
    before = 100 * inflation.reindex(past.returns.index - 1).to_numpy()
    ahead = next_correlation(past.returns["equity"], past.returns["bond"])
    bounds = [-9, 1, 2, 3, 4, 5, 99]
    means = [np.nanmean(ahead[(before >= low) & (before < high)]) for low, high in pairwise(bounds)]
    assert means == pytest.approx([-0.32, -0.13, -0.04, 0.04, 0.31, 0.39], abs=0.06)
    assert (np.diff(means) > 0).all()


def test_correlation_ahead_is_in_dollars_where_equity_is_in_another_currency():
    """The bond beside it is in dollars: equity in yen would be correlated with another money."""
    past, exchange = made(100), made(100, seed=5).returns["equity"]
    signs = track(past.correlation.fillna(1.0))
    abroad = past.returns.assign(
        equity=past.returns["equity"] + exchange, dollar_equity=past.returns["equity"]
    )
    ours = base_rates(past, {"correlation": signs}, 50, block=5)["correlation"]
    theirs = base_rates(replace(past, returns=abroad), {"correlation": signs}, 50, block=5)
    assert [each.next_correlation for each in theirs["correlation"]] == [
        each.next_correlation for each in ours
    ]
    assert theirs["correlation"][1].payoff != ours[1].payoff
    assert block_of(replace(past, returns=abroad.assign(equity=past.returns["equity"]))) == (
        block_of(past)
    )
