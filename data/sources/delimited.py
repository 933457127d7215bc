"""A table in a text file: its encoding, what parts its cells, its head, and its decimal sign.

The form is read from the file where only one reading is possible, and what is unusual is reported;
a file that could be read in two ways is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.command import listed, words_of
from data.errors import DataError, in_short
from data.regular import MOST_CSV, read_regular

# After the date a time of day and a time zone are allowed, nothing else.
DATE = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([ T]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?)?\s*",
    re.ASCII,
)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
FIRST_SEPARATOR = re.compile(r'(?:"[^"]*"|[^,;\t"])*([,;\t])')
NAMES_OF_DATES = frozenset({"day", "month", "time", "period", "timestamp", "datum"})
# A number with a decimal comma (1.234,56), one with commas between thousands (1,234.56), and one
# whose dots may stand between thousands.
DECIMAL_COMMA = r"[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?(?:[eE][+-]?\d+)?"
THOUSANDS = r"[+-]?(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d+)?"
THOUSANDS_BY_DOTS = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)")
NUMBER = r"[+-]?(?=[.,]*\d)[\d.,]+(?:[eE][+-]?\d+)?"
# What of a file is read, so that none fills the memory or takes minutes. From 1800 to 2200, whose
# dates are read, there are 146,462 days; the largest real tables had 26,280 rows and 12 columns.
MOST_LINES = 300_000  # with a blank one after each
MOST_LINE = 1 << 17  # characters, as Python's reader of CSV allows in a cell
MOST_COLUMNS = 1000
MOST_CELLS = 4_000_000  # 27 columns on each of those days; 100 bytes of memory each
LONG_CELL = 32  # characters, for each of which a cell counts once more
MOST_REMEMBERED = 16 << 20  # bytes of all files; as text in cells they take several times that
CHUNK = 1 << 16
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a file as text.

    Attributes
    ----------
    path
        The file.
    cells
        Rows x columns, text without outer spaces as it stands in the file; empty cells are empty
        text, and columns without a name are called by their number.
    lines
        Number of the line that each row ends on.
    remarks
        What is unusual in the form of the file, a sentence each.
    """

    path: Path
    cells: pd.DataFrame
    lines: np.ndarray
    remarks: tuple[str, ...]


_remembered: list[dict[tuple[Path, bytes], Table]] = []  # one, if any


def remember_tables() -> None:
    """Work out what the bytes of a file mean only once from now on, as long as the process lasts.

    For one that makes a few runs of the same files and ends. A file is read anew each time.
    """
    _remembered[:] = [{}]


def read_table(path: Path) -> Table:
    """Read a file of comma-separated values, or of one of the forms that spreadsheets write.

    Cells may be parted by semicolons or tabs, numbers may have a decimal comma or commas between
    thousands, the text may be UTF-16, and lines with a title may stand above the head.

    Raises
    ------
    DataError
        If it is no such table, or can be read in two ways; names the line.
    """
    content = _content(path)
    if not _remembered or len(content) > MOST_REMEMBERED:
        return _table(path, content)
    tables = _remembered[0]
    if (path, content) not in tables:
        table = _table(path, content)
        while sum(len(old) for _, old in tables) + len(content) > MOST_REMEMBERED:
            del tables[next(iter(tables))]
        tables[path, content] = table
    return tables[path, content]


def _table(path: Path, content: bytes) -> Table:
    remarks: list[str] = []
    encoding = _encoding(content)
    separator = _separator(_lines(content, encoding, path))
    if encoding != "utf-8-sig":
        remarks.append(f"{path}: read as UTF-16 text")
    if separator != ",":
        remarks.append(f"{path}: its cells are parted by {SEPARATORS[separator]}")
    rows, lines = _rows(_lines(content, encoding, path), separator, path)
    del content
    if not rows:
        raise DataError(f"{path} cannot be read as CSV (it has no rows); mend or remove it")
    head = _head(rows, path)
    if head:
        remarks.append(f"{path}: its head is line {lines[head]}; what stands above is not read")
    names, first = rows[head], head + 1
    first += _lines_of_yfinance(names, rows[first : first + 2], path)
    body, lines = rows[first:], lines[first:]
    if body and all(len(row) == len(names) + 1 and not row[-1] for row in body):
        names = [*names, ""]
    _require_width(names, body, lines, separator, path)
    cells = pd.DataFrame(body, columns=range(len(names)), dtype=object)
    while len(names) > 1 and not names[-1] and (cells[len(names) - 1] == "").all():
        names = names[:-1]  # each line ends with a separator
    named = [words_of(name) or f"column {place}" for place, name in enumerate(names, start=1)]
    _require_names(named, path)
    cells = cells.iloc[:, : len(names)].set_axis(named, axis=1)
    return Table(path, cells, np.array(lines, dtype=int), tuple(remarks))


