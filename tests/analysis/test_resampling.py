"""The bootstrap: block length of processes with a published one, same seed, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.blocks import optimal_length
from backtests.analysis.hedge import cvar_saved, down_month_mean
from backtests.analysis.resampling import Sample, block_length, interval, resampled_rows


def autoregressive(rho: float, rows: int, seed: int) -> np.ndarray:
    shocks = np.random.default_rng(seed).normal(size=rows)
    series = np.empty(rows)
    series[0] = shocks[0] / np.sqrt(1 - rho**2)
    for row in range(1, rows):
        series[row] = rho * series[row - 1] + shocks[row]
    return series


def test_block_length_of_an_autoregression():
    """GROUND_TRUTH: AR(1) with rho .5 and n 1000 has an optimal stationary block of 12.11."""
    lengths = [block_length(autoregressive(0.5, 1000, seed)[:, None]) for seed in range(40)]
    assert np.mean(lengths) == pytest.approx(12.11, rel=0.10)


@pytest.mark.parametrize("months", [60, 264, 767])
def test_block_length_is_that_of_arch(months):
    from arch.bootstrap import optimal_block_length

    for rho in (-0.6, 0.0, 0.5, 0.9, 0.99):  # up to the longest block that is allowed
        for seed in range(3):
            series = autoregressive(rho, months, seed)
            for values in (series, series**2):
                published = float(optimal_block_length(values)["stationary"].iloc[0])
                assert optimal_length(values) == pytest.approx(published, rel=1e-9)


def test_block_length_is_that_of_the_most_persistent_column():
    calm = np.random.default_rng(1).normal(size=1000)
    slow = autoregressive(0.8, 1000, 2)
    both = block_length(np.column_stack([calm, slow]))
    assert both == block_length(slow[:, None]) > block_length(calm[:, None])
    constant = np.full(1000, 0.01)
    assert block_length(np.column_stack([constant, slow])) == both
    assert block_length(constant[:, None]) == 1


def test_rows_come_in_blocks_of_the_mean_length():
    rows = resampled_rows(400, 10, 200, seed=3)
    assert rows.shape == (200, 400)
    assert rows.min() == 0
    assert rows.max() == 399
    follows = np.diff(rows, axis=1) % 400 == 1
    # A block ends with probability 1/10, and by chance its next one may start on the next row.
    assert follows.mean() == pytest.approx(0.9, abs=0.01)


def test_same_seed_same_rows():
    first = resampled_rows(50, 4, 20, seed=5)
    resampled_rows.cache_clear()  # or the second draw would be the first array itself
    again = resampled_rows(50, 4, 20, seed=5)
    assert again is not first
    np.testing.assert_array_equal(first, again)
    assert (first != resampled_rows(50, 4, 20, seed=6)).any()


def test_blocks_are_long_enough_for_volatility_that_lasts():
    """Signs are independent, sizes change every two years: only the squares depend on time."""
    rng = np.random.default_rng(12)
    sizes = np.repeat([0.01, 0.05] * 5, 24)
    returns = rng.choice([-1.0, 1.0], 240) * sizes * rng.uniform(0.8, 1.2, 240)
    sample = Sample(pd.DataFrame({"equity": returns}), ["equity"], repetitions=2)
    assert sample.block == block_length(returns[:, None] ** 2) > block_length(returns[:, None])


def test_interval_is_the_middle_of_what_is_known():
    values = np.arange(101.0)
    assert interval(values) == pytest.approx((5.0, 95.0))
    assert interval(np.append(values, np.nan)) == pytest.approx((5.0, 95.0))
    assert interval(np.array([1.0, np.nan, np.nan])) is None


def test_mean_of_independent_data_is_covered():
    """A nominal 95 % interval of the mean of 264 independent rows covers in at least 92 %."""
    rng = np.random.default_rng(11)
    covered = 0
    for trial in range(300):
        sample = rng.normal(0.005, 0.04, 264)
        block = block_length(sample[:, None])
        means = sample[resampled_rows(264, block, 400, seed=trial)].mean(axis=1)
        low, high = interval(means, 0.95)
        covered += low <= 0.005 <= high
    assert covered / 300 >= 0.92


def test_fewer_than_sixty_months_have_no_interval():
    table = pd.DataFrame({"hedge": np.tile([0.01, -0.01], 60), "equity": -0.01})
    for months, has_interval in ((59, False), (60, True)):
        whole = Sample(table.iloc[:months], ["hedge"], repetitions=50)
        estimate = whole.estimate(down_month_mean, "hedge", "equity")
        assert (estimate.low is not None) is has_interval, months


def test_a_difference_is_that_of_two_estimates_on_the_same_resamples():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(0.004, 0.04, (120, 3)), columns=["a", "b", "c"])
    sample = Sample(table, ["a"], repetitions=200)
    sample.estimate(cvar_saved, "a", "c")  # what is cached here must not change the rest
    difference = sample.difference(cvar_saved, ("a", "c"), ("b", "c"))
    values = {name: table[name].to_numpy()[sample.rows] for name in table}
    apart = cvar_saved(values["a"], values["c"]) - cvar_saved(values["b"], values["c"])
    assert (difference.low, difference.high) == interval(apart)


def test_samples_that_draw_other_months_keep_their_own_answers():
    rng = np.random.default_rng(8)
    steady = np.repeat(rng.normal(0.0, 0.04, 15), 8)  # long blocks
    table = pd.DataFrame({"a": rng.normal(0.004, 0.04, 120), "b": steady})
    samples = [Sample(table, [name], repetitions=70) for name in ("a", "b", "a")]
    assert samples[0].block != samples[1].block
    for sample in samples:
        own = table["a"].to_numpy()[sample.rows]
        drawn = sample.drawn_difference(down_month_mean, ("a", "a"), None)
        assert drawn.tolist() == down_month_mean(own, own).tolist()


def test_kept_rows_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        resampled_rows(50, 4, 20, seed=5)[0, 0] = 1


def test_what_decides_begins_with_the_resamples_of_what_stands_beside_it():
    table = pd.DataFrame(np.random.default_rng(6).normal(0.0, 0.04, (90, 1)), columns=["a"])
    sample = Sample(table, ["a"], repetitions=70)
    assert sample.blocks.repetitions == 700
    np.testing.assert_array_equal(sample.blocks.rows(700)[:70], sample.rows)
    described = sample.describe()
    assert (described.repetitions, described.deciding_repetitions) == (70, 700)
    assert described.block_months == sample.blocks.mean == sample.block
    short = Sample(table.iloc[:59], ["a"], repetitions=70)
    assert short.blocks is short.rows is None
    assert (short.describe().repetitions, short.describe().deciding_repetitions) == (0, 0)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.98, None])
def test_an_interval_has_its_own_level_or_there_is_none(level):
    table = pd.DataFrame(
        np.random.default_rng(7).normal(0.004, 0.04, (120, 2)), columns=["hedge", "equity"]
    )
    sample = Sample(table, ["hedge"], repetitions=200)
    estimates = (
        sample.estimate(down_month_mean, "hedge", "equity", level=level),
        sample.difference(cvar_saved, ("hedge", "equity"), ("equity", "hedge"), level=level),
    )
    hedge, equity = (table[name].to_numpy()[sample.rows] for name in table)
    drawn = down_month_mean(hedge, equity)
    for estimate in estimates:
        assert estimate.value is not None
        assert (estimate.low is None) is (estimate.high is None) is (level is None)
    if level is not None:
        ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        assert (estimates[0].low, estimates[0].high) == pytest.approx(tuple(ends))
