"""Calendars of decisions, against calendars written out by hand and pandas' own grouping."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import UsageError
from strategies.schedule import (
    CALENDARS,
    OFFSETS,
    PERIODS,
    REBALANCE,
    decision_rows,
    period_starts,
    require_offset,
)

# The days on which New York was closed, from its published calendars of 2024 and 2025.
CLOSED = ("2023-12-25", "2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27",
          "2024-06-19", "2024-07-04", "2024-09-02", "2024-11-28", "2024-12-25", "2025-01-01",
          "2025-01-09", "2025-01-20")  # fmt: skip
NEW_YORK = pd.bdate_range("2023-12-20", "2025-01-31").drop(pd.DatetimeIndex(CLOSED))
OF_PANDAS = {"weekly": "W", "monthly": "M", "quarterly": "Q", "annually": "Y"}
OFFERED = [(name, k) for name in REBALANCE for k in range(1, OFFSETS.get(name, 1) + 1)]
MARKETS = st.lists(st.integers(0, 900), min_size=1, max_size=250, unique=True).map(
    lambda days: pd.Timestamp("2019-10-07") + pd.to_timedelta(sorted(days), unit="D")
)
ASKED = st.sampled_from(OFFERED)


def picked(rebalance: str, offset: int = 1, sessions: pd.DatetimeIndex = NEW_YORK) -> list[str]:
    """Days of decision after the first, which is always one."""
    rows = decision_rows(sessions, rebalance, offset)
    assert rows[0]
    return [f"{day:%Y-%m-%d}" for day in sessions[rows][1:]]


def test_decisions_fall_on_first_sessions():
    sessions = pd.bdate_range("2020-01-15", "2021-02-10")
    days = {
        name: [f"{day:%Y-%m-%d}" for day in sessions[decision_rows(sessions, name)]]
        for name in REBALANCE
    }
    assert days["never"] == ["2020-01-15"]
    assert days["annually"] == ["2020-01-15", "2021-01-01"]
    assert days["semiannually"] == ["2020-01-15", "2020-07-01", "2021-01-01"]
    assert days["quarterly"] == ["2020-01-15", "2020-04-01", "2020-07-01", "2020-10-01",
                                 "2021-01-01"]  # fmt: skip
    assert days["monthly"][:3] == ["2020-01-15", "2020-02-03", "2020-03-02"]
    assert len(days["monthly"]) == 14
    # A Wednesday, and each Monday after it.
    assert days["weekly"][:3] == ["2020-01-15", "2020-01-20", "2020-01-27"]
    assert len(days["daily"]) == len(sessions)


def test_the_kth_session_of_a_month_with_a_holiday():
    # January 2024: 2 (its first), 3, 4, 5, 8, 9, 10, 11, 12 (the ninth), closed on the 15th.
    assert picked("monthly", 9)[0] == "2024-01-12"
    assert picked("monthly", 10)[:2] == ["2024-01-16", "2024-02-14"]
    # February 2024 is closed on the 19th: its 13th session is the 20th.
    assert picked("monthly", 13)[1] == "2024-02-20"
    # December 2023 began before the first row, so nothing of it can be counted.
    assert not [day for day in picked("monthly", 5) if day.startswith("2023")]


def test_weeks_of_four_sessions_and_over_the_end_of_a_year():
    # Closed on Monday 15 January: Tuesday is the week's first session, and it has no fifth.
    assert picked("weekly")[1:5] == ["2024-01-02", "2024-01-08", "2024-01-16", "2024-01-22"]
    fifths = [day for day in picked("weekly", 5) if day.startswith("2024-01")]
    assert fifths == ["2024-01-12", "2024-01-26"]  # nor has that of 1 January
    # Monday 30 December to Friday 3 January, closed on the 1st, is one week.
    assert picked("weekly", 3)[-5:] == ["2025-01-02", "2025-01-08", "2025-01-15", "2025-01-23",
                                        "2025-01-29"]  # fmt: skip


def test_longer_periods_by_hand():
    assert picked("quarterly", 2) == ["2024-01-03", "2024-04-02", "2024-07-02", "2024-10-02",
                                      "2025-01-03"]  # fmt: skip
    # Closed on 4 July: the fourth session of the half-year is the 5th.
    assert picked("semiannually", 4) == ["2024-01-05", "2024-07-05", "2025-01-07"]
    assert picked("annually", 15) == ["2024-01-23", "2025-01-24"]
    assert picked("never") == []


@pytest.mark.parametrize("rebalance", list(OF_PANDAS))
@pytest.mark.parametrize("offset", [1, 2, 5])
def test_days_are_those_of_pandas(rebalance, offset):
    days = pd.Series(NEW_YORK, NEW_YORK)
    of_period = days.groupby(NEW_YORK.to_period(OF_PANDAS[rebalance]))
    expected = [group.iloc[offset - 1] for _, group in list(of_period)[1:] if len(group) >= offset]
    assert picked(rebalance, offset) == [f"{day:%Y-%m-%d}" for day in expected]


@given(MARKETS, ASKED, st.integers(1, 250))
def test_a_decision_does_not_depend_on_what_comes_later(sessions, asked, length):
    whole = decision_rows(sessions, *asked)
    part = sessions[:length]
    assert (decision_rows(part, *asked) == whole[: len(part)]).all()


@given(MARKETS, ASKED)
def test_a_period_decides_once_at_most(sessions, asked):
    rebalance, offset = asked
    rows = np.flatnonzero(decision_rows(sessions, rebalance, offset))[1:]
    if rebalance == "never":
        assert not len(rows)
        return
    begun = np.cumsum(period_starts(sessions, CALENDARS[rebalance]))
    first = np.searchsorted(begun, begun[rows])
    assert (np.diff(begun[rows]) > 0).all()
    assert (rows - first == offset - 1).all()


def test_what_cannot_decide_yet_decides_at_the_next_session_of_the_period():
    # Counted on the market's sessions; the rule knows its answer only from 8 January on, and not
    # on 2 February.
    rows = NEW_YORK[(NEW_YORK >= "2024-01-08") & (NEW_YORK != "2024-02-02")]
    second = decision_rows(rows, "monthly", 2, NEW_YORK)
    assert [f"{day:%m-%d}" for day in rows[second][:4]] == ["01-08", "02-05", "03-04", "04-02"]
    ninth = decision_rows(rows, "monthly", 9, NEW_YORK)
    assert [f"{day:%m-%d}" for day in rows[ninth][:3]] == ["01-08", "01-12", "02-13"]


def test_periods_begin_with_their_first_session_but_never_with_the_market():
    starts = {name: NEW_YORK[period_starts(NEW_YORK, name)] for name in PERIODS}
    assert [f"{day:%Y-%m-%d}" for day in starts["year"]] == ["2024-01-02", "2025-01-02"]
    assert [f"{day:%m-%d}" for day in starts["half-year"]] == ["01-02", "07-01", "01-02"]
    assert [f"{day:%m-%d}" for day in starts["quarter"]] == ["01-02", "04-01", "07-01", "10-01",
                                                             "01-02"]  # fmt: skip
    assert (len(starts["month"]), len(starts["day"])) == (13, len(NEW_YORK) - 1)
    assert f"{starts['week'][0]:%Y-%m-%d}" == "2023-12-26"  # closed on the Monday
    nothing = NEW_YORK[:0]
    assert all(not len(period_starts(nothing, name)) for name in PERIODS)
    assert not len(decision_rows(nothing, "monthly", 3))


def test_months_are_the_sessions_of_longer_periods():
    months = pd.date_range("2019-11-30", periods=20, freq="ME")
    assert picked("quarterly", 3, months) == ["2020-03-31", "2020-06-30", "2020-09-30",
                                              "2020-12-31", "2021-03-31", "2021-06-30"]  # fmt: skip
    assert picked("semiannually", 6, months) == ["2020-06-30", "2020-12-31", "2021-06-30"]
    for every in ("daily", "weekly", "monthly"):
        assert len(picked(every, 1, months)) == 19


@pytest.mark.parametrize(
    ("rebalance", "most", "most_on_months"),
    [("daily", 1, 1), ("weekly", 5, 1), ("monthly", 15, 1), ("quarterly", 15, 3),
     ("semiannually", 15, 6), ("annually", 15, 12), ("never", 1, 1)],
)  # fmt: skip
def test_an_offset_beyond_its_period_is_refused(rebalance, most, most_on_months):
    cure = "take a smaller offset" if most > 1 else "leave it out, or take another calendar"
    require_offset("mix", rebalance, most)
    require_offset("mix", rebalance, most_on_months, monthly_rows=True)
    with pytest.raises(UsageError, match=f"mix: offset of a {rebalance} calendar takes .* got 16"):
        require_offset("mix", rebalance, 16)
    with pytest.raises(UsageError, match=f"got {most + 1}; {cure}"):
        require_offset("mix", rebalance, most + 1)
    with pytest.raises(UsageError, match="calendar on monthly rows takes .*; take daily prices"):
        require_offset("mix", rebalance, most_on_months + 1, monthly_rows=True)
