"""Strategies outside the repository, as their authors would write them."""

from __future__ import annotations

TREND = '''
"""Equity above its own average, else Treasuries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from strategies.base import Strategy, parameter


@dataclass(frozen=True)
class TrendOrTreasuries(Strategy):
    """Hold equity above its moving average, else Treasuries."""

    name: ClassVar[str] = "trend_or_treasuries"

    refuge: str = parameter("IEF", unit="ticker", doc="held below the average")
    window: int = parameter(10, low=2, high=500, step=5, unit="rows", doc="of the average")

    @property
    def tickers(self) -> list[str]:
        return ["SPY", self.refuge]

    def target_weights(self, market):
        prices = market.prices["SPY"].dropna()
        average = prices.rolling(self.window).mean().dropna()
        above = (prices.loc[average.index] > average).astype(float)
        weights = pd.DataFrame({"SPY": above, self.refuge: 1.0 - above})
        return weights[weights.ne(weights.shift()).any(axis=1)]
'''
# The same rule, deciding on tomorrow's price.
PEEKING = TREND.replace("above = (prices.loc", "above = (prices.shift(-1).ffill().loc")
# The same, with a table of its own.
TABLED = TREND.replace("@dataclass", "SIGNAL = pd.Series([1.0])\n\n\n@dataclass", 1).replace(
    "        prices =", "        SIGNAL.sum()\n        prices ="
)
SHORT = '''
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from strategies.base import Strategy, parameter


@dataclass(frozen=True)
class Steady(Strategy):
    """Hold a share of equity."""

    name: ClassVar[str] = "steady"

    share: float = parameter(0.5, low=0, high=1, step=0.1, unit="fraction of value", doc="of SPY")

    @property
    def tickers(self):
        return ["SPY"]

    def target_weights(self, market):
        return pd.DataFrame({"SPY": self.share}, index=market.sessions[::12])
'''
