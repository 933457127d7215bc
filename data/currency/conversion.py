"""What is asked of a market's money: the currency, its cash, how much of the dollar is sold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from immutabledict import immutabledict

from data.currency.currencies import DOLLAR
from data.records import freeze_mappings

Cash = Literal["home", "usd"]
BASIS_BP = 25.0


@dataclass(frozen=True)
class Investor:
    """Where an investor in another currency than dollars lives, as records keep it.

    Attributes
    ----------
    currency
        Code of the currency that levels and amounts are in.
    cash
        What ``CASH`` is: the money market of the currency, or dollar bills unhedged.
    """

    currency: str
    cash: Cash

    @property
    def cash_name(self) -> str:
        """What ``CASH`` is called where there is little room: ``cash`` or ``dollar bills``."""
        return "dollar bills" if self.cash == "usd" else "cash"


@dataclass(frozen=True)
class Conversion:
    """In which currency levels are, and what of the dollar is hedged.

    Attributes
    ----------
    currency
        Code; ``USD`` leaves a market as it is.
    cash
        ``CASH`` is the money market of the currency, or dollar bills unhedged.
    ratios
        By ticker the share of its value, 0 to 1, that is sold forward against the dollar.
    basis_bp
        Cost of that beyond the difference of interest (the cross-currency basis): basis points a
        year, of 0.01 percentage points each.
    carry_rates
        Whether the last short rates are carried on for longer than six months.
    """

    currency: str = DOLLAR
    cash: Cash = "home"
    ratios: Mapping[str, float] = immutabledict()
    basis_bp: float = BASIS_BP
    carry_rates: bool = False

    def __post_init__(self) -> None:
        """Keep ratios from being changed."""
        freeze_mappings(self)

    @property
    def is_dollars(self) -> bool:
        """Whether nothing is converted."""
        return self.currency == DOLLAR

    @property
    def investor(self) -> Investor | None:
        """Whose money it is; None in dollars."""
        return None if self.is_dollars else Investor(self.currency, self.cash)


DOLLARS = Conversion()
