"""A market whose yields are made up, for rules that read them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.market import CASH, Market
from strategies.dial import DIAL


def yields_market(ten_year: np.ndarray, ppy: int = 12) -> Market:
    """Prices that stand still under a ten-year yield that does not."""
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
