"""The policy cycle: bonds fall while the central bank raises rates, and rise when it cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.signals import require_series, window_rows
from strategies.stepped import SteppedRule
from strategies.steps import Step, last_call

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class RateCycle(SteppedRule):
    """Hold the longest duration from the first rate cut of a cycle to the first rise.

    A cut or a rise is a change of the effective federal funds rate (on daily rows the mean of
    about a month, else the month's average) over three months beyond a threshold. Otherwise the
    duration is the shortest. Source: the article behind this project.

    Known weakness: the market moves before the central bank; in 2001, 2007 and 2019 much of
    the fall of yields came before the first cut, and after that of September 2024 they rose.
    """

    name: ClassVar[str] = "rate_cycle"
    needs: ClassVar[tuple[str, ...]] = ("policy_rate",)
    step: ClassVar[Step] = staticmethod(last_call)
    signal_of: ClassVar[tuple[str, ...]] = ("window_months",)

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

    @property
    def settings(self) -> tuple[float, ...]:
        """The change that counts."""
        return (self.threshold_bp,)

    def signal(self, market: Market) -> pd.Series:
        """Change of the rate over the window, basis points."""
        rate = require_series(market, "policy_rate", "the policy rate", self.name).ffill()
        return (rate - rate.shift(window_rows(self.window_months / 12.0, market))) * 100.0
