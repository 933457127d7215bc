"""Tables of the page of withdrawals."""

from __future__ import annotations

from backtests.report.withdrawals.tables import horizons_grid, years_grid
from tests.report.withdrawals.helpers import NAMES, make_withdrawals


def test_horizon_by_portfolio():
    grid = horizons_grid(make_withdrawals(), NAMES)
    assert grid.heads == ["Horizon", *NAMES.values()]
    assert [row[0].text for row in grid.rows] == ["10 years", "30 years"]
    assert [row[0].small for row in grid.rows] == ["250 starts, 3 apart", "121 starts, 1 apart"]
    assert [cell.text for cell in grid.rows[1][1:]] == ["99.2 %", "98.3 %", "100 %"]
    assert [cell.small for cell in grid.rows[1][1:]] == [
        "3.82 %, Feb\u00a01966", "3.60 %, Nov\u00a01965", "4.10 %, Nov\u00a01965"]  # fmt: skip
    assert "at 4 % a year" in grid.caption


def test_the_worst_start_of_each_year():
    """1965 has two start months, 4.95 and 4.5 %; the worst of 1966 is its second, that ran dry."""
    withdrawals = make_withdrawals()
    grid = years_grid(withdrawals.run, withdrawals, "60 % SPY, 40 % IEF")
    assert grid.heads == ["Start in", "10 years", "30 years"]
    first, second, *others = grid.rows
    assert [cell.text for cell in first] == ["1965", "9.00", "4.50"]
    assert [cell.text for cell in second] == ["1966", "9.00", "3.82"]
    assert [first[2].tone, second[2].tone, others[0][2].tone] == ["up-0", "down-2", "up-2"]
    assert others[-1][2].text == ""  # of its last starts 30 years are not known
    assert len(grid.rows) == 22  # 250 months from November 1965 reach into 1986
