"""docs/today.md: what the command prints, and the tables of indicators."""

from __future__ import annotations

import re

from backtests.today import main
from docs.indicators_table import tables
from tests.conftest import ROOT, ended

PAGE = (ROOT / "docs" / "today.md").read_text("utf-8")
AGE = re.compile(r"\d+ days ago")


def test_the_page_shows_what_the_command_prints(capsys):
    _, out, _ = ended(main, capsys, "--source", "bundled")
    shown = "\n".join(line.rstrip() for line in out.splitlines())
    assert AGE.sub("", shown) in AGE.sub("", PAGE)


def test_the_page_has_the_tables_of_the_indicators():
    shown, tried = tables()
    assert f"\n{shown}\n" in PAGE
    assert f"\n{tried}\n" in PAGE
    intervals = re.findall(r"[*]*[+-]\d\.\d\d \([^)]*\)[*]*", shown)
    assert (len(intervals), sum("*" not in text for text in intervals)) == (10, 6)
    assert "Six of the ten intervals include 0" in PAGE
    assert "*" not in tried
