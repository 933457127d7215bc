"""rate_cycle by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.market import Market
from strategies import registry
from tests.strategies.helpers import yields_market


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
