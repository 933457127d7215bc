"""Figures by date in a text file: what a cell may hold, and how an error names its line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from data.sources.delimited import read_table
from data.sources.figure_files import NO_FIGURE, numbers_of, read_figures


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        path = tmp_path / "rates.csv"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize("cell", [*NO_FIGURE, "NaN", "NULL", "N/A"])
def test_a_cell_without_a_figure_is_a_hole(written, cell):
    frame = read_figures(written(f"date,a,b\n2024-01-02,1.5,2\n2024-01-03,{cell},3\n"), [])
    assert np.isnan(frame["a"].iloc[1])
    assert frame["b"].tolist() == [2.0, 3.0]
    assert frame.index.tolist() == [pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-03")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2024-01-03,x", "line 3, column a: got 'x', expected a number"),
        ("03/01/2024,1", "line 3, column date: got '03/01/2024', expected a date as YYYY-MM-DD"),
        ("2024-02-30,1", "line 3, column date: got '2024-02-30', expected a date"),
        (",1", "line 3, column date: got nothing, expected a date"),
        ("1492-10-12,1", "line 3, column date: got '1492-10-12'"),
    ],
)
def test_an_error_names_file_line_column_and_what_stood_there(written, row, words):
    path = written(f"date,a\n2024-01-02,1\n{row}\n")
    with pytest.raises(DataError, match=words) as caught:
        read_figures(path, [])
    assert str(path) in str(caught.value)
    assert "mend or remove that line" in str(caught.value)


@pytest.mark.parametrize("days", [("2024-01-03", "2024-01-02"), ("2024-01-02", "2024-01-02")])
def test_dates_ascend_without_repeats(written, days):
    path = written("date,a\n" + "".join(f"{day},1\n" for day in days))
    with pytest.raises(DataError, match="must ascend without repeats; sort its rows by date"):
        read_figures(path, [])


def test_a_time_and_a_zone_after_the_date_are_ignored(written):
    frame = read_figures(written("date,a\n2024-01-02T16:00:00-05:00,1\n"), [])
    assert frame.index.tolist() == [pd.Timestamp("2024-01-02")]


def test_how_an_unusual_file_was_read_is_said(written):
    notes: list[str] = []
    frame = read_figures(written("date;a\n2024-01-02;1,25\n2024-01-03;1,5\n"), notes)
    assert frame["a"].tolist() == [1.25, 1.5]
    assert len(notes) == 2


def test_where_every_row_counts_an_empty_cell_is_an_error(written):
    table = read_table(written("date,a\n2024-01-02,1\n2024-01-03,\n"))
    with pytest.raises(DataError, match="line 3, column a: got nothing, expected a number"):
        numbers_of(table, ["a"], [], holes=False)
    assert np.isnan(numbers_of(table, ["a"], [], holes=True)["a"].iloc[1])


def test_the_dates_have_the_name_that_their_column_has(written):
    for head in ("date", "DATE", "observation_date"):
        assert read_figures(written(f"{head},a\n2024-01-02,1.5\n"), []).index.name == head


def test_what_is_read_twice_of_a_table_is_nobody_elses(written):
    table = read_table(written('date,a\n2024-01-02,"1,5"\n2024-01-03,2\n'))
    notes: list[str] = []
    first = numbers_of(table, ["a"], notes, holes=True)
    first.iloc[0, 0] = 99.0
    again = numbers_of(table, ["a"], notes, holes=True)
    assert again["a"].tolist() == [1.5, 2.0]
    assert len(set(notes)) == 1  # each is told how it was read
    assert len(notes) == 2
    assert numbers_of(table, ["a"], [], holes=False)["a"].tolist() == [1.5, 2.0]
