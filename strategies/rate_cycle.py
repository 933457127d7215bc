"""The policy cycle: bonds fall while the central bank raises rates, and rise when it cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.dial import DurationRule
from strategies.signals import require_series, window_rows

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class RateCycle(DurationRule):
    """Hold the longest duration from the first rate cut of a cycle to the first rise.

    A cut or a rise is a change of the effective federal funds rate (on daily rows the mean of
    about a month, else the month's average) over three months beyond a threshold. Otherwise the
    duration is the shortest. Source: the article behind this project.

    Known weakness: the market moves before the central bank; in 2001, 2007 and 2019 much of
    the fall of yields came before the first cut, and after that of September 2024 they rose.
    """

    name: ClassVar[str] = "rate_cycle"
    needs: ClassVar[tuple[str, ...]] = ("policy_rate",)

    threshold_bp: float = parameter(
        25.0,
        low=1,
        high=300,
        step=10,
        unit="basis points",
        doc="change that counts as a cut or a rise",
    )  # fmt: skip
    window_months: float = parameter(
        3.0, low=1, high=24, step=1, unit="months",
        doc="window of the change",
    )  # fmt: skip

    def target_duration(self, market: Market) -> pd.Series:
        """Go long at a cut, short at a rise, and stay so until the other comes."""
        import numpy as np

        rate = require_series(market, "policy_rate", "the policy rate", self.name).ffill()
        change = (rate - rate.shift(window_rows(self.window_months / 12.0, market))) * 100.0
        call = change * np.nan
        call[change < -self.threshold_bp] = 1.0
        call[change > self.threshold_bp] = 0.0
        # Until the first cut or rise the rule has no opinion and stays short.
        return self.between(call.ffill().fillna(0.0)).where(change.notna())
