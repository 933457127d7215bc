"""Which tickers of a portfolio are its hedge, and which its equity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.treasuries.instruments import KNOWN_EQUITY, MAY_HEDGE, is_treasury_fund


@dataclass(frozen=True)
class Roles:
    """What counts as hedge and what as equity, as a run's configuration says.

    Attributes
    ----------
    hedge
        The tickers that are the hedge, in place of the known US Treasury funds; empty for these.
    equity
        Tickers that are equity, though they would be the hedge.
    """

    hedge: tuple[str, ...] = ()
    equity: tuple[str, ...] = ()

    def is_hedge(self, ticker: str) -> bool:
        """Whether a ticker is the hedge; everything else is equity."""
        if ticker in self.equity:
            return False
        return ticker in self.hedge if self.hedge else is_treasury_fund(ticker)

    def hedge_of(self, tickers: Sequence[str]) -> list[str]:
        """Those of some tickers that are the hedge, in order."""
        return [ticker for ticker in tickers if self.is_hedge(ticker)]

    def equity_of(self, tickers: Sequence[str]) -> list[str]:
        """Those of some tickers that are equity, in order."""
        return [ticker for ticker in tickers if not self.is_hedge(ticker)]

    def unnamed(self, equity: Sequence[str], *, beside_a_hedge: bool) -> list[str]:
        """Those of equity that may be meant as a hedge, where the user has not said what they are.

        Beside a hedge these are known funds of other bonds, of gold and of Treasuries elsewhere;
        without one every ticker that is not known as equity.
        """
        if self.hedge:
            return []
        return [
            ticker
            for ticker in equity
            if ticker not in self.equity
            and (
                ticker.upper() in MAY_HEDGE
                if beside_a_hedge
                else ticker.upper() not in KNOWN_EQUITY
            )
        ]


KNOWN = Roles()  # no word of the user: the known US Treasury funds are the hedge
