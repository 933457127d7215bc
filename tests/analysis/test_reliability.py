"""How far to trust a choice: planted skill is found, luck is not taken for skill."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import superiority
from backtests.analysis.metrics import excess_kurtosis, skewness
from backtests.analysis.objective import read_objective
from backtests.analysis.reliability import Sample, edge_of, examine, standing
from backtests.analysis.selection import expected_maximum, probabilistic_sharpe

FREE = read_objective("cagr", ["volatility<1"])


def sample_of(returns: np.ndarray, chosen: int, cash: float = 0.002) -> Sample:
    """Candidates' months; the last column is the default."""
    months, columns = returns.shape
    everyone = np.arange(columns - 1)
    return Sample(
        returns=returns,
        cash=np.full(months, cash),
        dates=pd.date_range("1990-01-31", periods=months, freq="ME"),
        default=columns - 1,
        chosen=chosen,
        peak=chosen,
        spread=everyone,
        eligible=everyone,
    )


def noise(seed: int, months: int = 240, columns: int = 31) -> np.ndarray:
    """Portfolios that share a market and differ by noise alone; the last is the default."""
    rng = np.random.default_rng(seed)
    return rng.normal(0.007, 0.03, (months, 1)) + rng.normal(0.0, 0.01, (months, columns))


def luckiest(returns: np.ndarray) -> int:
    return int(np.argmax(np.prod(1 + returns[:, :-1], axis=0)))


def test_the_luckiest_of_noise_is_called_luck():
    called = 0
    for seed in range(12):
        returns = noise(seed)
        result = examine(sample_of(returns, luckiest(returns)), FREE, trials=30)
        called += result.beyond_noise
        assert result.sharpe is not None
        # Chosen for its lead, it looks skilled alone and is not once its rivals are counted.
        assert result.sharpe.psr > result.sharpe.dsr
    assert called == 0


def test_planted_skill_is_found():
    returns = noise(5)
    returns[:, 3] += 0.004  # about five points a year, at a deviation of 3.5 % a year
    result = examine(sample_of(returns, 3), FREE, trials=30)
    assert result.beyond_noise
    assert result.reality.spa_consistent < 0.01
    assert result.expanding is not None
    assert {choice.column for choice in result.expanding.choices} == {3}
    assert result.expanding.edge_out_of_sample > 0.02
    assert result.overfitting is not None
    assert result.overfitting.probability < 0.05
    # By definition the record is as long as it takes the probability to reach 95 %.
    lead = returns[:, 3] - returns[:, -1]
    assert result.record_years < 20.0
    assert probabilistic_sharpe(
        lead.mean() / lead.std(ddof=1), 12 * result.record_years,
        skew=skewness(lead), kurtosis=3.0 + excess_kurtosis(lead),
    ) == pytest.approx(0.95)  # fmt: skip


def test_more_trials_deflate_more():
    returns = noise(5)
    returns[:, 3] += 0.003
    few, many = (examine(sample_of(returns, 3), FREE, trials=count) for count in (30, 100_000))
    assert few.sharpe is not None
    assert many.sharpe is not None
    assert many.sharpe.dsr < few.sharpe.dsr
    assert many.sharpe.psr == few.sharpe.psr
    assert many.sharpe.trials == 100_000


def diluted(returns: np.ndarray, shares: np.ndarray, cash: float = 0.002) -> np.ndarray:
    """Each column with so large a share of it, the rest in bills."""
    return cash + shares * (returns - cash)


def test_bills_beside_the_trials_do_not_move_the_bar_of_luck():
    # The law: at equal volatility a candidate is what it is without bills.
    returns = noise(5)
    shares = np.append(np.linspace(1.0, 0.1, 30), 1.0)
    shares[3] = 1.0
    whole, mixed = (
        examine(sample_of(columns, 3), FREE, trials=30).sharpe
        for columns in (returns, diluted(returns, shares))
    )
    assert whole is not None
    assert mixed is not None
    assert mixed.best_by_luck == pytest.approx(whole.best_by_luck, rel=1e-9)
    assert mixed.dsr == pytest.approx(whole.dsr, rel=1e-9)
    assert mixed.effective_trials == pytest.approx(whole.effective_trials, rel=1e-9)
    # As held, less risk trails the default by construction, and the spread of that is the bar.
    assert mixed.best_by_luck_as_held > 1.3 * whole.best_by_luck_as_held


