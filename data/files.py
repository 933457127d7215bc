"""Users' own data: a folder with one CSV a ticker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from data.align import market_of, upto
from data.checks import require_history, wild_moves
from data.errors import DataError, did_you_mean
from data.instruments import require_total_return
from data.market import Market

PRICE_COLUMNS = ("open", "high", "low", "close", "price", "last", "volume")


def tickers(folder: Path) -> list[str]:
    """Tickers that a folder has a CSV of, sorted; none where it cannot be listed."""
    try:
        return sorted(found.stem for found in folder.glob("*.csv") if found.is_file())
    except OSError:
        return []


def load(folder: Path, wanted: Sequence[str], end: str | None = None) -> Market:
    """Build a market from ``folder/TICKER.csv``, aligned on the days all of them have.

    Parameters
    ----------
    folder
        Holds one CSV a ticker, with Yahoo's columns (``Date, ..., Adj Close, ...``: the
        adjusted close is the total-return index) or with a date and one value.
    wanted
        Tickers.
    end
        Last day to read, or None for all.

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
        raise DataError(
            f"--source files:{folder} is not a folder; give the folder of the CSV files"
        )
    source = f"files:{folder}"
    series = {ticker: upto(read_prices(folder, ticker), end, source) for ticker in wanted}
    notes = []
    for ticker, levels in series.items():
        wild = wild_moves(levels)
        if len(wild):
            more = f" (and {len(wild) - 1} more such days)" if len(wild) > 1 else ""
            notes.append(
                f"{ticker} moves {wild.iloc[0]:+.0%} on {wild.index[0]:%Y-%m-%d}{more} in "
                f"{folder / (ticker + '.csv')}: check that price"
            )
    return market_of(series, source=source, title=f"prices of {folder}", notes=notes)


def read_prices(folder: Path, ticker: str) -> pd.Series:
    """Read one total-return series from ``folder/TICKER.csv``.

    Returns
    -------
    pandas.Series
        Levels on a tz-naive daily index, as they stand in the file.
    """
    require_total_return(ticker)
    path = folder / f"{ticker}.csv"
    try:
        known = bool(ticker) and path.parent == folder and path.is_file()
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}; give access") from error
    if not known:
        there = tickers(folder)
        raise DataError(
            f"{ticker} is not in {folder}, which has {', '.join(there) or 'no CSV files'}"
            f"{did_you_mean(ticker, there)}"
        )
    try:
        rows = pd.read_csv(path, dtype=str, skipinitialspace=True, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as CSV: {reason}") from error
    column = _value_column(rows, path)
    # A time of day and a zone may follow; the date is the exchange's own.
    dates = pd.to_datetime(rows.iloc[:, 0].str[:10], format="%Y-%m-%d", errors="coerce")
    dates = dates.where(dates.between("1800-01-01", "2200-12-31"))
    values = pd.to_numeric(rows[column], errors="coerce")
    for parsed, raw, expected in (
        (dates, rows.iloc[:, 0], "a date as YYYY-MM-DD"),
        (values, rows[column], "a number"),
    ):
        wrong = parsed.isna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            got = raw.iloc[row]
            raise DataError(
                f"{path} line {row + 2}, column {raw.name}: "
                f"got {'nothing' if pd.isna(got) else repr(got)}, expected {expected}; "
                "mend or remove that line"
            )
    levels = pd.Series(values.to_numpy(float), index=pd.DatetimeIndex(dates), name=ticker)
    levels.index = levels.index.as_unit("ns")
    require_history(levels, str(path))
    return levels


def _value_column(rows: pd.DataFrame, path: Path) -> str:
    """Name the column of the total-return index: ``Adj Close``, or the only one beside the date."""
    if len(rows.columns) < 2:
        raise DataError(f"{path} needs a date and a value column, got {list(rows.columns)}")
    by_name = {str(name).casefold(): str(name) for name in rows.columns}
    if "adj close" in by_name:
        return by_name["adj close"]
    if len(rows.columns) == 2 and str(rows.columns[1]).casefold() not in PRICE_COLUMNS:
        return str(rows.columns[1])
    raise DataError(
        f"{path} has no column 'Adj Close' (dividends in), but {list(rows.columns)}; give that "
        "column, or a date and a total-return index in a column named 'value'"
    )
