"""two_prices by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from data.market import Market
from strategies.causality import made_market
from strategies.dial import DIAL
from strategies.two_prices import TwoPrices
from tests.strategies.helpers import yields_market


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


def test_two_prices_refuses_monthly_rows():
    with pytest.raises(DataError, match="two_prices needs daily data, and made is monthly"):
        TwoPrices().target_weights(made_market(("SPY", *DIAL), 12))
