"""All in one ticker: the benchmark that a hedge has to be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import TICKER, Strategy, parameter

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class EquityOnly(Strategy):
    """Hold one ticker, 100 %, bought once.

    Known weakness: it carries the whole risk that a hedge is meant to reduce.
    """

    name: ClassVar[str] = "equity_only"

    ticker: str = parameter("SPY", unit=TICKER, doc="what to hold")

    @property
    def tickers(self) -> list[str]:
        """The one ticker."""
        return [self.ticker]

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Decide once, on the first session on which the ticker has a price."""
        import pandas as pd

        first, _ = market.first_session(self.tickers)
        return pd.DataFrame({self.ticker: [1.0]}, index=pd.DatetimeIndex([first]))
