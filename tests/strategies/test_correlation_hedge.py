"""correlation_hedge by hand."""

from __future__ import annotations

import numpy as np
import pytest

from data.market import Market
from strategies import registry
from strategies.causality import made_market
from strategies.correlation_hedge import CorrelationHedge
from strategies.dial import DIAL
from tests.strategies.helpers import month_ends, path_market, require_decisions

LONG, SHORT = [0.6, 0, 0, 0, 0.4], [0.6, 0.4, 0, 0, 0]


def targets(name: str, bond: np.ndarray) -> set[float]:
    """Every target of a rule on random equity and the bond given."""
    market = made_market(("SPY", *DIAL), 12)
    made = Market(
        source="made", title="", prices=market.prices.assign(IEF=bond), cash=market.cash,
        periods_per_year=12, provenance={},
    )  # fmt: skip
    return set(registry.make(name, {}).target_duration(made).dropna())


def test_correlation_and_trend_take_the_sign():
    equity = made_market(("SPY", *DIAL), 12).prices["SPY"].to_numpy()
    # A bond that moves against equity in every month hedges; one that moves with it does not.
    assert targets("correlation_hedge", equity**-0.5) == {16.0}
    assert targets("correlation_hedge", equity**0.5) == {0.2}
    # Bills make 0.21 % a month there (1.0001 ** 21): a bond of 1 % a month rises against them,
    # one of 0.1 % and one of -1 % a month fall.
    months = np.arange(len(equity))
    assert targets("duration_trend", 1.01**months) == {16.0}
    assert targets("duration_trend", 1.001**months) == {0.2}
    assert targets("duration_trend", 0.99**months) == {0.2}


def levels(*returns: float) -> list[float]:
    """100, and what it becomes by returns in percent."""
    return [100.0, *(100.0 * np.cumprod(1.0 + np.array(returns) / 100.0))]


@pytest.mark.parametrize(
    ("below", "second"),
    [(0.0, LONG), (-0.6, SHORT)],
)
def test_weights_of_a_path_of_returns_by_hand(below, second):
    # Windows of three monthly returns, in units of 10 % and 1 %:
    #   April  SPY  1 -1  1, IEF -1  1 -1: correlation -1
    #   May    SPY -1  1 -1, IEF  1 -1 -1: deviations (-2 4 -2)/3 and (4 -2 -2)/3, their product
    #          sums to (-8 - 8 + 4)/9 = -12/9, each square to 24/9: correlation -0.5
    #   June   SPY  1 -1  1, IEF -1 -1  1: by the same sum, +0.5
    #   July   SPY -1  1 -1, IEF -1  1 -1: +1
    market = path_market(
        month_ends(7), SPY=levels(10, -10, 10, -10, 10, -10), IEF=levels(-1, 1, -1, -1, 1, -1)
    )
    weights = CorrelationHedge(lookback_months=3, below=below).target_weights(market)
    require_decisions(
        weights,
        {"2020-04-30": LONG, "2020-05-31": second, "2020-06-30": SHORT, "2020-07-31": SHORT},
    )
