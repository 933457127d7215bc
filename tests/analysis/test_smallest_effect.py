"""The smallest effect: against its formula, against each step worked out anew, and at its edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from backtests.analysis import smallest_effect
from backtests.analysis.blocks import draw_blocks
from backtests.analysis.evidence import SAME_AS_BILLS, word_of
from backtests.analysis.payoff import payoff, resampled_payoffs
from backtests.analysis.resampling import Estimate, interval
from backtests.analysis.smallest_effect import smallest_effects


def months(seed: int, count: int, deviation: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(0.005, 0.04, count), rng.normal(0.0, deviation, count)


@pytest.mark.parametrize(("level", "z"), [(0.90, 1.645), (0.98, 2.326)])
def test_of_independent_months_it_is_that_of_a_mean(level, z):
    # z of the interval's end and z of a power of 80 %, times the standard error of the mean of 60
    # months; a tenth more, since resamples do not draw just those months that hold the effect.
    answers, by_hand = [], []
    for seed in range(4):
        equity, excess = months(seed, 600, 0.03)
        worst = excess[np.argsort(equity)[:60]]
        by_hand.append((z + norm.ppf(0.80)) * worst.std(ddof=1) / np.sqrt(60))
        answers += smallest_effects(equity, excess, [np.ones(600, bool)], 1, [level])
    assert 1.0 < np.mean(answers) / np.mean(by_hand) < 1.2


def in_full(equity, excess, inside, block, level, seed, step) -> float:
    """Share of outer resamples that read *works* at one step: every payoff worked out anew."""
    own = np.flatnonzero(inside)
    worst = own[np.argsort(equity[own], kind="stable")[: -(-len(own) // 10)]]
    moved = excess.copy()
    moved[worst] += step * smallest_effect.STEP - payoff(equity[inside], excess[inside])
    assert payoff(equity[inside], moved[inside]) == pytest.approx(step * smallest_effect.STEP)
    outer = draw_blocks(len(equity), block, smallest_effect.OUTER, seed).rows(smallest_effect.OUTER)
    inner = draw_blocks(len(equity), block, smallest_effect.INNER, seed + 1)
    words = []
    for rows in outer:
        limits = None
        if inside[rows].sum() >= 60:
            (drawn,) = resampled_payoffs(inner, equity[rows], [moved[rows]], [inside[rows]])
            limits = interval(drawn, level)
        words.append(word_of(Estimate.of(0.0, limits)))
    return float(np.mean([word == "works" for word in words]))


def test_each_step_in_full_gives_the_same(monkeypatch):
    monkeypatch.setattr(smallest_effect, "OUTER", 25)
    monkeypatch.setattr(smallest_effect, "INNER", 60)
    equity, excess = months(7, 150, 0.02)
    equity[:40] = np.round(equity[:40], 2)  # months in which equity lost the same
    part = np.arange(150) < 84
    sets, levels = [np.ones(150, bool), part], [0.90, 0.94]
    assert 0 < sum(part[rows].sum() < 60 for rows in draw_blocks(150, 3, 25, 3).rows(25)) < 5
    for answer, inside, level in zip(
        smallest_effects(equity, excess, sets, 3, levels, seed=3), sets, levels, strict=True
    ):
        assert answer is not None
        step = round(answer / smallest_effect.STEP)
        assert in_full(equity, excess, inside, 3, level, 3, step) >= 0.80
        assert in_full(equity, excess, inside, 3, level, 3, step - 1) < 0.80


def test_half_a_percent_is_the_least_that_works():
    # Told from 0 by a hair's breadth, yet within half a percent it reads *same as bills*.
    equity, excess = months(5, 240, 0.0004)
    (answer,) = smallest_effects(equity, excess, [np.ones(240, bool)], 1, [0.90])
    assert SAME_AS_BILLS <= answer <= SAME_AS_BILLS + 0.001


def test_none_without_an_interval_and_where_no_effect_would_do():
    equity, excess = months(6, 100, 0.02)
    every = np.ones(100, bool)
    assert smallest_effects(equity, excess, [every, np.arange(100) < 59], 1, [None, 0.9]) == (
        None, None
    )  # fmt: skip
    assert smallest_effects(equity, 20.0 * excess, [every], 1, [0.98]) == (None,)


def test_it_is_kept_by_data():
    equity, excess = months(8, 120, 0.02)
    every = [np.ones(120, bool)]
    first = smallest_effects(equity, excess, every, 2, [0.90])
    before = smallest_effect._by_data.cache_info()
    assert smallest_effects(equity.copy(), list(excess), every, 2, [0.90]) == first
    assert smallest_effect._by_data.cache_info().hits == before.hits + 1
    smallest_effects(equity, 2.0 * excess, every, 2, [0.90])
    assert smallest_effect._by_data.cache_info().misses == before.misses + 1


def test_another_set_moves_other_months():
    equity, excess = months(9, 400, 0.02)
    noisy = np.arange(400) < 200
    excess[noisy] *= 3.0
    loud, quiet = smallest_effects(equity, excess, [noisy, ~noisy], 1, [0.90, 0.90])
    assert loud > 1.8 * quiet
