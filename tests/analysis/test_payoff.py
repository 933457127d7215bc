"""Payoffs in equity's worst months: by hand, and of every resample alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtests.analysis.blocks import Blocks, draw_blocks
from backtests.analysis.payoff import (
    CHUNK,
    FEWEST_DRAWN,
    payoff,
    resampled_payoffs,
    without_rounding,
)


@pytest.mark.parametrize(("months", "worst"), [(1, 1), (10, 1), (11, 2), (60, 6), (61, 7)])
def test_the_worst_tenth_is_rounded_up(months, worst):
    """Equity falls by less each month, the hedge earns 1, 2, 3 ... in them."""
    equity = np.linspace(-0.5, 0.5, months)
    excess = np.arange(1.0, months + 1)
    assert payoff(equity, excess) == pytest.approx((1.0 + worst) / 2.0)


def test_payoff_by_hand():
    equity = np.array([0.02, -0.08, 0.01, 0.03, -0.01, 0.0, 0.05, -0.02, 0.01, 0.02, -0.09])
    excess = np.array([0.5, 0.01, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -0.03])
    # Two of eleven months: -9 and -8 %.
    assert payoff(equity, excess) == pytest.approx((0.01 - 0.03) / 2.0)
    assert payoff(equity[:10], excess[:10]) == pytest.approx(0.01)
    assert math.isnan(payoff(equity[:0], excess[:0]))


def test_of_equal_months_the_earlier_is_the_worse():
    equity = np.array([0.01, -0.05, -0.05, -0.05] + [0.02] * 8)
    excess = np.array([0.5, 0.01, 0.02, 0.04] + [0.5] * 8)
    assert payoff(equity, excess) == pytest.approx((0.01 + 0.02) / 2.0)


def test_rounding_neither_tells_months_apart_nor_earns_anything():
    """Levels of 10,000 that grow by the same, and a sleeve that is bills by another path."""
    random = np.random.default_rng(3)
    grown = np.tile([0.95, 1.01], 30)
    cash = 1.0 + random.uniform(0.0, 0.01, 60)
    equity, sleeve = (
        np.diff(level) / level[:-1]
        for level in (10_000.0 * np.cumprod(np.r_[1.0, grown]), 3.7 * np.cumprod(np.r_[1.0, cash]))
    )
    assert len(np.unique(equity)) > 2
    assert (sleeve != cash - 1.0).any()
    settled, excess = without_rounding(equity, sleeve, cash - 1.0)
    assert sorted(set(settled)) == [-0.05, 0.01]
    assert (excess == 0.0).all()
    # What is more than rounding stays: a basis point, to the last bit.
    _, more = without_rounding(equity, sleeve + 0.0001, sleeve)
    np.testing.assert_array_equal(more, sleeve + 0.0001 - sleeve)


def world(months: int, *, ties: bool) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Equity, the hedge less bills, and sets: all, some, few, and none."""
    random = np.random.default_rng(3)
    equity, excess = random.normal(0.005, 0.04, (2, months))
    if ties:
        equity = equity.round(2)  # a dozen different returns in all
    part = random.random(months) < 0.55
    few = np.arange(months) < FEWEST_DRAWN + 4
    return equity, excess, [np.ones(months, bool), part, few, np.zeros(months, bool)]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("months", "block"), [(60, 4), (97, 200), (260, 1)])
def test_every_resample_has_the_payoff_of_its_months(months, block, ties):
    equity, excess, sets = world(months, ties=ties)
    own = [excess, excess + 0.01, -excess, excess]
    repetitions = CHUNK + 60  # the last chunk is not full
    blocks = draw_blocks(months, block, repetitions, 11)
    answers = resampled_payoffs(blocks, equity, own, sets)
    assert answers.shape == (4, repetitions)
    for number, rows in enumerate(blocks.rows(repetitions)):
        # Of equal months the earlier one is the worse, wherever the resample put it.
        rows = np.sort(rows)
        for answer, earned, inside in zip(answers[:, number], own, sets, strict=True):
            drawn = rows[inside[rows]]
            expected = math.nan
            if len(drawn) >= FEWEST_DRAWN:
                expected = payoff(equity[drawn], earned[drawn])
            assert answer == pytest.approx(expected, abs=1e-15, nan_ok=True)
    assert np.isfinite(answers[0]).all()
    assert 0 < np.isfinite(answers[2]).sum() < repetitions
    assert np.isnan(answers[3]).all()


def test_one_resample_by_hand():
    """Twelve months; the worst was drawn once, the second worst three times, in four blocks."""
    equity = np.array([-0.01, -0.09, 0.01, -0.07, 0.02, 0.02, 0.03, 0.02, 0.01, 0.02, 0.03, 0.01])
    excess = np.array([0.9, 0.03, 0.9, 0.01, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])
    many = 3  # the resample three times over has 36 months, of which four are the worst
    blocks = Blocks(
        months=12 * many, repetitions=1, mean=4,
        starts=np.array([1, 3, 3, 4]), lengths=np.array([3, 1, 1, 31]), bounds=np.array([0, 4]),
    )  # fmt: skip
    equity = np.r_[equity, np.full(24, 0.5)]
    excess = np.r_[excess, np.full(24, 0.9)]
    # -9 % once, -7 % three times: the worst four of 36 months.
    [[answer]] = resampled_payoffs(blocks, equity, [excess], [np.ones(36, bool)])
    assert answer == pytest.approx((0.03 + 3 * 0.01) / 4.0)


@pytest.mark.parametrize(("inside", "has_payoff"), [(29, False), (30, True)])
def test_a_resample_needs_thirty_months_of_a_set(inside, has_payoff):
    """The one resample draws the sample itself, in its order."""
    blocks = Blocks(60, 1, 60, np.array([0]), np.array([60]), np.array([0, 1]))
    equity = np.linspace(-0.1, 0.1, 60)
    [[answer]] = resampled_payoffs(blocks, equity, [equity], [np.arange(60) < inside])
    assert np.isfinite(answer) == has_payoff


def test_a_constant_earned_more_every_month_is_earned_more_in_the_worst():
    equity, excess, sets = world(120, ties=False)
    blocks = draw_blocks(120, 6, 100, 2)
    usual = resampled_payoffs(blocks, equity, [excess] * 2, sets[:2])
    more = resampled_payoffs(blocks, equity, [excess + 0.004] * 2, sets[:2])
    np.testing.assert_allclose(more, usual + 0.004, rtol=0, atol=1e-15)
