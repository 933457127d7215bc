"""The currencies an investor may count in: their names, conventions and published series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from immutabledict import immutabledict

from data.errors import UsageError, did_you_mean, in_short

DOLLAR: Final = "USD"
DOLLAR_RATE: Final = "IR3TIB01USM156N"  # three-month interbank rate of the dollar, OECD by FRED
DOLLAR_POLICY: Final = "US"


@dataclass(frozen=True)
class Currency:
    """One currency, and where its figures are published.

    Attributes
    ----------
    code
        ISO 4217.
    name, many
        In a sentence: ``Swiss franc``, and what amounts are counted in: ``Swiss francs``.
    sign
        Before an amount.
    days_a_year
        Of its money market: interest accrues on actual days over so many.
    exchange
        Series of the Federal Reserve's H.10 at FRED: noon rate in New York.
    is_inverted
        Whether that is dollars for one unit; else units for one dollar.
    interbank
        Three-month interbank rate (OECD, at FRED), percent, monthly averages.
    policy
        Column of the central bank's policy rate in the table of the BIS.
    table
        Its columns in the bundled tables of rates of exchange and short rates.
    prices
        Its column in the bundled table of consumer prices, and the country; None without.
    """

    code: str
    name: str
    sign: str
    days_a_year: int
    exchange: str
    is_inverted: bool
    interbank: str
    policy: str
    table: tuple[str, str]
    prices: tuple[str, str] | None = None
    many: str = ""


CURRENCIES: Mapping[str, Currency] = immutabledict(
    {
        currency.code: currency
        for currency in (
            Currency("JPY", "yen", "¥", 360, "DEXJPUS", False, "IR3TIB01JPM156N", "JP",
                     ("jpy", "jp"), ("jp", "Japan")),
            Currency("EUR", "euro", "€", 360, "DEXUSEU", True, "IR3TIB01EZM156N", "XM",
                     ("usd_per_eur", "de_ez"), ("de_ez", "Germany, from 1999 the euro area"),
                     "euros"),
            Currency("GBP", "sterling", "£", 365, "DEXUSUK", True, "IR3TIB01GBM156N", "GB",
                     ("usd_per_gbp", "gb"), ("gb", "the United Kingdom")),
            Currency("CHF", "Swiss franc", "CHF ", 360, "DEXSZUS", False,
                     "IR3TIB01CHM156N", "CH", ("chf", "ch"), ("ch", "Switzerland"),
                     "Swiss francs"),
            Currency("AUD", "Australian dollar", "A$", 365, "DEXUSAL", True, "IR3TIB01AUM156N",
                     "AU", ("usd_per_aud", "au"), None, "Australian dollars"),
            Currency("CNY", "yuan", "CN¥", 365, "DEXCHUS", False, "IR3TIB01CNM156N", "CN",
                     ("cny", "cn")),
        )
    }
)  # fmt: skip
CODES: Final = (DOLLAR, *CURRENCIES)
SIGNS: Mapping[str, str] = immutabledict(
    {DOLLAR: "$", **{code: currency.sign for code, currency in CURRENCIES.items()}}
)


def read_code(value: object, where: str) -> str:
    """Read a currency's code, in any case.

    Raises
    ------
    UsageError
        Naming the codes there are.
    """
    if isinstance(value, str) and value.strip().upper() in CODES:
        return value.strip().upper()
    raise UsageError(
        f"{where} takes one of {', '.join(CODES)}, got {in_short(value)}"
        f"{did_you_mean(value, CODES)}"
    )


def with_article(code: str) -> str:
    """A currency in a sentence, with its article: ``the yen``; sterling has none.

    One in which funds may be quoted but nobody counts here is called by its code: ``SEK``.
    """
    if code != DOLLAR and code not in CURRENCIES:
        return code
    name = name_of(code)
    return name if name == "sterling" else f"the {name}"


def name_of(code: str) -> str:
    """A currency in a sentence."""
    return "dollar" if code == DOLLAR else CURRENCIES[code].name


def counted_in(code: str) -> str:
    """What amounts of a currency are counted in: ``yen``, ``Swiss francs``."""
    if code == DOLLAR:
        return "dollars"
    return CURRENCIES[code].many or CURRENCIES[code].name
