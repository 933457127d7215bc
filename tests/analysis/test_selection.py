"""Sharpe ratios of the best of many: published values, limits and hand calculations."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.analysis import metrics, selection
from backtests.analysis.selection import ChosenSharpe

# Ground truth for the deflated Sharpe ratio (Bailey and Lopez de Prado 2014, their example):
# a Sharpe ratio of 2.5 a year of 250 days, over five years; the trials' has a variance of 1/2.
DAYS = 250
EXAMPLE = {"sharpe": 2.5 / math.sqrt(DAYS), "rows": 1250, "variance": 0.5 / DAYS}


@pytest.mark.parametrize(
    ("trials", "expected"),
    [(10, 1.5746), (46, 2.2442), (88, 2.4853), (100, 2.5306), (1000, 3.2551)],
)
def test_expected_maximum_of_the_literature(trials, expected):
    assert selection.expected_maximum(trials) == pytest.approx(expected, abs=5e-5)


def test_expected_maximum_of_one_is_zero_and_of_none_an_error():
    assert selection.expected_maximum(1) == 0.0
    assert selection.expected_maximum(1.2) == 0.0
    with pytest.raises(ValueError, match="at least 1"):
        selection.expected_maximum(0)


def test_expected_maximum_keeps_its_digits_for_many_trials():
    # Independent: the median of the largest of n normals is the 2^(-1/n) quantile; Gumbel's mean
    # lies (gamma + log log 2) / b above it, b = sqrt(2 log n) to first order.
    from scipy.stats import norm

    n = 1e15
    median = float(norm.isf(-math.expm1(-math.log(2) / n)))
    above = (np.euler_gamma + math.log(math.log(2))) / math.sqrt(2 * math.log(n))
    assert selection.expected_maximum(n) == pytest.approx(median + above, rel=1e-3)


@given(st.floats(1, 1e9), st.floats(1, 100))
def test_more_trials_never_lower_the_bar(trials, factor):
    assert selection.expected_maximum(trials) <= selection.expected_maximum(trials * factor)


def test_expected_best_sharpe_of_the_literature():
    found = selection.expected_best_sharpe(100, EXAMPLE["variance"])
    assert found == pytest.approx(0.11317, abs=1e-5)


@pytest.mark.parametrize(
    ("trials", "skew", "kurtosis", "expected"),
    [(100, -3.0, 10.0, 0.9004), (46, -3.0, 10.0, 0.9505), (88, 0.0, 3.0, 0.9505)],
)
def test_deflated_sharpe_of_the_literature(trials, skew, kurtosis, expected):
    found = selection.deflated_sharpe(**EXAMPLE, trials=trials, skew=skew, kurtosis=kurtosis)
    assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("skew", "kurtosis", "expected"), [(0.0, 3.0, 0.9817), (-2.448, 10.164, 0.9134)]
)
def test_probabilistic_sharpe_of_the_literature(skew, kurtosis, expected):
    found = selection.probabilistic_sharpe(0.458, 24, skew=skew, kurtosis=kurtosis)
    assert found == pytest.approx(expected, abs=1e-4)


def test_probabilistic_sharpe_at_its_benchmark_is_a_coin():
    assert selection.probabilistic_sharpe(0.1, 500, benchmark=0.1, skew=-1, kurtosis=6) == 0.5


def test_impossible_moments_have_no_probability():
    # 1 - 3 * 0.5 + (1 - 1) / 4 * 0.25 is negative.
    assert math.isnan(selection.probabilistic_sharpe(0.5, 60, skew=3.0, kurtosis=1.0))


@pytest.mark.parametrize(("ppy", "years"), [(252, 2.73), (52, 2.83), (12, 3.24)])
def test_minimum_track_record_of_the_literature(ppy, years):
    found = selection.minimum_track_record(2 / math.sqrt(ppy), benchmark=1 / math.sqrt(ppy))
    assert found / ppy == pytest.approx(years, abs=0.005)


@given(
    st.floats(0.02, 0.5), st.floats(-2, 0.5), st.floats(5.5, 12), st.floats(0.6, 0.99)
)  # fmt: skip
def test_minimum_track_record_inverts_the_probability(sharpe, skew, kurtosis, confidence):
    moments = {"benchmark": 0.01, "skew": skew, "kurtosis": kurtosis}
    rows = selection.minimum_track_record(sharpe, confidence=confidence, **moments)
    assert selection.probabilistic_sharpe(sharpe, rows, **moments) == pytest.approx(confidence)


def test_no_record_is_long_enough_for_a_sharpe_at_its_benchmark():
    assert selection.minimum_track_record(0.1, benchmark=0.1) == math.inf


def test_effective_trials_of_known_correlations():
    # Columns of a Hadamard matrix but the first are uncorrelated; copies and mirrors are one.
    hadamard = np.array([[1]])
    for _ in range(3):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    free = hadamard[:, 1:].astype(float)
    assert selection.effective_trials(free) == pytest.approx(7.0)
    assert selection.effective_trials(free[:, [0, 0, 0]] * [1.0, 2.0, -1.0]) == pytest.approx(1.0)
    # Two groups of two copies: eigenvalues 2, 2, 0, 0.
    assert selection.effective_trials(free[:, [0, 0, 1, 1]]) == pytest.approx(2.0)


@given(seed=st.integers(0, 1000), rows=st.integers(3, 30), columns=st.integers(1, 60))
def test_effective_trials_is_the_ratio_of_eigenvalues(seed, rows, columns):
    returns = np.random.default_rng(seed).normal(size=(rows, columns)) @ np.diag(
        np.arange(1.0, columns + 1)
    )
    eigenvalues = np.linalg.eigvalsh(np.atleast_2d(np.corrcoef(returns, rowvar=False)))
    expected = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert selection.effective_trials(returns) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("factors", [[1.0], [1.0, 2.0], [1.0, 3.0, 7.0, -2.0]])
def test_one_trial_or_its_copies_are_never_less_than_one(factors):
    # Rounding puts about half of these below 1, of which no maximum exists.
    for seed in range(40):
        returns = np.random.default_rng(seed).normal(size=(360, 1)) * factors
        effective = selection.effective_trials(returns)
        assert 1.0 <= effective < 1.0 + 1e-9
        assert selection.expected_maximum(effective) == 0.0


def test_constant_columns_are_no_trials():
    returns = np.random.default_rng(0).normal(size=(50, 3))
    with_default = np.column_stack([returns, np.zeros(50), np.full(50, 0.01)])
    assert selection.effective_trials(with_default) == pytest.approx(
        selection.effective_trials(returns)
    )
    assert math.isnan(selection.effective_trials(np.full((50, 2), 0.01)))


def test_chosen_against_default_step_by_step():
    rng = np.random.default_rng(5)
    excess = np.column_stack([np.zeros(240), rng.normal(0.001, 0.01, (240, 6))])
    chosen = selection.chosen_against_default(excess, 3, trials=1000, ppy=12)

    column = excess[:, 3]
    ratios = [np.mean(trial) / np.std(trial, ddof=1) for trial in excess.T[1:]]
    moments = {
        "skew": metrics.skewness(column),
        "kurtosis": metrics.excess_kurtosis(column) + 3.0,
    }
    sharpe, variance = ratios[2], np.var(ratios, ddof=1)
    effective = selection.effective_trials(excess[:, 1:])
    assert chosen.sharpe == pytest.approx(sharpe)
    assert chosen.sharpe_annual == pytest.approx(metrics.sharpe(column, np.zeros(240), 12))
    assert chosen.psr == pytest.approx(selection.probabilistic_sharpe(sharpe, 240, **moments))
    assert chosen.effective_trials == pytest.approx(effective)
    for trials, best, dsr in (
        (1000, chosen.best_by_luck, chosen.dsr),
        (effective, chosen.best_by_luck_effective, chosen.dsr_effective),
    ):
        assert best == pytest.approx(math.sqrt(variance) * selection.expected_maximum(trials))
        assert dsr == pytest.approx(
            selection.deflated_sharpe(sharpe, 240, trials=trials, variance=variance, **moments)
        )
    assert chosen.dsr < chosen.dsr_effective < chosen.psr


def test_luck_is_the_spread_of_the_trials_at_equal_volatility_by_hand():
    # Four rows; ratios of a column that is m +- s are m / (s root(4 / 3)): here 0, 1/2, 1 as held
    # and 0, 1/10, 1/5 at equal volatility, times root(3) / 2.
    signs = np.array([1.0, -1.0, 1.0, -1.0])[:, None]
    held, level = (0.01 * (signs + np.array(ratios)) for ratios in ((0, 0.5, 1), (0, 0.1, 0.2)))
    chosen = selection.chosen_against_default(
        held, 1, trials=100, ppy=12, at_equal_volatility=level
    )
    unit, multiple = math.sqrt(3) / 2, 2.5306  # of 100 trials, from the literature above
    assert chosen.sharpe == pytest.approx(0.5 * unit)
    assert chosen.best_by_luck == pytest.approx(0.1 * unit * multiple, rel=1e-4)
    assert chosen.best_by_luck_as_held == pytest.approx(0.5 * unit * multiple, rel=1e-4)
    kurtosis = metrics.excess_kurtosis(held[:, 1]) + 3.0
    for best, dsr in (
        (chosen.best_by_luck, chosen.dsr), (chosen.best_by_luck_as_held, chosen.dsr_as_held)
    ):  # fmt: skip
        expected = selection.probabilistic_sharpe(0.5 * unit, 4, benchmark=best, kurtosis=kurtosis)
        assert dsr == pytest.approx(expected)
    assert chosen.dsr_as_held < 0.5 < chosen.dsr
    assert chosen.effective_trials == pytest.approx(1.0)  # columns alike but for their means


def test_trials_that_are_all_the_default_at_equal_volatility_are_one():
    excess = np.random.default_rng(1).normal(0.001, 0.01, (120, 3))
    chosen = selection.chosen_against_default(
        excess, 0, trials=3, ppy=12, at_equal_volatility=np.zeros((120, 3))
    )
    assert chosen.effective_trials == 1.0
    assert chosen.dsr_effective == chosen.psr
    assert math.isnan(chosen.dsr)


def test_a_single_trial_is_not_deflated():
    excess = np.random.default_rng(1).normal(0.001, 0.01, (120, 1))
    found = selection.chosen_against_default(excess, 0, trials=1, ppy=12)
    assert found.dsr == found.dsr_effective == found.psr
    assert found.best_by_luck == 0.0


def test_choosing_the_default_says_nothing():
    excess = np.column_stack([np.zeros(60), np.random.default_rng(1).normal(size=(60, 3))])
    found = selection.chosen_against_default(excess, 0, trials=4, ppy=12)
    assert math.isnan(found.sharpe)
    assert math.isnan(found.dsr)


def test_the_best_of_many_without_skill_is_deflated():
    # The best of 100 by luck: near certain on its own, near a coin's throw once deflated.
    excess = np.random.default_rng(2).normal(size=(600, 100))
    best = int(np.argmax(excess.mean(axis=0) / excess.std(axis=0)))
    found = selection.chosen_against_default(excess, best, trials=100, ppy=12)
    assert found.psr > 0.98
    assert 0.2 < found.dsr < 0.8


def test_fewer_trials_than_columns_is_an_error():
    with pytest.raises(ValueError, match="trials is 2, but 3"):
        selection.chosen_against_default(
            np.random.default_rng(0).normal(size=(60, 3)), 0, trials=2, ppy=12
        )


@given(count=st.integers(1, 5000), most=st.integers(2, 600))
def test_evenly_spaced_positions(count, most):
    positions = selection.evenly_spaced(count, most)
    assert len(positions) == min(count, most)
    assert (positions[0], positions[-1]) == (0, count - 1)
    steps = np.diff(positions)
    assert len(steps) == 0 or (steps.min() >= 1 and steps.max() - steps.min() <= 1)


def test_how_many_tries_are_as_good_by_luck_is_their_number_times_the_chance_of_one():
    """By hand, of normal returns: 61 rows, a Sharpe ratio of 0.2 a row.

    PSR = Phi(0.2 root(60) / root(1 + 0.2^2 / 2)) = Phi(1.53393) = 0.93748, so that a try without
    skill shows as much with a chance of 0.06252: 14.69 of 235, however alike they are. Judged by
    their spread of 0.02 alone it would be none (235 Phi(-10) < 1e-20).
    """
    psr = selection.probabilistic_sharpe(0.2, 61)
    assert psr == pytest.approx(0.93748, abs=1e-5)
    alike = selection.as_good_by_luck(0.2, psr, trials=235, variance=0.02**2)
    assert alike == pytest.approx(14.693, abs=1e-3)
    assert selection.as_good_by_luck(0.2, psr, trials=1, variance=math.nan) == 1 - psr
    # Tries farther apart than the error of one: 1 - Phi(0.2 / 0.2) = 0.158655 of them.
    apart = selection.as_good_by_luck(0.2, psr, trials=1000, variance=0.2**2)
    assert apart == pytest.approx(158.655, abs=1e-3)


def test_half_of_all_tries_without_skill_are_ahead():
    assert selection.as_good_by_luck(0.0, 0.5, trials=1000, variance=0.01) == 500.0
    # One that trails is no luck: most of them do better.
    assert selection.as_good_by_luck(-0.2, 0.06, trials=100, variance=0.01) == pytest.approx(97.725)


def test_luck_without_moments_has_no_measure():
    assert math.isnan(selection.as_good_by_luck(0.1, math.nan, trials=10, variance=0.01))
    assert math.isnan(selection.as_good_by_luck(0.1, math.nan, trials=10, variance=math.nan))


def without_skill(seed: int, noise: float, *, rows: int = 600, tries: int = 20) -> ChosenSharpe:
    """The best of a search without skill: one bet that all tries share, and noise of their own."""
    draw = np.random.default_rng(seed)
    excess = draw.normal(0.0, 0.01, (rows, 1)) + draw.normal(0.0, noise, (rows, tries))
    best = int(np.argmax(excess.mean(axis=0) / excess.std(axis=0, ddof=1)))
    return selection.chosen_against_default(excess, best, trials=tries, ppy=12)


@pytest.mark.parametrize("noise", [0.02, 0.005, 0.002])
def test_luck_is_rare_as_often_as_it_says_and_never_against_the_deflated_ratio(noise):
    """Boole: what is expected once in a hundred searches comes at most so often, however alike.

    Of 400 searches 4 at most are expected, and more than 10 have a chance below 0.3 % (binomial).
    By the spread of the trials alone it was 14, 105 and 169 of 400.
    """
    found = [without_skill(seed, noise) for seed in range(400)]
    assert sum(each.as_good_by_luck < 0.01 for each in found) <= 10
    for each in found:
        if each.as_good_by_luck < 0.5:  # fewer than one is told
            assert each.dsr > 0.5
        if each.as_good_by_luck < 0.01:
            assert each.dsr > 0.85


def test_the_expected_number_is_right_however_alike_the_tries_are():
    """Counted: the tries of 4,000 fresh searches that reach a bar, on average."""
    for noise in (0.02, 0.002):
        draw = np.random.default_rng(3)
        rows, tries, bar = 100, 8, 0.12
        counts = []
        for _ in range(4000):
            excess = draw.normal(0.0, 0.01, (rows, 1)) + draw.normal(0.0, noise, (rows, tries))
            counts.append(np.sum(excess.mean(axis=0) / excess.std(axis=0, ddof=1) >= bar))
        psr = selection.probabilistic_sharpe(bar, rows)
        expected = selection.as_good_by_luck(bar, psr, trials=tries, variance=math.nan)
        error = np.std(counts, ddof=1) / math.sqrt(len(counts))
        assert abs(np.mean(counts) - expected) < 4.0 * error + 0.02 * expected


def test_a_search_counts_all_trials_ever_made():
    excess = np.random.default_rng(11).normal(0.0, 0.01, (240, 40))
    few, many = (
        selection.chosen_against_default(excess, 3, trials=count, ppy=12) for count in (50, 500)
    )
    assert many.as_good_by_luck == pytest.approx(10.0 * few.as_good_by_luck, rel=1e-12)


def test_tries_that_lie_far_apart_are_luck_by_their_spread_at_equal_volatility():
    """The spread that deflates: read off the trials at the default's volatility."""
    draw = np.random.default_rng(11)
    excess = draw.normal(0.0, 0.01, (240, 40)) + 0.001
    level = excess + np.linspace(-0.01, 0.01, 40)
    chosen = selection.chosen_against_default(
        excess, 3, trials=500, ppy=12, at_equal_volatility=level
    )
    ratios = excess.mean(axis=0) / excess.std(axis=0, ddof=1)
    spread = (level.mean(axis=0) / level.std(axis=0, ddof=1)).std(ddof=1)
    expected = 500 * NormalDist().cdf(-ratios[3] / spread)
    assert chosen.as_good_by_luck == pytest.approx(expected, rel=1e-9)
    assert expected > 500 * (1.0 - chosen.psr)
