"""What a rule has to be measured against: controls made with hindsight, labelled as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.dial import DurationRule

if TYPE_CHECKING:
    import pandas as pd

    from backtests.engine.result import Simulation
    from data.market import Market


@dataclass(frozen=True)
class StaticDuration(DurationRule):
    """Hold one target duration throughout: what a rule's bond beta alone would have earned.

    Known weakness: its duration is an average that was known only afterwards.
    """

    name: ClassVar[str] = "static_duration"

    duration: float = parameter(
        7.0, low=0.2, high=20, unit="years", doc="the duration held throughout"
    )

    def target_duration(self, market: Market) -> pd.Series:
        """Keep the dial where it is."""
        import pandas as pd

        return pd.Series(self.duration, index=market.sessions)


def same_average_duration(
    market: Market, rule: DurationRule, simulation: Simulation
) -> StaticDuration:
    """Make the static mix whose duration is the average that a rule aimed at, day by day.

    Parameters
    ----------
    market, rule, simulation
        A finished simulation of the rule.
    """
    decided = rule.decided_duration(market)
    daily = decided.reindex(decided.index.union(simulation.nav.index)).ffill()
    average = float(daily.loc[simulation.nav.index].mean())
    return StaticDuration(equity_weight=rule.equity_weight, duration=average)