def test_the_spread_of_luck_by_hand():
    returns = noise(7, months=120, columns=4)
    sharpe = examine(sample_of(returns, 1), FREE, trials=3).sharpe
    assert sharpe is not None
    excess = returns - 0.002
    default, ratios = excess[:, -1], []
    for column in excess.T[:-1]:
        leveraged = column * default.std(ddof=1) / column.std(ddof=1)
        lead = leveraged - default
        ratios.append(lead.mean() / lead.std(ddof=1))
    expected = np.std(ratios, ddof=1) * expected_maximum(3)
    assert sharpe.best_by_luck == pytest.approx(expected, rel=1e-9)


def test_the_default_with_bills_and_other_costs_is_no_trial():
    # Every month a little less than the default at equal volatility: a ratio of -5 a month.
    returns = noise(7, months=120, columns=8)
    almost = diluted(returns[:, -1], np.array(0.5)) - 1e-6
    almost += 2e-7 * np.random.default_rng(3).normal(size=120)
    more = np.column_stack([almost, returns])
    with_it, without = (
        examine(sample_of(columns, chosen), FREE, trials=20).sharpe
        for columns, chosen in ((more, 2), (returns, 1))
    )
    assert with_it.best_by_luck == pytest.approx(without.best_by_luck, rel=1e-9)
    assert examine(sample_of(more, 0), read_objective("sharpe", []), trials=20).decides is None


def test_choosing_the_default_itself_leaves_nothing_to_test():
    returns = noise(2)
    returns[:, 4] = returns[:, -1]
    result = examine(sample_of(returns, 4), FREE, trials=30)
    assert result.sharpe is None
    assert not result.beyond_noise
    assert result.chosen.estimate.value == 0.0
    assert result.chosen.error == 0.0


def test_a_short_history_has_no_interval_and_no_walk_forward():
    returns = noise(3, months=40)
    returns[:, 3] += 0.02
    result = examine(sample_of(returns, 3), FREE, trials=30)
    assert result.chosen.estimate.low is None
    assert result.expanding is None
    assert result.rolling is None
    assert not result.beyond_noise  # however large the lead


def test_an_edge_is_the_difference_of_scores_with_the_error_of_a_mean():
    rng = np.random.default_rng(11)
    pair = rng.normal(0.006, 0.02, (360, 2))
    edge = edge_of(FREE, pair, np.zeros(360))
    mine, other = np.prod(1 + pair, axis=0) ** (12 / 360) - 1
    assert edge.estimate.value == pytest.approx(mine - other, abs=1e-15)
    # Growth a year is about 12 times the mean log return, times 1 + growth.
    logs = np.log1p(pair)
    by_hand = 12 * (1 + mine) * np.std(logs[:, 0] - logs[:, 1], ddof=1) / math.sqrt(360)
    assert edge.error == pytest.approx(by_hand, rel=0.1)


def test_risk_is_what_counts_where_the_sharpe_ratio_is_maximised():
    rng = np.random.default_rng(8)
    default = rng.normal(0.008, 0.03, 360)
    cash = 0.002
    # Half the default and half bills: half its growth over bills, the same Sharpe ratio.
    half = cash + 0.5 * (default - cash) + rng.normal(0, 1e-4, 360)
    returns = np.column_stack([half, half[::-1], default])
    sample = dataclasses.replace(
        sample_of(returns, 0), spread=np.array([0]), eligible=np.array([0])
    )
    sharpe = examine(sample, read_objective("sharpe", []), trials=10)
    growth = examine(sample, FREE, trials=10)
    assert abs(sharpe.chosen.estimate.value) < 0.02
    assert growth.chosen.estimate.value < -0.02
    assert sharpe.reality.white > 0.05
    assert sharpe.overfitting is None  # a single candidate: nothing was chosen


def test_a_choice_is_held_from_after_the_lag_and_a_longer_lag_leaves_no_walk():
    sample = sample_of(noise(6), 0)
    for lag in (1, 3):
        result = examine(sample, FREE, trials=30, lag=lag)
        for walk in (result.expanding, result.rolling):
            assert walk is not None
            assert walk.dates[0] == sample.dates[result.look_back + lag]
            assert walk.choices[0].date == sample.dates[result.look_back - 1]
            assert walk.choices[1].date == sample.dates[result.look_back + 11]  # a year later
    assert examine(sample, FREE, trials=30, lag=120).expanding is None


