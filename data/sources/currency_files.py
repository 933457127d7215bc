"""Users' own rates of exchange and short rates, and what their prices are quoted in.

A folder may hold, itself or in a subfolder, ``fred_jpy_daily.csv`` or ``DEXJPUS.csv``,
``IR3TIB01JPM156N.csv`` and that of the dollar, ``bis_policy_rates_monthly_1970_2023.csv``, and
``currency.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from data.bundled import world
from data.checks.histories import require_within
from data.currency.currencies import (
    CODES,
    CURRENCIES,
    DOLLAR,
    DOLLAR_POLICY,
    DOLLAR_RATE,
    name_of,
)
from data.currency.figures import CurrencyFigures, ShortRate, exchange_on, filled_months
from data.errors import DataError, did_you_mean, in_short
from data.regular import MOST_CONFIG, read_regular_text
from data.sources.delimited import read_table
from data.sources.figure_files import numbers_of, read_figures
from data.sources.folders import find_file

QUOTES = "currency.toml"
POLICY_TABLE = "bis_policy_rates_monthly_1970_2023"
EXCHANGE_BOUNDS = (1e-6, 1e6)
RATE_BOUNDS = (-5.0, 60.0)  # Australia's policy rate was 42.5 in June 1980
# A rate of exchange whose usual month lies further than this from the bundled one is upside down,
# of another currency or in hundredths.
MOST_APART = 1.25
INTERBANK = "three-month interbank rate"
# What most prices of an exchange are quoted in, by the ending of its tickers at Yahoo. London has
# prices in pounds, pence and dollars.
EXCHANGES: Mapping[str, str] = {
    **dict.fromkeys(
        ("DE", "F", "PA", "AS", "MI", "BR", "LS", "MC", "HE", "IR", "VI", "SG", "MU"), "EUR"
    ),
    "L": "GBP",
    "SW": "CHF",
    "T": "JPY",
    "AX": "AUD",
    "SS": "CNY",
    "SZ": "CNY",
    "TO": "CAD",
    "HK": "HKD",
    "ST": "SEK",
    "KS": "KRW",
}


def currency_figures(
    folder: Path, code: str, notes: list[str], *, monthly: bool
) -> CurrencyFigures:
    """What a folder has of a currency; what it lacks is taken from the bundled tables, and said.

    Parameters
    ----------
    folder
        The user's.
    code
        The currency.
    notes
        To which is added how an unusual file was read, and what stands in for what.
    monthly
        Whether the prices are monthly: then rates of exchange at the ends of months will do.

    Raises
    ------
    DataError
        For daily prices without daily rates of exchange, and for a file that cannot be used.
    """
    exchange = exchange_rate(folder, code, notes)
    bundled = world.currency_figures(code)
    if exchange is None and not monthly:
        currency = CURRENCIES[code]
        raise DataError(
            f"{folder} has no rates of exchange of the {currency.name}, which daily prices need; "
            f"add fred_{code.lower()}_daily.csv with a date and a column {currency.exchange} (FRED)"
        )
    lacking = [] if exchange is not None else [f"rates of exchange of the {name_of(code)}"]
    rates = {}
    for money in (code, DOLLAR):
        own = short_rate(folder, money, notes)
        rates[money] = own or world.short_rate(money)
        if own is None:
            lacking.append(f"short rates of the {name_of(money)}")
    if lacking:
        notes.append(f"{' and '.join(lacking)} are the bundled ones: {folder} has none")
    source = f"files:{folder}"
    return CurrencyFigures(
        currency=code,
        exchange=bundled.exchange if exchange is None else exchange,
        exchange_words=bundled.exchange_words if exchange is None else f"{world.H10} of each day",
        exchange_source="bundled" if exchange is None else source,
        home=rates[code],
        dollar=rates[DOLLAR],
        prices=bundled.prices,
    )


def exchange_rate(folder: Path, code: str, notes: list[str]) -> pd.Series | None:
    """Units of a currency for one dollar, by day; None without a file.

    Raises
    ------
    DataError
        For a file of another currency, or whose figures are upside down.
    """
    currency = CURRENCIES[code]
    path = find_file(folder, f"fred_{code.lower()}_daily") or find_file(folder, currency.exchange)
    if path is None:
        return None
    figures = _column(path, currency.exchange, notes)
    require_within(figures, f"{currency.exchange} in {path}", EXCHANGE_BOUNDS)
    units = 1.0 / figures if currency.is_inverted else figures
    ends = units.groupby(pd.DatetimeIndex(units.index).to_period("M")).last()
    bundled = world.exchange_rate(code)
    months = bundled.set_axis(pd.DatetimeIndex(bundled.index).to_period("M"))
    apart = (ends / months).dropna()
    usual = float(apart.median()) if len(apart) else 1.0
    if not 1.0 / MOST_APART <= usual <= MOST_APART:
        per = "dollars for one" if currency.is_inverted else "units for one dollar, in"
        raise DataError(
            f"{path}: {currency.exchange} lies {usual:.3g} times as high as the bundled months "
            f"have it; give {per} {currency.name}, as FRED has {currency.exchange}"
        )
    return units.rename(code)


def short_rate(folder: Path, code: str, notes: list[str]) -> ShortRate | None:
    """The three-month interbank rate, before its first month the policy rate; None without files.

    Raises
    ------
    DataError
        For a file that is of another series, or has a hole of more than a month.
    """
    series = DOLLAR_RATE if code == DOLLAR else CURRENCIES[code].interbank
    column = DOLLAR_POLICY if code == DOLLAR else CURRENCIES[code].policy
    path, table = find_file(folder, series), find_file(folder, POLICY_TABLE)
    own = older = None
    if path is not None:
        figures = _column(path, series, notes)
        require_within(figures, f"{series} in {path}", RATE_BOUNDS)
        own = filled_months(_by_month(figures), f"{series} in {path}")
    if table is not None:
        older = _policy_rate(table, column, notes)
    if own is None and older is None:
        return None
    source = f"files:{folder}"
    if own is None or older is None or older.index[0] >= own.index[0]:
        chosen, what = (older, "policy rate") if own is None else (own, INTERBANK)
        return ShortRate(chosen, what, source)
    joined = pd.concat([older.loc[: own.index[0] - 1], own])
    every = pd.period_range(joined.index[0], joined.index[-1], freq="M")
    what = f"{INTERBANK}, before {own.index[0]} the policy rate"
    return ShortRate(joined.reindex(every).ffill(), what, source)


def _policy_rate(path: Path, column: str, notes: list[str]) -> pd.Series | None:
    """A column of the table of policy rates; a blank means that nothing has changed."""
    table = read_table(path)
    if column not in table.cells.columns:
        return None
    dates = table.cells.columns[0]
    # The table is stamped by months: 1970-01.
    cells = table.cells.assign(
        **{dates: table.cells[dates].str.replace(MONTH, r"\1-01", regex=True)}
    )
    figures = numbers_of(replace(table, cells=cells), [column], notes, holes=True)[column].dropna()
    if figures.empty:
        return None
    require_within(figures, f"{column} in {path}", RATE_BOUNDS)
    return filled_months(_by_month(figures), f"{column} in {path}", carry=True)


MONTH = re.compile(r"^(\d{4}-\d\d)$")


def _column(path: Path, series: str, notes: list[str]) -> pd.Series:
    """The figures of a series: of the column of its name, or of the only one if named a value."""
    frame = read_figures(path, notes)
    names = {str(name).casefold(): name for name in frame.columns}
    name = names.get(series.casefold(), names.get("value") if len(names) == 1 else None)
    if name is None:
        raise DataError(
            f"{path} has no column {series}, but {', '.join(map(str, frame.columns))}: it is "
            f"another series; give {series}, or name its column so"
        )
    figures = frame[name].dropna()
    if figures.empty:
        raise DataError(f"{path}: {name} has no figures; give some")
    return figures


def _by_month(figures: pd.Series) -> pd.Series:
    return figures.groupby(pd.DatetimeIndex(figures.index).to_period("M")).last()


def quotes(folder: Path, wanted: Sequence[str], home: str) -> dict[str, str]:
    """The currency that each ticker is quoted in, by ``currency.toml``; dollars unless it says.

    Parameters
    ----------
    folder
        The user's.
    wanted
        Tickers of a run.
    home
        The currency of the run.

    Raises
    ------
    DataError
        For a file that cannot be read, and for tickers of exchanges that quote in other
        currencies, of which it says nothing.
    """
    written = _written(folder)
    quoted = {ticker: written.get(ticker.casefold(), "") for ticker in wanted}
    guesses = {ticker: quoted[ticker] or _usual_currency(ticker) for ticker in wanted}
    for ticker in wanted:
        others = [other for other in wanted if guesses[other] != guesses[ticker]]
        foreign = guesses[ticker] != DOLLAR
        if quoted[ticker] or not foreign or not (others or home != DOLLAR):
            continue
        beside = f", beside {others[0]} in {guesses[others[0]]}" if others else ""
        raise DataError(
            f"{ticker} is of an exchange that quotes in {guesses[ticker]}{beside}; say what it is "
            f'quoted in: write "{ticker}" = "{guesses[ticker]}" (or "{DOLLAR}") into '
            f"{folder / QUOTES}"
        )
    return {ticker: code or DOLLAR for ticker, code in quoted.items()}


def _usual_currency(ticker: str) -> str:
    _, dot, ending = ticker.rpartition(".")
    return EXCHANGES.get(ending.upper(), DOLLAR) if dot else DOLLAR


def _written(folder: Path) -> dict[str, str]:
    """The table of ``currency.toml``, by the ticker in small letters; empty without the file."""
    path = folder / QUOTES
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(read_regular_text(path, MOST_CONFIG))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}; mend it") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f'{path} is no TOML ({error}); write lines such as "EUNL.DE" = "EUR"'
        ) from error
    written = {}
    for ticker, code in table.items():
        read = code.strip().upper() if isinstance(code, str) else ""
        read = "GBP" if code in ("GBp", "GBX") else read  # a hundredth: growth is the same
        if read not in CODES:
            raise DataError(
                f"{path}: {in_short(ticker)} is quoted in {in_short(code)}"
                f"{did_you_mean(code, CODES)}; it takes {', '.join(CODES)}"
            )
        if find_file(folder, ticker) is None:
            raise DataError(
                f"{path} names {in_short(ticker)}, and {folder} has no {ticker}.csv; correct the "
                "name, or take the line out"
            )
        written[ticker.casefold()] = read
    return written


def in_dollars(folder: Path, levels: pd.Series, code: str, notes: list[str]) -> pd.Series:
    """A history quoted in another currency, in dollars, on the sessions with a rate of exchange.

    Raises
    ------
    DataError
        If the folder has no rates of exchange of that currency.
    """
    if code == DOLLAR:
        return levels
    exchange = exchange_rate(folder, code, notes)
    if exchange is None:
        raise DataError(
            f"{levels.name} is quoted in {code} by {folder / QUOTES}, and {folder} has no rates of "
            f"exchange; add fred_{code.lower()}_daily.csv with a date and a column "
            f"{CURRENCIES[code].exchange} (FRED)"
        )
    units = exchange_on(pd.DatetimeIndex(levels.index), exchange, code)
    converted = levels / units
    return converted[np.isfinite(converted)].rename(levels.name)
