"""``--strict``: what stands in for what was asked for, and how old data may be."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks import exchange
from data.errors import HedgeError, StrictError, UsageError
from data.strictness import (
    Strictness,
    age_in_days,
    newest_day,
    read_strictness,
    require_market,
    require_strict,
)
from data.vintage import StandIn, StandInKind, Vintage
from tests.conftest import random_market

SATURDAY = "2025-09-27 12:00"


@pytest.fixture
def now(monkeypatch):
    """Set the clock, in New York's time."""

    def at(moment: str) -> None:
        utc = pd.Timestamp(moment).tz_localize("America/New_York").tz_convert("UTC")
        monkeypatch.setattr(exchange, "now", lambda: utc)

    at(SATURDAY)
    return at


def vintage(last: str, *stood_in: StandIn) -> Vintage:
    return Vintage(last, {}, stood_in)


def stand_in(is_fallback: bool, why: str | None = None) -> StandIn:
    return StandIn(("A",), StandInKind.SOURCE, "new prices", "old ones", is_fallback, why=why)


@pytest.mark.parametrize(
    ("moment", "ppy", "end", "day"),
    [
        (SATURDAY, 252, None, "2025-09-26"),  # Friday
        ("2025-09-26 16:30", 252, None, "2025-09-26"),
        ("2025-09-26 16:10", 252, None, "2025-09-25"),  # closed, but not for twenty minutes
        ("2025-09-26 09:00", 252, None, "2025-09-25"),
        ("2025-09-29 08:00", 252, None, "2025-09-26"),  # Monday morning
        ("2025-04-21 08:00", 252, None, "2025-04-17"),  # after Good Friday and Easter
        (SATURDAY, 252, "2025-09-21", "2025-09-19"),  # asked for up to a Sunday
        (SATURDAY, 252, "2030-01-01", "2025-09-26"),
        (SATURDAY, 252, "1995-01-02", "1994-12-30"),
        (SATURDAY, 12, None, "2025-08-31"),
        ("2025-09-30 23:00", 12, None, "2025-08-31"),  # the month is over tomorrow
        ("2025-10-01 01:00", 12, None, "2025-09-30"),
        (SATURDAY, 12, "2020-12-31", "2020-12-31"),
        (SATURDAY, 12, "2020-12-30", "2020-11-30"),
        (SATURDAY, 12, "2030-12-31", "2025-08-31"),
    ],
)
def test_the_newest_row_that_there_could_be(now, moment, ppy, end, day):
    now(moment)
    assert newest_day(ppy, end) == pd.Timestamp(day)


@pytest.mark.parametrize(
    ("moment", "end", "places", "day"),
    [
        # Tokyo's Golden Week of 2019: closed from 27 April to 6 May, when New York traded.
        ("2019-05-06 12:00", None, ("XTKS",), "2019-04-26"),
        ("2019-05-06 12:00", None, ("XNYS",), "2019-05-03"),
        # Tokyo's Friday is over at 02:50 in New York, which is still to open.
        ("2025-09-26 02:51", None, ("XTKS",), "2025-09-26"),
        ("2025-09-26 02:51", None, ("XNYS", "XTKS"), "2025-09-25"),
        # Sydney's Monday ends at 16:00, which is 02:00 in New York; Auckland's on the day before.
        ("2025-07-14 02:30", None, ("XASX",), "2025-07-14"),
        ("2025-12-01 23:30", None, ("XNZE",), "2025-12-02"),
        # On Easter Monday Frankfurt rests and New York trades.
        ("2025-04-22 08:00", None, ("XETR",), "2025-04-17"),
        ("2025-04-22 08:00", None, ("XETR", "XNYS"), "2025-04-17"),
        ("2025-04-22 08:00", None, (), "2025-04-21"),
        (SATURDAY, "2025-05-01", ("XETR", "XNYS"), "2025-04-30"),  # Labour Day
    ],
)
def test_the_newest_session_is_that_of_the_exchanges(now, moment, end, places, day):
    now(moment)
    assert newest_day(252, end, places) == pd.Timestamp(day)


def test_a_market_of_tokyo_is_not_old_in_golden_week(now):
    now("2019-05-07 01:00")
    made = {"source": "yahoo", "ppy": 252, "end": None}
    with pytest.raises(StrictError, match="10 days before the exchange's last session, 2019-05-06"):
        require_strict(Strictness(), vintage("2019-04-26"), **made)
    require_strict(Strictness(), vintage("2019-04-26"), **made, places=("XTKS",))
    with pytest.raises(StrictError, match="before the exchanges' common last session, 2019-04-26"):
        require_strict(Strictness(), vintage("2019-04-12"), **made, places=("XTKS", "XETR"))


