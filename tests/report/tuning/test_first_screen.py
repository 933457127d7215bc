"""The first screen of a search: its line and its three tiles, against the numbers they tell."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from backtests.report.tuning.first_screen import first_screen
from tests.searches import edge, made


def walked(**parts) -> SimpleNamespace:
    """A walk-forward, as far as its tile goes."""
    given = {"edge_out_of_sample": -0.0064, "edge_in_sample": 0.0149, "survived": -0.4,
             "fell_back": 0, **parts}  # fmt: skip
    return SimpleNamespace(
        dates=pd.DatetimeIndex(["1983-04-30", "2025-12-31"]), choices=[None] * 43, **given
    )


def tiles(tuned) -> dict:
    return {tile.key: tile for tile in first_screen(tuned).tiles}


def test_the_line_says_what_was_earned_and_what_luck_alone_would_show():
    screen = first_screen(made(cagr=0.0912, fall=-0.1549, default=0.0904))
    assert screen.line == (
        "The middle of the good region, 100 % cash, grew 9.1 % a year with a deepest fall of "
        "15.5 %; the default grew 9.0 % a year with a deepest fall of 10.0 %. Of 66 tries, some 20 "
        "this good are expected by luck alone."
    )
    assert screen.headline.startswith("Keep the default, 70 % SPY, 30 % cash: ")
    assert (screen.chip, screen.tone) == ("No more than noise", "")


def test_what_breaks_the_limit_is_not_what_the_choice_is_held_against():
    tuned = made(0.86, max_drawdown=-0.3, over_bills=edge(0.0016, -0.0024, 0.0054),
                 lead=edge(-0.0052, -0.0101, -0.0003))  # fmt: skip
    assert "; the default with 14 % in bills grew 5.0 % a year" in first_screen(tuned).line
    lead = tiles(tuned)["lead"]
    assert lead.title == "Lead over the default with 14 % in bills"
    assert (lead.value, lead.unit) == ("+0.2", "points of growth a year")
    assert lead.lines == (
        "90 % interval -0.2 to +0.5, from month-ends",
        # 0.03 below zero is no zero.
        "Over the default, which breaks the limit: -0.52 (-1.01 to -0.03)",
        "Best single cell over the default: +2.5 (+1.0 to +4.0)",
    )
    assert lead.tone == ""


def test_luck_and_its_tests_are_against_what_the_choice_is_held_against():
    """By hand: 66 tries, 20 against the default, 7 against the default with bills."""
    tuned = made(0.86, max_drawdown=-0.3, bills={"expected": 7.0, "rejects": True})
    screen, luck = first_screen(tuned), tiles(tuned)["luck"]
    assert screen.line.endswith("Of 66 tries, about 7 this good are expected by luck alone.")
    assert "Sharpe ratio over the default with 14 % in bills, month by month" in screen.note
    assert (luck.value, luck.unit) == ("About 7", "of 66 tries expected")
    assert luck.lines[1] == (
        "Hansen's test whether any candidate beats the default with 14 % in bills: p = 0.010; "
        "below 0.05 at least one does"
    )
    same = made(0.86, max_drawdown=-0.3, bills={"differs": False})
    assert tiles(same)["luck"].lines[0].endswith("earns what the default with 14 % in bills earns")
    assert first_screen(same).note == ""


def test_a_candidate_that_alone_keeps_the_limit_is_the_only_one_within_it():
    screen = first_screen(made(eligible=1))
    assert screen.line.startswith("The only mix within the limit, 100 % cash, grew 1.0 % a year")
    assert "at least that of the only mix within the limit;" in screen.note
    tuned = made(eligible=1)
    object.__setattr__(tuned, "metrics", tuned.metrics.iloc[:1])
    assert first_screen(tuned).line.startswith("The only mix, 100 % cash, grew")


def test_a_lead_beyond_noise_over_the_default_with_bills_has_its_colour():
    tuned = made(0.86, max_drawdown=-0.3, bills={"beyond_noise": True})
    assert tiles(tuned)["lead"].tone == tiles(tuned)["luck"].tone == "works"
    assert first_screen(tuned).tone == "works"


def test_a_lead_beyond_noise_is_over_the_default_and_has_its_colour():
    tuned = made(0.86, max_drawdown=-0.3, beyond_noise=True, lead=edge(0.02, 0.01, 0.03))
    screen, shown = first_screen(tuned), tiles(tuned)
    assert (screen.chip, screen.tone) == ("Beyond noise", "works")
    assert shown["lead"].title == "Lead over the default"
    assert shown["lead"].tone == shown["luck"].tone == "works"
    assert "the default (70 % SPY, 30 % cash) grew" in screen.line
    behind = tiles(made(lead=edge(-0.02, -0.03, -0.01)))["lead"]
    assert behind.tone == "fails"


def test_a_ratio_is_told_as_a_ratio():
    tuned = made(goal="sharpe", limits=(), lead=edge(-0.1, -0.2, 0.05))
    assert "had a Sharpe ratio of 0.40 (grew 1.0 % a year" in first_screen(tuned).line
    assert "; the default one of 0.50 (grew" in first_screen(tuned).line
    lead = tiles(tuned)["lead"]
    assert (lead.value, lead.unit) == ("-0.10", "of Sharpe ratio")
    assert lead.lines[0] == "90 % interval -0.20 to +0.05, from month-ends"


def test_luck_has_its_two_tests():
    luck = tiles(made(expected=5.7, rejects=True))["luck"]
    assert (luck.value, luck.unit) == ("About 6", "of 66 tries expected")
    assert luck.lines == (
        "Chance that it is better than the best by luck (deflated Sharpe ratio): 40.0 %; skill "
        "takes more than 95 %",
        "Hansen's test whether any candidate beats the default: p = 0.010; below 0.05 at least one "
        "does",
    )
    assert tiles(made(differs=False))["luck"].value == "No difference"
    assert first_screen(made(differs=False)).note == ""


def test_a_share_too_small_for_three_digits_is_told_as_below():
    tuned = made(rejects=True)
    tuned.reliability.reality.spa_consistent = 0.0
    assert ": p below 0.001; below 0.05" in tiles(tuned)["luck"].lines[1]


def test_without_a_candidate_ahead_hansen_s_p_value_is_not_told():
    tuned = made()
    tuned.reliability.reality.statistic = 0.0
    assert tiles(tuned)["luck"].lines[1].endswith("the default: no candidate is ahead of it")
    tuned.reliability.decides.dsr = math.nan
    assert tiles(tuned)["luck"].lines[0].endswith("(deflated Sharpe ratio): unknown")


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({}, "+1.5, of which none remained"),
        ({"survived": 0.354}, "+1.5, of which 35 % remained"),
        ({"survived": 1.2}, "+1.5, of which all and more remained"),
        ({"survived": math.nan}, "+1.5"),
    ],
)
def test_tuning_each_year_shows_what_remained(parts, told):
    tuned = made()
    tuned.reliability.expanding = walked(**parts)
    walk = tiles(tuned)["walk"]
    assert (walk.value, walk.unit) == ("-0.6", "points a year against never tuning")
    assert walk.lines == (
        "From 1983-04 on, 43 choices from the past alone",
        f"The lead in the months before each choice: {told}",
    )


def test_years_without_a_choice_and_the_price_of_the_limit_are_told():
    tuned = made(0.86, max_drawdown=-0.3)
    tuned.reliability.expanding = walked(fell_back=3)
    assert tiles(tuned)["walk"].lines[2:] == (
        "In 3 years no candidate kept the limits: the default was held",
        "Never tuning breaks the limit: the difference includes its price",
    )


def test_a_short_history_is_called_short():
    tuned = made(months=43, lead=edge(0.01))
    assert tiles(tuned)["lead"].lines[0] == "No interval: 43 months, 60 are needed"
    assert tiles(tuned)["walk"].value == "Too short"
    assert first_screen(tuned).chip == "Too short to say"
