"""Equal risk: equity and Treasuries by the inverse of their volatility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import Strategy, parameter
from strategies.schedule import MOST_OFFSET, decision_rows, require_offset
from strategies.signals import trailing_volatility, window_rows

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


@dataclass(frozen=True)
class RiskParity(Strategy):
    """Weight SPY and a Treasury fund by inverse trailing volatility, never above 100 %.

    Known weakness: without leverage it holds little equity and gives up much return; and it
    assumes that bonds stay as calm as they were.
    """

    name: ClassVar[str] = "risk_parity"

    lookback_months: float = parameter(
        36.0, low=3, high=120, step=12, unit="months", doc="window of the volatilities"
    )
    bond: str = parameter(
        "IEF", unit="ticker", choices=("SHY", "IEF", "TLT"), doc="the Treasury fund"
    )
    offset: int = parameter(
        1, low=1, high=MOST_OFFSET, unit="session of the period", implied=True,
        doc="session of the month on which it works out its weights",
    )  # fmt: skip

    @property
    def tickers(self) -> list[str]:
        """Equity and the Treasury fund."""
        return ["SPY", self.bond]

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Work out new weights on one session of each month."""
        import pandas as pd

        from data.errors import UsageError

        require_offset(
            self.name, "monthly", self.offset, monthly_rows=market.periods_per_year == 12
        )
        market.require(self.tickers)
        rows = window_rows(self.lookback_months / 12.0, market)
        risk = pd.DataFrame(
            {t: trailing_volatility(market.prices[t], rows) for t in self.tickers}
        ).dropna()
        risk = risk[(risk > 0).all(axis=1)]
        if risk.empty:
            raise UsageError(
                f"{self.name} needs {self.lookback_months:g} months of returns and "
                f"{market.source} has fewer up to {market.last_day}; "
                f"{market.longer if market.is_cut else 'use a longer source'}, or a shorter window"
            )
        is_decided = decision_rows(risk.index, "monthly", self.offset, market.sessions)
        inverse = 1.0 / risk[is_decided]
        return inverse.div(inverse.sum(axis=1), axis=0)