@pytest.mark.parametrize(
    ("last", "source", "ppy", "end", "limit", "behind"),
    [
        # Days before Friday the 26th, the last session.
        ("2025-09-26", "yahoo", 252, None, 0, None),
        ("2025-09-25", "yahoo", 252, None, 0, 1),
        ("2025-09-21", "yahoo", 252, None, None, None),  # five days: as many as are usual
        ("2025-09-20", "yahoo", 252, None, None, 6),
        ("2025-09-20", "yahoo", 252, None, 6, None),
        ("1995-01-31", "yahoo", 252, "1995-01-31", 0, None),  # as asked for
        # A source that promises no new data has no limit of its own.
        ("1990-01-02", "files:x", 252, None, None, None),
        ("1990-01-31", "bundled", 12, None, None, None),
        ("1990-01-31", "prices", 12, None, None, None),
        ("2025-09-19", "files:x", 252, None, 5, 7),
        # Months: 31 days from the end of July to that of August.
        ("2025-07-31", "bundled", 12, None, 31, None),
        ("2025-07-31", "bundled", 12, None, 30, 31),
        ("2025-08-29", "files:x", 12, None, 0, None),  # the last session of the month
        ("2025-08-31", "files:x", 12, None, 0, None),
        ("2025-09-26", "files:x", 12, None, 0, None),  # a month that is not over
    ],
)
def test_data_may_be_as_old_as_the_limit_says(now, last, source, ppy, end, limit, behind):
    if behind is None:
        require_strict(Strictness(limit), vintage(last), source, ppy, end)
        return
    with pytest.raises(StrictError) as refused:
        require_strict(Strictness(limit), vintage(last), source, ppy, end)
    assert f"the data of {source} end on {last}, {behind} days before" in str(refused.value)
    assert f"--max-age is {5 if limit is None else limit};" in str(refused.value)


def test_what_stands_in_is_refused_and_named(now):
    old = vintage("1990-01-02", stand_in(True, "Yahoo cannot be reached"), stand_in(True))
    with pytest.raises(StrictError) as refused:
        require_strict(Strictness(36_500), old, "bundled", 12, None, "mine")
    assert str(refused.value) == (
        "--strict: mine: in place of new prices the data hold old ones (Yahoo cannot be reached) "
        "(and 1 more such places); try again later, or leave --strict out to use what stands in"
    )
    # What was asked for, or is part of the source, is not.
    require_strict(Strictness(), vintage("1990-01-02", stand_in(False)), "bundled", 12, None)


def test_a_market_is_refused_only_where_anything_is_to_be(now):
    market = random_market(1)
    require_market(None, market, None)
    require_market(Strictness(), market, None)
    with pytest.raises(StrictError, match="the data of made end on "):
        require_market(Strictness(0), market, None)


def test_the_age_is_in_days_of_new_york(now):
    assert age_in_days("2025-09-26") == 1
    now("2025-09-26 23:59")
    assert age_in_days("2025-09-26") == 0
    now("2025-09-27 00:01")
    assert age_in_days("2025-07-31") == 58


def test_the_options_are_read_together():
    assert read_strictness(strict=False, max_age=None) is None
    assert read_strictness(strict=True, max_age=None) == Strictness()
    assert read_strictness(strict=True, max_age=0) == Strictness(0)
    assert read_strictness(strict=True, max_age=36_500) == Strictness(36_500)
    with pytest.raises(UsageError, match="--max-age goes with --strict, .*; give both"):
        read_strictness(strict=False, max_age=5)


@pytest.mark.parametrize("age", [-1, 36_501, 10**400])
def test_what_is_no_number_of_days_is_one_line(age):
    for strict in (True, False):
        with pytest.raises(UsageError) as refused:
            read_strictness(strict=strict, max_age=age)
        assert "--max-age takes a whole number of days from 0 to 36,500, got" in str(refused.value)
        assert len(str(refused.value)) < 200


def test_it_ends_a_command_with_three():
    assert issubclass(StrictError, HedgeError)
    assert (StrictError.exit_code, HedgeError.exit_code, UsageError.exit_code) == (3, 2, 2)
