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
from data.checks.exchange_rates import RATE_BOUNDS
from data.checks.histories import require_within, whole_months
from data.command import listed
from data.currency.currencies import (
    CODES,
    CURRENCIES,
    DOLLAR,
    DOLLAR_POLICY,
    DOLLAR_RATE,
    with_article,
)
from data.currency.figures import CurrencyFigures, ShortRate, exchange_on, filled_months
from data.currency.quotes import HUNDREDTHS, bounds_of
from data.errors import DataError, did_you_mean, in_short
from data.regular import MOST_CONFIG, read_regular_text
from data.sources.delimited import read_table
from data.sources.figure_files import numbers_of, read_figures
from data.sources.folders import find_file
from data.treasuries.foreign_funds import SHARE_CLASS_OF

QUOTES = "currency.toml"
POLICY_TABLE = "bis_policy_rates_monthly_1970_2023"
# A rate of exchange that usually lies further than this share from the bundled month-ends is of
# another currency or in hundredths; one that lies nearer to them upside down is that.
MOST_APART = 0.05
# Points that a short rate usually lies from the bundled one: more is another rate, or fractions.
MOST_POINTS = 1.0
BUNDLED = "bundled"
INTERBANK, POLICY = "three-month interbank rate", "policy rate"
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
    **dict.fromkeys(("TO", "V", "NE"), "CAD"),
    "HK": "HKD",
    "ST": "SEK",
    "CO": "DKK",
    "OL": "NOK",
    **dict.fromkeys(("KS", "KQ"), "KRW"),
    **dict.fromkeys(("TW", "TWO"), "TWD"),
    **dict.fromkeys(("NS", "BO"), "INR"),
    "SI": "SGD",
    "NZ": "NZD",
    "SA": "BRL",
    "MX": "MXN",
    "JO": "ZAR",
    "TA": "ILS",
}
# Endings of exchanges on which many funds are quoted in other currencies as well.
OF_SEVERAL = frozenset({"L", "SW", "AS", "PA", "HK", "SI", "TO", "V", "NE"})


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
            f"{folder} has no rates of exchange of {with_article(code)}, which daily prices need; "
            f"add fred_{code.lower()}_daily.csv with a date and a column {currency.exchange} (FRED)"
        )
    lacking = [] if exchange is not None else [f"rates of exchange of {with_article(code)}"]
    rates = {}
    for money in (code, DOLLAR):
        rates[money] = short_rate(folder, money, notes)
        if rates[money].source == BUNDLED:
            lacking.append(f"short rates of {with_article(money)}")
    if lacking:
        notes.append(f"{listed(lacking)} are the bundled ones: {folder} has none")
    source = f"files:{folder}"
    return CurrencyFigures(
        currency=code,
        exchange=bundled.exchange if exchange is None else exchange,
        exchange_words=bundled.exchange_words if exchange is None else f"{world.H10} of each day",
        exchange_source=BUNDLED if exchange is None else source,
        home=rates[code],
        dollar=rates[DOLLAR],
        prices=bundled.prices,
    )


def exchange_rate(folder: Path, code: str, notes: list[str]) -> pd.Series | None:
    """Units of a currency for one dollar, by day; None without a file.

    Raises
    ------
    DataError
        For two files of it, a file of another currency, or whose figures are upside down.
    """
    currency = CURRENCIES[code]
    names = (f"fred_{code.lower()}_daily", currency.exchange)
    paths = [path for name in names if (path := find_file(folder, name)) is not None]
    if not paths:
        return None
    if len(paths) > 1:
        raise DataError(
            f"{paths[0]} and {paths[1]} are both rates of exchange of {with_article(code)}; keep "
            "one of them"
        )
    path = paths[0]
    figures = _column(path, currency.exchange, notes)
    require_within(figures, f"{currency.exchange} in {path}", bounds_of(code))
    units = 1.0 / figures if currency.is_inverted else figures
    _require_near_bundled(units, code, path)
    return units.rename(code)


