"""Users' own data: a folder with one CSV a ticker."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.align import market_of
from data.checks.dividends import odd_dividends
from data.checks.histories import (
    YIELD_BOUNDS,
    days_text,
    latest_day,
    require_within,
)
from data.checks.published import held_against_months
from data.checks.total_return import (
    is_adjusted,
    is_close,
    is_daily,
    is_price,
    is_yield,
    price_only_note,
    require_dividends,
    require_own_history,
    words_in,
)
from data.command import listed
from data.currency.conversion import DOLLARS, Conversion
from data.currency.convert import Convert, in_currency
from data.currency.figures import CurrencyFigures
from data.errors import DataError, did_you_mean
from data.market import Market
from data.origin import How, Origin
from data.read_log import note_passing, note_tickers
from data.sources import fred
from data.sources.bars import implied_dividends
from data.sources.currency_files import currency_figures, in_dollars, quotes
from data.sources.delimited import Table, read_table
from data.sources.figure_files import numbers_of, read_figures
from data.sources.folders import csv_paths, differ_by_case, find_file, stem_of
from data.sources.ticker_files import may_be_held
from data.treasuries.instruments import CATALOGUE, LISTED_IN_NEW_YORK, require_total_return
from data.treasuries.rates import Rates, bond_equivalent
from data.withholding.payouts import Payouts, not_known, of_closes, of_price
from data.withholding.rates import NOTHING, Withholding

RATE_FILES = (
    "treasury_cmt_yields_daily",
    "treasury_bill_3m_discount_daily",
    "fed_funds_effective_daily",
    "usd_index_daily",
    "cpi_monthly",
)
POSITIVE = (1e-6, 1e6)
CHECK_IT = "used all the same, check the file"
CLOSES_TOO = "give a file with Close and Adj Close, or leave {ticker} out"
RANGE_WORDS = {"open", "high", "low"}


def tickers(folder: Path) -> list[str]:
    """Tickers with a CSV in the folder, sorted; none if the folder cannot be listed.

    Files of yields, rates and other figures are left out.
    """
    paths = csv_paths(folder)
    stems = {stem_of(path) for path in paths}
    names = {stem_of(path) for path in paths if may_be_held(Path(path))} - set(RATE_FILES)
    listed = sorted(names if differ_by_case(stems) else {name.upper() for name in names})
    note_tickers(folder, listed)
    return listed


def tells_case_apart(folder: Path) -> bool:
    """Whether two files of the folder have names that differ by case alone."""
    return differ_by_case({stem_of(path) for path in csv_paths(folder)})


def load(
    folder: Path,
    wanted: Sequence[str],
    end: str | None = None,
    *,
    extend: bool = False,
    carried_back: Collection[str] = (),
    price_only: Collection[str] = (),
    conversion: Conversion = DOLLARS,
    convert: Convert = in_currency,
    withholding: Withholding = NOTHING,
) -> Market:
    """Build a market from ``folder/TICKER.csv``, aligned on the days all of them have.

    Parameters
    ----------
    folder
        Holds one CSV a ticker (itself, or in a subfolder), with Yahoo's columns (``Date, ...,
        Adj Close, ...``: the adjusted close is the total-return index) or with a date and one
        value; and any of the files of ``RATE_FILES``.
    wanted
        Tickers.
    end
        Last day to read, or None for all.
    extend
        Extend each history before its first day by its proxies.
    carried_back
        Without ``extend``: tickers to extend from yields, where the folder has them.
    price_only
        Tickers whose files hold prices without dividends, as the user knows.
    conversion
        The currency wanted, its cash, and what of the dollar is hedged.
    convert
        As for :func:`data.load.load_market`.
    withholding
        What is withheld from payouts of the tickers.

    Raises
    ------
    DataError
        For a missing folder or file, or a row that cannot be used; names file and row.
    """
    try:
        there = folder.is_dir()
    except OSError:
        there = False
    if not there:
        raise DataError(f"--source files:{folder} is not a folder; give one with CSV files")
    source = f"files:{folder}"
    notes: list[str] = []
    quoted = quotes(folder, wanted, conversion.currency)
    series, payouts = {}, {}
    for ticker in wanted:
        own = read_history(folder, ticker, notes, end=end, is_price_only=ticker in price_only)
        series[ticker] = in_dollars(folder, own.levels, quoted[ticker], notes, end)
        payouts[ticker] = own.payouts

    def figures_of(rows_a_year: int) -> CurrencyFigures:
        return currency_figures(folder, conversion.currency, notes, monthly=rows_a_year == 12)

    older = None
    if extend:
        names = {name for t in wanted if t in CATALOGUE for name in CATALOGUE[t].proxies}
        older = {
            name: read_history(folder, name, notes, end=end, is_price_only=name in price_only)
            for name in sorted(names)
            if find_file(folder, name)
        }
    return market_of(
        series,
        source=source,
        title=f"prices of {folder}",
        notes=notes,
        origin=Origin(How.FILES),
        rates=read_rates(folder, notes, end),
        older=None if older is None else {name: own.levels for name, own in older.items()},
        carried_back=carried_back,
        end=end,
        conversion=conversion,
        convert=convert,
        figures_of=figures_of,
        payouts=payouts,
        older_payouts={name: own.payouts for name, own in (older or {}).items()},
        withholding=withholding,
    )


def read_rates(folder: Path, notes: list[str] | None = None, end: str | None = None) -> Rates:
    """Read yields, bills, policy rate, dollar and consumer prices from a folder.

    To ``notes`` is added how an unusual file was read, and what the bundled months contradict up
    to the day ``end``.
    """
    notes = [] if notes is None else notes
    paths = {name: path for name in RATE_FILES if (path := find_file(folder, name)) is not None}

    def columns(name: str, bounds: tuple[float, float] | None = None) -> pd.DataFrame | None:
        if name not in paths:
            return None
        frame = read_figures(paths[name], notes)
        if bounds is not None:
            for column in frame.columns:
                require_within(frame[column].dropna(), f"{column} in {paths[name]}", bounds)
        return frame

    def column_of(
        frame: pd.DataFrame | None, column: str | float | None = None
    ) -> pd.Series | None:
        if frame is None or (column and column not in frame.columns):
            return None
        series = frame[column] if column else frame.iloc[:, 0]
        return None if series.dropna().empty else series.dropna()

    def doubt(name: str, series: str | None, values: pd.Series | None) -> None:
        """Say where a series of the user's own contradicts the bundled months."""
        values = None if values is None else values.loc[:end]
        if series is None or values is None or len(values) < 2:
            return
        try:
            notes.extend(held_against_months(series, values, str(paths[name]), CHECK_IT))
        except DataError as error:
            notes.append(str(error))

    yields = columns("treasury_cmt_yields_daily", YIELD_BOUNDS)
    if yields is not None:
        path = paths["treasury_cmt_yields_daily"]
        yields = yields.set_axis(_maturities(yields.columns, path), axis=1).sort_index(axis=1)
        for years in yields.columns:
            doubt("treasury_cmt_yields_daily", fred.CURVE.get(years), column_of(yields, years))
    discount = column_of(columns("treasury_bill_3m_discount_daily", YIELD_BOUNDS))
    doubt("treasury_bill_3m_discount_daily", fred.BILL, discount)
    bill = None if discount is None else bond_equivalent(discount)
    if bill is None and yields is not None and 0.25 in yields.columns:
        bill = column_of(yields, 0.25)
    dollar = columns("usd_index_daily", POSITIVE)
    if dollar is not None and not {"dxy", "fed_broad_usd"} & set(dollar.columns):
        raise DataError(
            f"{paths['usd_index_daily']} needs a column dxy or fed_broad_usd, got "
            f"{', '.join(map(str, dollar.columns))}; rename its columns"
        )
    policy_rate = column_of(columns("fed_funds_effective_daily", YIELD_BOUNDS))
    doubt("fed_funds_effective_daily", fred.POLICY_RATE, policy_rate)
    cpi = column_of(columns("cpi_monthly", POSITIVE))
    doubt("cpi_monthly", fred.CPI, cpi)
    return Rates(
        yields=yields,
        bill=bill,
        policy_rate=policy_rate,
        dxy=column_of(dollar, "dxy"),
        broad_usd=column_of(dollar, "fed_broad_usd"),
        cpi=cpi,
    )


