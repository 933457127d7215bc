"""docs/funds.md at its word: its tables are what its command prints, and ladders fit the funds."""

from __future__ import annotations

import re

import pytest

from docs import funds_table
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "funds.md").read_text("utf-8")
# How far a ladder's calendar year may lie from the published one, in points, by range: bonds are
# not held in equal parts, and London closes hours before the yields of New York are read.
MOST = {"IBTA.L": 0.2, "TRSX.L": 0.8, "DTLA.L": 1.4, "VDTA.L": 0.8, "US10.L": 3.8}


@pytest.mark.parametrize("words", [[], ["--years"]])
def test_the_page_has_what_the_command_prints(words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["funds_table", *words])
    funds_table.main()
    printed = capsys.readouterr().out.strip()
    assert printed in PAGE
    assert len(printed.splitlines()) >= 12


@pytest.mark.parametrize("ticker", funds_table.PUBLISHED)
def test_a_ladder_makes_the_years_that_the_fund_or_its_index_made(ticker):
    """From falls of 30 % to gains of 17 %: six years each, as published."""
    _, published = funds_table.PUBLISHED[ticker]
    made = funds_table.made_years(ticker)
    for year, value in zip(funds_table.YEARS, published, strict=True):
        assert made[year] == pytest.approx(value, abs=MOST[ticker]), year


def test_the_whole_market_was_followed_within_three_points_when_it_was_shorter():
    """The Bloomberg US Treasury index, 2008 to 2014."""
    made = funds_table.made_years("VDTA.L")
    index = {2008: 13.74, 2009: -3.57, 2010: 5.87, 2011: 9.81, 2012: 1.99, 2013: -2.75, 2014: 5.05}
    apart = {year: made[year] - value for year, value in index.items()}
    assert max(map(abs, apart.values())) == pytest.approx(2.9, abs=0.05)  # as the page says
    # Up to 30 years would have been far off.
    assert all(abs(each) < 3 for each in apart.values())


def test_the_pages_name_modules_and_commands_that_exist():
    assert set(re.findall(r"python -m ([\w.]+)", PAGE)) == {"backtests.run", "docs.funds_table"}
    rates = (ROOT / "docs" / "withholding.md").read_text("utf-8")
    assert set(re.findall(r"python -m ([\w.]+)", rates)) == {"backtests.run"}
    assert "This is no advice" in rates
    for rate in ("30 %", "15 %", "10 %", "0 %", "60,000 dollars"):
        assert rate in rates
    for source in ("871(h)", "871(k)", "tax treaty table 1"):
        assert source in rates
