"""The rules of the word: every word, every edge, every condition by itself."""

from __future__ import annotations

import dataclasses

import pytest

from backtests.analysis.evidence import (
    Evidence,
    StateEpisode,
    rests_on,
    verdict_word,
    word_of,
)
from tests.report.verdict.helpers import estimate, make_evidence, make_payoff, make_state

TINY = 1e-9


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.006, 0.02, "works"),
        (TINY, 0.02, "works"),
        (0.0, 0.02, "unclear"),  # an interval that ends at 0 does not lie above it
        (-TINY, 0.02, "unclear"),
        (-0.02, -0.006, "fails"),
        (-0.02, -TINY, "fails"),
        (-0.02, 0.0, "unclear"),
        (-0.02, 0.02, "unclear"),
        # Half a percent either way, ends included; it comes before the other words.
        (-0.005, 0.005, "same as bills"),
        (-0.005 - TINY, 0.005, "unclear"),
        (-0.005, 0.005 + TINY, "unclear"),
        (0.001, 0.005, "same as bills"),
        (0.001, 0.005 + TINY, "works"),
        (-0.005, -0.001, "same as bills"),
        (-0.005 - TINY, -0.001, "fails"),
        (0.0, 0.0, "same as bills"),
        (None, None, "unclear"),
    ],
)
def test_the_interval_decides_the_word_of_a_set(low, high, word):
    assert word_of(estimate(0.5, low, high)) == word


WORKS, FAILS = estimate(0.012, 0.001, 0.02), estimate(-0.011, -0.016, -0.0047)
UNCLEAR, AS_BILLS = estimate(0.001, -0.008, 0.009), estimate(0.001, -0.001, 0.004)
APART = estimate(0.023, 0.01, 0.031)
LONG = StateEpisode("2000-12", "2022-08", 261, 0.014)
SHORT = StateEpisode("1965-01", "1967-08", 32, 0.002)


def depends() -> Evidence:
    """Works after negative, fails after positive correlation, and the two differ."""
    return make_evidence(
        every=make_payoff(700, UNCLEAR),
        negative=make_state("negative", 300, WORKS),
        positive=make_state("positive", 400, FAILS),
        difference=APART,
    )


def with_state(name: str, **changes) -> Evidence:
    evidence = depends()
    state = dataclasses.replace(getattr(evidence, name), **changes)
    return dataclasses.replace(evidence, **{name: state})


def test_it_depends_where_the_states_truly_differ():
    assert verdict_word(depends()) == "it depends"
    # Whichever of the two works, and beside all months that are like bills.
    turned = make_evidence(
        every=make_payoff(700, AS_BILLS),
        negative=make_state("negative", 300, FAILS),
        positive=make_state("positive", 400, WORKS),
        difference=estimate(-0.023, -0.031, -0.01),
    )
    assert verdict_word(turned) == "it depends"


@pytest.mark.parametrize("name", ["negative", "positive"])
def test_it_depended_where_either_word_rests_on_one_episode(name):
    assert verdict_word(with_state(name, rests_on=LONG)) == "it depended"


@pytest.mark.parametrize(
    "difference",
    [estimate(0.02, 0.0, 0.03), estimate(0.02, -0.01, 0.03), estimate(-0.02, -0.03, 0.0),
     estimate(0.02), estimate(None)],
)  # fmt: skip
def test_no_difference_no_it_depends(difference):
    assert verdict_word(dataclasses.replace(depends(), difference=difference)) == "unclear"


@pytest.mark.parametrize(
    ("every", "word"),
    [(WORKS, "works"), (FAILS, "fails"), (UNCLEAR, "it depends"), (AS_BILLS, "it depends"),
     (estimate(0.01), "it depends")],
)  # fmt: skip
def test_all_months_decide_first(every, word):
    evidence = dataclasses.replace(depends(), every=make_payoff(700, every))
    assert verdict_word(evidence) == word


@pytest.mark.parametrize("name", ["negative", "positive"])
@pytest.mark.parametrize("other", [WORKS, FAILS, UNCLEAR, AS_BILLS])
def test_the_words_of_the_states_must_be_opposite(name, other):
    evidence = with_state(name, payoff=make_payoff(300, other))
    opposite = other == {"negative": WORKS, "positive": FAILS}[name]
    assert verdict_word(evidence) == ("it depends" if opposite else "unclear")


@pytest.mark.parametrize("every", [WORKS, FAILS, UNCLEAR, AS_BILLS])
def test_else_it_is_the_word_of_all_months(every):
    evidence = make_evidence(every=make_payoff(200, every))
    assert verdict_word(evidence) == word_of(every)
    # What a word of a state rests on does not matter then.
    alone = make_state("negative", 120, WORKS, rests_on=LONG)
    assert verdict_word(dataclasses.replace(evidence, negative=alone)) == word_of(every)


@pytest.mark.parametrize(
    ("word", "payoff", "months", "left", "rests"),
    [
        ("works", 0.012, 60, 0.001, False),
        ("works", 0.012, 59, 0.001, True),  # fewer than 60 months have no word
        ("works", 0.012, 60, -0.001, True),  # the sign is lost
        ("works", 0.012, 60, 0.0, True),  # 0 has no sign
        ("works", 0.012, 0, float("nan"), True),  # the episode is all there is
        ("fails", -0.012, 60, -0.001, False),
        ("fails", -0.012, 60, 0.001, True),
        ("fails", -0.012, 59, -0.001, True),
        ("same as bills", 0.001, 60, -0.001, False),  # it has no sign to lose
        ("same as bills", 0.001, 59, 0.001, True),
        ("unclear", 0.012, 59, -0.001, False),  # no word, nothing to rest
        ("unclear", 0.012, 0, float("nan"), False),
    ],
)
def test_a_word_rests_on_an_episode_without_which_it_falls(word, payoff, months, left, rests):
    assert rests_on(word, payoff, [(LONG, months, left)]) == (LONG if rests else None)


def test_of_several_episodes_the_longest_is_named():
    both = [(SHORT, 59, 0.01), (LONG, 59, 0.01)]
    assert rests_on("works", 0.01, both) == rests_on("works", 0.01, both[::-1]) == LONG
    # Only those on which it rests: without the long one enough is left.
    assert rests_on("works", 0.01, [(SHORT, 80, -0.01), (LONG, 80, 0.01)]) == SHORT
    assert rests_on("works", 0.01, []) is None


@pytest.mark.parametrize(
    ("share", "cannot"), [(None, False), (0.0, False), (0.10, False), (0.1001, True)]
)
def test_a_placebo_share_above_a_tenth_proves_nothing(share, cannot):
    assert make_evidence(placebo_share=share).cannot_prove is cannot


def test_states_come_negative_first():
    assert [state.name for state in make_evidence().states] == ["negative", "positive"]
