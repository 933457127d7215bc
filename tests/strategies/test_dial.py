"""The dial: a target duration met with two neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from data.errors import RuleError, UsageError
from data.market import Market
from data.treasuries.bonds import modified_duration
from strategies.attack_defend import AttackDefend
from strategies.base import parameter
from strategies.decisions import decide
from strategies.dial import DIAL, DurationRule, blend, fund_durations
from tests.conftest import random_market
from tests.strategies.helpers import (
    month_ends,
    path_market,
    require_decisions,
    weekdays,
    yields_market,
)


def test_a_dial_with_its_ends_exchanged_is_refused():
    with pytest.raises(UsageError, match="duration_min 16 is above duration_max 0.2"):
        AttackDefend(duration_min=16, duration_max=0.2)
    with pytest.raises(UsageError, match=r"duration_min 5\.0000001 is above duration_max 5;"):
        AttackDefend(duration_min=5.0000001, duration_max=5)


def test_the_short_end_is_carried_back_where_a_rule_holds_it():
    assert AttackDefend().carried_back == ("BIL", "SHY")

    class Bare(AttackDefend):
        @property
        def tickers(self) -> list[str]:
            return ["SPY", "SHY", "IEF", "TLT"]

    assert Bare().carried_back == ("SHY",)


def test_a_duration_rule_of_the_users_own_may_call_its_parameters_as_it_likes():
    @dataclass(frozen=True)
    class Own(DurationRule):
        """Half way. Known weakness: it never moves."""

        name: ClassVar[str] = "own"
        calendar: str = parameter("x", unit="choice", choices=("x", "y"), doc="a calendar")
        decides: float = parameter(5.0, low=1, high=9, unit="years", doc="what it decides")
        dialled: float = parameter(1.0, low=1, high=9, unit="years", doc="a number")

        def target_duration(self, market: Market) -> pd.Series:
            return pd.Series(self.decides, market.sessions)

    market = random_market(3, (*DIAL, "SPY"))
    sums = decide(Own(), market).sum(axis=1)
    np.testing.assert_allclose(sums, 1.0, rtol=0, atol=1e-12)
    assert sums.index[0] == market.sessions[0]


def test_the_blend_meets_its_target_with_two_neighbours():
    durations = pd.DataFrame([[0.2, 1.9, 7.2, 16.0]] * 5, columns=list(DIAL))
    targets = pd.Series([0.1, 1.05, 7.2, 11.6, 30.0])
    weights = blend(targets, durations)
    expected = [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 1]]
    np.testing.assert_allclose(weights, expected, atol=1e-12)


def test_without_tlt_the_dial_ends_at_ief():
    durations = pd.DataFrame([[0.2, 1.9, 7.2, np.nan]], columns=list(DIAL))
    assert blend(pd.Series([16.0]), durations).iloc[0].tolist() == [0, 0, 1, 0]


def test_durations_come_from_the_curve_of_the_day():
    market = yields_market(np.full(3, 4.0))
    flat = market.yields
    flat[:] = 4.0
    made = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={}, yields=flat,
    )  # fmt: skip
    durations = fund_durations(made).iloc[-1]
    rungs = np.arange(7, 10.01, 0.5)
    assert durations["IEF"] == pytest.approx(modified_duration(0.04, rungs).mean())
    # By hand, the means of (1 - 1.02^-2M) / 0.04 at 1, 1.25, ..., 3 years (0.9708, 1.2075, 1.4419,
    # 1.6740, 1.9039, 2.1314, 2.3567, 2.5798, 2.8007), at 7 to 10 by halves and at 20 to 30.
    assert durations.tolist() == pytest.approx([0.2, 1.896316, 7.131930, 15.638787], abs=1e-6)
    bare = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={},
    )  # fmt: skip
    assert fund_durations(bare).iloc[-1].tolist() == [0.2, 1.9, 7.2, 16.0]


def test_durations_are_of_the_last_curve_published_and_of_funds_with_a_price():
    # The 10-year yield alone carries IEF: at 4 % it has 7.131930 years (see above). Before the
    # first curve it has its usual 7.2; on a day without a curve it keeps the one before.
    market = path_market(
        month_ends(4),
        yields={10.0: [np.nan, 4.0, np.nan, 4.0]},
        TLT=[np.nan, np.nan, 100.0, 100.0],
    )
    durations = fund_durations(market)
    assert durations["IEF"].tolist() == pytest.approx([7.2, 7.13193, 7.13193, 7.13193], abs=1e-6)
    assert durations["TLT"].tolist() == pytest.approx([np.nan, np.nan, 16, 16], nan_ok=True)
    assert durations["SHY"].tolist() == [1.9] * 4


@dataclass(frozen=True)
class Fixed(DurationRule):
    """Ask for the same duration on every session. Known weakness: it is no rule."""

    name: ClassVar[str] = "fixed"

    years: float = parameter(11.6, low=0, high=30, unit="years", doc="asked for")

    def target_duration(self, market):
        return pd.Series(self.years, market.sessions)


def test_a_fund_that_starts_late_joins_the_dial_on_its_first_day():
    # 11.6 is half-way from IEF (7.2) to TLT (16). Before TLT the longest there is is IEF; before
    # BIL, which is not optional, nothing is decided.
    market = path_market(
        month_ends(4), BIL=[np.nan, 100.0, 100.0, 100.0], TLT=[np.nan, np.nan, np.nan, 100.0]
    )
    require_decisions(
        Fixed(equity_weight=0.5).target_weights(market),
        {
            "2020-02-29": [0.5, 0, 0, 0.5, 0],
            "2020-03-31": [0.5, 0, 0, 0.5, 0],
            "2020-04-30": [0.5, 0, 0, 0.25, 0.25],
        },
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (lambda market: 5.0, "sets the dial to a float; return a Series of years"),
        (lambda market: pd.Series(1j, market.sessions), "sets the dial to a Series"),
        (lambda market: pd.Series("long", market.sessions), "sets the dial to a Series"),
        (lambda market: pd.Series(-5.0, market.sessions), "asks for -5 years on"),
        (lambda market: pd.Series(float("inf"), market.sessions), "asks for inf years on"),
    ],
)
def test_a_dial_that_is_no_duration_is_refused(target, message):
    @dataclass(frozen=True)
    class Own(DurationRule):
        """Sets the dial to whatever it is given."""

        name: ClassVar[str] = "own"

        def target_duration(self, market):
            return target(market)

    market = random_market(1, ("SPY", "BIL", "SHY", "IEF", "TLT"))
    with pytest.raises(RuleError, match=message):
        decide(Own(), market)


def test_the_calendar_of_a_duration_rule_may_decide_on_a_later_session():
    @dataclass(frozen=True)
    class Fixed(DurationRule):
        name: ClassVar[str] = "fixed"

        def target_duration(self, market: Market) -> pd.Series:
            return pd.Series(7.0, market.sessions)

    # Weekdays from 2020-01-01; January began with the market and is not counted.
    market = path_market(weekdays(60), ppy=252)
    decided = Fixed(offset=3).target_weights(market)
    assert [f"{day:%m-%d}" for day in decided.index] == ["01-01", "02-05", "03-04"]
    with pytest.raises(UsageError, match="fixed: offset of a monthly calendar on monthly rows"):
        Fixed(offset=3).target_weights(path_market(month_ends(9)))
