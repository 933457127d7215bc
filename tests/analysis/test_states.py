"""States of months: known the month before, and long stretches of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.regimes import stock_bond_correlation
from backtests.analysis.states import episodes, states_of

MONTHS = pd.period_range("2000-01", periods=150, freq="M")


def test_a_month_has_the_sign_of_the_month_before():
    correlation = pd.Series([-0.3, 0.0, 0.2, np.nan, -1e-9], MONTHS[:5])
    # January knows nothing, April follows March, June no month with a correlation.
    labels = states_of(correlation, MONTHS[:7])
    assert labels.tolist() == [0, -1, 1, 1, 0, -1, 0]


def test_months_that_the_correlation_lacks_are_unknown_and_gaps_shift_nothing():
    correlation = pd.Series([-0.3, 0.4], pd.PeriodIndex(["2000-03", "2000-09"], freq="M"))
    labels = states_of(correlation, pd.PeriodIndex(["2000-02", "2000-04", "2000-10"], freq="M"))
    assert labels.tolist() == [0, -1, 1]


@pytest.mark.parametrize("changed", [40, 80, 149])
def test_states_never_see_the_month_that_they_label(changed):
    """Whatever is earned from a month on changes no label up to and including its own."""
    random = np.random.default_rng(5)
    returns = pd.DataFrame(random.normal(0, 0.03, (150, 2)), MONTHS, ["equity", "bond"])
    before = states_of(stock_bond_correlation(returns["equity"], returns["bond"]), MONTHS)
    other = returns.copy()
    other.iloc[changed:] = random.normal(0, 0.3, (150 - changed, 2)) @ [[1, -1], [0.5, 1]]
    after = states_of(stock_bond_correlation(other["equity"], other["bond"]), MONTHS)
    np.testing.assert_array_equal(before[: changed + 1], after[: changed + 1])
    # The first 36 months give the first correlation, known when the 37th begins.
    assert (before[:36] == 0).all()
    assert (before[36:] != 0).all()
    if changed < 149:
        assert (before[changed + 1 :] != after[changed + 1 :]).any()


def test_the_correlation_is_of_the_last_three_years_and_needs_all_of_them():
    random = np.random.default_rng(6)
    equity = pd.Series(random.normal(0, 0.03, 150), MONTHS)
    bond = pd.Series(random.normal(0, 0.02, 150), MONTHS)
    correlation = stock_bond_correlation(equity, bond.iloc[10:])
    assert correlation.first_valid_index() == MONTHS[45]
    expected = np.corrcoef(equity[60:96], bond[60:96])[0, 1]
    assert correlation[MONTHS[95]] == pytest.approx(expected)
    # A bond that does not move has no correlation: these months are in no state.
    still = bond.where(bond.index < MONTHS[50], 0.0)
    assert stock_bond_correlation(equity, still)[MONTHS[90]:].isna().all()  # fmt: skip


@pytest.mark.parametrize(("stay", "counts"), [(23, False), (24, True)])
def test_an_episode_has_at_least_twenty_four_months(stay, counts):
    labels = np.array([1] * 30 + [-1] * stay + [1] * 5, np.int8)
    assert episodes(labels, -1) == ([slice(30, 30 + stay)] if counts else [])


@pytest.mark.parametrize(("stay", "counts"), [(23, False), (24, True)])
def test_episodes_at_the_first_and_at_the_last_month(stay, counts):
    labels = np.array([-1] * stay + [1] * 40 + [0] + [-1] * stay, np.int8)
    ends = [slice(0, stay), slice(stay + 41, 2 * stay + 41)]
    assert episodes(labels, -1) == (ends if counts else [])
    assert episodes(labels, 1) == [slice(stay, stay + 40)]


def test_a_month_in_no_state_ends_an_episode():
    labels = np.array([1] * 20 + [0] + [1] * 25, np.int8)
    assert episodes(labels, 1) == [slice(21, 46)]
    assert episodes(labels, -1) == []
    assert episodes(labels[:0], 1) == []