def test_never_tuned_is_the_default_and_no_choice_breaks_a_limit():
    rng = np.random.default_rng(4)
    returns = rng.normal(0.006, 0.01, (240, 6))
    returns[:, 2] = rng.normal(0.02, 0.08, 240)  # the best, and far too wild
    sample = sample_of(returns, 0)
    walk = examine(sample, read_objective("cagr", ["volatility<0.1"]), trials=30).expanding
    assert walk is not None
    np.testing.assert_array_equal(walk.untuned, returns[121:, -1])
    assert 2 not in {choice.column for choice in walk.choices}


def test_a_walk_goes_over_all_candidates_and_not_those_that_hindsight_allows():
    returns = noise(5)
    returns[:, 3] += 0.01
    few = dataclasses.replace(sample_of(returns, 0), eligible=np.array([0, 1, 2]))
    walk = examine(few, FREE, trials=30).expanding
    assert walk is not None
    assert {choice.column for choice in walk.choices} == {3}


def test_a_third_of_the_risk_at_less_than_the_return_can_be_beyond_noise():
    rng = np.random.default_rng(1)
    default = rng.normal(0.008, 0.04, 480)
    calm = 0.002 + 0.3 * (default - 0.002) + rng.normal(0.003, 0.003, 480)
    others = default[:, None] + rng.normal(0.0, 0.01, (480, 20))
    sample = sample_of(np.column_stack([calm, others, default]), 0)
    assert calm.mean() < default.mean()
    assert examine(sample, read_objective("sharpe", []), trials=21).beyond_noise
    assert not examine(sample, FREE, trials=21).beyond_noise


def test_beyond_noise_takes_all_three(monkeypatch):
    returns = noise(5)
    returns[:, 3] += 0.004
    sample = sample_of(returns, 3)
    real = superiority.reality_check
    assert examine(sample, FREE, trials=30).beyond_noise
    with monkeypatch.context() as patch:
        patch.setattr(
            superiority,
            "reality_check",
            lambda *args, **words: dataclasses.replace(real(*args, **words), spa_consistent=0.06),
        )
        assert not examine(sample, FREE, trials=30).beyond_noise
    with monkeypatch.context() as patch:
        patch.setattr("backtests.analysis.reliability.SURE_OF_SKILL", 1.0)
        assert not examine(sample, FREE, trials=30).beyond_noise

    def touching_zero(*args, **words):
        edge = edge_of(*args, **words)
        return dataclasses.replace(edge, estimate=dataclasses.replace(edge.estimate, low=0.0))

    with monkeypatch.context() as patch:
        patch.setattr("backtests.analysis.reliability.edge_of", touching_zero)
        assert not examine(sample, FREE, trials=30).beyond_noise


def test_a_rival_that_stands_in_for_the_default_is_what_all_are_held_against():
    """A point a month below the rest: every candidate beats it, and none the default."""
    returns = noise(6)
    sample = sample_of(returns, luckiest(returns))
    default = examine(sample, FREE, trials=30)
    same = standing(sample, FREE, trials=30)
    assert (same.chosen, same.decides, same.reality) == (
        default.chosen, default.decides, default.reality
    )  # fmt: skip
    assert not same.beyond_noise
    poor = standing(sample, FREE, returns[:, -1] - 0.01, trials=30)
    assert poor.reality.rejects(0.01)
    assert poor.beyond_noise
    assert poor.decides is not None
    assert same.decides is not None
    assert poor.decides.as_good_by_luck < 0.01 < same.decides.as_good_by_luck
    itself = standing(sample, FREE, returns[:, sample.chosen], trials=30)
    assert itself.decides is None
    assert itself.chosen.estimate.value == 0.0


def test_the_default_with_other_bills_is_nothing_to_be_sure_of_where_risk_counts():
    default = np.random.default_rng(8).normal(0.008, 0.03, 360)
    shares = (1.5, 0.5, 0.25)
    returns = np.column_stack([*(0.002 + s * (default - 0.002) for s in shares), default])
    result = examine(sample_of(returns, 0), read_objective("sharpe", []), trials=3)
    assert result.sharpe is not None  # it earns more, by more risk alone
    assert result.decides is None
    assert result.overfitting is None  # all have one Sharpe ratio: there is nothing to choose
    assert not result.beyond_noise
    assert math.isnan(result.record_years)
    grown = examine(sample_of(returns, 0), FREE, trials=3)
    assert grown.decides is grown.sharpe is not None
