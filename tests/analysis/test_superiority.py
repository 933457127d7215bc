"""Reality check: size under noise, power, sign, and an independent bootstrap beside arch's."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from backtests.analysis.superiority import RealityCheck, block_length, reality_check
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
    found = reality_check(noise(1) - 0.005, seed=0)
    assert found.spa_lower > 0.5
    assert found.white > 0.5


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
    assert reality_check(np.zeros((120, 2)), seed=0, draws=9) == RealityCheck(1, 1, 1, 1, 1, 9)


def test_an_independent_bootstrap_agrees():
    # White 2000: distribution of the largest mean of stationary-bootstrap rows, recentred.
    excess = noise(9, columns=4) + np.array([0.0, 0.0005, 0.001, -0.001])
    rng, rows, block = np.random.default_rng(0), 120, 3
    largest = []
    for _ in range(4000):
        restarts = rng.random(rows) < 1 / block
        starts = rng.integers(0, rows, rows)
        at = [starts[0]]
        for row in range(1, rows):
            at.append(starts[row] if restarts[row] else (at[-1] + 1) % rows)
        largest.append(np.max(excess[at].mean(axis=0) - excess.mean(axis=0)))
    expected = np.mean(np.array(largest) > excess.mean(axis=0).max())
    white = reality_check(excess, seed=1, draws=4000, block=block).white
    assert 0.1 < expected < 0.9
    # Three standard errors of the difference of two such shares.
    error = 3 * np.sqrt(2 * expected * (1 - expected) / 4000)
    assert white == pytest.approx(expected, abs=error)


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
