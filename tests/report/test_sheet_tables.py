"""Tables of the tear sheet: by hand, and the map of months against quantstats' own."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.analysis import metrics
from backtests.engine.summary import CalendarYear
from backtests.engine.with_quantstats import _quantstats
from backtests.report.sheet_tables import (
    Row,
    falls_grid,
    metric_groups,
    month_map,
    years_grid,
)
from backtests.report.text import percent
from tests.report.helpers import make_run


def series(first: str, *values: float) -> pd.Series:
    return pd.Series(values, pd.date_range(first, periods=len(values), freq="ME"))


def texts(grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows]


def test_months_outside_the_run_are_empty():
    """Bought at the end of October 2001: four months, of two years."""
    rows = month_map(metrics.month_returns(series("2001-10-31", 100, 110, 104.5, 104.5, 94.05)))
    assert [row.year for row in rows] == ["2002", "2001"]
    cells = {row.year: [cell.text for cell in row.months] for row in rows}
    assert cells["2001"] == [""] * 10 + ["10.00", "-5.00"]
    assert cells["2002"] == ["0.00", "-10.00"] + [""] * 10
    assert [row.total for row in rows] == ["-10.00", "4.50"]


def test_a_month_is_shaded_by_its_sign_and_size_and_none_at_zero():
    values = series("2001-01-31", 100, 100, 101, 99, 103, 100, 106, 100, 100.001)
    (row,) = month_map(metrics.month_returns(values))
    shades = [cell.shade for cell in row.months]
    # 0, +1.00, -1.98, +4.04, -2.91, +6.00, -5.66, +0.00
    assert shades == ["", "", "up-0", "down-0", "up-1", "down-1", "up-2", "down-2", "",
                      "", "", ""]  # fmt: skip


def test_the_map_is_that_of_quantstats_within_the_run():
    run = make_run()
    nav = run.simulation.nav
    theirs = _quantstats().stats.monthly_returns(metrics.returns_of(nav), eoy=False)
    rows = month_map(metrics.month_returns(nav))
    assert len(rows) == len(theirs)
    for row in rows:
        drawn = theirs.loc[row.year]
        for cell, value in zip(row.months, drawn, strict=True):
            assert float(cell.text or 0.0) == pytest.approx(100 * value, abs=0.00501)


def test_years_stand_beside_those_of_equity_with_the_difference_signed():
    from dataclasses import replace

    years = (CalendarYear(2001, 0.10, 0.12), CalendarYear(2002, -0.05, -0.2),
             CalendarYear(2003, 0.01, 0.01))  # fmt: skip
    grid = years_grid(replace(make_run().summary, years=years))
    assert grid.heads == ["Year", "Portfolio", "100 % SPY", "Difference, points"]
    assert texts(grid) == [
        ["2003", "1.00 %", "1.00 %", "+0.00"],
        ["2002", "-5.00 %", "-20.00 %", "+15.00"],
        ["2001", "10.00 %", "12.00 %", "-2.00"],
    ]
    assert [row[-1].tone for row in grid.rows] == ["", "good", "bad"]
    assert [row[-1].sort for row in grid.rows] == pytest.approx([0.0, 15.0, -2.0])


def test_the_deepest_falls_come_first_with_their_depth_second():
    grid = falls_grid(series("2001-01-31", 100, 90, 101, 60, 80), "month-ends")
    assert grid.heads == ["Peak", "Depth", "Trough", "Recovered"]
    assert texts(grid) == [
        ["2001-03-31", "-40.59 %", "2001-04-30", "not yet"],
        ["2001-01-31", "-10.00 %", "2001-02-28", "2001-03-31"],
    ]
    assert grid.caption == "The ten deepest, month-ends"


def test_at_most_ten_falls_are_listed():
    values = [100.0 + step + (3 if step % 2 else 0) for step in range(40)]
    assert len(falls_grid(series("2001-01-31", *values), "month-ends").rows) == 10


def test_the_portfolio_stands_before_its_benchmark():
    summary = make_run().summary
    own, theirs = summary.metrics, summary.benchmark.metrics
    groups = dict(metric_groups(summary, {"Beta": (0.6, 1.0), "CAGR﹪": (0.07, 0.08)}))
    rows = {row.label: (row.ours, row.theirs) for group in groups.values() for row in group}
    assert rows["Beta †"] == ("0.60", "1.00")
    assert rows["CAGR †"] == ("7.00 %", "8.00 %")
    assert rows["Max drawdown"] == (percent(own.max_drawdown), percent(theirs.max_drawdown))
    assert rows["Sharpe (over bills)"] == (f"{own.sharpe:.2f}", f"{theirs.sharpe:.2f}")
    assert rows["CVaR 95, monthly"] == (percent(own.cvar_95), percent(theirs.cvar_95))
    assert own.max_drawdown != theirs.max_drawdown


def test_a_row_without_any_number_is_left_out():
    summary = make_run(start="2008-08-31", end="2008-10-31").summary
    groups = metric_groups(summary, {"Kurtosis": (None, None), "Beta": (0.5, None)})
    rows = [row for _, group in groups for row in group]
    assert Row("Beta †", "0.50", "-") in rows
    assert not [row for row in rows if (row.ours, row.theirs) == ("-", "-")]
    labels = {row.label for row in rows}
    assert "Max drawdown" in labels
    assert not labels & {"Sharpe (over bills)", "CAGR †", "Best year"}
