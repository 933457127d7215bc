"""Withdrawals in a notebook and in a terminal."""

from __future__ import annotations

import lxml.html

from backtests.report.withdrawals.notebook import withdrawals_html, withdrawals_text
from tests.report.withdrawals.helpers import make_withdrawals


def test_a_notebook_shows_the_first_screen_and_every_horizon():
    html = withdrawals_html(make_withdrawals())
    text = lxml.html.fromstring(html).text_content()
    assert "At 4\u202f% a year, this run lasted 30 years from 99.2\u202f%" in text
    assert "121 starts, 1 apart" in text
    assert "No picture" not in text
    assert "<script" not in html
    assert "<style" not in html


def test_a_terminal_has_a_line_for_each_horizon():
    lines = withdrawals_text(make_withdrawals()).splitlines()
    assert len(lines) == 4
    assert lines[0].endswith("equity + bills from 100 %.")
    assert lines[2].startswith(
        "10 years, 250 starts: this run 100 % (every start 9.00 %), 100 % eq"
    )
    assert lines[3].startswith("30 years, 121 starts: this run 99.2 % (every start 3.82 %)")
    assert all(line.isprintable() and "\u00a0" not in line for line in lines)
