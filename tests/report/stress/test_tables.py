"""Tables of a stress test."""

from __future__ import annotations

from dataclasses import replace

from backtests.report.stress.tables import (
    break_evens_grid,
    curve_grid,
    legs_grid,
    moves_grid,
    replays_grid,
    scenarios_grid,
    shocks_grid,
)
from tests.report.stress.made import (
    CASH,
    REPLAYS,
    SPY,
    all_equity,
    in_yen,
    make_stress,
    without_hedge,
)


def texts(row):
    return [cell.text for cell in row]


def test_each_replay_now_and_then():
    """The crisis: 0.6 * -50 + 0.4 * 15 = -24, with bills of 1 % -29.6; then 13 % and -24.8."""
    grid = replays_grid(make_stress())
    assert grid.heads == [
        "Fall", "With the Treasuries", "Bills instead", "Difference, points", "Equity alone",
        "Treasuries alone", "Treasuries then", "With the Treasuries then", "Months to recover",
    ]  # fmt: skip
    assert texts(grid.rows[1]) == [
        "Financial crisis 2007\u201109", "-24.00 %", "-29.60 %", "+5.60", "-50.00 %", "15.00 %",
        "13.00 %", "-24.80 %", "120",
    ]  # fmt: skip
    assert [row[0].small for row in grid.rows[:2]] == ["month-ends", "daily closes"]
    assert [row[3].tone for row in grid.rows] == ["good", "good", "good", "bad", "bad", "bad"]
    assert grid.rows[1][-1].small == "140"
    assert grid.caption == "6 replays, of which 4 count as falls of their own."


def test_without_a_hedge_nothing_is_compared():
    grid = replays_grid(without_hedge())
    assert grid.heads == [
        "Fall", "What is held", "Equity alone", "What is held then", "Months to recover",
    ]  # fmt: skip
    assert texts(grid.rows[1])[:3] == ["Financial crisis 2007\u201109", "-29.60 %", "-50.00 %"]
    assert grid.rows[1][-1].small == ""


def test_of_equity_alone_nothing_is_told_that_only_yields_could_change():
    """No interest earns a loss back, and at the yields of any time equity fell as it fell."""
    stress = all_equity(dollars=make_stress().parallels)
    assert replays_grid(stress).heads == ["Fall", "What is held"]
    assert scenarios_grid(stress).heads == ["Scenario", "After", "What is held", "What moves"]
    for grid in (
        replays_grid(stress), scenarios_grid(stress), shocks_grid(stress, stress.dollars, "Dollar")
    ):  # fmt: skip
        assert all(len(row) == len(grid.heads) for row in grid.rows)
        assert "Months to recover" not in grid.heads


def test_the_rows_of_a_replay_are_named_where_they_differ():
    """Of the made replays one is of month-ends; those of daily closes do not overlap."""
    daily = tuple(each for each in REPLAYS if each.daily)
    grid = replays_grid(make_stress(replays=daily))
    assert {row[0].small for row in [*grid.rows, *moves_grid(make_stress(replays=daily)).rows]} == {
        ""
    }
    assert grid.caption.startswith(f"{len(daily)} replays of daily closes, of which ")
    alone = replays_grid(make_stress(replays=daily[:1]))
    assert alone.caption == "1 replay of daily closes."
    both = {row[0].small for row in moves_grid(make_stress()).rows}
    assert both == {"daily closes", "month-ends"}


def test_what_moved_in_each_replay():
    moves = tuple(
        replace(move, taken_from=10.0) if move.maturity == 30.0 else move
        for move in REPLAYS[0].moves
    )
    replays = (replace(REPLAYS[0], moves=moves), REPLAYS[1])
    grid = moves_grid(make_stress(replays=replays))
    assert grid.heads[2:7] == ["Days", "2 years, bp", "10 years, bp", "30 years, bp", "US equity"]
    first = grid.rows[0]
    assert texts(first)[1].replace("\u2011", "-") == "1973-01-31 to 1974-09-30"
    assert "-" not in texts(first)[1]  # on paper no line breaks within a day
    assert texts(first)[3:7] == ["-150", "-150", "-150", "-40.00 %"]
    assert [cell.small for cell in first[3:6]] == ["", "", "as 10 years"]
    assert texts(first)[-2:] == ["Federal Reserve yields", "missing maturities move as 10 years"]


