"""From months to the word: made markets whose answer is known beforehand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from backtests.analysis import decide
from backtests.analysis.blocks import Blocks, draw_blocks
from backtests.analysis.decide import Months, evidence_from, evidence_of, placebo_share
from backtests.analysis.evidence import Evidence, verdict_word
from backtests.analysis.payoff import payoff
from backtests.analysis.resampling import Sample

BILLS = 0.003


@pytest.fixture(autouse=True)
def ninety_percent(monkeypatch):
    """The level of every interval, whatever the table says."""
    monkeypatch.setattr(decide, "level_of", lambda measure, months: 0.90)


def labels_of(*stays: tuple[int, int]) -> np.ndarray:
    """States by their stays: (state, months) one after the other."""
    return np.concatenate([np.full(months, state, np.int8) for state, months in stays])


def months_of(
    labels: np.ndarray, negative: float, positive: float, unknown: float = 0.0, seed: int = 1
) -> Months:
    """The hedge earns the same more than bills in every month of a state; equity is noise."""
    equity = np.random.default_rng(seed).normal(0.006, 0.04, len(labels))
    earned = np.select([labels < 0, labels > 0], [negative, positive], unknown)
    index = pd.period_range("1970-01", periods=len(labels), freq="M")
    returns = pd.DataFrame({"equity": equity, "hedge": earned + BILLS, "cash": BILLS}, index)
    return Months(returns, labels, "IEF")


def asked(months: Months, block: int = 4, repetitions: int = 400) -> Evidence:
    count = len(months.labels)
    blocks = draw_blocks(count, block, repetitions, 7) if count >= 60 else None
    return evidence_of(months, blocks)


TWICE = labels_of((-1, 60), (1, 60), (-1, 60), (1, 60))


@pytest.mark.parametrize(
    ("negative", "positive", "word"),
    [
        (0.01, 0.01, "works"),
        (-0.01, -0.01, "fails"),
        (0.004, 0.004, "same as bills"),  # always above 0, and nobody would notice
        (-0.004, -0.004, "same as bills"),
        (0.01, -0.01, "it depends"),
        (-0.01, 0.01, "it depends"),
        (0.02, -0.004, "works"),  # the states differ, but not in opposite words
    ],
)
def test_the_word_of_a_market_of_two_states(negative, positive, word):
    assert verdict_word(asked(months_of(TWICE, negative, positive))) == word


def test_noise_is_unclear():
    months = months_of(TWICE, 0.0, 0.0)
    months.returns["hedge"] += np.random.default_rng(3).normal(0.0, 0.03, 240)
    evidence = asked(months)
    assert verdict_word(evidence) == evidence.every.word == "unclear"
    assert evidence.every.estimate.low < 0.0 < evidence.every.estimate.high
    assert 0.05 < evidence.every.above_zero < 0.95


def test_every_number_of_two_states_by_hand():
    evidence = asked(months_of(TWICE, 0.01, -0.02))
    negative, positive = evidence.states
    for state, earned, share in ((negative, 0.01, 1.0), (positive, -0.02, 0.0)):
        assert (state.payoff.months, state.payoff.worst_months) == (120, 12)
        values = dataclasses.astuple(state.payoff.estimate)
        assert values == pytest.approx((earned,) * 3)
        assert state.payoff.above_zero == share
        assert state.rests_on is None
        assert [e.months for e in state.episodes] == [60, 60]
        assert [e.payoff for e in state.episodes] == pytest.approx([earned] * 2)
    assert [(e.first, e.last) for e in negative.episodes] == [
        ("1970-01", "1974-12"), ("1980-01", "1984-12"),
    ]  # fmt: skip
    assert dataclasses.astuple(evidence.difference) == pytest.approx((0.03,) * 3)
    assert (evidence.every.months, evidence.every.worst_months) == (240, 24)
    assert (evidence.unlabelled_months, evidence.correlation_of) == (0, "IEF")
    assert evidence.every.smallest_effect is None


@pytest.mark.parametrize(
    ("stays", "word"),
    [
        # Without the longer stay of the negative state 60 and 59 of its months are left.
        ([(-1, 61), (1, 60), (-1, 60), (1, 60)], "it depends"),
        ([(-1, 61), (1, 60), (-1, 59), (1, 60)], "it depended"),
        ([(-1, 60), (1, 60), (-1, 60), (1, 59)], "it depended"),
        # Scattered months are no episode: nothing to leave out.
        ([(-1, 20), (1, 20)] * 6, "it depends"),
        ([(-1, 23), (1, 20)] * 5, "it depends"),
    ],
)
def test_it_depended_where_one_episode_carries_a_word(stays, word):
    evidence = asked(months_of(labels_of(*stays), 0.01, -0.01))
    assert {state.payoff.word for state in evidence.states} == {"works", "fails"}
    assert verdict_word(evidence) == word


def test_a_state_whose_sign_comes_from_one_episode_rests_on_it():
    """In the negative state's other months the hedge lost a little."""
    labels = labels_of((-1, 200), (1, 100), (-1, 60), (1, 100))
    months = months_of(labels, 0.02, -0.02)
    months.returns.iloc[300:360, 1] = BILLS - 0.001
    evidence = asked(months)
    negative = evidence.negative
    assert negative.payoff.word == "works"
    assert (negative.rests_on.first, negative.rests_on.months) == ("1970-01", 200)
    assert negative.episodes[1].payoff == pytest.approx(-0.001)
    assert evidence.positive.rests_on is None
    assert verdict_word(evidence) == "it depended"