def _maturities(names: Iterable[str], path: Path) -> list[float]:
    """Years of columns such as ``3m`` or ``10y`` of a file, each once."""
    by_years: dict[float, str] = {}
    for name in names:
        match = re.fullmatch(r"([1-9][0-9]{0,2})([my])", name)
        if match is None:
            shown = name if len(name) <= 40 else f"{name[:40]}..."
            raise DataError(f"{path} has a column {shown!r}; use 3m, 10y, ...")
        years = int(match[1]) / (12 if match[2] == "m" else 1)
        if years in by_years:
            raise DataError(
                f"{path} has one maturity twice, as {by_years[years]} and {name}; keep one"
            )
        by_years[years] = name
    return list(by_years)


@dataclass(frozen=True, eq=False)
class OwnHistory:
    """A history of a folder: levels on a tz-naive daily index, and what it pays out."""

    levels: pd.Series
    payouts: Payouts


def read_prices(
    folder: Path,
    ticker: str,
    notes: list[str] | None = None,
    *,
    end: str | None = None,
    is_price_only: bool = False,
) -> pd.Series:
    """Read the levels of :func:`read_history` alone."""
    return read_history(folder, ticker, notes, end=end, is_price_only=is_price_only).levels


def read_history(
    folder: Path,
    ticker: str,
    notes: list[str] | None = None,
    *,
    end: str | None = None,
    is_price_only: bool = False,
) -> OwnHistory:
    """Read one total-return series from ``folder/TICKER.csv``.

    Parameters
    ----------
    folder, ticker
        Where, and which.
    notes
        A list to which is added how an unusual file was read, what of it was left out, and what
        is odd about it.
    end
        Last day that is used, or None: nothing odd is said of days after it.
    is_price_only
        Whether the user knows that it is a price without dividends: then its close will do.

    Returns
    -------
    OwnHistory
        Levels as they stand in the file.

    Raises
    ------
    DataError
        For a missing file, a row that cannot be used, and levels that are no total return.
    """
    notes = [] if notes is None else notes
    require_total_return(ticker, is_price_only=is_price_only)
    path = find_file(folder, ticker)
    if path is None:
        there = tickers(folder)
        raise DataError(
            f"{ticker} is not in {folder}, which has {', '.join(there) or 'no CSV files'}"
            f"{did_you_mean(ticker, there)}; add {ticker}.csv"
        )
    table = read_table(path)
    notes += table.remarks
    column = _price_column(table, ticker) if is_price_only else _value_column(table, ticker)
    levels = numbers_of(table, [column], notes, holes=False)[column].rename(ticker)
    today = latest_day()
    future = pd.DatetimeIndex(levels.index[levels.index > today])
    if len(future) == len(levels) > 0:
        raise DataError(
            f"{path} begins in the future, on {future[0]:%Y-%m-%d}: it is {today:%Y-%m-%d} on this "
            "machine; set its clock, or give prices of days that were"
        )
    if len(future):
        note_passing()  # another day it may count
        levels = levels[levels.index <= today]
        notes.append(f"{path}: {days_text(future)} lies in the future; left out")
    notes += require_own_history(levels, str(path), end)
    if is_price_only:
        notes.append(price_only_note(ticker, f"{column} of {path}"))
        return OwnHistory(levels, of_price(ticker, levels.index))
    closes = _closes(table, levels)
    if isinstance(closes, str):
        notes.append(f"its dividends are not checked: {closes}")
        return OwnHistory(levels, not_known(levels.index, closes.partition(";")[0]))
    if closes is None:
        why = f"{path} has no closes beside its total return"
        return OwnHistory(levels, not_known(levels.index, why, CLOSES_TOO.format(ticker=ticker)))
    notes += _odd_dividends(closes.loc[:end], levels, str(path))
    return OwnHistory(levels, of_closes(ticker, closes, levels, str(path)))


