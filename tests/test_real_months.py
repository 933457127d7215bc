"""Samples of real months: their states, their blocks, and every figure against the plain one."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.analysis.blocks import draw_blocks
from docs import real_months
from docs.real_months import (
    FIGURES,
    Months,
    drawn_from,
    figures,
    history,
    resampled,
    tail_means,
    truth_of,
    world,
)


def by_hand(equity: list[float], hedge: list[float], cash: float = 0.0, state: int = 0) -> Months:
    rows = len(equity)
    labels = np.full(rows, state, dtype=np.int8)
    return Months(np.array(equity), np.array(hedge), np.full(rows, cash), labels)


def test_every_figure_by_hand():
    months = by_hand([-0.10, 0.02, -0.05, 0.01], [0.03, 0.01, -0.01, 0.02], cash=0.01, state=-1)
    expected = {
        "payoff": 0.02,
        "payoff after negative": 0.02,
        # -6 % + 1.2 % with Treasuries, + 0.4 % with bills, and -10 % of equity alone.
        "CVaR saved": 0.008,
        "CVaR saved from equity": 0.052,
        "CVaR saved from equity by bills": 0.044,
        "CVaR of three months saved": (
            min(0.952 * 1.016 * 0.966, 1.016 * 0.966 * 1.014)
            - min(0.944 * 1.016 * 0.974, 1.016 * 0.974 * 1.010)
        ),
        "growth over bills": (0.952 * 1.016 * 0.966 * 1.014) ** 3
        - (0.944 * 1.016 * 0.974 * 1.010) ** 3,
        "growth given up": (0.90 * 1.02 * 0.95 * 1.01) ** 3 - (0.952 * 1.016 * 0.966 * 1.014) ** 3,
        "growth given up by bills": (0.90 * 1.02 * 0.95 * 1.01) ** 3
        - (0.944 * 1.016 * 0.974 * 1.010) ** 3,
        # -10, 2, -5, 1 % have a mean of -3 % and squares of 94 about it; with Treasuries -4.8, 1.6,
        # -3.4, 1.4 (mean -1.3, 32.36); with bills 60 % of equity's spread.
        "volatility over equity": 0.01 * np.sqrt(12 / 3) * (np.sqrt(32.36) - np.sqrt(94)),
        "volatility over bills": 0.01 * np.sqrt(12 / 3) * (np.sqrt(32.36) - 0.6 * np.sqrt(94)),
        "volatility over equity by bills": -0.01 * np.sqrt(12 / 3) * 0.4 * np.sqrt(94),
        "Sharpe ratio over equity": np.sqrt(12 * 3) * (-2.3 / np.sqrt(32.36) + 4 / np.sqrt(94)),
        "down-month ratio": 0.02 / -0.15,
        "down-month ratio less that of bills": 0.0,
        "down-month mean": 0.01,
        "down-month mean less that of bills": 0.0,
        "worst-decile mean": 0.03,
        "worst-decile mean less that of bills": 0.02,
        "worst-decile hits": 1.0,
        "worst-decile hits less those of bills": 0.0,
    }
    answers = figures(months)
    assert {name: answers[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    assert np.isnan([answers["payoff after positive"], answers["payoff difference"]]).all()


def test_every_resample_has_the_figures_of_its_months():
    sample = drawn_from(world("IEF", "1962-2025"), 250, 24, [1])
    assert min(inside.sum() for inside in sample.sets) >= 60
    drawn = resampled(sample, 30, 5, deciding=False)
    assert set(drawn) == {name for names in FIGURES.values() for name in names}
    rows = draw_blocks(len(sample), sample.block(), 30, 5).rows(30)
    plain = [figures(sample.at(months)) for months in rows]
    for name, values in drawn.items():
        theirs = np.array([answers[name] for answers in plain])
        has = np.isfinite(values)
        assert has.mean() > 0.9, name
        np.testing.assert_allclose(values[has], theirs[has], rtol=0, atol=1e-12, err_msg=name)
    few = resampled(sample, 30, 5, deciding=True)
    assert set(few) < set(drawn)
    for name, values in few.items():
        np.testing.assert_array_equal(values, drawn[name])


def test_a_state_of_fewer_than_60_months_is_not_measured():
    months = world("IEF", "2000-2021")
    assert [inside.sum() for inside in months.sets] == [264, 254, 10]
    assert "payoff after positive" not in resampled(months, 5, 1, deciding=True)
    assert np.isnan(truth_of(months, 12)["payoff after positive"])
    assert np.isfinite(truth_of(months, 12)["payoff after negative"])


def test_states_are_those_of_the_36_months_before():
    index, months = history("IEF")
    assert (str(index[0]), str(index[-1]), len(index)) == ("1962-02", "2025-12", 767)
    assert (months.labels[:36] == 0).all()
    for row in (36, 300, 464, 600, 766):
        before = slice(row - 36, row)
        correlation = np.corrcoef(months.equity[before], months.hedge[before])[0, 1]
        assert months.labels[row] == (-1 if correlation < 0 else 1)
    # A stretch keeps what was known before it began.
    assert (world("IEF", "2000-2021").labels != 0).all()
    # The bond is the ten-year ladder, whatever the fund.
    _, of_tlt = history("TLT")
    np.testing.assert_array_equal(of_tlt.labels, months.labels[-len(of_tlt) :])


def test_samples_come_in_blocks_in_a_circle_and_every_month_alike():
    count = np.arange(50.0)
    months = Months(count, count, count, np.zeros(50, dtype=np.int8))
    long = drawn_from(months, 100_000, 10, [3]).equity
    follows = np.diff(long) % 50 == 1
    assert follows.mean() == pytest.approx(0.9 + 0.1 / 50, abs=0.005)
    drawn = np.bincount(long.astype(int), minlength=50)
    assert drawn.min() > 0.8 * drawn.mean()
    first, again, other = (drawn_from(months, 500, 10, [seed]).equity for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_three_months_in_a_row_belong_to_the_blocks_too(monkeypatch):
    # +1, +1 and -2 % in turn: in one long block every three months are the same, drawn one by one
    # the worst are three falls in a row, a 27th of all and so in the worst 5 % with few others.
    monkeypatch.setattr(real_months, "LONG_CHAIN", 60_000)
    months = by_hand([0.01, 0.01, -0.02] * 40, [0.0] * 120)
    swapped = by_hand([0.0] * 120, [0.01, 0.01, -0.02] * 40)
    for mix, share in ((months, 0.6), (swapped, 0.4)):
        assert mix.portfolio[2] == pytest.approx(-0.02 * share)
    name = "CVaR of three months saved"
    in_order, one_by_one = (truth_of(swapped, block)[name] for block in (1_000_000, 1))
    assert in_order == pytest.approx(1.004**2 * 0.992 - 1, abs=1e-6)
    worst, second = 0.992**3 - 1, 0.992**2 * 1.004 - 1
    share = 1 / 27 / 0.05
    assert one_by_one == pytest.approx(share * worst + (1 - share) * second, abs=3e-4)


def test_a_tail_counts_each_month_as_often_as_it_was_drawn():
    ranked = np.array([3.0, 1.0, 2.0, 0.0, 5.0, 4.0, 6.0, 7.0, 8.0, 9.0])
    values = 10.0 * ranked[:, None]
    counts = np.zeros((3, 10), dtype=np.int64)
    counts[0] = 1  # the worst two are 0 and 1
    counts[1, [3, 1]] = [1, 9]  # 0 and one of the nine 1s
    counts[2, 9] = 10  # only the best: beyond the months that are looked at first
    np.testing.assert_allclose(tail_means(counts, ranked, 2, values)[:, 0], [5.0, 5.0, 90.0])
