"""Long duration only while bonds move against equity: the sign of their correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.dial import DurationRule
from strategies.signals import trailing_correlation, window_rows

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class CorrelationHedge(DurationRule):
    """Hold the longest duration while trailing stock-bond correlation is below a level.

    Source: the literature on the sign of stock-bond correlation (positive from 1966 to the
    late 1990s, negative to 2021, positive after).

    Known weakness: a trailing window shows a change of sign only years after it.
    """

    name: ClassVar[str] = "correlation_hedge"

    lookback_months: float = parameter(
        36.0, low=3, high=120, step=12, unit="months", doc="window of the correlation"
    )
    below: float = parameter(
        0.0, low=-1, high=1, step=0.1, unit="correlation", doc="long while the correlation is below"
    )

    def target_duration(self, market: Market) -> pd.Series:
        """Go long while the 7-10 year fund has moved against equity."""
        rows = window_rows(self.lookback_months / 12.0, market)
        moved = trailing_correlation(market.prices["SPY"], market.prices["IEF"], rows)
        return self.between((moved < self.below).astype(float)).where(moved.notna())
