"""Falls of equity in words: by their name or year, and what the hedge did."""

from __future__ import annotations

import pytest

from backtests.report.falls import name_of_fall, outcome_of, told
from backtests.report.verdict.tables import crisis_grid
from tests.report.verdict.helpers import make_crisis


def test_a_fall_on_no_list_is_called_by_its_year():
    fall = make_crisis(-0.2, 0.1, 0.01, name="Crisis", start="1962-02-28")
    assert name_of_fall(fall) == "Crisis"
    assert name_of_fall(make_crisis(-0.2, 0.1, 0.01, start="1962-02-28", detected=True)) == (
        "Fall of 1962"
    )


def test_a_name_holds_no_sign_that_a_picture_cannot():
    assert name_of_fall(make_crisis(-0.2, 0.1, 0.01, name="a\x00\u202eb")) == "a\\x00\\u202eb"


@pytest.mark.parametrize(
    ("hedge", "cash", "outcome", "in_table"),
    [
        (0.05, 0.01, "worked", "beat bills"),
        (-0.01, -0.02, "worked", "beat bills"),  # it lost less than bills
        (-0.05, 0.01, "lost", "lost money"),
        (0.005, 0.01, "less", "no gain over bills"),
        (0.01, 0.01, "less", "no gain over bills"),
        (0.0, 0.01, "less", "no gain over bills"),
    ],
)
def test_the_picture_and_the_table_tell_the_same_outcome(hedge, cash, outcome, in_table):
    fall = make_crisis(-0.2, hedge, cash)
    assert outcome_of(fall) == outcome
    assert crisis_grid([fall]).rows[0][1].text == in_table


def test_a_fall_is_told_with_its_dates_its_numbers_and_its_outcome():
    fall = make_crisis(-0.3, -0.02, 0.01, name="Tight money", portfolio=-0.2, bills=-0.17)
    assert told(fall) == (
        "Tight money, 2008-01-31 to 2009-01-31: -3.0 points; equity -30.00 %, the hedge -2.00 %, "
        "bills 1.00 %: lost money"
    )
