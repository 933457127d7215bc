"""Stands for vectorbt in processes whose files, ends or addresses are looked at: the ledger.

vectorbt takes seconds to load in every process, and decides nothing there but numbers, in which
the ledger agrees with it (``tests/engine/test_with_vectorbt.py``). A process is given this one by
``PYTHONPATH``, see ``tests.warm.light``. No test of numbers may use it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backtests.engine import ledger


class Portfolio:
    """What ``backtests.engine.with_vectorbt`` asks of a portfolio."""

    def __init__(self, fills: ledger.Fills) -> None:
        self.fills = fills
        self.order_records = {
            "idx": fills.order_row,
            "col": fills.order_column,
            "size": np.abs(fills.order_units),
            "side": (fills.order_units < 0).astype(int),
            "price": fills.order_price,
            "fees": fills.order_fee,
        }

    @classmethod
    def from_orders(cls, close: pd.DataFrame, **given: Any) -> Portfolio:
        costs = given["fees"], given["slippage"]
        return cls(ledger.fill(close.to_numpy(), given["size"], *costs, given["init_cash"]))

    def value(self) -> np.ndarray:
        return self.fills.nav

    def assets(self) -> np.ndarray:
        return self.fills.units


@pd.api.extensions.register_series_accessor("vbt")
class Accessor:
    """What it asks of returns."""

    def __init__(self, series: pd.Series) -> None:
        self.series = series

    def returns(self, freq: str, year_freq: str = "252D") -> Returns:
        return Returns(self.series.to_numpy(), pd.Timedelta(year_freq) / pd.Timedelta(freq))


class Returns:
    """Headline numbers of returns."""

    def __init__(self, returns: np.ndarray, per_year: float) -> None:
        self.returns, self.per_year = returns, per_year

    def total(self) -> float:
        return np.prod(1 + self.returns) - 1

    def annualized(self) -> float:
        return (1 + self.total()) ** (self.per_year / len(self.returns)) - 1

    def annualized_volatility(self) -> float:
        return np.std(self.returns, ddof=1) * self.per_year**0.5

    def sharpe_ratio(self, risk_free: float) -> float:
        excess = self.returns - risk_free
        return excess.mean() / np.std(excess, ddof=1) * self.per_year**0.5

    def sortino_ratio(self, required_return: float) -> float:
        excess = self.returns - required_return
        falls = np.minimum(excess, 0)
        return excess.mean() / np.mean(falls**2) ** 0.5 * self.per_year**0.5

    def max_drawdown(self) -> float:
        levels = np.cumprod(1 + self.returns)
        return np.min(levels / np.maximum.accumulate(levels)) - 1

    def cond_value_at_risk(self, cutoff: float) -> float:
        worst = np.sort(self.returns)[: max(int(cutoff * len(self.returns)), 1)]
        return worst.mean()
