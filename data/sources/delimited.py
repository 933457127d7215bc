"""A table in a text file: its encoding, what parts its cells, its head, and its decimal sign.

The form is read from the file where only one reading is possible, and what is unusual is reported;
a file that could be read in two ways is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.errors import DataError

# After the date a time of day and a time zone are allowed, nothing else.
DATE = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([ T]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?)?\s*",
    re.ASCII,
)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
FIRST_SEPARATOR = re.compile(r'(?:"[^"]*"|[^,;\t"])*([,;\t])')
NAMES_OF_DATES = frozenset({"day", "month", "time", "period", "timestamp", "datum"})
# A number with a decimal comma (1.234,56), and one with commas between thousands (1,234.56).
DECIMAL_COMMA = r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?(?:[eE][+-]?\d+)?"
THOUSANDS = r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d+)?"
NUMBER = r"[+-]?(?=[.,]*\d)[\d.,]+(?:[eE][+-]?\d+)?"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a file as text.

    Attributes
    ----------
    path
        The file.
    cells
        Rows x columns, text without outer spaces; numbers with a decimal dot. Empty cells are
        empty text.
    lines
        Number of the line that each row ends on.
    remarks
        What is unusual in the form of the file, a sentence each.
    """

    path: Path
    cells: pd.DataFrame
    lines: np.ndarray
    remarks: tuple[str, ...]


def read_table(path: Path) -> Table:
    """Read a file of comma-separated values, or of one of the forms that spreadsheets write.

    Cells may be parted by semicolons or tabs, numbers may have a decimal comma or commas between
    thousands, the text may be UTF-16, and lines with a title may stand above the head.

    Raises
    ------
    DataError
        If it is no such table, or can be read in two ways; names the line.
    """
    remarks: list[str] = []
    text = _decoded(path, remarks)
    separator = _separator(text.split("\n"))
    if separator != ",":
        remarks.append(f"{path}: its cells are parted by {SEPARATORS[separator]}")
    rows, lines = _rows(text, separator, path)
    if not rows:
        raise DataError(f"{path} cannot be read as CSV (it has no rows); mend or remove it")
    head = _head(rows, path)
    if head:
        remarks.append(f"{path}: its head is line {lines[head]}; what stands above is not read")
    names, first = rows[head], head + 1
    first += _lines_of_yfinance(names, rows[first : first + 2], path)
    body, lines = rows[first:], lines[first:]
    _require_width(names, body, lines, separator, path)
    cells = pd.DataFrame(body, columns=range(len(names)), dtype=object)
    while len(names) > 1 and not names[-1] and (cells[len(names) - 1] == "").all():
        names = names[:-1]  # each line ends with a separator
    _require_names(names, path)
    cells = cells.iloc[:, : len(names)].set_axis(names, axis=1)
    return Table(path, _with_dots(cells, path, remarks), np.array(lines, dtype=int), tuple(remarks))


def _decoded(path: Path, remarks: list[str]) -> str:
    """The text of a file in UTF-8 or UTF-16, each line ended by a line feed."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read as CSV ({error.strerror or error}); mend or remove it"
        ) from error
    is_wide = raw[:2] in UTF_16
    # Without its mark, UTF-16 of figures has a zero in every second byte.
    zeros = [raw[place : place + 200 : 2].count(0) for place in (0, 1)]
    names = {"utf-16-be": zeros[0] > 40 > zeros[1], "utf-16-le": zeros[1] > 40 > zeros[0]}
    unmarked = next((name for name, is_it in names.items() if is_it and not is_wide), None)
    encoding = "utf-16" if is_wide else unmarked or "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path} line {line} is no UTF-8 text; save the file as CSV in UTF-8"
        ) from error
    if encoding != "utf-8-sig":
        remarks.append(f"{path}: read as UTF-16 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(lines: Sequence[str]) -> str:
    """What parts cells: the first such sign after the first date, else of the second line."""
    filled = [line.strip(" ") for line in lines if line.strip()]
    dated = (line for line in filled if DATE.match(line.lstrip('"')))
    line = next(dated, filled[min(1, len(filled) - 1)] if filled else "")
    match = FIRST_SEPARATOR.match(line)
    return "," if match is None else match[1]


def _rows(text: str, separator: str, path: Path) -> tuple[list[list[str]], list[int]]:
    """Rows that are not blank, and the number of the line that each ends on."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            stripped = [cell.strip() for cell in row]
            if any(stripped):
                rows.append(stripped)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(
            f"{path} line {reader.line_num} cannot be read as CSV ({error}); mend that line"
        ) from error
    return rows, lines


