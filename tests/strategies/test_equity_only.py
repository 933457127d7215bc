"""All in one ticker, once."""

from __future__ import annotations

import numpy as np

from strategies.equity_only import EquityOnly
from tests.conftest import market_of, random_market


def test_it_decides_once_on_the_first_session_with_a_price():
    prices = random_market(1, rows=20).prices.copy()
    prices.iloc[:5, 0] = np.nan
    market = market_of(prices)
    weights = EquityOnly().target_weights(market)
    assert weights.to_dict() == {"SPY": {market.sessions[5]: 1.0}}
    other = EquityOnly(ticker="IEF").target_weights(market)
    assert other.to_dict() == {"IEF": {market.sessions[0]: 1.0}}
