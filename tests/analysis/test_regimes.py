"""Regimes: labels of the month before, labels by hand, correlations as published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.regimes import (
    LABELS,
    regimes,
    stock_bond_correlation,
    trailing_correlation,
    trailing_median,
)
from data import bundled
from data.consumer_prices import year_on_year

MONTHS = pd.period_range("1990-01", periods=160, freq="M")


def steady(**changes: pd.Series) -> pd.DataFrame:
    """Labels of a world in which nothing moves but what is given."""
    world = {
        "correlation": pd.Series(-0.5, MONTHS),
        "cpi": pd.Series(100 * 1.002 ** np.arange(160), MONTHS),
        "policy_rate": pd.Series(5.0, MONTHS),
        "y10": pd.Series(np.linspace(4.0, 7.0, 160), MONTHS),
    }
    return regimes(**{**world, **changes})[0]


def test_a_label_is_what_the_month_before_knew():
    correlation = pd.Series(-0.5, MONTHS)
    correlation.loc["1995-06":] = 0.5
    labels = steady(correlation=correlation)["correlation"]
    assert labels["1995-06"] == "negative"
    assert labels["1995-07"] == "positive"
    assert labels.iloc[0] is None or pd.isna(labels.iloc[0])


def test_policy_rate_falls_rises_and_rests():
    rate = pd.Series(5.0, MONTHS)
    rate.loc["1995-01":] = 4.5
    rate.loc["1997-01":] = 4.45  # five basis points are no decision
    rate.loc["1998-01":] = 4.55  # nor are ten, up
    rate.loc["1999-01":] = 4.45  # or down
    rate.loc["2000-01":] = 4.56  # eleven are
    rate.loc["2001-01":] = 4.45
    labels = steady(policy_rate=rate)["policy rate"]
    # A change of January is in the 3-month changes of January, February and March, and each
    # of these labels the month after it.
    for year, state in (
        ("1995", "falling"), ("1997", "unchanged"), ("1998", "unchanged"), ("1999", "unchanged"),
        ("2000", "rising"), ("2001", "falling"),
    ):  # fmt: skip
        expected = ["unchanged", *[state] * 3, "unchanged"]
        assert list(labels.loc[f"{year}-01" : f"{year}-05"]) == expected, year


def test_inflation_against_its_own_ten_years():
    growth = np.full(160, 0.002)
    growth[150:] = 0.01
    labels = steady(cpi=pd.Series(100 * np.cumprod(1 + growth), MONTHS))["inflation"]
    assert labels[MONTHS[150]] == "below its median"  # the first high month is seen a month later
    assert labels[MONTHS[151]] == "above its median"
    # Twelve months for the first rate, 114 rates for the median, one month of delay.
    assert labels.first_valid_index() == MONTHS[12 + 113 + 1]


def test_a_missing_month_takes_two_labels_and_blanks_no_window():
    """With and without the hole: every label agrees but where the definition says."""
    months = pd.period_range("1990-01", periods=420, freq="M")
    rng = np.random.default_rng(5)
    whole = pd.Series(100 * np.cumprod(1 + rng.normal(0.002, 0.003, 420)), months)
    holed = whole.copy()
    holed.iloc[200] = np.nan
    steady = pd.Series(5.0, months)

    def label(cpi: pd.Series) -> pd.Series:
        return regimes(steady, cpi, steady, steady)[0]["inflation"]

    # The row of a month has the CPI that is known at its end, and the label is of the month after.
    full, without = label(whole), label(holed)
    lost = full.notna() & without.isna()
    assert list(np.flatnonzero(lost)) == [201, 213]
    # Medians differ only where their ten years hold one of the two changes that are missing.
    change, holed_change = year_on_year(whole), year_on_year(holed)
    medians, holed_medians = trailing_median(change), trailing_median(holed_change)
    touched = np.arange(420)
    touched = (touched >= 200) & (touched <= 212 + 119)
    assert medians[~touched].equals(holed_medians[~touched])
    for row in np.flatnonzero(touched):
        assert holed_medians.iloc[row] == np.nanmedian(holed_change.iloc[row - 119 : row + 1]), row
    # So a label may turn only where the change lies between the two medians.
    turned = (full != without) & full.notna() & without.notna()
    between = (change - medians) * (change - holed_medians) <= 0
    assert not (turned & ~between.shift(1, fill_value=False)).any()


def test_a_window_with_too_few_figures_has_no_median():
    change = pd.Series(0.02, pd.period_range("1990-01", periods=120, freq="M"))
    assert trailing_median(change).iloc[-1] == 0.02
    change.iloc[50:56] = np.nan  # six of 120
    assert trailing_median(change).iloc[-1] == 0.02
    change.iloc[56] = np.nan
    assert np.isnan(trailing_median(change).iloc[-1])


def test_terciles_are_thirds_and_their_bounds_are_told():
    labels, bounds = regimes(
        pd.Series(-0.5, MONTHS),
        pd.Series(100.0, MONTHS),
        pd.Series(5.0, MONTHS),
        pd.Series(np.arange(160.0), MONTHS),
    )
    counts = labels["10-year yield"].value_counts()
    assert set(counts.index) == set(LABELS["10-year yield"])
    assert counts.max() - counts.min() <= 1
    assert bounds == pytest.approx((158 / 3, 2 * 158 / 3))


def test_no_future_in_the_trailing_labels():
    """Changing what comes after a month changes no trailing label up to it."""
    rng = np.random.default_rng(3)
    world = {
        "correlation": pd.Series(rng.normal(size=160), MONTHS),
        "cpi": pd.Series(100 * np.cumprod(1 + rng.normal(0.002, 0.002, 160)), MONTHS),
        "policy_rate": pd.Series(5 + rng.normal(size=160).cumsum() / 10, MONTHS),
        "y10": pd.Series(5 + rng.normal(size=160).cumsum() / 10, MONTHS),
    }
    before = regimes(**world)[0]
    for series in world.values():
        series.iloc[150:] *= -2  # which turns every sign
    after = regimes(**world)[0]
    assert (after.iloc[151:] != before.iloc[151:]).any().all()  # what comes after does change
    trailing = ["correlation", "inflation", "policy rate"]
    pd.testing.assert_frame_equal(before[trailing].iloc[:151], after[trailing].iloc[:151])


def test_trailing_correlation_by_hand_and_of_a_constant():
    equity = pd.Series([1.0, -1.0, 1.0, -1.0], MONTHS[:4])
    found = trailing_correlation(equity, -equity, 3)
    assert found.isna().tolist() == [True, True, False, False]
    assert found.iloc[-1] == pytest.approx(-1.0)
    assert trailing_correlation(equity, equity * 0.0, 3).isna().all()


def test_published_stock_bond_correlations():
    """GROUND_TRUTH, S&P against the 10-year: the signs and sizes of five decades."""
    market = bundled.load(["SPY", "IEF"])
    returns = market.prices.pct_change(fill_method=None)
    returns.index = returns.index.to_period("M")
    for first, last, expected in (
        ("1966-01", "1981-12", 0.26),
        ("1982-01", "1999-12", 0.30),
        ("2001-04", "2011-12", -0.38),
        ("2000-01", "2021-12", -0.33),
        ("2022-01", "2024-12", 0.68),
        ("1962-02", "2025-07", 0.10),
    ):
        months = len(pd.period_range(first, last, freq="M"))
        found = trailing_correlation(returns["SPY"], returns["IEF"], months)[last]
        # The bundled equity is the whole market and the bond a 7-10 year ladder.
        assert found == pytest.approx(expected, abs=0.06), first


def test_the_stock_bond_correlation_covers_every_month_that_either_has():
    """Bonds begin three months later and end two later: a window needs all months of both."""
    months = pd.period_range("2000-01", periods=60, freq="M")
    random = np.random.default_rng(4)
    equity = pd.Series(random.normal(0, 0.04, 58), months[:58])
    bond = pd.Series(random.normal(0, 0.02, 57), months[3:])
    correlation = stock_bond_correlation(equity, bond)
    assert correlation.index.equals(months)
    assert correlation.notna().tolist() == [38 <= month < 58 for month in range(60)]
    window = slice(months[20], months[55])
    expected = np.corrcoef(equity[window], bond[window])[0, 1]
    assert correlation[months[55]] == pytest.approx(expected)


def test_equity_that_does_not_move_has_no_correlation():
    months = pd.period_range("1990-01", periods=60, freq="M")
    bond = pd.Series(np.random.default_rng(2).normal(0.0, 0.02, 60), months)
    flat = pd.Series(0.005, months)
    assert trailing_correlation(flat, bond).isna().all()
    assert trailing_correlation(bond, flat).isna().all()