def _content(path: Path) -> bytes:
    """The bytes of a file that has no more of them, and no more lines, than are read."""
    try:
        content = read_regular(path, MOST_CSV)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read as CSV ({error.strerror or error}); mend or remove it"
        ) from error
    lines = max(content.count(b"\n"), content.count(b"\r"))
    if lines > MOST_LINES:
        raise DataError(
            f"{path} has {lines:,} lines, more than the {MOST_LINES:,} that are read; keep one row "
            "a day"
        )
    return content


def _encoding(content: bytes) -> str:
    return "utf-16" if content[:2] in UTF_16 else _unmarked(content[:400])


def _lines(content: bytes, encoding: str, path: Path) -> Iterator[str]:
    """Lines of a file in UTF-8 or UTF-16, each ended by a line feed, one at a time.

    Raises
    ------
    DataError
        For a line that is too long, before it is whole in memory, or that is no text.
    """
    number = 0
    stream = io.TextIOWrapper(io.BytesIO(content), encoding, newline=None)
    try:
        while line := stream.readline(MOST_LINE + 1):
            number += 1
            if len(line) > MOST_LINE:
                raise DataError(
                    f"{path} line {number} has more than {MOST_LINE:,} characters; mend that line"
                )
            yield line
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} line {_undecodable(content, encoding)} is no "
            f"{encoding[:6].rstrip('-').upper()} text; save the file as CSV in UTF-8"
        ) from error