def _closes(table: Table, adjusted: pd.Series) -> pd.Series | str | None:
    """The closes of a file that has them beside adjusted ones; text says why they are no use."""
    column = next((name for name in table.cells if is_close(name)), None)
    if column is None:
        return None
    try:
        closes = numbers_of(table, [column], [], holes=True)[column].reindex(adjusted.index)
    except DataError as error:
        return str(error)
    return closes[closes > 0]


def _odd_dividends(closes: pd.Series, adjusted: pd.Series, where: str) -> list[str]:
    """Check the dividends in adjusted closes, of a file that has the closes as well.

    Raises
    ------
    DataError
        If there are none, of a fund that pays them.
    """
    ticker = str(adjusted.name)
    adjusted = adjusted[closes.index]
    if len(closes) < 2:
        return []
    require_dividends(ticker, closes, adjusted, where)
    if not is_daily(pd.DatetimeIndex(closes.index)):
        return []
    bars = pd.DataFrame({"Close": closes, "Dividends": implied_dividends(closes, adjusted)})
    is_stock = ticker.upper() not in LISTED_IN_NEW_YORK
    return odd_dividends(ticker, bars, stock=is_stock)


def _value_column(table: Table, ticker: str) -> str:
    """Choose the column of the total-return index: the adjusted close, else the only value column.

    Raises
    ------
    DataError
        If there is none, or if its name says that it is a price, a yield or a rate.
    """
    values = [str(name) for name in table.cells.columns[1:]]
    adjusted = [name for name in values if is_adjusted(name)]
    adjusted = [name for name in adjusted if "close" in name.casefold()] or adjusted
    if len(adjusted) == 1:
        return adjusted[0]
    if adjusted:
        raise DataError(
            f"{table.path} has adjusted closes twice, as {listed(adjusted)}; keep one of them"
        )
    if len(values) != 1:
        raise DataError(
            f"{table.path} has no column 'Adj Close' (dividends in), but {listed(values)}; give "
            "that column, or a date and a total-return index in a column named 'value'; or "
            f"--price-only {ticker} to use a price without dividends"
        )
    if values[0].casefold() == ticker.casefold():
        return values[0]  # the name of the ticker says nothing of what it is
    _require_no_yield(table, values[0])
    if is_price(values[0]):
        raise DataError(
            f"{table.path}: the column {values[0]} holds prices without dividends by its name; "
            "give a total-return index (dividends in) in a column named 'value', or --price-only "
            f"{ticker} to use it as it is"
        )
    return values[0]


def _price_column(table: Table, ticker: str) -> str:
    """Choose a column of prices: the only one, else the close, else the only one named a price.

    Raises
    ------
    DataError
        If there are several.
    """
    values = [str(name) for name in table.cells.columns[1:]]
    closes = [name for name in values if is_close(name)]
    prices = [name for name in values if is_price(name) and not set(words_in(name)) & RANGE_WORDS]
    for names in (values, closes, prices, [name for name in values if is_adjusted(name)]):
        if len(names) == 1:
            if names[0].casefold() != ticker.casefold():
                _require_no_yield(table, names[0])
            return names[0]
    raise DataError(
        f"{table.path}: --price-only {ticker} needs one column of prices, such as Close, got "
        f"{listed(values)}; keep one of them"
    )


def _require_no_yield(table: Table, name: str) -> None:
    """Refuse a column whose name says that it is a yield or a rate.

    Raises
    ------
    DataError
        Naming it.
    """
    if is_yield(name):
        raise DataError(
            f"{table.path}: the column {name} holds a yield or a rate by its name, not the value "
            "of something held; give a fund or a total-return index"
        )
