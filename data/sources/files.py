"""Users' own data: a folder with one CSV a ticker."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pandas as pd

from data.align import market_of
from data.checks.histories import (
    YIELD_BOUNDS,
    days_text,
    latest_day,
    require_history,
    require_within,
)
from data.errors import DataError, did_you_mean
from data.market import Market
from data.origin import How, Origin
from data.treasuries.instruments import CATALOGUE, require_total_return
from data.treasuries.rates import Rates, bond_equivalent

RATE_FILES = (
    "treasury_cmt_yields_daily",
    "treasury_bill_3m_discount_daily",
    "fed_funds_effective_daily",
    "usd_index_daily",
    "cpi_monthly",
)
POSITIVE = (1e-6, 1e6)
# After the date a time of day and a time zone are allowed, nothing else.
DATE = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([ T]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?)?\s*",
    re.ASCII,
)
PRICE_COLUMNS = ("open", "high", "low", "close", "price", "last", "volume")


def tickers(folder: Path) -> list[str]:
    """Tickers with a CSV in the folder, sorted; none if the folder cannot be listed."""
    names = {path.stem for path in csv_files(folder)} - set(RATE_FILES)
    return sorted(names if tells_case_apart(folder) else {name.upper() for name in names})


def tells_case_apart(folder: Path) -> bool:
    """Whether two files of the folder have names that differ by case alone."""
    names = {path.stem for path in csv_files(folder)}
    return len({name.upper() for name in names}) < len(names)


def csv_files(folder: Path) -> list[Path]:
    """CSV files of a folder and of its direct subfolders."""
    try:
        return [
            path
            for pattern in ("*.csv", "*/*.csv")
            for path in folder.glob(pattern)
            if path.is_file()
        ]
    except OSError:
        return []


def _find(folder: Path, name: str) -> Path | None:
    """Find ``name.csv`` in a folder, else in one of its subfolders; in any case, if one has it.

    Raises
    ------
    DataError
        If two subfolders have it, or the folder cannot be read.
    """
    plain = name and name == Path(name).name and name not in (".", "..") and "\0" not in name
    try:
        if not plain or not folder.is_dir():
            return None
        direct = folder / f"{name}.csv"
        if direct.is_file():
            return direct
        is_exact = tells_case_apart(folder)
        below = [
            path
            for path in csv_files(folder)
            if path.stem == name or (not is_exact and path.stem.upper() == name.upper())
        ]
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}; give access") from error
    if len(below) > 1:
        raise DataError(f"{name}.csv is both {below[0]} and {below[1]}; keep one")
    return below[0] if below else None


def load(
    folder: Path,
    wanted: Sequence[str],
    end: str | None = None,
    *,
    extend: bool = False,
    carried_back: Collection[str] = (),
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
    series = {ticker: read_prices(folder, ticker, notes) for ticker in wanted}
    older = None
    if extend:
        names = {name for t in wanted if t in CATALOGUE for name in CATALOGUE[t].proxies}
        older = {
            name: read_prices(folder, name, notes) for name in sorted(names) if _find(folder, name)
        }
    return market_of(
        series,
        source=source,
        title=f"prices of {folder}",
        notes=notes,
        origin=Origin(How.FILES),
        rates=read_rates(folder),
        older=older,
        carried_back=carried_back,
        end=end,
    )


def read_rates(folder: Path) -> Rates:
    """Read yields, bills, policy rate, dollar and consumer prices from a folder."""
    paths = {name: path for name in RATE_FILES if (path := _find(folder, name)) is not None}

    def columns(name: str, bounds: tuple[float, float] | None = None) -> pd.DataFrame | None:
        if name not in paths:
            return None
        frame = _read_table(paths[name])
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

    yields = columns("treasury_cmt_yields_daily", YIELD_BOUNDS)
    if yields is not None:
        path = paths["treasury_cmt_yields_daily"]
        yields = yields.set_axis(_maturities(yields.columns, path), axis=1).sort_index(axis=1)
    discount = column_of(columns("treasury_bill_3m_discount_daily", YIELD_BOUNDS))
    bill = None if discount is None else bond_equivalent(discount)
    if bill is None and yields is not None and 0.25 in yields.columns:
        bill = column_of(yields, 0.25)
    dollar = columns("usd_index_daily", POSITIVE)
    if dollar is not None and not {"dxy", "fed_broad_usd"} & set(dollar.columns):
        raise DataError(
            f"{paths['usd_index_daily']} needs a column dxy or fed_broad_usd, got "
            f"{', '.join(map(str, dollar.columns))}; rename its columns"
        )
    return Rates(
        yields=yields,
        bill=bill,
        policy_rate=column_of(columns("fed_funds_effective_daily", YIELD_BOUNDS)),
        dxy=column_of(dollar, "dxy"),
        broad_usd=column_of(dollar, "fed_broad_usd"),
        cpi=column_of(columns("cpi_monthly", POSITIVE)),
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


def read_prices(folder: Path, ticker: str, notes: list[str] | None = None) -> pd.Series:
    """Read one total-return series from ``folder/TICKER.csv``.

    Parameters
    ----------
    folder, ticker
        Where, and which.
    notes
        A list to which a sentence is added where rows with a future date were left out.

    Returns
    -------
    pandas.Series
        Levels on a tz-naive daily index, as they stand in the file.
    """
    require_total_return(ticker)
    path = _find(folder, ticker)
    if path is None:
        there = tickers(folder)
        raise DataError(
            f"{ticker} is not in {folder}, which has {', '.join(there) or 'no CSV files'}"
            f"{did_you_mean(ticker, there)}; add {ticker}.csv"
        )
    rows = _read_rows(path)
    column = _value_column(rows, path)
    levels = _numbers(rows, [column], path, holes=False)[column].rename(ticker)
    today = latest_day()
    future = pd.DatetimeIndex(levels.index[levels.index > today])
    if len(future):
        levels = levels[levels.index <= today]
        if notes is not None:
            notes.append(f"{path}: {days_text(future)} lies in the future; left out")
    require_history(levels, str(path))
    return levels


def _read_table(path: Path) -> pd.DataFrame:
    """Read a table of figures by date; cells may be empty, or FRED's dot for no figure."""
    rows = _read_rows(path).replace(r"^\s*\.\s*$", float("nan"), regex=True)
    frame = _numbers(rows, list(rows.columns[1:]), path, holes=True)
    if not (frame.index.is_monotonic_increasing and frame.index.is_unique):
        raise DataError(f"dates of {path} must ascend without repeats; sort its rows by date")
    return frame


