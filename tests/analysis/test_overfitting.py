"""PBO: the paper's limits, a slow second derivation, and a check of its standard error."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from backtests.analysis.overfitting import probability_of_overfitting


def noise(seed: int, rows: int = 960, columns: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (rows, columns))


METRICS = {
    "mean": lambda returns: returns.mean(axis=0),
    "cagr": lambda returns: np.prod(1.0 + returns, axis=0) ** (12 / len(returns)) - 1.0,
    "sharpe": lambda returns: returns.mean(axis=0) / returns.std(axis=0, ddof=1),
}


def slow_logits(returns: np.ndarray, blocks: int, metric) -> list[float]:
    parts, logits = np.array_split(returns, blocks), []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[k] for k in chosen])
        outside = np.concatenate([parts[k] for k in range(blocks) if k not in chosen])
        rank = rankdata(metric(outside))[np.argmax(metric(inside))]
        share = rank / (returns.shape[1] + 1)
        logits.append(math.log(share / (1 - share)))
    return logits


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("rows", [120, 125])
def test_block_sums_agree_with_the_definition(metric, rows):
    # Deviations of 1 to 15 % a row: compound growth ranks other candidates first than the mean.
    # Trends make the means of the blocks differ by more than the deviation inside them.
    returns = np.maximum(noise(4, rows, 7) * np.linspace(1.0, 15.0, 7) + 0.01, -0.9)
    returns += np.linspace(-0.05, 0.05, rows)[:, None] * np.array([1, -1, 0.5, 0, 1, -0.5, 0])
    result = probability_of_overfitting(returns, blocks=6, metric=metric, draws=2)
    expected = slow_logits(returns, 6, METRICS[metric])
    np.testing.assert_allclose(result.logits, expected, rtol=1e-12)
    assert result.probability == np.mean(np.array(expected) <= 0.0)


@pytest.mark.parametrize("metric", METRICS)
def test_a_function_is_scored_as_its_name(metric):
    returns = noise(6, 122, 5)
    named = probability_of_overfitting(returns, blocks=6, metric=metric, draws=5)
    called = probability_of_overfitting(returns, blocks=6, metric=METRICS[metric], draws=5)
    assert named.logits.tolist() == called.logits.tolist()
    if metric != "cagr":  # its mean is one of log returns, so its draws without skill differ
        assert named.standard_error == pytest.approx(called.standard_error)
        assert named.by_chance == pytest.approx(called.by_chance)


@pytest.mark.parametrize("seed", range(3))
def test_demeaned_columns_are_always_overfitted(seed):
    # What a candidate gains in one half it must lose in the other.
    returns = noise(seed)
    found = probability_of_overfitting(returns - returns.mean(axis=0), blocks=8, metric="mean")
    assert found.probability == 1.0


@pytest.mark.parametrize("metric", METRICS)
def test_one_dominant_column_is_never_overfitted(metric):
    returns = noise(1)
    returns[:, 7] += 0.02
    found = probability_of_overfitting(returns, blocks=8, metric=metric)
    assert found.probability == 0.0
    assert found.standard_error == 0.0


def test_noise_is_a_coin_and_its_spread_is_known():
    # Ground truth: mean about .5, standard deviation .20 over seeds.
    results = [
        probability_of_overfitting(noise(seed), blocks=8, metric="mean", draws=50, seed=seed)
        for seed in range(40)
    ]
    chances = np.array([result.probability for result in results])
    assert chances.mean() == pytest.approx(0.5, abs=3 * 0.20 / math.sqrt(40))
    assert chances.std(ddof=1) == pytest.approx(0.20, abs=0.045)
    # The reported standard error is that same spread, from one history alone.
    assert np.mean([result.standard_error for result in results]) == pytest.approx(0.20, abs=0.03)
    inside = [r.by_chance[0] <= r.probability <= r.by_chance[1] for r in results]
    assert 0.8 <= np.mean(inside) <= 1.0


def test_luck_of_the_best_of_many_does_not_shrink_the_standard_error():
    results = [
        probability_of_overfitting(
            noise(seed, 240, 100), blocks=8, metric="mean", draws=20, seed=seed
        )
        for seed in range(120)
    ]
    spread = np.std([one.probability for one in results], ddof=1)
    assert np.mean([one.standard_error for one in results]) == pytest.approx(spread, rel=0.2)


def test_standard_error_of_mixes_is_their_spread_over_histories():
    # Candidates that are mixes of two assets move together: half of them say as much as all.
    weights = np.linspace(0.0, 1.0, 21) - 0.6
    results = []
    for seed in range(60):
        assets = np.random.default_rng(seed).normal([0.004, 0.002], [0.04, 0.017], (720, 2))
        excess = assets @ np.array([weights, -weights])
        results.append(
            probability_of_overfitting(excess, blocks=8, metric="mean", draws=40, seed=seed)
        )
    spread = np.std([one.probability for one in results], ddof=1)
    assert spread > 0.2
    assert np.mean([one.standard_error for one in results]) == pytest.approx(spread, rel=0.25)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000))
def test_what_all_candidates_share_does_not_matter(seed):
    returns = noise(seed, 64, 6)
    shared = np.random.default_rng(seed + 1).normal(0.0, 0.05, (64, 1))
    alone = probability_of_overfitting(returns, blocks=4, metric="mean", draws=2)
    together = probability_of_overfitting(returns + shared, blocks=4, metric="mean", draws=2)
    np.testing.assert_allclose(alone.logits, together.logits)


def test_equal_candidates_share_their_mean_rank():
    returns = np.repeat(noise(0, 80, 1), 4, axis=1)
    found = probability_of_overfitting(returns, blocks=4, metric="mean")
    assert found.logits.tolist() == [0.0] * 6
    assert found.probability == 1.0


def test_a_candidate_without_a_metric_ranks_last():
    # The constant column has no Sharpe ratio; of the other two, one is better everywhere.
    good = noise(3, 80, 1) + 0.02
    returns = np.column_stack([np.full(80, 0.5), good, good - 0.01])
    found = probability_of_overfitting(returns, blocks=4, metric="sharpe")
    np.testing.assert_allclose(found.logits, math.log(3.0))


def test_same_seed_same_spread():
    first, second = (probability_of_overfitting(noise(2), blocks=6, seed=9) for _ in range(2))
    other = probability_of_overfitting(noise(2), blocks=6, seed=10)
    assert first.standard_error == second.standard_error
    assert first.by_chance == second.by_chance
    assert first.standard_error != other.standard_error
    assert first.probability == other.probability


def test_rows_of_a_run_stay_together():
    # One run as long as the history only rotates it: without skill that is a demeaned matrix.
    found = probability_of_overfitting(noise(8, 64, 5), blocks=4, metric="mean", run=64)
    assert found.by_chance == (1.0, 1.0)
    assert probability_of_overfitting(noise(8, 64, 5), blocks=4, metric="mean").by_chance[0] < 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"blocks": 7}, "blocks must be even"),
        ({"blocks": 22}, "from 2 to 20"),
        ({"metric": "luck"}, "metric must be mean, cagr, sharpe"),
        ({"draws": 1}, "two draws"),
    ],
)
def test_arguments_that_make_no_sense(change, message):
    with pytest.raises(ValueError, match=message):
        probability_of_overfitting(noise(0), **change)


def test_one_candidate_is_no_choice():
    with pytest.raises(ValueError, match="two candidates"):
        probability_of_overfitting(noise(0)[:, :1])


def test_equals_have_the_middle_rank_whatever_rounding_says():
    asset = np.random.default_rng(3).normal(0.01, 0.04, 240)
    returns = np.column_stack([share * asset for share in (0.1, 0.3, 0.7, 1.0, 0.6)])
    found = probability_of_overfitting(returns, blocks=6, metric="sharpe", draws=2)
    assert not found.logits.any()
