"""All rules: laws that hold for each, and what each refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataError
from data.market import Market
from strategies import registry
from strategies.causality import made_market
from strategies.dial import DIAL

RULES = [name for name in registry.STRATEGIES if name not in ("equity_only", "hedge_mix")]
DURATION_RULES = [name for name in RULES if name != "risk_parity"]


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
