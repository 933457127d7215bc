"""What is withheld from the payouts of which tickers, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from immutabledict import immutabledict

from data.records import freeze_mappings


@dataclass(frozen=True)
class Withheld:
    """The rate of one ticker.

    Attributes
    ----------
    rate
        Share of each payout that is withheld, 0 to 1.
    since
        First day on which it is, ``YYYY-MM-DD``; None for all of them.
    """

    rate: float
    since: str | None = None

    @property
    def since_words(self) -> str:
        """From when on, after the rate in a sentence; empty for always."""
        return "" if self.since is None else f" from {self.since}"


@dataclass(frozen=True)
class Withholding:
    """What is withheld from the tickers of a market.

    Attributes
    ----------
    by_ticker
        Those of which something is; rates of 0 are left out.
    """

    by_ticker: Mapping[str, Withheld] = immutabledict()

    def __post_init__(self) -> None:
        """Leave out rates of 0, and keep the others from being changed."""
        given = {name: own for name, own in self.by_ticker.items() if own.rate}
        object.__setattr__(self, "by_ticker", given)
        freeze_mappings(self)

    def __bool__(self) -> bool:
        """Whether anything is withheld."""
        return bool(self.by_ticker)


NOTHING = Withholding()
