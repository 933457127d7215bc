"""The forms in which tables of figures are written, each read where only one reading is possible.

Every text below was written by hand, as German and English spreadsheets and yfinance write them.
"""

from __future__ import annotations

import codecs

import pytest

from data.errors import DataError
from data.sources.delimited import read_table, with_dots


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
