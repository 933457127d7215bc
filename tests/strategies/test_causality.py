"""Causality: no rule uses data from after its decision, and one that does is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.errors import HedgeError, NotDeterministicError, PeekingError, RuleError
from strategies import registry
from strategies.base import Strategy
from strategies.causality import made_market, prove_on, prove_quickly, require_causal
from strategies.function import function_rule
from strategies.schedule import decision_rows
from tests.conftest import market_of, random_market
from tests.made_figures import random_figures

KINDS = [(name, ppy) for name in registry.STRATEGIES for ppy in (252, 12)
         if (name, ppy) != ("two_prices", 12)]  # fmt: skip


@pytest.mark.parametrize(("name", "ppy"), KINDS)
def test_no_rule_peeks(name, ppy):
    strategy = registry.make(name, {})
    market = made_market(tuple(strategy.tickers), ppy, 7)
    first = market.sessions.get_loc(strategy.target_weights(market).index[0])
    rows = np.random.default_rng(5).integers(first, len(market.sessions) - 1, 50)
    require_causal(strategy, market, [market.sessions[row] for row in rows])


@pytest.mark.parametrize("code", ["JPY", "GBP"])
@pytest.mark.parametrize(("name", "ppy"), KINDS)
def test_no_rule_peeks_in_another_currency(name, ppy, code):
    """Markets cut know the figures of the currency up to the cut, and what they make of prices."""
    strategy = registry.make(name, {})
    dollars = made_market(tuple(strategy.tickers), ppy, 7)
    conversion = Conversion(currency=code, ratios=dict.fromkeys(strategy.tickers, 0.7))
    market = in_currency(dollars, conversion, random_figures(code, dollars.sessions))
    first = market.sessions.get_loc(strategy.target_weights(market).index[0])
    rows = np.random.default_rng(6).integers(first, len(market.sessions) - 1, 8)
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
    """It shows only at a cut on the decision's own session, about one in twenty."""
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


def test_a_first_decision_that_waits_for_the_end_is_foresight():
    """It decides only on the last row it sees: on the whole market nothing is decided earlier."""

    def rule(market):
        return (market.prices["SPY"].iloc[-1:] > 0).astype(float).to_frame("SPY")

    with pytest.raises(PeekingError, match="rule peeks"):
        prove_on(function_rule(rule, ["SPY"]), made_market(("SPY",), 12), seconds=0.0)


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
    """It looks ahead only at prices above 2000, which the random market never reaches."""
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


def weights_where(condition) -> pd.DataFrame:
    return condition.astype(float).to_frame("SPY")


def crash(market):
    """Foresight in a crisis alone: out before a fall of 4 % over the next two rows."""
    prices = market.prices["SPY"]
    return weights_where(~(prices.shift(-2) < prices * 0.96))


def two_days(market):
    """Foresight on two days of ten years."""
    prices = market.prices["SPY"]
    shares = pd.Series(1.0, prices.index)
    for day in ("1997-03-03", "2003-06-02"):
        if day in prices.index and prices.index[-1] > pd.Timestamp(day):
            shares[day] = 0.0
    return shares.to_frame("SPY")


def postponed(market):
    """Foresight on one day: it sells on 3 March 1997, but a day later if it knows that day."""
    days = market.sessions
    shares = pd.Series(1.0, days).where(days < pd.Timestamp("1997-03-03"), 0.0)
    if days[-1] > pd.Timestamp("1997-03-03"):
        shares["1997-03-03"] = 1.0
    return shares.to_frame("SPY")


@pytest.mark.parametrize("rule", [crash, two_days, postponed])
def test_rare_foresight_is_seen_where_the_weights_change(rule):
    with pytest.raises(PeekingError):
        prove_on(function_rule(rule, ["SPY"]), made_market(("SPY",), 252), seconds=0.0)


CACHE: dict[object, object] = {}


def cached_by_start(market):
    """Looks ahead from the second call on, if the first one saw the future."""
    prices = CACHE.setdefault(market.sessions[0], market.prices["SPY"])
    ahead = (prices.shift(-20) > prices).astype(float)
    return weights_where(ahead.reindex(market.sessions))


@dataclass(frozen=True)
class CachedInItself(Peeker):
    """Keeps the first prices that it sees."""

    name: ClassVar[str] = "cached"

    def signal(self, prices):
        if "seen" not in vars(self):
            vars(self)["seen"] = prices.shift(-20) > prices
        return vars(self)["seen"].reindex(prices.index, fill_value=False)


@pytest.mark.parametrize("rule", [function_rule(cached_by_start, ["SPY"]), CachedInItself()])
def test_what_a_rule_keeps_from_call_to_call_hides_no_future(rule):
    CACHE.clear()
    with pytest.raises(HedgeError, match="peeks|deterministic|is nan"):
        prove_on(rule, made_market(("SPY",), 252), seconds=0.0)


def test_the_order_of_a_sum_is_no_foresight():
    """A sum of sixty columns differs in its last digit with the number of rows."""
    tickers = tuple(f"T{number}" for number in range(60))
    mix = np.random.default_rng(0).random(60)

    def rule(market):
        moves = market.prices.pct_change(fill_method=None).fillna(0.0).to_numpy()
        signal = np.tanh(np.convolve(moves @ mix, np.ones(7) / 7, "full")[: len(moves)])
        return weights_where(pd.Series(0.5 + 0.4 * signal, market.sessions).rename("T0")).rename(
            columns={"SPY": "T0"}
        )

    prove_on(function_rule(rule, tickers), random_market(5, tickers), seconds=0.2)


def test_honest_rules_pass():
    def expanding(market):
        prices = market.prices["SPY"]
        return weights_where(prices > prices.expanding(200).mean()).iloc[200:]

    def once(market):
        return pd.DataFrame({"SPY": 0.5}, index=market.sessions[:1])

    for rule in (expanding, once):
        for market in (random_market(6), random_market(7, rows=240)):
            assert prove_on(function_rule(rule, ["SPY"]), market, seconds=0.1) is not None


def test_what_is_not_declared_is_not_seen():
    """A rate that is not declared is missing in the run, as it was in the proof."""

    def rule(market):
        return weights_where(market.cpi > 0)

    market = made_market(("SPY",), 12)
    with pytest.raises(RuleError, match="has to declare its needs"):
        prove_on(function_rule(rule, ["SPY"]), market)
    assert prove_on(function_rule(rule, ["SPY"], ["cpi"]), market, seconds=0.0) is not None


def test_no_way_leads_from_a_cut_market_to_what_came_later():
    market = random_market(8)
    cut = market.until(market.sessions[99])
    for frame in (cut.prices, cut.cash):
        base = frame.to_numpy()
        while isinstance(base, np.ndarray):
            assert base.size <= 100 * 2
            base = base.base
        assert not isinstance(base, np.ndarray)
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
        market.prices.to_numpy().flags.writeable = True
