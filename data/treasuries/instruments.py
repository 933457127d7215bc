"""The catalogue: what each known ticker is, what it costs, and how it is built from yields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from immutabledict import immutabledict

from data.currency.quotes import is_exchange
from data.errors import DataError, in_short
from data.treasuries.foreign_funds import (
    DURATIONS,
    EQUITY_ABROAD,
    SHARE_CLASS_OF,
    WHOLE_MARKET,
    ShareClass,
    listed_abroad,
)


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
    in for it before its first day, nearest first; ``hedged`` is the currency that the fund itself
    sells its dollars into, empty for none.
    """

    ticker: str
    title: str
    expense: float = 0.0
    ladder: Ladder | None = None
    duration: float = 0.0
    proxies: tuple[str, ...] = ()
    hedged: str = ""


# What stands for a range of maturities. Funds of the whole market hold bonds of all maturities, but
# as much of each as there is, which is mostly short: equal parts up to 14 years have their duration
# (6 years at yields of 4.5 %, 7 at 1.5), those up to 30 years one of 10.
LADDERS = {
    (1, 3): Ladder(1, 3, 0.25),
    (3, 7): Ladder(3, 7, 0.5),
    (7, 10): Ladder(7, 10, 0.5),
    (10, 30): Ladder(10, 30, 1),
    (20, 30): Ladder(20, 30, 1),
    WHOLE_MARKET: Ladder(1, 14, 1),
}


def _listed_abroad(ticker: str, fund: ShareClass) -> Instrument:
    """The entry of a ticker of another country; no ladder stands for dollars sold forward."""
    return Instrument(
        ticker,
        fund.title,
        fund.expense,
        None if fund.hedged else LADDERS.get(fund.maturities),
        DURATIONS[fund.maturities],
        hedged=fund.hedged,
    )


