"""Whether a history of the user's own is a total return, or a price, a yield or a rate."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from data import bundled
from data.checks.dividends import NOTHING_TO_PAY
from data.checks.histories import KINDS, require_history
from data.checks.sessions import require_days_in_place
from data.errors import DataError
from data.treasuries.instruments import FUNDS_OF_BILLS, PAYERS, is_rate

# Words in a column's name: of prices without dividends, of levels with them, of yields. What is
# adjusted for splits alone is a price.
PRICE_WORDS = frozenset(
    {"open", "high", "low", "close", "closing", "price", "prices", "px", "last", "settle"}
    | {"settlement", "nav", "bid", "ask", "mid", "vwap", "quote", "split", "splits"}
    | {"kurs", "schlusskurs", "preis", "anteilwert", "rücknahmepreis", "cours", "precio"}
)
TOTAL_WORDS = frozenset({"total", "tr", "tri", "gross", "reinvested", "adj", "adjusted"})
NET_ASSET_VALUE = {"net", "asset", "value"}
YIELD_WORDS = frozenset(
    {"yield", "yields", "yld", "rate", "rates", "percent", "pct", "discount", "rendite", "zins"}
)
# FRED's spreads, mortgage rates and corporate yields, whose names may be tickers elsewhere.
FRED_COLUMN = re.compile(r"T\d+Y\w+|MORTGAGE\d+US|W?D?(AAA|BAA)(10Y)?")
NOT_OF_CLOSES = {"split", "splits", "open", "high", "low", "volume", "factor"}
ADJUSTED = re.compile(r"adj(usted)?(close|closing|closingprice|price)?")
# How far a yield of the user's may lie from the same yield of the bundled table in their common
# months: percentage points, and a share of the yield (near zero all levels of about 1 are near it
# in tenths of a percent), in the middle month. Month-end yields also change alike; means of a month
# do less, and show it over years in their levels.
YIELD_GAP, YIELD_GAP_SHARE = 0.25, 0.1
YIELD_MONTHS, CHANGES_ALIKE = 12, 0.9
YIELD_YEARS_MONTHS, LEVELS_ALIKE = 36, 0.95
UNITS = {"percent": 1.0, "fractions": 100.0, "tenths of a percent": 0.1}
# Closes equal to adjusted closes over so many days mean that no dividend was paid in them.
# A fund that pays loses more of its factor than EQUAL in that time; rounding to cents less.
SHORTEST_DAYS, EQUAL = 200, 5e-4


def words_in(name: str) -> list[str]:
    """The words of a column's name, in small letters: ``PX_LAST`` and ``adjClose`` have two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W\d_]+", apart.casefold())


def is_adjusted(name: str) -> bool:
    """Whether a column is named as adjusted closes are: ``Adj Close``, ``adjusted_close``."""
    words = set(words_in(name))
    if words & NOT_OF_CLOSES:
        return False
    squeezed = "".join(words_in(name))
    return bool(words & {"adj", "adjusted"}) or ADJUSTED.fullmatch(squeezed) is not None


def is_close(name: str) -> bool:
    """Whether a column is named as closes without their dividends are: ``Close``."""
    return bool({"close", "closing"} & set(words_in(name))) and not is_adjusted(name)


def is_price(name: str) -> bool:
    """Whether a column is named as prices without their dividends are: ``Close``, ``NAV``."""
    words = set(words_in(name))
    if words & {"split", "splits"}:
        return True
    return bool(words & PRICE_WORDS or words >= NET_ASSET_VALUE) and not words & TOTAL_WORDS


def is_yield(name: str) -> bool:
    """Whether a column is named as yields and rates are: ``DGS10``, ``yield``."""
    words = set(words_in(name))
    is_named = bool(words & YIELD_WORDS) and not words & TOTAL_WORDS
    return is_named or is_rate(name) or FRED_COLUMN.fullmatch(name.strip().upper()) is not None


