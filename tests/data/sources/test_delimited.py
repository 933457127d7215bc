"""The forms in which tables of figures are written, each read where only one reading is possible.

Every text below was written by hand, as German and English spreadsheets and yfinance write them.
"""

from __future__ import annotations

import codecs
import datetime as dt
import json
import os
import subprocess
import sys

import pytest

from data.errors import DataError
from data.sources import delimited
from data.sources.delimited import read_table, with_dots
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    """Write a text to a file and read it: head, rows, and remarks without the path."""

    def read_text(text: str | bytes) -> tuple[list[str], list[list[str]], list[str]]:
        path = tmp_path / "A.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        table = read_table(path)
        remarks = [*table.remarks]
        cells = table.cells.copy()
        if len(cells.columns) > 1:  # the first value column is the one that is used
            name = cells.columns[1]
            cells[name], read = with_dots(table, name)
            remarks += read
        remarks = [line.replace(f"{path}: ", "") for line in remarks]
        return list(cells.columns), cells.to_numpy().tolist(), remarks

    return read_text


def test_commas_and_dots_are_the_usual_form(read):
    assert read("date,value\n2024-01-02,100.5\n2024-01-03,101\n") == (
        ["date", "value"], [["2024-01-02", "100.5"], ["2024-01-03", "101"]], [],
    )  # fmt: skip


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_what_follows_the_first_date_parts_cells(read, separator, name):
    text = "Date,X\n2024-01-02,1\n2024-01-03,2.5\n".replace(",", separator)
    names, rows, remarks = read(text)
    assert (names, rows[1]) == (["Date", "X"], ["2024-01-03", "2.5"])
    assert remarks == [f"its cells are parted by {name}"]


def test_a_name_may_hold_the_other_sign(read):
    names, rows, _ = read("Datum;Kurs, bereinigt\n2024-01-02;100,5\n2024-01-03;101,0\n")
    assert names == ["Datum", "Kurs, bereinigt"]
    assert rows == [["2024-01-02", "100.5"], ["2024-01-03", "101.0"]]


def test_a_comma_in_a_title_parts_no_cells(read):
    names, rows, _ = read("SPDR S&P 500, with dividends\nDate;X\n2024-01-02;100,5\n")
    assert (names, rows) == (["Date", "X"], [["2024-01-02", "100.5"]])


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (("100,5", "101"), ("100.5", "101")),
        (("1.234,56", "987,10"), ("1234.56", "987.10")),
        (("1.234,56", "1.300"), ("1234.56", "1300")),  # a dot between thousands in such a file
        (("0,001234", "0,002"), ("0.001234", "0.002")),
        (("-0,5", "+1,25"), ("-0.5", "+1.25")),
    ],
)
def test_decimal_commas_are_read_and_said(read, written, read_as):
    _, rows, remarks = read(f"Date;X\n2024-01-02;{written[0]}\n2024-01-03;{written[1]}\n")
    assert [row[1] for row in rows] == list(read_as)
    assert f"{written[0]} in X is read as {read_as[0]}" in remarks


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (("1,234.56", "987.10"), ("1234.56", "987.10")),
        (("1,234,567", "1,300"), ("1234567", "1300")),
    ],
)
def test_commas_between_thousands_are_read_and_said(read, written, read_as):
    text = f'Date,X\n2024-01-02,"{written[0]}"\n2024-01-03,"{written[1]}"\n'
    _, rows, remarks = read(text)
    assert [row[1] for row in rows] == list(read_as)
    assert remarks == [f"{written[0]} in X is read as {read_as[0]}"]


def test_another_column_shows_which_comma_it_is(read):
    text = 'Date,X,Y\n2024-01-02,"1,234","1,234.5"\n2024-01-03,"1,300","9"\n'
    _, rows, remarks = read(text)
    assert [row[1] for row in rows] == ["1234", "1300"]
    assert remarks == ["1,234 in X is read as 1234"]
    _, rows, _ = read("Date;X;Y\n2024-01-02;1,234;1,5\n2024-01-03;1,300;2,25\n")
    assert [row[1] for row in rows] == ["1.234", "1.300"]


