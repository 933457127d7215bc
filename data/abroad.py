"""What a market in another currency than dollars was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar

import pandas as pd

from data.currency.conversion import Conversion
from data.currency.figures import CurrencyFigures
from data.read_only import read_only_series
from data.records import freeze_mappings


class Cuttable(Protocol):
    """What can be cut to what was known at the close of a session: a market."""

    def until(self, session: pd.Timestamp) -> Self:
        """The same up to a session."""


MarketT = TypeVar("MarketT", bound=Cuttable)


@dataclass(frozen=True, eq=False)
class Abroad(Generic[MarketT]):
    """What a market in another currency than dollars was made of.

    Attributes
    ----------
    conversion
        What was asked.
    dollars
        The same market in dollars, with all its earlier rows.
    figures
        Rates of exchange, short rates and consumer prices up to the last row.
    histories
        Levels in dollars by ticker, on its own sessions.
    opens, closes
        What sets the first row, in words, and why the data end before those in dollars; empty
        where prices do.
    """

    conversion: Conversion
    dollars: MarketT
    figures: CurrencyFigures
    histories: Mapping[str, pd.Series]
    opens: str
    closes: str = ""

    def __post_init__(self) -> None:
        """Keep histories from being changed, and copy them: a view holds the rows after it too."""
        fixed = {name: read_only_series(level) for name, level in self.histories.items()}
        object.__setattr__(self, "histories", fixed)
        freeze_mappings(self)

    def until(self, session: pd.Timestamp, *, monthly: bool) -> Abroad[MarketT]:
        """The same as it was known at the close of a session."""
        return replace(
            self,
            dollars=self.dollars.until(session),
            figures=self.figures.until(session, monthly=monthly),
            histories={name: level.loc[:session] for name, level in self.histories.items()},
        )