def test_abroad_the_dollars_move_is_shown_or_a_dash():
    replays = (replace(REPLAYS[0], dollar_move=-0.123), replace(REPLAYS[1], no_dollar=True))
    grid = moves_grid(in_yen(replays=replays))
    at = grid.heads.index("Dollar")
    assert [row[at].text for row in grid.rows] == ["-12.30 %", "-"]


def test_a_row_for_each_stage_of_a_scenario():
    grid = scenarios_grid(make_stress())
    assert [texts(row)[:5] for row in grid.rows] == [
        ["Foreigners sell, then the Fed buys", "at once", "-16.00 %", "-11.60 %", "-4.40"],
        ["Foreigners sell, then the Fed buys", "12 months", "-9.80 %", "-11.00 %", "+1.20"],
        ["Recession with cuts", "at once", "-16.60 %", "-20.60 %", "+4.00"],
    ]
    assert [row[-2].text for row in grid.rows] == ["over 600"] * 3
    assert grid.rows[0][-1].text == "Foreigners have sold"
    assert grid.rows[0][-2].sort == ""  # never comes last, whichever way it is sorted


def test_the_check_stands_beside_the_exact_figure():
    """200 bp up, duration 7: -14 % alone; the check of the fixture is 0.1 points lower."""
    stress = make_stress()
    grid = shocks_grid(stress, stress.parallels, "Yields")
    assert grid.heads == [
        "Yields", "With the Treasuries", "Bills instead", "Difference, points", "Treasuries alone",
        "By duration and convexity", "Months to recover", "What moves",
    ]  # fmt: skip
    assert texts(grid.rows[-1])[1:6] == ["-5.60 %", "0.00 %", "-5.60", "-14.00 %", "-14.10 %"]
    assert texts(grid.rows[1])[3] == "0.00"
    assert grid.rows[1][3].tone == ""


def test_shocks_of_the_dollar_show_equity_and_no_check_without_one():
    stress = in_yen()
    dollars = (replace(stress.dollars[0], approximate=0.0),)
    grid = shocks_grid(stress, dollars, "Dollar")
    assert "Equity alone" in grid.heads
    assert "By duration and convexity" not in grid.heads


def test_the_floor_stands_beside_what_moves():
    stress = make_stress()
    held = replace(
        stress.parallels[0],
        moves=tuple(replace(each, floored=True) for each in stress.parallels[0].moves[:1]),
    )
    (row,) = shocks_grid(stress, [held], "Yields").rows
    assert row[-1].text == "All yields -100 bp; floor at -1 %: 3 months"


def test_break_evens_by_horizon():
    grid = break_evens_grid(make_stress())
    assert [texts(row) for row in grid.rows] == [
        ["3 months", "+0.09 points", "1.10 %", "0.90 %"],
        ["12 months", "+0.94 points", "4.20 %", "3.60 %"],
        ["36 months", "none within 10 points", "14.00 %", "11.00 %"],
    ]


def test_what_is_held_and_todays_curve():
    grid = legs_grid(make_stress(legs=(SPY, CASH)))
    assert [texts(row)[:3] for row in grid.rows] == [
        ["SPY", "60.00 %", "-"],
        ["bills", "40.00 %", "3.60 %"],
    ]
    assert "Dollars sold forward" not in grid.heads
    hedged = legs_grid(in_yen())
    at = hedged.heads.index("Dollars sold forward")
    assert [row[at].text for row in hedged.rows] == ["0.00 %", "50.00 %"]
    curve = curve_grid(in_yen())
    assert curve.heads[1:3] == ["3 months", "1 year"]
    assert curve.heads[-2:] == ["US bills earn", "cash earns"]
    assert texts(curve.rows[0])[-2:] == ["3.60", "0.50"]


def test_abroad_the_break_even_is_in_dollars_beside_us_bills():
    grid = break_evens_grid(in_yen())
    assert grid.heads[-1] == "US bills, unchanged yields"
    assert "in dollars" in grid.caption
    assert "in dollars" not in break_evens_grid(make_stress()).caption
