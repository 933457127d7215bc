"""Candidates decided together are those decided one by one, to the last bit, and look at no future.

The origin of every number is ``schedules`` of ``target_weights``, a candidate at a time.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.engine import together
from backtests.engine.candidates import Candidates, PricePanel, make_panel, schedules
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.space import rule_space
from backtests.engine.together import decided_together, weights_of
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.errors import PeekingError, UsageError, WeightError
from data.market import Market
from data.purchasing_power import in_purchasing_power
from strategies import registry
from strategies.attack_defend import AttackDefend
from strategies.base import Strategy
from strategies.carry import Carry
from strategies.causality import made_market, require_causal
from strategies.dial import DIAL, fund_durations
from strategies.duration_trend import DurationTrend
from strategies.hedge_mix import HedgeMix
from strategies.rate_cycle import RateCycle
from tests.made_figures import random_figures

HELD = ("SPY", *DIAL)
RULES = {
    "attack_defend": [
        AttackDefend(step_bp=step, hysteresis_bp=slack, lookback_years=years, equity_weight=equity)
        for step in (5.0, 25.0, 50.0) for slack in (0.0, 8.0)
        for years in (0.5, 3.0) for equity in (0.0, 0.35, 1.0)
    ],
    "carry": [
        Carry(full_at_bp=full, equity_weight=equity)
        for full in (1.0, 25.0, 200.0) for equity in (0.2, 0.6)
    ],
    "duration_trend": [
        DurationTrend(lookback_months=months, bond=bond, duration_min=2.0, duration_max=end)
        for months in (1.0, 12.0) for bond in ("SHY", "IEF") for end in (2.0, 7.5, 20.0)
    ],
    "rate_cycle": [
        RateCycle(threshold_bp=bp, window_months=months, equity_weight=0.7)
        for bp in (1.0, 10.0, 25.0) for months in (1.0, 6.0)
    ],
}  # fmt: skip


def market_with_gaps(ppy: int) -> Market:
    """A made market: TLT from row 200 on, BIL from row 90 on, curve and rate with holes."""
    made = made_market(HELD, ppy, 4)
    prices = made.prices
    prices.iloc[:200, prices.columns.get_loc("TLT")] = np.nan
    prices.iloc[:90, prices.columns.get_loc("BIL")] = np.nan
    rng = np.random.default_rng(8)
    yields, rate = made.yields, made.policy_rate
    yields[rng.random(yields.shape) < 0.05] = np.nan
    rate[rng.random(len(rate)) < 0.05] = np.nan
    return Market(
        source="made", title="", prices=prices, cash=made.cash, periods_per_year=ppy,
        provenance={}, yields=yields, policy_rate=rate,
    )  # fmt: skip


MARKETS = {ppy: market_with_gaps(ppy) for ppy in (252, 12)}


def panel_of(market: Market, row: int, *, is_invested=True, lag=1, tickers=HELD) -> PricePanel:
    opening = Opening(market.sessions[row], is_invested=is_invested)
    return make_panel(market, tickers, Costs(lag=lag), opening=opening, optional=("TLT",))


def one_by_one(rules, panel, market) -> Candidates:
    return schedules(panel, market, [rule.target_weights(market.nominal) for rule in rules])


def require_same(made: Candidates | None, expected: Candidates) -> None:
    assert made is not None
    for name in ("targets", "rows", "offsets"):
        mine, other = getattr(made, name), getattr(expected, name)
        assert (mine.dtype, mine.shape) == (other.dtype, other.shape), name
        assert mine.tobytes() == other.tobytes(), name
    assert made.targets.flags.c_contiguous
    assert made.is_plain


def test_each_may_decide_on_a_session_of_its_own():
    market, panel = MARKETS[252], panel_of(MARKETS[252], 700)
    rules = [Carry(offset=day) for day in (3, 1, 15, 1)]
    require_same(decided_together(rules, panel, market), one_by_one(rules, panel, market))


@pytest.mark.parametrize("ppy", MARKETS)
@pytest.mark.parametrize("name", RULES)
def test_rows_and_targets_are_those_of_one_by_one(name, ppy):
    market, rules = MARKETS[ppy], RULES[name]
    # From the first row that all have decided by, and from later ones; of the fill, of the money.
    begins = max(rule.target_weights(market).index[0] for rule in rules)
    first = market.sessions.get_loc(begins)
    for row in (first, first + 1, first + 37):
        for is_invested, lag in ((True, 1), (False, 1), (True, 2), (False, 5)):
            panel = panel_of(market, row, is_invested=is_invested, lag=lag)
            made = decided_together(rules, panel, market)
            require_same(made, one_by_one(rules, panel, market))


def test_tickers_of_a_panel_may_come_in_another_order_and_be_more():
    made = made_market((*HELD, "GLD"), 12, 2)
    panel = panel_of(made, 200, tickers=("GLD", "TLT", "SPY", "IEF", "SHY", "BIL"))
    rules = RULES["carry"]
    require_same(decided_together(rules, panel, made), one_by_one(rules, panel, made))


def test_in_another_currency_and_in_purchasing_power_too():
    dollars = made_market(HELD, 12, 7)
    yen = in_currency(
        dollars,
        Conversion(currency="JPY", ratios=dict.fromkeys(HELD, 0.7)),
        random_figures("JPY", dollars.sessions),
    )
    for market in (yen, in_purchasing_power(dollars)):
        panel = panel_of(market, 150)
        for rules in RULES.values():
            require_same(decided_together(rules, panel, market), one_by_one(rules, panel, market))


# --- where it leaves the answer to the rules themselves -----------------------------------


class Mine(Carry):
    """Carry, as a user has extended it. Known weakness: as carry."""

    name = "mine"


@pytest.mark.parametrize(
    "rules",
    [
        [HedgeMix()],
        [Mine()],
        [Carry(), Mine()],
        [registry.make("correlation_hedge", {})],
    ],
    ids=["no dial", "of the user's own", "one of them", "no step"],
)
def test_rules_without_a_step_of_ours_are_asked_one_by_one(rules):
    assert decided_together(rules, panel_of(MARKETS[12], 200), MARKETS[12]) is None


@pytest.mark.parametrize("name", ["tickers", "target_duration", "target_weights"])
def test_a_rule_that_overrides_what_surrounds_its_step_is_asked_itself(name, monkeypatch):
    class Other(Carry):
        """Carry, as the project may extend it. Known weakness: as carry."""

    monkeypatch.setattr(Other, "__module__", "strategies.other")
    market, panel = MARKETS[12], panel_of(MARKETS[12], 200)
    assert decided_together([Other()], panel, market) is not None
    monkeypatch.setattr(Other, name, {
        "tickers": property(lambda self: ["SPY", "BIL", "SHY", "IEF"]),
        "target_duration": lambda self, market: pd.Series(5.0, market.sessions),
        "target_weights": lambda self, market: market.prices[["SPY"]] * 0.0,
    }[name])  # fmt: skip
    assert decided_together([Other()], panel, market) is None


def test_what_cannot_be_traded_is_left_to_be_said():
    market, rules = MARKETS[12], RULES["attack_defend"]
    late = market.sessions.get_loc(max(r.target_weights(market).index[0] for r in rules)) - 1
    fewer = panel_of(market, 250, tickers=("SPY", "BIL", "SHY", "IEF"))
    for panel, asked, error, words in (
        (panel_of(market, late), rules, UsageError, "makes its first decision on"),
        (fewer, rules, UsageError, "holds TLT, which is not among the tickers of the sweep"),
        (panel_of(market, 250), [AttackDefend(lookback_years=20)] * 2, None, ""),
        (panel_of(market, 250), [Carry(offset=2)], UsageError, "offset of a monthly calendar on"),
    ):
        made = decided_together(asked, panel, market)
        assert (made is None) == (error is not None)
        if error:
            with pytest.raises(error, match=words):
                one_by_one(asked, panel, market)


def test_a_fund_wanted_before_its_first_price_in_the_panel_is_left_to_be_said():
    market, rules = MARKETS[12], [DurationTrend(duration_min=16.0)]
    panel = panel_of(market, 210)
    panel = replace(panel, first=np.where(np.arange(6) == 4, 30, panel.first))
    assert decided_together(rules, panel, market) is None
    with pytest.raises(WeightError, match="before its first price"):
        one_by_one(rules, panel, market)


@pytest.mark.parametrize("wrong", [np.nan, -2.0, 0.6])
def test_weights_that_must_not_trade_are_left_to_be_said(wrong, monkeypatch):
    plain = together.blended

    def blended(wanted, years):
        weights = plain(wanted, years)
        weights[-1, 1] += wrong
        return weights

    market, panel = MARKETS[12], panel_of(MARKETS[12], 250)
    assert decided_together(RULES["carry"], panel, market) is not None
    monkeypatch.setattr(together, "blended", blended)
    assert decided_together(RULES["carry"], panel, market) is None


def test_a_panel_of_other_sessions_is_left_to_the_rules():
    market = MARKETS[12]
    panel = panel_of(market.until(market.sessions[-2]), 250)
    assert decided_together(RULES["carry"], panel, market) is None


def test_a_space_asks_together_and_else_one_by_one(monkeypatch):
    market, panel = MARKETS[12], panel_of(MARKETS[12], 250)
    grid = {"full_at_bp": "5,25,50", "band": "0,0.05"}
    space = rule_space("carry", grid, Carry().params())
    numbers = np.array([0, 1, 2, 4, 5])
    rules = [space.rule(int(number)) for number in numbers]
    # Those that differ in their bands alone decide once, and are all there.
    require_same(space.candidates(panel, market, numbers), one_by_one(rules, panel, market))
    monkeypatch.setattr("backtests.engine.space.decided_together", lambda *_: None)
    require_same(space.candidates(panel, market, numbers), one_by_one(rules, panel, market))
    assert space.is_stepped
    assert not rule_space("correlation_hedge", {"below": "0,0.1"}, {}).is_stepped


def test_what_rules_share_is_remembered_for_the_latest(monkeypatch):
    monkeypatch.setattr(together, "MOST_SIGNALS", 2)
    market = MARKETS[12].until(MARKETS[12].sessions[-3])
    panel = panel_of(market, 250)
    made = []
    plain = together._ground_of
    monkeypatch.setattr(
        together, "_ground_of", lambda rule, own: made.append(rule) or plain(rule, own)
    )
    for months in (1.0, 2.0, 1.0, 3.0, 1.0):
        rules = [RateCycle(window_months=months, threshold_bp=bp) for bp in (5.0, 10.0)]
        assert decided_together(rules, panel, market) is not None
    assert [rule.window_months for rule in made] == [1.0, 2.0, 3.0, 1.0]


def test_what_rules_share_holds_no_copy_of_what_the_market_has():
    # Of thousands of signals on a long market, copies of durations would take gigabytes.
    market = made_market(HELD, 252, 7)
    durations = fund_durations(market).to_numpy(float)
    for rule in (AttackDefend(lookback_years=1.0), AttackDefend(lookback_years=2.0)):
        ground = together._ground(rule, market)
        assert np.shares_memory(ground.durations, durations)
        assert np.shares_memory(ground.signal, rule.signal_on(market).to_numpy())


# --- no look ahead ------------------------------------------------------------------------


def as_a_search_asks(rule: Strategy, market: Market) -> pd.DataFrame:
    """The decisions of a rule by its compiled step."""
    (rows,), weights = weights_of([rule], market)
    return pd.DataFrame(weights, market.sessions[rows], rule.tickers)


@pytest.mark.parametrize("ppy", [252, 12])
@pytest.mark.parametrize("name", RULES)
def test_no_compiled_rule_peeks(name, ppy):
    rule = registry.make(name, {})
    market = made_market(HELD, ppy, 7)
    decided = as_a_search_asks(rule, market)
    pd.testing.assert_frame_equal(
        decided, rule.target_weights(market), check_exact=True, check_freq=False
    )
    first = market.sessions.get_loc(decided.index[0])
    rows = np.random.default_rng(5).integers(first, len(market.sessions) - 1, 50)
    require_causal(rule, market, [market.sessions[row] for row in rows], as_a_search_asks)


@pytest.mark.parametrize("name", RULES)
def test_another_future_leaves_compiled_decisions_as_they_were(name):
    market = made_market(HELD, 252, 7)
    for row in (2_000, 3_001, 4_321):
        later = np.arange(len(market.sessions)) > row
        other = Market(
            source="made", title="", periods_per_year=252, provenance={},
            prices=market.prices.mul(np.where(later, 0.7, 1.0), axis=0), cash=market.cash,
            yields=market.yields.add(np.where(later, 3.0, 0.0), axis=0),
            policy_rate=market.policy_rate + np.where(later, 2.0, 0.0),
        )  # fmt: skip
        for rule in RULES[name][:3]:
            day = market.sessions[row]
            before, after = (as_a_search_asks(rule, each).loc[:day] for each in (market, other))
            pd.testing.assert_frame_equal(before, after, check_exact=True)


def looking_ahead(signal, settings, share):
    for row in range(len(signal)):
        share[row] = 1.0 if signal[min(row + 1, len(signal) - 1)] > 0.0 else 0.0


def test_a_step_that_looks_one_row_ahead_is_refused_by_both_ways(monkeypatch):
    monkeypatch.setattr(DurationTrend, "step", staticmethod(looking_ahead))
    rule, market = DurationTrend(lookback_months=1), made_market(HELD, 12, 7)
    cuts = list(market.sessions[100:140])
    for ask in (as_a_search_asks, lambda own, there: own.target_weights(there)):
        with pytest.raises(PeekingError, match="changes once the sessions after"):
            require_causal(rule, market, cuts, ask)


def test_grounds_are_records():
    assert dataclasses.is_dataclass(together.Ground)