def _undecodable(content: bytes, encoding: str) -> int:
    """Number of the line with the first bytes that are no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    end = 0
    try:
        for end in range(0, len(content) + 1, CHUNK):
            begun = len(decoder.getstate()[0])
            decoder.decode(content[end : end + CHUNK], final=end + CHUNK > len(content))
    except UnicodeDecodeError as error:
        end += error.start - begun
    return content.count(b"\n", 0, end) + 1


def _unmarked(head: bytes) -> str:
    """The encoding of a file without a mark: in UTF-16 every second byte of figures is a zero."""
    shares = [head[place::2].count(0) / max(len(head) // 2, 1) for place in (0, 1)]
    if shares[0] > 0.9 and shares[1] < 0.1:
        return "utf-16-be"
    return "utf-16-le" if shares[1] > 0.9 and shares[0] < 0.1 else "utf-8-sig"


def _separator(lines: Iterable[str]) -> str:
    """What parts cells: the first such sign after the first date, else of the second line."""
    first: list[str] = []
    filled = (line.strip(" \n") for line in lines if line.strip())
    for line in filled:
        if DATE.match(line.lstrip('"')):
            first.append(line)
            break
        first = [*first, line][:2]
    match = FIRST_SEPARATOR.match(first[-1] if first else "")
    return "," if match is None else match[1]


def _rows(text: Iterable[str], separator: str, path: Path) -> tuple[list[list[str]], list[int]]:
    """Rows that are not blank, and the number of the line that each ends on.

    Raises
    ------
    DataError
        For a row that cannot be read, and as soon as there are too many cells.
    """
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    room, last = MOST_CELLS, 0
    try:
        for row in reader:
            last = reader.line_num
            if len(row) > MOST_COLUMNS:
                raise DataError(
                    f"{path} line {reader.line_num} has {len(row):,} cells, more than the "
                    f"{MOST_COLUMNS:,} that are read; keep the columns that are needed"
                )
            room -= len(row)
            if max(map(len, row), default=0) >= LONG_CELL:
                room -= sum(len(cell) // LONG_CELL for cell in row)
            if room < 0:
                raise DataError(
                    f"{path} has more than {MOST_CELLS:,} cells, or very long ones, up to line "
                    f"{reader.line_num}; keep the columns that are needed"
                )
            joined = "".join(row)
            if joined.split() != [joined]:  # it is blank, or there may be blanks to strip
                row = [cell.strip() for cell in row]
                if not any(row):
                    continue
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        where = f"line {last + 1}"
        if reader.line_num > last + 1:
            where = f"lines {last + 1} to {reader.line_num}, all within one pair of quotes,"
        raise DataError(
            f"{path} {where} cannot be read as CSV ({error}); mend that line"
        ) from error
    return rows, lines


def _head(rows: Sequence[Sequence[str]], path: Path) -> int:
    """The row that names the columns: the one above the first date, if it names the dates.

    Else the first row of two names or more; rows above it are titles.
    """
    dated = next((place for place, row in enumerate(rows) if DATE.fullmatch(row[0])), len(rows))
    if dated == 0:
        raise DataError(
            f"{path} has no header: its first line begins with {in_short(rows[0][0])}; put a line "
            "as 'date,value' above it"
        )
    last = dated - 1
    # pandas leaves the name of the dates empty, and R writes one for each column.
    if dated < len(rows) and len(rows[last]) == len(rows[dated]) > 1 and not rows[last][0]:
        return last
    wide = [place for place in range(dated) if sum(map(bool, rows[place])) > 1]
    if wide:
        return last if wide[-1] == last and _names_dates(rows[last][0]) else wide[0]
    if dated < len(rows) and len(rows[dated]) > 1:
        raise DataError(
            f"{path} has no header: no line above its first date names two columns; put a line as "
            "'date,value' there"
        )
    return 0


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
        raise DataError(f"{path} holds prices of {listed(tickers)}; write one file a ticker")
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
    folded = [name.casefold() for name in names]
    twice = next((name for name in folded if folded.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path} has the column {in_short(twice)} twice; keep one")
    if len(names) < 2:
        raise DataError(
            f"{path} needs a date and a value column, with a comma, a semicolon or a tab between "
            f"them, got {listed(names)}; add what is missing"
        )


def with_dots(table: Table, column: str) -> tuple[pd.Series, list[str]]:
    """A column's numbers with a decimal dot, if they can only be read in one way.

    Where the column alone does not tell, the others do.

    Returns
    -------
    tuple of pandas.Series and list of str
        Text, and a sentence where a comma was read.

    Raises
    ------
    DataError
        If every number could be either of two.
    """
    cells = table.cells[column]
    sign = _comma_is(cells)
    if sign == "none":
        _require_no_thousands(table, column)
        return cells, []
    if sign == "either":
        others = {_comma_is(table.cells[name]) for name in table.cells.columns[1:]}
        told = others & {"decimal", "thousands"}
        if len(told) != 1:
            shown = next(text for text in cells if "," in text)
            raise DataError(
                f"{table.path}: {shown} in {column} may be {shown.replace(',', '.')} or "
                f"{shown.replace(',', '')}; write its numbers with a decimal dot and no commas"
            )
        sign = told.pop()
    if sign == "mixed":
        return cells, []  # the first that is no number is named where numbers are read
    signs = str.maketrans({".": "", ",": "."} if sign == "decimal" else {",": ""})
    shown = next(text for text in cells if "," in text)
    is_number = cells.str.fullmatch(NUMBER)
    return cells.str.translate(signs).where(is_number, cells), [
        f"{table.path}: {shown} in {column} is read as {shown.translate(signs)}"
    ]


def _comma_is(cells: pd.Series) -> str:
    """What commas in a column are: decimal, thousands, either of them, mixed, or none."""
    if "," not in "".join(cells):
        return "none"
    numbers = cells[cells.str.fullmatch(NUMBER)]
    if not numbers.str.contains(",").any():
        return "none"
    is_decimal = bool(numbers.str.fullmatch(DECIMAL_COMMA).all())
    is_thousands = bool(numbers.str.fullmatch(THOUSANDS).all())
    return {
        (True, False): "decimal", (False, True): "thousands", (True, True): "either",
    }.get((is_decimal, is_thousands), "mixed")  # fmt: skip


def _require_no_thousands(table: Table, column: str) -> None:
    """Refuse dots that may stand between thousands, where another column has decimal commas.

    Raises
    ------
    DataError
        Naming such a number.
    """
    cells = table.cells[column]
    if not all(map(THOUSANDS_BY_DOTS.fullmatch, cells)):  # most end at the first cell
        return
    dotted = [text for text in cells if "." in text]
    if dotted and any(
        _comma_is(table.cells[name]) == "decimal" for name in table.cells.columns[1:]
    ):
        shown = dotted[0]
        raise DataError(
            f"{table.path}: {shown} in {column} may be {shown.replace('.', '')}, since other "
            "columns have decimal commas; write all numbers with a decimal dot"
        )
