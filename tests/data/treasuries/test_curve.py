"""Curves and ladders: laws, hand calculations and the breaks of the published series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.bundled import CURVE, table
from data.errors import DataError
from data.treasuries import bonds, curve
from data.treasuries.curve import par_return_parts, par_returns, year_fractions
from data.treasuries.instruments import CATALOGUE, Instrument, Ladder

MONTHS = pd.date_range("2020-01-31", periods=4, freq="ME")
DAYS = pd.bdate_range("2020-01-01", periods=60)


def flat(level: float, nodes=(1.0, 5.0, 10.0, 30.0), index=MONTHS) -> pd.DataFrame:
    return pd.DataFrame(level, index=index, columns=list(nodes))


def test_interpolation_passes_through_its_nodes_and_is_flat_beyond():
    nodes = np.array([1.0, 5.0, 10.0])
    rates = np.array([[1.0, 3.0, 4.0], [5.0, 4.0, 4.5]])
    read = curve.interpolate(nodes, rates, np.array([0.5, 1.0, 5.0, 10.0, 30.0]))
    np.testing.assert_allclose(read, [[1, 1, 3, 4, 4], [5, 5, 4, 4.5, 4.5]], rtol=1e-14)


def test_interpolation_never_leaves_the_range_of_its_neighbours():
    # Monotone cubic: no overshoot between 2 and 10 years where the curve rises throughout.
    nodes = np.array([1.0, 2.0, 10.0, 30.0])
    read = curve.interpolate(nodes, np.array([[0.1, 0.2, 3.0, 3.1]]), np.linspace(1, 30, 200))
    assert np.all(np.diff(read[0]) >= 0)


def test_one_node_is_a_flat_curve():
    read = curve.interpolate(np.array([10.0]), np.array([[4.0]]), np.array([1.0, 30.0]))
    assert read.tolist() == [[4.0, 4.0]]


def test_unchanged_flat_curve_earns_its_yield_at_every_maturity():
    returns = curve.par_returns(flat(4.0), np.array([2.0, 10.0]), np.full(4, 1 / 12))
    np.testing.assert_allclose(returns[1:], 1.02 ** (1 / 6) - 1, rtol=1e-12)
    assert np.isnan(returns[0]).all()


def test_roll_down_reads_the_new_curve_at_the_shorter_maturity():
    # A straight line between two nodes: PCHIP is that line, so the yield there is known.
    steep = pd.DataFrame({1.0: [1.0, 1.0], 11.0: [2.0, 2.0]}, index=MONTHS[:2])
    aged = 1.0 + (10 - 1 / 12 - 1) / 10
    expected = bonds.par_bond_return(0.019, aged / 100, 10, 1 / 12)
    got = curve.par_returns(steep, np.array([10.0]), np.full(2, 1 / 12))[1, 0]
    assert got == pytest.approx(float(expected), rel=1e-12)


def test_a_node_that_appears_makes_no_return():
    # On the second day a 30-year is published at a yield far from the flat extension of the
    # 20-year. Only what stands on both days may be compared: nothing moved, so yield is earned.
    rates = flat(4.0, nodes=(10.0, 20.0, 30.0))
    rates[30.0] = [np.nan, 9.0, 9.0, np.nan]
    returns = curve.par_returns(rates, np.array([25.0]), np.full(4, 1 / 12))
    np.testing.assert_allclose(returns[[1, 3]], 1.02 ** (1 / 6) - 1, rtol=1e-12)


def test_ladder_rungs_as_in_semantics():
    assert CATALOGUE["SHY"].ladder.maturities == (1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3)
    assert CATALOGUE["IEF"].ladder.maturities == (7, 7.5, 8, 8.5, 9, 9.5, 10)
    assert CATALOGUE["TLT"].ladder.maturities == tuple(range(20, 31))


def test_fund_is_the_equal_ladder_less_its_fee():
    fund = Instrument("X", "made", expense=0.0015, ladder=Ladder(7, 10, 3))
    rates = flat(4.0)
    rates.iloc[1] = 4.2
    level = curve.fund_level(rates, fund, 12)
    both = bonds.par_bond_return(0.04, 0.042, np.array([7.0, 10.0]), 1 / 12)
    assert level.iloc[0] == 100
    assert level.iloc[1] == pytest.approx(100 * (1 + both.mean()) * 0.9985 ** (1 / 12), rel=1e-12)


def test_rows_without_yields_carry_the_level_and_the_next_return_spans_them():
    index = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"])
    rates = flat(4.0, index=index)
    rates.iloc[1:3] = np.nan
    level = curve.fund_level(rates, Instrument("X", "", ladder=Ladder(7, 10, 0.5)), 252)
    assert level.iloc[1] == level.iloc[2] == 100
    assert level.iloc[3] == pytest.approx(100 * 1.02 ** (2 * 5 / 365.25), rel=1e-12)


def test_long_bond_needs_a_published_long_yield():
    rates = flat(4.0, nodes=(1.0, 5.0, 10.0, 20.0))
    rates.loc[MONTHS[:2], 20.0] = np.nan
    level = curve.fund_level(rates, CATALOGUE["TLT"], 12)
    assert level.isna().tolist() == [True, True, False, False]
    with pytest.raises(DataError, match="TLT cannot be built: no row has yields between 20 and 30"):
        curve.fund_level(rates.drop(columns=[20.0]), CATALOGUE["TLT"], 12)


def test_bundled_breaks_make_no_false_long_bond_return():
    # The 20-year vanishes in 1987-01 and returns in 1993-10; the 30-year is missing from
    # 2002-02 to 2006-01. Across each break the ladder must follow what is published on both
    # sides: its return stays within reach of duration times the 10-year's move.
    frame = table()
    sessions = frame.index.to_timestamp(how="end").normalize()
    rates = frame.set_axis(sessions)[list(CURVE)].rename(columns=CURVE)
    long_bond = curve.fund_level(rates, CATALOGUE["TLT"], 12).pct_change(fill_method=None)
    for month in ("1987-01", "1993-10", "2002-02", "2006-02"):
        moved = rates[10.0].diff()[month].iloc[0] / 100
        assert long_bond[month].iloc[0] == pytest.approx(-11 * moved + 0.005, abs=0.022), month


def test_a_gap_of_a_year_is_one_return_over_a_year():
    index = pd.DatetimeIndex(["2020-01-02", "2021-01-04"])
    yields = pd.DataFrame({10.0: [4.0, 4.0]}, index=index)
    got = par_returns(yields, np.array([10.0]), year_fractions(index, 252))[1, 0]
    assert got == pytest.approx(1.02 ** (2 * 368 / 365.25) - 1, rel=1e-12)


def test_yields_a_little_below_zero_and_maturities_beyond_the_last_node():
    yields = pd.DataFrame({1.0: [-0.05, -0.04], 10.0: [0.3, 0.3]}, index=DAYS[:2])
    got = par_returns(yields, np.array([0.5, 1.0, 30.0]), year_fractions(DAYS[:2], 252))[1]
    assert np.isfinite(got).all()
    assert abs(got).max() < 0.01


def test_dates_out_of_order_are_refused():
    yields = pd.DataFrame({10.0: [4.0, 4.0]}, index=DAYS[[1, 0]])
    with pytest.raises(DataError, match="must ascend"):
        par_returns(yields, np.array([10.0]), np.zeros(2))


@pytest.mark.parametrize(("end", "rate"), [(5.0, -0.0817572), (3.0, 0.0817572)])
def test_a_rise_of_yields_costs_duration_times_the_rise(end, rate):
    # Flat at 4 %: a ten-year par bond has a modified duration of (1 - 1.02^-20) / 0.04 = 8.17572
    # years, so a point more costs 8.17572 % by the rate alone and a point less earns as much.
    yields = pd.DataFrame({1.0: [4.0, end], 30.0: [4.0, end]}, index=DAYS[:2])
    dt = year_fractions(DAYS[:2], 252)
    split = par_return_parts(yields, np.array([10.0]), dt)
    parts = {name: part[1, 0] for name, part in split.items()}
    assert parts["rate"] == pytest.approx(rate, rel=1e-6)
    assert parts["roll_down"] == pytest.approx(0.0, abs=1e-15)
    # A day of 4 %, compounded twice a year.
    assert parts["carry"] == pytest.approx(1.02 ** (2 / 365.25) - 1, rel=1e-9)
    # Either way the bond does a little better than that: half of C (0.01)^2, C about 80.
    assert 0.003 < parts["convexity"] < 0.005


def test_an_unchanged_slope_is_rolled_down_and_nothing_else():
    # From 2 % at one year to 6 % at 21: 0.2 points a year, so 4 % at eleven years. In a month the
    # bond's yield falls by 0.2 / 12 points, which times its duration of (1 - 1.02^-22) / 0.04 =
    # 8.82902 years is 0.147150 %.
    yields = pd.DataFrame({1.0: [2.0, 2.0], 21.0: [6.0, 6.0]}, index=DAYS[:2])
    split = par_return_parts(yields, np.array([11.0]), np.array([0.0, 1 / 12]))
    parts = {name: part[1, 0] for name, part in split.items()}
    assert parts["roll_down"] == pytest.approx(0.00147150, rel=0.01)
    assert parts["carry"] == pytest.approx(1.02 ** (2 / 12) - 1, rel=1e-9)
    assert parts["rate"] == parts["convexity"] == pytest.approx(0.0, abs=1e-15)
