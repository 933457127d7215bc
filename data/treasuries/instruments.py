"""The catalogue: what each known ticker is, what it costs, and how it is built from yields."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import DataError, in_short


@dataclass(frozen=True)
class Ladder:
    """Par bonds held in equal value between two maturities (years), reset each row."""

    shortest: float
    longest: float
    step: float

    @property
    def maturities(self) -> tuple[float, ...]:
        """The rungs, in years, both ends included."""
        count = round((self.longest - self.shortest) / self.step) + 1
        return tuple(self.shortest + self.step * rung for rung in range(count))


@dataclass(frozen=True)
class Instrument:
    """One ticker of the catalogue.

    ``expense`` is the fund's yearly fee as a fraction; ``duration`` its usual modified duration
    (percent of price lost per point of yield rise, in years), for days without a curve (0 for
    funds without notable interest rate risk); ``proxies`` are the total-return series that stand
    in for it before its first day, nearest first.
    """

    ticker: str
    title: str
    expense: float = 0.0
    ladder: Ladder | None = None
    duration: float = 0.0
    proxies: tuple[str, ...] = ()


# Expense ratios and maturity ranges: the funds' own fact sheets.
CATALOGUE: dict[str, Instrument] = {
    instrument.ticker: instrument
    for instrument in (
        Instrument(
            "SPY",
            "S&P 500 fund",
            0.000945,
            proxies=("^SP500TR", "VFINX", "us_equity_total_return_daily"),
        ),
        Instrument("BIL", "1-3 month Treasury bills", 0.0014, duration=0.2),
        Instrument("SHY", "1-3 year Treasuries", 0.0015, Ladder(1, 3, 0.25), 1.9),
        Instrument("IEF", "7-10 year Treasuries", 0.0015, Ladder(7, 10, 0.5), 7.2),
        Instrument("TLT", "20+ year Treasuries", 0.0015, Ladder(20, 30, 1), 16.0),
    )
}

# Funds of US Treasuries without leverage count as the hedge; everything else counts as equity.
TREASURY_FUNDS = frozenset(
    {
        *("BIL", "BILS", "CLTL", "GBIL", "SGOV", "SHV", "TBIL", "TBLL", "USFR", "TFLO", "XHLF"),
        *("SHY", "SCHO", "SPTS", "VGSH", "VFISX", "UTWO"),
        *("IEI", "IEF", "SCHR", "SPTI", "VGIT", "VFITX", "GOVT", "UTEN"),
        *("TLH", "TLT", "SCHQ", "SPTL", "VGLT", "VUSTX", "EDV", "GOVZ", "ZROZ"),
    }
)


def is_treasury_fund(ticker: str) -> bool:
    """Whether a ticker, whatever its case, is known as a fund of US Treasuries without leverage."""
    return ticker.upper() in TREASURY_FUNDS


# Other bonds, gold, and Treasuries in funds from elsewhere (Ireland, Luxembourg): equity here,
# unless the user names them as the hedge, of which he is told.
MAY_HEDGE = frozenset(
    {
        *("AGG", "BND", "BNDX", "BWX", "LQD", "VCIT", "HYG", "MUB", "MBB", "TIP", "SCHP", "VTIP"),
        *("STIP", "GLD", "GLDM", "IAU", "SGOL", "SLV", "DBC", "DBMF", "VBMFX", "VBTLX", "LTPZ"),
        *("IDTL.L", "DTLA.L", "IBTL.L", "IDTM.L", "IBTM.L", "CBU0.L", "IBTS.L", "IDBT.L", "VUTY.L"),
        *("VDTY.L", "TRXG.L", "TREX.L", "US10.L", "IS04.DE", "SXRM.DE", "IUSM.DE", "IBTE.L"),
    }
)

# Funds and indices of shares that nobody means as a hedge. Any other ticker may be meant as one,
# and where a portfolio has none the reader is told of --hedge.
KNOWN_EQUITY = frozenset(
    {
        *("SPY", "VOO", "IVV", "SPLG", "VTI", "ITOT", "SCHB", "VFINX", "VTSMX", "^SP500TR"),
        *("QQQ", "QQQM", "DIA", "IWM", "IWB", "IWV", "MDY", "RSP", "VUG", "VTV", "VB", "VO"),
        *("VT", "ACWI", "URTH", "VXUS", "IXUS", "VEU", "EFA", "IEFA", "VEA", "EEM", "IEMG", "VWO"),
        *(
            "EWJ",
            "EWG",
            "EWU",
            "FXI",
            "EUNL.DE",
            "IWDA.L",
            "IWDA.AS",
            "SWDA.L",
            "VWCE.DE",
            "CSPX.L",
        ),
    }
)

# Series that stand in for a ticker before its first day, in words: each as it comes, since nothing
# is taken off them here. What the user's own file holds, only he knows.
PROXIES: dict[str, str] = {
    "^SP500TR": "the S&P 500 total-return index (^SP500TR)",
    "VFINX": "the Vanguard 500 fund with its dividends (VFINX)",
    "us_equity_total_return_daily": (
        "the user's own file us_equity_total_return_daily.csv, as it is"
    ),
}

# Yahoo's symbols of indices without their dividends, and the total-return series to use instead.
PRICE_ONLY: dict[str, str] = {
    "^GSPC": "SPY or ^SP500TR",
    "^DJI": "DIA",
    "^IXIC": "QQQ or ^XCMP",
    "^NDX": "QQQ or ^XNDX",
    "^RUT": "IWM",
}


NOT_HELD = ("^IRX", "^FVX", "^TNX", "^TYX", "DX-Y.NYB")


def require_total_return(ticker: str) -> None:
    """Refuse an index whose level leaves its dividends out, and anything that is not a ticker.

    Raises
    ------
    DataError
        If ``ticker`` is known to be price-only, a yield or an exchange rate, or is no printable
        text.
    """
    if not isinstance(ticker, str) or not ticker.isprintable():
        raise DataError(f"a ticker is text such as SPY, got {in_short(ticker)}; name it")
    if ticker.upper() in NOT_HELD:
        raise DataError(
            f"{ticker} is a yield or an exchange rate, not something to hold; use a fund"
        )
    instead = PRICE_ONLY.get(ticker.upper())
    if instead is not None:
        raise DataError(
            f"{ticker} is a price index without dividends, which would understate equity by "
            f"about 2 % a year; use {instead}"
        )