def require_own_history(levels: pd.Series, where: str, end: str | None = None) -> list[str]:
    """Check a history of the user's own, from a file or from Python.

    Parameters
    ----------
    levels
        Of the ticker that it is named by.
    where
        For messages.
    end
        Last day that is used, or None: nothing is said of days after it.

    Returns
    -------
    list of str
        A sentence for whatever is odd about its days.

    Raises
    ------
    DataError
        If it is no price in value, has dates that cannot be, or is a yield.
    """
    require_history(levels, where)
    require_no_yields(levels, where)
    days = pd.DatetimeIndex(levels.loc[:end].index)
    is_checked = len(days) > 1 and is_daily(days)
    return require_days_in_place(str(levels.name), days, where) if is_checked else []


def is_daily(days: pd.DatetimeIndex) -> bool:
    """Whether rows are a day apart, or a few over a weekend."""
    return bool(np.median(np.diff(days.asi8)) <= pd.Timedelta(days=KINDS["daily"][1]).value)


def price_only_note(ticker: str, where: str) -> str:
    """Say that a history leaves out dividends, as its user knows."""
    return f"{ticker} is a price without dividends ({where}): its growth is understated"


def require_no_yields(levels: pd.Series, where: str) -> None:
    """Refuse levels that are a published US yield, whatever their name.

    They are compared with the bundled yields and bill returns in their common months.

    Raises
    ------
    DataError
        Naming its unit.
    """
    table = bundled.table()
    names = [name for name in table.columns if name.startswith("cmt_")]
    published = table.assign(bill_pct=12 * table["bill_pct"])[[*names, "fed_funds_pct", "bill_pct"]]
    own = levels.groupby(pd.DatetimeIndex(levels.index).to_period("M")).last()
    own = own[own.index.isin(published.index)]
    if len(own) < YIELD_MONTHS:
        return
    for unit, times in UNITS.items():
        there = published.reindex(own.index)
        gap = np.minimum(YIELD_GAP, YIELD_GAP_SHARE * there.median())
        near = there.sub(times * own, axis=0).abs().median() <= gap
        for name in published.columns[near]:
            if _moves_alike(times * own, published[name]):
                raise DataError(
                    f"{where} is a yield in {unit} ({levels.iloc[-1]:g} on "
                    f"{levels.index[-1]:%Y-%m-%d}), not the value of something held; give a fund "
                    "or a total-return index"
                )


def _moves_alike(own: pd.Series, published: pd.Series) -> bool:
    """Whether two series of months near each other are the same yield."""
    both = pd.concat([own, published], axis=1).dropna()
    if len(both) < YIELD_MONTHS or not (both.std() > 0).all():
        return False
    levels, changes = both.corr().iloc[0, 1], both.diff().corr().iloc[0, 1]
    is_long = len(both) >= YIELD_YEARS_MONTHS
    return bool(changes > CHANGES_ALIKE or (is_long and levels > LEVELS_ALIKE))


def require_dividends(ticker: str, closes: pd.Series, adjusted: pd.Series, where: str) -> None:
    """Refuse adjusted closes that contain no dividend, of a fund that is known to pay them.

    Raises
    ------
    DataError
        If they equal the closes on every row.
    """
    first, last = closes.index[0], closes.index[-1]
    if (last - first).days < SHORTEST_DAYS or not _pays(ticker, first, last):
        return
    if np.allclose(closes, adjusted, rtol=EQUAL, atol=0.0):
        raise DataError(
            f"{where}: its adjusted closes equal its closes on every row, and {ticker} pays "
            f"dividends: they are missing; give closes adjusted for them, or --price-only {ticker}"
        )


def _pays(ticker: str, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    """Whether a ticker is known to have paid dividends between two days."""
    if ticker.upper() not in PAYERS:
        return False
    if ticker.upper() in FUNDS_OF_BILLS:
        months = slice(first.to_period("M"), last.to_period("M"))
        return bool((12 * bundled.table()["bill_pct"].loc[months] > NOTHING_TO_PAY).sum() >= 12)
    return True
