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
from strategies.decisions import decide
from strategies.dial import DIAL, DurationRule, blend, fund_durations
from tests.conftest import random_market
from tests.strategies.helpers import yields_market


def test_a_dial_with_its_ends_exchanged_is_refused():
    with pytest.raises(UsageError, match="duration_min 16 is above duration_max 0.2"):
        AttackDefend(duration_min=16, duration_max=0.2)


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
    found = fund_durations(made).iloc[-1]
    rungs = np.arange(7, 10.01, 0.5)
    assert found["IEF"] == pytest.approx(modified_duration(0.04, rungs).mean())
    bare = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={},
    )  # fmt: skip
    assert fund_durations(bare).iloc[-1].tolist() == [0.2, 1.9, 7.2, 16.0]


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
