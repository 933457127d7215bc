"""Users' own data: a folder with one CSV a ticker."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data import bundled
from data.cash import level_from_monthly_bills
from data.checks import periods_per_year, require_history, wild_moves
from data.errors import DataError, did_you_mean
from data.instruments import CATALOGUE, require_total_return
from data.market import CASH, Market, describe


def load(folder: Path, tickers: list[str]) -> Market:
    """Build a market from ``folder/TICKER.csv``, aligned on the days all of them have.

    Parameters
    ----------
    folder
        Holds one CSV a ticker, with Yahoo's columns (``Date, ..., Adj Close, ...``: the
        adjusted close is the total-return index) or with a date and one value.
    tickers
        The tickers wanted.

    Raises
    ------
    DataError
        For a missing folder or file, or a row that cannot be used; names file and row.
    """
    if not folder.is_dir():
        raise DataError(
            f"--source files:{folder} is not a folder; give the folder of the CSV files"
        )
    source = f"files:{folder}"
    series = {ticker: read_prices(folder, ticker) for ticker in tickers}
    prices, notes = align(series, source)
    frequency = periods_per_year(pd.DatetimeIndex(prices.index), source)
    for ticker, levels in series.items():
        notes += [
            f"{ticker} moves {move:+.0%} on {day:%Y-%m-%d} in {folder / (ticker + '.csv')}: "
            "check that price"
            for day, move in wild_moves(levels).items()
        ]
    cash, cash_notes = level_from_monthly_bills(
        pd.DatetimeIndex(prices.index), bundled.monthly_bill_returns(), frequency
    )
    notes.append("cash earns the bundled one-month bill return (no bill yield in the folder)")
    columns = {**prices, CASH: cash}
    what = {
        **{ticker: _title(ticker) for ticker in tickers},
        CASH: "one-month Treasury bill (Kenneth R. French), spread over each month",
    }
    return Market(
        source=source,
        title=f"{'daily' if frequency == 252 else 'monthly'} prices of {folder}",
        prices=prices,
        cash=cash,
        periods_per_year=frequency,
        provenance={
            name: describe(columns[name], "bundled" if name == CASH else source, what[name])
            for name in columns
        },
        notes=[*notes, *cash_notes],
    )


def _title(ticker: str) -> str:
    known = CATALOGUE.get(ticker)
    return known.title if known else ticker


def read_prices(folder: Path, ticker: str) -> pd.Series:
    """Read one total-return series from ``folder/TICKER.csv``.

    Returns
    -------
    pandas.Series
        Levels on a tz-naive daily index, as they stand in the file.
    """
    require_total_return(ticker)
    path = folder / f"{ticker}.csv"
    if not ticker or path.parent != folder or not path.is_file():
        there = sorted(found.stem for found in folder.glob("*.csv"))
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
    dates = pd.to_datetime(rows.iloc[:, 0], format="ISO8601", errors="coerce")
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
    levels.index = levels.index.tz_localize(None).normalize().as_unit("ns")
    require_history(levels, str(path))
    return levels


def _value_column(rows: pd.DataFrame, path: Path) -> str:
    """Name the column of the total-return index: ``Adj Close``, or the only one beside the date."""
    if len(rows.columns) < 2:
        raise DataError(f"{path} needs a date and a value column, got {list(rows.columns)}")
    by_name = {str(name).casefold(): str(name) for name in rows.columns}
    if "adj close" in by_name:
        return by_name["adj close"]
    if len(rows.columns) == 2:
        return str(rows.columns[1])
    raise DataError(
        f"{path} has no column 'Adj Close' (dividends in); give that column, or just date,value"
    )


def align(series: dict[str, pd.Series], source: str) -> tuple[pd.DataFrame, list[str]]:
    """Put histories on common sessions: none is filled, shortening is said.

    A ticker may start late (NaN before). After that a session stands only if every started
    ticker has a price, since a filled one would hide a move; the end is the earliest last day.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        Sessions x tickers, and a note for each thing left out.
    """
    table = pd.concat(series, axis=1, sort=True)
    last = {ticker: levels.index[-1] for ticker, levels in series.items()}
    ends_first = min(last, key=lambda ticker: last[ticker])
    notes = []
    cut = int((table.index > last[ends_first]).sum())
    if cut:
        notes.append(
            f"data end on {last[ends_first]:%Y-%m-%d}, the last day of {ends_first}: "
            f"{cut} later sessions of other tickers are not used"
        )
    table = table.loc[: last[ends_first]]
    started = table.ffill().notna()
    # Rows before anything but a late ticker has started stay; so does no row with a hole.
    holes = started & table.isna()
    torn = holes.any(axis=1)
    if torn.any():
        day = table.index[torn][0]
        missing = ", ".join(table.columns[holes.loc[day]])
        notes.append(
            f"{int(torn.sum())} sessions are left out because a ticker has no price then "
            f"(first {day:%Y-%m-%d}: {missing})"
        )
    table = table.loc[~torn]
    if len(table) < 2:
        raise DataError(f"the tickers of {source} have no common sessions; check their dates")
    return table, notes
