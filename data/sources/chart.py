"""Yahoo's chart JSON read into a record: ticker, currency, kind, times of rows, closes.

yfinance reads the prices from the same answer, but silently drops repeated rows, and what the
answer says about ticker and currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.checks.exchange import EXCHANGE_TIME


@dataclass(frozen=True)
class Chart:
    """What the checks need of one ticker's chart result.

    Attributes
    ----------
    symbol
        Ticker that the answer is about; empty where it names none.
    currency
        Of its prices, or a hundredth of one such as ``GBp``; empty where it names none.
    kind
        Yahoo's type of instrument in capitals: ``ETF``, ``MUTUALFUND``, ``EQUITY``, ``INDEX``.
    granularity
        Spacing of its rows; ``1d`` for daily ones.
    stamps
        Time of each row, in seconds since 1970 (UTC), in the order sent.
    closes
        Close of each row, NaN where there is none; empty if their number differs from the rows'.
    adjusted
        Whether there is any adjusted close; False if they were not looked for.
    zone
        Time zone of its exchange; New York's where it names none.
    """

    symbol: str
    currency: str
    kind: str
    granularity: str
    stamps: tuple[int, ...]
    closes: tuple[float, ...]
    adjusted: bool
    zone: str = EXCHANGE_TIME


def read_chart(result: Any, *, adjusted: bool = True) -> Chart:
    """Read one chart result, as it came out of the JSON.

    Parameters
    ----------
    result
        ``chart.result[0]`` of the answer: whatever a server may have put there.
    adjusted
        Whether to look for adjusted closes; yields and exchange rates have none.

    Raises
    ------
    Exception
        Of whatever kind, if it is no chart.
    """
    meta = result.get("meta") or {}
    indicators = result.get("indicators") or {}
    stamps = tuple(int(stamp) for stamp in result.get("timestamp") or [])
    closes = (indicators.get("quote") or [{}])[0].get("close") or []
    if len(closes) != len(stamps):
        closes = []
    # Text or null in place of a number counts as no close.
    numbers = tuple(pd.to_numeric(pd.Series(closes, dtype=object), errors="coerce").astype(float))
    if len(numbers) != len(closes):  # it is one long word
        raise ValueError(f"{len(numbers)} closes in {len(stamps)} rows")
    values = ((indicators.get("adjclose") or [{}])[0].get("adjclose") or []) if adjusted else []
    return Chart(
        symbol=str(meta.get("symbol") or ""),
        currency=str(meta.get("currency") or ""),
        kind=str(meta.get("instrumentType", "")).upper(),
        zone=str(meta.get("exchangeTimezoneName") or EXCHANGE_TIME),
        granularity=str(meta.get("dataGranularity", "1d")),
        stamps=stamps,
        closes=numbers,
        adjusted=any(value is not None for value in values),
    )
