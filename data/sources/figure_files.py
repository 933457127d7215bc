"""Figures by date in a text file: yields, rates, levels; an error names the line."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

import pandas as pd

from data.errors import DataError, in_short
from data.sources.delimited import DATE, Table, read_table, with_dots

# What FRED, spreadsheets and pandas write where there is no figure.
NO_FIGURE = ("", ".", "nan", "na", "n/a", "#n/a", "null", "none")
Read = tuple[pd.DataFrame, list[str]]
# What was read of a table, as long as that is there.
_read: WeakKeyDictionary[Table, dict[tuple[tuple[str, ...], bool], Read]] = WeakKeyDictionary()


def read_figures(path: Path, notes: list[str]) -> pd.DataFrame:
    """Read a table of figures by date; cells may be empty, or FRED's dot for no figure."""
    table = read_table(path)
    notes += table.remarks
    frame = numbers_of(table, list(table.cells.columns[1:]), notes, holes=True)
    if not (frame.index.is_monotonic_increasing and frame.index.is_unique):
        raise DataError(f"dates of {path} must ascend without repeats; sort its rows by date")
    return frame


def numbers_of(table: Table, columns: list[str], notes: list[str], *, holes: bool) -> pd.DataFrame:
    """Read dates and numbers; an error names the line. Cells without figure pass with ``holes``."""
    read, asked = _read.setdefault(table, {}), (tuple(columns), holes)
    if asked not in read:
        read[asked] = _numbers(table, columns, holes=holes)
    frame, remarks = read[asked]
    notes += remarks
    return frame.copy()


def _numbers(table: Table, columns: list[str], *, holes: bool) -> Read:
    cells = {}
    remarks: list[str] = []
    for column in columns:
        cells[column], read_as = with_dots(table, column)
        remarks += read_as
    raw_dates = table.cells.iloc[:, 0]
    # The date as written is the exchange's own, whatever time zone follows it.
    given = [text[:10] if DATE.fullmatch(text) else None for text in raw_dates]
    texts = pd.Series(given, dtype=object, name=raw_dates.name)
    dates = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    dates = dates.where(dates.between("1800-01-01", "2200-12-31"))
    read = {column: pd.to_numeric(cells[column], errors="coerce") for column in columns}
    checks = [(raw_dates, "a date as YYYY-MM-DD", dates.isna())]
    for column, values in read.items():
        wrong = values.isna()
        if holes:
            wrong[wrong] = ~table.cells[column][wrong].str.casefold().isin(NO_FIGURE)
        checks.append((table.cells[column], "a number", wrong))
    for raw, expected, wrong in checks:
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            got = raw.iloc[row]
            raise DataError(
                f"{table.path} line {table.lines[row]}, column {raw.name}: "
                f"got {in_short(got) if got else 'nothing'}, expected {expected}; "
                "mend or remove that line"
            )
    index = pd.DatetimeIndex(dates).as_unit("ns")
    numbers = {column: values.to_numpy(float) for column, values in read.items()}
    return pd.DataFrame(numbers, index=index), remarks