def test_a_column_that_is_not_used_decides_nothing(read):
    _, rows, remarks = read(
        'Date,X,Volume\n2024-01-02,100.250,"1,234"\n2024-01-03,99.500,"1,300"\n'
    )
    assert [row[1] for row in rows] == ["100.250", "99.500"]
    assert remarks == []


def test_dots_beside_decimal_commas_may_stand_between_thousands(read):
    with pytest.raises(DataError, match=r"100\.125 in X may be 100125, since other columns have"):
        read("Date;X;Yield\n2024-01-02;100.125;3,5\n2024-01-03;100.250;3,6\n")
    _, rows, _ = read("Date;X;Yield\n2024-01-02;100.125;3,5\n2024-01-03;100.25;3,6\n")
    assert [row[1] for row in rows] == ["100.125", "100.25"]  # 100.25 cannot be


@pytest.mark.parametrize(
    "others", ["", ";Y\n2024-01-02;1,234;5,678\n2024-01-03;1,301;5,679\n",
               ";Y;Z\n2024-01-02;1,234;5,6;1,234.5\n2024-01-03;1,301;5,7;1,235.5\n"],
)  # fmt: skip
def test_a_comma_that_may_be_either_is_refused(read, others):
    """Alone, beside columns that do not tell either, and beside columns that differ."""
    text = f"Date;X{others}" if others else "Date;X\n2024-01-02;1,234\n2024-01-03;1,301\n"
    with pytest.raises(DataError, match=r"1,234 in X may be 1\.234 or 1234; write its"):
        read(text)


def test_a_zero_before_the_comma_is_no_thousand(read):
    _, rows, _ = read("Date;X\n2024-01-02;0,950\n2024-01-03;0,951\n")
    assert [row[1] for row in rows] == ["0.950", "0.951"]


def test_numbers_of_both_kinds_are_left_to_whoever_reads_them(read):
    _, rows, remarks = read("Date;X\n2024-01-02;100,5\n2024-01-03;101.25\n")
    assert [row[1] for row in rows] == ["100,5", "101.25"]
    assert remarks == ["its cells are parted by semicolons"]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE), ("utf-16-le", b""),
     ("utf-16-be", b"")],
)  # fmt: skip
def test_wide_text_is_read_with_and_without_its_mark(read, encoding, mark):
    text = "Date\tAdj Close\n" + "".join(f"2024-01-{day:02}\t{day}.5\n" for day in range(2, 30))
    names, rows, remarks = read(mark + text.encode(encoding))
    assert (names, rows[0]) == (["Date", "Adj Close"], ["2024-01-02", "2.5"])
    assert remarks == ["read as UTF-16 text", "its cells are parted by tabs"]


def test_the_mark_of_utf_8_is_no_part_of_the_first_name(read):
    assert read("\ufeffdate,value\n2024-01-02,1\n")[0] == ["date", "value"]


def test_other_encodings_name_the_line(read):
    with pytest.raises(DataError, match=r"A\.csv line 2 is no UTF-8 text; save the file as CSV in"):
        read("date,value\n2024-01-02,1 \xe4\n".encode("latin-1"))
    wide = codecs.BOM_UTF16_LE + "date,value\n".encode("utf-16-le") + b"x"
    with pytest.raises(DataError, match="is no UTF-16 text; save the file as CSV in UTF-8"):
        read(wide)


@pytest.mark.parametrize(
    "above",
    [
        "S&P 500 with dividends\n",
        "S&P 500 with dividends\n\n",
        "SPDR S&P 500, with dividends\n",  # a comma of its own
        "Fund,SPY\nFrom,2024-01-02\n",
        "Title,,\n",
    ],
)
def test_titles_above_the_head_are_not_read_and_said(read, above):
    names, rows, remarks = read(f"{above}Date,Adj Close\n2024-01-02,1\n2024-01-03,2\n")
    assert (names, len(rows)) == (["Date", "Adj Close"], 2)
    line = above.count("\n") + 1
    assert remarks == [f"its head is line {line}; what stands above is not read"]