@pytest.mark.parametrize(("months", "has_interval"), [(59, False), (60, True)])
def test_sixty_months_have_an_interval(months, has_interval):
    """All of them in one state: its interval is that of all months, and there is no other."""
    evidence = asked(months_of(labels_of((-1, months)), 0.01, 0.0))
    for of_set in (evidence.every, evidence.negative.payoff):
        assert of_set.estimate.value == pytest.approx(0.01)
        assert (of_set.estimate.low is not None) is has_interval
        assert (of_set.above_zero == 1.0) is has_interval
        assert of_set.word == ("works" if has_interval else "unclear")
    positive = evidence.positive
    assert (positive.payoff.months, positive.payoff.worst_months) == (0, 0)
    assert positive.payoff.estimate.value is None
    assert positive.payoff.word == "unclear"
    assert (positive.episodes, positive.rests_on) == ((), None)
    assert evidence.difference.value is evidence.difference.low is evidence.placebo_share is None


@pytest.mark.parametrize(("negative", "has_word"), [(59, False), (60, True)])
def test_sixty_months_of_a_state_have_an_interval(negative, has_word):
    evidence = asked(months_of(labels_of((1, 120), (-1, negative)), 0.01, -0.01))
    assert evidence.negative.payoff.word == ("works" if has_word else "unclear")
    assert evidence.negative.payoff.estimate.value == pytest.approx(0.01)
    assert evidence.positive.payoff.word == "fails"
    assert evidence.difference.value == pytest.approx(0.02)
    assert (evidence.difference.low is not None) is has_word
    assert (evidence.placebo_share is not None) is has_word


def test_a_state_that_most_resamples_miss_has_no_interval():
    """Two of three resamples are the first 60 months, twice; the third is the sample itself."""
    blocks = Blocks(
        months=120, repetitions=3, mean=60, bounds=np.array([0, 2, 4, 5]),
        starts=np.zeros(5, np.int64), lengths=np.array([60, 60, 60, 60, 120]),
    )  # fmt: skip
    months = months_of(labels_of((1, 60), (-1, 60)), 0.01, -0.01)
    evidence = evidence_of(months, blocks)
    assert evidence.negative.payoff.estimate.value == pytest.approx(0.01)
    assert evidence.negative.payoff.estimate.low is None
    assert evidence.negative.payoff.above_zero is None
    assert evidence.negative.payoff.word == "unclear"
    assert evidence.difference.low is None
    assert evidence.positive.payoff.word == "fails"