# Expense ratios and maturity ranges: the funds' own fact sheets.
AMERICAN: dict[str, Instrument] = {
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
# With the funds of other countries, whose payments and prices are known less well.
CATALOGUE: dict[str, Instrument] = AMERICAN | {
    ticker: _listed_abroad(ticker, fund) for ticker, fund in SHARE_CLASS_OF.items()
}

# Funds of US Treasuries without leverage count as the hedge; everything else counts as equity.
FUNDS_OF_BILLS = listed_abroad((0, 1)) | frozenset(
    {"BIL", "BILS", "CLTL", "GBIL", "SGOV", "SHV", "TBIL", "TBLL", "USFR", "TFLO", "XHLF"}
)
TREASURY_FUNDS = FUNDS_OF_BILLS | frozenset(
    {
        *SHARE_CLASS_OF,
        *("SHY", "SCHO", "SPTS", "VGSH", "VFISX", "UTWO"),
        *("IEI", "IEF", "SCHR", "SPTI", "VGIT", "VFITX", "GOVT", "UTEN"),
        *("TLH", "TLT", "SCHQ", "SPTL", "VGLT", "VUSTX", "EDV", "GOVZ", "ZROZ"),
    }
)

# Ranges of maturities and yearly fees, by fact sheets and prospectuses of 2025, of American funds
# whose histories are not built from yields. They tell what a move of the curve does to a fund that
# is held, and nothing else: no history rests on them.
REPRICED: Mapping[str, Instrument] = immutabledict(
    {
        ticker: Instrument(ticker, title, expense, ladder)
        for tickers, title, expense, ladder in (
            (("SCHO", "SPTS", "VGSH"), "1-3 year Treasuries", 0.0003, LADDERS[1, 3]),
            (("VFISX",), "1-5 year Treasuries", 0.002, Ladder(1, 5, 0.5)),
            (("UTWO",), "2 year Treasuries", 0.0015, Ladder(2, 2, 1)),
            (("IEI",), "3-7 year Treasuries", 0.0015, LADDERS[3, 7]),
            (("SCHR", "SPTI", "VGIT"), "3-10 year Treasuries", 0.0003, Ladder(3, 10, 0.5)),
            (("VFITX",), "5-10 year Treasuries", 0.002, Ladder(5, 10, 0.5)),
            (("UTEN",), "10 year Treasuries", 0.0015, Ladder(10, 10, 1)),
            (("GOVT",), "1-30 year Treasuries", 0.0005, LADDERS[WHOLE_MARKET]),
            (("TLH",), "10-20 year Treasuries", 0.0015, Ladder(10, 20, 1)),
            (("SCHQ", "SPTL", "VGLT"), "10-30 year Treasuries", 0.0003, LADDERS[10, 30]),
            (("VUSTX",), "15-30 year Treasuries", 0.002, Ladder(15, 30, 1)),
            (("XHLF",), "6 month Treasury bills", 0.0003, None),
            (("CLTL", "TBLL"), "0-1 year Treasury bills", 0.0008, None),
            (("SGOV",), "0-3 month Treasury bills", 0.0009, None),
            (("GBIL",), "0-1 year Treasury bills", 0.0012, None),
            (("BILS",), "3-12 month Treasury bills", 0.0014, None),
            (("SHV", "TBIL", "TFLO", "USFR"), "Treasury bills or floating notes", 0.0015, None),
        )
        for ticker in tickers
    }
)
# Stripped bonds, which par bonds do not stand for.
FUNDS_OF_STRIPS = frozenset({"EDV", "GOVZ", "ZROZ"})
# Funds of the whole US equity market or of its large companies, with their dividends.
US_MARKET = ("SPY", "VOO", "IVV", "SPLG", "VTI", "ITOT", "SCHB", "VFINX", "VTSMX", "^SP500TR")


def repriced_as(ticker: str) -> Instrument | None:
    """What a move of yields reprices a Treasury fund as: a ladder, or bills where it has none.

    None for what is no fund of Treasuries known here. A fund that sells its dollars has the ladder
    of its range of maturities.
    """
    name = ticker.upper()
    if name in FUNDS_OF_STRIPS or name not in TREASURY_FUNDS:
        return None
    if name in REPRICED:
        return REPRICED[name]
    instrument = CATALOGUE[name]
    if not instrument.hedged:
        return instrument
    return replace(instrument, ladder=LADDERS.get(SHARE_CLASS_OF[name].maturities))


def is_treasury_fund(ticker: str) -> bool:
    """Whether a ticker, whatever its case, is known as a fund of US Treasuries without leverage."""
    return ticker.upper() in TREASURY_FUNDS


def hedged_into(ticker: str) -> str:
    """The currency that a fund itself sells its dollars into; empty for none and where unknown."""
    instrument = CATALOGUE.get(ticker.upper())
    return "" if instrument is None else instrument.hedged


# Other bonds and gold, and funds of Treasuries of which not enough is known: equity here, unless
# the user names them as the hedge, of which he is told.
MAY_HEDGE = frozenset(
    {
        *("AGG", "BND", "BNDX", "BWX", "LQD", "VCIT", "HYG", "MUB", "MBB", "TIP", "SCHP", "VTIP"),
        *("STIP", "GLD", "GLDM", "IAU", "SGOL", "SLV", "DBC", "DBMF", "VBMFX", "VBTLX", "LTPZ"),
        *("TRXG.L", "TRXS.L", "US10.MI", "VAGT.DE", "VDTE.DE", "AGGG.L", "EUNA.DE", "LQDA.L"),
        *("SGLN.L", "IGLN.L", "PHAU.L", "4GLD.DE", "1540.T"),
    }
)

# Funds and indices of shares that nobody means as a hedge. Any other ticker may be meant as one,
# and where a portfolio has none the reader is told of --hedge.
KNOWN_EQUITY = frozenset(
    {
        *("SPY", "VOO", "IVV", "SPLG", "VTI", "ITOT", "SCHB", "VFINX", "VTSMX", "^SP500TR"),
        *("QQQ", "QQQM", "DIA", "IWM", "IWB", "IWV", "MDY", "RSP", "VUG", "VTV", "VB", "VO"),
        *("VT", "ACWI", "URTH", "VXUS", "IXUS", "VEU", "EFA", "IEFA", "VEA", "EEM", "IEMG", "VWO"),
        *("EWJ", "EWG", "EWU", "FXI"),
        *EQUITY_ABROAD,
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

# Funds of the above whose sessions are those of New York.
LISTED_IN_NEW_YORK = frozenset(
    ticker for ticker in TREASURY_FUNDS | MAY_HEDGE | KNOWN_EQUITY if ticker.isalpha()
)

# Those that have paid dividends every year: no gold, no commodities, none that
# keep what they earn, and not QQQ, which paid nothing before 2003.
PAYERS = frozenset(
    ticker
    for ticker in LISTED_IN_NEW_YORK
    if ticker not in ("GLD", "GLDM", "IAU", "SGOL", "SLV", "DBC", "DBMF", "QQQ", "QQQM")
) | frozenset(ticker for ticker, fund in SHARE_CLASS_OF.items() if fund.distributes)

PRICE_INDICES = (
    *("^FTSE", "^N225", "NIKKEI225", "^STOXX50E", "^STOXX", "^FCHI", "^SSMI", "^AEX", "^GSPTSE"),
    *("^HSI", "^AXJO", "^KS11", "^BSESN", "^NSEI", "^NYA"),
)
# Indices without their dividends, and the total-return series to use instead.
PRICE_ONLY: dict[str, str] = {
    **dict.fromkeys(("^GSPC", "^SPX", "SP500"), "SPY or ^SP500TR"),
    **dict.fromkeys(("^DJI", "DJIA"), "DIA"),
    **dict.fromkeys(("^IXIC", "NASDAQCOM"), "QQQ or ^XCMP"),
    **dict.fromkeys(("^NDX", "NASDAQ100"), "QQQ or ^XNDX"),
    "^RUT": "IWM",
    **dict.fromkeys(PRICE_INDICES, "a fund of it, or its total-return index"),
}


# Yields, rates and exchange rates, by the names that Yahoo and FRED give them.
NOT_HELD = frozenset(
    {"^IRX", "^FVX", "^TNX", "^TYX", "IRX", "FVX", "TNX", "TYX", "DX-Y.NYB", "^VIX", "VIXCLS"}
)
FRED = "fred:"  # before the name of a series of FRED, as its snapshot has it
FRED_RATE = re.compile(
    r"(DGS|GS|DTB|TB|DFII|FII)\d+(MS|MO)?|FEDFUNDS|DFF|EFFR|SOFR|DTWEXBGS|DEX[A-Z]{4}"
    r"|IR3TIB01[A-Z]{2}M156N"
)


def is_rate(name: str) -> bool:
    """Whether a name is that of a yield, a rate or an exchange rate at Yahoo or FRED."""
    folded = name.strip().upper()
    return folded in NOT_HELD or is_exchange(folded) or FRED_RATE.fullmatch(folded) is not None


def is_series(name: str) -> bool:
    """Whether a name is that of a series and so can be no ticker: a rate's, or FRED's ``fred:``."""
    return is_rate(name) or name.strip().casefold().startswith(FRED)


def require_total_return(ticker: str, *, is_price_only: bool = False) -> None:
    """Refuse an index whose level leaves its dividends out, and anything that is not a ticker.

    Parameters
    ----------
    ticker
        The symbol.
    is_price_only
        Whether the user said so himself, with ``--price-only``.

    Raises
    ------
    DataError
        If ``ticker`` is known to be price-only, a yield or an exchange rate, has the form of a
        series' name (``fred:``), or is no printable text.
    """
    if not isinstance(ticker, str) or not ticker.isprintable():
        raise DataError(f"a ticker is text such as SPY, got {in_short(ticker)}; name it")
    if is_rate(ticker):
        raise DataError(
            f"{ticker} is a yield or an exchange rate, not something to hold; use a fund"
        )
    if is_series(ticker):
        raise DataError(
            f"{in_short(ticker)} names a series of FRED, not something to hold; use a fund, by its "
            "ticker"
        )
    instead = PRICE_ONLY.get(ticker.upper())
    if instead is not None and not is_price_only:
        raise DataError(
            f"{ticker} is a price index without dividends, which would understate equity by "
            f"about 2 % a year; use {instead}, or --price-only {ticker} with prices of your own"
        )
