"""Bond momentum: the opposite of attack_defend, and documented in the literature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.signals import trailing_return, window_rows
from strategies.stepped import SteppedRule
from strategies.steps import Step, above_zero

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class DurationTrend(SteppedRule):
    """Hold the longest duration while a Treasury fund has beaten bills over the past year.

    Source: time-series momentum, Moskowitz, Ooi and Pedersen (2012): twelve months, none
    skipped.

    Known weakness: it switches after prices have turned, and in a market without a trend it
    loses on both switches.
    """

    name: ClassVar[str] = "duration_trend"
    step: ClassVar[Step] = staticmethod(above_zero)
    signal_of: ClassVar[tuple[str, ...]] = ("lookback_months", "bond")

    lookback_months: float = parameter(
        12.0, low=1, high=60, step=3, unit="months", doc="window of the excess return"
    )
    bond: str = parameter(
        "IEF", unit="ticker", choices=("SHY", "IEF"), doc="fund whose trend counts"
    )

    @property
    def settings(self) -> tuple[float, ...]:
        """None: above bills is long, below them short."""
        return ()

    def signal(self, market: Market) -> pd.Series:
        """Return of the fund above that of bills."""
        rows = window_rows(self.lookback_months / 12.0, market)
        return trailing_return(market.prices[self.bond], rows) - trailing_return(market.cash, rows)
