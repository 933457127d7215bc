"""The question of the project: equity with a fixed share of Treasuries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import WEIGHTS, Strategy, parameter
from strategies.schedule import MOST_OFFSET, REBALANCE, decision_rows, require_offset

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class HedgeMix(Strategy):
    """Hold fixed weights of any tickers, rebalanced on a calendar; the rest is cash.

    Known weakness: it holds the same share of bonds in the years when they fall with equity
    (1973-74, 2022).
    """

    name: ClassVar[str] = "hedge_mix"

    weights: Mapping[str, float] = parameter(
        {"SPY": 0.6, "IEF": 0.4}, unit=WEIGHTS, doc="TICKER=FRACTION,..."
    )
    rebalance: str = parameter(
        "monthly",
        unit="calendar",
        choices=REBALANCE,
        doc="period on whose first session it goes back to the weights",
    )
    offset: int = parameter(
        1, low=1, high=MOST_OFFSET, unit="session of the period", implied=True,
        doc="on which session of it, in place of the first",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse a session that the calendar's period may not have."""
        super().__post_init__()
        require_offset(self.name, self.rebalance, self.offset)

    @property
    def tickers(self) -> list[str]:
        """The tickers with a weight, in the order given."""
        return list(self.weights)

    @property
    def heaviest(self) -> str:
        """The ticker with the largest weight."""
        return max(self.weights, key=lambda ticker: self.weights[ticker])

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Ask for the same weights on one session of every period of the calendar."""
        import pandas as pd

        months = market.periods_per_year == 12
        require_offset(self.name, self.rebalance, self.offset, monthly_rows=months)
        first, _ = market.first_session(self.tickers)
        sessions = market.sessions[market.sessions >= first]
        rows = decision_rows(sessions, self.rebalance, self.offset, market.sessions)
        decided = sessions[rows]
        return pd.DataFrame(dict(self.weights), index=decided)
