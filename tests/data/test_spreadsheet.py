"""Texts that a spreadsheet would compute are written as text, and read back as they were."""

from __future__ import annotations

import csv
import math

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from data.spreadsheet import as_meant, as_text, write_csv
from data.terminal import printable

# What OWASP's "CSV injection" lists, and the same behind spaces, in wide forms, behind quotes.
FORMULAS = (
    "=1+1", "@SUM(A1)", "-X", "+X", "=cmd|' /C calc'!A0", " =1+1", "\u3000=1", "\uff1d1+1",
    "\uff20SUM", "\uff0bX", "\uff0dX", "\u2212X", "\t=1", "\r=1", "'=1", '"=1', "''=1", "=\n1",
    "_=1", "\u200b=1",
)  # fmt: skip
ORDINARY = (
    "SPY", "BRK-B", "^GSPC", "60/40", "-", "=", "@", "+", "'", "", "a=1", "EURUSD=X", "S&P 500",
    "2010-01-29", "5 % - 6 %", "S'P",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text(text):
    assert as_text(text).startswith("'")


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_name_stays_as_it_is(text):
    assert as_text(text) == text


@pytest.mark.parametrize("number", [-0.5, 0.0, -1, True, None, math.nan])
def test_a_number_is_no_text(number):
    assert as_text(number) is number


@given(some.one_of(some.text(), some.text("'=+-@ aB1_")))
@example("'=1")
@example("''=1")
@example("'-")
def test_every_printable_name_is_read_back(text):
    name = printable(text).replace("\n", " ")
    assert as_meant(as_text(name)) == name
    assert as_text(as_text(name)) != as_text(name) or as_text(name) == name


def test_a_table_has_marks_on_texts_and_headings_and_none_on_numbers(tmp_path):
    path = tmp_path / "table.csv"
    days = pd.DatetimeIndex(["2020-01-31"])
    write_csv(
        pd.DataFrame({"=A": [-0.5], "B": ["@SUM"], "C": [-1]}, days), path, index_label="date"
    )
    assert path.read_bytes() == b"date,'=A,B,C\n2020-01-31,-0.5,'@SUM,-1\n"
    mixed = pd.DataFrame({"-X": [-0.25, "-", None]}, ["=1", "b", "c"], dtype=object)
    write_csv(mixed, path, index_label="metric")
    assert path.read_bytes() == b"metric,'-X\n'=1,-0.25\nb,-\nc,\n"
    write_csv(pd.DataFrame({"day": days, "text": ["a,\x1b\n\u202e"]}), path)
    assert path.read_bytes() == b'day,text\n2020-01-31,"a,\\x1b\\n\\u202e"\n'
    with path.open(newline="") as stream:
        assert len(list(csv.reader(stream))) == 2


def test_a_formula_after_a_sign_that_parts_cells_elsewhere_is_marked():
    """In German or French a spreadsheet parts cells at semicolons."""
    for text, written in (
        ("X;=1+1;Y", "X;'=1+1;Y"),
        ("a;' @SUM", "a;' @SUM"),  # a text already
        ("X;'=1", "X;''=1"),
        ("a | -b", "a | '-b"),
        ("a;b", "a;b"),
    ):
        assert as_text(text) == written
        assert as_meant(written) == text
