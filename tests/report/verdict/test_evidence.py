"""What decides a word, in sentences and tables: each word, with and without what it rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtests.analysis.evidence import Evidence, StateEpisode
from backtests.report.verdict.evidence import beyond_cash, episodes_grid, payoff_grid
from tests.report.verdict.helpers import (
    NOTHING,
    estimate,
    make_evidence,
    make_payoff,
    make_state,
)

LONG = StateEpisode("2000-12", "2022-08", 261, 0.0154)
BY_STATE = (
    " After negative stock-bond correlation IEF beat bills by 1.21 % (+0.42 to +2.03); after "
    "positive correlation it beat bills by 0.88 % (-0.12 to +1.56)."
)


@pytest.fixture
def opposite() -> Evidence:
    """The default mix since 1962, by the figures of the design."""
    late = (
        StateEpisode("2022-09", "2025-12", 40, -0.02),
        StateEpisode("1965-01", "2000-11", 431, -0.01),
    )
    return make_evidence(
        every=make_payoff(761, estimate(0.0017, -0.0068, 0.0092)),
        negative=make_state(
            "negative", 281, estimate(0.0119, 0.001, 0.0197), episodes=(LONG,), rests_on=LONG
        ),
        positive=make_state("positive", 445, estimate(-0.0111, -0.016, -0.0047), episodes=late),
        difference=estimate(0.023, 0.0104, 0.0313),
        placebo_share=0.113,
    )


@pytest.mark.parametrize(
    ("word", "every", "told"),
    [
        ("works", estimate(0.0104, 0.0021, 0.0187),
         "it works. Over all 200 months IEF beat bills by 1.04 % a month in equity's worst 20 "
         "(+0.21 to +1.87)."),
        ("fails", estimate(-0.0104, -0.02, -0.002),
         "it fails. Over all 200 months IEF fell behind bills by 1.04 % a month in equity's worst "
         "20 (-2.00 to -0.20)."),
        ("same as bills", estimate(0.0004, -0.002, 0.003),
         "the same as bills. Over all 200 months IEF beat bills by 0.04 % a month in equity's "
         "worst 20 (-0.20 to +0.30)."),
        ("unclear", estimate(0.0004, -0.02, 0.03),
         "unclear. Over all 200 months IEF beat bills by 0.04 % a month in equity's worst 20 "
         "(-2.00 to +3.00), which may be a gain or a loss."),
        ("unclear", estimate(0.0004),
         "unclear. Over all 200 months IEF beat bills by 0.04 % a month in equity's worst 20 (no "
         "interval: none could be trusted over so few months)."),
    ],
)  # fmt: skip
def test_each_word_of_all_months_has_its_sentence(word, every, told):
    evidence = make_evidence(every=make_payoff(200, every))
    assert beyond_cash(word, evidence, "IEF") == told + BY_STATE


def test_unclear_says_from_which_effect_on_so_many_months_would_show_it():
    every = replace(make_payoff(200, estimate(0.0004, -0.02, 0.03)), smallest_effect=0.015)
    assert (
        "(-2.00 to +3.00), which may be a gain or a loss: to show in 4 of 5 such samples an "
        "effect has to be about 1.5 % a month. After negative"
    ) in beyond_cash("unclear", make_evidence(every=every), "IEF")
    works = replace(every, estimate=estimate(0.01, 0.002, 0.02), word="works")
    assert "4 of 5" not in beyond_cash("works", make_evidence(every=works), "IEF")


def test_two_states_that_differ_are_told_with_the_episode_and_the_doubt(opposite):
    assert beyond_cash("it depended", opposite, "IEF") == (
        "it depended. After negative stock-bond correlation IEF beat bills by 1.19 % a month in "
        "equity's worst months (+0.10 to +1.97), in one episode (2000-12 to 2022-08); after "
        "positive correlation it fell behind bills by 1.11 % (-1.60 to -0.47). So few changes of "
        "regime cannot prove it (placebo share 11 %)."
    )
    sure = replace(opposite, negative=replace(opposite.negative, rests_on=None), placebo_share=0.04)
    assert beyond_cash("it depends", sure, "IEF and TLT") == (
        "it depends. After negative stock-bond correlation IEF and TLT beat bills by 1.19 % a "
        "month in equity's worst months (+0.10 to +1.97); after positive correlation they fell "
        "behind bills by 1.11 % (-1.60 to -0.47). Placebo share 4 %."
    )


@pytest.mark.parametrize(("months", "whole"), [(1, "1 whole month"), (59, "59 whole months")])
def test_too_few_months_are_said_in_place_of_numbers(months, whole):
    few = make_evidence(every=make_payoff(months, estimate(0.01)))
    told = f"unclear. {whole}, too few to say anything: fewer than 60."
    assert beyond_cash("unclear", few, "IEF") == told


def test_a_state_without_months_is_not_told():
    bare = make_evidence(negative=make_state("negative", 0, NOTHING))
    told = beyond_cash("works", bare, "IEF")
    assert told.endswith(
        "(+0.21 to +1.87). After positive stock-bond correlation IEF beat bills by 0.88 % (-0.12 "
        "to +1.56)."
    )
    none = replace(bare, positive=make_state("positive", 0, NOTHING))
    assert beyond_cash("works", none, "IEF").endswith("equity's worst 20 (+0.21 to +1.87).")


def test_the_table_has_a_row_for_each_set_and_the_difference(opposite):
    smallest = replace(opposite.every, smallest_effect=0.012)
    grid = payoff_grid(replace(opposite, every=smallest))
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["All months", "unclear", "+0.17 %", "0.900", "761", "77", "1.2 %"],
        ["After negative correlation", "works", "+1.19 %", "0.900", "281", "29", "-"],
        ["After positive correlation", "fails", "-1.11 %", "0.900", "445", "45", "-"],
        ["Negative less positive", "so few changes of regime cannot prove it", "+2.30 %",
         "-", "-", "-", "-"],
    ]  # fmt: skip
    assert [row[2].small for row in grid.rows] == [
        "-0.68 to +0.92", "+0.10 to +1.97", "-1.60 to -0.47", "+1.04 to +3.13",
    ]  # fmt: skip
    assert [row[2].sort for row in grid.rows] == [0.0017, 0.0119, -0.0111, 0.023]
    assert [row[1].small for row in grid.rows] == [
        "", "in one episode, 2000-12 to 2022-08", "", "placebo share 11 %",
    ]  # fmt: skip
    assert {len(row) for row in grid.rows} == {len(grid.heads)}


def test_what_does_not_exist_is_a_dash_that_sorts_last():
    bare = make_evidence(
        positive=make_state("positive", 0, NOTHING), difference=NOTHING, placebo_share=None
    )
    rows = payoff_grid(bare).rows
    assert [cell.text for cell in rows[2]] == [
        "After positive correlation", "unclear", "-", "-", "0", "0", "-",
    ]  # fmt: skip
    assert (rows[3][2].text, rows[3][1].text, rows[3][1].small) == ("-", "", "")
    assert (rows[2][2].sort, rows[3][2].sort) == ("", "")


def test_a_share_of_ten_percent_proves_and_one_above_does_not(opposite):
    for share, told in ((0.10, ""), (0.1001, "so few changes of regime cannot prove it")):
        rows = payoff_grid(replace(opposite, placebo_share=share)).rows
        assert rows[3][1].text == told


def test_episodes_stand_in_order_of_time(opposite):
    grid = episodes_grid(opposite)
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["1965-01 to 2000-11", "-1.00 %", "positive correlation", "431"],
        ["2000-12 to 2022-08", "+1.54 %", "negative correlation", "261"],
        ["2022-09 to 2025-12", "-2.00 %", "positive correlation", "40"],
    ]  # fmt: skip
    assert episodes_grid(make_evidence()).rows == []
