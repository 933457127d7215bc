"""The bundled months in the money of a holder abroad."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from backtests.analysis.claims import ARTICLE_DAY
from data.bundled.world import currency_figures
from data.currency.conversion import Conversion
from data.currency.convert import in_currency
from data.errors import DataError
from data.market import Market

HOMES = ("JPY", "EUR", "GBP", "CHF")  # whose consumer prices are bundled too


@lru_cache(maxsize=16)
def at_home(months: Market, code: str) -> Market | None:
    """Months in a currency, dollars unhedged, with its money market as cash.

    Parameters
    ----------
    months
        The bundled months in dollars, or their beginning.
    code
        Of the currency; ``USD`` leaves them as they are.

    Returns
    -------
    Market or None
        On the months in which its rate of exchange and both short rates are known; None without
        any.
    """
    if code == "USD":
        return months
    try:
        return in_currency(months, Conversion(code), currency_figures(code))
    except DataError:  # no month in common
        return None


def until_article(rows: pd.DataFrame) -> pd.DataFrame:
    """Those of some months, indexed by month, that were over on the article's day."""
    return rows[rows.index < pd.Period(ARTICLE_DAY, "M")]


def since_article(rows: pd.DataFrame) -> pd.DataFrame:
    """Those that began after the article's day."""
    return rows[rows.index > pd.Period(ARTICLE_DAY, "M")]
