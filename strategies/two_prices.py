"""Sovereign debt has two prices: its yield and its currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from strategies.base import parameter
from strategies.dial import DurationRule
from strategies.signals import known_yield, require_series

if TYPE_CHECKING:
    import pandas as pd

    from data.market import Market


def falls(
    ten_year: pd.Series, dollar: pd.Series, equity: pd.Series, rows: int
) -> dict[str, pd.Series]:
    """On which sessions Treasuries fell together with equity, by one of their prices or by both.

    Parameters
    ----------
    ten_year, dollar, equity
        Ten-year yield, a dollar index and an equity's level, as known on the same sessions.
    rows
        Window of the moves.

    Returns
    -------
    dict of pandas.Series
        ``by_yield`` is true where yields rose and equity fell, whatever the dollar did; ``by_both``
        where the dollar fell too.
    """
    by_yield = (ten_year > ten_year.shift(rows)) & (equity < equity.shift(rows))
    return {"by_yield": by_yield, "by_both": by_yield & (dollar < dollar.shift(rows))}


@dataclass(frozen=True)
class TwoPrices(DurationRule):
    """Shorten when yields rise while the dollar and equity fall; never leave Treasuries.

    A currency that falls with the bond shows doubt about the debt itself, as in April 2025.
    The duration stays short for a while after the last such session. Source: the article
    behind this project; Acharya and Laarits: the short end kept hedging.

    Known weakness: few episodes, so that skill cannot be told from luck; daily data only.
    """

    name: ClassVar[str] = "two_prices"
    needs: ClassVar[tuple[str, ...]] = ("yields", "usd")
    acts_daily: ClassVar[bool] = True

    window_sessions: int = parameter(
        10, low=2, high=63, step=5, unit="sessions", doc="window of the three moves"
    )
    calm_sessions: int = parameter(
        21,
        low=1,
        high=252,
        step=10,
        unit="sessions",
        doc="sessions with a short duration after a joint fall, its own included",
    )  # fmt: skip

    def target_duration(self, market: Market) -> pd.Series:
        """Go short at a joint fall and stay so for some sessions."""
        from data.elsewhere import where_else
        from data.errors import DataError

        if market.periods_per_year != 252:
            raise DataError(
                f"{self.name} needs daily data, and {market.source} is monthly; "
                f"{where_else(market, 'daily prices')}"
            )
        rows = self.window_sessions
        dollar = require_series(market, "usd", "a dollar index", self.name)
        ten_year = known_yield(market, 10.0, self.name)
        doubted = falls(ten_year, dollar, market.prices["SPY"], rows)["by_both"]
        lately = doubted.astype(float).rolling(self.calm_sessions, min_periods=1).max()
        enough = ten_year.shift(rows).notna() & dollar.shift(rows).notna()
        return self.between(1.0 - lately).where(enough)
