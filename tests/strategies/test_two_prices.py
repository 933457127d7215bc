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
from tests.strategies.helpers import path_market, require_decisions, weekdays, yields_market


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


def test_weights_of_a_path_of_three_prices_by_hand():
    # Moves over two sessions. On row 5 (8 January) the yield rises while dollar and equity fall;
    # it is so on row 6 too (against row 4), not on row 7. Short on rows 5 and 6 and, with three
    # calm sessions of which the joint fall is the first, on rows 7 and 8; long from row 9 (14
    # January). Afterwards one of the three is missing at a time, and nothing moves the dial: on
    # row 12 equity rises, on row 15 the dollar does, on row 18 the yield falls; on row 21 the
    # yield stands still, on row 24 the dollar does, on row 27 equity. Row 23 (3 February) is a
    # first session.
    ten_year = [4.0] * 5 + [4.1] * 7 + [4.2] * 3 + [4.3] * 3 + [4.2] * 6 + [4.3] * 3 + [4.4] * 3
    dollar = [100.0] * 5 + [99.0] * 7 + [98.0] * 3 + [99.0] * 3 + [98.0] * 3 + [97.0] * 6
    equity = [100.0] * 5 + [99.0] * 7 + [100.0] * 3 + [99.0] * 3 + [98.0] * 3 + [97.0] * 3
    dollar, equity = dollar + [96.0] * 3, equity + [96.0] * 6
    market = path_market(weekdays(30), ppy=252, yields={10.0: ten_year}, usd=dollar, SPY=equity)
    long, short = [0.6, 0, 0, 0, 0.4], [0.6, 0.4, 0, 0, 0]
    require_decisions(
        TwoPrices(window_sessions=2, calm_sessions=3).target_weights(market),
        {"2020-01-03": long, "2020-01-08": short, "2020-01-14": long, "2020-02-03": long},
    )
