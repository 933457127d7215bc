"""What rules read: the yield as it was known, and its trailing median."""

from __future__ import annotations

import numpy as np
import pandas as pd

from strategies.attack_defend import AttackDefend
from strategies.signals import known_yield, trailing_median
from tests.strategies.helpers import yields_market


def test_windows_mean_the_same_on_daily_and_monthly_rows():
    month = pd.Series(np.arange(24.0))
    assert trailing_median(month, 12).iloc[11] == 5.5
    rule = AttackDefend(lookback_years=1)
    for ppy, first in ((12, 11), (252, 251)):
        target = rule.target_duration(yields_market(np.full(300, 4.0), ppy))
        assert target.first_valid_index() == target.index[first]


def test_known_yield_carries_the_last_one_published():
    market = yields_market(np.array([4.0, np.nan, 5.0]))
    assert known_yield(market, 10.0, "x").tolist() == [4.0, 4.0, 5.0]