def test_months_in_no_state_count_for_all_months_only():
    evidence = asked(months_of(labels_of((0, 36), (-1, 90), (1, 90)), 0.01, 0.01, unknown=-0.05))
    assert evidence.unlabelled_months == 36
    assert [state.payoff.months for state in evidence.states] == [90, 90]
    assert evidence.every.months == 216
    assert evidence.every.estimate.value < 0.01


@pytest.mark.parametrize(("months", "word"), [(59, "unclear"), (60, "same as bills")])
def test_a_hedge_of_weight_zero_is_bills(months, word):
    """Its sleeve is cash: nothing earned over bills, exactly, also after rounding."""
    whole = months_of(labels_of((-1, months)), 0.0, 0.0)
    cash = np.cumprod(1.0 + np.random.default_rng(2).uniform(0.0, 0.01, months + 1))
    sleeve = cash / cash[0] * 10_000.0  # the same money by another path
    whole.returns["cash"] = cash[1:] / cash[:-1] - 1.0
    whole.returns["hedge"] = sleeve[1:] / sleeve[:-1] - 1.0
    assert (whole.returns["hedge"] != whole.returns["cash"]).any()
    evidence = asked(whole)
    assert evidence.every.estimate.value == 0.0
    assert evidence.every.word == word
    assert evidence.every.above_zero == (None if months < 60 else 0.0)


def test_months_that_only_rounding_tells_apart_are_equal():
    """Published returns have two decimals: of equal ones the earlier is the worse, on any path."""
    months = months_of(labels_of((-1, 60)), 0.0, 0.0)
    months.returns["equity"] = np.tile([-0.05, 0.01, -0.02], 20)
    months.returns["hedge"] = BILLS + np.arange(60.0) / 1_000.0
    usual = asked(months).every.estimate
    assert usual.value == pytest.approx(np.arange(0.0, 18.0, 3.0).mean() / 1_000.0)
    noise = np.random.default_rng(3).normal(0.0, 1e-16, 60)
    nearly = months.returns.assign(equity=months.returns["equity"] + noise)
    assert (nearly["equity"] != months.returns["equity"]).any()
    assert asked(Months(nearly, months.labels, "IEF")).every.estimate == usual


def test_what_both_earn_more_every_month_changes_nothing():
    """Payoffs are the hedge less bills: a constant of both is in neither."""
    months = months_of(TWICE, 0.0, 0.0)
    months.returns["hedge"] += np.random.default_rng(3).normal(0.0, 0.03, 240)
    richer = months.returns.copy()
    richer[["hedge", "cash"]] += 0.01
    ours = dataclasses.asdict(asked(months))
    theirs = dataclasses.asdict(asked(Months(richer, months.labels, "IEF")))
    for key in ("every", "difference", "placebo_share"):
        assert flat(theirs[key]) == pytest.approx(flat(ours[key]), abs=1e-14), key
    for key in ("negative", "positive"):
        assert flat(theirs[key]["payoff"]) == pytest.approx(flat(ours[key]["payoff"]), abs=1e-14)


def flat(value) -> list[float]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in flat(each)]
    return [value] if isinstance(value, int | float) else []


def shifted_share(months: Months) -> float:
    """The placebo share by a plain loop."""
    equity, excess, labels = months.equity, months.excess, months.labels

    def apart(labels: np.ndarray) -> float:
        negative, positive = labels == -1, labels == 1
        return payoff(equity[negative], excess[negative]) - payoff(
            equity[positive], excess[positive]
        )

    true, count = apart(labels), len(labels)
    others = [apart(np.roll(labels, shift)) for shift in range(36, count - 36 + 1)]
    side = math.copysign(1.0, true)
    return sum(side * other >= abs(true) - 1e-12 for other in others) / len(others)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_placebo_share_is_that_of_a_plain_loop(seed, ties):
    random = np.random.default_rng(seed)
    months = months_of(labels_of((0, 9), (-1, 41), (1, 50), (-1, 30)), 0.001, -0.001, seed=seed)
    months.returns["hedge"] += random.normal(0.0, 0.02, 130)
    if ties:
        months.returns["equity"] = months.returns["equity"].round(2)
    share = placebo_share(months)
    assert share == pytest.approx(shifted_share(months))
    # The other direction is not counted: a hedge turned round has the same share.
    turned = months.returns.assign(hedge=2 * BILLS - months.returns["hedge"])
    assert placebo_share(Months(turned, months.labels, "IEF")) == pytest.approx(share)


