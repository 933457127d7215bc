"""What a rule has to be measured against: controls made with hindsight, labelled as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.dial import DIAL, SHORTEST, DurationRule, fund_durations

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
    """Make the static mix that holds, on average over the sessions, a rule's own duration.

    Held, not aimed at: a target beyond the longest fund is not met, by the rule or the mix.

    Parameters
    ----------
    market, rule, simulation
        A finished simulation of the rule.
    """
    import numpy as np

    rows = simulation.nav.index[simulation.costs.lag :]
    durations = fund_durations(market).loc[rows]
    held = simulation.weights.loc[rows, list(DIAL)]
    sleeve = held.sum(axis=1)
    if not (sleeve > 0).any():
        return StaticDuration(equity_weight=rule.equity_weight, duration=SHORTEST)
    average = float(((held * durations.fillna(0.0)).sum(axis=1) / sleeve).mean())
    shortest, longest = durations.min(axis=1).to_numpy(), durations.max(axis=1).to_numpy()
    low, high = SHORTEST, 20.0
    while high - low > 1e-6:
        middle = (low + high) / 2.0
        reached = float(np.clip(middle, shortest, longest).mean())
        low, high = (middle, high) if reached < average else (low, middle)
    return StaticDuration(equity_weight=rule.equity_weight, duration=low)