def _head(rows: Sequence[Sequence[str]], path: Path) -> int:
    """The row that names the columns: the one above the first date, if it names the dates.

    Else the first row of two names or more; rows above it are titles.
    """
    dated = next((place for place, row in enumerate(rows) if DATE.fullmatch(row[0])), len(rows))
    if dated == 0:
        raise DataError(
            f"{path} has no header: its first line begins with {rows[0][0]!r}; put a line as "
            "'date,value' above it"
        )
    wide = [place for place in range(dated) if sum(map(bool, rows[place])) > 1]
    if not wide:
        if dated < len(rows) and len(rows[dated]) > 1:
            raise DataError(
                f"{path} has no header: no line above its first date names two columns; put a "
                "line as 'date,value' there"
            )
        return 0
    last = wide[-1]
    return last if last == dated - 1 and _names_dates(rows[last][0]) else wide[0]


def _names_dates(name: str) -> bool:
    folded = name.casefold()
    return "date" in folded or folded in NAMES_OF_DATES


def _lines_of_yfinance(names: Sequence[str], below: Sequence[Sequence[str]], path: Path) -> int:
    """How many lines under the head are yfinance's: tickers of the columns, and ``Date``."""
    firsts = [row[0] for row in below]
    if names[0] != "Price" or firsts != ["Ticker", "Date"]:
        return 0
    tickers = sorted(set(below[0][1:]))
    if len(tickers) > 1:
        raise DataError(f"{path} holds prices of {', '.join(tickers[:5])}; write one file a ticker")
    return 2


def _require_width(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    separator: str,
    path: Path,
) -> None:
    """Refuse a row that has more or fewer cells than the head has names.

    Raises
    ------
    DataError
        Naming its line.
    """
    wrong = next((place for place, row in enumerate(rows) if len(row) != len(names)), None)
    if wrong is None:
        return
    cells, where = len(rows[wrong]), f"{path} line {lines[wrong]}"
    if cells < len(names):
        cure = "the row is cut short: complete or remove it"
    elif separator == ",":
        cure = (
            "a number with a decimal comma needs quotes, or semicolons between cells: mend that "
            "line"
        )
    else:
        cure = "mend that line"
    raise DataError(f"{where} has {cells} cells under a head of {len(names)}; {cure}")


def _require_names(names: Sequence[str], path: Path) -> None:
    """Refuse a head with a repeated name, or with less than two.

    Raises
    ------
    DataError
        Naming what there is.
    """
    folded = [name.casefold() for name in names if name]
    twice = next((name for name in folded if folded.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path} has the column {twice!r} twice; keep one")
    if len(names) < 2:
        raise DataError(
            f"{path} needs a date and a value column, got {list(names)}; add what is missing"
        )


def _with_dots(cells: pd.DataFrame, path: Path, remarks: list[str]) -> pd.DataFrame:
    """Write numbers with a decimal dot, whatever their sign, if that can only be read in one way.

    Raises
    ------
    DataError
        If every number with a comma could be either of the two.
    """
    columns = cells.columns[1:]
    if not any(cells[name].str.contains(",").any() for name in columns):
        return cells
    written = pd.concat([cells[name] for name in columns])
    numbers = written[written.str.fullmatch(NUMBER)]
    if not numbers.str.contains(",").any():
        return cells
    has_decimal_comma = bool(numbers.str.fullmatch(DECIMAL_COMMA).all())
    has_thousands = bool(numbers.str.fullmatch(THOUSANDS).all())
    if not has_decimal_comma and not has_thousands:
        return cells  # mixed: the first that is no number is named where numbers are read
    shown = next(text for text in numbers if "," in text)
    if has_decimal_comma and has_thousands:
        whole, _, rest = shown.partition(",")
        raise DataError(
            f"{path}: {shown} may be {whole}.{rest} or {shown.replace(',', '')}; write its numbers "
            "with a decimal dot and no commas"
        )
    table = str.maketrans({".": "", ",": "."} if has_decimal_comma else {",": ""})
    mended = cells.copy()
    for name in columns:
        plain = mended[name].str.translate(table)
        mended[name] = plain.where(mended[name].str.fullmatch(NUMBER), mended[name])
    remarks.append(f"{path}: {shown} is read as {shown.translate(table)}")
    return mended