def test_a_row_that_is_no_date_is_no_title(read):
    """The head names no dates, so that nothing tells whether the second line is a head."""
    names, rows, remarks = read("A,B\nx,5\n2024-01-02,1\n")
    assert (names, rows[0], remarks) == (["A", "B"], ["x", "5"], [])


def test_the_three_heads_of_yfinance_are_one(read):
    text = (
        "Price,Adj Close,Close\nTicker,SPY,SPY\nDate,,\n2024-01-02,465.1,472.65\n"
        "2024-01-03,461.3,468.79\n"
    )
    names, rows, remarks = read(text)
    assert names == ["Price", "Adj Close", "Close"]
    assert rows[0] == ["2024-01-02", "465.1", "472.65"]
    assert remarks == []
    with pytest.raises(DataError, match="holds prices of IEF, SPY; write one file a ticker"):
        read(text.replace("Ticker,SPY,SPY", "Ticker,SPY,IEF"))


def test_a_row_cut_short_is_refused(read):
    with pytest.raises(DataError, match="line 3 has 2 cells under a head of 3; the row is cut"):
        read("Date,Close,Adj Close\n2024-01-02,1,2\n2024-01-03,1\n")


def test_a_decimal_comma_without_quotes_is_named_as_the_cause(read):
    with pytest.raises(DataError, match="line 2 has 3 cells under a head of 2; a number with a d"):
        read("date,value\n2024-01-02,100,5\n2024-01-03,101,0\n")
    with pytest.raises(DataError, match="line 2 has 3 cells under a head of 2; mend that line"):
        read("date;value\n2024-01-02;100;5\n")


def test_a_separator_at_the_end_of_each_line_is_no_column(read):
    names, rows, _ = read("date,value,\n2024-01-02,1,\n2024-01-03,2,\n")
    assert (names, rows[0]) == (["date", "value"], ["2024-01-02", "1"])


def test_a_separator_at_the_end_of_each_row_alone_is_no_column(read):
    names, rows, _ = read("date,value\n2024-01-02,1,\n2024-01-03,2,\n")
    assert (names, rows[0]) == (["date", "value"], ["2024-01-02", "1"])


@pytest.mark.parametrize("head", [",SPY", ",0", ",Adj Close", '"","x"'])
def test_pandas_leaves_the_name_of_the_dates_out(read, head):
    names, rows, remarks = read(f"{head}\n2024-01-02,1\n2024-01-03,2\n")
    assert names == ["column 1", head.rpartition(",")[2].strip('"')]
    assert (len(rows), remarks) == (2, [])


def test_columns_without_a_name_are_called_by_their_number(read):
    names, rows, _ = read("Date,Adj Close,,\n2024-01-02,1,5,6\n2024-01-03,2,5,6\n")
    assert names == ["Date", "Adj Close", "column 3", "column 4"]
    assert rows[0] == ["2024-01-02", "1", "5", "6"]


def test_names_and_cells_of_any_length_are_shown_in_short(read):
    for text in ("\0" * 500, "x" * 50_000, "date\n" + "y" * 50_000):
        with pytest.raises(DataError) as refused:
            read(text)
        assert len(str(refused.value)) < 500
        assert str(refused.value).isprintable()


def test_lines_are_counted_as_an_editor_does(tmp_path):
    path = tmp_path / "A.csv"
    path.write_bytes(b"date,value\r\n\r\n2024-01-02,1\r\n,\r\n2024-01-03,2\r\n")
    assert read_table(path).lines.tolist() == [3, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024-01-02,1\n2024-01-03,2\n", "has no header: its first line begins with '2024-01-02'"),
        ("S&P 500\n2024-01-02,1\n", "has no header: no line above its first date names two col"),
        ("", "cannot be read as CSV .it has no rows."),
        ("\n\n", "cannot be read as CSV .it has no rows."),
        ("date\n2024-01-02\n", "needs a date and a value column, .* between them, got date; add"),
        ("A|B\n2024-01-02|1\n", r"a semicolon or a tab between them, got A\|B; add"),
        ('date,value\n2024-01-02,"1"x\n', "line 2 cannot be read as CSV"),
        ("date,value,VALUE\n2024-01-02,1,2\n", "has the column 'value' twice; keep one"),
    ],
)
def test_what_is_no_table_is_refused(read, text, message):
    with pytest.raises(DataError, match=message):
        read(text)


