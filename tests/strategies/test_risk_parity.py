"""risk_parity by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.market import CASH, Market
from strategies import registry


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
