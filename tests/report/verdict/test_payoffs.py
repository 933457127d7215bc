"""Word and payoffs where there is little room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.report.verdict.payoffs import (
    SETS,
    interval_text,
    payoff_cell,
    payoff_line,
    payoff_text,
    payoffs_of,
    placebo_note,
    placebo_text,
)
from tests.report.verdict.helpers import NOTHING, estimate, make_evidence, make_state


@pytest.mark.parametrize(
    ("payoff", "text", "small"),
    [
        (estimate(0.0017, -0.0068, 0.0092), "+0.17 % (-0.68 to +0.92)", "-0.68 to +0.92"),
        (estimate(-0.01, None, None), "-1.00 % (no interval)", "no interval"),
        (estimate(0.0), "+0.00 % (no interval)", "no interval"),
        (NOTHING, "-", ""),
    ],
)
def test_a_payoff_is_signed_and_its_interval_is_beside_it(payoff, text, small):
    assert payoff_text(payoff) == text
    assert interval_text(payoff) == small
    cell = payoff_cell(payoff)
    assert (cell.text, cell.small) == (text.partition(" (")[0], small)
    assert cell.sort == ("" if payoff.value is None else payoff.value)


def test_each_set_is_called_by_its_own_name():
    evidence = make_evidence()
    named = payoffs_of(evidence)
    assert list(named) == list(SETS)
    assert named["payoff"] == evidence.every
    assert named["payoff_after_negative"] == evidence.negative.payoff
    assert named["payoff_after_positive"] == evidence.positive.payoff


def test_a_share_above_ten_percent_is_no_proof():
    for share, short, long in (
        (None, "-", ""),
        (0.04, "4 %", "placebo share 4 %"),
        (0.113, "11 %, no proof",
         "placebo share 11 %: so few changes of regime cannot prove it"),
    ):  # fmt: skip
        evidence = make_evidence(placebo_share=share)
        told = placebo_text("it depends", evidence), placebo_note("it depends", evidence)
        assert told == (short, long)
        # A word that does not rest on the difference of the states is not doubted for it.
        assert placebo_text("works", evidence) == short.removesuffix(", no proof")
        assert placebo_note("works", evidence) == long.partition(":")[0]


def test_a_line_has_the_word_and_what_decides_it():
    evidence = make_evidence(placebo_share=0.2)
    assert payoff_line("works", evidence) == (
        "works. Payoff all months +1.04 % (+0.21 to +1.87); after negative correlation +1.21 % "
        "(+0.42 to +2.03); after positive correlation +0.88 % (-0.12 to +1.56); placebo share "
        "20 %."
    )
    assert payoff_line("it depended", evidence).endswith(
        "placebo share 20 %: so few changes of regime cannot prove it."
    )
    bare = replace(evidence, positive=make_state("positive", 0, NOTHING), placebo_share=None)
    assert payoff_line("unclear", bare) == (
        "unclear. Payoff all months +1.04 % (+0.21 to +1.87); after negative correlation +1.21 % "
        "(+0.42 to +2.03)."
    )
    assert payoff_line("no hedge", None) == "no hedge."