# --- bounds ---------------------------------------------------------------------------------

HEAD = "date,value\n2024-01-02,1\n"


def test_the_bounds_leave_room_for_every_day_of_four_centuries():
    """Dates are read from 1800 to 2200; the largest real table has 12 columns."""
    days = (dt.date(2200, 12, 31) - dt.date(1800, 1, 1)).days + 1
    assert days == 146_462
    assert days * 2 < delimited.MOST_LINES  # a blank line after each
    assert days * 27 < delimited.MOST_CELLS
    assert 2 * delimited.MOST_COLUMNS < delimited.MOST_LINE


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_lines_are_counted_before_any_is_read(tmp_path, monkeypatch, end):
    monkeypatch.setattr(delimited, "MOST_LINES", 5)
    path = tmp_path / "A.csv"
    path.write_text(f"date,value{end}2024-01-02,1{end * 4}", newline="")
    assert len(read_table(path).cells) == 1
    path.write_text(f"date,value{end}2024-01-02,1{end * 5}", newline="")
    with pytest.raises(DataError, match="A.csv has 6 lines, more than the 5 that are read; keep"):
        read_table(path)


def test_a_line_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MOST_LINE", len("2024-01-02,1") + 1)
    path = tmp_path / "A.csv"
    path.write_text(HEAD)
    assert len(read_table(path).cells) == 1
    path.write_text("date,value\n2024-01-02,10\n")
    with pytest.raises(DataError, match="A.csv line 2 has more than 13 characters; mend that line"):
        read_table(path)


def test_columns_and_cells_are_bounded(tmp_path, monkeypatch):
    path = tmp_path / "A.csv"
    path.write_text(HEAD)
    monkeypatch.setattr(delimited, "MOST_CELLS", 4)
    assert len(read_table(path).cells) == 1
    monkeypatch.setattr(delimited, "MOST_CELLS", 3)
    with pytest.raises(DataError, match="A.csv has more than 3 cells, .* up to line 2; keep"):
        read_table(path)
    path.write_text("date,a,b\n2024-01-02,1,2\n")
    monkeypatch.setattr(delimited, "MOST_COLUMNS", 2)
    with pytest.raises(DataError, match="A.csv line 1 has 3 cells, more than the 2 that are read"):
        read_table(path)


def test_a_long_cell_counts_as_the_memory_that_it_takes(tmp_path, monkeypatch):
    path = tmp_path / "A.csv"
    path.write_text("date,value\n2024-01-02," + "1" * (2 * delimited.LONG_CELL) + "\n")
    monkeypatch.setattr(delimited, "MOST_CELLS", 6)
    assert len(read_table(path).cells) == 1
    monkeypatch.setattr(delimited, "MOST_CELLS", 5)
    with pytest.raises(DataError, match="or very long ones"):
        read_table(path)


