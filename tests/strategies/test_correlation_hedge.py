"""correlation_hedge by hand."""

from __future__ import annotations

from data.market import Market
from strategies import registry
from strategies.causality import made_market
from strategies.dial import DIAL


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
