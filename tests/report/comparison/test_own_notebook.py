"""What a notebook shows of investors in different currencies."""

from __future__ import annotations

from dataclasses import replace

from backtests.report.comparison.own_notebook import own_html, own_text
from tests.report.comparison.own_runs import own_of


def test_the_text_has_a_line_for_each_with_its_currency(own):
    first, said, *lines = own_text(own).splitlines()
    assert first == "3 portfolios, each in its own money, 1999-12-31 to 2019-12-31, monthly"
    assert said == "Each investor in its own money: nothing here is compared across currencies."
    assert [line.partition(":")[0] for line in lines] == [
        "  Tokyo in JPY", "  Sydney in AUD", "  New York in USD",
    ]  # fmt: skip
    grew = own.table["Tokyo"].numbers.cagr
    assert lines[0] == f"  Tokyo in JPY: {100 * grew:.2f} % a year"


def test_the_sheet_is_html_without_script_and_says_what_it_is(own, abroad):
    sheet = own_html(own)
    assert "<script" not in sheet
    assert "<style" not in sheet
    assert "nothing here is compared across currencies" in sheet
    assert "No picture" not in sheet
    assert "the best of its" not in sheet
    hostile = own_html(own_of([replace(abroad[0], called="<b>x</b>"), *abroad[1:]]))
    assert "<b>x</b>" not in hostile
