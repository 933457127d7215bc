"""Funds of US Treasuries that are listed outside the United States: UCITS funds and Tokyo's.

Ranges, fees and share classes as the funds' pages, and reprints of their fact sheets, had them in
2025 and 2026; the fund's own page decides. ``python -m docs.funds_table`` prints the table, and
docs/funds.md says which rest on little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from immutabledict import immutabledict

# Usual modified duration by range of maturities, from the funds' fact sheets of 2025: years.
DURATIONS: Mapping[tuple[int, int], float] = immutabledict(
    {
        (0, 1): 0.4,
        (1, 3): 1.9,
        (3, 7): 4.3,
        (7, 10): 7.2,
        (10, 30): 14.0,
        (20, 30): 16.0,
        (1, 30): 5.9,
    }
)
WHOLE_MARKET = (1, 30)


@dataclass(frozen=True)
class ShareClass:
    """One share class of a fund.

    Attributes
    ----------
    house
        Whose fund it is.
    maturities
        Shortest and longest maturity that it holds, years.
    expense
        Yearly fee, a fraction.
    listings
        Tickers at Yahoo, each with the currency that it is quoted in; pounds may be pence there.
        Empty where that is not sure.
    distributes
        Whether it pays out what it earns; else it keeps it.
    hedged
        The currency that it sells its dollars into; empty for none.
    isin
        Of the share class; empty where it is not sure.
    """

    house: str
    maturities: tuple[int, int]
    expense: float
    listings: Mapping[str, str]
    distributes: bool = True
    hedged: str = ""
    isin: str = ""

    @property
    def is_ucits(self) -> bool:
        """Whether it is a fund under the law of the European Union (or of Britain after it)."""
        return not any(ticker.endswith(".T") for ticker in self.listings)

    @property
    def pays_dollars(self) -> bool:
        """Whether what it pays out is the dollars that it earns, whatever it is quoted in."""
        return self.distributes and not self.hedged and self.is_ucits

    @property
    def range(self) -> str:
        """The maturities in words, without their unit: ``20+`` or ``7-10``."""
        shortest, longest = self.maturities
        if longest == max(end for _, end in DURATIONS) and shortest > 1:
            return f"{shortest}+"
        return f"{shortest}-{longest}"

    @property
    def title(self) -> str:
        """What it is, in words."""
        parts = [
            f"{self.range} year Treasuries, {self.house}{' UCITS' if self.is_ucits else ''}",
            "distributing" if self.distributes else "accumulating",
            *([f"hedged into {self.hedged}"] if self.hedged else []),
        ]
        return ", ".join(parts)


def _ishares(
    maturities: tuple[int, int],
    listings: dict[str, str],
    isin: str = "",
    *,
    hedged: str = "",
    distributes: bool = True,
) -> ShareClass:
    """A share class of iShares in Ireland: 0.07 % a year, 0.10 % with a hedge."""
    expense = 0.001 if hedged else 0.0007
    return _fund(
        "iShares", maturities, expense, listings, isin, hedged=hedged, distributes=distributes
    )


def _fund(
    house: str,
    maturities: tuple[int, int],
    expense: float,
    listings: dict[str, str],
    isin: str = "",
    *,
    hedged: str = "",
    distributes: bool = True,
) -> ShareClass:
    listed = immutabledict(listings)
    return ShareClass(house, maturities, expense, listed, distributes, hedged, isin)


SHARE_CLASSES = (
    _ishares((0, 1), {"IB01.L": "USD", "IBC1.DE": "EUR"}, "IE00BGSF1X88", distributes=False),
    _ishares((0, 1), {"IBTU.L": "USD"}, "IE00BGR7L912"),
    _ishares((1, 3), {"IDBT.L": "USD", "IBTS.L": "GBP", "IUSU.DE": "EUR"}, "IE00B14X4S71"),
    _ishares((1, 3), {"IBTA.L": "USD", "CU31.L": "GBP"}, "IE00B3VWN179", distributes=False),
    _ishares(
        (1, 3),
        {"IBTE.L": "EUR", "2B7S.DE": "EUR"},
        "IE00BDFK1573",
        distributes=False,
        hedged="EUR",
    ),
    _ishares((1, 3), {"IBTG.L": "GBP"}, hedged="GBP"),
    _fund("SPDR", (1, 3), 0.0005, {"TSY3.L": "GBP"}, "IE00BC7GZJ81"),
    _fund("Xtrackers II", (1, 3), 0.0006, {"XUT3.L": "USD"}, "LU0429458895"),
    _fund("iShares", (1, 3), 0.00154, {"2620.T": "JPY"}, "JP3049120003"),
    _ishares(
        (3, 7),
        {"CBU7.L": "USD", "CU71.L": "GBP", "SXRL.DE": "EUR"},
        "IE00B3VWN393",
        distributes=False,
    ),
    _fund("SPDR", (3, 7), 0.0005, {"TRS5.L": "USD"}, "IE00BYSZ5R67"),
    _ishares((7, 10), {"IDTM.L": "USD", "IBTM.L": "GBP", "IUSM.DE": "EUR"}, "IE00B1FZS798"),
    _ishares(
        (7, 10),
        {"CBU0.L": "USD", "CU01.L": "GBP", "SXRM.DE": "EUR"},
        "IE00B3VWN518",
        distributes=False,
    ),
    _ishares((7, 10), {"IBB1.DE": "EUR"}, "IE00BGPP6697", hedged="EUR"),
    _fund("SPDR", (7, 10), 0.0005, {"TRSX.L": "USD"}, "IE00BYSZ5T81"),
    _fund("Invesco", (7, 10), 0.0006, {"TREX.L": "USD", "TRDX.DE": "EUR"}, "IE00BF2FN646"),
    _fund("iShares Core", (7, 10), 0.00154, {"1656.T": "JPY"}),
    _fund("iShares Core", (7, 10), 0.00154, {"1482.T": "JPY"}, hedged="JPY"),
    _fund("iFreeETF", (7, 10), 0.0011, {"2015.T": "JPY"}),
    _fund("iFreeETF", (7, 10), 0.0011, {"2016.T": "JPY"}, hedged="JPY"),
    _fund("Amundi", (10, 30), 0.0006, {"US10.L": ""}, "LU1407890620"),
    _ishares((20, 30), {"IDTL.L": "USD", "IBTL.L": "GBP", "IS04.DE": "EUR"}, "IE00BSKRJZ44"),
    _ishares((20, 30), {"DTLA.L": "USD"}, "IE00BFM6TC58", distributes=False),
    _ishares((20, 30), {"DTLE.L": "EUR", "IUSV.DE": "EUR"}, "IE00BD8PGZ49", hedged="EUR"),
    _ishares((20, 30), {"IDTG.L": "GBP"}, "IE00BK5MT033", hedged="GBP"),
    _fund("iShares", (20, 30), 0.00154, {"2255.T": "JPY"}),
    _fund("iShares", (20, 30), 0.00154, {"2621.T": "JPY"}, hedged="JPY"),
    _fund("Vanguard", WHOLE_MARKET, 0.0007, {"VDTY.L": "USD", "VUTY.L": "GBP"}, "IE00BZ163M45"),
    _fund("Vanguard", WHOLE_MARKET, 0.0007, {"VDTA.L": "USD"}, "IE00BGYWFS63", distributes=False),
    _fund("SPDR", WHOLE_MARKET, 0.0005, {"USTY.L": "GBP"}, "IE00B44CND37"),
    _fund("Amundi Prime", WHOLE_MARKET, 0.0005, {"PRIT.L": "GBP"}),
)

SHARE_CLASS_OF: Mapping[str, ShareClass] = immutabledict(
    {ticker: each for each in SHARE_CLASSES for ticker in each.listings}
)


def listed_abroad(*ranges: tuple[int, int]) -> frozenset[str]:
    """Tickers of the share classes of some ranges of maturities."""
    return frozenset(t for t, each in SHARE_CLASS_OF.items() if each.maturities in ranges)


# Funds of shares that investors in Europe, Japan and Australia hold.
EQUITY_ABROAD = frozenset(
    {
        *("EUNL.DE", "IWDA.L", "IWDA.AS", "SWDA.L", "SWRD.L", "XDWD.DE", "HMWO.L", "VEVE.L"),
        *("VWCE.DE", "VGWL.DE", "VWRL.L", "VWRD.L", "VWRA.L", "VWRP.L", "VWRL.AS", "VHVG.L"),
        *("ISAC.L", "SSAC.L", "IUSQ.DE", "CSPX.L", "CSP1.L", "CSPX.AS", "SXR8.DE", "IUSA.L"),
        *("VUSA.L", "VUSA.DE", "VUSA.AS", "VUSD.L", "VUAA.L", "VUAA.DE", "VUAG.L", "SPY5.L"),
        *("EQQQ.L", "CNDX.L", "SXRV.DE", "EIMI.L", "EMIM.L", "IS3N.DE", "IMEU.L", "VEUR.L"),
        *("VEUR.AS", "ISF.L", "VUKE.L", "VJPN.L", "1306.T", "1321.T", "1475.T", "1547.T"),
        *("1550.T", "1557.T", "1655.T", "1680.T", "2558.T", "2559.T", "VAS.AX", "VGS.AX"),
        *("VTS.AX", "IVV.AX", "A200.AX", "STW.AX"),
    }
)
