"""A signal is worked out once for each market, and only what is built in is remembered."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from strategies import stepped
from strategies.attack_defend import AttackDefend
from strategies.carry import Carry
from strategies.causality import made_market
from strategies.dial import DIAL
from strategies.duration_trend import DurationTrend
from strategies.rate_cycle import RateCycle
from strategies.stepped import SteppedRule

KINDS = (AttackDefend, Carry, DurationTrend, RateCycle)


@pytest.fixture
def market():
    # One that no other test has asked about.
    whole = made_market(("SPY", *DIAL), 12)
    return whole.until(whole.sessions[-1])


@pytest.fixture
def asked(monkeypatch):
    """The rules whose signal was worked out."""
    rules = []
    for kind in KINDS:

        def signal(self, market, plain=kind.signal):
            rules.append(self)
            return plain(self, market)

        monkeypatch.setattr(kind, "signal", signal)
    return rules


@pytest.mark.parametrize(
    ("rule", "same", "other"),
    [
        (AttackDefend(), {"step_bp": 75.0, "hysteresis_bp": 0.0}, {"lookback_years": 3.0}),
        (Carry(), {"full_at_bp": 50.0, "equity_weight": 0.4}, None),
        (DurationTrend(), {"duration_max": 10.0, "offset": 2}, {"bond": "SHY"}),
        (DurationTrend(), {"duration_min": 1.0}, {"lookback_months": 6.0}),
        (RateCycle(), {"threshold_bp": 50.0}, {"window_months": 6.0}),
    ],
)
def test_a_signal_is_worked_out_once_for_each_market_and_what_it_depends_on(
    rule, same, other, market, asked
):
    rule.target_duration(market)
    dataclasses.replace(rule, **same).target_duration(market)
    assert asked == [rule]
    if other:
        dataclasses.replace(rule, **other).target_duration(market)
        assert len(asked) == 2
    rule.target_duration(market.until(market.sessions[-2]))
    assert asked[-1] == rule
    assert len(asked) == (3 if other else 2)


def test_what_is_handed_out_of_memory_cannot_be_changed_there(market):
    rule = Carry()
    before = rule.signal_on(market).tolist()
    mine = rule.signal_on(market)
    mine.iloc[:] = 0.0
    assert str(rule.signal_on(market).tolist()) == str(before)


def test_a_rule_of_the_users_own_is_asked_each_time(market):
    class Mine(Carry):
        """Carry that counts. Known weakness: none."""

        name = "mine"
        times = 0

        def signal(self, market):
            Mine.times += 1
            return super().signal(market)

    for _ in range(2):
        Mine().target_duration(market)
    assert Mine.times == 2


def test_of_many_signals_the_latest_are_remembered(market, asked, monkeypatch):
    monkeypatch.setattr(stepped, "MOST_SIGNALS", 2)
    for months in (1.0, 2.0, 3.0, 2.0, 1.0):
        RateCycle(window_months=months).target_duration(market)
    assert [rule.window_months for rule in asked] == [1.0, 2.0, 3.0, 1.0]


def test_the_share_turns_the_dial_between_the_rules_own_ends(market):
    class Half(SteppedRule):
        """Half way. Known weakness: it never moves."""

        name = "half"
        settings = ()

        @staticmethod
        def step(signal, settings, share):
            share[:] = [0.5] * len(signal)

        def signal(self, market):
            return pd.Series(0.0, market.sessions)

    target = Half(duration_min=2.0, duration_max=5.0).target_duration(market)
    assert set(target) == {3.5}
    assert target.index.equals(market.sessions)