def _read_rows(path: Path) -> pd.DataFrame:
    """Read a CSV as text; its first line has to be a header."""
    try:
        # Opened here: pandas would expand a leading ~ to the home folder.
        with path.open("rb") as opened:
            whole = pd.read_csv(
                opened, header=None, dtype=str, skipinitialspace=True, encoding="utf-8-sig"
            )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as CSV ({reason}); mend or remove it") from error
    names = [str(name) for name in whole.iloc[0].fillna("")]
    if DATE.fullmatch(names[0]):
        raise DataError(
            f"{path} has no header: its first line begins with {names[0]!r}; put a line as "
            "'date,value' above it"
        )
    folded = [name.casefold() for name in names if name]
    twice = next((name for name in folded if folded.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path} has the column {twice!r} twice; keep one")
    rows = whole.iloc[1:].set_axis(names, axis=1).reset_index(drop=True)
    if len(rows.columns) < 2:
        raise DataError(
            f"{path} needs a date and a value column, got {list(rows.columns)}; add what is missing"
        )
    return rows


def _numbers(rows: pd.DataFrame, columns: list[str], path: Path, *, holes: bool) -> pd.DataFrame:
    """Read dates and numbers; an error names the line. Empty cells are allowed with ``holes``."""
    given = rows.iloc[:, 0].where(rows.iloc[:, 0].str.fullmatch(DATE).eq(True))
    # The date as written is the exchange's own, whatever time zone follows it.
    dates = pd.to_datetime(given.str[:10], format="%Y-%m-%d", errors="coerce")
    dates = dates.where(dates.between("1800-01-01", "2200-12-31"))
    read = {column: pd.to_numeric(rows[column], errors="coerce") for column in columns}
    checks = [(dates, rows.iloc[:, 0], "a date as YYYY-MM-DD", dates.isna())]
    for column, values in read.items():
        wrong = values.isna() & rows[column].notna() if holes else values.isna()
        checks.append((values, rows[column], "a number", wrong))
    for _, raw, expected, wrong in checks:
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            got = raw.iloc[row]
            raise DataError(
                f"{path} line {row + 2}, column {raw.name}: "
                f"got {'nothing' if pd.isna(got) else repr(got)}, expected {expected}; "
                "mend or remove that line"
            )
    index = pd.DatetimeIndex(dates).as_unit("ns")
    return pd.DataFrame({c: v.to_numpy(float) for c, v in read.items()}, index=index)


def _value_column(rows: pd.DataFrame, path: Path) -> str:
    """Choose the column of the total-return index: ``Adj Close``, else the only value column."""
    by_name = {str(name).casefold(): str(name) for name in rows.columns}
    if "adj close" in by_name:
        return by_name["adj close"]
    if len(rows.columns) == 2 and str(rows.columns[1]).casefold() not in PRICE_COLUMNS:
        return str(rows.columns[1])
    raise DataError(
        f"{path} has no column 'Adj Close' (dividends in), but {list(rows.columns)}; give that "
        "column, or a date and a total-return index in a column named 'value'"
    )
