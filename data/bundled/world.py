"""The bundled figures of other currencies: rates of exchange, short rates, consumer prices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from data.currency.currencies import CURRENCIES, with_article
from data.currency.figures import CurrencyFigures, ShortRate, filled_months
from data.errors import DataError

FOLDER = Path(__file__).parent
EXCHANGE, RATES, PRICES = (
    "fx_monthly_1971.csv",
    "short_rates_monthly_1971.csv",
    "cpi_foreign_monthly_1971.csv",
)
BASIS = "_basis"  # ends the name of a column that says what a rate is
# Columns of figures by table, and bounds that each figure lies within.
EXCHANGE_BOUNDS: Mapping[str, tuple[float, float]] = {
    "jpy": (50.0, 400.0),
    "usd_per_gbp": (0.9, 3.0),
    "chf": (0.6, 5.0),
    "usd_per_aud": (0.4, 1.6),
    "usd_per_eur": (0.7, 1.8),
    "cny": (5.0, 10.0),
}
RATE_COLUMNS = ("us_3m", "jp", "de_ez", "gb", "ch", "au", "cn", "de_3m")
RATE_BOUNDS = (-2.0, 30.0)
PRICE_COLUMNS = ("jp", "de_ez", "gb", "ch")
PRICE_BOUNDS = (5.0, 200.0)
# What the columns of bases say.
KINDS: Mapping[str, str] = {
    "3m": "three-month interbank rate",
    "3m_de": "German three-month interbank rate",
    "3m_ez": "three-month interbank rate",
    "euribor3m_first_day": "three-month Euribor on the month's first day",
    "policy": "policy rate",
    "call": "overnight call rate",
}
H10 = "the Federal Reserve's noon rate (H.10)"


def _read(name: str, bounds: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Read a table and check it: its columns, its months without a gap, the range of its figures.

    Raises
    ------
    DataError
        For whatever is not as documented beside it.
    """
    path = FOLDER / name
    try:
        frame = pd.read_csv(path, index_col="month")
        frame.index = pd.PeriodIndex(frame.index, freq="M")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"the bundled table {path} cannot be read ({error}); restore it") from error
    missing = [column for column in bounds if column not in frame.columns]
    if missing:
        raise DataError(f"the bundled table {path} lacks {', '.join(missing)}; restore it")
    if frame.empty:
        raise DataError(f"the bundled table {path} has no rows; restore it")
    every = pd.period_range(frame.index[0], periods=len(frame), freq="M")
    if not every.equals(frame.index):
        raise DataError(f"the months of the bundled table {path} have a gap; restore it")
    for column, (low, high) in bounds.items():
        figures = pd.to_numeric(frame[column], errors="coerce")
        is_wrong = frame[column].notna() & ~(figures.ge(low) & figures.le(high))
        if is_wrong.any() or figures.notna().sum() == 0:
            month = frame.index[is_wrong][0] if is_wrong.any() else "every month"
            raise DataError(
                f"the bundled table {path}: {column} of {month} is not within {low:g} to {high:g}; "
                "restore it"
            )
    return frame


@cache
def exchange_table() -> pd.DataFrame:
    """Rates of exchange on the last day of each month: months x columns."""
    return _read(EXCHANGE, EXCHANGE_BOUNDS)


@cache
def rate_table() -> pd.DataFrame:
    """Short rates, percent a year, with what each is: months x columns."""
    frame = _read(RATES, dict.fromkeys(RATE_COLUMNS, RATE_BOUNDS))
    for column in RATE_COLUMNS[:-1]:
        name = f"{column.removesuffix('_3m')}{BASIS}"
        if name not in frame.columns:
            raise DataError(f"the bundled table {FOLDER / RATES} lacks {name}; restore it")
        told = frame[name].notna()
        if not told.equals(frame[column].notna()):
            month = frame.index[told.ne(frame[column].notna())][0]
            raise DataError(
                f"the bundled table {FOLDER / RATES} has {column} of {month} without {name}, or "
                "that without a figure; restore it"
            )
        unknown = set(frame[name].dropna()) - KINDS.keys()
        if unknown:
            raise DataError(
                f"the bundled table {FOLDER / RATES} has a rate of kind {sorted(unknown)[0]!r}; "
                "restore it"
            )
    return frame


@cache
def price_table() -> pd.DataFrame:
    """Consumer prices, each on its own base, not seasonally adjusted: months x columns."""
    return _read(PRICES, dict.fromkeys(PRICE_COLUMNS, PRICE_BOUNDS))


def exchange_rate(code: str) -> pd.Series:
    """Units of a currency for one dollar on the last day of each month."""
    currency = CURRENCIES[code]
    column = exchange_table()[currency.table[0]].dropna()
    units = 1.0 / column if currency.is_inverted else column
    days = pd.PeriodIndex(units.index).to_timestamp(how="end").normalize()
    return units.set_axis(days).rename(code)


def short_rate(code: str) -> ShortRate:
    """The short rate of a currency or of ``USD``; in words from the first rate of exchange on."""
    column = "us_3m" if code == "USD" else CURRENCIES[code].table[1]
    table = rate_table()
    figures = filled_months(table[column], f"the bundled short rate of {code}")
    kinds = table[f"{column.removesuffix('_3m')}{BASIS}"].dropna()
    if code != "USD":
        kinds = kinds.loc[exchange_rate(code).index[0].to_period("M") :]
    return ShortRate(figures, _kinds_text(kinds), "bundled")


def _kinds_text(kinds: pd.Series) -> str:
    """What a rate is, and what it was before: ``three-month interbank, before 2002-04 ...``."""
    changes = kinds[kinds.ne(kinds.shift())]
    parts = [KINDS[kinds.iloc[-1]]]
    for place in range(len(changes) - 1, 0, -1):
        older = KINDS[changes.iloc[place - 1]]
        if older != KINDS[changes.iloc[place]]:
            parts.append(f"before {changes.index[place]} the {older}")
    return ", ".join(parts)


def consumer_prices(code: str) -> pd.Series | None:
    """Consumer prices of a currency's country by month; None where none are bundled."""
    prices = CURRENCIES[code].prices
    return None if prices is None else price_table()[prices[0]].dropna()


@cache
def currency_figures(code: str) -> CurrencyFigures:
    """Everything that the bundled tables have of a currency."""
    return CurrencyFigures(
        currency=code,
        exchange=exchange_rate(code),
        exchange_words=f"{H10} at the end of each month",
        exchange_source="bundled",
        home=short_rate(code),
        dollar=short_rate("USD"),
        prices=consumer_prices(code),
    )


def month_end_figures(code: str, rows_a_year: int) -> CurrencyFigures:
    """The same for prices given in Python.

    Raises
    ------
    DataError
        For daily prices, which need rates of every day.
    """
    if rows_a_year == 12:
        return currency_figures(code)
    raise DataError(
        "prices= are daily, and nothing is fetched for them: the bundled rates of exchange of "
        f"{with_article(code)} are those of month-ends; give month-end prices, or a folder with "
        "daily rates as source='files:DIR'"
    )
