"""What prices are quoted in, and where the rate of exchange of each currency is published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from immutabledict import immutabledict

from data.currency.currencies import CURRENCIES, DOLLAR

# Currencies of the Federal Reserve's H.10 in which funds are quoted, beside those that an investor
# may count in: the series at FRED, and whether it is dollars for one unit.
H10_ALSO: Mapping[str, tuple[str, bool]] = immutabledict(
    {
        "BRL": ("DEXBZUS", False),
        "CAD": ("DEXCAUS", False),
        "DKK": ("DEXDNUS", False),
        "HKD": ("DEXHKUS", False),
        "INR": ("DEXINUS", False),
        "KRW": ("DEXKOUS", False),
        "MXN": ("DEXMXUS", False),
        "MYR": ("DEXMAUS", False),
        "NOK": ("DEXNOUS", False),
        "NZD": ("DEXUSNZ", True),
        "SEK": ("DEXSDUS", False),
        "SGD": ("DEXSIUS", False),
        "THB": ("DEXTHUS", False),
        "TWD": ("DEXTAUS", False),
        "ZAR": ("DEXSFUS", False),
    }
)
# Where the bundled months hold no rates to compare with: well beyond what a currency has been worth
# since its rate is published. A rate upside down lies outside, but for New Zealand's.
RANGES: Mapping[str, tuple[float, float]] = immutabledict(
    {
        "BRL": (0.4, 15.0),
        "CAD": (0.75, 2.5),
        "DKK": (2.3, 24.0),
        "HKD": (2.4, 16.0),
        "ILS": (0.9, 10.0),
        "INR": (3.5, 200.0),
        "KRW": (180.0, 4000.0),
        "MXN": (1.5, 50.0),
        "MYR": (1.0, 10.0),
        "NOK": (2.3, 25.0),
        "NZD": (0.19, 3.0),
        "SEK": (1.9, 23.0),
        "SGD": (1.0, 5.0),
        "THB": (10.0, 115.0),
        "TWD": (12.0, 85.0),
        "ZAR": (0.3, 40.0),
    }
)
ANY_RATE = (1e-6, 1e6)
# Units in which prices are quoted that are a hundredth of a currency: pence, agorot, cents.
HUNDREDTHS: Mapping[str, str] = immutabledict(
    {"GBp": "GBP", "GBX": "GBP", "ILA": "ILS", "ZAc": "ZAR", "ZAC": "ZAR"}
)
CODE = re.compile("[A-Z]{3}")
PAIR = re.compile(r"([A-Z]{3})(USD)?=X")  # Yahoo's symbol: units for one dollar, or dollars
OF_ANY_TWO = re.compile(r"([A-Z]{3}){1,2}=X")


@dataclass(frozen=True)
class Pair:
    """Where the rate of exchange of a currency against the dollar is published.

    Attributes
    ----------
    code
        ISO 4217.
    series
        Of H.10 at FRED; None where the Federal Reserve publishes none.
    is_inverted
        Whether both that and Yahoo's are dollars for one unit; else units for one dollar.
    """

    code: str
    series: str | None
    is_inverted: bool

    @property
    def symbol(self) -> str:
        """Yahoo's: ``JPY=X``, ``EURUSD=X``."""
        return f"{self.code}{DOLLAR if self.is_inverted else ''}=X"


def pair_of(code: str) -> Pair:
    """Where the rate of exchange of a currency is published."""
    if code in CURRENCIES:
        return Pair(code, CURRENCIES[code].exchange, CURRENCIES[code].is_inverted)
    series, is_inverted = H10_ALSO.get(code, (None, False))
    return Pair(code, series, is_inverted)


# Every series of H.10 that may be asked for, and whose it is.
H10_SERIES: Mapping[str, str] = immutabledict(
    {
        **{currency.exchange: code for code, currency in CURRENCIES.items()},
        **{series: code for code, (series, _) in H10_ALSO.items()},
    }
)


def bounds_of(code: str) -> tuple[float, float]:
    """Between what a currency's published rates can lie: units for one dollar, or dollars."""
    return RANGES.get(code, ANY_RATE)


def code_of(symbol: str) -> str:
    """The currency of a pair of Yahoo's: of ``EURUSD=X`` the euro."""
    match = PAIR.fullmatch(symbol)
    if match is None:
        raise ValueError(f"{symbol} is no rate of exchange against the dollar")
    return match[1]


def currency_of(quoted: str) -> str | None:
    """The currency of a unit that prices are quoted in: of ``GBp`` sterling; None if it is none."""
    if quoted in HUNDREDTHS:
        return HUNDREDTHS[quoted]
    return quoted if CODE.fullmatch(quoted) else None


def is_pair(symbol: str) -> bool:
    """Whether a symbol of Yahoo is a rate of exchange against the dollar."""
    return PAIR.fullmatch(symbol) is not None


def is_exchange(symbol: str) -> bool:
    """Whether a symbol of Yahoo is a rate of exchange of any two currencies: ``EURGBP=X`` too."""
    return OF_ANY_TWO.fullmatch(symbol) is not None


def unit_of_pair(symbol: str) -> str:
    """The currency in which Yahoo quotes a pair: of ``EURUSD=X`` the dollar."""
    return DOLLAR if symbol.removesuffix("=X") != code_of(symbol) else code_of(symbol)
