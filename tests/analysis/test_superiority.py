"""Reality check: size under noise, power, sign, and both papers' formulas computed apart."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import norm

from backtests.analysis.superiority import (
    RealityCheck,
    block_length,
    long_run_deviation,
    reality_check,
)
from tests.conftest import ROOT


def noise(seed: int, rows: int = 120, columns: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (rows, columns))


def autoregression(rho: float, rows: int, seed: int) -> np.ndarray:
    from scipy.signal import lfilter

    return lfilter([1.0], [1.0, -rho], np.random.default_rng(seed).normal(size=rows))[:, None]


def test_p_values_of_noise_are_uniform():
    found = np.array([reality_check(noise(seed), seed=seed, draws=200) for seed in range(60)])
    for name in ("spa_consistent", "spa_upper", "white"):
        values = np.sort([getattr(check, name) for check in found])
        # Kolmogorov-Smirnov at 1 %: 1.63 / sqrt(60).
        steps = np.arange(61) / 60
        distance = max(np.max(steps[1:] - values), np.max(values - steps[:-1]))
        assert distance < 1.63 / np.sqrt(60), name


def test_a_superior_candidate_is_found():
    excess = noise(1)
    excess[:, 3] += 0.005
    found = reality_check(excess, seed=0)
    assert found.spa_upper < 0.01
    assert found.white < 0.01


def test_worse_candidates_are_no_evidence():
    # The same distance below the benchmark: the sign of a gain is that of a return, not a loss.
    check = reality_check(noise(1) - 0.005, seed=0)
    assert check.statistic == 0.0
    assert not check.rejects(1.0)
    assert check.white > 0.5


def shifted(*errors: float, rows: int = 400) -> np.ndarray:
    """Independent candidates so many standard errors (Hansen's, of single rows) ahead."""
    raw = np.random.default_rng(12).normal(size=(rows, len(errors)))
    unit = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    return 0.01 * (unit + np.array(errors) / math.sqrt(rows))


@pytest.mark.parametrize(
    ("ahead", "lower", "consistent", "upper"),
    [
        (1.5, norm.sf(1.5), norm.sf(1.5), norm.sf(1.5)),
        # Behind: the statistic is 0, and a resample counts where its own is above 0.
        (-0.5, norm.sf(0.5), 0.5, 0.5),
        (-1.6, norm.sf(1.6), 0.5, 0.5),
        # Behind by more than root(2 log log 400) = 1.89 errors: consistent drops it.
        (-2.2, norm.sf(2.2), norm.sf(2.2), 0.5),
    ],
)
def test_the_three_p_values_of_one_candidate_by_hand(ahead, lower, consistent, upper):
    check = reality_check(shifted(ahead), seed=0, block=1)
    assert check.statistic == pytest.approx(max(ahead, 0.0), abs=1e-12)
    values = check.spa_lower, check.spa_consistent, check.spa_upper
    assert values == pytest.approx((lower, consistent, upper), abs=0.02)
    assert check.white == pytest.approx(norm.sf(ahead) if ahead > 0 else norm.cdf(-ahead), abs=0.02)
    assert not check.rejects(0.05)


def test_a_small_p_value_without_a_leader_rejects_nothing():
    check = reality_check(shifted(-4.0), seed=0, block=1)
    assert check.spa_consistent < 0.001
    assert not check.rejects(0.05)
    ahead = reality_check(shifted(2.5), seed=0, block=1)
    assert 0.001 < ahead.spa_consistent < 0.02
    assert ahead.rejects(0.05)
    assert not ahead.rejects(0.001)


def all_paths(rows: int, block: int):
    """Every resample of the stationary bootstrap with its probability."""
    restart = 1.0 / block
    for path in itertools.product(range(rows), repeat=rows):
        chance = 1.0 / rows
        for before, now in itertools.pairwise(path):
            follows = now == (before + 1) % rows
            chance *= restart / rows + (1.0 - restart) * follows
        yield list(path), chance


@pytest.mark.parametrize("block", [1, 2, 5])
def test_the_deviation_is_that_of_every_possible_resample(block):
    returns = np.array([0.03, -0.01, 0.02, 0.005, -0.04])
    means, chances = zip(
        *((returns[path].mean(), chance) for path, chance in all_paths(5, block)), strict=True
    )
    variance = np.average((np.array(means) - returns.mean()) ** 2, weights=chances)
    assert sum(chances) == pytest.approx(1.0)
    deviation = long_run_deviation(returns[:, None], block)
    assert deviation == pytest.approx(math.sqrt(5 * variance), rel=1e-9)


def by_the_paper(excess: np.ndarray, block: int, draws: int, seed: int) -> dict[str, float]:
    """Hansen (2005), sections 2 and 3, term by term; White (2000), equation 8."""
    n, q = len(excess), 1.0 / block
    mean = excess.mean(axis=0)
    centred = excess - mean
    square = (centred**2).sum(axis=0) / n
    for i in range(1, n):
        kernel = (n - i) / n * (1 - q) ** i + i / n * (1 - q) ** (n - i)
        square += 2 * kernel * (centred[: n - i] * centred[i:]).sum(axis=0) / n
    omega = np.sqrt(square)
    poor = mean < -np.sqrt(square / n * 2 * math.log(math.log(n)))
    centres = {"lower": np.maximum(mean, 0), "consistent": np.where(poor, 0, mean), "upper": mean}
    statistic = max(0.0, np.max(math.sqrt(n) * mean / omega))
    rng = np.random.default_rng(seed)
    above = dict.fromkeys([*centres, "white"], 0)
    for _ in range(draws):
        at = [int(rng.integers(n))]
        while len(at) < n:
            at.append(int(rng.integers(n)) if rng.random() < q else (at[-1] + 1) % n)
        drawn = excess[at].mean(axis=0)
        for name, centre in centres.items():
            largest = np.max(math.sqrt(n) * (drawn - centre) / omega)
            above[name] += max(0.0, largest) > statistic
        above["white"] += np.max(drawn - mean) > np.max(mean)
    return {name: count / draws for name, count in above.items()}


@pytest.mark.parametrize("lead", [0.001, -0.002])
def test_both_papers_formulas_give_these_p_values(lead):
    # Rows that follow each other, each column by another amount: dividing by the deviation of
    # single rows, as for independent ones, would rank these candidates otherwise.
    rng = np.random.default_rng(9)
    excess = 0.01 * rng.normal(size=(100, 4))
    for row in range(1, 100):
        excess[row] += np.array([0.0, 0.3, 0.6, -0.4]) * excess[row - 1]
    excess += np.array([0.0, 0.25, 0.5, -4.0]) * abs(lead) + lead - excess.mean(axis=0)
    draws = 4000
    paper = by_the_paper(excess, 4, draws, seed=2)
    check = reality_check(excess, seed=1, block=4)
    for name, share in {
        "lower": check.spa_lower, "consistent": check.spa_consistent,
        "upper": check.spa_upper, "white": check.white,
    }.items():  # fmt: skip
        # Three standard errors of the difference of two such shares.
        error = 3 * math.sqrt(paper[name] * (1 - paper[name]) * (1 / draws + 1 / check.draws))
        assert share == pytest.approx(paper[name], abs=error), name
    assert 0.05 < paper["consistent"] < 0.8
    assert (check.statistic == 0.0) == (lead < 0.0)


def test_p_values_hardly_depend_on_the_seed():
    excess = noise(3)
    values = [reality_check(excess, seed=seed, block=2).spa_consistent for seed in range(12)]
    # The standard error of a share of ten thousand, at most 0.005: with a thousand, 0.016.
    assert np.std(values, ddof=1) < 0.009


def test_hopeless_candidates_blur_only_the_upper_bound():
    # One candidate lies 1.5 standard errors above the benchmark, two lie on it.
    few = noise(4, columns=3)
    few += [0.015 / np.sqrt(120), 0.0, 0.0] - few.mean(axis=0)
    many = np.column_stack([few, noise(5, columns=60) - 0.02])
    alone, among = (reality_check(excess, seed=0, block=2) for excess in (few, many))
    assert 0.05 < alone.spa_consistent < 0.5
    assert among.spa_consistent == pytest.approx(alone.spa_consistent, abs=0.005)
    assert among.spa_upper > alone.spa_upper + 0.05
    assert among.spa_lower <= among.spa_consistent <= among.spa_upper


def test_scale_of_a_candidate_matters_to_white_alone():
    excess = noise(6) + 0.0005
    scaled = excess * 2.0 ** np.arange(-4, 4)
    one, other = (reality_check(x, seed=0, block=2) for x in (excess, scaled))
    assert one.spa_consistent == pytest.approx(other.spa_consistent)
    assert one.white != other.white


def test_same_seed_same_p_values():
    assert reality_check(noise(7), seed=3) == reality_check(noise(7), seed=3)
    assert reality_check(noise(7), seed=3) != reality_check(noise(7), seed=4)


def test_the_benchmark_itself_is_left_out():
    excess = noise(8)
    with_itself = np.column_stack([np.zeros(120), excess])
    assert reality_check(with_itself, seed=0) == reality_check(excess, seed=0)
    assert reality_check(np.zeros((120, 2)), seed=0, draws=9) == RealityCheck(0, 1, 1, 1, 1, 1, 0)


def test_block_length_of_an_autoregression():
    # Politis and White for rho = 1/2: 12.11 rows at n = 1000, growing as the cube root of n.
    found = [block_length(autoregression(0.5, 64_000, seed)) for seed in range(5)]
    assert np.median(found) == pytest.approx(12.11 * 4, rel=0.1)
    short = [block_length(autoregression(0.5, 1000, seed)) for seed in range(40)]
    assert np.median(short) == pytest.approx(12.11, rel=0.2)


def test_block_length_is_the_median_of_the_columns():
    columns = [autoregression(rho, 1000, 1) for rho in (0.0, 0.5, 0.9)]
    assert block_length(np.hstack(columns)) == block_length(columns[1])
    assert block_length(columns[0]) < block_length(columns[1]) < block_length(columns[2])


def test_arch_is_loaded_only_when_used():
    script = "import sys, backtests.analysis.superiority; assert 'arch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert done.returncode == 0
