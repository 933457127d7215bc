"""Where prices come from: the title and the remark of each way."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from data.origin import MADE, How, Origin, age_text

PLAIN = "daily prices from Yahoo, fetched 2024-01-02"
REASON = "Yahoo cannot be reached"
FULL = "Yahoo cannot be reached (127.0.0.1: refused); try again later"
HOURS = dt.timedelta(hours=3)


@pytest.mark.parametrize(
    ("origin", "remark", "title", "first_choice"),
    [
        (Origin(How.FETCHED, "2024-01-02"), "fetched just now", PLAIN, True),
        (Origin(How.KEPT, "2024-01-02", HOURS), "cached snapshots, up to 3 h old", PLAIN, True),
        (
            Origin(How.KEPT, "2024-01-02", -HOURS),
            "cached snapshots, from the future (was the clock set back?)",
            PLAIN,
            True,
        ),
        (
            Origin(How.OLDER, "2024-01-02", 24 * HOURS, FULL, REASON),
            f"{FULL}; cached snapshots, up to 3 days old",
            f"{PLAIN}: {REASON}",
            False,
        ),
        (Origin(How.BUNDLED), "", PLAIN, True),
        (Origin(How.BUNDLED, None, None, FULL, REASON), FULL, f"{PLAIN} ({REASON})", False),
        (Origin(How.FILES), "", PLAIN, True),
        (MADE, "", PLAIN, True),
    ],
)
def test_every_way_in_words(origin, remark, title, first_choice):
    assert origin.remark == remark
    assert origin.title(PLAIN) == title
    assert origin.plain(title) == PLAIN
    assert origin.is_first_choice is first_choice


@pytest.mark.parametrize("words", [{"failure": FULL}, {"short": REASON}])
def test_a_failure_and_its_short_reason_come_together(words):
    with pytest.raises(ValueError, match="only a failure has one"):
        Origin(How.OLDER, **words)


def test_an_origin_is_frozen_and_hashes():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MADE.how = How.FETCHED
    assert len({MADE, Origin(How.MADE), Origin(How.FILES)}) == 2


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (119.4, "119 min"),
        (120, "2 h"),
        (47.9 * 60, "48 h"),
        (48 * 60, "2 days"),
        (10 * 1440, "10 days"),
        (-0.1, "from the future (was the clock set back?)"),
    ],
)
def test_an_age_in_words(minutes, words):
    assert age_text(dt.timedelta(minutes=minutes)) == words