def _require_near_bundled(units: pd.Series, code: str, path: Path) -> None:
    """Refuse rates of exchange that are usually far from the bundled ones, or nearer inverted."""
    currency = CURRENCIES[code]
    ends = _by_month(units)
    bundled = world.exchange_rate(code)
    months = bundled.set_axis(pd.DatetimeIndex(bundled.index).to_period("M"))
    both = ends.index.intersection(months.index)
    if both.empty:
        return
    own, published = np.log(ends[both]), np.log(months[both])
    apart = float((own - published).abs().median())
    if apart <= np.log1p(MOST_APART) and apart <= float((own + published).abs().median()):
        return
    per = "dollars for one" if currency.is_inverted else "units for one dollar, in"
    shown, was = units.iloc[-1], months[both].iloc[-1]
    if currency.is_inverted:
        shown, was = 1.0 / shown, 1.0 / was
    raise DataError(
        f"{path}: {currency.exchange} is usually not what the bundled months have (it ends with "
        f"{shown:.6g}; they have {was:.6g} in {both[-1]}); give {per} {currency.name}, as FRED has "
        f"{currency.exchange}"
    )


def short_rate(folder: Path, code: str, notes: list[str]) -> ShortRate:
    """The three-month interbank rate, before its first month the policy rate.

    Without a file of the interbank rate it is the bundled one.

    Raises
    ------
    DataError
        For a file that is of another series, or has a hole of more than a month.
    """
    series = DOLLAR_RATE if code == DOLLAR else CURRENCIES[code].interbank
    column = DOLLAR_POLICY if code == DOLLAR else CURRENCIES[code].policy
    path, table = find_file(folder, series), find_file(folder, POLICY_TABLE)
    source, what = f"files:{folder}", INTERBANK
    if path is not None:
        figures = _column(path, series, notes)
        require_within(figures, f"{series} in {path}", RATE_BOUNDS)
        own = filled_months(_by_month(figures), f"{series} in {path}")
        _require_near_rate(own, code, f"{series} in {path}")
    else:
        bundled = world.short_rate(code)
        own, source, what = bundled.figures, BUNDLED, bundled.what
    older = None if table is None else _policy_rate(table, column, notes)
    if older is None or older.index[0] >= own.index[0]:
        return ShortRate(own, what, source)
    joined = pd.concat([older.loc[: own.index[0] - 1], own])
    both = f"{column} in {table}, followed by the {INTERBANK},"
    if not what.endswith(POLICY):
        what = f"{what}, before {own.index[0]} the {POLICY}"
    return ShortRate(filled_months(joined, both), what, source)


def _require_near_rate(own: pd.Series, code: str, where: str) -> None:
    """Refuse an interbank rate that usually lies points away from the bundled one."""
    apart = (own - world.short_rate(code).figures).abs().dropna()
    if len(apart) and apart.median() > MOST_POINTS:
        raise DataError(
            f"{where} usually lies {apart.median():.3g} points from the bundled rate of "
            f"{with_article(code)}: it is another rate, or no percent a year; give {INTERBANK}s in "
            "percent a year"
        )


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
    figures = numbers_of(replace(table, cells=cells), [column], notes, holes=True)[column]
    if figures.dropna().empty:
        return None
    require_within(figures.dropna(), f"{column} in {path}", RATE_BOUNDS)
    # The last rows may be blank too.
    by_month = _by_month(figures.ffill())
    return filled_months(by_month, f"{column} in {path}", carry=True)


MONTH = re.compile(r"^(\d{4}-\d\d)$")


def _column(path: Path, series: str, notes: list[str]) -> pd.Series:
    """The figures of a series: of the column of its name, or of the only one if named a value."""
    remarks: list[str] = []
    frame = read_figures(path, remarks)
    notes += [remark for remark in remarks if remark not in notes]  # read for several tickers
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
    is_converted = home != DOLLAR or any(code not in ("", DOLLAR) for code in quoted.values())
    for ticker in wanted:
        others = [other for other in wanted if guesses[other] != guesses[ticker]]
        guess = guesses[ticker]
        if quoted[ticker] or guess == DOLLAR or not (others or is_converted):
            continue
        beside = f", beside {others[0]} in {guesses[others[0]]}" if others else ""
        what = f"{ticker} is of an exchange that quotes in {guess}{beside}"
        if guess not in CODES:
            raise DataError(
                f"{what}, which is not converted here ({', '.join(CODES)} are); give a series in "
                f'one of these, and write "{ticker}" = "{DOLLAR}" or which it is into '
                f"{folder / QUOTES}"
            )
        raise DataError(
            f'{what}; say what it is quoted in: write "{ticker}" = "{guess}" (or "{DOLLAR}") into '
            f"{folder / QUOTES}"
        )
    return {ticker: code or DOLLAR for ticker, code in quoted.items()}


