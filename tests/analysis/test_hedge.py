"""Measures of the hedge: hand-made months, and the figures of GROUND_TRUTH from real prices."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import hedge
from backtests.analysis.months import cvar, month_ends, months_under_water
from data.sources import files

# Ten months by hand: equity falls in four of them, hardest in the third.
EQUITY = np.array([0.02, -0.04, -0.10, 0.05, 0.01, -0.02, 0.03, 0.00, -0.04, 0.06])
HEDGE = np.array([0.01, 0.02, 0.03, -0.01, 0.00, -0.01, 0.02, 0.01, 0.00, -0.02])


def test_down_months_by_hand():
    # -4, -10, -2, -4 % of equity against +2, +3, -1, 0 % of the hedge.
    assert hedge.down_month_ratio(HEDGE, EQUITY) == pytest.approx(0.04 / -0.20)
    assert hedge.down_month_mean(HEDGE, EQUITY) == pytest.approx(0.01)
    assert hedge.down_month_hit_rate(HEDGE, EQUITY) == pytest.approx(2 / 4)
    # A month in which equity stood still is no down month.
    assert hedge.down_month_mean(np.array([0.02, 0.05]), np.array([-0.01, 0.0])) == 0.02


def test_worst_decile_by_hand():
    equity = np.tile(EQUITY, 2)  # two worst months of twenty: both -10 %
    bonds = np.concatenate([HEDGE, -HEDGE])
    assert hedge.worst_decile_mean(bonds, equity) == pytest.approx(0.0)
    assert hedge.worst_decile_hit_rate(bonds, equity) == pytest.approx(0.5)
    # Of ten months the third alone: the hedge made 3 %, in equity's best month it lost 2 %.
    assert hedge.worst_decile_mean(HEDGE, EQUITY) == pytest.approx(0.03)
    assert hedge.worst_decile_hit_rate(HEDGE, EQUITY) == 1.0


def test_tail_and_drawdown_by_hand():
    assert cvar(EQUITY) == pytest.approx(-0.10)  # ceil(0.5) = 1 month
    assert cvar(np.tile(EQUITY, 3)) == pytest.approx(-0.10)  # 2 of 30
    assert cvar(np.arange(-40, 0) / 1000) == pytest.approx(-0.0395)  # two of forty
    # 1.02 to 1.02 x 0.96 x 0.90, the first month's gain being the peak.
    assert hedge.deepest(EQUITY) == pytest.approx(0.96 * 0.90 - 1)
    assert hedge.deepest(np.array([-0.5, 1.0])) == pytest.approx(-0.5)  # the start is a peak too
    assert hedge.deepest(np.array([0.1, 0.2])) == 0.0
    # Down in months 2 and 3, never back: from month 2 on, nine months under water.
    assert months_under_water(EQUITY) == 9
    assert months_under_water(np.array([0.1, -0.1, 0.2, -0.3, 0.6])) == 1


def test_what_is_saved_is_above_zero_where_less_was_lost():
    half = 0.5 * EQUITY
    # Worst months of -5 and -10 %; falls to 0.98 x 0.95 and to 0.96 x 0.90 of the peak.
    assert hedge.cvar_saved(half, EQUITY) == pytest.approx(0.05)
    assert hedge.drawdown_saved(half, EQUITY) == pytest.approx(0.98 * 0.95 - 0.96 * 0.90)


def test_a_tenth_is_rounded_up_and_at_least_one():
    assert [int(hedge.worst_count(months)) for months in (0, 1, 9, 10, 11, 60, 61)] == [
        1, 1, 1, 1, 2, 6, 7,
    ]  # fmt: skip
    assert hedge.worst_count(np.array([30, 31])).tolist() == [3, 4]


@pytest.mark.parametrize("decimals", [1, 2, 12])
def test_the_worst_months_are_those_of_a_stable_sort(decimals):
    """With one decimal nearly all months are equal: of those the earlier are the worse."""
    random = np.random.default_rng(decimals)
    equity = random.normal(0.0, 0.05, (40, 67)).round(decimals)
    bond = random.normal(0.0, 0.02, (40, 67))
    worst = np.take_along_axis(bond, np.argsort(equity, axis=-1, kind="stable")[:, :7], axis=-1)
    np.testing.assert_allclose(hedge.worst_decile_mean(bond, equity), worst.mean(axis=-1))
    rates = hedge.worst_decile_hit_rate(bond, equity)
    np.testing.assert_allclose(rates, (worst > 0.0).mean(axis=-1))


def test_drawdowns_of_many_rows_are_those_of_each():
    """More rows than are worked out at a time, also in two dimensions."""
    rows = np.random.default_rng(8).normal(0.005, 0.05, (2 * hedge.CHUNK + 7, 30))
    each = [float(hedge.deepest(row)) for row in rows]
    assert hedge.deepest(rows).tolist() == each
    assert hedge.deepest(rows[:6].reshape(2, 3, 30)).tolist() == [each[:3], each[3:6]]


def test_growth_given_up_by_hand():
    ours, theirs = np.full(24, 0.0), np.full(24, 1.21 ** (1 / 12) - 1)
    assert hedge.growth_given_up(ours, theirs) == pytest.approx(0.21)


def test_rows_are_measured_one_by_one():
    rng = np.random.default_rng(7)
    equity, bonds = rng.normal(0.005, 0.04, (5, 60)), rng.normal(0.003, 0.02, (5, 60))
    for measure in (
        hedge.cvar_saved,
        hedge.drawdown_saved,
        hedge.growth_given_up,
        hedge.down_month_ratio,
        hedge.down_month_mean,
        hedge.down_month_hit_rate,
        hedge.worst_decile_mean,
        hedge.worst_decile_hit_rate,
    ):
        whole = measure(bonds, equity)
        each = [measure(b, e) for b, e in zip(bonds, equity, strict=True)]
        np.testing.assert_allclose(whole, each, rtol=1e-13, err_msg=repr(measure))
    np.testing.assert_array_equal(
        months_under_water(equity), [months_under_water(row) for row in equity]
    )


def test_without_a_down_month_there_is_no_ratio():
    up = np.array([0.01, 0.02])
    assert math.isnan(hedge.down_month_ratio(up, up))
    assert math.isnan(hedge.down_month_hit_rate(up, up))


@pytest.fixture(scope="module")
def months(yahoo_folder):
    levels = pd.DataFrame(
        {t: files.read_prices(yahoo_folder, t) for t in ("SPY", "IEF", "TLT")}
    ).dropna()
    returns = month_ends(levels).pct_change(fill_method=None)
    return returns.loc["2003-01":"2024-12"]


def test_published_tails_of_real_funds(months):
    """GROUND_TRUTH, monthly 2003-2024: CVaR(95) of SPY and of 60/40 mixes."""
    assert len(months) == 264
    spy = months["SPY"].to_numpy()
    assert 100 * cvar(spy) == pytest.approx(-9.33, abs=0.005)
    for bond, expected in (("IEF", -5.72), ("TLT", -6.50)):
        mix = 0.6 * spy + 0.4 * months[bond].to_numpy()  # rebalanced monthly
        assert 100 * cvar(mix) == pytest.approx(expected, abs=0.005)


def test_published_down_month_figures_of_real_funds(months):
    """GROUND_TRUTH: ratios 2003-2024; means and hit rates 2003-2020 and 2021-2024."""
    spy = months["SPY"].to_numpy()
    ratios = {bond: hedge.down_month_ratio(months[bond].to_numpy(), spy) for bond in ("IEF", "TLT")}
    assert ratios["IEF"] == pytest.approx(-0.139, abs=0.0005)
    assert ratios["TLT"] == pytest.approx(-0.238, abs=0.0005)
    for first, last, bond, mean, hit, down in (
        ("2003", "2020", "IEF", 1.17, 0.652, 69),
        ("2003", "2020", "TLT", 2.18, None, 69),
        ("2021", "2024", "IEF", -2.18, 0.059, 17),
        ("2021", "2024", "TLT", -4.42, None, 17),
    ):
        part = months.loc[first:last]
        equity, bonds = part["SPY"].to_numpy(), part[bond].to_numpy()
        assert (equity < 0).sum() == down
        assert 100 * hedge.down_month_mean(bonds, equity) == pytest.approx(mean, abs=0.005)
        if hit is not None:
            assert hedge.down_month_hit_rate(bonds, equity) == pytest.approx(hit, abs=0.0005)
