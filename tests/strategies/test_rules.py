"""Duration rules: switches worked out by hand, the dial, causality and laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataError, UsageError
from data.market import CASH, Market
from data.treasuries.bonds import modified_duration
from strategies import registry
from strategies.attack_defend import AttackDefend
from strategies.base import Strategy
from strategies.causality import PeekingError, made_market, prove_quickly, require_causal
from strategies.dial import DIAL, blend, fund_durations
from strategies.signals import known_yield, trailing_median
from strategies.two_prices import TwoPrices

RULES = [name for name in registry.STRATEGIES if name not in ("equity_only", "hedge_mix")]
DURATION_RULES = [name for name in RULES if name != "risk_parity"]
KINDS = [(name, ppy) for name in registry.STRATEGIES for ppy in (252, 12)
         if (name, ppy) != ("two_prices", 12)]  # fmt: skip


# --- attack_defend by hand ----------------------------------------------------------------


def steps(*distances: float, hysteresis_bp: float = 10.0, step_bp: float = 50.0) -> list[float]:
    rule = AttackDefend(hysteresis_bp=hysteresis_bp, step_bp=step_bp)
    return rule.steps(pd.Series(distances, dtype=float)).tolist()


def test_one_step_up_and_one_down():
    # Slack is 1/2 + 10/50 = 0.7 steps: 0.7 itself does not move, 0.71 does.
    assert steps(0.0, 0.7, 0.71, 1.0, 0.31, 0.3, 0.29) == [0, 0, 1, 1, 1, 1, 0]


def test_a_staircase_climbs_and_is_clipped_at_three():
    assert steps(1, 2, 3, 4, 9) == [1, 2, 3, 3, 3]
    assert steps(-1, -2, -3, -4, -9) == [-1, -2, -3, -3, -3]


def test_a_whipsaw_inside_the_band_does_nothing():
    assert steps(0.6, -0.6, 0.65, -0.7, 0.69) == [0, 0, 0, 0, 0]
    # Around the first step: from 1 the band reaches from 0.3 to 1.7.
    assert steps(1.0, 0.35, 1.69, 0.31, 1.65) == [1, 1, 1, 1, 1]


def test_a_jump_goes_to_the_nearest_step_at_once():
    assert steps(2.6, -1.4) == [3, -1]
    assert steps(2.49) == [2]


def test_without_hysteresis_the_half_step_is_the_border():
    assert steps(0.5, 0.51, 0.49, hysteresis_bp=0) == [0, 1, 0]


def test_days_without_a_median_have_no_step():
    answer = steps(float("nan"), 1.0)
    assert np.isnan(answer[0])
    assert answer[1] == 1


def yields_market(ten_year: np.ndarray, ppy: int = 12) -> Market:
    sessions = (
        pd.date_range("1990-01-31", periods=len(ten_year), freq="ME")
        if ppy == 12
        else pd.bdate_range("1990-01-01", periods=len(ten_year))
    )
    prices = pd.DataFrame(100.0, sessions, ["SPY", *DIAL])
    yields = pd.DataFrame({1.0: 3.0, 10.0: ten_year, 30.0: 5.0}, index=sessions)
    return Market(
        source="made", title="", prices=prices, cash=pd.Series(100.0, sessions, name=CASH),
        periods_per_year=ppy, provenance={}, yields=yields,
    )  # fmt: skip


def test_the_dial_follows_the_yield_against_its_median_today_included():
    # One year of 4 %, then 4.60: the median of the last 12 months is still 4, so x = 1.2 and
    # n = 1. After six more months at 4.60 half of the window is 4.60 and the median 4.30
    # (x = 0.6, inside the band); a month later it is 4.60: x = 0 and the dial goes back.
    rule = AttackDefend(lookback_years=1, duration_min=1, duration_max=13)
    ten_year = np.r_[np.full(12, 4.0), np.full(8, 4.6)]
    target = rule.target_duration(yields_market(ten_year))
    assert target.iloc[:11].isna().all()
    # n = 0 is the middle of 1 to 13 years, a step up 2 years more.
    assert target.iloc[11:].tolist() == [7, 9, 9, 9, 9, 9, 9, 7, 7]


def test_price_down_lengthens_and_price_up_shortens():
    rule = AttackDefend(lookback_years=1)
    for moved, sign in ((6.0, 1), (2.0, -1)):
        target = rule.target_duration(yields_market(np.r_[np.full(12, 4.0), moved]))
        assert np.sign(target.iloc[-1] - target.iloc[-2]) == sign


def test_ties_round_away_from_zero_either_way():
    assert steps(1.5, hysteresis_bp=0) == [2]
    assert steps(-1.5, hysteresis_bp=0) == [-2]


def test_a_dial_with_its_ends_exchanged_is_refused():
    with pytest.raises(UsageError, match="duration_min 16 is above duration_max 0.2"):
        AttackDefend(duration_min=16, duration_max=0.2)


@pytest.mark.parametrize("constant", [-2.0, 0.37, 3.0])
def test_a_constant_added_to_every_yield_changes_no_relative_rule(constant):
    market = made_market(("SPY", *DIAL), 12)
    rule = AttackDefend()
    moved = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={}, yields=market.yields + constant,
    )  # fmt: skip
    ours, theirs = rule.target_duration(market), rule.target_duration(moved)
    pd.testing.assert_series_equal(ours, theirs)


def test_windows_mean_the_same_on_daily_and_monthly_rows():
    month = pd.Series(np.arange(24.0))
    assert trailing_median(month, 12).iloc[11] == 5.5
    rule = AttackDefend(lookback_years=1)
    for ppy, first in ((12, 11), (252, 251)):
        target = rule.target_duration(yields_market(np.full(300, 4.0), ppy))
        assert target.first_valid_index() == target.index[first]


# --- the other rules by hand --------------------------------------------------------------


def test_rate_cycle_waits_for_the_first_cut_and_the_first_rise():
    market = yields_market(np.full(12, 4.0))
    rate = [5, 5, 5, 5, 4.5, 4.5, 4.5, 4.5, 4.6, 4.7, 5.0, 5.0]
    cut = Market(
        source="made", title="", prices=market.prices, cash=market.cash, periods_per_year=12,
        provenance={}, policy_rate=pd.Series(rate, market.sessions, name="policy_rate"),
    )  # fmt: skip
    rule = registry.make("rate_cycle", {"duration_min": "1", "duration_max": "9"})
    target = rule.target_duration(cut)
    # Changes over three months from row 3 on: 0, -.5 (cut), -.5, -.5, 0, .1, .2, .5 (rise), .4.
    assert target.iloc[3:].tolist() == [1, 9, 9, 9, 9, 9, 9, 1, 1]


def test_two_prices_shortens_only_when_all_three_agree():
    rows = 60
    market = yields_market(np.full(rows, 4.0), 252)
    rising, falling = np.linspace(4, 5, rows), np.linspace(100, 90, rows)
    rule = TwoPrices(duration_min=1, duration_max=9)
    for yield_up in (True, False):
        for dollar_down in (True, False):
            for equity_down in (True, False):
                prices = market.prices
                prices["SPY"] = falling if equity_down else falling[::-1]
                yields = market.yields
                yields[10.0] = rising if yield_up else rising[::-1]
                usd = pd.Series(falling if dollar_down else falling[::-1], market.sessions)
                made = Market(
                    source="made", title="", prices=prices, cash=market.cash,
                    periods_per_year=252, provenance={}, yields=yields, usd=usd.rename("usd"),
                )  # fmt: skip
                target = rule.target_duration(made)
                assert target.iloc[-1] == (1 if yield_up and dollar_down and equity_down else 9)


def test_correlation_and_trend_take_the_sign():
    market = made_market(("SPY", *DIAL), 12)
    for opposite in (True, False):
        prices = market.prices
        prices["IEF"] = prices["SPY"] ** (-0.5 if opposite else 0.5)
        made = Market(
            source="made", title="", prices=prices, cash=market.cash, periods_per_year=12,
            provenance={},
        )  # fmt: skip
        rule = registry.make("correlation_hedge", {})
        target = rule.target_duration(made).dropna()
        assert set(target) == {rule.duration_max if opposite else rule.duration_min}


def test_risk_parity_weighs_by_inverse_volatility():
    sessions = pd.date_range("1990-01-31", periods=40, freq="ME")
    wave = np.where(np.arange(40) % 2, 1.0, -1.0)
    prices = pd.DataFrame(
        {"SPY": 100 * np.cumprod(1 + 0.03 * wave), "IEF": 100 * np.cumprod(1 + 0.01 * wave)},
        index=sessions,
    )
    market = Market(
        source="made", title="", prices=prices, cash=pd.Series(1.0, sessions, name=CASH),
        periods_per_year=12, provenance={},
    )  # fmt: skip
    weights = registry.make("risk_parity", {}).target_weights(market)
    assert weights["SPY"].iloc[-1] == pytest.approx(0.25)
    assert weights["IEF"].iloc[-1] == pytest.approx(0.75)


# --- the dial -----------------------------------------------------------------------------


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


# --- causality ----------------------------------------------------------------------------


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


# --- laws and refusals --------------------------------------------------------------------


@pytest.mark.parametrize("name", RULES)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=72)  # seven rules: over 500 markets
def test_weights_are_never_negative_over_one_or_missing(name, seed):
    strategy = registry.make(name, {})
    ppy = 252 if name == "two_prices" else 12
    market = made_market.__wrapped__(tuple(strategy.tickers), ppy, seed)
    weights = strategy.target_weights(market).to_numpy()
    assert np.isfinite(weights).all()
    assert weights.min() >= 0
    assert weights.sum(axis=1).max() <= 1 + 1e-12


@pytest.mark.parametrize("name", DURATION_RULES)
def test_the_scale_of_prices_does_not_matter(name):
    strategy = registry.make(name, {})
    market = made_market(("SPY", *DIAL), 252)
    prices = market.prices * np.array([1.0, 0.01, 3.0, 700.0, 5.0])
    scaled = Market(
        source="made", title="", prices=prices, cash=market.cash, periods_per_year=252,
        provenance={}, yields=market.yields, policy_rate=market.policy_rate, usd=market.usd,
    )  # fmt: skip
    pd.testing.assert_frame_equal(
        strategy.target_weights(market), strategy.target_weights(scaled), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("attack_defend", "needs the 10-year yield, which bare does not have"),
        ("carry", "needs the 10-year yield"),
        ("rate_cycle", "needs the policy rate, which bare does not have"),
        ("two_prices", "needs a dollar index|needs the 10-year yield"),
    ],
)
def test_a_rule_without_its_input_says_so(name, lacks):
    full = made_market(("SPY", *DIAL), 252)
    bare = Market(
        source="bare", title="", prices=full.prices, cash=full.cash, periods_per_year=252,
        provenance={},
    )  # fmt: skip
    with pytest.raises(DataError, match=lacks):
        registry.make(name, {}).target_weights(bare)


def test_two_prices_refuses_monthly_rows():
    with pytest.raises(DataError, match="two_prices needs daily data, and made is monthly"):
        TwoPrices().target_weights(made_market(("SPY", *DIAL), 12))


def test_too_little_history_names_the_rule():
    market = made_market(("SPY", *DIAL), 12)
    with pytest.raises(UsageError, match="attack_defend has too little history in made up to"):
        AttackDefend().target_weights(market.until(market.sessions[20]))


def test_known_yield_carries_the_last_one_published():
    market = yields_market(np.array([4.0, np.nan, 5.0]))
    assert known_yield(market, 10.0, "x").tolist() == [4.0, 4.0, 5.0]