def _usual_currency(ticker: str) -> str:
    _, dot, ending = ticker.rpartition(".")
    return EXCHANGES.get(ending.upper(), DOLLAR) if dot else DOLLAR


def only_currency(ticker: str) -> str | None:
    """What a ticker is quoted in: a known fund by its own pages, else what nearly all of its
    exchange are, by the ticker's ending.

    None where neither is known, or of an exchange that quotes in several currencies.
    """  # noqa: D205
    fund = SHARE_CLASS_OF.get(ticker.upper())
    if fund is not None and fund.listings[ticker.upper()]:
        return fund.listings[ticker.upper()]
    _, dot, ending = ticker.upper().rpartition(".")
    return EXCHANGES.get(ending) if dot and ending not in OF_SEVERAL else None


def _written(folder: Path) -> dict[str, str]:
    """The table of ``currency.toml``, by the ticker in small letters; empty without the file."""
    path = folder / QUOTES
    try:
        table = tomllib.loads(read_regular_text(path, MOST_CONFIG))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}; mend it") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f'{path} is no TOML ({error}); write lines such as "EUNL.DE" = "EUR"'
        ) from error
    written: dict[str, str] = {}
    for ticker, code in table.items():
        if isinstance(code, dict):
            raise DataError(
                f"{path} has {in_short(ticker)} before a dot outside of quotes, or as a table; "
                'write "EUNL.DE" = "EUR"'
            )
        read = code.strip().upper() if isinstance(code, str) else ""
        read = HUNDREDTHS.get(code, read) if isinstance(code, str) else read  # growth is the same
        if read not in CODES:
            raise DataError(
                f"{path}: {in_short(ticker)} is quoted in {in_short(code)}"
                f"{did_you_mean(code, CODES)}; it takes {', '.join(CODES)}"
            )
        if find_file(folder, ticker) is None:
            raise DataError(
                f"{path} names {in_short(ticker)}, and {folder} has no CSV file of that name; "
                "correct it, or take the line out"
            )
        if ticker.casefold() in written:
            raise DataError(f"{path} names {in_short(ticker)} twice; keep one of the lines")
        written[ticker.casefold()] = read
    return written


def in_dollars(
    folder: Path, levels: pd.Series, code: str, notes: list[str], end: str | None = None
) -> pd.Series:
    """A history quoted in another currency, in dollars, on the rows with a rate of exchange.

    Parameters
    ----------
    folder
        The user's, with rates of exchange of that currency.
    levels
        As quoted, by day; rows that stand for whole months may be stamped on the 1st.
    code
        The currency that they are quoted in.
    notes
        To which is added that it was converted, and how an unusual file was read.
    end
        Last day that is used, or None: a hole in the rates of exchange after it does not matter.

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
    # A month stamped on its 1st is worth what it was at its end, and so is the currency.
    months = pd.DatetimeIndex(whole_months(levels).index)
    days = months.append(pd.DatetimeIndex(levels.index[len(months) :]))
    converted = levels / exchange_on(days, exchange, code, end=end)
    notes.append(
        f"{levels.name} is quoted in {code} ({folder / QUOTES}): each level is converted at "
        f"{world.H10} of its day"
    )
    converted = converted[np.isfinite(converted)].rename(levels.name)
    if converted.empty:
        raise DataError(
            f"{levels.name} is quoted in {code} by {folder / QUOTES}, and the rates of exchange of "
            f"{folder} ({exchange.index[0]:%Y-%m-%d} to {exchange.index[-1]:%Y-%m-%d}) are of "
            "other days; give those of its days"
        )
    return converted