@pytest.mark.parametrize("earned", [0.01, 0.007, 0.0013, 0.1 / 3])
def test_placebo_shares_by_hand(earned):
    """Months take turns: a shift by an even number changes nothing, by an odd one turns all."""
    turns = np.tile(np.array([-1, 1], np.int8), 40)
    # Of the shifts 36 to 44 five are even; as much counts too, whatever the last bit says.
    assert placebo_share(months_of(turns, earned, -earned / 3.0)) == pytest.approx(5 / 9)
    # No difference: every other is as large.
    assert placebo_share(months_of(turns, earned, earned)) == 1.0


@pytest.mark.parametrize("seed", range(6))
def test_placebo_labels_that_differ_as_much_count_whatever_the_last_bit_says(seed):
    """Everything comes again every ten months: so do the labels' differences, but for rounding."""
    random = np.random.default_rng(seed)
    months = months_of(np.tile(np.array([-1] * 4 + [1] * 6, np.int8), 15), 0.0, 0.0)
    equity, hedge = random.normal(0.0, 0.04, (2, 10))
    months.returns["equity"], months.returns["hedge"] = np.tile(equity, 15), np.tile(hedge, 15)
    share = shifted_share(months)
    assert share >= 8 / 79  # shifts 36 to 114, of which 40, 50, ... 110 change nothing
    assert placebo_share(months) == pytest.approx(share)


@pytest.mark.parametrize(("count", "shifts"), [(71, 0), (72, 1), (73, 2)])
def test_shifts_go_from_three_years_to_three_years_before_the_end(count, shifts):
    months = months_of(labels_of((-1, count // 2), (1, count - count // 2)), 0.01, -0.01)
    share = placebo_share(months)
    assert (share is None) is (shifts == 0)
    if count == 72:  # the one shift, by 36 months, turns all round
        assert share == 0.0


def test_no_placebo_without_two_states():
    assert placebo_share(months_of(labels_of((-1, 100)), 0.01, 0.0)) is None
    assert placebo_share(months_of(labels_of((1, 100)), 0.01, 0.0)) is None


def test_states_are_those_of_the_correlation_before():
    """A correlation that turns positive at the end of a month tells from the next month on."""
    months = months_of(labels_of((-1, 80), (1, 80)), 0.01, -0.01)
    index = months.returns.index
    returns = months.returns.assign(portfolio=months.returns["equity"])
    sample = Sample(returns, ["equity"], repetitions=40)
    correlation = pd.Series(np.where(np.arange(160) < 79, -0.2, 0.2), index)
    evidence = evidence_from(sample, correlation, "GLD")
    assert evidence.correlation_of == "GLD"
    assert evidence.unlabelled_months == 1
    assert [state.payoff.months for state in evidence.states] == [79, 80]
    assert evidence.negative.payoff.estimate.value == pytest.approx(0.01)
    assert evidence.positive.payoff.estimate.value == pytest.approx(-0.01)


def test_the_worst_months_in_which_the_hedge_was_held_are_counted():
    """Equity loses in rows 0 to 9; the sleeve is bills in the first four of these."""
    equity = np.r_[-np.linspace(0.1, 0.05, 10), np.full(90, 0.01)]
    hedge = np.r_[np.full(4, BILLS), np.full(96, BILLS + 0.002)]
    index = pd.period_range("1990-01", periods=100, freq="M")
    returns = pd.DataFrame({"equity": equity, "hedge": hedge, "cash": BILLS}, index)
    labels = np.r_[np.full(50, -1), np.full(50, 1)].astype(np.int8)
    evidence = evidence_of(Months(returns, labels, "IEF"), None)
    assert (evidence.every.worst_months, evidence.every.worst_months_held) == (10, 6)
    negative = evidence.negative.payoff
    assert (negative.worst_months, negative.worst_months_held) == (5, 1)
