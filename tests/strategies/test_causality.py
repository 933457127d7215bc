"""Causality: no rule peeks, and one that does is caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from data.errors import NotDeterministicError, PeekingError
from strategies import registry
from strategies.base import Strategy
from strategies.causality import made_market, prove_on, prove_quickly, require_causal
from strategies.function import function_rule
from strategies.schedule import decision_rows
from tests.conftest import market_of, random_market

KINDS = [(name, ppy) for name in registry.STRATEGIES for ppy in (252, 12)
         if (name, ppy) != ("two_prices", 12)]  # fmt: skip


@pytest.mark.parametrize(("name", "ppy"), KINDS)
def test_no_rule_peeks(name, ppy):
    strategy = registry.make(name, {})
    market = made_market(tuple(strategy.tickers), ppy, 7)
    first = market.sessions.get_loc(strategy.target_weights(market).index[0])
    rows = np.random.default_rng(5).integers(first, len(market.sessions) - 1, 50)
    require_causal(strategy, market, [market.sessions[row] for row in rows])


@dataclass(frozen=True)
class Peeker(Strategy):
    """Stands for a strategy that looks ahead. Known weakness: it is caught."""

    name: ClassVar[str] = "peeker"

    @property
    def tickers(self) -> list[str]:
        return ["SPY"]

    def signal(self, prices: pd.Series) -> pd.Series:
        raise AssertionError

    def target_weights(self, market):
        signal = self.signal(market.prices["SPY"])
        return signal.dropna().astype(float).clip(0, 1).to_frame("SPY")


@dataclass(frozen=True)
class CentredWindow(Peeker):
    """Smooths with rows of both sides."""

    def signal(self, prices):
        return prices > prices.rolling(21, center=True, min_periods=1).mean()


@dataclass(frozen=True)
class FullSamplePercentile(Peeker):
    """Ranks today within all days there will ever be."""

    def signal(self, prices):
        return prices.rank(pct=True)


@dataclass(frozen=True)
class LastSessionOfMonth(Peeker):
    """Trades on a day that is known to be the last only afterwards."""

    def signal(self, prices):
        months = prices.index.to_period("M")
        last = np.r_[months[1:] != months[:-1], True]
        return pd.Series(1.0, prices.index)[last]


@pytest.mark.parametrize("kind", [CentredWindow, FullSamplePercentile, LastSessionOfMonth])
def test_one_that_peeks_does_not_run(kind, monkeypatch, capsys, tmp_path):
    with pytest.raises(PeekingError, match="peeker peeks: its decision of"):
        prove_quickly(kind())
    from backtests.engine import config
    from backtests.run import main
    from data.command import run_command

    monkeypatch.setitem(registry.STRATEGIES, "peeker", f"{__name__}:{kind.__name__}")
    monkeypatch.setattr(registry, "strategy_class", lambda _: kind)
    monkeypatch.setattr(config, "make", lambda *_: kind())
    with pytest.raises(SystemExit) as stopped:
        run_command(main, ["peeker", "--source", "bundled", "--out", str(tmp_path)])
    assert stopped.value.code == 2
    assert "peeker peeks" in capsys.readouterr().err
    assert list(tmp_path.glob("peeker-*")) == []


# Rules of users' own: functions that look ahead, that answer by chance, that need the run's data.


def ahead(shift: int):
    """A function that holds equity before it rises: on a price of some rows later."""

    def rule(market):
        prices = market.prices["SPY"]
        first = prices.index[decision_rows(prices.index, "monthly")]
        up = (prices.shift(shift) > prices).astype(float).to_frame("SPY")
        return up.loc[first]

    return rule


@pytest.mark.parametrize("ppy", [252, 12])
def test_a_glance_at_the_next_row_is_seen_in_monthly_decisions(ppy):
    """It shows on the decision's own session alone, one in twenty."""
    rule = function_rule(ahead(-1), ["SPY"])
    with pytest.raises(PeekingError, match="rule peeks"):
        prove_on(rule, made_market(("SPY",), ppy, 11))
    prove_on(function_rule(ahead(1), ["SPY"]), made_market(("SPY",), ppy, 11))


def test_a_rule_that_fails_without_the_future_peeks():
    def rule(market):
        assert market.sessions[-1].year >= 2011
        return pd.DataFrame({"SPY": 1.0}, index=market.sessions[:1])

    with pytest.raises(PeekingError, match="it cannot decide without the sessions after"):
        prove_on(function_rule(rule, ["SPY"]), made_market(("SPY",), 252))


def test_chance_is_told_from_foresight():
    def rule(market):
        weights = np.random.default_rng().random(len(market.sessions))
        return pd.DataFrame({"SPY": weights}, index=market.sessions)

    with pytest.raises(NotDeterministicError, match="rule is not deterministic: asked twice"):
        prove_quickly(function_rule(rule, ["SPY"]))


def test_memory_between_calls_is_chance_too():
    calls = []

    def rule(market):
        calls.append(1)
        return pd.DataFrame({"SPY": 1.0 / len(calls)}, index=market.sessions)

    with pytest.raises(NotDeterministicError):
        prove_quickly(function_rule(rule, ["SPY"]))


def test_a_seed_at_each_call_is_no_chance():
    def rule(market):
        weights = np.random.default_rng(1).random(len(market.sessions))
        return pd.DataFrame({"SPY": weights}, index=market.sessions)

    prove_quickly(function_rule(rule, ["SPY"]))


def test_one_without_a_decision_on_the_made_market_is_proved_on_the_runs_own():
    """Whole foresight, but only where prices pass a thousand, as none does on the made market."""
    market = random_market(2, ("SPY",))
    market = market_of(market.prices * 50.0, market.cash)

    def rule(seen):
        prices = seen.prices["SPY"]
        high = prices[prices > 2000.0]
        return (high < high.iloc[-1:].sum()).astype(float).to_frame("SPY")

    peeker = function_rule(rule, ["SPY"])
    prove_quickly(peeker)
    with pytest.raises(PeekingError):
        prove_on(peeker, market)


def test_ours_are_not_proved_again_on_each_market(monkeypatch):
    def caught(*_):
        raise AssertionError

    monkeypatch.setattr(type(registry.make("carry", {})), "target_weights", caught)
    prove_on(registry.make("carry", {}), random_market(1))


def test_an_undeclared_need_is_not_there_on_the_made_market():
    def rule(market):
        rate = market.policy_rate
        return (rate < rate.rolling(20).mean()).astype(float).to_frame("SPY").iloc[20:]

    undeclared = function_rule(rule, ["SPY"])
    assert made_market(("SPY",), 252, needs=undeclared.needs).policy_rate is None
    assert made_market(("SPY",), 252, needs=("policy_rate",)).policy_rate is not None
    prove_quickly(function_rule(rule, ["SPY"], ["policy_rate"]))
