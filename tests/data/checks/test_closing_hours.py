"""Closes of exchanges: hours by their own rules, and what is said where they lie apart."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks.closing_hours import note_on_closes, usual_close

DAY = pd.Timestamp("2024-12-31")


@pytest.mark.parametrize(
    ("calendar", "first", "last"),
    [
        ("XNYS", 20.0, 21.0),  # 16:00, in summer five hours less than UTC's evening
        ("XLON", 15.5, 16.5),  # 16:30
        ("XETR", 15.5, 16.5),  # 17:30, an hour east of London
        ("XASX", 5.0, 6.0),  # 16:00
    ],
)
def test_closes_are_those_of_the_exchanges_in_summer_or_winter(calendar, first, last):
    assert usual_close(calendar, DAY) in (first, last)


def test_tokyo_closed_at_three_until_november_2024():
    """Japan Exchange Group: trading goes on to 15:30 from 5 November 2024; JST is UTC + 9."""
    assert usual_close("XTKS", pd.Timestamp("2024-06-28")) == 6.0
    assert usual_close("XTKS", pd.Timestamp("2025-12-30")) == 6.5


def test_a_day_before_the_calendar_has_the_hours_of_its_first_session():
    assert usual_close("XTKS", pd.Timestamp("1980-01-04")) == 6.0


def test_exchanges_hours_apart_are_named_with_what_it_does():
    (note,) = note_on_closes({"SPY": "XNYS", "1306.T": "XTKS", "TLT": "XNYS"}, DAY)
    assert note == (
        "Tokyo closes up to 14 hours before New York on the same date: what happens in between "
        "reaches 1306.T a session later, so that daily correlations and betas come out too near "
        "zero; months hardly differ"
    )
    (note,) = note_on_closes({"A": "XETR", "B": "XLON", "C": "XNYS"}, DAY)
    assert note.startswith("Frankfurt, London close up to 4.5 hours before New York")


@pytest.mark.parametrize(
    "calendars",
    [
        {"A": "XETR", "B": "XLON"},  # both end at 16:30 in London
        {"A": "XNYS", "B": "XNYS"},
        {"A": "XNYS", "B": None},  # of which nothing is known
        {},
    ],
)
def test_nothing_is_said_of_exchanges_that_close_together(calendars):
    assert note_on_closes(calendars, DAY) == []
