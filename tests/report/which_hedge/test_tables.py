"""The tables of the page: every figure of the records, and what is left out."""

from __future__ import annotations

import dataclasses

from backtests.report.which_hedge.tables import basis_grid, falls_grid, split_grid, ways_grid
from tests.report.which_hedge.helpers import TICKERS, make_fall, make_way, make_ways


def texts(grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows]


def test_every_way_has_a_row_and_the_runs_own_is_named():
    grid = ways_grid(make_ways(), TICKERS, daily=True)
    assert texts(grid)[:2] == [
        ["Treasuries, unhedged", "-1.00", "5.00 %", "10.00 %", "0.40", "6.00 %", "10.00 %",
         "-30.00 %", "-5.00 %"],
        ["Treasuries, hedged", "+1.80", "2.00 %", "8.00 %", "-0.30", "6.00 %", "10.00 %",
         "-30.00 %", "-5.00 %"],
    ]  # fmt: skip
    assert [row[0].small for row in grid.rows] == ["as this run holds it", "", "", "", ""]
    last = grid.rows[-1]
    assert [cell.text for cell in last] == [
        "Hedged less unhedged", "+2.80", "-3.00", "-2.00", "-0.70", "0.00", "0.00", "0.00", "0.00",
    ]  # fmt: skip
    assert (last[1].small, last[2].small) == ("+1.40 to +4.10", "-6.00 to +1.00")
    assert "in JPY" in grid.caption
    assert "daily closes" in grid.caption


def test_falls_are_tinted_by_sign_and_size_and_empty_before_the_first_day():
    ways = make_ways(falls=(make_fall(-0.5, None, 0.13, -0.04, 0.0),))
    grid = falls_grid(ways, TICKERS)
    assert texts(grid) == [["Crisis", "-50.0", "", "13.0", "-4.0", "0.0"]]
    assert [cell.tone for cell in grid.rows[0]] == ["", "down-2", "", "up-1", "down-0", ""]
    assert grid.kind == "map falls"
    assert grid.heads == ["", "Equity", "Unhedged", "Hedged", "US bills", "Yen cash"]
    assert "100 % equity (SPY); Treasuries unhedged and hedged" in grid.caption


def test_the_parts_of_the_split_stand_over_their_sum_and_growth():
    grid = split_grid(make_ways(), TICKERS, "yen")
    assert grid is not None
    assert texts(grid) == [
        ["Treasuries in dollars", "+4.00", "+4.00"],
        ["The dollar's move against the yen", "+1.50", "0.00"],
        ["Carry of the currency hedge: interest and basis", "0.00", "-2.50"],
        ["Both at once: what Treasuries earned, times the dollar's move", "-0.10", "-0.10"],
        ["Trading costs", "0.00", "-0.04"],
        ["Sum: average return a year", "+5.40", "+1.36"],
        ["Growth a year, compounded", "+5.00", "+2.00"],
    ]
    assert split_grid(make_ways(splits=()), TICKERS, "yen") is None


def test_parts_that_are_nothing_everywhere_are_left_out():
    free = tuple(dataclasses.replace(split, costs=0.0) for split in make_ways().splits)
    grid = split_grid(make_ways(splits=free), TICKERS, "yen")
    assert grid is not None
    assert len(grid.rows) == 6
    waited = tuple(dataclasses.replace(split, cash=0.001) for split in free)
    grid = split_grid(make_ways(splits=waited), TICKERS, "yen")
    assert grid is not None
    assert ["Cash, while the rule held no Treasuries", "+0.10", "+0.10"] in texts(grid)


def test_a_part_hedged_run_has_a_row_and_a_column_of_its_own():
    ways = make_ways()
    half = dataclasses.replace(ways.splits[1], key="as_held", carry=-0.0125)
    own = make_ways(
        ways=(*ways.ways, make_way("as_held", 0.004)), held="as_held", splits=(*ways.splits, half)
    )
    assert ways_grid(own, TICKERS, daily=False).rows[4][0].small == "as this run holds it"
    grid = split_grid(own, TICKERS, "yen")
    assert grid is not None
    assert grid.heads[-1] == "Treasuries, partly hedged"


def test_bases_say_which_is_the_runs():
    grid = basis_grid(make_ways())
    assert texts(grid) == [
        ["0 bp", "+1.85", "2.25 %", "-2.25"], ["25 bp", "+1.80", "2.00 %", "-2.50"],
    ]  # fmt: skip
    assert [row[0].small for row in grid.rows] == ["", "as in this run"]