def test_a_quote_that_never_closes_is_named_by_its_line(tmp_path):
    path = tmp_path / "A.csv"
    path.write_text(HEAD + '2024-01-03,"2\n' + "2024-01-04,3\n" * 100)
    with pytest.raises(DataError, match="A.csv lines 3 to 103, all within one pair of quotes, "):
        read_table(path)
    path.write_text(HEAD + '2024-01-03,"2\n' + "2024-01-04,3\n" * 20_000)
    # A cell has at most 131,072 characters: 2 of line 3, and 13 of each after it.
    assert 3 + -(-(131_072 - 2) // 13) == 10_086
    with pytest.raises(DataError, match="A.csv lines 3 to 10086, all within .*field limit"):
        read_table(path)


def test_bytes_that_are_no_text_are_named_by_their_line_wherever_they_stand(tmp_path):
    """Also where a sign of several bytes lies across two of the parts that are looked at."""
    path = tmp_path / "A.csv"
    for rows in (0, 5000, 20_000):
        good = HEAD + "2024-01-03,\u20ac\n" * rows
        path.write_bytes(good.encode() + b"2024-01-04,\xe9\n" + b"2024-01-05,2\n" * 3)
        with pytest.raises(DataError, match=f"A.csv line {rows + 3} is no UTF-8 text; save"):
            read_table(path)
    path.write_bytes(HEAD.encode() + b"2024-01-04,\xe2\x82")
    with pytest.raises(DataError, match="A.csv line 3 is no UTF-8 text; save"):
        read_table(path)


HOSTILE = """
import json, resource, sys, time
from pathlib import Path
from data.errors import DataError
from data.sources.delimited import read_table

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

read_table(Path("GOOD.csv"))
for path in sorted(Path().glob("[a-z]*.csv"), key=lambda path: path.stat().st_size):
    began, before = time.monotonic(), peak()
    try:
        message = str(read_table(path).cells.shape)
    except DataError as error:
        message = str(error)
    print(json.dumps([path.stem, time.monotonic() - began, peak() - before, message]))
"""


def test_hostile_files_take_little_memory_and_time(tmp_path):
    """Peak of resident memory in one process, the smallest file first: at most 3 times its size.

    How long each took is printed.
    """
    mebi = 1 << 20
    bodies = {
        "quote": '2024-01-03,"' + "2024-01-04,3\n" * 200_000,
        "columns": "2024-01-03" + ",1" * (3 * mebi),
        "blank": "\n" * (9 * mebi),
        "commas": "2024-01-03," + "," * (12 * mebi),
        "cell": "2024-01-03," + "1" * (15 * mebi),
    }
    (tmp_path / "GOOD.csv").write_text(HEAD)
    for name, body in bodies.items():
        (tmp_path / f"{name}.csv").write_text(HEAD + body)
    for name, size in {"nul": 30 * mebi, "sparse": 8 << 30}.items():
        with (tmp_path / f"{name}.csv").open("wb") as stream:
            stream.truncate(size)
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300,
    )  # fmt: skip
    print(done.stdout)
    met = {name: rest for name, *rest in map(json.loads, done.stdout.splitlines())}
    assert met.keys() == {*bodies, "nul", "sparse"}
    for name, (_, raised, message) in met.items():
        size = (tmp_path / f"{name}.csv").stat().st_size / mebi
        assert raised < (3 * size if size < 256 else 1) + 8, name
        assert f"{name}.csv" in message
        assert "\n" not in message


def test_a_process_of_many_runs_works_out_each_content_once(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_remembered", [])
    path, other = tmp_path / "A.csv", tmp_path / "B.csv"
    for place in (path, other):
        place.write_text("date,value\n2024-01-02,1\n")
    assert read_table(path) is not read_table(path)
    delimited.remember_tables()
    first = read_table(path)
    assert read_table(path) is first
    assert read_table(other) is not first  # its errors name another file
    path.write_text("date,value\n2024-01-02,2\n")  # as long as before
    assert read_table(path).cells["value"].tolist() == ["2"]
    monkeypatch.setattr(delimited, "MOST_REMEMBERED", 10)
    assert read_table(other) is not read_table(other)


def test_tables_of_many_files_do_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_remembered", [])
    delimited.remember_tables()
    text = "date,value\n2024-01-02,1\n"
    monkeypatch.setattr(delimited, "MOST_REMEMBERED", 2 * len(text))  # of two files in all
    paths = [tmp_path / f"{name}.csv" for name in "ABC"]
    for path in paths:
        path.write_text(text, newline="")
    first, second, third = map(read_table, paths)
    assert read_table(paths[1]) is second
    assert read_table(paths[2]) is third
    assert read_table(paths[0]) is not first  # the oldest


@pytest.mark.parametrize("cell", [" 1", "1 ", "\t1", "\u00a01", "1"])
def test_cells_have_no_outer_spaces(tmp_path, cell):
    path = tmp_path / "A.csv"
    path.write_text(f"date,value\n\n   \n2024-01-02,{cell}\n \u00a0,\n2024-01-03 ,2\n", "utf-8")
    table = read_table(path)
    assert table.cells["value"].tolist() == ["1", "2"]
    assert table.cells["date"].tolist() == ["2024-01-02", "2024-01-03"]
    assert table.lines.tolist() == [4, 6]
