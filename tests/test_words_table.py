"""The table of docs/verdict.md: old word beside new for twelve portfolios."""

from __future__ import annotations

from docs import words_table
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "verdict.md").read_text("utf-8")


def test_the_page_has_what_the_command_prints(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["words_table"])
    words_table.main()
    assert capsys.readouterr().out.strip() in PAGE
